"""When the automatic run lets mail go: on working days, in office hours, so many a minute."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from outbox.models import Delivery, Lane, State
from staff.working_hours import is_working_day, working_days_later
from surveys.pacing import CLOSES, INVITES_AT, OPENS, moments


def is_open(now: datetime) -> bool:
    """Whether ``now`` falls in office hours of a working day (Dutch public holidays excepted)."""
    local = timezone.localtime(now)
    return is_working_day(local.date()) and OPENS <= local.time() < CLOSES


def next_run(now: datetime) -> datetime:
    """Return when the automatic run invites next: in every office hour, always after ``now``."""
    day = timezone.localdate(now)
    while not (later := [moment for moment in _runs_on(day) if moment > now]):
        day += timedelta(days=1)
    return later[0]


def _runs_on(day: date) -> list[datetime]:
    hours = range(OPENS.hour, CLOSES.hour) if is_working_day(day) else ()
    return [timezone.make_aware(datetime.combine(day, time(hour, INVITES_AT))) for hour in hours]


def opens_after(now: datetime, *, working_days: int) -> datetime:
    """Return when the office opens that many working days after ``now``; with 0, ``now``."""
    if working_days <= 0:
        return now
    day = working_days_later(timezone.localdate(now), working_days)
    return timezone.make_aware(datetime.combine(day, OPENS))


def moments_today(now: datetime) -> Iterator[datetime]:
    """Yield when each mail of a run at ``now`` may leave, until the office closes.

    Begins behind what earlier runs queued. What does not fit is left for the next working day:
    whoever pairs people with moments stops where the moments do.
    """
    local = timezone.localtime(now)
    closing = datetime.combine(local.date(), CLOSES, tzinfo=local.tzinfo)
    return moments(_first_free(now), settings.INVITATIONS_PER_MINUTE, closing)


def moments_from(now: datetime) -> Iterator[datetime]:
    """Yield when each mail of a run started by hand may leave: at the same rate, at any hour."""
    return moments(_first_free(now), settings.INVITATIONS_PER_MINUTE)


def _first_free(now: datetime) -> datetime:
    """Return ``now``, or the moment after the last mail that still waits for its turn."""
    per_minute = settings.INVITATIONS_PER_MINUTE
    if per_minute <= 0:
        return now
    waiting = Delivery.objects.filter(
        state=State.QUEUED,
        attempts=0,  # one that failed waits for the mail server, not for its turn
        lane__in=[Lane.INVITATION, Lane.REMINDER],
        not_before__gte=now,
    )
    last: datetime | None = waiting.aggregate(last=Max("not_before"))["last"]
    return now if last is None else last + timedelta(minutes=1) / per_minute
