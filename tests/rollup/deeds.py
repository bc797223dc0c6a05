"""A small firm in which anything may happen, by the ways that pass by Django's signals too."""

from contextlib import contextmanager
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from alerts.actions import raise_alert
from alerts.leads import follow_answer
from alerts.models import Alert, Lead
from ambassadors.programme.models import Ask
from ambassadors.rollup.fates import Fate
from outbox.models import Delivery, State
from surveys.models import (
    Contact,
    Group,
    Invitation,
    LeftOut,
    Omission,
    Project,
    ProjectContact,
    Response,
    Touchpoint,
)
from tests.dashboard.conftest import mail_of
from tests.factories import (
    make_ask,
    make_client,
    make_contact,
    make_division,
    make_invitation,
    make_project,
    make_project_contact,
    make_response,
    make_sector,
    make_service,
    make_user,
)

FATES = [fate.value for fate in Fate if fate != Fate.NO_CONTACT]


@contextmanager
def firm_for(dice):
    """A firm that is gone afterwards, and the moment it is."""
    now = timezone.now()
    with transaction.atomic():
        divisions = [make_division() for _one in range(2)]
        services, sectors = [make_service() for _one in range(2)], [make_sector(), make_sector()]
        users, clients = [make_user(), make_user()], [make_client(), make_client()]
        contacts = [make_contact(client=dice.choice(clients)) for _one in range(4)]
        for _one in range(8):
            project = make_project(
                client=dice.choice(clients),
                division=dice.choice(divisions),
                service=dice.choice([*services, None]),
                sector=dice.choice([*sectors, None]),
                account_manager=dice.choice(users),
                value=dice.choice([None, 10_000, 25_000, 99_999, 600_000]),
                closed_on=timezone.localdate(now) - timedelta(days=dice.randrange(700)),
            )
            for contact in dice.sample(contacts, dice.randrange(3)):
                make_project_contact(project=project, contact=contact)
        yield now
        transaction.set_rollback(True)


def _a(dice, rows):
    rows = list(rows)
    return dice.choice(rows) if rows else None


def invite(dice, now):
    part = _a(dice, ProjectContact.objects.filter(project__state="closed"))
    touchpoint = dice.choice(list(Touchpoint))
    if part and not Invitation.objects.filter(project_contact=part, touchpoint=touchpoint):
        at = now - timedelta(days=dice.randrange(60))
        invitation = make_invitation(project_contact=part, invited_at=at, touchpoint=touchpoint)
        if dice.random() < 0.8:
            mail_of(invitation, state=dice.choice(["sent", "queued", "undeliverable"]))


def answer(dice, now):
    invitation = _a(dice, Invitation.objects.filter(responses=None))
    if invitation:
        response = make_response(
            invitation=invitation,
            satisfaction=dice.choice(["more_than_satisfied", "satisfied", "dissatisfied"]),
            recommendation=dice.choice(["yes", "maybe", "no", "not_allowed"]),
            interest=dice.choice(["yes", "not_now"]),
            submitted_at=now - timedelta(hours=dice.randrange(500)),
        )
        raise_alert(response=response, now=response.submitted_at)
        follow_answer(response=response, now=response.submitted_at)


def replace(dice, now):
    response = _a(dice, Response.objects.standing())
    if response:
        Response.objects.filter(pk=response.pk).update(replaced_at=now)
        make_response(invitation=response.invitation, submitted_at=now)


def recalculate(dice, now):
    Response.objects.filter(group=Group.NEUTRAL).update(group=Group.POSITIVE)


def settle_mail(dice, now):
    Delivery.objects.filter(state=State.QUEUED).update(state=State.SENT, sent_at=now)


def bounce(dice, now):
    mail = _a(dice, Delivery.objects.filter(state=State.SENT))
    if mail:
        Delivery.objects.filter(pk=mail.pk).update(bounced_at=now)


def withdraw(dice, now):
    invitation = _a(dice, Invitation.objects.all())
    if invitation:
        Invitation.objects.filter(pk=invitation.pk).update(withdrawn_at=now)


