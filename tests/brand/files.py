"""Files that are offered as a logo: good ones, and every hostile one we know."""

import struct
import zlib
from io import BytesIO
from random import Random

from PIL import Image, PngImagePlugin

XMLNS = 'xmlns="http://www.w3.org/2000/svg"'
WAVE = (
    f'<svg {XMLNS} viewBox="0 0 120 40"><path d="M4 20q14-18 28 0t28 0 28 0" fill="none"'
    ' stroke="#0a5c8a" stroke-width="6"/></svg>'
).encode()


def svg(inside: str, attributes: str = 'viewBox="0 0 120 40"') -> bytes:
    """An SVG with a rectangle and ``inside``."""
    return f'<svg {XMLNS} {attributes}><rect width="9" height="9"/>{inside}</svg>'.encode()


def png(width: int = 300, height: int = 80, *, noise: bool = False, **save: object) -> bytes:
    """A PNG of one colour with a bar, or of noise, which nothing compresses."""
    image = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    if noise:
        image = Image.frombytes("RGBA", (width, height), Random(7).randbytes(width * height * 4))
    else:
        image.paste((10, 92, 138, 255), (0, height // 3, width, height // 2))
    target = BytesIO()
    image.save(target, "PNG", **save)
    return target.getvalue()


def png_with_metadata() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", "Geheime Auteur")
    return png(pnginfo=info)


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_of_claimed_size(width: int, height: int, body: bytes = b"") -> bytes:
    """A small file that unpacks to ``width`` by ``height`` pixels, or says so."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", body or zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def text_bomb() -> bytes:
    """A PNG whose comment unpacks to 64 MB."""
    whole = png()
    comment = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"z" * 64_000_000, 9))
    return whole[:33] + comment + whole[33:]


def multiplied(levels: int) -> str:
    """Ten references to ten references to …: 10 ** levels shapes."""
    groups = "".join(
        f'<g id="a{n}">' + f'<use href="#a{n - 1}"/>' * 10 + "</g>" for n in range(1, levels + 1)
    )
    return f'<g id="a0"><path d="M0 0h9"/></g>{groups}'


def masks_in_masks(levels: int) -> str:
    return "".join(
        f'<mask id="m{n}">' + f'<rect width="9" height="9" mask="url(#m{n - 1})"/>' * 10 + "</mask>"
        for n in range(1, levels + 1)
    )


LAUGHS = (
    "<!DOCTYPE svg ["
    + "".join(f'<!ENTITY l{n} "{"&l" + str(n - 1) + ";" if n else "ha"}">' * 1 for n in range(10))
    + f"]><svg {XMLNS} viewBox='0 0 9 9'><text>&l9;</text></svg>"
).encode()
OUTSIDE_ENTITY = (
    f'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg {XMLNS} viewBox="0 0 9 9">'
    "<text>&x;</text></svg>"
).encode()

ENTITIES, UNREADABLE, TOO_COMPLEX = "ENTITIES", "UNREADABLE", "TOO_COMPLEX"
REFUSED = {
    "entities that multiply": (LAUGHS, ENTITIES),
    "an entity from a file": (OUTSIDE_ENTITY, ENTITIES),
    "references that multiply": (svg(multiplied(8)), TOO_COMPLEX),
    "masks that multiply": (svg(masks_in_masks(8)), TOO_COMPLEX),
    "a reference to itself": (svg('<g id="a"><use href="#a"/></g>'), TOO_COMPLEX),
    "a long chain of references": (
        svg("".join(f'<g id="a{n}"><use href="#a{n + 1}"/></g>' for n in range(2000))),
        TOO_COMPLEX,
    ),
    "very deep": (svg("<g>" * 60_000 + "</g>" * 60_000), TOO_COMPLEX),
    "very many": (svg("<path/>" * 90_000), TOO_COMPLEX),
    "no size": (svg("", ""), "NO_SIZE"),
    "a size in words": (svg("", 'width="wide" height="9"'), "NO_SIZE"),
    "a size of nothing": (svg("", 'viewBox="0 0 0 9"'), "NO_SIZE"),
    "a size without end": (svg("", 'viewBox="0 0 1e400 9"'), "NO_SIZE"),
    "a tower": (svg("", 'viewBox="0 0 10 400"'), "SHAPE"),
    "a thread": (png(900, 20), "SHAPE"),
    "only a script": (
        f'<svg {XMLNS} viewBox="0 0 9 9"><script>alert(1)</script></svg>'.encode(),
        "EMPTY",
    ),
    "only a picture": (
        f'<svg {XMLNS} viewBox="0 0 9 9"><image href="data:image/png;base64,AA=="/></svg>'.encode(),
        "EMPTY",
    ),
    "heavy lines": (
        svg("".join(f'<path d="M{Random(n).random()} {n}"/>' for n in range(600))),
        "TOO_HEAVY",
    ),
    "noise": (png(600, 132, noise=True), "TOO_HEAVY"),
    "10 MB": (WAVE + b" " * 10_000_000, "TOO_BIG"),
    "a page": (b"<html><body>svg</body></html>", UNREADABLE),
    "XML that is cut off": (WAVE[:-9], UNREADABLE),
    "an unknown encoding": (b'<?xml version="1.0" encoding="x-none"?>' + WAVE, UNREADABLE),
    "nothing": (b"", UNREADABLE),
    "a JPEG": (b"\xff\xd8\xff\xe0" + b"\0" * 100, UNREADABLE),
    "a GIF that is a script": (b"GIF89a/*<svg/>*/=alert(1)", UNREADABLE),
    "a PNG that is cut off": (png()[:120], UNREADABLE),
    "a PNG of nothing": (b"\x89PNG\r\n\x1a\n", UNREADABLE),
    "a PNG with a wrong sum": (png().replace(b"IDAT", b"IDAX"), UNREADABLE),
    "a PNG of 0 pixels": (png_of_claimed_size(0, 9), UNREADABLE),
    "a PNG that unpacks to 400 MB": (
        png_of_claimed_size(20_000, 20_000, zlib.compress(b"\0" * 40_000_000, 9)),
        TOO_COMPLEX,
    ),
    "a PNG that says it is huge": (png_of_claimed_size(2**31 - 1, 2**31 - 1), TOO_COMPLEX),
    "a PNG with a comment of 64 MB": (text_bomb(), UNREADABLE),
}
