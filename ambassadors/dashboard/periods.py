"""Periods: what the filter offers, and the other period that a page is compared with.

No database and no clock: today is an argument.
"""

from calendar import monthrange
from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Span = tuple[date | None, date | None]  # both days included; None: no limit


class Period(models.TextChoices):
    """What the period filter offers."""

    DAYS_30 = "30d", _("Last 30 days")
    DAYS_90 = "90d", _("Last 90 days")
    MONTHS_12 = "12m", _("Last 12 months")
    QUARTER = "quarter", _("This quarter")
    LAST_QUARTER = "last-quarter", _("Last quarter")
    YEAR = "year", _("This year")
    LAST_YEAR = "last-year", _("Last year")
    ALL = "all", _("Everything")
    OWN = "own", _("From – to")


class Compare(models.TextChoices):
    """Which other period stands beside the one that is asked for."""

    BEFORE = "before", pgettext_lazy("compare with", "the period before")
    YEAR = "year", pgettext_lazy("compare with", "a year before")


def span(period: str, today: date) -> Span:
    """Return the first and the last day of a preset; of an own period and of everything none."""
    quarter = date(today.year, today.month - (today.month - 1) % 3, 1)
    spans: dict[str, Span] = {
        Period.DAYS_30: (today - timedelta(days=29), today),
        Period.DAYS_90: (today - timedelta(days=89), today),
        Period.MONTHS_12: (_months_on(today + timedelta(days=1), -12), today),
        Period.QUARTER: (quarter, today),
        Period.LAST_QUARTER: (_months_on(quarter, -3), quarter - timedelta(days=1)),
        Period.YEAR: (date(today.year, 1, 1), today),
        Period.LAST_YEAR: (date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
    }
    return spans.get(period, (None, None))


def other_span(compare: str, first: date | None, last: date) -> Span:
    """Return the period to compare with; none without a first day.

    The period before is as long and ends where this one begins: as many months where this is a
    number of whole months from any day on, else as many days.
    """
    if first is None or compare not in Compare.values:
        return None, None
    after = last + timedelta(days=1)
    if compare == Compare.YEAR:
        return _months_on(first, -12), _months_on(after, -12) - timedelta(days=1)
    ends = first - timedelta(days=1)
    if first.day == after.day:
        months = (after.year - first.year) * 12 + after.month - first.month
        return _months_on(first, -months), ends
    return first - (after - first), ends


def _months_on(day: date, months: int) -> date:
    """Return the same day of another month, or the last one of a month that is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
