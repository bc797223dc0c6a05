"""What the tests of the dashboard share: a manager who is signed in, and a filled firm."""

import random
from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone

from outbox.models import Delivery, Lane, State
from surveys.models import Invitation, ProjectContact, Response
from tests.factories import (
    make_contact,
    make_division,
    make_invitation,
    make_project,
    make_project_contact,
    make_response,
    make_service,
    make_user,
)


@pytest.fixture
def manager(client, db):
    """Management, signed in on ``client``."""
    user = make_user(name="Ingrid Mulder", is_management=True)
    client.force_login(user)
    return user


def mail_of(invitation: Invitation, *, state: str = State.SENT, transport: str = "smtp") -> None:
    """The invitation's mail in the outbox."""
    invitation.delivery = Delivery.objects.create(
        dedupe_key=invitation.delivery_key,
        lane=Lane.INVITATION,
        recipient_address=invitation.contact.email,
        subject="Hoe kijkt u terug?",
        message_id=f"<{invitation.pk}@waterkant.example>",
        digest="0" * 64,
        state=state,
        transport=transport,
        sent_at=timezone.now() if state == State.SENT else None,
    )
    invitation.save(update_fields=["delivery"])


def asked(**project) -> Invitation:
    """An invitation whose mail left, about a project with the given fields."""
    invitation = make_invitation(
        project_contact=make_project_contact(project=make_project(**project))
    )
    mail_of(invitation)
    return invitation


def answered(satisfaction="more_than_satisfied", recommendation="yes", interest="yes", **project):
    """An answer about a project with the given fields, through a mail that left."""
    return make_response(
        invitation=asked(**project),
        satisfaction=satisfaction,
        recommendation=recommendation,
        interest=interest,
    )


@pytest.fixture
def filled(db):
    """A firm of a hundred project contacts with every fate in it, the same on every run."""
    dice = random.Random(1927)  # the year of Wilson's interval
    today = timezone.localdate()
    divisions = [make_division(name=name) for name in ("Water", "Milieu", "Gebouwen")]
    service = make_service(name="Assetmanagement")
    owner = make_user(name="Sanne de Wit")
    for number in range(100):
        closed_on = today - timedelta(days=dice.choice([3, 40, 150, 300, 500]))
        project = make_project(
            account_manager=owner,
            closed_on=closed_on,
            division=dice.choices(divisions, [6, 5, 1])[0],
            service=service if number % 3 else None,
        )
        contact = make_contact(client=project.client)
        project_contact = make_project_contact(project=project, contact=contact)
        _fate(dice, project_contact, closed_on)
    _answer_some_anew()
    return divisions


def _answer_some_anew() -> None:
    """Every third answer came in the place of one that said the opposite."""
    for stands in Response.objects.order_by("pk")[::3]:
        was_happy = stands.group != "positive"
        make_response(
            invitation=stands.invitation,
            satisfaction="more_than_satisfied" if was_happy else "dissatisfied",
            recommendation="yes" if was_happy else "no",
            interest="yes" if stands.interest == "not_now" else "not_now",
            submitted_at=stands.submitted_at - timedelta(hours=1),
            replaced_at=stands.submitted_at,
        )


def _fate(dice: random.Random, project_contact: ProjectContact, closed_on) -> None:
    what = dice.random()
    if what < 0.1:
        contact = project_contact.contact
        contact.opted_out_at = timezone.now() if what < 0.05 else None
        contact.save(update_fields=["opted_out_at"])
        return
    at = timezone.make_aware(datetime.combine(closed_on, time(10)))
    invitation = make_invitation(project_contact=project_contact, invited_at=at)
    if what < 0.15:
        mail_of(invitation, state=State.UNDELIVERABLE if what < 0.13 else State.QUEUED)
        return
    mail_of(invitation, transport="kept" if what > 0.95 else "smtp")
    if what < 0.7:
        make_response(
            invitation=invitation,
            satisfaction=dice.choice(["more_than_satisfied", "satisfied", "dissatisfied"]),
            recommendation=dice.choice(["yes", "maybe", "no", "not_allowed"]),
            interest=dice.choice(["yes", "not_now"]),
            submitted_at=at + timedelta(hours=5),
        )
