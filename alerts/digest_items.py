"""Put news by for somebody's next digest, in the transaction that gives rise to it."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from alerts.digest_models import DigestItem
from alerts.models import Alert, Notification
from alerts.preferences import FOR_SUPERVISORS, OF_ALERTS, News
from alerts.routing import route_for
from staff.models import User, first_active
from surveys.models import Response


def put_by(
    *,
    recipient: User,
    news: News,
    what: str,
    response: Response,
    now: datetime,
    alert: Alert | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Let ``recipient`` read this in the next digest; the same ``what`` again changes nothing."""
    item = DigestItem(
        recipient=recipient,
        news=news,
        what=what,
        response=response,
        alert=alert,
        data=data or {},
        at=now,
    )
    DigestItem.objects.bulk_create([item], ignore_conflicts=True)


def take_back(what: str) -> int:
    """Drop news that no digest told yet and that is true no more; return how many read it."""
    gone, _by_model = DigestItem.objects.waiting().filter(what=what).delete()
    return gone


def news_of_who_left() -> QuerySet[DigestItem]:
    """Return news that waits for the digest of somebody who gets none any more."""
    waiting = DigestItem.objects.waiting().filter(recipient__is_active=False)
    return waiting.select_related("alert__owner", "alert__keeper", "response").order_by("pk")[:500]


@transaction.atomic
def hand_on(item: DigestItem) -> bool:
    """Let who is there now read ``item`` in their digest, unless they know of the alert already.

    False when nobody is there, or when that was done meanwhile.
    """
    reader = _reader_now(item)
    if reader is None:
        return False
    mine = DigestItem.objects.waiting().filter(pk=item.pk, recipient=item.recipient_id)
    alert = item.alert if item.news in OF_ALERTS else None
    if alert is not None and alert.notifications.filter(recipient=reader).exists():
        return bool(mine.delete()[0])
    if DigestItem.objects.filter(recipient=reader, what=item.what).exists():
        return bool(mine.delete()[0])
    if not mine.update(recipient=reader):
        return False
    if alert is not None:
        is_owner = item.news not in FOR_SUPERVISORS
        Notification.objects.create(alert=alert, recipient=reader, is_owner=is_owner)
    return True


def _reader_now(item: DigestItem) -> User | None:
    """Return who has to know of ``item``: whose alert or lead it is or who looks after it, or is
    informed beside them."""
    route = route_for(item.response.project)
    if item.news in FOR_SUPERVISORS:
        return next(iter(route.informed), route.owner)
    lead = getattr(item.response, "lead", None) if item.news == News.LEAD else None
    of_what = item.alert or lead
    own = (of_what.owner, of_what.keeper) if of_what else ()
    return first_active(*own, route.owner)
