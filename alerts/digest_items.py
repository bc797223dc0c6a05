"""Put news by for somebody's next digest, in the transaction that gives rise to it."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from alerts.digest_models import DigestItem
from alerts.models import Alert, Notification
from alerts.preferences import FOR_SUPERVISORS, OF_ALERTS, News
from alerts.routing import route_for
from staff.models import User, first_active
from surveys.models import Group, Interest, Response

_LOOK_BACK = timedelta(days=31)  # for leads that were not put by when they came


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


def put_lead_by(*, response: Response, now: datetime) -> bool:
    """Put a lead by for whoever would own its alert; False when ``response`` is none.

    A lead is a 0 with interest (PRODUCT, the three groups): no alert, no mail, a line in the
    digest.
    """
    if not is_lead(response):
        return False
    reader = route_for(response.project).owner
    if reader is None:
        return False
    put_by(recipient=reader, news=News.LEAD, what=_what(response), response=response, now=now)
    return True


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
    """Return who has to know of ``item``: whose alert it is or who looks after it, or is informed
    beside them."""
    route = route_for(item.response.project)
    if item.news in FOR_SUPERVISORS:
        return next(iter(route.informed), route.owner)
    own = (item.alert.owner, item.alert.keeper) if item.alert else ()
    return first_active(*own, route.owner)


def is_lead(response: Response) -> bool:
    """Whether ``response`` is a 0 of somebody who wants more."""
    return response.group == Group.NEUTRAL and response.interest == Interest.YES


def leads_not_put_by(now: datetime) -> QuerySet[Response]:
    """Return the recent leads that stand and that no digest told or will tell."""
    told = DigestItem.objects.filter(response=OuterRef("pk"), news=News.LEAD)
    recent = Response.objects.standing().filter(submitted_at__gt=now - _LOOK_BACK)
    leads = recent.filter(group=Group.NEUTRAL, interest=Interest.YES)
    return leads.filter(~Exists(told))


def _what(response: Response) -> str:
    return f"lead:{response.pk}"
