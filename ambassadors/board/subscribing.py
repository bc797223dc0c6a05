"""Who gets the report by mail, and when."""

from datetime import date, datetime

from django.utils import timezone

from alerts.digest_models import USUAL_HOUR, DigestKind, DigestTime
from alerts.timing import firm_calendar
from ambassadors.board import months
from ambassadors.board.models import BoardSubscription
from staff.models import User


def subscribe(user: User, *, now: datetime) -> BoardSubscription:
    """Let ``user`` get the report from the next one that leaves; once is enough."""
    month = _first_ahead(hour_of(user), now)
    found, _is_new = BoardSubscription.objects.get_or_create(
        user=user, defaults={"month": month, "since": now}
    )
    return found


def unsubscribe(user: User) -> bool:
    """Let ``user`` get no more; return whether they did."""
    return bool(BoardSubscription.objects.filter(user=user).delete()[0])


def next_mail(subscription: BoardSubscription, *, now: datetime) -> datetime:
    """Return when the next report leaves; a moment that has passed means: within minutes."""
    leaves = months.leaves_at(
        subscription.month, hour=hour_of(subscription.user), calendar=firm_calendar()
    )
    return max(leaves, now)


def hour_of(user: User) -> int:
    """Return the hour at which ``user`` wants digests."""
    return hours_of([user.pk]).get(user.pk, USUAL_HOUR)


def hours_of(users: list[int]) -> dict[int, int]:
    """Return the hour of those of ``users`` who have a timetable. One query."""
    own = DigestTime.objects.filter(user__in=users, kind=DigestKind.DAILY)
    return dict(own.values_list("user", "hour"))


def _first_ahead(hour: int, now: datetime) -> date:
    """Return the first month whose report has not left yet at ``hour``."""
    month = months.last_whole(timezone.localdate(now))
    is_past = months.leaves_at(month, hour=hour, calendar=firm_calendar()) <= now
    return months.after(month) if is_past else month
