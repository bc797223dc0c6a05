"""Template filters for amounts, shares, days and moments: ``{% load wording %}``.

Each shows nothing for None, so that a template need not ask first.
"""

from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils import timezone

from staff import wording

register = template.Library()


@register.filter
def euro(amount: Decimal | float | None) -> str:
    """``{{ project.value|euro }}``: € 84.500."""
    return "" if amount is None else wording.euro(amount)


@register.filter
def percent(share: float | None) -> str:
    """``{{ share|percent }}``, of a share between 0 and 1: 36%."""
    return "" if share is None else wording.percent(share)


@register.filter
def whole(value: Decimal | float | None) -> str:
    """``{{ count|whole }}``: 1.390."""
    return "" if value is None else wording.whole_number(value)


@register.filter
def day(value: date | datetime | None) -> str:
    """``{{ project.closed_on|day }}``: 12 nov.; a moment is taken in local time."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return wording.day(value, today=timezone.localdate())


@register.filter
def moment(value: datetime | None) -> str:
    """``{{ delivery.sent_at|moment }}``: 14:02 today, else 12 nov. 14:02."""
    return "" if value is None else wording.moment(value, now=timezone.now())


@register.filter
def exact_moment(value: datetime | None) -> str:
    """``{{ delivery.sent_at|exact_moment }}``: to the second."""
    if value is None:
        return ""
    return wording.moment(value, now=timezone.now(), with_seconds=True)


@register.filter
def deadline(value: datetime | None) -> str:
    """``{{ alert.speak_by|deadline }}``: 17:00 today, maandag 14:00, 12 nov. 14:00."""
    return "" if value is None else wording.deadline(value, now=timezone.now())


@register.filter
def deadline_in_mail(value: datetime | None) -> str:
    """As ``deadline``, naming the day also when it is today: mail is read later."""
    return "" if value is None else wording.deadline(value, now=timezone.now(), names_today=True)


@register.filter
def dialable(phone: str) -> str:
    """``tel:{{ contact.phone|dialable }}``."""
    return wording.dialable(phone)


@register.filter
def readable_phone(phone: str) -> str:
    """``{{ contact.phone|readable_phone }}``: 06 12345678."""
    return wording.readable_phone(phone)


@register.filter
def short_name(name: str) -> str:
    """``{{ contact.name|short_name }}``: M. Vermeulen."""
    return wording.short_name(name)
