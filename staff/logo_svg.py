"""Clean an SVG logo: keep what draws, by an allowlist, and write it anew.

What is not in the tables below does not come through: scripts, event handlers, animation, links,
foreign content, images inside the image, addresses of anything outside the file, and editors'
notes. A drawing that would cost the reader's browser too much is refused.

The XML is read by defusedxml, which refuses entities. py-svg-hush, the other candidate, keeps
links and images as addresses at our own host, so that its output had to be filtered again.
"""

import math
import re
from collections.abc import Iterator
from html import escape
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from staff.logo import Fault, Kind, Logo, LogoError, shown_size

_DRAWN = frozenset("circle ellipse line path polygon polyline rect text use".split())
_GRADIENTS = frozenset({"linearGradient", "radialGradient"})
_ELEMENTS = (
    _DRAWN | _GRADIENTS | set("svg g defs symbol clipPath mask stop style title tspan".split())
)
_LIKE_A_GROUP = frozenset({"a", "switch"})  # their children draw; they themselves do not come along
_TEXTUAL = frozenset({"text", "tspan", "title"})
_ATTRIBUTES = frozenset(
    """
    id class style transform d x y x1 y1 x2 y2 cx cy r rx ry dx dy width height points pathLength
    viewBox preserveAspectRatio href offset stop-color stop-opacity gradientUnits
    gradientTransform spreadMethod fx fy fr clipPathUnits maskUnits maskContentUnits
    fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin
    stroke-miterlimit stroke-dasharray stroke-dashoffset opacity color display visibility
    clip-path clip-rule mask overflow paint-order vector-effect
    font-family font-size font-weight font-style letter-spacing textLength
    lengthAdjust text-anchor dominant-baseline
    """.split()
)
_FUNCTIONS = frozenset(
    """
    url rgb rgba hsl hsla matrix translate translatex translatey scale scalex scaley rotate
    skewx skewy calc
    """.split()
)
_SVG, _XLINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}"
_CALL = re.compile(r"(?<![\w-])([\w-]*) ?\(")  # once for each word, however long
_REFERENCE = re.compile(r"""url\(\s*(['"]?)#([^'"()\s]+)\1\s*\)""", re.IGNORECASE)
_MOST_ELEMENTS, _DEEPEST, _LONGEST = 5_000, 40, 64_000


def clean_svg(data: bytes) -> Logo:
    """Return the logo in the SVG file ``data``. Raises LogoError."""
    root = _parsed(data)
    if sum(1 for _one in root.iter()) > _MOST_ELEMENTS:
        raise LogoError(Fault.TOO_COMPLEX)
    gradients = {one.get("id", "") for one in root.iter() if _name(one) in _GRADIENTS}
    kept = _cleaned(root, gradients, depth=0)
    if not any(one.tag in _DRAWN for one in kept.iter()):
        raise LogoError(Fault.EMPTY)
    _refuse_expensive(kept)
    width, height = _sized(kept, root)
    text = "".join(_written(kept))
    if len(text) > _LONGEST:
        raise LogoError(Fault.TOO_HEAVY)
    shown = shown_size(width, height, may_grow=True)
    return Logo(kind=Kind.SVG, data=text.encode(), width=shown[0], height=shown[1])


def _parsed(data: bytes) -> Element:
    try:
        # A DOCTYPE alone, as drawing programs write one, is harmless and left out.
        root: Element = fromstring(data, forbid_dtd=False)
    except DefusedXmlException as error:
        raise LogoError(Fault.ENTITIES) from error
    except (ParseError, ValueError, LookupError) as error:  # also unknown encodings
        raise LogoError(Fault.UNREADABLE) from error
    if _name(root) != "svg":
        raise LogoError(Fault.UNREADABLE)
    return root


def _name(element: Element) -> str:
    """Return the name of an SVG element, also where a file forgets the namespace; else nothing."""
    tag = element.tag if isinstance(element.tag, str) else ""
    tag = tag.removeprefix(_SVG)
    return "" if tag.startswith("{") else tag


