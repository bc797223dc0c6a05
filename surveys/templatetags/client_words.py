"""Template filters for what a client reads: ``{% load client_words %}``."""

from datetime import date

import phonenumbers
from django import template

from surveys import languages

register = template.Library()

_HOME = "NL"  # numbers without a country are Dutch
_NO_BREAK_SPACE = "\u00a0"


@register.filter
def day_in_words(value: date) -> str:
    """``{{ project.closed_on|day_in_words }}``: 13 november, with its year unless it is this."""
    return languages.written_day(value)


@register.filter
def dialable(number: str) -> str:
    """``href="tel:{{ user.phone|dialable }}"``: +31795550142; empty when nobody could dial it."""
    parsed = _parse(number)
    if parsed is None:
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


@register.filter
def readable_number(number: str) -> str:
    """``{{ user.phone|readable_number }}``: 079 555 0142 at home, else +32 2 555 12 34.

    A reader of German or French is not at home: +31 79 555 0142.
    Unbreakable; a number that cannot be understood comes back as it was written.
    """
    parsed = _parse(number)
    if parsed is None:
        return number
    is_dutch = parsed.country_code == phonenumbers.country_code_for_region(_HOME)
    is_home = is_dutch and not languages.is_abroad()
    styles = phonenumbers.PhoneNumberFormat
    text = phonenumbers.format_number(parsed, styles.NATIONAL if is_home else styles.INTERNATIONAL)
    return text.replace(" ", _NO_BREAK_SPACE)


def _parse(number: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(number, _HOME)
    except phonenumbers.NumberParseException:
        return None
