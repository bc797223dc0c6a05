"""What a reader sees of a page or mail, and which words of another language are left in it."""

import re
from functools import cache
from html.parser import HTMLParser

import polib

from tests.architecture.source import ROOT
from tests.languages.client_texts import LANGUAGES, client_texts

_APART = re.compile(r"%\(\w+\)[sd]|<[^>]+>")  # placeholders and tags part a text in pieces
_READ_OUT = {"aria-label", "title", "alt", "placeholder"}
_UNREAD = {"style", "script"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = [tag] if tag in _UNREAD else []
        self.said += [value or "" for name, value in attrs if name in _READ_OUT]

    def handle_endtag(self, tag: str) -> None:
        self._inside = []

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.said.append(data)


def _plain(text: str) -> str:
    return " ".join(text.split())


def sayings(source: str) -> set[str]:
    """Return the texts between the tags, and those that are read out; or the lines of a mail."""
    if not source.lstrip().startswith("<"):
        return set(filter(None, map(_plain, source.splitlines())))
    reader = _Reader()
    reader.feed(source)
    return set(filter(None, map(_plain, reader.said)))


@cache
def _said_in(language: str) -> frozenset[str]:
    """Return the pieces, without placeholders, of all that a client can read in ``language``."""
    texts = {msgid for _context, msgid in client_texts()}
    if language != "en":
        path = ROOT / "locale" / language / "LC_MESSAGES" / "django.po"
        used = [entry for entry in polib.pofile(str(path)) if entry.msgid in texts]
        texts = {
            form
            for entry in used
            for form in (list(entry.msgstr_plural.values()) or [entry.msgstr])
        }
    return frozenset(_plain(piece) for text in texts for piece in _APART.split(text))


@cache
def _foreign_to(language: str) -> frozenset[str]:
    """Return the pieces of other languages that mean nothing in ``language``."""
    own = " | ".join(_said_in(language))
    foreign = set().union(*(_said_in(other) for other in LANGUAGES if other != language))
    return frozenset(
        piece for piece in foreign if sum(map(str.isalpha, piece)) >= 2 and not _says(own, piece)
    )


def _says(text: str, piece: str) -> bool:
    """Whether ``text`` holds ``piece`` as whole words."""
    return piece in text and bool(re.search(rf"(?<!\w){re.escape(piece)}(?!\w)", text))


def left_over(source: str, language: str) -> list[str]:
    """Return the pieces of another language that a page or mail in ``language`` still says.

    A piece counts as whole words, and from five letters on; shorter ones when they stand alone.
    """
    said = sayings(source)
    everything = " | ".join(sorted(said)) if source.lstrip().startswith("<") else _plain(source)
    return sorted(
        piece
        for piece in _foreign_to(language)
        if piece in said or (len(piece) >= 5 and _says(everything, piece))
    )
