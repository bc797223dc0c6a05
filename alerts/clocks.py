"""Deadlines in business hours. Pure: the calendar and the moment are arguments.

Times are aware datetimes. Opening and closing are wall times of the calendar's zone; between them
hours are counted in UTC, where each lasts equally long and time runs one way. Comparing wall times
would not do: on the night the clocks change one hour comes twice, or not at all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
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

    def __post_init__(self) -> None:
        if self.opens >= self.closes:
            raise ValueError("A calendar opens before it closes, on the same day.")

    def opens_at(self, day: date) -> datetime:
        """Return the moment business opens on ``day``, in UTC."""
        return datetime.combine(day, self.opens, tzinfo=self.zone).astimezone(UTC)

    def closes_at(self, day: date) -> datetime:
        """Return the moment business closes on ``day``, in UTC."""
        return datetime.combine(day, self.closes, tzinfo=self.zone).astimezone(UTC)

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
    next business day. Zero hours outside business hours end when business opens. Raises
    ValueError for a negative number of hours and for a calendar without business days.
    """
    if hours < 0:
        raise ValueError("Deadlines lie ahead: hours cannot be negative.")
    left = timedelta(hours=hours)
    moment, day = start.astimezone(UTC), start.astimezone(calendar.zone).date()
    if not calendar.is_business_day(day) or moment > calendar.closes_at(day):
        day = calendar.next_business_day(day)
    moment = max(moment, calendar.opens_at(day))
    while left > (today := calendar.closes_at(day) - moment):
        left -= today
        day = calendar.next_business_day(day)
        moment = calendar.opens_at(day)
    return (moment + left).astimezone(calendar.zone)


def add_business_days(start: datetime, days: int, calendar: Calendar) -> datetime:
    """Return the same wall time ``days`` business days later, within business hours.

    An answer at 14:02 on Friday with one day gives Monday 14:02. One outside business hours has
    the whole of each day: from Saturday, one day ends when business closes on Monday. Raises
    ValueError like ``add_business_hours``.
    """
    if days < 0:
        raise ValueError("Deadlines lie ahead: days cannot be negative.")
    first = add_business_hours(start, 0, calendar)
    day = first.date()
    if days > 0 and first > start:
        for _day in range(days - 1):
            day = calendar.next_business_day(day)
        return calendar.closes_at(day).astimezone(calendar.zone)
    for _day in range(days):
        day = calendar.next_business_day(day)
    later = datetime.combine(day, first.timetz())
    return later.astimezone(UTC).astimezone(calendar.zone)  # a wall time that exists on that day
