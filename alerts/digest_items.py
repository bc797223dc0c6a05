"""Put news by for somebody's next digest, in the transaction that gives rise to it."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from alerts.digest_models import DigestItem
from alerts.models import Alert
from alerts.preferences import News
from alerts.routing import route_for
from staff.models import User
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
