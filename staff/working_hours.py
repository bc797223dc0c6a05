"""Which days the firm works: Monday to Friday without Dutch public holidays."""

from datetime import date, timedelta
from functools import lru_cache

from holidays.countries.netherlands import Netherlands

_SATURDAY = 5


@lru_cache(maxsize=32)
def _holidays_of(year: int) -> frozenset[date]:
    return frozenset(Netherlands(years=year))  # type: ignore[no-untyped-call]


def is_public_holiday(day: date) -> bool:
    """Tell whether ``day`` is a Dutch public holiday."""
    return day in _holidays_of(day.year)


def is_working_day(day: date) -> bool:
    """Tell whether the firm works on ``day``."""
    return day.weekday() < _SATURDAY and not is_public_holiday(day)


def working_days_ago(today: date, days: int) -> date:
    """Return the last day after which ``days`` working days have begun, ``today`` included.

    Two: on a Tuesday that is Sunday, so that what ended on Friday is reached. None: ``today``.
    """
    day = today
    while days > 0:
        days -= is_working_day(day)
        day -= timedelta(days=1)
    return day


def working_days_later(start: date, days: int) -> date:
    """Return the first day on which ``working_days_ago`` reaches back to ``start``."""
    day = start
    while days > 0:
        day += timedelta(days=1)
        days -= is_working_day(day)
    return day
