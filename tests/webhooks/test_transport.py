"""Webhooks over a real server: signed, retried, throttled, switched off, and never in the way."""

import json
import subprocess
import threading
import time
from datetime import timedelta
from email.utils import format_datetime

import pytest
from django.db import OperationalError, connection
from django.utils import timezone, translation

from outbox.circuit import Circuit, CircuitState
from outbox.dispatching import dispatch_due
from outbox.endpoint_actions import delete_endpoint, rotate_secret, switch_off
from outbox.endpoints import Endpoint, OffReason
from outbox.handling import send_again
from outbox.models import Channel, Delivery, Outcome, State
from outbox.publishing import queue_test
from outbox.signing import signature
from outbox.transports import http
from tests.factories import make_user
from tests.outbox.conftest import make_delivery
from tests.webhooks.conftest import make_endpoint
from tests.webhooks.receiver import receiving, wait_until

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def send() -> int:
    return dispatch_due(channel=Channel.WEBHOOK)


def send_again_now() -> int:
    """Send what waits for its back-off as if it were over."""
    Delivery.objects.filter(state=State.QUEUED).update(not_before=timezone.now())
    return send()


def secret_of(endpoint: Endpoint) -> str:
    return endpoint.secrets.get(expires_at__isnull=True).secret


def test_the_frozen_body_arrives_signed(receiver):
    endpoint = make_endpoint(url=receiver.url)
    delivery = queue_test(endpoint)
    before = int(time.time())
    assert send() == 1
    (got,) = receiver.received
    assert got.path == "/hooks"
    assert got.body == bytes(delivery.message)
    assert json.loads(got.body)["type"] == "webhook.test"
    assert got.headers["content-type"] == "application/json"
    assert got.headers["webhook-id"] == delivery.message_id
    sent_at = int(got.headers["webhook-timestamp"])
    assert before <= sent_at <= time.time()
    assert got.headers["webhook-signature"] == signature(
        secret_of(endpoint), message_id=delivery.message_id, timestamp=sent_at, body=got.body
    )
    delivery.refresh_from_db()
    endpoint.refresh_from_db()
    assert delivery.state == State.SENT
    assert endpoint.last_success_at is not None
    assert not endpoint.is_failing
    assert delivery.tries.get().detail == "200 ok"


def test_a_retry_has_the_same_id_and_a_new_time():
    with receiving(answers=[(500, {}, b"stuk"), (200, {}, b"ok")]) as receiver:
        queue_test(make_endpoint(url=receiver.url))
        assert send() == 0
        Delivery.objects.update(created_at=timezone.now() - MINUTE)
        time.sleep(1.01)
        assert send_again_now() == 1
    first, second = receiver.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert int(second.headers["webhook-timestamp"]) > int(first.headers["webhook-timestamp"])
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]


def test_one_sent_again_by_hand_keeps_its_id(receiver):
    queue_test(make_endpoint(url=receiver.url))
    send()
    send_again(delivery=Delivery.objects.get())
    send()
    first, second = receiver.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]


def test_both_secrets_sign_for_a_day(receiver):
    endpoint = make_endpoint(url=receiver.url)
    former = endpoint.secrets.get()
    fresh = rotate_secret(endpoint=endpoint, current=str(former.pk))
    queue_test(endpoint)
    send()
    former.refresh_from_db()
    former.expires_at = timezone.now()
    former.save(update_fields=["expires_at"])
    queue_test(endpoint)
    send()
    both, one = receiver.received
    given = {
        "message_id": both.headers["webhook-id"],
        "timestamp": int(both.headers["webhook-timestamp"]),
        "body": both.body,
    }
    expected = [signature(fresh, **given), signature(former.secret, **given)]
    assert both.headers["webhook-signature"].split(" ") == expected
    assert len(one.headers["webhook-signature"].split(" ")) == 1


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_2xx_is_success(status):
    with receiving(answers=[(status, {}, b"ja")]) as receiver:
        queue_test(make_endpoint(url=receiver.url))
        assert send() == 1
    assert Delivery.objects.get().state == State.SENT


@pytest.mark.parametrize("status", [400, 409, 422])
def test_a_refusal_of_one_message_is_tried_again_and_stops_no_other(status):
    with receiving(answers=[(status, {}, b"nee"), (200, {}, b"ok")]) as receiver:
        endpoint = make_endpoint(url=receiver.url)
        queue_test(endpoint)
        queue_test(endpoint)
        assert send() == 2  # the first pause is none
    first, second = Delivery.objects.order_by("pk")
    assert [one.outcome for one in first.tries.all()] == [Outcome.TEMPORARY, Outcome.SENT]
    assert first.tries.first().detail == f"{status} nee"
    assert second.attempts == 1


