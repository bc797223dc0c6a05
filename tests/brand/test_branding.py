"""The firm's look: stored once, kept for a moment, seen wherever clients look."""

import gzip
import re
from collections.abc import Callable
from email import message_from_bytes
from email.policy import default
from io import BytesIO
from random import Random
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from PIL import Image

from outbox.mail import Mail, sender
from outbox.models import Delivery, Lane
from outbox.queueing import queue_message
from outbox.reading import read
from staff import branding, remembered
from staff.branding import Look, current_brand, last_known_brand, save_brand
from staff.logo import MOST_ON_THE_PAGE, Logo, LogoError
from staff.logo_upload import clean_logo
from staff.models import Brand
from surveys.mails import compose_invitation, compose_reminder, compose_reopened
from surveys.page_style import client_style, source_of
from surveys.views import DATABASE_AWAY
from tests.architecture.source import modules
from tests.brand.files import WAVE, png, svg
from tests.client.test_page import COMPLETE, address, invited, text_of
from tests.factories import make_response, make_service, make_token, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

SAID = "Te laat, en duurder dan afgesproken. " * 30
SIGNED = "Waterkant Advies B.V.\nKadeplein 1, Zoetermeer <b>"


def brand(**fields: Any) -> Look:
    fields = {"own_name": "Waterkant & Zn", "accent": "#0b5e75", "signature": SIGNED, **fields}
    look = Look(**fields)
    save_brand(look, actor=None)
    return look


def heaviest(make: Callable[[int], bytes], sizes: range) -> Logo:
    """The heaviest logo of the series that is accepted."""
    found = []
    for number in sizes:
        try:
            found.append(clean_logo(make(number)))
        except LogoError:
            continue
    return max(found, key=lambda logo: logo.weight)


def detailed_svg(number: int) -> bytes:
    """An SVG of so many strokes here and there."""
    return svg("".join(f'<path d="M{n * 7919 % 997} {n * 1047 % 983}h9"/>' for n in range(number)))


def noisy_png(number: int) -> bytes:
    """A PNG with a strip of so many columns of noise."""
    image = Image.new("RGB", (400, 88), "white")
    image.paste(Image.frombytes("RGB", (number, 8), Random(7).randbytes(number * 24)), (0, 0))
    target = BytesIO()
    image.save(target, "PNG")
    return target.getvalue()


# Stored and kept --------------------------------------------------------------------------------


def test_nothing_is_set() -> None:
    branding.memory.forget()
    assert current_brand() == Look()
    assert current_brand().name == "Ambassadors"


@pytest.mark.parametrize("data", [None, WAVE, png()])
def test_what_is_saved_comes_back(data: bytes | None) -> None:
    look = brand(logo=clean_logo(data) if data else None)
    assert current_brand() == look
    save_brand(Look(), actor=make_user())
    assert current_brand() == Look()
    assert Brand.objects.count() == 1
    assert Brand.objects.get().changed_by is not None


