"""A doorbell that is out of order delays a mail by seconds, and loses nothing."""

import socket
import socketserver
import threading

import pytest
from celery import Celery
from django.contrib.auth.decorators import login_not_required
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path

from ambassadors.celery import app as current_app
from ambassadors.settings import _REDIS_LIMITS
from outbox import doorbell as doorbell_module
from outbox.dispatching import dispatch_due
from outbox.models import Delivery, State
from tests.outbox.conftest import make_delivery
from tests.outbox.servers import free_port

RING = doorbell_module.ring


@pytest.fixture
def broker(monkeypatch):
    """Ring for real, with the product's Celery settings, at a Redis of the test's choosing."""

    def use(port):
        app = Celery("bell", set_as_current=False)
        app.config_from_object("django.conf:settings", namespace="CELERY")
        app.conf.update(
            broker_url=f"redis://127.0.0.1:{port}/0",
            broker_transport_options={**_REDIS_LIMITS, "socket_timeout": 0.3},
        )
        monkeypatch.setattr(doorbell_module, "current_app", app)
        monkeypatch.setattr(doorbell_module, "ring", RING)

    return use


def test_a_broker_that_refuses_raises_nothing(broker, caplog):
    broker(free_port())
    doorbell_module.ring()
    assert "broker does not answer" in caplog.text


def test_a_broker_that_never_answers_raises_nothing(broker, caplog):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        broker(silent.getsockname()[1])
        doorbell_module.ring()
    assert "broker does not answer" in caplog.text


def test_an_unanswered_bell_is_rung_once(broker):
    """The client waits for the thank-you page meanwhile: no second try."""
    visits = []

    class HangUp(socketserver.BaseRequestHandler):
        def handle(self):
            visits.append(self.client_address)

    with socketserver.TCPServer(("127.0.0.1", 0), HangUp) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        broker(server.server_address[1])
        doorbell_module.ring()
        server.shutdown()
    assert len(visits) == 1


@pytest.mark.django_db(transaction=True)
def test_the_row_waits_for_the_sweep_when_nobody_answers_the_bell(broker):
    broker(free_port())
    with transaction.atomic():
        make_delivery()
    assert Delivery.objects.get().state == State.QUEUED
    assert dispatch_due() == 1


@login_not_required
def store_and_thank(request):
    with transaction.atomic():
        make_delivery()
    return HttpResponse("Dank u wel")


urlpatterns = [path("answer", store_and_thank)]


@pytest.mark.django_db(transaction=True)
@override_settings(ROOT_URLCONF=__name__)
def test_a_bell_that_raises_undoes_nothing_and_the_page_still_thanks(client, monkeypatch, caplog):
    def explode():
        raise RuntimeError("the bell fell off")

    monkeypatch.setattr(doorbell_module, "ring", explode)
    response = client.get("/answer")
    assert (response.status_code, response.content) == (200, b"Dank u wel")
    assert Delivery.objects.count() == 1
    assert "the bell fell off" in caplog.text


def test_a_worker_never_gives_up_on_a_broker_that_is_away():
    assert current_app.conf.broker_connection_max_retries is None  # the default ends it at 100


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_several_workers_send_every_delivery_exactly_once(mailbox):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one writer in at a time: nothing to race for")
    for n in range(60):
        make_delivery(to=f"contact{n}@gemeente.example")
    start = threading.Barrier(4)
    sent = []

    def work():
        start.wait(timeout=30)
        try:
            sent.append(dispatch_due())
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=60)
    assert sum(sent) == 60
    assert len({mail.recipient for mail in mailbox.received}) == len(mailbox.received) == 60
    assert set(Delivery.objects.values_list("state", "attempts")) == {(State.SENT, 1)}
    assert mailbox.connections > 1
