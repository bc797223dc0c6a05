"""What somebody who picks up the phone should know: for the mail and for the inbox."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from alerts.models import (
    Alert,
    AlertEvent,
    EventKind,
    LeadEvent,
    LeadEventKind,
    Notification,
)
from staff.models import User
from surveys.models import Contact, Invitation, ProjectContact, Response

_MOST = 8  # of each list: enough to prepare a call, few enough to read


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """Another contact at the client, with what they last said (``group`` is empty: silence)."""

    contact: Contact
    role: str | Promise  # in the language of whoever reads it
    group: str
    answered_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Story:
    """The context of one response: the person's earlier answers, colleagues, open alerts."""

    earlier: list[Response]
    colleagues: list[Colleague]
    open_alerts: list[Alert]

    @property
    def earlier_alerts(self) -> list[Alert]:
        """The alerts that earlier answers raised."""
        return [answer.alert for answer in self.earlier if hasattr(answer, "alert")]


def story_of(response: Response) -> Story:
    """Gather the context of ``response`` in a fixed number of queries."""
    contact = response.contact
    earlier = (
        Response.objects.filter(
            invitation__project_contact__contact=contact, submitted_at__lt=response.submitted_at
        )
        .exclude(pk=response.pk)
        .select_related("invitation__project_contact__project", "alert")[:_MOST]
    )
    part = "response__invitation__project_contact"
    open_alerts = (
        Alert.objects.open()
        .select_related("owner", f"{part}__contact", f"{part}__project")  # what is told of each
        .filter(**{f"{part}__project__client": response.project.client_id})
        .exclude(response=response)
        .due_first()[:_MOST]
    )
    return Story(
        earlier=list(earlier),
        colleagues=_colleagues_of(contact),
        open_alerts=list(open_alerts),
    )


def _colleagues_of(contact: Contact) -> list[Colleague]:
    """Return the other contacts at the same client: who answered last comes first."""
    others = Contact.objects.filter(client=contact.client_id).exclude(pk=contact.pk)
    latest: dict[int, Response] = {}
    answers = (
        Response.objects.standing()
        .filter(invitation__project_contact__contact__in=others)
        .select_related("invitation__project_contact")
        .order_by("-submitted_at", "-pk")
    )
    for answer in answers[: _MOST * _MOST]:
        latest.setdefault(answer.invitation.project_contact.contact_id, answer)
    roles: dict[int, str | Promise] = {}
    for part in ProjectContact.objects.filter(contact__in=others).exclude(role="").order_by("-pk"):
        roles.setdefault(part.contact_id, ProjectContact.Role(part.role).label)
    colleagues = [
        Colleague(
            contact=other,
            role=roles.get(other.pk, ""),
            group=latest[other.pk].group if other.pk in latest else "",
            answered_at=latest[other.pk].submitted_at if other.pk in latest else None,
        )
        for other in others
    ]
    colleagues.sort(key=lambda one: (one.answered_at is None, one.contact.name))
    return colleagues[:_MOST]


def last_contact_with(contact: Contact) -> AlertEvent | LeadEvent | None:
    """Return when somebody of the firm last contacted this person, about whatever, and how."""
    part = "response__invitation__project_contact__contact"
    about_alerts = AlertEvent.objects.filter(
        kind=EventKind.CONTACTED, **{f"alert__{part}": contact}
    )
    about_leads = LeadEvent.objects.filter(
        kind=LeadEventKind.CONTACTED, **{f"lead__{part}": contact}
    )
    found = [
        last
        for events in (about_alerts, about_leads)
        if (last := events.select_related("actor").order_by("at", "pk").last()) is not None
    ]
    return max(found, key=lambda event: event.at, default=None)


def sees_invitation(response: Response, user: User) -> bool:
    """Tell whether ``user`` may open the page of the invitation that ``response`` came from."""
    own = Invitation.objects.filter(pk=response.invitation_id)
    return own.visible_to(user).exists()


def mailings(alert: Alert) -> list[Notification]:
    """Return who was mailed about ``alert``, the owner first; each with recipient and delivery."""
    return list(
        alert.notifications.select_related("recipient", "delivery").defer("delivery__message")
    )
