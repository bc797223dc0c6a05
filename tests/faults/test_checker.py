"""The checker sees what it is there for: each case doctors ledgers that agree."""

from dataclasses import replace

import pytest

from tests.faults.checker import check
from tests.faults.ledgers import Delivery, Ledgers, Received, Response, Thanked

OWNER, SUPERVISOR = "sanne@waterkant.example", "kees@waterkant.example"


def agreeing() -> Ledgers:
    """One – with its alert and two mails, one 0 without; each mail arrived once."""
    deliveries = [
        Delivery(alert=5, message_id="<a>", recipient=OWNER, digest="aa", state="sent"),
        Delivery(alert=5, message_id="<b>", recipient=SUPERVISOR, digest="bb", state="sent"),
    ]
    return Ledgers(
        thanked=[
            Thanked(invitation=1, is_alerting=True),
            Thanked(invitation=2, is_alerting=False),
        ],
        responses=[Response(pk=11, invitation=1, alerts=(5,)), Response(pk=12, invitation=2)],
        deliveries=deliveries,
        received=[
            Received(message_id=one.message_id, recipient=one.recipient, digest=one.digest)
            for one in deliveries
        ],
    )


def copied(**changes: object) -> Ledgers:
    """The first mail arrived twice after a missed reply, as it may."""
    ledgers = agreeing()
    first = replace(ledgers.deliveries[0], **{"is_repeated": True, "uncertain": 1, **changes})
    return replace(
        ledgers,
        deliveries=[first, ledgers.deliveries[1]],
        received=[*ledgers.received, ledgers.received[0]],
    )


def faults(ledgers: Ledgers, *, copies_allowed: bool = True) -> dict[str, list[str]]:
    return check(ledgers).faults(copies_allowed=copies_allowed)


def test_ledgers_that_agree_break_nothing() -> None:
    assert faults(agreeing(), copies_allowed=False) == {}


def test_a_flagged_copy_after_a_missed_reply_is_counted_and_breaks_nothing() -> None:
    assert check(copied()).copies == ["<a>"]
    assert faults(copied()) == {}


def test_with_a_witness_any_copy_breaks_the_promise() -> None:
    assert faults(copied(), copies_allowed=False) == {"copies": ["<a>"]}


def test_an_answer_that_was_thanked_and_is_not_stored() -> None:
    ledgers = agreeing()
    ledgers.thanked.append(Thanked(invitation=3, is_alerting=True))
    assert faults(ledgers) == {"lost": ["answer to invitation 3"]}


def test_a_mail_that_is_said_to_be_sent_and_never_arrived() -> None:
    ledgers = agreeing()
    del ledgers.received[0]
    assert faults(ledgers) == {"lost": ["mail <a>: sent, received 0 times"]}


@pytest.mark.parametrize("state", ["queued", "claimed", "committing", "uncertain", "undeliverable"])
def test_a_mail_that_was_never_settled(state: str) -> None:
    ledgers = agreeing()
    ledgers.deliveries[0] = replace(ledgers.deliveries[0], state=state)
    assert faults(ledgers) == {"lost": [f"mail <a>: {state}, received 1 times"]}


def test_a_response_without_its_alert() -> None:
    ledgers = agreeing()
    ledgers.responses[0] = replace(ledgers.responses[0], alerts=())
    assert faults(ledgers) == {"half sets": ["response 11: 0 alerts"]}


def test_a_response_with_two_alerts() -> None:
    ledgers = agreeing()
    ledgers.responses[0] = replace(ledgers.responses[0], alerts=(5, 5))
    assert faults(ledgers) == {"half sets": ["response 11: 2 alerts"]}


def test_a_neutral_response_with_an_alert() -> None:
    ledgers = agreeing()
    ledgers.responses[1] = replace(ledgers.responses[1], alerts=(5,))
    assert faults(ledgers) == {"half sets": ["response 12: 1 alerts"]}


def test_an_invitation_that_was_stored_twice() -> None:
    ledgers = agreeing()
    ledgers.responses.append(Response(pk=13, invitation=2))
    assert faults(ledgers) == {"half sets": ["2 responses to invitation 2"]}


def test_an_alert_without_its_second_mail() -> None:
    ledgers = agreeing()
    del ledgers.deliveries[1], ledgers.received[1]
    assert faults(ledgers) == {"half sets": ["alert 5: mailed to 1"]}


def test_an_alert_that_is_mailed_twice_to_the_same_person() -> None:
    ledgers = agreeing()
    ledgers.deliveries[1] = replace(ledgers.deliveries[1], recipient=OWNER)
    ledgers.received[1] = replace(ledgers.received[1], recipient=OWNER)
    assert faults(ledgers) == {"half sets": ["alert 5: mailed to 1"]}


def test_a_copy_that_is_not_flagged() -> None:
    assert faults(copied(is_repeated=False)) == {"copies not flagged": ["<a>"]}


def test_a_copy_although_no_reply_was_missed() -> None:
    assert faults(copied(uncertain=0)) == {"copies outside the window": ["<a>"]}


def test_more_copies_than_missed_replies() -> None:
    ledgers = copied()
    ledgers.received.append(ledgers.received[0])
    assert check(ledgers).copies == ["<a>", "<a>"]
    assert faults(ledgers) == {"copies outside the window": ["<a>"]}


@pytest.mark.parametrize("number", [0, 2], ids=["the first", "the copy"])
def test_bytes_that_changed(number: int) -> None:
    ledgers = copied()
    ledgers.received[number] = replace(ledgers.received[number], digest="other")
    assert faults(ledgers) == {"bytes changed": ["<a>"]}


def test_a_mail_at_the_wrong_address() -> None:
    ledgers = agreeing()
    ledgers.received[0] = replace(ledgers.received[0], recipient="zoe@gemeente.example")
    assert faults(ledgers) == {"bytes changed": ["<a>"]}


def test_a_message_that_nobody_queued() -> None:
    ledgers = agreeing()
    ledgers.received.append(Received(message_id="<c>", recipient=OWNER, digest="cc"))
    assert faults(ledgers) == {"strangers": ["<c>"]}
