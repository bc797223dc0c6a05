"""Sending for real: every answer an SMTP server can give, and none at all."""

import logging
import smtplib
from datetime import timedelta
from itertools import count
from types import SimpleNamespace

import pytest
from django.utils import timezone

from outbox.actions import claim_next
from outbox.dispatching import dispatch_due
from outbox.models import Delivery, Lane, State
from outbox.tasks import dispatch, sweep
from outbox.transports.smtp import SmtpTransport
from tests.outbox.conftest import make_delivery
from tests.outbox.servers import free_port, mail_server, nobody_may_sign_in, scripted_server

pytestmark = pytest.mark.django_db

SENDER = "mening@waterkant.example"


def states() -> dict[str, str]:
    return dict(Delivery.objects.values_list("recipient_address", "state"))


def test_accepted_mail_arrives_byte_for_byte_on_one_connection(mailbox):
    deliveries = [make_delivery(to=f"contact{n}@gemeente.example") for n in range(3)]
    assert dispatch_due() == 3
    assert mailbox.connections == 1
    assert [mail.recipient for mail in mailbox.received] == [
        delivery.recipient_address for delivery in deliveries
    ]
    for mail, delivery in zip(mailbox.received, deliveries, strict=True):
        delivery.refresh_from_db()
        assert mail.content == bytes(delivery.message)
        assert (mail.sender, delivery.state) == (SENDER, State.SENT)
        assert mail.parsed["Message-ID"] == delivery.message_id
    assert deliveries[0].tries.get().detail == "250 queued as 1"


def test_nothing_due_opens_no_connection(mailbox):
    assert dispatch_due() == 0
    assert mailbox.connections == 0


def test_an_alert_that_comes_in_during_a_campaign_goes_next(mailbox, monkeypatch):
    for n in range(3):
        make_delivery(to=f"contact{n}@gemeente.example", lane=Lane.INVITATION)
    honest = SmtpTransport.send

    def send(transport, delivery, **options):
        if delivery.recipient_address == "contact0@gemeente.example":
            make_delivery(to="sanne@waterkant.example", lane=Lane.ALERT)
        return honest(transport, delivery, **options)

    monkeypatch.setattr(SmtpTransport, "send", send)
    assert dispatch_due() == 4
    assert [mail.recipient.split("@")[0] for mail in mailbox.received] == [
        "contact0",
        "sanne",
        "contact1",
        "contact2",
    ]


def test_what_a_dead_worker_held_goes_next_however_long_the_campaign(mailbox, monkeypatch):
    make_delivery(to="sanne@waterkant.example", lane=Lane.ALERT)
    assert claim_next()  # and its worker dies
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    for n in range(3):
        make_delivery(to=f"contact{n}@gemeente.example", lane=Lane.INVITATION)
    clock = count(0, 3)  # each look at it is three seconds later
    monkeypatch.setattr("outbox.dispatching.time", SimpleNamespace(monotonic=lambda: next(clock)))
    assert dispatch_due() == 4
    recipients = [mail.recipient.split("@")[0] for mail in mailbox.received]
    assert recipients.index("sanne") < recipients.index("contact2")


@pytest.mark.parametrize("when", ["answers", "data_answers"], ids=["at RCPT", "at the final dot"])
def test_a_refused_recipient_is_the_only_one_undeliverable(mailbox, when):
    getattr(mailbox, when)["weg@gemeente.example"] = "550 5.1.1 unknown here"
    for name in ("eerst", "weg", "daarna"):
        make_delivery(to=f"{name}@gemeente.example")
    assert dispatch_due() == 2
    assert states() == {
        "eerst@gemeente.example": State.SENT,
        "weg@gemeente.example": State.UNDELIVERABLE,
        "daarna@gemeente.example": State.SENT,
    }
    gone = Delivery.objects.get(recipient_address="weg@gemeente.example")
    assert gone.last_error == "550 5.1.1 unknown here"
    assert (gone.attempts, gone.tries.get().outcome) == (1, "permanent")


