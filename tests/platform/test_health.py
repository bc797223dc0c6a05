"""``/healthz``: is this process alive, and can it reach the database?"""

from datetime import timedelta

import pytest
from django.db import OperationalError, ProgrammingError, connection
from django.test import Client
from django.utils import timezone

from outbox.breaking import hold
from outbox.circuit import MAIL
from outbox.health import LATE_AFTER
from tests.outbox_pages.test_pages import queue, words

WELL = {"status": "ok", "deliveries": "ok", "circuit": "closed"}
PERSON = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def late_alert() -> None:
    queue(now=timezone.now() - LATE_AFTER - timedelta(seconds=1))


@pytest.mark.django_db
def test_it_answers_without_signing_in_and_sets_no_cookie(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, WELL)
    assert not response.cookies
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_it_answers_503_when_the_database_does_not(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(connection, "cursor", broken)
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (503, {"status": "no database"})


@pytest.mark.django_db
def test_it_takes_no_post(client: Client) -> None:
    assert client.post("/healthz").status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("accept", ["", "*/*", "application/json"])
def test_a_stall_is_named_and_restarts_nothing(client: Client, doorbell: list[str], accept) -> None:
    late_alert()
    response = client.get("/healthz", headers={"accept": accept} if accept else {})
    stalls = {"deliveries": "stall", "lanes": ["alert"], "uncertain": False}
    assert (response.status_code, response.json()) == (200, {**WELL, **stalls})
    assert response["Vary"].startswith("Accept")


@pytest.mark.django_db
def test_a_person_reads_it_in_red(client: Client, doorbell: list[str]) -> None:
    page = client.get("/healthz", headers={"accept": PERSON, "accept-language": "nl"})
    assert "Alles gaat goed" in words(page)
    assert 'class="late"' not in page.content.decode()
    late_alert()
    page = client.get("/healthz", headers={"accept": PERSON, "accept-language": "nl"})
    assert (page.status_code, page["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert '<p class="late">Er wacht al meer dan vijf minuten iets' in page.content.decode()
    assert not page.cookies
    assert "Er wacht al" not in client.get("/healthz").content.decode()


@pytest.mark.django_db
def test_what_was_stopped_by_hand_is_told_and_is_no_stall(
    client: Client, doorbell: list[str], settings
) -> None:
    settings.EMAIL_URL = "smtp://127.0.0.1:9"
    late_alert()
    hold(MAIL)
    assert client.get("/healthz").json() == {**WELL, "circuit": "held"}
    page = client.get("/healthz", headers={"accept": PERSON, "accept-language": "nl"})
    assert "met de hand stilgelegd" in words(page)


@pytest.mark.django_db
def test_a_database_without_our_tables_is_alive(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**kwargs: object) -> None:
        raise ProgrammingError("no such table: outbox_circuit")

    monkeypatch.setattr("ambassadors.monitoring.stall", broken)
    response = client.get("/healthz")
    assert (response.status_code, response.json()["deliveries"]) == (200, "unknown")


@pytest.mark.django_db
def test_a_person_reads_also_that_the_database_is_away(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(connection, "cursor", broken)
    page = client.get("/healthz", headers={"accept": PERSON, "accept-language": "nl"})
    assert page.status_code == 503
    assert "De database is niet te bereiken" in words(page)
