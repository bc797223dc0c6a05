"""Deadlines in business hours. Pure: the calendar and the moment are arguments.

Times are aware datetimes. A deadline is counted in the wall time of the calendar's zone, so that
"four business hours" is the same on the day the clocks change.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_MAX_DAYS = 3660  # a calendar that is closed for ten years is a mistake


def _no_holidays(day: date) -> bool:
    return False


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """When the firm works: weekdays (Monday is 0), hours, and days off."""

    zone: ZoneInfo
    opens: time = time(9)
    closes: time = time(17)
    weekdays: frozenset[int] = frozenset(range(5))
    is_holiday: Callable[[date], bool] = _no_holidays

    def is_business_day(self, day: date) -> bool:
        """Tell whether the firm works on ``day``."""
        return day.weekday() in self.weekdays and not self.is_holiday(day)

    def next_business_day(self, day: date) -> date:
        """Return the first business day after ``day``."""
        for step in range(1, _MAX_DAYS):
            later = day + timedelta(days=step)
            if self.is_business_day(later):
                return later
        raise ValueError("This calendar has no business days.")


def add_business_hours(start: datetime, hours: float, calendar: Calendar) -> datetime:
    """Return when ``hours`` of working time have passed since ``start``; never before it.

    Time outside business hours does not count: a deadline that would fall in it continues on the
    next business day. Zero hours outside business hours end when business opens.
    """
    local = start.astimezone(calendar.zone).replace(tzinfo=None)
    left = timedelta(hours=hours)
    day = local.date()
    if not calendar.is_business_day(day) or local.time() > calendar.closes:
        day = calendar.next_business_day(day)
        local = datetime.combine(day, calendar.opens)
    local = max(local, datetime.combine(day, calendar.opens))
    while left > (today := datetime.combine(day, calendar.closes) - local):
        left -= today
        day = calendar.next_business_day(day)
        local = datetime.combine(day, calendar.opens)
    return max(start, (local + left).replace(tzinfo=calendar.zone))


def add_business_days(start: datetime, days: int, calendar: Calendar) -> datetime:
    """Return the same wall time ``days`` business days later, within business hours.

    An answer at 14:02 on Friday with one day gives Monday 14:02; one on Saturday counts as if it
    came when business opens on Monday.
    """
    first = add_business_hours(start, 0, calendar).astimezone(calendar.zone)
    day = first.date()
    for _day in range(days):
        day = calendar.next_business_day(day)
    wall = min(max(first.time(), calendar.opens), calendar.closes)
    return max(start, datetime.combine(day, wall, tzinfo=calendar.zone))
