"""How each colleague was told of an alert without a mail of its own, for the alert's course."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from alerts.chat_models import ChatNotice
from alerts.digest_models import DigestItem, DigestKind, DigestTime
from alerts.models import Alert
from alerts.wording import list_in_words
from outbox.models import State
from staff.models import User
from staff.wording import deadline


@dataclass(frozen=True, kw_only=True)
class Telling:
    """One line: ``text`` at ``at``. ``is_fault``: somebody may not know."""

    at: datetime
    text: str
    is_fault: bool = False


def by_digest(alert: Alert, *, reader: User, owner_ids: set[int], now: datetime) -> list[Telling]:
    """Return who reads, or read, of ``alert`` in a digest. Who is told together shares a line.

    ``owner_ids`` are those who are told as its owner.
    """
    items = DigestItem.objects.filter(alert=alert, what=f"alert:{alert.pk}")
    rows = list(items.select_related("recipient", "digest").defer("digest__message"))
    if not rows:
        return []
    next_at = _next_digests(row.recipient_id for row in rows)
    grouped: dict[tuple[datetime, str, bool], list[str]] = {}
    for row in rows:
        names = grouped.setdefault(_key(row, next_at.get(row.recipient_id), now), [])
        names.append(_name(row, reader, owner_ids))
    return [
        Telling(at=at, text=text % {"names": list_in_words(names)}, is_fault=is_fault)
        for (at, text, is_fault), names in grouped.items()
    ]


def _next_digests(readers: Iterable[int]) -> dict[int, datetime]:
    daily = DigestTime.objects.filter(kind=DigestKind.DAILY, user__in=list(readers))
    return dict(daily.values_list("user", "next_at"))


def _name(row: DigestItem, reader: User, owner_ids: set[int]) -> str:
    who = _("you") if row.recipient == reader else row.recipient.name
    part = _("owner") if row.recipient_id in owner_ids else _("for information")
    return f"{who} ({part})"


def _key(row: DigestItem, next_at: datetime | None, now: datetime) -> tuple[datetime, str, bool]:
    """Return when and how ``row`` is told, with a place for the names, and whether it failed."""
    if row.digest is None:
        at = row.at.replace(microsecond=0)
        if next_at is None:
            return at, _("%(names)s: in the next daily digest"), False
        words = _("%(names)s: in the daily digest of %(when)s")
        return at, words % {"names": "%(names)s", "when": deadline(next_at, now=now)}, False
    at = row.digest.sent_at or row.digest.created_at
    if row.digest.state == State.UNDELIVERABLE:
        return at, _("Daily digest to %(names)s could not be delivered"), True
    if row.digest.state == State.SENT:
        return at, _("Told in the daily digest: %(names)s"), False
    return at, _("Daily digest to %(names)s is waiting to be sent"), False


def by_chat(alert: Alert, *, reader: User) -> list[Telling]:
    """Return who was told of ``alert`` by chat, and why where it was not their choice."""
    notices = ChatNotice.objects.filter(alert=alert)
    related = notices.select_related("recipient", "division", "delivery")
    return [_chat_line(notice, reader) for notice in related.defer("delivery__message")]


def _chat_line(notice: ChatNotice, reader: User) -> Telling:
    delivery = notice.delivery
    names = {
        "name": _("you") if notice.recipient == reader else str(notice.recipient or ""),
        "channel": delivery.recipient_name,
    }
    at = delivery.sent_at or delivery.created_at
    if delivery.state == State.UNDELIVERABLE:
        text = _("Chat message to %(channel)s could not be delivered")
    elif notice.is_second:
        text = _("Mail to %(name)s was late, so told by chat as well: %(channel)s")
    elif delivery.state == State.SENT:
        text = _("Chat message sent to %(channel)s")
    else:
        text = _("Chat message to %(channel)s is waiting to be sent")
    return Telling(at=at, text=text % names, is_fault=delivery.state == State.UNDELIVERABLE)