@pytest.mark.parametrize("when", ["answers", "data_answers"], ids=["at RCPT", "at the final dot"])
def test_a_temporary_refusal_waits_while_the_others_go(mailbox, when):
    getattr(mailbox, when)["vol@gemeente.example"] = "451 4.2.2 mailbox full"
    make_delivery(to="vol@gemeente.example")
    make_delivery(to="daarna@gemeente.example")
    assert dispatch_due() == 1
    waiting = Delivery.objects.get(recipient_address="vol@gemeente.example")
    assert (waiting.state, waiting.last_error) == (State.QUEUED, "451 4.2.2 mailbox full")
    assert states()["daarna@gemeente.example"] == State.SENT
    # Tried at once a second time (back-off 0), then left for later.
    assert [attempt.outcome for attempt in waiting.tries.all()] == ["temporary"] * 2


def assert_round_ended(phase: str, error: str = "") -> None:
    """One row was tried once, both wait, and nobody is undeliverable."""
    assert set(states().values()) == {State.QUEUED}
    tried, untried = Delivery.objects.order_by("-attempts")
    assert (tried.attempts, untried.attempts) == (1, 0)
    attempt = tried.tries.get()
    assert (attempt.outcome, attempt.phase) == ("temporary", phase)
    assert error in tried.last_error


@pytest.fixture
def two():
    return [make_delivery(to="een@gemeente.example"), make_delivery(to="twee@gemeente.example")]


@pytest.mark.usefixtures("two")
def test_a_relay_that_refuses_our_sender_ends_the_round(mailbox):
    mailbox.answers[SENDER] = "550 5.7.1 sender not allowed"
    assert dispatch_due() == 0
    assert_round_ended("MAIL", "sender not allowed")


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(
    "reply", ["421 closing", "530 5.7.0 authentication required", "535 5.7.8 bad credentials"]
)
def test_a_server_that_accepts_nobody_ends_the_round(mailbox, reply):
    mailbox.answers["een@gemeente.example"] = reply
    assert dispatch_due() == 0
    assert_round_ended("RCPT", reply)


@pytest.mark.usefixtures("two")
def test_a_server_that_is_down_ends_the_round(use_server):
    use_server(free_port())
    assert dispatch_due() == 0
    assert_round_ended("connect", "refused")


@pytest.mark.usefixtures("two")
@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_wrong_credentials_end_the_round_and_lose_nothing(use_server):
    with mail_server(
        authenticator=nobody_may_sign_in, auth_required=True, auth_require_tls=False
    ) as mailbox:
        use_server(mailbox.port, user="outbox", password="wrong")
        assert dispatch_due() == 0
    assert_round_ended("AUTH", "535")


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(
    ("verb", "phase"),
    [("EHLO", "connect"), ("MAIL", "MAIL"), ("RCPT", "RCPT"), ("DATA", "DATA")],
)
def test_a_server_that_hangs_up_ends_the_round(use_server, verb, phase):
    with scripted_server(**{verb: None, "HELO": None}) as port:
        use_server(port)
        assert dispatch_due() == 0
    assert_round_ended(phase)


@pytest.mark.parametrize(
    ("reply", "state"),
    [("554 no thanks", State.UNDELIVERABLE), ("451 not now", State.QUEUED)],
)
def test_refused_before_the_first_byte_of_the_message(use_server, reply, state):
    make_delivery()
    with scripted_server(DATA=reply) as port:
        use_server(port)
        assert dispatch_due() == 0
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.last_error) == (state, reply)


def test_a_server_that_will_not_reset_gets_a_new_connection(use_server, two):
    with scripted_server(RSET=None, RCPT="550 unknown") as port:
        use_server(port)
        assert dispatch_due() == 0
    assert set(states().values()) == {State.UNDELIVERABLE}


def test_the_mail_goes_once_the_server_is_back(use_server):
    make_delivery(to="een@gemeente.example")
    use_server(free_port())
    assert dispatch_due() == 0
    with mail_server() as mailbox:
        use_server(mailbox.port)
        assert sweep() == 1
    assert len(mailbox.received) == 1
    assert Delivery.objects.get().tries.count() == 2


