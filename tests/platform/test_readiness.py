"""``/readyz``: does the whole installation do its work, also when every process lives?"""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from outbox.actions import claim_next
from outbox.breaking import hold, interrupt
from outbox.circuit import Reason
from outbox.health import LATE_AFTER
from outbox.models import Delivery, Lane, Outcome, State
from tests.outbox_pages.test_pages import attempt, queue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

LONG = LATE_AFTER + timedelta(seconds=1)
STALL = {"status": "deliveries stall", "circuit": "closed", "lanes": [], "uncertain": False}


@pytest.fixture
def mail_server(settings):
    settings.EMAIL_URL = "smtp://user:a-secret-word@127.0.0.1:9"


def ready(client: Client) -> tuple[int, dict[str, object]]:
    response = client.get("/readyz")
    assert "no-store" in response["Cache-Control"]
    assert not response.cookies
    return response.status_code, response.json()


def waiting(lane: Lane = Lane.ALERT, *, since: timedelta = LONG, number: int = 1) -> Delivery:
    return queue(number, lane=lane, now=timezone.now() - since)


def test_all_is_well_with_nothing_to_do(client):
    assert ready(client) == (200, {"status": "ok", "circuit": "closed"})


def test_a_database_that_is_away_is_named(client, monkeypatch):
    def broken() -> None:
        raise OperationalError("could not connect as ambassadors:a-secret-word")

    monkeypatch.setattr(connection, "cursor", broken)
    assert ready(client) == (503, {"status": "no database"})


def test_a_pending_migration_is_named(client):
    MigrationRecorder(connection).record_unapplied("outbox", newest_migration("outbox"))
    assert ready(client) == (503, {"status": "pending migrations"})


def newest_migration(app: str) -> str:
    applied = MigrationRecorder(connection).applied_migrations()
    return max(name for label, name in applied if label == app)


def test_an_alert_stalls_after_five_minutes_and_not_before(client):
    waiting(since=LATE_AFTER - timedelta(seconds=30))
    assert ready(client)[0] == 200
    waiting(number=2)
    assert ready(client) == (503, {**STALL, "lanes": ["alert"]})


def test_an_alert_that_is_tried_again_and_again_stalls_all_the_same(client):
    waiting()
    attempt(Outcome.TEMPORARY, detail="451 try later")
    assert ready(client) == (503, {**STALL, "lanes": ["alert"]})


def test_an_alert_in_the_hands_of_a_worker_that_died_stalls(client):
    waiting()
    assert claim_next(now=timezone.now() - LONG) is not None
    assert ready(client) == (503, {**STALL, "lanes": ["alert"]})


def test_a_campaign_that_is_going_out_does_not_stall(client):
    waiting(Lane.INVITATION)
    waiting(Lane.INVITATION, number=2)
    attempt(Outcome.SENT)
    assert ready(client)[0] == 200
    Delivery.objects.filter(state=State.SENT).update(sent_at=timezone.now() - LONG)
    assert ready(client) == (503, {**STALL, "lanes": ["invitation"]})


def test_an_invitation_that_waits_for_its_next_attempt_does_not_stall(client):
    waiting(Lane.INVITATION)
    attempt(Outcome.TEMPORARY, detail="451 greylisted")
    Delivery.objects.update(not_before=timezone.now() + LATE_AFTER)
    assert ready(client)[0] == 200


def test_what_is_planned_for_later_does_not_stall(client):
    queue(1, now=timezone.now() - LONG)
    Delivery.objects.update(not_before=timezone.now() + timedelta(days=1))
    assert ready(client)[0] == 200


def test_uncertain_mail_that_nobody_looks_at_stalls(client):
    waiting(Lane.INVITATION)
    attempt(Outcome.UNCERTAIN, phase="dot")
    assert ready(client)[0] == 200
    Delivery.objects.update(not_before=timezone.now() - LONG)
    assert ready(client) == (503, {**STALL, "uncertain": True})


def test_what_the_mail_server_refuses_stalls_without_a_secret_in_the_answer(client, mail_server):
    waiting()
    interrupt("smtp", reason=Reason.CREDENTIALS, detail="535 a-secret-word is wrong")
    status, body = ready(client)
    assert (status, body) == (503, {**STALL, "circuit": "open", "lanes": ["alert"]})


def test_what_an_administrator_stopped_is_told_and_no_stall(client, mail_server):
    waiting()
    hold("smtp")
    assert ready(client) == (200, {"status": "ok", "circuit": "held"})


def test_it_takes_no_post(client):
    assert client.post("/readyz").status_code == 405
