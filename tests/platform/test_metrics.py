"""``/metrics``: the figures of this moment, for Prometheus, and for nobody else."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from alerts.models import Notification
from alerts.tasks import reconcile
from outbox.breaking import hold, interrupt
from outbox.circuit import Reason
from outbox.health import SWEEP, beat
from outbox.models import KEPT, Delivery, Lane, Outcome, State
from surveys.models import HeldAnswer
from tests.factories import make_alert, make_response, make_user
from tests.outbox_pages.test_pages import attempt, queue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

TOKEN = "twenty-characters-and-more"


def figures(client):
    """Every sample on the page, by name and the value of its label."""
    response = client.get("/metrics")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain; version=")
    return {
        (sample.name.removeprefix("ambassadors_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(response.content.decode())
        for sample in family.samples
    }


def handed_over(after: timedelta, **changes) -> None:
    """One alert whose mails left so long after the client's submit."""
    submitted = timezone.now() - timedelta(minutes=30)
    alert = make_alert(now=submitted)
    Delivery.objects.filter(alert_notification__alert=alert).update(
        **{"state": State.SENT, "sent_at": submitted + after, "transport": "smtp", **changes}
    )


def test_every_lane_says_how_long_its_oldest_waits(client):
    now = timezone.now()
    queue(1, now=now - timedelta(seconds=90))
    queue(2, now=now - timedelta(seconds=10))
    queue(3, lane=Lane.INVITATION, now=now - timedelta(seconds=700))
    seen = figures(client)
    assert seen["oldest_due_seconds", "alert"] == pytest.approx(90, abs=5)
    assert seen["oldest_due_seconds", "invitation"] == pytest.approx(700, abs=5)
    assert seen["oldest_due_seconds", "reminder"] == 0
    assert sum(name == "oldest_due_seconds" for name, *_label in seen) == len(Lane)


def test_deliveries_are_counted_by_state(client):
    for number, outcome in enumerate([Outcome.SENT, Outcome.UNCERTAIN, Outcome.PERMANENT]):
        queue(number)
        attempt(outcome)
    queue(4)
    queue(5)
    seen = figures(client)
    states = {state: seen["deliveries", state] for state in ("waiting", "uncertain")}
    assert states == {"waiting": 2, "uncertain": 1}
    assert seen["deliveries", "undeliverable"] == 1


def test_the_circuit_says_whether_anything_leaves(client, settings):
    settings.EMAIL_URL = "smtp://127.0.0.1:9"

    def circuit() -> tuple[float, float]:
        seen = figures(client)
        return seen["circuit_open", "open"], seen["circuit_open", "held"]

    assert circuit() == (0, 0)
    interrupt("smtp", reason=Reason.CREDENTIALS, detail="535 no")
    assert circuit() == (1, 0)
    hold("smtp")
    assert circuit() == (0, 1)


def test_repairs_add_up(client):
    assert figures(client)["reconciler_repairs_total",] == 0
    for _again in range(2):
        make_response(satisfaction="dissatisfied", recommendation="no")
        assert reconcile() == 1
    assert figures(client)["reconciler_repairs_total",] == 2


def test_signs_of_life_are_missing_until_there_is_one(client):
    assert ("last_sweep_seconds",) not in figures(client)
    beat(SWEEP, now=timezone.now() - timedelta(seconds=100))
    reconcile()
    seen = figures(client)
    assert seen["last_sweep_seconds",] == pytest.approx(100, abs=5)
    assert seen["last_reconcile_seconds",] == pytest.approx(0, abs=5)


def test_the_handover_is_measured_from_the_submit(client):
    assert ("alert_handover_seconds", "0.95") not in figures(client)
    for seconds in (1, 2, 60):
        handed_over(timedelta(seconds=seconds))
    mails = Notification.objects.count()
    seen = figures(client)
    assert seen["alert_handovers_recent",] == mails > 0
    quantiles = [seen["alert_handover_seconds", name] for name in ("0.5", "0.95", "0.99")]
    assert quantiles == pytest.approx([2, 60, 60])


@pytest.mark.parametrize(
    "changes",
    [
        {"transport": KEPT},
        {"state": State.QUEUED, "sent_at": None},
        {"sent_at": timezone.now() - timedelta(hours=2)},
    ],
    ids=["kept", "waiting", "long ago"],
)
def test_what_was_not_handed_over_lately_is_not_measured(client, changes):
    handed_over(timedelta(seconds=1), **changes)
    assert figures(client)["alert_handovers_recent",] == 0


def test_an_answer_that_waited_for_a_person_is_not_measured(client):
    handed_over(timedelta(minutes=20))
    response = Notification.objects.first().alert.response
    HeldAnswer.objects.create(
        invitation=response.invitation,
        answers={},
        digest="0" * 64,
        received_at=response.submitted_at,
        state=HeldAnswer.State.CONFIRMED,
        decided_at=timezone.now(),
        decided_by=make_user(),
    )
    assert figures(client)["alert_handovers_recent",] == 0


def test_no_address_name_or_subject_is_among_the_figures(client):
    make_alert()
    delivery = Delivery.objects.first()
    text = client.get("/metrics").content.decode()
    for word in (delivery.recipient_address, delivery.recipient_name, delivery.subject):
        assert word
        assert word not in text


def test_without_a_token_only_this_machine_reads_it(client):
    assert client.get("/metrics", REMOTE_ADDR="127.0.0.1").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="::1").status_code == 200
    for address in ("192.0.2.7", "10.0.0.1", ""):
        assert client.get("/metrics", REMOTE_ADDR=address).status_code == 404


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_a_visitor_behind_a_proxy_of_this_machine_is_not_this_machine(client, name):
    claim = "for=127.0.0.1" if name == "Forwarded" else "127.0.0.1"
    assert client.get("/metrics", headers={name: claim}).status_code == 404
    elsewhere = client.get("/metrics", headers={name: claim}, REMOTE_ADDR="192.0.2.7")
    assert elsewhere.status_code == 404


def test_where_others_reach_the_site_a_token_is_needed_even_here(client, settings):
    settings.SITE_URL = "https://klanten.example.nl"
    assert client.get("/metrics").status_code == 404


@pytest.mark.parametrize("site", ["http://localhost:8000", "https://klanten.example.nl"])
def test_with_a_token_whoever_brings_it_reads_it(client, settings, site):
    settings.SITE_URL, settings.METRICS_TOKEN = site, TOKEN
    right = {"Authorization": f"Bearer {TOKEN}"}
    assert client.get("/metrics", headers=right, REMOTE_ADDR="192.0.2.7").status_code == 200
    for wrong in ({}, {"Authorization": TOKEN}, {"Authorization": "Bearer é"}):
        assert client.get("/metrics", headers=wrong).status_code == 404


def test_a_database_that_is_away_gives_no_figures(client, monkeypatch):
    def broken() -> None:
        raise OperationalError("could not connect")

    monkeypatch.setattr(connection, "cursor", broken)
    response = client.get("/metrics")
    assert (response.status_code, response.content) == (503, b"no database\n")


def test_open_metrics_is_spoken_to_whoever_asks(client):
    accept = "application/openmetrics-text; version=1.0.0"
    response = client.get("/metrics", headers={"Accept": accept})
    assert response["Content-Type"].startswith("application/openmetrics-text")
    assert response.content.endswith(b"# EOF\n")
