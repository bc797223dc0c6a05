"""What may stand in the cell of a spreadsheet: the one rule against formulas.

A client's or a project's name comes from outside. A cell that begins with ``=``, ``+``, ``-``,
``@``, a tab or a carriage return is run as a formula by Excel and its like, which can send what
stands beside it elsewhere (OWASP, "CSV injection"). Such a text gets an apostrophe in front, which
says: this is text. Our own glyphs and signed figures (``+``, ``–``, ``+12``, ``–3%``) stay as they
are. Pure.
"""

import re

# Also the wide forms of them, which spreadsheets in East Asia take for the same.
_STARTS_FORMULA = frozenset("=@+-–−\uff1d\uff20\uff0b\uff0d\t\r\n")
_OURS = re.compile(r"[+–-](\d[\d.,]*\s?%?)?")
# What XML 1.0 cannot hold, and no name needs.
_NO_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
MAX_LENGTH = 32_767  # of one cell in Excel


def safe(text: str) -> str:
    """Return ``text`` as it may stand in a cell: never a formula, never longer than a cell.

    White space in front of what would be a formula does not save it: some programs trim it.
    """
    if text[:1].isalnum() and text.isprintable() and len(text) < MAX_LENGTH:
        return text  # nearly every cell
    text = _NO_CHARACTER.sub("", text)[: MAX_LENGTH - 1]
    if _OURS.fullmatch(text):
        return text
    bare = text.lstrip(" \u00a0\u200b\u2060\ufeff\v\f")
    return f"'{text}" if bare[:1] in _STARTS_FORMULA and bare else text
