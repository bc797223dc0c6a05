"""How deliveries are found by words: folded once when they are queued, folded alike when asked.

Pure. No trigram index, which SQLite does not have, and no table of words, which would make the
transaction that stores an answer write a dozen rows more. One short column holds all that may be
searched, folded; it stands in an index together with what else the list filters on, so the
database reads that index and never the mails beside it. 100,000 deliveries are 20 MB of it.
"""

import unicodedata
from collections.abc import Iterable

LENGTH = 600  # characters; in UTF-8 below the 2,704 bytes that PostgreSQL takes in an index


def folded(text: str) -> str:
    """Return ``text`` as it is compared: lower case, without accents, white space as one space."""
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(text.casefold().replace("’", "'").replace("\0", "").split())


def searchable(parts: Iterable[str]) -> str:
    """Return what ``parts`` are found by: those that matter most come first, the end may go."""
    return " ".join(filter(None, (folded(part) for part in parts)))[:LENGTH]


def words_of(asked: str) -> list[str]:
    """Return the words that must all occur, in any order, each anywhere: "zoe p-10", "@ymere".

    Of a text that is longer than any that is searched, only the beginning counts: a database gives
    up on a thousand conditions.
    """
    return list(dict.fromkeys(folded(asked)[:LENGTH].split()))