def omit(dice, now):
    part = _a(dice, ProjectContact.objects.filter(omission=None))
    if part:
        Omission.objects.create(project_contact=part, reason=dice.choice(list(LeftOut)))


def unomit(dice, now):
    Omission.objects.all().delete()


def opt_out(dice, now):
    contact = _a(dice, Contact.objects.all())
    Contact.objects.filter(pk=contact.pk).update(
        **{dice.choice(["opted_out_at", "bounced_at"]): dice.choice([None, now])}
    )


def move_project(dice, now):
    project = _a(dice, Project.objects.filter(state="closed", started_on=None))
    if project:
        Project.objects.filter(pk=project.pk).update(
            closed_on=timezone.localdate(now) - timedelta(days=dice.randrange(700)),
            value=dice.choice([None, 10, 50_000]),
        )


def reopen_project(dice, now):
    project = _a(dice, Project.objects.all())
    Project.objects.filter(pk=project.pk).update(state="running", closed_on=None)


def hand_over_project(dice, now):
    project, other = _a(dice, Project.objects.all()), _a(dice, Project.objects.all())
    Project.objects.filter(pk=project.pk).update(
        division=other.division, service=other.service, account_manager=other.account_manager
    )


def take_off(dice, now):
    part = _a(dice, ProjectContact.objects.filter(invitations=None))
    if part:
        part.delete()


def replace_contact(dice, now):
    part, contact = _a(dice, ProjectContact.objects.all()), _a(dice, Contact.objects.all())
    if part and not ProjectContact.objects.filter(project=part.project, contact=contact):
        ProjectContact.objects.filter(pk=part.pk).update(contact=contact)


def add_contact(dice, now):
    project, contact = _a(dice, Project.objects.all()), _a(dice, Contact.objects.all())
    if not ProjectContact.objects.filter(project=project, contact=contact):
        make_project_contact(project=project, contact=contact)


def speak(dice, now):
    alert = _a(dice, Alert.objects.filter(first_spoken_at=None, closed_at=None))
    if alert:
        at = alert.raised_at + timedelta(hours=dice.randrange(100))
        Alert.objects.filter(pk=alert.pk).update(
            state="contacted", acknowledged_at=at, first_spoken_at=at, last_contact_at=at
        )


def close(dice, now):
    alert = _a(dice, Alert.objects.filter(closed_at=None))
    if alert:
        is_minus = alert.group == Group.NEGATIVE
        Alert.objects.filter(pk=alert.pk).update(
            state="closed",
            closed_at=now,
            outcome=dice.choice(["recovered", "partly"]) if is_minus else "thanked",
            root_cause=dice.choice(["planning", "quality"]) if is_minus else "",
        )


def confirm(dice, now):
    solved = Alert.objects.filter(outcome="recovered", recovered_at=None)
    solved.update(recovered_at=now)


def win_lead(dice, now):
    lead = _a(dice, Lead.objects.open())
    if lead:
        Lead.objects.filter(pk=lead.pk).update(stage="won", closed_at=now, value=dice.randrange(99))


def move_lead(dice, now):
    lead = _a(dice, Lead.objects.open())
    if lead:
        at = now - timedelta(days=dice.randrange(700))
        Lead.objects.filter(pk=lead.pk).update(stage="talking", value=None, created_at=at)


def ask(dice, now):
    alert = _a(dice, Alert.objects.filter(group=Group.POSITIVE))
    if alert and not Ask.objects.of_contact(alert.response.contact):
        make_ask(alert=alert, asked_on=timezone.localdate(now) - timedelta(dice.randrange(90)))


def answer_ask(dice, now):
    found = _a(dice, Ask.objects.filter(answer="open"))
    if found:
        Ask.objects.filter(pk=found.pk).update(
            answer="yes", answered_on=timezone.localdate(now), answer_recorded_by=found.asked_by
        )


def forget_project(dice, now):
    project = _a(dice, Project.objects.exclude(project_contacts__invitations__isnull=False))
    if project:
        project.delete()


DEEDS = {
    name: deed
    for name, deed in sorted(globals().items())
    if getattr(deed, "__module__", "") == __name__ and name[0] != "_"
}
DEEDS.pop("firm_for")
DEEDS.update(refresh=None, wait=None)
