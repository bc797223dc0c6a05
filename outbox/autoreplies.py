"""Automatic answers to a mail: who is away, who has left, and what of their text is kept.

Pure. RFC 3834 asks programs to say what they are; many do not, so the headers and subjects of
the widespread ones count as well, in Dutch, English, German and French. What is found is a hint
for a person: it never marks an address.
"""

import re
from collections.abc import Callable

from outbox.refusals import Kind

TEXT_MAX = 1000
_SUBJECT = re.compile(
    r"^\W*(?:automatic reply|auto(?:matic)?[- ]?reply|auto[- ]?response|out of (?:the )?office"
    r"|automatisch antwoord|automatische (?:reactie|beantwoording)|afwezig|niet aanwezig"
    r"|afwezigheids(?:bericht|melding|assistent)"
    r"|automatische antwort|abwesenheits(?:notiz|nachricht|meldung|assistent)|abwesend|abwesenheit"
    r"|r[ée]ponse automatique|absence du bureau|absent(?:e)? du bureau|message d['’]absence"
    r"|ooo\b)",
    re.IGNORECASE,
)
_LEFT = re.compile(
    r"(?:is|ben|bin|are|am)\s+(?:\w+\s+){0,6}?(?:niet\s+(?:meer|langer)\s+(?:\w+\s+){0,3}?"
    r"(?:werkzaam|in\s+dienst|bereikbaar\s+op\s+dit)|no\s+longer\s+(?:\w+\s+){0,3}?"
    r"(?:with|employed|working|work|part))"
    r"|werkt\s+(?:\w+\s+){0,5}?niet\s+(?:meer|langer)"
    r"|(?:is|ben)\s+(?:\w+\s+){0,6}?uit\s+dienst"
    r"|heeft\s+(?:\w+\s+){0,8}?verlaten|heb\s+(?:\w+\s+){0,8}?verlaten"
    r"|no\s+longer\s+(?:\w+\s+){0,3}?(?:works?|working|employed|with\s+(?:the\s+)?(?:company|firm"
    r"|organi[sz]ation))"
    r"|has\s+left\s+(?:the\s+|our\s+)?(?:company|firm|organi[sz]ation|employ)"
    r"|have\s+left\s+(?:the\s+|our\s+)?(?:company|firm|organi[sz]ation)"
    r"|nicht\s+(?:mehr|länger)\s+(?:\w+\s+){0,5}?(?:tätig|beschäftigt|im\s+unternehmen|arbeit\w*)"
    r"|arbeitet\s+(?:\w+\s+){0,5}?nicht\s+mehr"
    r"|unternehmen\s+verlassen"
    r"|ne\s+travaill\w+\s+plus|ne\s+fait\s+plus\s+partie|n['’]est\s+plus\s+(?:en\s+poste|employ\w+)"
    r"|a\s+quitté\s+(?:l|la|le|notre)",
    re.IGNORECASE,
)
_AWAY = re.compile(
    r"\bafwezig|\bvakantie|\bverlof|\bniet\s+(?:aanwezig|op\s+kantoor|bereikbaar)|\bweer\s+terug\b"
    r"|out\s+of\s+(?:the\s+)?office|on\s+(?:annual\s+|maternity\s+|parental\s+)?leave\b|\bholiday"
    r"|\bvacation|\baway\b|\bback\s+(?:in\s+the\s+office|on)\b"
    r"|\babwesend|\babwesenheit|\burlaub|nicht\s+im\s+(?:büro|hause)"
    r"|\babsent|\bcong[ée]s?\b|\bvacances|de\s+retour\s+le",
    re.IGNORECASE,
)
# Where the mail that is answered begins: nothing of it is kept, least of all its personal link.
# The blanks before it end with the line: over all of them at once, a thousand empty lines cost
# a million steps, and anybody can send them.
_QUOTED = re.compile(
    r"^[^\S\n]*(?:>|-{2,}\s*(?:original message|oorspronkelijk bericht|ursprüngliche nachricht"
    r"|message d.origine)|_{10,}|(?:van|from|von|de)\s*:\s.*@)"
    r"|(?:/|%2F)s(?:/|%2F)",
    re.IGNORECASE | re.MULTILINE,
)

Header = Callable[[str], str]  # a header by name, empty without one


def is_automatic(header: Header, subject: str) -> bool:
    """Whether a program answered. ``header`` returns a header's value, empty without one."""
    submitted = header("Auto-Submitted").partition(";")[0].strip().lower()
    if submitted and submitted != "no":
        return True
    if any(header(name) for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Reply-From")):
        return True
    if "auto" in header("Precedence").lower():  # auto_reply
        return True
    return bool(_SUBJECT.match(subject))


def kind_of_reply(subject: str, text: str) -> Kind:
    """Say what an automatic answer tells: LEFT, OUT_OF_OFFICE, or just AUTO_REPLY."""
    words = f"{subject}\n{kept_text(text)}"
    if _LEFT.search(words):
        return Kind.LEFT
    if _AWAY.search(words) or _SUBJECT.match(subject):
        return Kind.OUT_OF_OFFICE
    return Kind.AUTO_REPLY


def kept_text(text: str) -> str:
    """Return the writer's own first lines: without what they quote, at most TEXT_MAX long."""
    if found := _QUOTED.search(text):
        text = text[: found.start()]
    lines = [" ".join(line.split()) for line in text.splitlines()]
    kept = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return kept if len(kept) <= TEXT_MAX else kept[: TEXT_MAX - 1].rstrip() + "…"
