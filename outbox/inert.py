"""Text that no chat service turns into anything: no formatting, mention, link or command.

Pure. Each service has a markup of its own and they change; escaping for each of them is a race.
So what any of them could act on is replaced by a character that looks like it and means nothing.
"""

import re
import unicodedata

SMS_LIMIT = 306  # GSM-7 characters in two segments of a concatenated message (3GPP TS 23.038)
_SHORTEST_NAME = 2  # letters of a top-level domain: "B.V." is no host name, "jansen.nl" is
_JOINER = "\u2060"  # word joiner: takes no room, breaks no line, and no host name holds it

_LOOK_ALIKE = str.maketrans(
    {
        "*": "∗",
        "_": "ˍ",
        "~": "∼",
        "`": "'",
        "<": "‹",
        ">": "›",
        "[": "(",
        "]": ")",
        "{": "(",
        "}": ")",
        "|": "¦",
        "#": "＃",
        "@": "＠",
        "\\": "＼",
    }
)
_HOST = re.compile(rf"(?<=\w)\.(?=\w{{{_SHORTEST_NAME},}})")
_LIST = re.compile(r"(?m)^(\s*)([-+=]|\d+[.)])(?=\s)")  # lists and underlined headings
_COLON = re.compile(r":(?=\S)")  # schemes and :emoji:, not "14:05"
_COMMAND = re.compile(r"(?m)^(\s*)/")
# Beside letters and digits, what GSM-7 holds in one position and every SMS gateway leaves alone.
_SMS_KEPT = set(" \n!\"#%&'()*+,-./:;<=>?")
_SMS_FOLDED = {
    "–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "…": "...", "€": "EUR ", "·": "-",
    "×": "x", "ß": "ss", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "œ": "oe", "ł": "l", "@": "(at)",
}  # fmt: skip


def inert(text: str) -> str:
    """Return ``text`` as it reads, without a character that a chat service acts on.

    Invisible and direction-changing characters go; line breaks stay.
    """
    plain = "".join(
        one for one in text if one == "\n" or unicodedata.category(one) not in {"Cc", "Cf", "Co"}
    )
    plain = plain.translate(_LOOK_ALIKE)
    plain = _COLON.sub(lambda found: _clock_or(plain, found.start()), plain)
    plain = plain.replace("//", "∕∕")
    plain = _HOST.sub(lambda _found: f"{_JOINER}.", plain)
    plain = _COMMAND.sub(r"\1∕", plain)
    return _LIST.sub(lambda found: f"{found[1]}{_JOINER}{found[2]}", plain)


def _clock_or(text: str, at: int) -> str:
    """Return the colon of a time, and else one that ends no scheme and names no emoji."""
    return ":" if text[at - 1 : at].isdigit() and text[at + 1 : at + 2].isdigit() else "∶"


def fits_sms(text: str) -> str:
    """Return ``text`` in characters of GSM-7 that need no escape: one position each."""
    folded = "".join(_SMS_FOLDED.get(one, one) for one in text)
    plain = unicodedata.normalize("NFKD", folded)
    kept = (one for one in plain if not unicodedata.combining(one))
    return "".join(one for one in kept if one in _SMS_KEPT or (one.isascii() and one.isalnum()))


def sms(title: str, body: str, link: str) -> str:
    """Return one SMS of at most two segments: title, body, link. What is too long loses its end.

    The link is never cut: without it the message leads nowhere.
    """
    end = f"\n{link}" if link else ""
    text = fits_sms("\n".join(part for part in (title, body) if part))
    room = SMS_LIMIT - len(end)
    if len(text) > room:
        text = text[: room - 3].rstrip() + "..."
    return text + end
