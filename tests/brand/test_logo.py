"""What comes through of a logo, and what does not."""

import re
import time
from contextlib import suppress
from html import unescape
from io import BytesIO
from urllib.parse import unquote
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from staff.logo import HIGHEST, MOST_ON_THE_PAGE, WIDEST, Fault, Kind, LogoError
from staff.logo_upload import clean_logo
from tests.brand import files
from tests.brand.files import WAVE, png, svg


@pytest.mark.parametrize("name", files.REFUSED)
def test_what_is_no_logo_is_refused_with_its_reason(name: str) -> None:
    data, fault = files.REFUSED[name]
    with pytest.raises(LogoError) as error:
        clean_logo(data)
    assert error.value.fault is Fault[fault]


def test_every_reason_has_a_file() -> None:
    assert {fault for _data, fault in files.REFUSED.values()} == {fault.name for fault in Fault}


NOT_INERT = {
    "script": "<script>alert(1)</script>",
    "script of another namespace": '<x:script xmlns:x="http://www.w3.org/1999/xhtml">1</x:script>',
    "foreignObject": "<foreignObject><p>nope</p></foreignObject>",
    "image": '<image href="https://elsewhere.example/x.png"/>',
    "image within": '<image href="data:image/svg+xml,nope"/>',
    "feImage": '<filter id="f"><feImage href="//elsewhere.example/"/></filter>',
    "use of elsewhere": '<use href="https://elsewhere.example/x.svg#a"/>',
    "use by xlink": (
        '<use xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="//elsewhere.example#a"/>'
    ),
    "link": '<a href="https://elsewhere.example/"><path d="M1 1"/></a>',
    "link by script": '<a href="javascript:nope()"><path d="M1 1"/></a>',
    "handler": '<path d="M1 1" onclick="nope()" onload="nope()"/>',
    "animation": '<animate attributeName="href" to="javascript:nope()"/><set/>',
    "address in fill": '<path d="M1 1" fill="url(https://elsewhere.example/#a)"/>',
    "address in style": '<path d="M1 1" style="fill:url(//elsewhere.example/#a)"/>',
    "escaped address": '<path d="M1 1" style="fill:u\\72l(//elsewhere.example/#a)"/>',
    "address split by a comment": '<path d="M1 1" style="fill:url(/**//elsewhere.example/#a)"/>',
    "image-set": '<path d="M1 1" style="fill:image-set(&quot;elsewhere.example&quot; 1x)"/>',
    "import": "<style>@import '//elsewhere.example/x.css';.a{fill:red}</style>",
    "font": "<style>@font-face{font-family:x;src:url(//elsewhere.example)}</style>",
    "address in a style sheet": "<style>.a{fill:url(//elsewhere.example/)}</style>",
    "mask in a style sheet": '<mask id="elsewhere"/><style>*{mask:url(#elsewhere)}</style>',
    "style that ends": "<style>.a{}&lt;/style>&lt;script>nope()&lt;/script></style>",
    "CDATA": "<style><![CDATA[</style><script>nope()</script>]]></style>",
    "instruction": '<?xml-stylesheet href="//elsewhere.example/x.css"?>',
    "comment": "<!-- nope -->",
    "notes of an editor": '<metadata>nope</metadata><x:y xmlns:x="urn:nope">nope</x:y>',
    "attribute of an editor": '<path d="M1 1" x:label="nope" xmlns:x="urn:nope"/>',
}
NEVER = (
    "script",
    "elsewhere.example",
    "nope",
    "on(click|load)",
    "foreign",
    "<image",
    "animate",
    "@",
)


@pytest.mark.parametrize("name", NOT_INERT)
def test_what_is_not_inert_does_not_come_through(name: str) -> None:
    text = clean_logo(svg(NOT_INERT[name])).data.decode()
    fromstring(text)
    found = [word for word in NEVER if re.search(word, text, re.IGNORECASE)]
    assert not found
    assert "mask:" not in text
    assert "<rect" in text  # what draws is still there


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ('<a href="x"><path d="M1 1"/></a>', "<g><path d='M1 1'/></g>"),
        (
            '<linearGradient id="g"><stop offset="1" stop-color="red"/></linearGradient>'
            "<style>.a{fill:url(#g)}</style>",
            ".a{fill:url(#g)}",
        ),
        ('<path style="fill:url(&quot;#g&quot;)" d="M1 1"/>', "fill:url(&quot;#g&quot;)"),
        ('<g transform="translate(1 2) rotate(-4)"/>', "transform='translate(1 2) rotate(-4)'"),
        (
            '<path id="p" d="M1 1"/><use xmlns:xlink="http://www.w3.org/1999/xlink"'
            ' xlink:href="#p"/>',
            "<use href='#p'/>",
        ),
        (
            "<text>A &amp; B’s <tspan>&lt;C&gt;</tspan> D</text>",
            "A &amp; B’s <tspan>&lt;C&gt;</tspan> D",
        ),
    ],
)
def test_what_draws_comes_through(source: str, kept: str) -> None:
    assert kept in clean_logo(svg(source)).data.decode()


