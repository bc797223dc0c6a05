"""Rows to measure with, in bulk: made up, and shaped like those of a firm."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model
from django.utils import timezone

from alerts.models import Alert, AlertEvent, EventKind, Notification
from outbox.models import Delivery, Lane, State
from staff.models import Division, User
from surveys.models import (
    Client,
    Contact,
    Invitation,
    Link,
    Project,
    ProjectContact,
    Response,
    Sector,
    Service,
)
from surveys.segmentation import Recommendation, Satisfaction, segment

MANAGERS, DIVISIONS, SERVICES, SECTORS = 24, 6, 8, 5
CONTACTS_OF_A_CLIENT = 4
COMMENT = (
    "Het rapport van O'Neill & Zn. kwam drie weken te laat en telefoontjes werden niet "
    "beantwoord. De inhoud was goed; de samenwerking in de laatste fase viel ons tegen."
)
MESSAGE = b"Subject: Signaal\r\n\r\n" + b"Een regel van een mail, zoals er veel zijn.\r\n" * 50
_AT_ONCE = 2_000
_LATEST_CLOSED = 7  # days ago: every contact may be invited by now
_numbers = count(1)
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, kw_only=True)
class Firm:
    """Who works here, and what for."""

    management: User
    managers: list[User]
    divisions: list[Division]
    services: list[Service]
    sectors: list[Sector]


def make_firm() -> Firm:
    """Make a firm of four teams, each with a supervisor who is mailed too."""
    management = _user("directie", is_management=True)
    supervisors = [_user(f"leiding{number}", supervisor=management) for number in range(4)]
    managers = [
        _user(f"manager{number}", supervisor=supervisors[number % 4]) for number in range(MANAGERS)
    ]
    return Firm(
        management=management,
        managers=managers,
        divisions=_many(Division(name=f"Divisie {n}") for n in range(DIVISIONS)),
        services=_many(Service(name=f"Dienst {n}") for n in range(SERVICES)),
        sectors=_many(Sector(name=f"Sector {n}") for n in range(SECTORS)),
    )


def _user(name: str, **fields: Any) -> User:
    email = f"{name}@waterkant.example"
    user: User = User.objects.create_user(email, name=name.title(), **fields)
    return user


def make_project_contacts(firm: Firm, number: int, *, closed_within: int) -> list[ProjectContact]:
    """Make ``number`` contacts, four to a client, each of one project of their own.

    The projects were closed on days spread evenly from ``closed_within`` days ago to a week ago.
    """
    today = timezone.localdate()
    clients = _many(
        Client(name=f"Gemeente {next(_numbers)}")
        for _n in range(-(-number // CONTACTS_OF_A_CLIENT))
    )
    contacts = _many(_contact(clients[n // CONTACTS_OF_A_CLIENT], today) for n in range(number))
    days = closed_within - _LATEST_CLOSED
    projects = _many(
        _project(firm, contact.client, today - timedelta(days=closed_within - n * days // number))
        for n, contact in enumerate(contacts)
    )
    return _many(
        ProjectContact(project=project, contact=contact, role=ProjectContact.Role.DECIDER)
        for project, contact in zip(projects, contacts, strict=True)
    )


def _contact(client: Client, today: date) -> Contact:
    number = next(_numbers)
    return Contact(
        client=client,
        name=f"Zoë de Vries-{number}",
        email=f"contact{number}@gemeente.example",
        phone="+31612345678",
        job_title="Programmamanager Water",
        details_as_of=today,
    )


def _project(firm: Firm, client: Client, closed_on: date) -> Project:
    number = next(_numbers)
    return Project(
        number=f"W{number:07}",
        name=f"Klimaatadaptatieplan {number}",
        client=client,
        account_manager=firm.managers[number % MANAGERS],
        division=firm.divisions[number % DIVISIONS],
        service=firm.services[number % SERVICES],
        sector=firm.sectors[number % SECTORS],
        value=Decimal("84500.00"),
        state=Project.State.CLOSED,
        closed_on=closed_on,
    )


def make_invitations(parts: Sequence[ProjectContact], *, now: datetime) -> list[Invitation]:
    """Make an open invitation for each of ``parts``, sent two days ago, with its mail."""
    sent_at = now - timedelta(days=2)
    invitations = _many(
        Invitation(
            project_contact=part,
            language="nl",
            invited_at=sent_at,
            expires_at=now + timedelta(days=28),
        )
        for part in parts
    )
    mails = _many(
        _delivery(
            one.delivery_key, Lane.INVITATION, one.project_contact.contact.email, b"", sent_at
        )
        for one in invitations
    )
    for invitation, mail in zip(invitations, mails, strict=True):
        invitation.delivery = mail
    Invitation.objects.bulk_update(invitations, ["delivery"], batch_size=500)
    return invitations


def make_tokens(invitations: Sequence[Invitation]) -> list[str]:
    """Return a token that opens the page of each of ``invitations``."""
    tokens = [Link.new_token() for _one in invitations]
    _many(
        Link(invitation=one, token_hash=Link.hash_of(token), created_at=one.invited_at)
        for one, token in zip(invitations, tokens, strict=True)
    )
    return tokens


def make_responses(
    invitations: Sequence[Invitation], satisfaction: str, recommendation: str, *, now: datetime
) -> list[Response]:
    """Answer each of ``invitations`` in the same way, without raising anything."""
    verdict = segment(Satisfaction(satisfaction), Recommendation(recommendation))
    return _many(
        Response(
            invitation=invitation,
            satisfaction=satisfaction,
            motivation=COMMENT,
            recommendation=recommendation,
            interest="not_now",
            group=verdict.group,
            reason=verdict.reason,
            rule_version=verdict.rule_version,
            language="nl",
            digest=f"{next(_numbers):064}",
            submitted_at=now - timedelta(days=1),
        )
        for invitation in invitations
    )


def make_alerts(responses: Sequence[Response], *, now: datetime) -> list[Alert]:
    """Raise an open alert for each of ``responses``, its two mails sent; a quarter is late."""
    raised_at = now - timedelta(days=1)
    alerts = _many(
        Alert(
            response=response,
            group=response.group,
            owner=response.project.account_manager,
            raised_at=raised_at,
            acknowledge_by=now + timedelta(minutes=number % 4_000 - 1_000),
            speak_by=now + timedelta(days=2),
            due_at=now + timedelta(minutes=number % 4_000 - 1_000),
        )
        for number, response in enumerate(responses)
    )
    _many(AlertEvent(alert=alert, kind=EventKind.RAISED, at=raised_at) for alert in alerts)
    told = [
        (alert, recipient)
        for alert in alerts
        if alert.owner is not None
        for recipient in (alert.owner, alert.owner.supervisor)
        if recipient is not None
    ]
    deliveries = _many(
        _delivery(alert.delivery_key(user), Lane.ALERT, user.email, MESSAGE, raised_at)
        for alert, user in told
    )
    _many(
        Notification(alert=alert, recipient=user, delivery=delivery, is_owner=user == alert.owner)
        for (alert, user), delivery in zip(told, deliveries, strict=True)
    )
    return alerts


def settle() -> None:
    """Let PostgreSQL count what was stored, as it does by itself in an installation that lives."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _delivery(key: str, lane: Lane, address: str, message: bytes, sent_at: datetime) -> Delivery:
    return Delivery(
        dedupe_key=key,
        lane=lane,
        recipient_address=address,
        subject="Signaal" if lane == Lane.ALERT else "Uw mening",
        template="alert" if lane == Lane.ALERT else "invitation",
        message_id=f"<{uuid.uuid4().hex}@localhost>",
        message=message,
        digest=Delivery.digest_of(message),
        is_secret=lane == Lane.INVITATION,
        state=State.SENT,
        transport="smtp",
        attempts=1,
        created_at=sent_at,
        not_before=sent_at,
        sent_at=sent_at,
    )


def _many(rows: Iterator[Row]) -> list[Row]:
    """Store ``rows``, which are all of one model, some thousands in one statement."""
    made = list(rows)
    if made:
        type(made[0])._default_manager.bulk_create(made, batch_size=_AT_ONCE)
    return made
