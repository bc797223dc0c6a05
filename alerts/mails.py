"""The mails that go to colleagues."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from alerts.models import Alert, EventKind, Notification
from alerts.routing import Route
from alerts.story import Story
from outbox.mail import Mail, Person, compose, site_address
from outbox.models import Delivery
from staff.models import User
from surveys.models import CallRequest, Response


@dataclass(frozen=True, kw_only=True)
class Handover:
    """That a colleague, ``by``, passed an alert on to its reader, and what they said with it."""

    by: User
    comment: str


def compose_alert(
    alert: Alert,
    *,
    recipient: User,
    route: Route,
    story: Story,
    instead_of: User | None = None,
    handover: Handover | None = None,
) -> Mail:
    """Return the alert mail for one recipient, in their language.

    ``instead_of`` is the colleague whose mail was refused, when this one stands in; ``handover``
    who passed it on. It holds everything needed to pick up the phone (PRODUCT, 5).
    """
    response = alert.response
    part = response.invitation.project_contact
    if part.contact.client_id == part.project.client_id:
        part.contact.client = part.project.client  # its language may count: saves a query
    return compose(
        "alert",
        {
            "alert": alert,
            "response": response,
            "contact": part.contact,
            "role": part.get_role_display,
            "project": part.project,
            "client": part.project.client,
            "story": story,
            "recipient": recipient,
            "is_owner": recipient == route.owner,
            "owner": route.owner,
            "informed": route.informed,
            "instead_of": instead_of,
            "handover": handover,
            "detail_url": site_address(reverse("alerts:detail", args=[alert.pk])),
        },
        to=Person(name=recipient.name, address=recipient.email),
        language=recipient.language,
    )


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a client allowed, asked for or took back: a ``kind`` of event with what belongs to it.

    ``call_by`` is until when we promised to call; ``is_again``: it replaces an earlier request,
    or says once more what made no difference to the alert. ``line`` is what they wrote with it.
    """

    kind: EventKind
    kinds: Sequence[str] = ()
    call: CallRequest | None = None
    call_by: datetime | None = None
    is_again: bool = False
    line: str = ""


def compose_wish(
    change: Change, *, response: Response, alert: Alert | None, recipient: User
) -> Mail:
    """Return the mail about ``change`` for one recipient, in their language.

    Without an ``alert``, as after a 0, there is no page to open: the mail has all that is known.
    """
    part = response.invitation.project_contact
    return compose(
        "wish",
        {
            "change": change,
            "alert": alert,
            "recipient": recipient,
            "response": response,
            "contact": part.contact,
            "role": part.get_role_display,
            "project": part.project,
            "client": part.project.client,
            "detail_url": alert and site_address(reverse("alerts:detail", args=[alert.pk])),
        },
        to=Person(name=recipient.name, address=recipient.email),
        language=recipient.language,
    )


def compose_undeliverable(
    notification: Notification, delivery: Delivery, *, to: User, fallback: User | None
) -> Mail:
    """Return the notice to an administrator that ``delivery``, of an alert, was refused for good.

    It names the colleague and the server's words, and nothing of the client or the answer.
    """
    user_path = reverse("admin:staff_user_change", args=[notification.recipient_id])
    return compose(
        "undeliverable",
        {
            "recipient": notification.recipient,
            "delivery": delivery,
            "reason": delivery.last_error,
            "fallback": fallback,
            "user_url": site_address(user_path),
            "detail_url": site_address(reverse("outbox:detail", args=[delivery.pk])),
        },
        to=Person(name=to.name, address=to.email),
        language=to.language,
    )