@pytest.mark.parametrize("status", [401, 403, 404, 405])
def test_who_lets_nobody_in_is_not_sent_a_queue(status):
    with receiving(answers=[(status, {}, b"wie bent u?")]) as receiver:
        endpoint = make_endpoint(url=receiver.url)
        for _ in range(3):
            queue_test(endpoint)
        send()
        send()
    assert len(receiver.received) == 1
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.QUEUED}
    circuit = Circuit.objects.get(transport=endpoint.reference)
    assert circuit.state == CircuitState.OPEN
    assert str(status) in circuit.detail


def test_410_switches_off_and_tells_administrators_once():
    administrator = make_user(is_administrator=True, language="en")
    make_user(is_management=True)
    with receiving(answers=[(410, {}, b"weg")]) as receiver:
        endpoint = make_endpoint(url=receiver.url, name="CRM Noord")
        for _ in range(3):
            queue_test(endpoint)
        send()
    endpoint.refresh_from_db()
    assert endpoint.off_reason == OffReason.GONE
    assert len(receiver.received) == 1
    webhooks = Delivery.objects.filter(channel=Channel.WEBHOOK).order_by("pk")
    states = [row.state for row in webhooks]
    assert sorted(states) == [State.CANCELLED, State.CANCELLED, State.UNDELIVERABLE]
    mail = Delivery.objects.get(channel=Channel.EMAIL)
    assert mail.recipient_address == administrator.email
    assert "CRM Noord" in mail.subject
    for part in ("plain", "html"):
        text = mail.parsed().get_body((part,)).get_content()
        assert "410" in text
        assert f"/settings/webhooks/{endpoint.pk}/" in text
        assert receiver.url not in text  # a path may hold a key


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("is_date", [False, True])
def test_retry_after_is_heeded_by_all_that_waits(status, is_date):
    at = timezone.now() + timedelta(minutes=20)
    value = format_datetime(at, usegmt=False) if is_date else "1200"
    with receiving(answers=[(status, {"Retry-After": value}, b"later")]) as receiver:
        endpoint = make_endpoint(url=receiver.url)
        queue_test(endpoint)
        queue_test(endpoint)
        send()
    assert len(receiver.received) == 1
    for delivery in Delivery.objects.all():
        assert delivery.state == State.QUEUED
        assert abs(delivery.not_before - at) < timedelta(seconds=10)


@pytest.mark.parametrize(
    "value", ["", "soon", "-5", "٣", "9" * 400, "Wed, 21 Oct 2015 07:28:00 GMT", "0"]
)
def test_a_retry_after_that_makes_no_sense_is_bounded(value):
    waiting = {"Retry-After": value.encode().decode("latin-1")}
    with receiving(answers=[(503, waiting, b"later")]) as receiver:
        queue_test(make_endpoint(url=receiver.url))
        send()
    waits = Delivery.objects.get().not_before - timezone.now()
    assert waits <= timedelta(hours=72)
    if len(value) < 100:
        assert waits <= MINUTE


def test_what_is_shown_of_a_reply_is_short_and_holds_no_personal_link():
    secret = "a" * 32
    text = f"https://klanten.example/s/{secret}/ \0 <b>{'x' * 100_000}".encode()
    with receiving(answers=[(500, {}, text)]) as receiver:
        endpoint = make_endpoint(url=receiver.url)
        queue_test(endpoint)
        send()
    endpoint.refresh_from_db()
    for shown in (Delivery.objects.get().tries.get().detail, endpoint.last_fault):
        assert secret not in shown
        assert "\0" not in shown
        assert len(shown) < 1000


@pytest.fixture
def impatient(monkeypatch):
    """Wait a third of a second where a minute would be."""
    monkeypatch.setattr(http, "REPLY_SECONDS", 0.3)
    monkeypatch.setattr(http, "STEP_SECONDS", 0.3)


def test_a_byte_now_and_then_ends_at_the_deadline(impatient):
    with receiving(dribbles=True) as slow:
        endpoint = make_endpoint(url=slow.url)
        queue_test(endpoint)
        start = time.monotonic()
        assert send() == 0
        assert time.monotonic() - start < 3
    delivery = Delivery.objects.get()
    assert delivery.state == State.QUEUED
    assert delivery.tries.get().outcome == Outcome.TEMPORARY
    assert "timed out" in delivery.last_error


def test_a_reply_whose_text_never_ends_counts_by_its_status(impatient):
    with receiving(answers=[(200, {}, b"")], dribbles_text=True) as slow:
        queue_test(make_endpoint(url=slow.url))
        start = time.monotonic()
        assert send() == 1
        assert time.monotonic() - start < 3
    assert Delivery.objects.get().state == State.SENT


