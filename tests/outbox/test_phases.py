"""SMTP by phases: what a fault means depends on how far the message was."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from outbox.actions import claim_next, give_back_expired, mark
from outbox.dispatching import dispatch_due
from outbox.models import LEASE, Delivery, State
from outbox.transports import smtp as smtp_module
from outbox.transports.replies import About, about
from outbox.transports.smtp import SmtpTransport
from tests.outbox.conftest import make_delivery
from tests.outbox.servers import DRIBBLE, HANG, mail_server, scripted_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def impatient(settings, monkeypatch):
    """Every phase ends soon; to be used after ``use_server``."""

    def be(seconds):
        settings.EMAIL_TIMEOUT = seconds
        monkeypatch.setattr(smtp_module, "DOT_SECONDS", seconds)

    return be


def only() -> Delivery:
    return Delivery.objects.get()


def test_the_marker_is_set_before_the_dot_and_not_before_the_message(mailbox, monkeypatch):
    make_delivery()
    seen = []
    honest = smtp_module.Client.send_dot, smtp_module.Client.send_body

    def send_body(client, message):
        seen.append(("body", only().state))
        honest[1](client, message)

    def send_dot(client):
        seen.append(("dot", only().state))
        assert mailbox.received == []
        honest[0](client)

    monkeypatch.setattr(smtp_module.Client, "send_body", send_body)
    monkeypatch.setattr(smtp_module.Client, "send_dot", send_dot)
    assert dispatch_due() == 1
    assert seen == [("body", State.CLAIMED), ("dot", State.COMMITTING)]
    assert only().state == State.SENT


@pytest.mark.parametrize("verb", ["EHLO", "MAIL", "RCPT", "DATA", "DOT"])
@pytest.mark.parametrize("how", [HANG, DRIBBLE])
def test_every_phase_has_a_hard_end(use_server, impatient, verb, how):
    """A byte now and then does not keep a worker: the limit is for the phase, not for a packet."""
    make_delivery()
    with scripted_server(**{verb: how, "HELO": how}) as port:
        use_server(port)
        impatient(0.4)
        started = time.monotonic()
        assert dispatch_due() == 0
        assert time.monotonic() - started < 4
    delivery = only()
    assert "timed out" in delivery.last_error
    assert delivery.state == (State.UNCERTAIN if verb == "DOT" else State.QUEUED)
    phase = {"EHLO": "connect", "DOT": "dot"}.get(verb, verb)
    assert delivery.tries.first().phase == phase


def test_a_line_that_breaks_inside_the_message_is_an_ordinary_fault(use_server):
    delivery = make_delivery()
    long = bytes(delivery.message) + b"woorden\r\n" * 1_000_000  # more than buffers hold
    Delivery.objects.update(message=long)
    with scripted_server(BODY=None) as port:
        use_server(port)
        assert dispatch_due() == 0
    delivery = only()
    assert (delivery.state, delivery.is_repeated) == (State.QUEUED, False)
    assert delivery.tries.get().phase == "DATA"


def test_a_server_that_hung_up_before_the_dot_is_noticed_before_the_marker(use_server, monkeypatch):
    make_delivery()
    honest = smtp_module.Client.send_body

    def send_body(client, message):
        honest(client, message)
        time.sleep(0.3)  # till the end of the connection has come through

    monkeypatch.setattr(smtp_module.Client, "send_body", send_body)
    with scripted_server(BODY=None) as port:
        use_server(port)
        assert dispatch_due() == 0
    assert only().state == State.QUEUED
    assert only().uncertain_since is None


@pytest.mark.parametrize(
    ("reply", "state", "outcome"),
    [
        ("451 not now", State.QUEUED, "temporary"),
        ("421 closing", State.QUEUED, "temporary"),
        ("554 no thanks", State.UNDELIVERABLE, "permanent"),
        ("550 5.7.1 looks like spam", State.UNDELIVERABLE, "permanent"),
    ],
)
def test_an_answer_to_the_dot_is_an_answer(use_server, reply, state, outcome):
    make_delivery()
    with scripted_server(DOT=reply) as port:
        use_server(port)
        assert dispatch_due() == 0
    delivery = only()
    assert (delivery.state, delivery.lease_token) == (state, None)
    assert (delivery.tries.first().outcome, delivery.tries.first().phase) == (outcome, "dot")
    assert delivery.is_repeated is False


@pytest.mark.parametrize("reply", [None, "wat?", "354 go on"], ids=["none", "garbage", "odd"])
def test_no_answer_to_the_dot_leaves_a_message_that_perhaps_arrived(use_server, reply):
    make_delivery()
    with scripted_server(DOT=reply) as port:
        use_server(port)
        assert dispatch_due() == 0
    delivery = only()
    assert (delivery.state, delivery.lease_token) == (State.UNCERTAIN, None)
    assert (delivery.tries.get().outcome, delivery.tries.get().phase) == ("uncertain", "dot")
    assert claim_next(now=timezone.now() + timedelta(days=9)) is None  # never blindly


def test_the_next_message_goes_after_one_without_reply(mailbox):
    mailbox.silent_about.add("stil@gemeente.example")
    make_delivery(to="stil@gemeente.example")
    make_delivery(to="daarna@gemeente.example")
    assert dispatch_due() == 1
    states = dict(Delivery.objects.values_list("recipient_address", "state"))
    assert states["stil@gemeente.example"] == State.UNCERTAIN
    assert states["daarna@gemeente.example"] == State.SENT
    assert len(mailbox.received) == 2


def test_who_lost_the_lease_before_the_dot_sends_none(mailbox, monkeypatch):
    """Paused inside the message for longer than the lease: the successor has it already."""
    make_delivery()
    honest = smtp_module.Client.send_body

    def send_body(client, message):
        honest(client, message)
        assert give_back_expired(now=timezone.now() + 2 * LEASE) == 1

    monkeypatch.setattr(smtp_module.Client, "send_body", send_body)
    calls = iter([False, True])
    assert dispatch_due(is_stopping=lambda: next(calls)) == 0
    assert mailbox.received == []
    assert (only().state, only().tries.get().outcome) == (State.QUEUED, "lease_expired")
    monkeypatch.setattr(smtp_module.Client, "send_body", honest)
    Delivery.objects.update(not_before=timezone.now())
    assert dispatch_due() == 1
    assert len(mailbox.received) == 1


def test_who_slept_between_marker_and_dot_sends_none(mailbox, monkeypatch):
    make_delivery()
    monkeypatch.setattr(smtp_module, "_MARK_TO_DOT", -1.0)  # any pause is too long

    def send_dot(client):
        pytest.fail("the dot was sent")

    monkeypatch.setattr(smtp_module.Client, "send_dot", send_dot)
    calls = iter([False, True])
    assert dispatch_due(is_stopping=lambda: next(calls)) == 0
    assert mailbox.received == []
    assert (only().state, only().uncertain_since) == (State.QUEUED, None)


def test_what_is_withdrawn_inside_the_message_is_not_completed(mailbox, monkeypatch):
    make_delivery()
    honest = smtp_module.Client.send_body

    def send_body(client, message):
        honest(client, message)
        Delivery.objects.all().cancel(timezone.now())

    monkeypatch.setattr(smtp_module.Client, "send_body", send_body)
    assert dispatch_due() == 0
    assert mailbox.received == []
    delivery = only()
    assert (delivery.state, delivery.is_blanked) == (State.CANCELLED, True)
    assert delivery.tries.get().outcome == "withdrawn"


def test_a_claim_is_marked_once_and_by_its_holder_only():
    make_delivery()
    claim = claim_next()
    assert mark(claim) is True
    assert mark(claim) is False  # nobody completes a message twice
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert give_back_expired() == 1
    assert mark(claim) is False
    assert only().state == State.UNCERTAIN


def test_the_sweep_does_not_take_what_was_marked_since_it_looked(monkeypatch):
    """It read an expired claim; the worker wrote its marker before the sweep's update."""
    make_delivery()
    claim = claim_next()
    later = timezone.now() + LEASE + timedelta(seconds=1)
    honest = type(Delivery.objects.all()).expired

    def expired(queryset, now):
        rows = list(honest(queryset, now))
        assert mark(claim, now=now)
        return rows

    monkeypatch.setattr(type(Delivery.objects.all()), "expired", expired)
    assert give_back_expired(now=later) == 0
    assert (only().state, only().lease_token) == (State.COMMITTING, claim.token)


