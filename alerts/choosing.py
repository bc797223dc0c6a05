"""What a person chose of how they are told, read and stored whole."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from alerts.actions import calendar
from alerts.clocks import Calendar
from alerts.digest_models import USUAL_WEEKDAY, DigestKind, DigestTime
from alerts.digest_times import next_slot
from alerts.digests import usual_daily, usual_weekly
from alerts.preferences import Preference
from alerts.ways import choose, freedoms
from staff.models import User


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What one person chose, and between what they may choose. ``times`` by kind of digest."""

    ways: dict[str, str]
    freedoms: dict[str, str]
    times: dict[str, DigestTime]
    has_chat: bool = False


def choices_of(user: User, *, now: datetime | None = None) -> Choices:
    """Return the choices of ``user``, or what holds without one. Writes nothing."""
    now, days = now or timezone.now(), calendar()
    stored = {one.kind: one for one in DigestTime.objects.filter(user=user)}
    times = {
        DigestKind.DAILY.value: stored.get(DigestKind.DAILY)
        or usual_daily(user, now=now, days=days)
    }
    if user.has_team:
        times[DigestKind.WEEKLY.value] = stored.get(DigestKind.WEEKLY) or usual_weekly(
            user, now=now, days=days
        )
    return Choices(
        ways=dict(Preference.objects.filter(user=user).values_list("news", "way")),
        freedoms=freedoms(),
        times=times,
    )


@transaction.atomic
def save_choices(
    user: User,
    *,
    ways: dict[str, str],
    daily_hour: int,
    weekly_hour: int | None = None,
    weekday: int | None = None,
    now: datetime | None = None,
) -> None:
    """Store the choices of ``user``. ``weekly_hour`` None leaves the weekly digest as it is.

    ``weekday`` None switches the weekly digest off. Who moved a digest to an earlier hour that is
    past today gets the next one on the next working day.
    """
    now, days = now or timezone.now(), calendar()
    choose(user, ways)
    _set_time(user, DigestKind.DAILY, hour=daily_hour, weekday=None, now=now, days=days)
    if weekly_hour is not None:
        _set_time(
            user,
            DigestKind.WEEKLY,
            hour=weekly_hour,
            weekday=USUAL_WEEKDAY if weekday is None else weekday,
            is_on=weekday is not None,
            now=now,
            days=days,
        )


def _set_time(
    user: User,
    kind: DigestKind,
    *,
    hour: int,
    weekday: int | None,
    now: datetime,
    days: Calendar,
    is_on: bool = True,
) -> None:
    """Store when a digest leaves; what is due this minute and did not change stays due."""
    same = DigestTime.objects.filter(user=user, kind=kind, hour=hour, weekday=weekday, is_on=is_on)
    if same.exists():
        return
    next_at = next_slot(now, hour=hour, weekday=weekday, calendar=days)
    changes = {"hour": hour, "weekday": weekday, "is_on": is_on, "next_at": next_at}
    usual = usual_weekly if kind is DigestKind.WEEKLY else usual_daily
    told_until = usual(user, now=now, days=days).told_until
    DigestTime.objects.update_or_create(
        user=user,
        kind=kind,
        defaults=changes,
        create_defaults={**changes, "told_until": told_until},
    )
