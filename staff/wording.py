"""Amounts, shares, days and moments, as the firm writes them (LOOK, tone).

No database and no clock: the moment is an argument. Words follow the active language; Dutch is
used for every language that has no words here.
"""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import phonenumbers
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import get_language

_DUTCH_COUNTRY_CODE = 31
_NO_BREAK_SPACE = "\u00a0"
# Django's own abbreviations are capitalised and without full stop in Dutch ("12 Nov").
_MONTHS = {
    "nl": "jan. feb. mrt. apr. mei jun. jul. aug. sep. okt. nov. dec.".split(),
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(),
}


def _language() -> str:
    return "en" if (get_language() or "").startswith("en") else "nl"


def whole_number(value: Decimal | float) -> str:
    """Return ``value`` rounded to a whole number with thousands apart: ``84.500``, ``84,500``."""
    whole = _rounded(value)
    grouped = f"{abs(whole):,}"
    if abs(whole) > 999 and _language() == "nl":  # a page says hundreds of small numbers
        grouped = grouped.replace(",", ".")
    return f"–{grouped}" if whole < 0 else grouped


def _rounded(value: Decimal | float) -> int:
    """Return the nearest whole number, of a half the one further from zero."""
    if isinstance(value, Decimal):
        return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    size = abs(value)
    whole = int(size)
    if size - whole >= 0.5:  # exact: what is left of a float is a float
        whole += 1
    return whole if value > 0 else -whole


def euro(amount: Decimal | float) -> str:
    """Return an amount in whole euros: ``€ 84.500`` in Dutch, ``€84,500`` in English."""
    space = _NO_BREAK_SPACE if _language() == "nl" else ""
    return f"€{space}{whole_number(amount)}"


def percent(share: float) -> str:
    """Return a share between 0 and 1 as a whole percentage: ``36%``."""
    return f"{whole_number(share * 100)}%"


def day(value: date, *, today: date) -> str:
    """Return ``12 nov.``, and ``12 nov. 2025`` for another year than that of ``today``."""
    text = f"{value.day}{_NO_BREAK_SPACE}{_MONTHS[_language()][value.month - 1]}"
    return text if value.year == today.year else f"{text} {value.year}"


def moment(value: datetime, *, now: datetime, with_seconds: bool = False) -> str:
    """Return ``14:02`` for a moment of today, else ``12 nov. 14:02``, in local time."""
    local, today = timezone.localtime(value), timezone.localdate(now)
    clock = f"{local:%H:%M:%S}" if with_seconds else f"{local:%H:%M}"
    if local.date() == today:
        return clock
    return f"{day(local.date(), today=today)} {clock}"


def deadline(value: datetime, *, now: datetime, names_today: bool = False) -> str:
    """Return when something is due: ``17:00``, ``maandag 14:00`` within a week, ``12 nov. 14:00``.

    ``names_today`` also names the day when it is today: a mail may be read tomorrow.
    """
    local, today = timezone.localtime(value), timezone.localdate(now)
    if local.date() == today and not names_today:
        return f"{local:%H:%M}"
    if today <= local.date() < today + timedelta(days=7):
        return f"{WEEKDAYS[local.weekday()]} {local:%H:%M}"
    return f"{day(local.date(), today=today)} {local:%H:%M}"


def dialable(phone: str) -> str:
    """Return a telephone number for a ``tel:`` link: ``+31612345678``; a Dutch one by default.

    What is no valid number (an extension, a note) keeps its digits, so that it still dials.
    """
    number = _parsed(phone)
    if number is not None:
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return "".join(char for char in phone if char.isdigit() or char == "+")


def readable_phone(phone: str) -> str:
    """Return a telephone number as a Dutch colleague reads it: ``06 12345678``, ``+32 2 …``."""
    number = _parsed(phone)
    if number is None:
        return phone
    is_dutch = number.country_code == _DUTCH_COUNTRY_CODE
    style = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, style.NATIONAL if is_dutch else style.INTERNATIONAL)


def _parsed(phone: str) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(phone, "NL")
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


def short_name(name: str) -> str:
    """Return ``M. Vermeulen`` for Marijke Vermeulen; a single word stays as it is."""
    first, _space, rest = name.strip().partition(" ")
    return f"{first[0]}. {rest.strip()}" if rest else first