def test_a_dot_alone_on_a_line_arrives_as_one(mailbox):
    make_delivery()
    body = bytes(only().message) + b".\r\n..\r\n.weg"
    Delivery.objects.update(message=body)
    assert dispatch_due() == 1
    assert mailbox.received[0].content == body + b"\r\n"


def test_a_server_without_the_encryption_we_ask_for_gets_nothing(settings, use_server):
    make_delivery()
    with mail_server() as mailbox:
        use_server(mailbox.port)
        settings.EMAIL_USE_TLS = True
        assert dispatch_due() == 0
        assert mailbox.received == []
    assert (only().state, only().tries.first().phase) == (State.QUEUED, "TLS")


def test_closing_a_connection_that_hangs_costs_little(use_server, impatient):
    make_delivery()
    with scripted_server(QUIT=HANG) as port:
        use_server(port)
        impatient(0.3)
        started = time.monotonic()
        assert dispatch_due() == 1
        assert time.monotonic() - started < 3


def test_offering_the_sender_sends_nothing(mailbox):
    with SmtpTransport() as transport:
        transport.offer_sender()
    assert mailbox.received == []


@pytest.mark.parametrize(
    ("code", "reply", "phase", "meaning"),
    [
        (250, "ok", "RCPT", About.NOBODY),
        (550, "5.1.1 user unknown", "RCPT", About.MESSAGE),
        (550, "5.7.1 relay@gemeente.example unknown", "RCPT", About.POLICY),
        (550, "relay@gemeente.example is gone", "RCPT", About.MESSAGE),
        (554, "5.7.1 <zoe@gemeente.example>: Relay access denied", "RCPT", About.RELAY),
        (550, "5.7.54 SMTP; Unable to relay recipient", "RCPT", About.RELAY),
        (553, "we do not relay", "RCPT", About.RELAY),
        (554, "5.7.1 Service unavailable; Client host blocked", "RCPT", About.POLICY),
        (450, "4.7.1 greylisted", "RCPT", About.MESSAGE_NOW),
        (550, "5.7.1 spam", "dot", About.MESSAGE),
        (530, "5.7.0 authentication required", "MAIL", About.CREDENTIALS),
        (535, "5.7.8 bad", "AUTH", About.CREDENTIALS),
        (553, "5.7.1 sender not owned", "MAIL", About.SENDER),
        (451, "4.3.0 try later", "MAIL", About.SERVER_NOW),
        (421, "going down", "RCPT", About.SERVER_NOW),
    ],
)
def test_whom_a_reply_concerns(code, reply, phase, meaning):
    assert about(code, reply, phase) is meaning
