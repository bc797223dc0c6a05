"""A firm's logo, once it is safe and small enough: what it is, and how a page carries it. Pure."""

import base64
import re
import zlib
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

MOST_BYTES = 1_000_000  # of a file that is looked at at all
# What a logo may add to a client's page, gzipped: all of the page stays within 14 KB (DESIGN §7).
MOST_ON_THE_PAGE = 4096
WIDEST, HIGHEST = 200, 44  # CSS pixels at which a logo is shown


class Kind(StrEnum):
    """The two formats."""

    SVG = "svg"
    PNG = "png"


class Fault(StrEnum):
    """Why a file is not a logo."""

    TOO_BIG = "too big"
    UNREADABLE = "neither SVG nor PNG"
    ENTITIES = "entities"
    NO_SIZE = "no size"
    TOO_COMPLEX = "too complex"
    EMPTY = "nothing is drawn"
    SHAPE = "too long or too high"
    TOO_HEAVY = "too heavy for the page"


class LogoError(ValueError):
    """A file that is refused; ``fault`` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, kw_only=True)
class Logo:
    """A cleaned logo. ``width`` and ``height`` are the CSS pixels at which it is shown."""

    kind: Kind
    data: bytes
    width: int
    height: int

    @cached_property
    def data_uri(self) -> str:
        """The logo as an address, fit for a double-quoted attribute of HTML as it is."""
        if self.kind is Kind.PNG:
            return "data:image/png;base64," + base64.b64encode(self.data).decode("ascii")
        # Plain text gzips far better than base64. What an attribute or an address gives another
        # meaning is written as %XX; an apostrophe needs no care there.
        text = re.sub(r"[^ -~]|[%#<>\"&]", _percent, self.data.decode())
        return f"data:image/svg+xml,{text}"

    @property
    def weight(self) -> int:
        """The bytes that it adds to a gzipped page, as good as exactly."""
        return len(zlib.compress(self.data_uri.encode(), 6))


def shown_size(width: float, height: float, *, may_grow: bool) -> tuple[int, int]:
    """Return the size at which ``width`` by ``height`` is shown; refuse what no header can hold."""
    if not 1 / 3 <= width / height <= 15:
        raise LogoError(Fault.SHAPE)
    scale = min(WIDEST / width, HIGHEST / height)
    if not may_grow:
        scale = min(scale, 1)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _percent(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode())
