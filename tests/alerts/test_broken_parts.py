"""A broken template, rule or receiver loses no response; a database that is away stores nothing."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, DataError, InterfaceError, OperationalError, connection
from django.template import TemplateSyntaxError

from alerts import mailing
from alerts.actions import reconcile
from alerts.models import Alert, AlertEvent, EventKind, Notification
from outbox.models import Delivery
from surveys.actions import Answers, judging, record_response
from surveys.models import Response
from surveys.signals import response_received
from tests.client.test_page import COMPLETE, address, invited
from tests.factories import (
    make_invitation,
    make_project,
    make_project_contact,
    make_response,
    make_token,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

NOW = datetime(2026, 11, 20, 14, 2, tzinfo=UTC)
MINUS = Answers(satisfaction="dissatisfied", recommendation="no", interest="not_now")
FAULTS = [TemplateSyntaxError("broken on purpose"), DataError("broken on purpose")]
AWAY = [OperationalError("database is locked"), InterfaceError("connection is closed")]


def answer() -> Response:
    manager = make_user(supervisor=make_user())
    part = make_project_contact(project=make_project(account_manager=manager))
    invitation = make_invitation(project_contact=part)
    return record_response(invitation=invitation, answers=MINUS, now=NOW).response


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Response, Alert, Notification, Delivery))


def breaking(error):
    """Return a function that raises ``error``."""

    def fail(*args, **kwargs):
        raise error

    return fail


def break_the_database(*args, **kwargs):
    """A statement that the database refuses: PostgreSQL then takes no other before a rollback."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO outbox_circuit (transport, state, reason, detail) "
            "VALUES ('smtp', 'no such state', '', '')"
        )


@pytest.mark.parametrize("error", FAULTS)
def test_a_broken_template_leaves_answer_and_alert(monkeypatch, caplog, error):
    with monkeypatch.context() as patch:
        patch.setattr(mailing, "compose_alert", breaking(error))
        answer()
        assert counts() == (1, 1, 0, 0)
        assert AlertEvent.objects.get().kind == EventKind.RAISED
        assert "broken on purpose" in caplog.text  # with its traceback
        assert "Traceback" in caplog.text
        assert reconcile() == 0  # still broken
        assert counts() == (1, 1, 0, 0)
    assert reconcile() == 1
    assert counts() == (1, 1, 2, 2)
    assert Alert.objects.get().is_mail_missing is False
    assert reconcile() == 0


def test_one_mail_that_cannot_be_made_does_not_stop_the_other(monkeypatch):
    honest = mailing.compose_alert

    def compose(alert, *, recipient, route, **rest):
        if recipient == route.owner:
            raise TemplateSyntaxError("broken on purpose")
        return honest(alert, recipient=recipient, route=route, **rest)

    with monkeypatch.context() as patch:
        patch.setattr(mailing, "compose_alert", compose)
        answer()
        assert counts() == (1, 1, 1, 1)
        assert Notification.objects.get().is_owner is False
    assert reconcile() == 1
    assert sorted(Notification.objects.values_list("is_owner", flat=True)) == [False, True]
    assert counts() == (1, 1, 2, 2)


def test_one_mail_that_cannot_be_stored_does_not_stop_the_other(monkeypatch):
    honest = mailing.queue_mail

    def queue(mail, *, to, **rest):
        if to == Alert.objects.get().owner:
            raise DataError("value too long")
        return honest(mail, to=to, **rest)

    monkeypatch.setattr(mailing, "queue_mail", queue)
    answer()
    assert counts() == (1, 1, 1, 1)


@pytest.mark.parametrize("part", ["story_of", "compose_alert"])
def test_a_statement_that_the_database_refuses_takes_only_the_mails(monkeypatch, part):
    with monkeypatch.context() as patch:
        patch.setattr(mailing, part, break_the_database)
        answer()
    assert counts() == (1, 1, 0, 0)
    assert reconcile() == 1
    assert counts() == (1, 1, 2, 2)


@pytest.mark.parametrize("broken", ["python", "database"])
def test_a_broken_receiver_leaves_the_answer_and_the_alert_follows(monkeypatch, caplog, broken):
    fault = break_the_database if broken == "database" else breaking(RuntimeError("on purpose"))
    with monkeypatch.context() as patch:
        patch.setattr("alerts.receivers.raise_alert", fault)
        answer()
        assert counts() == (1, 0, 0, 0)
    assert "Traceback" in caplog.text
    assert reconcile() == 1
    assert counts() == (1, 1, 2, 2)


def test_half_an_alert_is_none(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("alerts.actions.queue_alert_mails", breaking(RuntimeError("on purpose")))
        answer()
        assert (counts(), AlertEvent.objects.count()) == ((1, 0, 0, 0), 0)
    assert reconcile() == 1
    assert counts() == (1, 1, 2, 2)


def test_an_alert_that_was_not_told_of_a_new_answer_is_told_after_all():
    first = answer()
    Response.objects.filter(pk=first.pk).update(replaced_at=NOW)
    make_response(invitation=first.invitation)
    assert reconcile(now=NOW) == 1
    event = AlertEvent.objects.get(kind=EventKind.ANSWERED_ANEW)
    assert event.alert.response == first
    assert reconcile(now=NOW) == 0


def test_a_broken_second_receiver_does_not_undo_the_first():
    fail = breaking(RuntimeError("broken on purpose"))
    response_received.connect(fail)
    try:
        answer()
    finally:
        response_received.disconnect(fail)
    assert counts() == (1, 1, 2, 2)


def test_one_that_the_database_refuses_is_made_good_by_reconcile():
    response_received.connect(break_the_database)
    try:
        answer()
    finally:
        response_received.disconnect(break_the_database)
    assert counts()[0] == 1
    reconcile()
    assert counts() == (1, 1, 2, 2)


def test_a_broken_rule_stores_the_answer_and_judges_it_within_a_minute(monkeypatch, caplog):
    with monkeypatch.context() as patch:
        patch.setattr(judging, "segment", breaking(KeyError("no such cell")))
        response = answer()
        assert (response.group, response.reason, response.rule_version) == (
            "neutral",
            "not_judged",
            "",
        )
        assert "no such cell" in caplog.text
        assert counts() == (1, 0, 0, 0)
        assert reconcile() == 0
    assert reconcile() == 2  # judged, and its alert raised
    response.refresh_from_db()
    assert (response.group, response.rule_version) == ("negative", "1")
    assert response.reason == "dissatisfied_and_would_not"
    assert counts() == (1, 1, 2, 2)
    assert reconcile() == 0


@pytest.mark.parametrize("error", AWAY)
@pytest.mark.parametrize(
    "part",
    [
        "alerts.mailing.compose_alert",
        "alerts.mailing.queue_mail",
        "alerts.receivers.raise_alert",
    ],
)
def test_a_database_that_is_away_stores_nothing_half(monkeypatch, error, part):
    monkeypatch.setattr(part, breaking(error))
    with pytest.raises(DatabaseError if isinstance(error, DatabaseError) else InterfaceError):
        answer()
    assert counts() == (0, 0, 0, 0)


def test_the_client_is_thanked_whatever_breaks(client, monkeypatch):
    """Through the page: a rule and a template broken at once."""
    monkeypatch.setattr(judging, "segment", breaking(KeyError("no such cell")))
    monkeypatch.setattr(mailing, "compose_alert", breaking(TemplateSyntaxError("broken")))
    token = make_token(invited())
    reply = client.post(address(token), COMPLETE)
    assert reply.status_code == 302
    assert client.get(reply.url).status_code == 200
    assert Response.objects.count() == 1
