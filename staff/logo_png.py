"""Draw a PNG logo anew, as small as it is shown: nothing of the file itself comes along."""

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO

from PIL import Image

from staff.logo import MOST_ON_THE_PAGE, Fault, Kind, Logo, LogoError, shown_size

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_MOST_PIXELS = 4_000_000
_SHARP = 2  # pixels for each CSS pixel, for fine screens
_COLOURS = (256, 128, 64, 32, 16)


def clean_png(data: bytes) -> Logo:
    """Return the logo in the PNG file ``data``, in the best of the forms that fit the page.

    First as fine as screens show it and in all its colours, then with fewer colours, then coarser.
    Raises LogoError.
    """
    image = _decoded(data)
    width, height = shown_size(image.width, image.height, may_grow=False)
    for drawn in _forms(image, width, height):
        logo = Logo(kind=Kind.PNG, data=_encoded(drawn), width=width, height=height)
        if logo.weight <= MOST_ON_THE_PAGE:
            return logo
    raise LogoError(Fault.TOO_HEAVY)


def _decoded(data: bytes) -> Image.Image:
    """Decode the pixels; the size in the header is judged before anything is unpacked."""
    if len(data) < 33 or data[12:16] != b"IHDR":
        raise LogoError(Fault.UNREADABLE)
    width, height = struct.unpack(">II", data[16:24])
    if not width or not height:
        raise LogoError(Fault.UNREADABLE)
    if width * height > _MOST_PIXELS:
        raise LogoError(Fault.TOO_COMPLEX)
    try:
        with Image.open(BytesIO(data), formats=["PNG"]) as image:
            return image.convert("RGBA")
    except (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error) as error:
        raise LogoError(Fault.UNREADABLE) from error


def _forms(image: Image.Image, width: int, height: int) -> Iterator[Image.Image]:
    for sharpness in (_SHARP, 1.5, 1):
        size = (round(width * sharpness), round(height * sharpness))
        if size[0] > image.width:
            size = image.size
        small = image.resize(size, Image.Resampling.LANCZOS) if size != image.size else image
        yield small
        for colours in _COLOURS:
            yield small.quantize(colours, method=Image.Quantize.FASTOCTREE)


def _encoded(image: Image.Image) -> bytes:
    target = BytesIO()
    image.save(target, "PNG", optimize=True)
    return target.getvalue()