def test_it_is_asked_once_in_a_while_and_a_save_shows_at_once(
    django_assert_num_queries: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(remembered, "monotonic", lambda: now)
    branding.memory.forget()
    with django_assert_num_queries(1):
        for _time in range(9):
            current_brand()
    Brand.objects.create(name="Andere")  # another process
    assert current_brand().name == "Ambassadors"
    now += 5.1
    assert current_brand().name == "Andere"
    save_brand(Look(own_name="Derde"), actor=None)
    assert current_brand().name == "Derde"


def test_the_last_known_look_outlives_the_database(
    django_assert_num_queries: Callable[..., Any],
) -> None:
    brand()
    look = current_brand()
    branding.memory.forget()

    def fail(*args: object) -> None:
        raise OperationalError("connection refused")

    with connection.execute_wrapper(fail):
        assert current_brand() == look
        assert last_known_brand() == look
    with django_assert_num_queries(0):  # nor is a database that is down asked every time
        assert current_brand() == look


# The client's pages -----------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "thanks/", "stop/", "mine/"])
def test_a_page_shows_all_of_it(client: Client, path: str) -> None:
    look = brand(logo=clean_logo(WAVE))
    invitation = make_response().invitation if path == "thanks/" else invited()
    response = client.get(address(make_token(invitation)) + path)
    page = text_of(response)
    assert (
        f'<img src="{look.logo_address}" alt="Waterkant &amp; Zn" width="132" height="44"' in page
    )
    assert "Waterkant &amp; Zn</title>" in page or path == "stop/"
    assert "Kadeplein 1, Zoetermeer &lt;b&gt;" in page
    assert "--firm:#0b5e75" in page
    assert f"--firm:{look.accent_in_dark}" in page
    assert look.accent_in_dark != look.accent


def style_of(response: Any) -> str:
    found = re.search(r"<style>(.*?)</style>", text_of(response), re.DOTALL)
    assert found is not None
    return found[1]


def test_the_policy_follows_the_colour_at_once(client: Client) -> None:
    path = address(make_token(invited()))
    seen = set()
    for accent in ("", "#0b5e75", "#8a1c4a", ""):
        brand(accent=accent)
        for response in (client.get(path), client.get("/s/nothing/"), client.get(f"{path}stop/")):
            source = source_of(style_of(response))
            assert f"style-src {source}" in response["Content-Security-Policy"].split("; ")
            seen.add(source)
    assert len(seen) == 3


def test_the_style_is_made_once_for_each_colour() -> None:
    one, same = Look(accent="#0b5e75"), Look(accent="#0b5e75", own_name="x")
    assert client_style(one) is client_style(same)
    assert client_style(Look()) is client_style()


def test_every_page_and_mail_asks_for_the_brand() -> None:
    """The name from the settings, or a style without the accent, would show beside the brand."""
    own = {"staff.branding", "staff.models", "outbox.mail", "ambassadors.checks"}
    found = {module.name for module in modules() if "settings.FIRM_NAME" in module.text}
    assert found == own
    plain = {module.name for module in modules() if "client_style()" in module.text}
    assert plain == {"surveys.views"}  # of an answer without a page, such as a redirect


def test_without_a_brand_the_page_is_as_it_was(client: Client) -> None:
    page = text_of(client.get(address(make_token(invited()))))
    assert style_of(client.get("/s/nothing/")) == client_style()
    assert "Ambassadors</p>" in page
    assert "<img" not in page
    assert 'class="sign' not in page


@pytest.mark.parametrize(
    ("make", "sizes"), [(detailed_svg, range(700, 900, 10)), (noisy_png, range(100, 400, 20))]
)
def test_the_heaviest_logo_leaves_the_page_its_size(
    client: Client, make: Callable[[int], bytes], sizes: range
) -> None:
    logo = heaviest(make, sizes)
    assert logo.weight > 0.9 * MOST_ON_THE_PAGE
    brand(logo=logo, own_name="N" * 80, signature="\n".join(["adres " * 9] * 5))
    for number in range(12):
        make_service(name=f"Een dienst met een lange naam {number}")
    path, zipped = address(make_token(invited())), {"accept-encoding": "gzip"}
    for language in ("nl", "en", "de", "fr"):
        for response in (
            client.get(f"{path}?language={language}", headers=zipped),
            client.post(path, {"motivation": SAID, "language": language}, headers=zipped),
        ):
            assert len(response.content) <= 14 * 1024
            assert str(logo.width) in gzip.decompress(response.content).decode()


def test_the_page_costs_no_query_more(client: Client, django_assert_num_queries: Any) -> None:
    brand(logo=clean_logo(WAVE))
    token = make_token(invited())
    current_brand()
    with django_assert_num_queries(2):  # the link with all it names; the services
        client.get(address(token))


def test_the_page_for_a_database_that_is_away_wears_the_last_look(client: Client) -> None:
    brand(logo=clean_logo(WAVE))
    path = address(make_token(invited()))
    client.get(path)
    branding.memory.forget()

    def fail(*args: object) -> None:
        raise DATABASE_AWAY[0]("refused")

    with connection.execute_wrapper(fail):
        shown, sent = client.get(path), client.post(path, COMPLETE)
    assert (shown.status_code, sent.status_code) == (503, 503)
    for response in (shown, sent):
        assert "--firm:#0b5e75" in text_of(response)
        assert source_of(style_of(response)) in response["Content-Security-Policy"]
    assert 'alt="Waterkant &amp; Zn"' in text_of(sent)


# The mails --------------------------------------------------------------------------------------


def mails(**fields: Any) -> list[Mail]:
    brand(**fields)
    invitation = invited()
    return [
        compose_invitation(invitation, "t" * 32),
        compose_reminder(invitation, "t" * 32, number=1, sent_at=invitation.invited_at),
        compose_reopened(invitation, "t" * 32, answered_at=invitation.invited_at),
    ]


def html_of(mail: Mail) -> str:
    return str(mail.alternatives[0][0])


def test_mails_carry_name_colours_and_signature() -> None:
    for mail in mails():
        html = html_of(mail)
        assert "Waterkant &amp; Zn</p>" in html
        assert "border-top:4px solid #0b5e75;color:#0b5e75" in html
        assert ".firm{color:#" in html
        assert "Kadeplein 1, Zoetermeer &lt;b&gt;" in html
        assert f"--\n{SIGNED}\n" in mail.body
        assert "Ambassadors" not in html + mail.body


def test_an_svg_stays_out_of_mails() -> None:
    for mail in mails(logo=clean_logo(WAVE)):
        assert "<img" not in html_of(mail)
        assert "Waterkant &amp; Zn</p>" in html_of(mail)
        assert "multipart/related" not in mail.message().as_string()


def test_a_png_travels_inside_the_mail() -> None:
    logo = clean_logo(png())
    for mail in mails(logo=logo):
        message = message_from_bytes(mail.message().as_bytes(), policy=default)
        assert message.get_content_type() == "multipart/alternative"
        text, related = message.iter_parts()
        assert (text.get_content_type(), related.get_content_type()) == (
            "text/plain",
            "multipart/related",
        )
        html, image = related.iter_parts()
        assert 'src="cid:logo" alt="Waterkant &amp; Zn" width="165" height="44"' in (
            html.get_content()
        )
        assert (image["Content-ID"], image.get_content_disposition()) == ("<logo>", "inline")
        assert image.get_content() == logo.data


def test_the_outbox_shows_the_logo_of_a_mail() -> None:
    (mail, *_others) = mails(logo=clean_logo(png()))
    delivery = queue_message(
        mail,
        dedupe_key="x",
        lane=Lane.INVITATION,
        recipient_name="Marijke",
        recipient_address="marijke@gemeente.example",
    )
    reading = read(delivery)
    assert 'src="data:image/png;base64,iVBOR' in reading.html
    assert "cid:" not in reading.html
    assert "t" * 32 not in reading.html


@pytest.mark.parametrize(
    ("default_from", "expected"),
    [
        ("Ambassadors <post@waterkant.example>", '"Waterkant, Zn" <post@waterkant.example>'),
        ("Post <post@waterkant.example>", "Post <post@waterkant.example>"),
    ],
)
def test_the_default_sender_follows_the_name(
    settings: Any, default_from: str, expected: str
) -> None:
    settings.DEFAULT_FROM_EMAIL = default_from
    brand(own_name="Waterkant, Zn")
    assert sender() == expected


def test_password_mail_and_the_bar_follow_the_name(client: Client, settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "Ambassadors <post@waterkant.example>"
    brand(own_name="Waterkant")
    make_user(email="zoe@waterkant.example", password="een-lang-wachtwoord-24")
    client.post("/accounts/password/reset/", {"email": "zoe@waterkant.example"})
    assert Delivery.objects.get().parsed()["From"] == "Waterkant <post@waterkant.example>"
    assert "Waterkant</a>" in text_of(client.get("/accounts/login/"))


def test_replies_to_the_firm_go_by_its_name(settings: Any) -> None:
    settings.REPLY_TO, settings.FIRM_REPLY_TO = "firm", "antwoord@waterkant.example"
    (mail, *_others) = mails()
    assert mail.reply_to == ["Waterkant & Zn <antwoord@waterkant.example>"]
