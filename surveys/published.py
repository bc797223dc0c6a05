"""What other systems can hear of asking: answers, and what clients allow (docs/webhooks.md).

Names and fields are a promise: fields are added, never renamed or removed.
"""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from outbox.event_types import EventType, register
from surveys.models import Consent, ProjectContact, Response
from surveys.segmentation import UNJUDGED

_PART = "invitation__project_contact"
_WHO = (f"{_PART}__contact", f"{_PART}__project__client", f"{_PART}__project__account_manager")

EXAMPLE_PART: dict[str, Any] = {
    "client": {"id": 12, "name": "Provincie Zeeland"},
    "contact": {
        "id": 88,
        "name": "Zoë van Dijk",
        "email": "zoe.van.dijk@zeeland.example",
        "role": "decider",
    },
    "project": {"id": 301, "number": "P2026-014", "name": "Dijkversterking Hansweert"},
}


def part_of(part: ProjectContact) -> dict[str, Any]:
    """Return client, contact and project as every event names them."""
    contact, project = part.contact, part.project
    return {
        "client": {"id": project.client_id, "name": project.client.name},
        "contact": {
            "id": contact.pk,
            "name": contact.name,
            "email": contact.email,
            "role": part.role,
        },
        "project": {"id": project.pk, "number": project.number, "name": project.name},
    }


def _responses() -> QuerySet[Response]:
    """Return what was answered and judged; an answer whose rule failed is told once it has."""
    judged = Response.objects.exclude(rule_version=UNJUDGED.rule_version)
    return judged.select_related(*_WHO)


def _response(response: Response) -> dict[str, Any]:
    earlier = Response.objects.filter(invitation=response.invitation_id, pk__lt=response.pk)
    manager = response.project.account_manager
    return {
        "response_id": response.pk,
        "replaces_response_id": earlier.order_by("-pk").values_list("pk", flat=True).first(),
        "group": response.group,
        "reason": response.reason,
        "rule_version": response.rule_version,
        "satisfaction": response.satisfaction,
        "motivation": response.motivation,
        "recommendation": response.recommendation,
        "score": response.score,
        "interest": response.interest,
        "services": [service.name for service in response.services.all()],
        "touchpoint": response.invitation.touchpoint,
        "language": response.language,
        **part_of(response.invitation.project_contact),
        "account_manager": {"id": manager.pk, "name": manager.name, "email": manager.email},
    }


def _consents() -> QuerySet[Consent]:
    return Consent.objects.select_related(*(f"response__{name}" for name in _WHO))


def _withdrawn_consents() -> QuerySet[Consent]:
    return _consents().filter(withdrawn_at__isnull=False)


def _consent(consent: Consent) -> dict[str, Any]:
    return {
        "consent_id": consent.pk,
        "response_id": consent.response_id,
        "kind": consent.kind,
        **part_of(consent.response.invitation.project_contact),
    }


_EXAMPLE_CONSENT = {"consent_id": 57, "response_id": 4711, "kind": "reference", **EXAMPLE_PART}

RESPONSE_RECEIVED = register(
    EventType(
        name="response.received",
        label=_("A client has answered (+, 0 or –)"),
        meaning="A client has answered the four questions, for the first time or anew.",
        rows=_responses,
        at="submitted_at",
        data_of=_response,
        own_words=("motivation",),
        example={
            "response_id": 4711,
            "replaces_response_id": None,
            "group": "positive",
            "reason": "delighted_and_recommends",
            "rule_version": "1",
            "satisfaction": "more_than_satisfied",
            "motivation": None,
            "recommendation": "yes",
            "score": None,
            "interest": "yes",
            "services": ["Waterveiligheid"],
            "touchpoint": "project_close",
            "language": "nl",
            **EXAMPLE_PART,
            "account_manager": {
                "id": 7,
                "name": "Erik ter Horst",
                "email": "erik.ter.horst@waterkant.example",
            },
        },
    )
)
CONSENT_GIVEN = register(
    EventType(
        name="consent.given",
        label=_("A client allows something (introduction, reference, story, quote)"),
        meaning="A client allows one thing: an introduction, a reference, a story or a quote.",
        rows=_consents,
        at="given_at",
        data_of=_consent,
        example=_EXAMPLE_CONSENT,
    )
)
CONSENT_WITHDRAWN = register(
    EventType(
        name="consent.withdrawn",
        label=_("A client takes a permission back"),
        meaning="A client no longer allows it: stop using what that consent covered.",
        rows=_withdrawn_consents,
        at="withdrawn_at",
        data_of=_consent,
        example=_EXAMPLE_CONSENT,
    )
)
