"""A server that refuses all of us: everything waits, one probe at a time, nothing is dropped."""

from datetime import timedelta

import pytest
from django.utils import timezone

from outbox.actions import Result, claim_next, record
from outbox.breaking import PROBE_EVERY, Passage, hold, interrupt, passage, resume
from outbox.circuit import Circuit, CircuitState, Reason
from outbox.dispatching import dispatch_due
from outbox.models import GIVE_UP_AFTER, Attempt, Delivery, Outcome, State
from tests.outbox.conftest import NOW, make_delivery
from tests.outbox.servers import free_port, mail_server, nobody_may_sign_in, scripted_server

pytestmark = pytest.mark.django_db

SENDER = "mening@waterkant.example"
SECOND = timedelta(seconds=1)
DENIED = "554 5.7.1 Relay access denied"
BLOCKED = "550 5.7.1 rejected by policy"


def circuit() -> Circuit:
    return Circuit.objects.get(transport="smtp")


def let_probe() -> None:
    Circuit.objects.update(probe_at=timezone.now() - SECOND)


def states() -> set[str]:
    return set(Delivery.objects.values_list("state", flat=True))


def make_three() -> list[Delivery]:
    return [make_delivery(to=f"contact{n}@gemeente.example") for n in range(3)]


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_wrong_credentials_open_it_and_all_wait_untouched(use_server):
    first, *others = make_three()
    with mail_server(
        authenticator=nobody_may_sign_in, auth_required=True, auth_require_tls=False
    ) as mailbox:
        use_server(mailbox.port, user="outbox", password="wrong")
        assert dispatch_due() == 0
        assert dispatch_due() == 0  # nobody even asks
        assert mailbox.connections == 1
    assert (circuit().state, circuit().reason) == (CircuitState.OPEN, Reason.CREDENTIALS)
    assert "EMAIL_URL" in circuit().get_reason_display()
    assert "535" in circuit().detail
    assert states() == {State.QUEUED}
    first.refresh_from_db()
    assert first.not_before <= timezone.now()  # no back-off: it is not to blame
    assert [Delivery.objects.get(pk=one.pk).attempts for one in others] == [0, 0]


@pytest.mark.parametrize(
    ("script", "user", "reason"),
    [
        ({"MAIL": "550 5.7.1 sender not allowed"}, "", Reason.SENDER),
        ({"MAIL": "530 5.7.0 authentication required"}, "", Reason.CREDENTIALS),
        ({"RCPT": "530 5.7.0 authentication required"}, "", Reason.CREDENTIALS),
        ({}, "outbox", Reason.CREDENTIALS),  # a server that knows no AUTH
        ({"RCPT": DENIED}, "", Reason.RELAY),
        ({"RCPT": BLOCKED}, "", Reason.RELAY),
    ],
)
def test_what_opens_it(use_server, script, user, reason):
    make_three()
    with scripted_server(**script) as port:
        use_server(port, user=user, password="x")
        assert dispatch_due() == 0
    assert (circuit().state, circuit().reason) == (CircuitState.OPEN, reason)
    assert states() == {State.QUEUED}


@pytest.mark.parametrize(
    "script", [{"EHLO": None, "HELO": None}, {"MAIL": "451 busy"}, {"RCPT": "421 down"}]
)
def test_what_is_an_ordinary_fault(use_server, script):
    make_three()
    with scripted_server(**script) as port:
        use_server(port)
        assert dispatch_due() == 0
    use_server(free_port())
    assert dispatch_due() == 0
    assert not Circuit.objects.interrupted().exists()


def test_a_probe_now_and_then_with_one_message_closes_it(mailbox):
    make_three()
    mailbox.answers[SENDER] = "550 5.7.1 sender not allowed"
    assert dispatch_due() == 0
    for _ in range(5):
        let_probe()
        assert dispatch_due() == 0
    assert Attempt.objects.count() == 1  # the one that found out; probes do not fill the ledger
    assert sum(Delivery.objects.values_list("attempts", flat=True)) == 1
    assert mailbox.connections == 6
    mailbox.answers.clear()
    assert dispatch_due() == 0  # not before its time
    let_probe()
    assert dispatch_due() == 3
    assert (circuit().state, circuit().probe_at) == (CircuitState.CLOSED, None)
    assert circuit().closed_at is not None


def test_one_worker_probes_at_a_time():
    interrupt("smtp", reason=Reason.SENDER, now=NOW)
    assert passage("smtp", now=NOW + PROBE_EVERY - SECOND) is Passage.NONE
    assert passage("smtp", now=NOW + PROBE_EVERY) is Passage.PROBE
    assert passage("smtp", now=NOW + PROBE_EVERY) is Passage.NONE
    assert passage("kept", now=NOW) is Passage.FREE


