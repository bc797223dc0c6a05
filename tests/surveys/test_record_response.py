"""Storing an answer: everything or nothing, and once."""

import threading
from dataclasses import replace

import pytest
from django.db import connection, connections

from alerts.models import Alert, AlertEvent, EventKind, Notification
from outbox.models import Delivery, Lane
from surveys.actions import Answers, Kind, record_response
from surveys.models import LaterAnswer, Response
from tests.factories import make_invitation, make_project_contact, make_service

MINUS = Answers(
    satisfaction="dissatisfied",
    recommendation="no",
    interest="not_now",
    motivation="Drie projectleiders in één jaar.",
)
ZERO = Answers(satisfaction="satisfied", recommendation="maybe", interest="not_now")


@pytest.mark.django_db
@pytest.mark.usefixtures("doorbell")
class TestRecordResponse:
    def test_stores_the_answer_with_group_reason_and_rule(self):
        service = make_service()
        answers = Answers(
            satisfaction="more_than_satisfied",
            recommendation="yes",
            interest="yes",
            motivation="Karim dacht mee.",
            services=(service.pk,),
        )
        invitation = make_invitation()

        recorded = record_response(invitation=invitation, answers=answers)

        assert recorded.kind is Kind.FIRST
        stored = Response.objects.get()
        assert (stored.group, stored.reason) == ("positive", "delighted_and_recommends")
        assert stored.rule_version == "1"
        assert stored.motivation == "Karim dacht mee."
        assert list(stored.services.all()) == [service]

    @pytest.mark.parametrize(("answers", "alerts"), [(MINUS, 1), (ZERO, 0)])
    def test_alert_event_and_two_mails_stand_in_the_same_transaction(self, answers, alerts):
        record_response(invitation=make_invitation(), answers=answers)
        assert Response.objects.count() == 1
        assert Alert.objects.count() == alerts
        assert AlertEvent.objects.filter(kind=EventKind.RAISED).count() == alerts
        assert Delivery.objects.filter(lane=Lane.ALERT).count() == 2 * alerts
        assert Notification.objects.count() == 2 * alerts

    def test_mail_is_rung_for_only_after_commit(self, doorbell, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            record_response(invitation=make_invitation(), answers=MINUS)
            assert doorbell == []
        assert doorbell

    def test_same_answer_again_changes_nothing(self):
        invitation = make_invitation()
        first = record_response(invitation=invitation, answers=MINUS)
        again = record_response(invitation=invitation, answers=MINUS)
        assert again.kind is Kind.SAME
        assert again.response == first.response
        assert Delivery.objects.count() == 2
        assert LaterAnswer.objects.count() == 0

    def test_different_second_answer_is_kept_and_replaces_nothing(self):
        invitation = make_invitation()
        record_response(invitation=invitation, answers=MINUS)
        other = record_response(invitation=invitation, answers=ZERO)
        record_response(invitation=invitation, answers=ZERO)
        assert other.kind is Kind.DIFFERENT
        assert Response.objects.get().satisfaction == "dissatisfied"
        assert LaterAnswer.objects.get().answers["satisfaction"] == "satisfied"
        assert Delivery.objects.count() == 2

    def test_a_flood_of_different_answers_is_not_kept_without_end(self, monkeypatch):
        monkeypatch.setattr("surveys.actions.answering.LATER_ANSWERS_MAX", 2)
        invitation = make_invitation()
        record_response(invitation=invitation, answers=ZERO)
        for number in range(4):
            again = replace(ZERO, motivation=f"Bericht {number}")
            assert record_response(invitation=invitation, answers=again).kind is Kind.DIFFERENT
        kept = [later.answers["motivation"] for later in LaterAnswer.objects.all()]
        assert kept == ["Bericht 0", "Bericht 1"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs row locks (PostgreSQL)")
def test_a_hundred_equal_posts_at_once_are_one_response():
    invitation = make_invitation(project_contact=make_project_contact())
    kinds: list[Kind] = []
    start = threading.Barrier(10)

    def post() -> None:
        start.wait(timeout=10)
        try:
            for _time in range(10):
                kinds.append(record_response(invitation=invitation, answers=MINUS).kind)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=post) for _number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert len(kinds) == 100
    assert kinds.count(Kind.FIRST) == 1
    assert Response.objects.count() == 1
    assert Alert.objects.count() == 1
    assert Delivery.objects.count() == 2
