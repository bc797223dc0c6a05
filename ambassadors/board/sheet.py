"""One sheet of A4 in black: letters, rules, bars and their tags. Lengths are in millimetres.

Everything on it has a place and a width of its own, and what does not fit ends in an ellipsis, so
that no text makes a second page. The reading order is the order of drawing.
"""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path

import font_source_sans_pro
import font_source_serif_pro
from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.prefs import ViewerPreferences

LEFT, RIGHT, BOTTOM = 14.0, 196.0, 286.0
_MM = 25.4 / 72  # of a point
_HATCH = 0.8
_MISSING = "□"  # a letter that the fonts do not have
_FILES = {
    ("sans", ""): Path(font_source_sans_pro.__file__).parent / "files/SourceSansPro-Regular.ttf",
    ("sans", "B"): Path(font_source_sans_pro.__file__).parent / "files/SourceSansPro-Semibold.ttf",
    ("serif", ""): Path(font_source_serif_pro.__file__).parent / "files/SourceSerifPro-Regular.ttf",
}


@cache
def _letters() -> frozenset[int]:
    """Return what every one of the fonts has."""
    found = [set(TTFont(path, lazy=True).getBestCmap()) for path in _FILES.values()]
    return frozenset(set.intersection(*found))


def printable(text: str) -> str:
    """Return ``text`` as one line that the fonts can print; marks that steer text are left out."""
    text = unicodedata.normalize("NFC", text).replace("\u2011", "-")
    text = "".join(" " if char in "\t\r\n\u2028\u2029\u202f" else char for char in text)
    kept = (char for char in text if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co"})
    shown = "".join(char if ord(char) in _letters() else _MISSING for char in kept)
    return " ".join(part for part in shown.split(" ") if part)


class Sheet(FPDF):
    """A tagged page. ``y`` is always a base line or an upper edge, measured from the top."""

    def __init__(self, *, title: str, language: str, author: str, made_at: datetime) -> None:
        super().__init__(orientation="portrait", unit="mm", format="A4")
        self.set_auto_page_break(False)
        self.set_title(printable(title))
        self.set_author(printable(author))
        self.set_lang(language)
        self.set_creation_date(made_at)
        self.set_creator("Ambassadors")
        self.set_display_mode("fullpage")
        self.viewer_preferences = ViewerPreferences(display_doc_title=True)
        for (family, style), path in _FILES.items():
            self.add_font(family, style, path)
        self.add_page()

    @contextmanager
    def tagged(self, kind: str, *, alt: str = "") -> Iterator[None]:
        """Mark what is drawn meanwhile as ``kind`` of structure: H1, H2, P, Figure.

        fpdf2 tags pictures only; what it does for them is done here for text.
        """
        number = self.struct_builder.next_mcid_for_page(self.page)
        self._add_marked_content(
            struct_type=f"/{kind}", mcid=number, **({"alt_text": alt} if alt else {})
        )
        self._out(f"/{kind} <</MCID {number}>> BDC")
        yield
        self._out("EMC")

    @contextmanager
    def decoration(self) -> Iterator[None]:
        """Mark what is drawn meanwhile as saying nothing that the text does not say."""
        self._out("/Artifact BMC")
        yield
        self._out("EMC")

    def fitted(self, text: str, width: float) -> str:
        """Return ``text``, or as much of its beginning as fits, with an ellipsis."""
        text = printable(text)
        if self.get_string_width(text) <= width:
            return text
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            fits = self.get_string_width(text[:middle].rstrip() + "…") <= width
            low, high = (middle, high) if fits else (low, middle - 1)
        return text[:low].rstrip() + "…"

    def say(
        self,
        text: str,
        x: float,
        y: float,
        width: float,
        *,
        size: float = 8.5,
        bold: bool = False,
        serif: bool = False,
        to_the_right: bool = False,
        tag: str = "P",
    ) -> None:
        """Write one line with its base line at ``y``, within ``width`` from ``x``."""
        if not text:
            return
        with self.tagged(tag):
            self.set_font("serif" if serif else "sans", "B" if bold else "", size)
            shown = self.fitted(text, width)
            at = x + width - self.get_string_width(shown) if to_the_right else x
            self.text(at, y, shown)

    def tell(
        self, text: str, x: float, y: float, width: float, *, size: float = 8.5, lines: int = 2
    ) -> float:
        """Write a sentence over ``lines`` at most; return the base line of the line below it."""
        self.set_font("sans", "", size)
        words, step = printable(text).split(" "), size * _MM * 1.25
        rows: list[str] = []
        while words and len(rows) < lines:
            row = words.pop(0)
            if len(rows) == lines - 1:
                row = " ".join([row, *words])
                words = []
            while words and self.get_string_width(f"{row} {words[0]}") <= width:
                row = f"{row} {words.pop(0)}"
            rows.append(row)
        if rows and rows != [""]:
            with self.tagged("P"):
                self.set_font("sans", "", size)
                for row in rows:
                    self.text(x, y, self.fitted(row, width))
                    y += step
        return y

    def rule(self, x: float, y: float, width: float, *, heavy: bool = False) -> None:
        """Draw a line: heavy above a section, a hair between rows."""
        with self.decoration():
            self.set_line_width(0.6 if heavy else 0.12)
            self.line(x, y, x + width, y)

    def bar(self, x: float, y: float, width: float, height: float, *, fill: str) -> None:
        """Draw a bar: ``solid``, ``hatched`` or ``open``. Shape tells them apart, not colour."""
        self.set_line_width(0.18)
        if fill == "solid":
            self.set_fill_color(0)
            self.rect(x, y, width, height, style="F")
            return
        if fill == "hatched" and width > 0:
            with self.rect_clip(x, y, width, height):
                at = x - height
                while at < x + width:
                    self.line(at, y + height, at + height, y)
                    at += _HATCH
        self.rect(x, y, width, height)

    def whisker(self, low: float, high: float, y: float, *, height: float = 1.6) -> None:
        """Draw an interval from ``low`` to ``high`` around ``y``."""
        self.set_line_width(0.25)
        self.line(low, y, high, y)
        for end in (low, high):
            self.line(end, y - height / 2, end, y + height / 2)

    def dot(self, x: float, y: float, *, is_open: bool) -> None:
        """Draw an estimate: a disc, or a ring."""
        self.set_line_width(0.3)
        self.set_fill_color(255 if is_open else 0)
        self.circle(x, y, 0.9, style="DF")
        self.set_fill_color(0)