def test_an_unexpected_fault_spares_the_others(mailbox, monkeypatch, caplog):
    honest = smtplib.SMTP.rcpt

    def rcpt(server, recipient, *args):
        if recipient.startswith("raar"):
            raise RuntimeError("a fault of ours")
        return honest(server, recipient, *args)

    monkeypatch.setattr(smtplib.SMTP, "rcpt", rcpt)
    make_delivery(to="raar@gemeente.example")
    make_delivery(to="daarna@gemeente.example")
    with caplog.at_level(logging.ERROR):
        assert dispatch_due() == 1
    strange = Delivery.objects.get(recipient_address="raar@gemeente.example")
    assert (strange.state, strange.last_error) == (State.QUEUED, "unexpected fault")
    assert strange.tries.first().phase == "unexpected"
    assert "a fault of ours" in caplog.text
    assert "raar@gemeente.example" not in caplog.text
    assert states()["daarna@gemeente.example"] == State.SENT


def test_an_international_domain_is_reached_in_ascii(mailbox):
    make_delivery(to="info@súdwest.example")
    assert dispatch_due() == 1
    assert mailbox.received[0].recipient == "info@xn--sdwest-pya.example"


@pytest.mark.parametrize("address", ["zoë@gemeente.example", "twee woorden@gemeente.example"])
def test_an_address_that_smtp_cannot_carry_is_undeliverable(mailbox, address):
    delivery = make_delivery()
    Delivery.objects.filter(pk=delivery.pk).update(recipient_address=address)
    assert dispatch_due() == 0
    assert states() == {address: State.UNDELIVERABLE}


def test_secrets_leave_the_database_with_the_mail(mailbox):
    delivery = make_delivery(is_secret=True)
    frozen = bytes(delivery.message)
    dispatch_due()
    delivery.refresh_from_db()
    assert mailbox.received[0].content == frozen
    assert delivery.is_blanked


def test_without_a_mail_server_everything_is_kept_and_counts_as_sent():
    delivery = make_delivery(is_secret=True)
    assert dispatch_due() == 1
    delivery.refresh_from_db()
    assert (delivery.state, delivery.transport) == (State.SENT, "kept")
    assert not delivery.is_blanked


def test_the_log_names_the_row_and_never_the_person(mailbox, caplog):
    delivery = make_delivery(to="zoe@gemeente.example")
    with caplog.at_level(logging.INFO):
        dispatch_due()
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("outbox")]
    assert any(f"delivery {delivery.pk}: sent by smtp" in line for line in ours)
    assert not any("zoe@" in line for line in ours)


def test_both_tasks_do_the_same_work_and_may_run_twice(mailbox):
    make_delivery()
    assert dispatch() == 1
    assert dispatch() == 0
    make_delivery()
    assert sweep() == 1
    assert sweep() == 0
    assert len(mailbox.received) == 2


def test_the_sweep_frees_a_dead_workers_claim_and_sends_it(mailbox):
    delivery = make_delivery()
    claim_next()
    assert sweep() == 0
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert sweep() == 1
    outcomes = [attempt.outcome for attempt in delivery.tries.all()]
    assert outcomes == ["lease_expired", "sent"]


def test_a_server_so_slow_that_the_lease_is_lost_gets_nothing_from_this_worker(
    mailbox, monkeypatch
):
    make_delivery()
    monkeypatch.setattr("outbox.dispatching.renew", lambda claim: False)
    claims = iter([claim_next(), None])
    monkeypatch.setattr("outbox.dispatching.claim_next", lambda: next(claims))
    assert dispatch_due() == 0
    assert mailbox.received == []
    assert Delivery.objects.get().state == State.CLAIMED  # its successor's, until that one is done


def test_a_link_that_the_server_repeats_is_not_kept(use_server):
    make_delivery()
    link = "https://klanten.example/s/AbCdEfGhIjKlMnOpQrStUvWxYz012345/"
    with scripted_server(DOT=f"554 blocked, listed URL {link}") as port:
        use_server(port)
        dispatch_due()
    delivery = Delivery.objects.get()
    kept = f"{delivery.last_error} {delivery.tries.get().detail}"
    assert "blocked, listed URL" in kept
    assert "AbCdEf" not in kept