def test_a_probe_whose_message_fails_for_itself_keeps_it_open(mailbox):
    make_delivery(to="vol@gemeente.example")
    interrupt("smtp", reason=Reason.SENDER)
    mailbox.answers["vol@gemeente.example"] = "451 4.2.2 mailbox full"
    let_probe()
    assert dispatch_due() == 0
    assert circuit().state == CircuitState.OPEN
    assert Attempt.objects.get().outcome == Outcome.TEMPORARY


@pytest.mark.parametrize("reply", [DENIED, BLOCKED])
def test_one_refusal_by_a_rule_is_no_proof(mailbox, reply):
    """Only this recipient, as far as anybody knows: it waits, and nothing is interrupted."""
    mailbox.answers["weg@gemeente.example"] = reply
    make_delivery(to="weg@gemeente.example")
    assert dispatch_due() == 0
    assert not Circuit.objects.interrupted().exists()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.last_error) == (State.QUEUED, reply)
    assert set(delivery.tries.values_list("outcome", flat=True)) == {"policy"}


def test_a_rule_about_a_recipient_is_theirs_once_another_is_accepted(mailbox):
    mailbox.answers["weg@gemeente.example"] = BLOCKED
    make_delivery(to="weg@gemeente.example")
    make_delivery(to="daarna@gemeente.example")
    assert dispatch_due() == 1  # refused, accepted, refused again
    assert dict(Delivery.objects.values_list("recipient_address", "state")) == {
        "weg@gemeente.example": State.UNDELIVERABLE,
        "daarna@gemeente.example": State.SENT,
    }
    assert not Circuit.objects.interrupted().exists()


def test_relaying_denied_never_makes_a_message_undeliverable(mailbox):
    mailbox.answers["weg@gemeente.example"] = DENIED
    make_delivery(to="weg@gemeente.example")
    make_delivery(to="daarna@gemeente.example")
    assert dispatch_due() == 1
    for _ in range(3):
        Delivery.objects.update(not_before=timezone.now())
        assert dispatch_due() == 0
    assert Delivery.objects.get(recipient_address="weg@gemeente.example").state == State.QUEUED


def test_a_client_who_is_refused_at_the_dot_interrupts_nobody(mailbox):
    for name in ("een", "twee"):
        mailbox.data_answers[f"{name}@gemeente.example"] = "550 5.7.1 looks like spam"
        make_delivery(to=f"{name}@gemeente.example")
    assert dispatch_due() == 0
    assert not Circuit.objects.interrupted().exists()
    assert states() == {State.UNDELIVERABLE}


def test_by_hand_nothing_leaves_and_no_probe_either(mailbox):
    make_three()
    assert hold("smtp", actor_id=None) is True
    assert hold("smtp") is False
    assert dispatch_due() == 0
    interrupt("smtp", reason=Reason.SENDER)
    assert (circuit().state, circuit().reason) == (CircuitState.HELD, Reason.BY_HAND)
    assert passage("smtp", now=timezone.now() + timedelta(days=9)) is Passage.NONE
    assert resume("smtp") is True
    assert resume("smtp") is False
    assert dispatch_due() == 3


def test_stopping_by_hand_stops_a_round_that_runs(mailbox, monkeypatch):
    make_three()
    calls = []

    def is_stopping():
        calls.append(1)
        if len(calls) == 2:
            hold("smtp")
        return False

    assert dispatch_due(is_stopping=is_stopping) == 1
    assert len(mailbox.received) == 1


def test_time_behind_an_open_circuit_does_not_count_for_giving_up():
    make_delivery(now=NOW)
    closed_at = NOW + 2 * GIVE_UP_AFTER
    interrupt("smtp", reason=Reason.CREDENTIALS, now=NOW)
    resume("smtp", now=closed_at)
    later = Result(outcome=Outcome.TEMPORARY, phase="RCPT", detail="451", transport="smtp")
    record(claim_next(now=closed_at), later, now=closed_at)
    assert Delivery.objects.get().state == State.QUEUED
    end = closed_at + GIVE_UP_AFTER
    record(claim_next(now=end), later, now=end)
    assert Delivery.objects.get().state == State.UNDELIVERABLE


def test_links_in_a_servers_words_are_not_kept():
    link = "https://klanten.example/s/AbCdEfGhIjKlMnOpQrStUvWxYz012345/"
    interrupt("smtp", reason=Reason.SENDER, detail=f"550 no {link}")
    assert "AbCdEf" not in circuit().detail
