"""What other systems can hear of acting: alerts raised, taken up, closed; leads, for the firm's CRM
(docs/webhooks.md).

The ledgers are the source: each of their lines is one fact, also when an alert is closed twice.
Names and fields are a promise: fields are added, never renamed or removed.
"""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from alerts.models import AlertEvent, EventKind, LeadEvent, LeadEventKind
from outbox.event_types import EventType, register
from outbox.mail import site_address
from surveys.published import EXAMPLE_PART, part_of

_PART = "alert__response__invitation__project_contact"

_EXAMPLE: dict[str, Any] = {
    "event_id": 902,
    "alert_id": 233,
    "response_id": 4711,
    "group": "negative",
    "state": "new",
    "owner": {"id": 7, "name": "Erik ter Horst", "email": "erik.ter.horst@waterkant.example"},
    "acknowledge_by": "2026-11-20T15:00:00Z",
    "speak_by": "2026-11-23T10:00:00Z",
    "outcome": "",
    "root_cause": "",
    "url": "https://klanten.example.nl/alerts/233/",
    **EXAMPLE_PART,
}


def _events_of(kind: EventKind) -> Callable[[], QuerySet[Any]]:
    def rows() -> QuerySet[Any]:
        events = AlertEvent.objects.filter(kind=kind)
        return events.select_related(
            "alert__owner",
            "alert__response",
            f"{_PART}__contact",
            f"{_PART}__project__client",
        )

    return rows


def _data(event: AlertEvent) -> dict[str, Any]:
    """Return an alert as it stands when the event is told."""
    alert = event.alert
    owner = alert.owner
    return {
        "event_id": event.pk,
        "alert_id": alert.pk,
        "response_id": alert.response_id,
        "group": alert.group,
        "state": alert.state,
        "owner": owner and {"id": owner.pk, "name": owner.name, "email": owner.email},
        "acknowledge_by": alert.acknowledge_by,
        "speak_by": alert.speak_by,
        "outcome": alert.outcome,
        "root_cause": alert.root_cause,
        "url": site_address(reverse("alerts:detail", args=[alert.pk])),
        **part_of(alert.response.invitation.project_contact),
    }


def _registered(kind: EventKind, name: str, label: Any, meaning: str, **shown: Any) -> EventType:
    return register(
        EventType(
            name=name,
            label=label,
            meaning=meaning,
            rows=_events_of(kind),
            at="at",
            data_of=_data,
            example={**_EXAMPLE, **shown},
        )
    )


_TYPES: dict[str, EventType] = {
    EventKind.RAISED: _registered(
        EventKind.RAISED,
        "alert.raised",
        _("An alert is raised"),
        "A + or – answer needs somebody: its owner has been mailed, or is about to be.",
    ),
    EventKind.ACKNOWLEDGED: _registered(
        EventKind.ACKNOWLEDGED,
        "alert.acknowledged",
        _("An alert is taken up"),
        "A colleague has taken the alert up.",
        event_id=903,
        state="acknowledged",
    ),
    EventKind.CLOSED: _registered(
        EventKind.CLOSED,
        "alert.closed",
        _("An alert is closed"),
        "A colleague has closed the alert, with what came of it.",
        event_id=915,
        state="closed",
        outcome="recovered",
        root_cause="planning",
    ),
}


def type_of(event: AlertEvent) -> EventType | None:
    """Return as what ``event`` is told to other systems; None when it stays in the house."""
    return _TYPES.get(event.kind)


_LEAD_PART = "lead__response__invitation__project_contact"
_CHANGES = {
    LeadEventKind.STAGE: "stage",
    LeadEventKind.VALUE: "value",
    LeadEventKind.OWNER: "owner",
    LeadEventKind.OWNER_LOST: "owner",
    LeadEventKind.ANSWERED_ANEW: "answer",
}
_LEAD_EXAMPLE: dict[str, Any] = {
    "event_id": 310,
    "lead_id": 41,
    "response_id": 4711,
    "group": "neutral",
    "stage": "new",
    "value": None,
    "currency": "EUR",
    "lost_reason": "",
    "next_step_on": None,
    "services": ["Waterveiligheid"],
    "motivation": None,
    "owner": {"id": 7, "name": "Erik ter Horst", "email": "erik.ter.horst@waterkant.example"},
    "url": "https://klanten.example.nl/alerts/leads/41/",
    **EXAMPLE_PART,
}


def _lead_events(*kinds: LeadEventKind) -> Callable[[], QuerySet[Any]]:
    def rows() -> QuerySet[Any]:
        events = LeadEvent.objects.filter(kind__in=kinds)
        return events.select_related(
            "lead__owner",
            "lead__response",
            f"{_LEAD_PART}__contact",
            f"{_LEAD_PART}__project__client",
        )

    return rows


def _lead(event: LeadEvent) -> dict[str, Any]:
    """Return a lead as it stands when the event is told."""
    lead = event.lead
    response, owner = lead.response, lead.owner
    return {
        "event_id": event.pk,
        "lead_id": lead.pk,
        "response_id": response.pk,
        "group": response.group,
        "stage": lead.stage,
        "value": None if lead.value is None else f"{lead.value:.2f}",
        "currency": "EUR",
        "lost_reason": lead.lost_reason,
        "next_step_on": lead.next_step_on,
        "services": [service.name for service in response.services.all()],
        "motivation": response.motivation,
        "owner": owner and {"id": owner.pk, "name": owner.name, "email": owner.email},
        "url": site_address(reverse("alerts:lead", args=[lead.pk])),
        **part_of(response.invitation.project_contact),
    }


def _changed_lead(event: LeadEvent) -> dict[str, Any]:
    return {"changed": _CHANGES[LeadEventKind(event.kind)], **_lead(event)}


_LEAD_CREATED = register(
    EventType(
        name="lead.created",
        label=_("A lead: a client wants more of our services"),
        meaning="A client who is + or 0 wants more of the firm's services: a lead for its CRM.",
        rows=_lead_events(LeadEventKind.CREATED),
        at="at",
        data_of=_lead,
        own_words=("motivation",),
        example=_LEAD_EXAMPLE,
    )
)
_LEAD_CHANGED = register(
    EventType(
        name="lead.changed",
        label=_("A lead gets another stage, value or owner"),
        meaning=(
            "A lead has another stage, value (in euros) or owner, or its client answered anew; "
            "`changed` says which. One act of a colleague may be several of these."
        ),
        rows=_lead_events(*_CHANGES),
        at="at",
        data_of=_changed_lead,
        own_words=("motivation",),
        example={
            "changed": "stage",
            **_LEAD_EXAMPLE,
            "event_id": 327,
            "stage": "won",
            "value": "18500.00",
        },
    )
)


def type_of_lead(event: LeadEvent) -> EventType | None:
    """Return as what ``event`` is told to other systems; None when it stays in the house."""
    if event.kind == LeadEventKind.CREATED:
        return _LEAD_CREATED
    return _LEAD_CHANGED if event.kind in _CHANGES else None
