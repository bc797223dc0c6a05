"""Leads as they come: made with the answer, going on with a new one, never nobody's.

The verbs of working one are in ``lead_working``.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from alerts.chain import Chain
from alerts.digest_items import put_by, take_back
from alerts.models import (
    Alert,
    Lead,
    LeadEvent,
    LeadEventKind,
    is_lead,
    without_lead,
)
from alerts.preferences import News
from alerts.routing import Route, route_for
from surveys.models import Response, ResponseQuerySet

logger = logging.getLogger(__name__)

_AT_ONCE = 500
# What was forgotten longer ago than this is made quietly: it is no news any more.
_LOOK_BACK = timedelta(days=31)


def follow_answer(*, response: Response, now: datetime) -> Lead | None:
    """See to the lead of an answer that stands now; return the lead that goes with it.

    A + or 0 with interest makes one, and puts it by for its owner's digest: no mail. When it
    replaces an answer whose lead is open, that lead goes on with the new answer, its owner, stage
    and course with it: one client, one conversation, one value. Where the new answer is no lead, or
    the old one is closed, the old lead stays with a line that says so. A second call changes
    nothing.
    """
    with transaction.atomic(savepoint=False):
        lead: Lead | None = getattr(response, "lead", None)
        for earlier in _leads_before(response):
            goes_on = lead is None and is_lead(response) and not earlier.is_closed
            lead = earlier if goes_on else lead
            _tell_of_answer(earlier, response, goes_on=goes_on, now=now)
        if lead is None and is_lead(response):
            lead = _make(response, now)
    return lead


def _leads_before(response: Response) -> list[Lead]:
    """Return the leads of answers that ``response`` replaced and that do not know yet, locked."""
    rows = Lead.objects.filter(response__invitation=response.invitation_id)
    earlier = rows.exclude(response=response.pk).order_by("-pk")
    if not response.invitation.responses.exclude(pk=response.pk).exists():
        return []
    pks = list(earlier.untold_of_new_answer().values_list("pk", flat=True))
    return list(Lead.objects.select_for_update().filter(pk__in=pks).order_by("-pk"))


def _tell_of_answer(lead: Lead, response: Response, *, goes_on: bool, now: datetime) -> None:
    data = {
        "replaced": lead.response_id,
        "response": response.pk,
        "group": response.group,
        "interest": response.interest,
        "goes_on": goes_on,
    }
    if goes_on:
        take_back(what_of(lead.response_id))
        lead.response = response
        lead.version += 1
        lead.save(update_fields=["response", "version"])
        put_lead_by(lead, now=now)
    LeadEvent.objects.create(
        lead=lead,
        kind=LeadEventKind.ANSWERED_ANEW,
        at=now,
        data={"version": lead.version, **data} if goes_on else data,
    )


def _make(response: Response, now: datetime) -> Lead:
    route = _route_of(response)
    lead = Lead.objects.create(
        response=response,
        owner=route.owner,
        on_behalf_of=route.on_behalf_of,
        created_at=response.submitted_at,
    )
    if response.submitted_at < now - _LOOK_BACK:
        # No signal, so no webhook tells it: it is no news any more.
        old = LeadEvent(lead=lead, kind=LeadEventKind.CREATED, at=response.submitted_at)
        LeadEvent.objects.bulk_create([old])
        return lead
    LeadEvent.objects.create(lead=lead, kind=LeadEventKind.CREATED, at=now)
    put_lead_by(lead, now=now)
    return lead


def put_lead_by(lead: Lead, *, now: datetime) -> None:
    """Put ``lead`` by for the digest of whose it is."""
    reader = lead.owner or lead.keeper
    if reader is not None:
        what = what_of(lead.response_id)
        put_by(recipient=reader, news=News.LEAD, what=what, response=lead.response, now=now)


def _route_of(response: Response) -> Route:
    """Return whose it is: of a + whoever has its alert, which was raised a moment ago."""
    alert: Alert | None = getattr(response, "alert", None)
    if alert is not None and alert.owner is not None and alert.owner.is_active:
        return Route(owner=alert.owner, on_behalf_of=alert.on_behalf_of)
    return route_for(response.project)


def what_of(response_id: int) -> str:
    """Return as what the lead of an answer stands in digests."""
    return f"lead:{response_id}"


def forgotten() -> ResponseQuerySet:
    """Return answers that should have a lead and have none, some hundreds at a time."""
    return without_lead().order_by("pk")[:_AT_ONCE]


def follow_forgotten(lead: Lead, *, now: datetime) -> bool:
    """Tell a lead of the answer that took the place of its own; False when there is none."""
    standing = Response.objects.standing().filter(invitation=lead.response.invitation_id).first()
    if standing is None:
        return False
    follow_answer(response=standing, now=now)
    logger.error("reconcile: lead %s was not told of a new answer", lead.pk)
    return True


def unkept_leads() -> list[Lead]:
    """Return open leads that nobody who works here owns or looks after, the oldest first."""
    project = "response__invitation__project_contact__project"
    found = (
        Lead.objects.unkept()
        .with_story()
        .select_related(
            "owner__supervisor__supervisor",
            "on_behalf_of__supervisor__supervisor",
            f"{project}__account_manager__supervisor__supervisor",
            f"{project}__division__fallback",
        )
    )
    return list(found.order_by("pk")[:_AT_ONCE])


@transaction.atomic
def queue_lead(lead: Lead, *, now: datetime) -> bool:
    """Take ``lead`` from an owner who left, and give it a keeper, whose digest tells of it.

    False when nobody is there who could look after it, or when somebody took it meanwhile. The
    keeper is chosen as for an alert (``Chain.keeper``).
    """
    mine = (
        Lead.objects.unkept()
        .select_for_update(of=("self",))
        .filter(pk=lead.pk, owner=lead.owner_id)
    )
    if not mine.values_list("pk", flat=True):
        return False
    keeper = Chain(now).keeper(lead)
    if keeper is None:
        logger.error("lead %s: nobody is there to look after it", lead.pk)
        return False
    left = lead.owner
    Lead.objects.filter(pk=lead.pk).update(owner=None, keeper=keeper)
    LeadEvent.objects.create(
        lead=lead,
        kind=LeadEventKind.OWNER_LOST,
        at=now,
        data={"left": left.name if left else "", "name": keeper.name},
    )
    if left is not None or lead.created_at >= now - _LOOK_BACK:
        take_back(what_of(lead.response_id))
        lead.owner, lead.keeper = None, keeper
        put_lead_by(lead, now=now)
    return True
