"""Several channels through one outbox: each by its own bell, none in the way of another."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from outbox.actions import Result, claim_next, give_back_expired, record
from outbox.breaking import STUMBLES, give_up_stale, hold, interrupt, resume
from outbox.circuit import Circuit, CircuitState, Reason
from outbox.dispatching import AT_ONCE, dispatch_due
from outbox.health import LATE_AFTER, interruption, stall
from outbox.models import GIVE_UP_AFTER, LEASE, Channel, Delivery, Lane, Outcome, State
from outbox.queueing import queue_payload
from outbox.tasks import dispatch_chat, sweep
from outbox.transports import http
from outbox.uncertain import settle_uncertain
from tests.outbox.chats import make_address, make_chat
from tests.outbox.conftest import NOW, make_delivery
from tests.outbox.servers import free_port
from tests.outbox.web_server import HANG, HANG_UP, WebServer, web_server

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _loopback(settings):
    settings.PRIVATE_HOSTS = ["127.0.0.1"]


@pytest.fixture
def server():
    with web_server() as server:
        yield server


def states() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


def let_all_go() -> None:
    Delivery.objects.filter(state=State.QUEUED).update(not_before=timezone.now())


def circuit_of(address) -> Circuit:
    return Circuit.objects.get(transport=address.reference)


@pytest.mark.django_db(transaction=True)
def test_each_channel_has_its_own_bell(doorbell):
    make_delivery()
    make_chat(make_address())
    queue_payload(
        b"{}",
        channel=Channel.WEBHOOK,
        reference="webhook:7",
        dedupe_key="w",
        lane=Lane.ALERT,
        subject="alert.opened",
    )
    assert doorbell == ["ring", "chat", "webhooks"]


def test_the_same_key_again_is_the_same_delivery():
    address = make_address()
    first = make_chat(address, key="alert:12:chat:3")
    assert make_chat(address, key="alert:12:chat:3", title="anders") == first
    assert Delivery.objects.count() == 1
    assert (first.recipient_address, first.recipient_name) == (address.reference, address.name)
    assert address.url not in first.message.decode()


def test_a_chat_message_is_sent_and_recorded_like_any_delivery(server: WebServer):
    delivery = make_chat(make_address(server.port))
    assert dispatch_due(channel=Channel.CHAT) == 1
    delivery.refresh_from_db()
    attempt = delivery.tries.get()
    assert (delivery.state, delivery.transport) == (State.SENT, "chat")
    assert (attempt.outcome, attempt.phase, attempt.detail) == (Outcome.SENT, "accepted", "200 ok")
    assert len(server.arrived) == 1


def test_mail_takes_no_chat_and_chat_no_mail(server: WebServer, mailbox):
    mail, chat = make_delivery(), make_chat(make_address(server.port))
    assert dispatch_due() == 1
    chat.refresh_from_db()
    assert (chat.state, len(mailbox.received)) == (State.QUEUED, 1)
    assert dispatch_chat() == 1
    mail.refresh_from_db()
    assert mail.attempts == 1


def test_the_sweep_sends_mail_and_rings_for_the_others(server: WebServer, mailbox, doorbell):
    make_delivery()
    chat = make_chat(make_address(server.port))
    doorbell.clear()
    assert sweep() == 1
    chat.refresh_from_db()
    assert (chat.state, doorbell) == (State.QUEUED, ["chat"])


@pytest.mark.parametrize("status", [500, 503, 429, 408])
def test_one_dead_endpoint_stops_no_other(server: WebServer, status):
    server.by_path["/hooks/dead"] = (status, "away")
    dead = make_address(url=f"mmost://127.0.0.1:{server.port}/dead")
    for _ in range(5):
        make_chat(dead)
    alive = make_address(server.port)
    make_chat(alive)
    assert dispatch_due(channel=Channel.CHAT) == 1
    assert [one.path for one in server.arrived].count("/hooks/dead") == 1
    assert states() == [*[State.QUEUED] * 5, State.SENT]


def test_an_endpoint_that_stays_down_is_interrupted_and_probed(server: WebServer):
    address = make_address(server.port)
    for _ in range(3):
        make_chat(address)
    server.status = 502
    for _ in range(STUMBLES - 1):
        let_all_go()
        assert dispatch_due(channel=Channel.CHAT) == 0
        assert circuit_of(address).state == CircuitState.CLOSED
    let_all_go()
    dispatch_due(channel=Channel.CHAT)
    assert (circuit_of(address).state, circuit_of(address).reason) == ("open", Reason.DOWN)
    let_all_go()
    assert dispatch_due(channel=Channel.CHAT) == 0
    assert len(server.arrived) == STUMBLES  # nobody even asks
    server.status = 200
    Circuit.objects.update(probe_at=timezone.now() - SECOND)
    let_all_go()
    assert dispatch_due(channel=Channel.CHAT) == 3
    assert circuit_of(address).state == CircuitState.CLOSED


def test_a_hiccup_in_between_is_forgotten(server: WebServer):
    address = make_address(server.port)
    for _ in range(STUMBLES):
        make_chat(address)
        server.status = 500
        dispatch_due(channel=Channel.CHAT)
        server.status = 200
        let_all_go()
        assert dispatch_due(channel=Channel.CHAT) == 1
    assert circuit_of(address).state == CircuitState.CLOSED


@pytest.mark.parametrize("status", [401, 403, 404, 410, 302])
def test_an_address_that_lets_us_not_in_waits_at_once(server: WebServer, status):
    server.by_path["/hooks/gone"] = (status, "invalid_token")
    address = make_address(url=f"mmost://127.0.0.1:{server.port}/gone")
    make_chat(address), make_chat(address)
    make_chat(make_address(server.port))
    assert dispatch_due(channel=Channel.CHAT) == 1
    assert (circuit_of(address).state, circuit_of(address).reason) == ("open", Reason.REFUSED)
    assert states() == [State.QUEUED, State.QUEUED, State.SENT]
    assert interruption() is None  # mail is well: no banner on every page


def test_a_message_that_is_refused_is_undeliverable_and_stops_nothing(server: WebServer):
    address = make_address(server.port)
    make_chat(address)
    server.status, server.text = 400, "invalid_payload"
    assert dispatch_due(channel=Channel.CHAT) == 0
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.last_error) == (State.UNDELIVERABLE, "400 invalid_payload")
    server.status = 200
    make_chat(address)
    assert dispatch_due(channel=Channel.CHAT) == 1


def test_one_switch_stops_every_channel(server: WebServer):
    make_chat(make_address(server.port))
    hold("smtp")
    assert dispatch_due(channel=Channel.CHAT) == 0
    assert not server.arrived
    assert interruption() is not None
    resume("smtp")
    assert dispatch_due(channel=Channel.CHAT) == 1


def test_no_reply_is_uncertain_and_sent_once_more_after_two_minutes(server: WebServer):
    make_chat(make_address(server.port))
    server.status = HANG_UP
    assert dispatch_due(channel=Channel.CHAT) == 0
    delivery = Delivery.objects.get()
    assert (delivery.state, len(server.arrived)) == (State.UNCERTAIN, 1)
    since = delivery.uncertain_since
    assert settle_uncertain(now=since + timedelta(seconds=60)) == 0
    assert settle_uncertain(now=since + timedelta(seconds=121)) == 1
    server.status = 200
    let_all_go()
    assert dispatch_due(channel=Channel.CHAT) == 1
    delivery.refresh_from_db()
    assert (delivery.state, delivery.is_repeated) == (State.SENT, True)
    first, second = server.arrived
    assert first.body == second.body


def test_what_never_left_is_not_uncertain():
    make_chat(make_address(free_port()))
    assert dispatch_due(channel=Channel.CHAT) == 0
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.tries.get().phase) == (State.QUEUED, "connect")


@pytest.mark.parametrize("is_marked", [False, True])
def test_a_killed_workers_message_comes_back(is_marked):
    make_chat(make_address(), now=NOW)
    claim = claim_next(now=NOW, channel=Channel.CHAT)
    if is_marked:
        Delivery.objects.update(state=State.COMMITTING)
    assert give_back_expired(now=NOW + LEASE + SECOND) == 1
    assert claim is not None
    assert states() == [State.UNCERTAIN if is_marked else State.QUEUED]


def test_a_withdrawn_message_stops_before_its_body(server: WebServer, monkeypatch):
    make_chat(make_address(server.port))
    honest = http._connected

    def withdrawn_meanwhile(*args, **kwargs):
        line = honest(*args, **kwargs)
        Delivery.objects.all().cancel(timezone.now())
        return line

    monkeypatch.setattr(http, "_connected", withdrawn_meanwhile)
    assert dispatch_due(channel=Channel.CHAT) == 0
    assert states() == [State.CANCELLED]
    assert not server.arrived


def test_few_are_handed_over_at_a_time_and_one_to_an_address(server: WebServer):
    addresses = [make_address(server.port) for _ in range(AT_ONCE + 1)]
    for address in addresses:
        make_chat(address), make_chat(address)
    slow = claim_next(channel=Channel.CHAT)
    assert slow.delivery.recipient_address == addresses[0].reference
    assert dispatch_due(channel=Channel.CHAT) == 2 * AT_ONCE  # nothing more to that address
    for address in addresses[:AT_ONCE]:
        Delivery.objects.filter(recipient_address=address.reference).update(
            state=State.CLAIMED,
            lease_token=slow.token,
            lease_until=timezone.now() + LEASE,
            sent_at=None,
        )
    make_chat(addresses[-1])
    assert dispatch_due(channel=Channel.CHAT) == 0


def test_given_up_after_72_hours_also_behind_an_interrupted_endpoint(server: WebServer):
    address, other = make_address(server.port), make_address(server.port)
    make_chat(address, now=NOW)
    make_chat(other, now=NOW)
    make_chat(address, now=NOW, not_before=NOW + GIVE_UP_AFTER)  # planned for later
    interrupt(address.reference, reason=Reason.REFUSED, detail="404 no_service", now=NOW)
    assert give_up_stale(now=NOW + GIVE_UP_AFTER - SECOND) == 0
    assert give_up_stale(now=NOW + GIVE_UP_AFTER) == 1
    assert states() == [State.UNDELIVERABLE, State.QUEUED, State.QUEUED]
    assert Delivery.objects.first() is not None
    assert Delivery.objects.order_by("pk")[0].last_error == "404 no_service"


def test_an_interrupted_endpoint_is_no_stall_of_the_installation():
    address = make_address()
    make_chat(address, now=NOW)
    later = NOW + 2 * LATE_AFTER
    assert stall(now=later).lanes == (Lane.ALERT,)
    interrupt(address.reference, reason=Reason.REFUSED, now=NOW)
    assert not stall(now=later)


def test_a_circuit_of_an_endpoint_counts_for_giving_up_only_there(server: WebServer):
    address = make_address(server.port)
    make_chat(address, now=NOW)
    closed_at = NOW + 2 * GIVE_UP_AFTER
    interrupt(address.reference, reason=Reason.DOWN, now=NOW)
    resume(address.reference, now=closed_at)
    later = Result(outcome=Outcome.TEMPORARY, phase="reply", detail="500", transport="chat")
    record(claim_next(now=closed_at, channel=Channel.CHAT), later, now=closed_at)
    assert states() == [State.QUEUED]


@pytest.mark.django_db(transaction=True)
def test_a_hanging_endpoint_never_delays_mail(server: WebServer, mailbox, monkeypatch):
    """The chat worker hangs on its endpoint while mail leaves beside it."""
    monkeypatch.setattr(http, "REPLY_SECONDS", 1.5)
    server.status = HANG
    make_chat(make_address(server.port))

    def chat() -> None:
        try:
            dispatch_due(channel=Channel.CHAT)
        finally:
            connection.close()

    worker = threading.Thread(target=chat)
    worker.start()
    while not server.arrived:
        time.sleep(0.01)
    make_delivery()
    began = time.monotonic()
    assert dispatch_due() == 1
    assert time.monotonic() - began < 1
    worker.join(timeout=10)
    assert sorted(states()) == sorted([State.UNCERTAIN, State.SENT])
