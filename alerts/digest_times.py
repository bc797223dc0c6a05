"""On which days and at which moment somebody's digest leaves. Pure: moments in, moments out."""

from datetime import UTC, date, datetime, time, timedelta

from alerts.clocks import Calendar

_MAX_DAYS = 60


def is_digest_day(day: date, calendar: Calendar, *, weekday: int | None = None) -> bool:
    """Tell whether a digest leaves on ``day``: a business day.

    With ``weekday`` (Monday is 0) once a week: on that day, else on the first business day after.
    """
    if not calendar.is_business_day(day):
        return False
    if weekday is None:
        return True
    passed = (day.weekday() - weekday) % 7
    return not any(calendar.is_business_day(day - timedelta(days=1 + ago)) for ago in range(passed))


def slot_on(day: date, hour: int, calendar: Calendar) -> datetime:
    """Return the moment at which it is ``hour`` on ``day``; an hour skipped at night ends it."""
    return datetime.combine(day, time(hour), tzinfo=calendar.zone).astimezone(UTC)


def next_slot(
    after: datetime, *, hour: int, calendar: Calendar, weekday: int | None = None
) -> datetime:
    """Return the first moment after ``after`` at which the digest leaves.

    Raises ValueError for a calendar in which it never does.
    """
    first = after.astimezone(calendar.zone).date()
    for step in range(_MAX_DAYS):
        day = first + timedelta(days=step)
        if is_digest_day(day, calendar, weekday=weekday):
            slot = slot_on(day, hour, calendar)
            if slot > after:
                return slot
    raise ValueError("This calendar has no business days.")


def day_to_send(
    now: datetime, *, hour: int, calendar: Calendar, weekday: int | None = None
) -> date | None:
    """Return today when its digest should have left by ``now``; else None.

    What was missed on an earlier day is not sent late: its news stands in the next digest.
    """
    today = now.astimezone(calendar.zone).date()
    is_due = is_digest_day(today, calendar, weekday=weekday) and now >= slot_on(
        today, hour, calendar
    )
    return today if is_due else None