@pytest.mark.parametrize(
    "head",
    [
        b'<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n',
        b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/x.dtd">\n',
        b"\xef\xbb\xbf",
        b"<!-- Generator: Adobe -->\n",
    ],
)
def test_what_drawing_programs_write_first_is_no_obstacle(head: bytes) -> None:
    assert clean_logo(head + WAVE).data == clean_logo(WAVE).data


def test_a_size_without_viewbox_becomes_one() -> None:
    logo = clean_logo(svg("", 'width="300px" height="100"'))
    assert "viewBox='0 0 300 100'" in logo.data.decode()
    assert (logo.width, logo.height) == (132, HIGHEST)


@pytest.mark.parametrize("data", [WAVE, png(), png(1200, 300), png(60, 40)])
def test_cleaning_again_changes_nothing(data: bytes) -> None:
    once = clean_logo(data)
    assert clean_logo(once.data) == once


@pytest.mark.parametrize(
    ("width", "height", "shown"),
    [(1000, 500, (88, 44)), (1000, 100, (200, 20)), (60, 30, (60, 30)), (400, 88, (200, 44))],
)
def test_the_size_at_which_a_png_is_shown(width: int, height: int, shown: tuple) -> None:
    logo = clean_logo(png(width, height))
    assert (logo.width, logo.height) == shown
    drawn = Image.open(BytesIO(logo.data))
    assert drawn.width <= 2 * WIDEST
    assert drawn.height <= 2 * HIGHEST


def test_a_png_is_drawn_anew() -> None:
    for data in (files.png_with_metadata(), png() + b"<script>nope()</script>"):
        logo = clean_logo(data)
        assert logo.kind is Kind.PNG
        assert not re.search(rb"Geheime|nope|tEXt", logo.data)


def test_a_detailed_png_gets_fewer_colours_rather_than_a_refusal() -> None:
    parts = [Image.linear_gradient("L").rotate(turn).resize((400, 88)) for turn in (3, 40, 80)]
    image = Image.merge("RGB", parts)
    target = BytesIO()
    image.save(target, "PNG")
    logo = clean_logo(target.getvalue())
    assert len(target.getvalue()) > 2 * MOST_ON_THE_PAGE >= 2 * logo.weight
    assert Image.open(BytesIO(logo.data)).mode == "P"


@given(st.binary(max_size=200))
def test_no_bytes_whatever_surprise_the_cleaner(data: bytes) -> None:
    for made in (data, WAVE[:60] + data + WAVE[60:], png()[:33] + data + png()[33:]):
        try:
            clean_logo(made)
        except LogoError:
            continue


@given(st.text(max_size=60))
def test_the_address_of_an_svg_survives_an_attribute(words: str) -> None:
    text = "".join(char for char in words if char.isprintable())
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    logo = clean_logo(svg(f"<text>{escaped}</text>"))
    assert not set('"<>#') & set(logo.data_uri.removeprefix("data:image/svg+xml,"))
    back = unquote(unescape(logo.data_uri)).removeprefix("data:image/svg+xml,")
    assert back == logo.data.decode()
    (found,) = fromstring(back).iter("{http://www.w3.org/2000/svg}text")
    assert (found.text or "") == text


@pytest.mark.parametrize(
    "drawn",
    [
        f"<path d='M0 {'1' * 60_000}'/>",
        f"<path d='M0{' ' * 200_000}1'/>",
        f"<style>{'1' * 60_000}</style><path d='M0 1'/>",
        f"<style>{'/* ' * 60_000}</style><path d='M0 1'/>",
    ],
    ids=["digits", "blanks", "a word of CSS", "comments that never end"],
)
def test_no_file_takes_the_server_away(drawn: str) -> None:
    """Time grows with the length of a file, never with its square."""
    box = "xmlns='http://www.w3.org/2000/svg' viewBox='0 0 10 10'"
    started = time.process_time()
    with suppress(LogoError):
        clean_logo(f"<svg {box}>{drawn}</svg>".encode())
    assert time.process_time() - started < 5