def _cleaned(element: Element, gradients: set[str], *, depth: int) -> Element:
    """Return ``element`` with what is in the tables, and nothing else."""
    if depth > _DEEPEST:
        raise LogoError(Fault.TOO_COMPLEX)
    name = _name(element)
    kept = Element("g" if name in _LIKE_A_GROUP else name, _attributes(element))
    if name == "style":
        kept.text = _inert_style("".join(element.itertext()), gradients)
        return kept
    if name in _TEXTUAL:
        kept.text = element.text
    for child in element:
        if _name(child) in _ELEMENTS | _LIKE_A_GROUP:
            kept.append(_cleaned(child, gradients, depth=depth + 1))
            if name in _TEXTUAL:
                kept[-1].tail = child.tail
    return kept


def _attributes(element: Element) -> dict[str, str]:
    kept = {}
    for name, value in element.attrib.items():
        name = "href" if name == f"{_XLINK}href" else name
        is_safe = value.startswith("#") if name == "href" else _is_inert(value)
        if name in _ATTRIBUTES and is_safe:
            kept[name] = " ".join(value.split())
    return kept


def _is_inert(value: str) -> bool:
    """Tell whether a value of an attribute or of CSS names nothing outside the file."""
    if "\\" in value or "/*" in value:
        return False  # both can hide a word
    value = " ".join(value.split())
    calls = _CALL.findall(value)
    addresses = sum(call.lower() == "url" for call in calls)
    return addresses == len(_REFERENCE.findall(value)) and all(
        call.lower() in _FUNCTIONS for call in calls
    )


def _inert_style(css: str, gradients: set[str]) -> str:
    """Return a style sheet whole when it only paints: no @-rules, and url() of gradients only."""
    css = re.sub(r"/\*.*?(?:\*/|\Z)", " ", css, flags=re.DOTALL)
    known = all(target in gradients for _quote, target in _REFERENCE.findall(css))
    is_plain = known and "@" not in css and "<" not in css and _is_inert(css)
    return " ".join(css.split()) if is_plain else ""


def _refuse_expensive(root: Element) -> None:
    """Refuse a drawing that multiplies itself by references, or goes round in them."""
    by_id = {one.get("id"): one for one in root.iter() if one.get("id")}
    costs: dict[Element, int] = {}

    def cost(element: Element, depth: int) -> int:
        if depth > 4 * _DEEPEST:
            raise LogoError(Fault.TOO_COMPLEX)
        if element not in costs:
            costs[element] = _MOST_ELEMENTS  # met again while it is counted: it holds itself
            targets = [by_id[name] for name in _targets(element) if name in by_id]
            costs[element] = 1 + sum(cost(one, depth + 1) for one in [*element, *targets])
            if costs[element] > _MOST_ELEMENTS:
                raise LogoError(Fault.TOO_COMPLEX)
        return costs[element]

    cost(root, depth=0)


def _targets(element: Element) -> list[str]:
    found = [name for value in element.attrib.values() for _q, name in _REFERENCE.findall(value)]
    return [*found, element.get("href", "#").removeprefix("#")]


def _sized(kept: Element, root: Element) -> tuple[float, float]:
    """Give ``kept`` a viewBox without fail; return its width and height."""
    box = [_number(part) for part in re.split(r"[\s,]+", root.get("viewBox", "").strip())]
    if len(box) != 4:
        sides = [
            _number(root.get(side, "").strip().removesuffix("px")) for side in ("width", "height")
        ]
        box = [0.0, 0.0, *sides]
    left, top, width, height = box
    if not (math.isfinite(left + top) and 0 < width < 1e6 and 0 < height < 1e6):
        raise LogoError(Fault.NO_SIZE)
    kept.set("viewBox", " ".join(f"{number:g}" for number in box))
    kept.set("width", f"{width:g}")
    kept.set("height", f"{height:g}")
    return width, height


def _number(text: str) -> float:
    return (
        float(text) if re.fullmatch(r"[+-]?[\d.]+(e[+-]?\d+)?", text, re.IGNORECASE) else math.nan
    )


def _written(element: Element, *, is_root: bool = True) -> Iterator[str]:
    """Write ``element`` with apostrophes round its values, for use inside an attribute."""
    space = " xmlns='http://www.w3.org/2000/svg'" if is_root else ""
    values = "".join(f" {name}='{escape(value)}'" for name, value in element.attrib.items())
    yield f"<{element.tag}{space}{values}"
    if not (len(element) or element.text):
        yield "/>"
        return
    yield f">{escape(element.text or '', quote=False)}"
    for child in element:
        yield from _written(child, is_root=False)
        yield escape(child.tail or "", quote=False)
    yield f"</{element.tag}>"
