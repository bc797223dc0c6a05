"""Where one part of acting meets another: nobody is told twice, and nobody is left out."""

import threading
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, connections, transaction

from alerts.actions import acknowledge, reassign, reconcile
from alerts.chat_models import PersonChat
from alerts.digest_models import DigestItem
from alerts.escalating import escalate
from alerts.escalation import AlertClock, EscalationStep
from alerts.leads import follow_answer
from alerts.models import Alert, EventKind
from alerts.preferences import News, Way
from alerts.queueing import move_to_queue, unkept_alerts
from alerts.second_channel import late_mails
from alerts.ways import choose
from outbox.breaking import hold, resume
from outbox.circuit import MAIL
from outbox.models import Delivery, State
from staff.models import Division
from tests.factories import (
    make_alert,
    make_invitation,
    make_project_contact,
    make_response,
    make_user,
)
from tests.outbox.chats import make_address

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

NOW = datetime(2026, 11, 18, 9, 30, tzinfo=ZoneInfo("Europe/Amsterdam"))
MINUTE = timedelta(minutes=1)


@pytest.fixture
def owner():
    above = make_user(name="Bo Boven")
    return make_user(supervisor=make_user(name="Lida Leiding", supervisor=above))


def leave(user) -> None:
    user.is_active = False
    user.save()


def test_an_upgrade_mails_nobody_about_what_was_late_before(owner):
    late, recent = make_alert(owner=owner, now=NOW - timedelta(days=90)), make_alert(owner=owner)
    Alert.objects.filter(pk=recent.pk).update(
        raised_at=NOW, acknowledge_by=NOW + timedelta(hours=4), speak_by=NOW + timedelta(days=1)
    )
    AlertClock.objects.all().delete()  # as they were stored before there were clocks
    upgraded = NOW + timedelta(hours=5)  # the first clock of the recent one ran out just now
    assert reconcile(now=upgraded) == 2
    escalate(now=upgraded)
    assert not EscalationStep.objects.exists()
    assert not late.clocks.filter(next_step_at__isnull=False).exists()
    escalate(now=NOW + timedelta(days=1))  # what comes due from now on is told
    assert set(EscalationStep.objects.values_list("clock__alert", flat=True)) == {recent.pk}


def test_two_workers_that_repair_one_lost_alert_say_so_once(owner):
    keeper = owner.supervisor
    make_alert(owner=owner)
    leave(owner)
    reconcile()
    leave(keeper)
    make_user(is_management=True)
    (read_by_both,) = unkept_alerts()
    assert [move_to_queue(read_by_both, now=NOW) for _worker in range(2)] == [True, False]
    assert read_by_both.events.filter(kind=EventKind.OWNER_LOST).count() == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs row locks (PostgreSQL)")
def test_who_takes_a_lost_alert_up_keeps_it():
    boss = make_user(is_management=True)
    owner = make_user(supervisor=make_user())
    alert = make_alert(owner=owner)
    leave(owner)
    reconcile()
    leave(owner.supervisor)
    (lost,) = unkept_alerts()
    done: list[bool] = []

    def repair() -> None:
        done.append(move_to_queue(lost, now=NOW))
        connections.close_all()

    worker = threading.Thread(target=repair)
    with transaction.atomic():
        acknowledge(alert=alert, actor=boss)
        worker.start()
        worker.join(1)  # it waits for the row
    worker.join(10)
    alert.refresh_from_db()
    assert (alert.owner, done) == (boss, [False])


def test_nothing_is_told_a_second_way_while_sending_is_stopped_by_hand(owner):
    PersonChat.objects.create(user=owner, address=make_address())
    make_alert(owner=owner, now=NOW)
    later = NOW + 6 * MINUTE
    hold(MAIL)
    assert late_mails(later) == []
    resume(MAIL)
    assert len(late_mails(later)) == 1


def test_a_refused_hand_over_reaches_somebody_else_also_when_its_reader_knew(owner):
    boss = make_user(name="Bas Baas", is_management=True)
    alert = make_alert(owner=owner, now=NOW)
    Delivery.objects.update(state=State.SENT, sent_at=NOW)
    informed = owner.supervisor
    reassign(alert=alert, actor=owner, owner=informed, comment="Jouw klant", now=NOW)
    handover = Delivery.objects.filter(dedupe_key__contains=":handover:")
    handover.update(state=State.UNDELIVERABLE, last_error="550 5.1.1 unknown")
    reconcile(now=NOW + MINUTE)
    assert Delivery.objects.filter(dedupe_key=alert.delivery_key(boss)).exists()


def test_news_for_the_digest_of_who_left_is_read_by_who_is_there(owner):
    supervisor, fallback = owner.supervisor, make_user(name="Fenna Fallback")
    choose(supervisor, {News.TEAM_MINUS: Way.DIGEST})
    alert = make_alert(owner=owner, now=NOW)
    lead = make_response(
        invitation=make_invitation(
            project_contact=make_project_contact(project=alert.response.project)
        ),
        satisfaction="satisfied",
        recommendation="maybe",
        interest="yes",
        submitted_at=NOW,
    )
    follow_answer(response=lead, now=NOW)
    DigestItem.objects.filter(response=lead).update(recipient=supervisor)
    Division.objects.update(fallback=fallback)
    leave(supervisor)
    assert reconcile(now=NOW + MINUTE) == 2
    readers = dict(DigestItem.objects.values_list("news", "recipient__name"))
    assert readers == {News.TEAM_MINUS: "Fenna Fallback", News.LEAD: owner.name}
    assert alert.notifications.filter(recipient=fallback).exists()
    assert reconcile(now=NOW + 2 * MINUTE) == 0
