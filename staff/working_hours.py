"""Which days the firm works: Monday to Friday without Dutch public holidays."""

from datetime import date
from functools import lru_cache

from holidays.countries.netherlands import Netherlands


@lru_cache(maxsize=32)
def _holidays_of(year: int) -> frozenset[date]:
    return frozenset(Netherlands(years=year))  # type: ignore[no-untyped-call]


def is_public_holiday(day: date) -> bool:
    """Tell whether ``day`` is a Dutch public holiday."""
    return day in _holidays_of(day.year)
