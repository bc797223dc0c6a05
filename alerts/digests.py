"""Queue the digests whose moment has come: once per person and day, silent with nothing to say.

The schedule is a column, ``DigestTime.next_at``. One transaction moves it on, queues the mail and
marks the news that the mail tells, so a worker that dies leaves all of it or nothing.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from alerts.clocks import Calendar
from alerts.daily import Daily, dailies
from alerts.digest_mails import compose_daily, compose_weekly
from alerts.digest_models import USUAL_HOUR, USUAL_WEEKDAY, DigestItem, DigestKind, DigestTime
from alerts.digest_times import day_to_send, next_slot
from alerts.timing import firm_calendar
from alerts.weekly import Weekly, weeklies
from outbox.mail import Mail
from outbox.models import Delivery, Lane
from outbox.queueing import queue_message
from staff.models import User

logger = logging.getLogger(__name__)

_AT_ONCE = 200
_WEEK = timedelta(days=7)
# The weekly digest counts until a minute ago: what was closed then is committed by now.
_SETTLED = timedelta(minutes=1)


def queue_due_digests(*, now: datetime | None = None) -> int:
    """Queue every digest that is due and has something to say; return how many.

    Everybody who works here has a timetable, supervisors two. One whose moment passed on an
    earlier day waits for its next: what it would have told stands in that one.
    """
    now, days = now or timezone.now(), firm_calendar()
    complete_timetables(now=now, days=days)
    return sum(_queue_due(kind, now, days) for kind in DigestKind)


def complete_timetables(*, now: datetime, days: Calendar) -> None:
    """Give whoever has none yet the usual timetable."""
    own = DigestTime.objects.filter(user=OuterRef("pk"))
    active = User.objects.active()
    team = active.filter(supervisor=OuterRef("pk"))
    without_daily = active.filter(~Exists(own.filter(kind=DigestKind.DAILY)))
    without_weekly = active.filter(Exists(team), ~Exists(own.filter(kind=DigestKind.WEEKLY)))
    made = [usual_daily(user, now=now, days=days) for user in without_daily]
    made += [usual_weekly(user, now=now, days=days) for user in without_weekly]
    DigestTime.objects.bulk_create(made, ignore_conflicts=True, batch_size=500)


def usual_daily(user: User, *, now: datetime, days: Calendar) -> DigestTime:
    """Return the daily timetable of somebody who never chose one, not stored."""
    next_at = next_slot(now, hour=USUAL_HOUR, calendar=days)
    return DigestTime(user=user, kind=DigestKind.DAILY, next_at=next_at, told_until=now)


def usual_weekly(user: User, *, now: datetime, days: Calendar) -> DigestTime:
    """Return the weekly timetable of a supervisor who never chose one, not stored."""
    return DigestTime(
        user=user,
        kind=DigestKind.WEEKLY,
        weekday=USUAL_WEEKDAY,
        next_at=next_slot(now, hour=USUAL_HOUR, weekday=USUAL_WEEKDAY, calendar=days),
        told_until=now - _WEEK,
    )


def _queue_due(kind: DigestKind, now: datetime, days: Calendar) -> int:
    """Go through all that are due, some hundreds at a time: each is looked at once a run."""
    queued, last = 0, 0
    while True:
        due = DigestTime.objects.due(now).filter(kind=kind, pk__gt=last)
        rows = list(due.order_by("pk")[:_AT_ONCE])
        if not rows:
            return queued
        last = rows[-1].pk
        queued += _queue_some(kind, rows, now, days)


def _queue_some(kind: DigestKind, rows: Sequence[DigestTime], now: datetime, days: Calendar) -> int:
    """Queue the digests of ``rows`` that say something, and move the others on in bulk."""
    until = now - _SETTLED
    due_on = {
        row.pk: day_to_send(now, hour=row.hour, weekday=row.weekday, calendar=days) for row in rows
    }
    today = [row for row in rows if due_on[row.pk]]
    contents = _contents(kind, today, now, until, days)
    speaking = [row for row in today if not contents[row.user_id].is_silent]
    _move_on([row for row in today if row not in speaking], now, days, told_until=until)
    _move_on([row for row in rows if not due_on[row.pk]], now, days)
    queued = 0
    for row in speaking:
        day = due_on[row.pk]
        assert day is not None
        try:
            queued += _queue(row, contents[row.user_id], day, now, until, days)
        except Exception:
            logger.exception("the %s digest of user %s could not be queued", kind, row.user_id)
    return queued


def _contents(
    kind: DigestKind,
    rows: Sequence[DigestTime],
    now: datetime,
    until: datetime,
    days: Calendar,
) -> dict[int, Daily] | dict[int, Weekly]:
    if kind is DigestKind.DAILY:
        return dailies(rows, now=now, calendar=days)
    return weeklies(rows, now=now, until=until, calendar=days)


def _move_on(
    rows: Iterable[DigestTime], now: datetime, days: Calendar, *, told_until: datetime | None = None
) -> None:
    """Give ``rows`` their next moment, one UPDATE for all who share it."""
    alike: dict[tuple[int, int | None], list[int]] = defaultdict(list)
    for row in rows:
        alike[row.hour, row.weekday].append(row.pk)
    changes = {"told_until": told_until} if told_until else {}
    for (hour, weekday), ids in alike.items():
        next_at = next_slot(now, hour=hour, weekday=weekday, calendar=days)
        same = DigestTime.objects.filter(pk__in=ids, hour=hour, weekday=weekday)
        same.filter(next_at__lte=now).update(next_at=next_at, **changes)


@transaction.atomic
def _queue(
    row: DigestTime,
    content: Daily | Weekly,
    day: date,
    now: datetime,
    until: datetime,
    days: Calendar,
) -> bool:
    """Queue one digest; False when another worker did, or its reader had one today already."""
    next_at = next_slot(now, hour=row.hour, weekday=row.weekday, calendar=days)
    as_read = DigestTime.objects.filter(pk=row.pk, next_at=row.next_at, hour=row.hour)
    if not as_read.update(next_at=next_at):
        return False
    key = f"digest:{row.kind}:{row.user_id}:{day:%Y-%m-%d}"
    if Delivery.objects.filter(dedupe_key=key).exists():
        return False  # they chose a later hour after reading it: the rest stands in the next
    delivery = queue_message(
        _compose(row, content, now),
        dedupe_key=key,
        lane=Lane.DIGEST,
        recipient_name=row.user.name,
        recipient_address=row.user.email,
        template=row.kind,
        is_confidential=True,  # it tells what clients answered
        now=now,
    )
    DigestTime.objects.filter(pk=row.pk).update(told_until=until)
    if isinstance(content, Daily):
        _take(content.items, delivery)
    return True


def _compose(row: DigestTime, content: Daily | Weekly, now: datetime) -> Mail:
    if isinstance(content, Daily):
        return compose_daily(content, to=row.user, now=now)
    return compose_weekly(content, to=row.user, now=now)


def _take(items: Sequence[DigestItem], delivery: Delivery) -> None:
    """Mark what ``delivery`` tells. Raises RuntimeError when any was taken back meanwhile.

    Then the whole digest is made anew within a minute.
    """
    waiting = DigestItem.objects.waiting().filter(pk__in=[item.pk for item in items])
    if waiting.update(digest=delivery) != len(items):
        raise RuntimeError("news was taken back while the digest was made")