def test_nobody_there_is_a_fault_of_the_endpoint_and_of_no_other(receiver):
    with receiving() as away:
        pass
    dead = make_endpoint(url=away.url)
    alive = make_endpoint(url=receiver.url)
    for _ in range(5):
        queue_test(dead)
        queue_test(alive)
    assert send() == 5
    assert len(receiver.received) == 5
    dead.refresh_from_db()
    assert dead.is_failing
    assert not Circuit.objects.interrupted().filter(transport=alive.reference).exists()


@pytest.mark.django_db(transaction=True)
def test_a_slow_endpoint_hurts_neither_mail_nor_other_endpoints(monkeypatch, receiver):
    """One byte a second: one worker waits for it, and all else leaves meanwhile."""
    monkeypatch.setattr(http, "REPLY_SECONDS", 20.0)
    with receiving(dribbles=True, pause=1.0) as slow:
        slow_endpoint = make_endpoint(url=slow.url)
        for _ in range(3):
            queue_test(slow_endpoint)
        worker = threading.Thread(target=_in_a_thread)
        worker.start()
        wait_until(lambda: slow.received)
        alive = make_endpoint(url=receiver.url)
        for _ in range(3):
            queue_test(alive)
        mail = make_delivery()
        assert send() == 3
        assert dispatch_due() == 1
        assert worker.is_alive()
        assert len(receiver.received) == 3
        assert len(slow.received) == 1
        mail.refresh_from_db()
        assert mail.state == State.SENT
        slow.is_over.set()
        worker.join(30)
    assert not worker.is_alive()


def test_three_times_slow_and_only_a_probe_is_tried(impatient):
    with receiving(dribbles=True) as slow:
        endpoint = make_endpoint(url=slow.url)
        for _ in range(6):
            queue_test(endpoint)
        for _ in range(6):
            send_again_now()
        assert len(slow.received) == 3
    assert Circuit.objects.get(transport=endpoint.reference).state == CircuitState.OPEN


def test_what_waits_for_a_deleted_or_switched_off_endpoint_does_not_leave(receiver):
    gone, off = make_endpoint(url=receiver.url), make_endpoint(url=receiver.url)
    queue_test(gone)
    queue_test(off)
    delete_endpoint(endpoint=gone)
    switch_off(endpoint=off)
    assert send() == 0
    assert receiver.received == []
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.CANCELLED}


def test_one_switched_off_after_it_was_claimed_does_not_leave(receiver):
    endpoint = make_endpoint(url=receiver.url)
    queue_test(endpoint)
    Endpoint.objects.update(switched_off_at=timezone.now(), off_reason=OffReason.BY_HAND)
    assert send() == 0
    assert receiver.received == []
    assert Delivery.objects.get().state == State.UNDELIVERABLE


def test_a_new_address_gets_what_waits(receiver):
    with receiving() as away:
        pass
    endpoint = make_endpoint(url=away.url)
    queue_test(endpoint)
    send()
    Endpoint.objects.update(url=receiver.url)
    send_again_now()
    assert len(receiver.received) == 1


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A certificate for this machine and its key."""
    folder = tmp_path_factory.mktemp("tls")
    files = folder / "server.pem", folder / "server.key"
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 "
        "-addext subjectAltName=IP:127.0.0.1"
    )
    made = subprocess.run(
        [*command.split(), "-out", str(files[0]), "-keyout", str(files[1])],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip("openssl is not installed")
    return files


def test_https_with_a_certificate_that_is_trusted(monkeypatch, certificate):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with receiving(certificate=certificate) as receiver:
        queue_test(make_endpoint(url=receiver.url))
        assert send() == 1
        assert len(receiver.received) == 1


def test_https_with_a_certificate_that_nobody_vouches_for(certificate):
    with receiving(certificate=certificate) as receiver:
        queue_test(make_endpoint(url=receiver.url))
        assert send() == 0
        assert receiver.received == []
    attempt = Delivery.objects.get().tries.get()
    assert attempt.phase == "TLS"
    assert "certificate" in attempt.detail


def test_what_was_accepted_is_not_sent_again_because_it_could_not_be_noted(
    monkeypatch, caplog, receiver
):
    queue_test(make_endpoint(url=receiver.url))

    def fail(*args, **kwargs):
        raise OperationalError("database is locked")

    monkeypatch.setattr(Endpoint.objects.__class__, "filter", fail, raising=False)
    monkeypatch.setattr("outbox.transports.webhook.endpoint_of", lambda _: Endpoint.objects.get())
    assert send() == 1
    assert "could not be noted" in caplog.text
    assert len(receiver.received) == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_bring_one_message_once(receiver):
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL has rows that two claim at a time")
    queue_test(make_endpoint(url=receiver.url))
    workers = [threading.Thread(target=_in_a_thread) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    assert len(receiver.received) == 1


def _in_a_thread() -> None:
    try:
        send()
    finally:
        connection.close()
