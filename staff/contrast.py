"""Whether text in a colour can be read: contrast as WCAG 2.2 measures it. Pure.

Source: Web Content Accessibility Guidelines 2.2, W3C Recommendation, definitions "relative
luminance" and "contrast ratio" (the same in 2.0 and 2.1), and success criterion 1.4.3, which asks
4.5 : 1 of text. Colours are ``#rrggbb``, in lower case.
"""

import re
from collections.abc import Sequence

NEEDED = 4.5
# Behind text on a client's page and in a mail (tokens.css: --paper and --wash; templates/mail).
LIGHT_PAPERS = ("#ffffff", "#f4f6f9")
DARK_PAPERS = ("#11141b", "#1a1e28")

_COLOUR = re.compile(r"#[0-9a-f]{6}")
_STEPS = 256  # from a colour to black or to white


def is_colour(text: str) -> bool:
    """Tell whether ``text`` is a colour as this product writes them."""
    return _COLOUR.fullmatch(text) is not None


def luminance(colour: str) -> float:
    """Return the relative luminance of ``colour``: 0 for black, 1 for white."""
    red, green, blue = (_linear(part / 255) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    """Return the contrast of two colours, whichever is the lighter: from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def lowest_ratio(colour: str, papers: Sequence[str]) -> float:
    """Return the contrast of ``colour`` on the paper where it can be read worst."""
    return min(ratio(colour, paper) for paper in papers)


def is_readable(colour: str, papers: Sequence[str] = LIGHT_PAPERS) -> bool:
    """Tell whether text in ``colour`` has enough contrast on every one of ``papers``."""
    return lowest_ratio(colour, papers) >= NEEDED


def for_light(colour: str) -> str:
    """Return ``colour``, or the first darker shade of it that can be read on LIGHT_PAPERS."""
    return _nearest(colour, "#000000", LIGHT_PAPERS)


def for_dark(colour: str) -> str:
    """Return ``colour``, or the first lighter tint of it that can be read on DARK_PAPERS."""
    return _nearest(colour, "#ffffff", DARK_PAPERS)


def _nearest(colour: str, end: str, papers: Sequence[str]) -> str:
    """Go from ``colour`` to ``end`` in small steps until it can be read; ``end`` always can."""
    shades = (_mixed(colour, end, step) for step in range(_STEPS + 1))
    return next(shade for shade in shades if is_readable(shade, papers))


def _mixed(colour: str, end: str, step: int) -> str:
    pairs = zip(_parts(colour), _parts(end), strict=True)
    parts = (round(own + (other - own) * step / _STEPS) for own, other in pairs)
    return "#" + "".join(f"{part:02x}" for part in parts)


def _parts(colour: str) -> tuple[int, int, int]:
    if not is_colour(colour):
        raise ValueError(f"Not a colour: {colour!r}")
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _linear(part: float) -> float:
    """Undo the gamma of sRGB. WCAG's own threshold, 0.03928, decides the same for 8 bits."""
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
