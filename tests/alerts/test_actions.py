"""Raise, take up, note, close, repair."""

import threading
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, connections
from django.utils import timezone, translation

from alerts.actions import Conflict, acknowledge, add_note, close, raise_alert, reconcile
from alerts.models import Alert, EventKind, Notification, State
from alerts.tasks import reconcile as reconcile_task
from outbox.models import AppendOnlyError, Delivery
from surveys.models import Response
from tests.factories import (
    make_division,
    make_invitation,
    make_project,
    make_project_contact,
    make_response,
    make_service,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

FRIDAY = datetime(2026, 11, 20, 15, 0, tzinfo=ZoneInfo("Europe/Amsterdam"))  # 15:00, a working day


def make_alert(*, satisfaction="dissatisfied", recommendation="no", now=FRIDAY, **fields) -> Alert:
    response = make_response(satisfaction=satisfaction, recommendation=recommendation, **fields)
    alert = raise_alert(response=response, now=now)
    assert alert is not None
    return alert


def local(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%a %H:%M}"


def test_minus_is_due_in_business_hours():
    alert = make_alert()
    assert (local(alert.acknowledge_by), local(alert.speak_by)) == ("Mon 11:00", "Mon 15:00")
    assert alert.due_at == alert.acknowledge_by


def test_plus_is_thanked_within_two_days_and_asked_within_ten():
    alert = make_alert(satisfaction="more_than_satisfied", recommendation="yes")
    assert timezone.localdate(alert.acknowledge_by).isoformat() == "2026-11-24"
    assert timezone.localdate(alert.speak_by).isoformat() == "2026-12-04"


def test_neutral_raises_nothing():
    assert raise_alert(response=make_response(), now=FRIDAY) is None
    assert Delivery.objects.count() == 0


def test_each_recipient_gets_one_mail_and_is_recorded():
    alert = make_alert()
    owner, informed = Notification.objects.filter(alert=alert)
    assert (owner.recipient, owner.is_owner) == (alert.owner, True)
    assert (informed.recipient, informed.is_owner) == (alert.owner.supervisor, False)
    keys = sorted(Delivery.objects.values_list("dedupe_key", flat=True))
    assert keys == sorted(
        f"alert:{alert.pk}:email:{user.pk}" for user in (alert.owner, alert.owner.supervisor)
    )


def test_the_alert_of_an_answer_costs_the_same_however_many_services(django_assert_num_queries):
    for services in (1, 12):
        manager = make_user(supervisor=make_user())
        part = make_project_contact(project=make_project(account_manager=manager))
        response = make_response(
            invitation=make_invitation(project_contact=part), satisfaction="dissatisfied"
        )
        response.services.set([make_service() for _number in range(services)])
        response = Response.objects.select_related(
            "invitation__project_contact__contact",
            "invitation__project_contact__project__client",
            "invitation__project_contact__project__account_manager__supervisor",
            "invitation__project_contact__project__division__fallback",
        ).get(pk=response.pk)
        with django_assert_num_queries(19):
            raise_alert(response=response, now=timezone.now())


def test_acknowledge_is_an_event_and_moves_the_clock():
    alert = make_alert()
    acknowledge(alert=alert, actor=alert.owner, now=FRIDAY + timedelta(minutes=5))
    alert.refresh_from_db()
    assert (alert.state, alert.due_at) == (State.ACKNOWLEDGED, alert.speak_by)
    event = alert.events.get(kind=EventKind.ACKNOWLEDGED)
    assert (event.actor, event.at) == (alert.owner, FRIDAY + timedelta(minutes=5))


def test_second_acknowledgement_names_who_was_first():
    alert = make_alert()
    first = make_user(name="Sanne de Wit")
    acknowledge(alert=alert, actor=first)
    with translation.override("nl"), pytest.raises(Conflict, match="Sanne de Wit"):
        acknowledge(alert=alert, actor=make_user())
    assert alert.events.filter(kind=EventKind.ACKNOWLEDGED).count() == 1


def test_close_takes_outcome_and_cause_and_happens_once():
    alert = make_alert()
    close(
        alert=alert,
        actor=alert.owner,
        outcome="recovered",
        root_cause="planning",
        note="Gebeld, opgelost.",
    )
    alert.refresh_from_db()
    assert (alert.state, alert.outcome, alert.root_cause) == ("closed", "recovered", "planning")
    event = alert.events.get(kind=EventKind.CLOSED)
    assert (event.note, event.data["outcome"]) == ("Gebeld, opgelost.", "recovered")
    with pytest.raises(Conflict):
        close(alert=alert, actor=make_user(), outcome="partly", root_cause="cost")
    with pytest.raises(Conflict):
        acknowledge(alert=alert, actor=make_user())
    alert.refresh_from_db()
    assert alert.outcome == "recovered"


def test_note_stays_possible_and_events_cannot_be_changed():
    alert = make_alert()
    add_note(alert=alert, actor=alert.owner, note="Geen gehoor.")
    event = alert.events.get(kind=EventKind.NOTED)
    event.note = "Anders"
    with pytest.raises(AppendOnlyError):
        event.save()
    with pytest.raises(AppendOnlyError):
        event.delete()
    with pytest.raises(AppendOnlyError):
        alert.events.all().update(note="Anders")
    with pytest.raises(AppendOnlyError):
        alert.events.all().delete()
    assert alert.events.get(kind=EventKind.NOTED).note == "Geen gehoor."


def test_reconcile_repairs_a_response_without_alert_and_does_nothing_twice():
    response = make_response(satisfaction="dissatisfied", recommendation="no")
    make_response()  # neutral: needs none
    assert reconcile() == 1
    assert Alert.objects.get().response == response
    assert Delivery.objects.count() == 2
    assert reconcile_task() == 0


def test_reconcile_mails_an_alert_that_had_nobody_as_soon_as_somebody_is_there():
    manager = make_user(is_active=False)
    project = make_project(account_manager=manager, division=make_division())
    invitation = make_invitation(project_contact=make_project_contact(project=project))
    response = make_response(
        invitation=invitation, satisfaction="dissatisfied", recommendation="no"
    )
    alert = raise_alert(response=response, now=FRIDAY)
    assert alert is not None
    assert (alert.owner, Delivery.objects.count()) == (None, 0)
    assert reconcile() == 0
    boss = make_user(is_management=True)
    assert reconcile() == 1
    alert.refresh_from_db()
    assert alert.owner == boss
    assert Delivery.objects.get().recipient_address == boss.email
    assert alert.events.filter(kind=EventKind.REPAIRED).count() == 1


def test_reconcile_goes_on_after_a_row_it_cannot_repair(monkeypatch):
    broken = make_response(satisfaction="dissatisfied", recommendation="no")
    make_response(satisfaction="dissatisfied", recommendation="no")

    def raise_or_fail(*, response, now):
        if response == broken:
            raise RuntimeError("broken on purpose")
        return raise_alert(response=response, now=now)

    monkeypatch.setattr("alerts.actions.raise_alert", raise_or_fail)
    assert reconcile() == 1
    assert Alert.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs row locks (PostgreSQL)")
def test_two_acknowledgements_at_once_are_one():
    alert = make_alert()
    actors = [make_user() for _number in range(8)]
    start = threading.Barrier(len(actors))
    refused: list[str] = []

    def take(actor):
        start.wait(timeout=10)
        try:
            acknowledge(alert=alert, actor=actor)
        except Conflict as conflict:
            refused.append(str(conflict))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take, args=[actor]) for actor in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(refused) == len(actors) - 1
    assert alert.events.filter(kind=EventKind.ACKNOWLEDGED).count() == 1


def test_each_reader_gets_the_colleagues_roles_in_their_own_language():
    supervisor = make_user(language="en")
    manager = make_user(language="nl", supervisor=supervisor)
    project = make_project(account_manager=manager)
    make_project_contact(project=project, role="decider")
    part = make_project_contact(project=project, role="buyer")
    response = make_response(
        invitation=make_invitation(project_contact=part),
        satisfaction="dissatisfied",
        recommendation="no",
    )
    raise_alert(response=response, now=FRIDAY)
    texts = {
        mail.recipient_address: mail.parsed().get_body(("plain",)).get_content()
        for mail in Delivery.objects.all()
    }
    assert "beslisser" in texts[manager.email]
    assert "decider" not in texts[manager.email]
    assert "decider" in texts[supervisor.email]
    assert "beslisser" not in texts[supervisor.email]
