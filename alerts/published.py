"""What other systems can hear of acting: alerts raised, taken up, closed, recovered or not
(docs/webhooks.md).

The ledger of alerts is the source: each of its lines is one fact, also when one is closed twice.
Names and fields are a promise: fields are added, never renamed or removed.
"""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from alerts.models import AlertEvent, EventKind
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
    "recovered_at": None,
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
        "recovered_at": alert.recovered_at,
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
    EventKind.CONFIRMED: _registered(
        EventKind.CONFIRMED,
        "alert.recovered",
        _("A client confirms that a – is solved"),
        "The client of an alert that was closed as solved confirms it: only now it is recovered.",
        event_id=931,
        state="closed",
        outcome="recovered",
        root_cause="planning",
        recovered_at="2026-12-01T13:05:00Z",
    ),
    EventKind.NOT_SOLVED: _registered(
        EventKind.NOT_SOLVED,
        "alert.not_solved",
        _("A client says that a – is not solved yet"),
        "The client of an alert that was closed as solved says that it is not: it is open again.",
        event_id=932,
        state="reopened",
    ),
}


def type_of(event: AlertEvent) -> EventType | None:
    """Return as what ``event`` is told to other systems; None when it stays in the house."""
    return _TYPES.get(event.kind)
