"""What people type in a cell, turned into values. Pure: no Django, no database, no clock.

Every parser takes the tidied text of one cell, returns a value and raises ``CellError`` with a
stable code when the text cannot mean exactly one thing. Nothing is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

import phonenumbers

from surveys.importers.codes import CellError, Code

EARLIEST_YEAR, LATEST_YEAR = 1950, 2100
_LARGEST_AMOUNT = Decimal("999999999999.99")  # Project.value: 14 digits, 2 decimals


class SlashOrder(StrEnum):
    """How a file writes dates with slashes. 3/4/2026 alone does not tell."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


_SPREADSHEET_ERRORS = frozenset(
    "#N/A #N/B #REF! #VERW! #VALUE! #WAARDE! #DIV/0! #DEEL/0! #NAME? #NAAM? #NULL! #LEEG! "
    "#NUM! #GETAL!".split()
)


def _has_control_character(text: str) -> bool:
    return any(unicodedata.category(sign) in {"Cc", "Cs"} for sign in text)


@lru_cache(maxsize=20_000)
def tidy(text: str) -> str:
    """Return ``text`` on one line without stray blanks, in the usual Unicode form (NFC).

    Blanks include no-break spaces and line ends inside the cell; zero-width blanks disappear.
    Raises ``CellError`` for control characters, for ``�`` (a letter that an earlier program lost)
    and for the error values of a spreadsheet, such as ``#N/B``.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", text.translate({0x200B: None, 0xFEFF: None}))
    text = " ".join(text.split())
    if "\ufffd" in text or (not text.isprintable() and _has_control_character(text)):
        raise CellError(Code.UNREADABLE_CHARACTER)
    if text.upper() in _SPREADSHEET_ERRORS:
        raise CellError(Code.SPREADSHEET_ERROR, value=text)
    return text


# Dates --------------------------------------------------------------------------------------------
_MONTH_NAMES = (
    "jan januari january",
    "feb februari february febr",
    "mrt maart mar march mrt",
    "apr april",
    "mei may",
    "jun juni june",
    "jul juli july",
    "aug augustus august",
    "sep sept september",
    "okt oktober oct october",
    "nov november",
    "dec december",
)
_MONTHS: Mapping[str, int] = {
    name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in names.split()
}
_TIME = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s?[AP]M|Z|[+-]\d{2}:?\d{2})?)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_TIME}", re.I)
_YEAR_LAST = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}){_TIME}", re.I)
_DAY_NAMED = re.compile(rf"(\d{{1,2}})[- ]([a-z]+)\.?[- ](\d{{4}}){_TIME}", re.I)
_MONTH_NAMED = re.compile(rf"([a-z]+)\.? (\d{{1,2}}),? (\d{{4}}){_TIME}", re.I)
_SHORT_YEAR = re.compile(r"\d{1,2}[-/. ](?:\d{1,2}|[a-z]+\.?)[-/. ]'?\d{2}", re.I)


@lru_cache(maxsize=20_000)
def parse_date(text: str, slashes: SlashOrder = SlashOrder.DAY_FIRST) -> date:
    """Return the date of ``13-11-2026``, ``13/11/2026``, ``13 nov 2026``, ``Nov 13, 2026``,
    ``2026-11-13`` or one of these with a time, which is dropped.

    Only dates with slashes depend on ``slashes``; with hyphens or dots the day comes first, as in
    Dutch. Raises ``CellError``: not a date, a day that does not exist (31 February), a year of
    two digits, a year outside 1950-2100.
    """
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = int(found[1]), int(found[3]), int(found[4])
    elif found := _YEAR_LAST.fullmatch(text):
        day, month, year = int(found[1]), int(found[3]), int(found[4])
        if found[2] == "/" and slashes is SlashOrder.MONTH_FIRST:
            day, month = month, day
    elif (found := _DAY_NAMED.fullmatch(text)) and found[2].lower() in _MONTHS:
        day, month, year = int(found[1]), _MONTHS[found[2].lower()], int(found[3])
    elif (found := _MONTH_NAMED.fullmatch(text)) and found[1].lower() in _MONTHS:
        day, month, year = int(found[2]), _MONTHS[found[1].lower()], int(found[3])
    elif _SHORT_YEAR.fullmatch(text):
        raise CellError(Code.SHORT_YEAR, value=text)
    else:
        raise CellError(Code.NOT_A_DATE, value=text)
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise CellError(Code.YEAR_OUT_OF_RANGE, value=text)
    try:
        return date(year, month, day)
    except ValueError:
        raise CellError(Code.NO_SUCH_DAY, value=text) from None


def slash_evidence(text: str) -> SlashOrder | None:
    """Tell which order a date with slashes proves: the one in which alone it is a real date."""
    if "/" not in text:
        return None
    fitting = []
    for order in SlashOrder:
        try:
            parse_date(text, order)
        except CellError:
            continue
        fitting.append(order)
    return fitting[0] if len(fitting) == 1 else None


# Amounts ------------------------------------------------------------------------------------------
_CURRENCY = re.compile(r"^(?:€|EUR|euro)\s*|\s*(?:€|EUR|euro)$", re.I)
_NO_CENTS = re.compile(r"[.,](?:-{1,2}|=|–|—)$")  # "84.500,-"
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:([., ])\d{3})(?:\1\d{3})*(?:(?!\1)[.,]\d{1,2})?")
_PLAIN = re.compile(r"\d+(?:[.,]\d{1,2})?")
_MORE_DECIMALS = re.compile(r"(?:\d+|\d{1,3}(?:([., ])\d{3})+)[.,]\d{3,}")


@lru_cache(maxsize=20_000)
def parse_amount(text: str) -> Decimal:
    """Return the euros of ``€ 13.341,41``, ``13,341.41``, ``13341``, ``EUR 84.500,-``.

    One separator followed by exactly three digits parts thousands (``1.234`` is 1234), since an
    amount has at most two decimals. Raises ``CellError``: not an amount, a negative one, more than
    two decimals, or too large to store.
    """
    bare = _CURRENCY.sub("", text.strip(), count=2).strip()
    bare = _NO_CENTS.sub("", bare)
    if re.fullmatch(r"(?:[-–−]\s*[€\d].*|\(.+\)|\d.*[-–−])", bare):
        raise CellError(Code.NEGATIVE_AMOUNT, value=text)
    if found := _GROUPED.fullmatch(bare):
        digits = bare.replace(found[1], "").replace(",", ".")
    elif _PLAIN.fullmatch(bare):
        digits = bare.replace(",", ".")
    elif _MORE_DECIMALS.fullmatch(bare):
        raise CellError(Code.TOO_MANY_DECIMALS, value=text)
    else:
        raise CellError(Code.NOT_AN_AMOUNT, value=text)
    amount = Decimal(digits)
    if amount > _LARGEST_AMOUNT:
        raise CellError(Code.AMOUNT_TOO_LARGE, value=text)
    return amount


# Telephones ---------------------------------------------------------------------------------------
@lru_cache(maxsize=20_000)
def parse_phone(text: str) -> tuple[str, bool]:
    """Return ``(number, True)`` in E.164 when it can be dialled, else ``(text, False)``.

    A number without country code is Dutch.
    """
    try:
        number = phonenumbers.parse(text, "NL")
    except phonenumbers.NumberParseException:
        return text, False
    if number.extension or not phonenumbers.is_valid_number(number):
        return text, False
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), True


# Words --------------------------------------------------------------------------------------------
def _table(**words: str) -> dict[str, str]:
    return {word: value for value, all_of_them in words.items() for word in all_of_them.split("|")}


_ROLES = _table(
    decider="beslisser|besluitvormer|decider|decision maker|decision-maker",
    adviser="adviseur|adviser|advisor|beïnvloeder|influencer",
    user="gebruiker|eindgebruiker|user|end user",
    buyer="inkoper|inkoop|buyer|purchaser|procurement",
) | {"onbekend": "", "unknown": "", "-": ""}
_LANGUAGES = _table(
    nl="nl|nl-nl|nl-be|nl_nl|nl_be|nld|ned|nederlands|dutch",
    en="en|en-gb|en-us|en_gb|en_us|eng|engels|english",
    de="de|de-de|de-at|de-ch|de_de|de_at|de_ch|deu|ger|duits|german|deutsch",
    fr="fr|fr-fr|fr-be|fr-ch|fr_fr|fr_be|fr_ch|fra|fre|frans|french|français|francais",
)
_STATES = _table(
    closed="afgesloten|gesloten|afgerond|gereed|opgeleverd|closed|completed|finished|done",
    running="lopend|loopt|actief|in uitvoering|onderhanden|open|running|active|ongoing|in progress",
)


def _look_up(words: Mapping[str, str], text: str, fault: Code) -> str:
    try:
        return words[text.casefold()]
    except KeyError:
        raise CellError(fault, value=text) from None


def parse_role(text: str) -> str:
    """Return the role in the decision-making unit; empty when the list says it is unknown."""
    return _look_up(_ROLES, text, Code.UNKNOWN_ROLE)


def parse_language(text: str) -> str:
    """Return ``nl``, ``en``, ``de`` or ``fr``; a language the survey does not speak is a fault."""
    return _look_up(_LANGUAGES, text, Code.UNKNOWN_LANGUAGE)


def parse_state(text: str) -> str:
    """Return ``closed`` or ``running``."""
    return _look_up(_STATES, text, Code.UNKNOWN_STATE)
