"""A client who answers, and colleagues who act, at the same moment (PostgreSQL)."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, connections

from alerts import actions
from alerts.models import Alert, AlertEvent
from surveys.actions.solving import answer_question, ask_due_questions
from surveys.models import SolvedAnswer, SolvedQuestion
from tests.solved.cases import DUE, HEARD, asked, client_mails, closed_alert, colleague_mails

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("doorbell"),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs row locks (PostgreSQL)"),
]


def at_once(*acts: Callable[[], object]) -> list[actions.Conflict]:
    """Do all of ``acts`` at one moment, each in a connection of its own; return what was raised."""
    start = threading.Barrier(len(acts))
    raised: list[actions.Conflict] = []

    def run(act: Callable[[], object]) -> None:
        start.wait(timeout=10)
        try:
            act()
        except actions.Conflict as error:
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return raised


def test_twenty_equal_posts_are_one():
    question = asked()

    def post() -> None:
        answer_question(question=question, verdict="not_yet", line="x", now=HEARD)

    assert at_once(*[post] * 20) == []
    assert SolvedAnswer.objects.count() == 1
    assert len(colleague_mails()) == 2


@pytest.mark.parametrize("_time", range(8))
def test_not_yet_against_reopening_by_hand(_time):
    alert = closed_alert()
    question = asked(alert)
    raised = at_once(
        lambda: answer_question(question=question, verdict="not_yet", now=HEARD),
        lambda: actions.reopen(alert=alert, actor=alert.owner, reason="De klant belde", now=HEARD),
    )
    alert.refresh_from_db()
    assert alert.state == "reopened"
    assert AlertEvent.objects.filter(alert=alert, kind="reopened").count() == 1
    # Either the client was first and is heard, or the colleague, who withdrew the question.
    assert SolvedAnswer.objects.count() == len(raised)
    question.refresh_from_db()
    assert (question.withdrawn_at is None) == bool(raised)


def test_a_yes_and_a_not_yet_at_once_end_in_one_of_the_two_orders():
    question = asked()
    assert (
        at_once(
            lambda: answer_question(question=question, verdict="not_yet", now=HEARD),
            lambda: answer_question(question=question, verdict="yes", now=HEARD),
        )
        == []
    )
    alert = Alert.objects.get()
    assert (alert.state, alert.recovered_at) == ("reopened", None)
    assert SolvedAnswer.objects.count() == 2


def test_two_who_close_at_once_make_one_question():
    alert = closed_alert(outcome="partly")
    actions.reopen(alert=alert, actor=alert.owner, reason="x", now=HEARD)

    def close() -> None:
        actions.close(
            alert=alert, actor=alert.owner, outcome="recovered", root_cause="cost", now=HEARD
        )

    assert len(at_once(close, close)) == 1
    assert SolvedQuestion.objects.count() == 1


@pytest.mark.parametrize("_time", range(4))
def test_asking_against_reopening_leaves_no_mail_while_it_is_open(_time):
    alert = closed_alert()
    raised = at_once(
        lambda: ask_due_questions(now=DUE),
        lambda: ask_due_questions(now=DUE),
        lambda: actions.reopen(alert=alert, actor=alert.owner, reason="x", now=DUE),
    )
    assert raised == []
    assert {mail.state for mail in client_mails()} <= {"cancelled"}
    assert len(client_mails()) <= 1
