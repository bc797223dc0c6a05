"""What a person chose of how they are told, read and stored whole."""

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from alerts.chat_models import OwnChatRule, PersonChat
from alerts.clocks import Calendar
from alerts.digest_models import USUAL_WEEKDAY, DigestKind, DigestTime
from alerts.digest_times import next_slot
from alerts.digests import usual_daily, usual_weekly
from alerts.preferences import Preference
from alerts.timing import firm_calendar
from alerts.ways import choose, freedoms
from outbox.addresses import ChatAddress
from staff.models import User

logger = logging.getLogger(__name__)

_NAME_MAX = 100  # of ChatAddress


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What one person chose, and between what they may choose. ``times`` by kind of digest."""

    ways: dict[str, str]
    freedoms: dict[str, str]
    times: dict[str, DigestTime]
    chat: ChatAddress | None
    may_add_chat: bool


def choices_of(user: User, *, now: datetime | None = None) -> Choices:
    """Return the choices of ``user``, or what holds without one. Writes nothing."""
    now, days = now or timezone.now(), firm_calendar()
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
        chat=ChatAddress.objects.filter(pk__in=_own(user)).first(),
        may_add_chat=may_add_chat(),
    )


def _own(user: User) -> QuerySet[PersonChat, int]:
    return PersonChat.objects.filter(user=user).values_list("address", flat=True)


def may_add_chat() -> bool:
    """Tell whether people may add a chat address of their own: yes, unless it was switched off."""
    return not OwnChatRule.objects.filter(is_allowed=False).exists()


def allow_own_chat(is_allowed: bool) -> None:
    """Decide it for the firm. Addresses that people added stay theirs."""
    OwnChatRule.objects.update_or_create(id=OwnChatRule.ONLY, defaults={"is_allowed": is_allowed})


@transaction.atomic
def link_chat(user: User, *, url: str, service: str) -> None:
    """Let ``user`` hear by chat at ``url``, in place of what they had."""
    unlink_chat(user)
    name = f"{user.name or user.email} ({user.pk})"[-_NAME_MAX:]
    address = ChatAddress.objects.create(name=name, service=service, url=url)
    PersonChat.objects.create(user=user, address=address)
    logger.info("user %s added chat address %s", user.pk, address.pk)


@transaction.atomic
def unlink_chat(user: User) -> None:
    """Take away the address that ``user`` added; what they chose to hear by chat comes by mail."""
    ChatAddress.objects.filter(pk__in=list(_own(user))).delete()


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
    now, days = now or timezone.now(), firm_calendar()
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
