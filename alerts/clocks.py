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

    @property
    def length_of_day(self) -> timedelta:
        """How long a working day lasts, by the clock on the wall."""
        return datetime.combine(date.min, self.closes) - datetime.combine(date.min, self.opens)

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
    return _later(start, timedelta(hours=hours), calendar)


def _later(start: datetime, left: timedelta, calendar: Calendar) -> datetime:
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


def business_time_between(start: datetime, end: datetime, calendar: Calendar) -> timedelta:
    """Return how much working time lies between two moments; none when ``end`` comes first."""
    moment, until = start.astimezone(UTC), end.astimezone(UTC)
    day, last = (value.astimezone(calendar.zone).date() for value in (moment, until))
    total = timedelta(0)
    while day <= last:
        if calendar.is_business_day(day):
            open_for = min(until, calendar.closes_at(day)) - max(moment, calendar.opens_at(day))
            total += max(open_for, timedelta(0))
        day += timedelta(days=1)
    return total


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How long each step may take (PRODUCT, from close to follow-up, 6), in working time."""

    acknowledge_hours: int = 4
    speak_days: int = 1
    thank_days: int = 2
    ask_days: int = 10


@dataclass(frozen=True, kw_only=True)
class Clock:
    """One deadline with what comes before and after it: each at or after the one above it."""

    starts_at: datetime
    half_at: datetime
    due_at: datetime
    twice_at: datetime


def hours_clock(start: datetime, hours: int, calendar: Calendar) -> Clock:
    """Return the clock of a step that may take ``hours`` business hours."""
    return Clock(
        starts_at=start,
        half_at=add_business_hours(start, hours / 2, calendar),
        due_at=add_business_hours(start, hours, calendar),
        twice_at=add_business_hours(start, hours * 2, calendar),
    )


def days_clock(start: datetime, days: int, calendar: Calendar) -> Clock:
    """Return the clock of a step that may take ``days`` business days.

    Half time lies where half of the working time has passed: of one day that began on Friday at
    14:00, on Monday at 10:00.
    """
    due = add_business_days(start, days, calendar)
    return Clock(
        starts_at=start,
        half_at=_later(start, business_time_between(start, due, calendar) / 2, calendar),
        due_at=due,
        twice_at=add_business_days(start, days * 2, calendar),
    )


def clock_until(start: datetime, due: datetime, calendar: Calendar) -> Clock:
    """Return the clock of a deadline that was set already: half and twice of its working time."""
    start = min(start, due)
    whole = business_time_between(start, due, calendar)
    return Clock(
        starts_at=start,
        half_at=min(_later(start, whole / 2, calendar), due),
        due_at=due,
        twice_at=max(_later(due, whole, calendar), due),
    )


def clocks_for(
    *, is_negative: bool, start: datetime, calendar: Calendar, terms: Terms
) -> tuple[Clock, Clock]:
    """Return the two clocks of an alert raised at ``start``: take up and speak, or thank and ask.

    Both run from ``start``: the client does not wait longer because somebody took the alert up.
    """
    if is_negative:
        return (
            hours_clock(start, terms.acknowledge_hours, calendar),
            days_clock(start, terms.speak_days, calendar),
        )
    return (
        days_clock(start, terms.thank_days, calendar),
        days_clock(start, terms.ask_days, calendar),
    )
