"""Leads as they come: with the answer, going on with a new one, completed, never nobody's."""

import logging
from datetime import UTC, datetime, timedelta

import pytest

from alerts import receivers
from alerts.actions import reconcile
from alerts.digest_models import DigestItem
from alerts.models import Alert, Lead, LeadEvent
from outbox.models import Delivery
from surveys.actions import Answers, record_response, reopen
from surveys.models import Response
from tests.factories import (
    make_absence,
    make_division,
    make_invitation,
    make_lead,
    make_project,
    make_project_contact,
    make_response,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

NOW = datetime(2026, 11, 20, 14, 2, tzinfo=UTC)
DAY = timedelta(days=1)
ZERO = Answers(satisfaction="satisfied", recommendation="maybe", interest="yes")
PLUS = Answers(satisfaction="more_than_satisfied", recommendation="yes", interest="yes")
STILL = Answers(
    satisfaction="satisfied", recommendation="yes", interest="yes", motivation="Nog steeds"
)
MINUS = Answers(satisfaction="dissatisfied", recommendation="no", interest="yes")
NO_MORE = Answers(satisfaction="satisfied", recommendation="maybe", interest="not_now")


@pytest.fixture
def owner():
    return make_user(name="Sanne de Wit", supervisor=make_user(name="Joost Bakker"))


def invited(owner, **project):
    part = make_project_contact(project=make_project(account_manager=owner, **project))
    return make_invitation(project_contact=part, invited_at=NOW - DAY)


def answer(invitation, answers=ZERO, now=NOW) -> Response:
    return record_response(invitation=invitation, answers=answers, now=now).response


def kinds(lead):
    return list(lead.events.values_list("kind", flat=True))


@pytest.mark.parametrize(
    ("answers", "number"), [(ZERO, 1), (PLUS, 1), (MINUS, 0), (NO_MORE, 0)], ids="0+-n"
)
def test_a_plus_or_a_zero_with_interest_is_a_lead(owner, answers, number):
    response = answer(invited(owner), answers)
    assert Lead.objects.filter(response=response, owner=owner, stage="new").count() == number
    assert DigestItem.objects.filter(news="lead", recipient=owner).count() == number
    assert LeadEvent.objects.count() == number
    assert reconcile(now=NOW) == 0


def test_a_zero_with_interest_mails_nobody(owner):
    answer(invited(owner))
    assert not Delivery.objects.exists()


def test_the_lead_goes_to_whoever_acts_for_the_account_manager(owner):
    stand_in = make_user(name="Karim Smit")
    make_absence(user=owner, stand_in=stand_in)
    answer(invited(owner), now=None)
    lead = Lead.objects.get()
    assert (lead.owner, lead.on_behalf_of) == (stand_in, owner)


def test_a_failing_lead_leaves_answer_and_alert_and_is_completed(owner, monkeypatch, caplog):
    def fail(**kwargs):
        raise ValueError("broken on purpose")

    with monkeypatch.context() as patch, caplog.at_level(logging.ERROR):
        patch.setattr(receivers, "follow_answer", fail)
        response = answer(invited(owner), PLUS)
    assert Response.objects.count() == 1
    assert Alert.objects.filter(response=response).exists()
    assert not Lead.objects.exists()
    assert reconcile(now=NOW + timedelta(minutes=1)) == 1
    assert Lead.objects.get().owner == owner
    assert DigestItem.objects.get().recipient == owner
    assert reconcile(now=NOW + timedelta(minutes=2)) == 0


def test_what_was_forgotten_long_ago_is_made_quietly(owner):
    old = make_response(
        invitation=invited(owner), interest="yes", submitted_at=NOW - timedelta(days=40)
    )
    assert reconcile(now=NOW) == 1
    assert old.lead.created_at == old.submitted_at
    assert not DigestItem.objects.exists()


def test_a_recalculated_minus_becomes_no_lead(owner):
    response = answer(invited(owner), MINUS)
    Response.objects.filter(pk=response.pk).update(group="neutral", rule_version="2")
    reconcile(now=NOW)
    assert not Lead.objects.exists()


def test_an_answer_whose_rule_failed_waits_for_its_group(owner):
    response = make_response(invitation=invited(owner), interest="yes", submitted_at=NOW)
    Response.objects.filter(pk=response.pk).update(rule_version="", group="neutral")
    reconcile(now=NOW)  # judges it
    reconcile(now=NOW)
    assert Lead.objects.get().response == response


def answered_anew(owner, answers, *, work=lambda lead: None):
    invitation = invited(owner)
    first = answer(invitation)
    lead = Lead.objects.get(response=first)
    work(lead)
    reopen(
        invitation=invitation,
        actor=owner.supervisor,
        reason="Op verzoek",
        is_mailed=False,
        now=NOW + timedelta(hours=1),
    )
    invitation = type(invitation).objects.get(pk=invitation.pk)
    second = answer(invitation, answers, NOW + DAY)
    assert first != second
    return Lead.objects.order_by("pk").first(), first, second


def test_an_open_lead_goes_on_with_the_new_answer(owner):
    lead, first, second = answered_anew(owner, STILL)
    assert Lead.objects.get() == lead
    assert (lead.response, lead.version) == (second, 1)
    assert kinds(lead) == ["created", "answered_anew"]
    assert lead.events.last().data["replaced"] == first.pk
    assert DigestItem.objects.get(news="lead").response == second
    assert reconcile(now=NOW + DAY) == 0


def test_a_new_answer_without_interest_leaves_the_lead_with_a_line(owner):
    lead, first, _second = answered_anew(owner, NO_MORE)
    assert Lead.objects.get() == lead
    assert (lead.response, lead.stage) == (first, "new")
    assert kinds(lead) == ["created", "answered_anew"]
    assert reconcile(now=NOW + DAY) == 0
    assert kinds(lead) == ["created", "answered_anew"]


def test_a_lead_that_was_lost_stays_lost_beside_a_new_one(owner):
    def lose(lead):
        Lead.objects.filter(pk=lead.pk).update(
            stage="lost", closed_at=NOW, lost_reason="Geen budget"
        )

    lead, first, second = answered_anew(owner, STILL, work=lose)
    assert (lead.response, lead.stage) == (first, "lost")
    assert Lead.objects.get(response=second).stage == "new"
    assert reconcile(now=NOW + DAY) == 0


def test_a_new_answer_that_the_lead_was_not_told_of_is_told(owner):
    invitation = invited(owner)
    lead = Lead.objects.get(response=answer(invitation))
    Response.objects.update(replaced_at=NOW)
    make_response(invitation=invitation, submitted_at=NOW, interest="yes")
    assert reconcile(now=NOW + DAY) == 1
    assert Lead.objects.get() == lead
    assert kinds(lead) == ["created", "answered_anew"]


def test_the_lead_of_who_left_has_a_keeper_whose_digest_tells(owner):
    lead = make_lead(owner=owner)
    owner.is_active = False
    owner.save()
    assert reconcile() == 1
    lead.refresh_from_db()
    assert (lead.owner, lead.keeper) == (None, owner.supervisor)
    assert lead.events.last().data == {"left": "Sanne de Wit", "name": "Joost Bakker"}
    assert [item.recipient for item in DigestItem.objects.waiting()] == [owner.supervisor]
    assert reconcile() == 0


def test_a_lead_is_never_nobodys():
    fallback = make_user()
    manager = make_user()
    project = make_project(account_manager=manager, division=make_division(fallback=fallback))
    part = make_project_contact(project=project)
    manager.is_active = False
    manager.save()
    answer(make_invitation(project_contact=part, invited_at=NOW - DAY))
    assert Lead.objects.get().owner == fallback
