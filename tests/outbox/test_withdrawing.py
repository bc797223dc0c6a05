"""Mail that nobody needs any more does not leave."""

from datetime import timedelta

import pytest

from outbox.actions import Result, claim_next, give_back_expired, record
from outbox.models import LEASE, Delivery, Outcome, State
from outbox.queueing import cancel_queued
from tests.outbox.conftest import NOW, make_delivery

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
SENT = Result(outcome=Outcome.SENT, phase="accepted", detail="250 OK", transport="smtp")
LATER = Result(outcome=Outcome.TEMPORARY, phase="RCPT", detail="451 later", transport="smtp")
NEVER = Result(outcome=Outcome.PERMANENT, phase="RCPT", detail="550 unknown", transport="smtp")


def test_a_waiting_mail_is_withdrawn_with_its_text_and_its_neighbour_is_not():
    mail, neighbour = make_delivery(now=NOW, key="a"), make_delivery(now=NOW, key="b")
    assert cancel_queued(["a", "c"], now=NOW) == 1
    mail.refresh_from_db()
    assert (mail.state, mail.cancelled_at, mail.is_blanked) == (State.CANCELLED, NOW, True)
    assert claim_next(now=NOW).delivery == neighbour
    assert claim_next(now=NOW) is None


def test_what_has_left_stays_as_it_is():
    make_delivery(now=NOW, key="a")
    record(claim_next(now=NOW), SENT, now=NOW)
    before = Delivery.objects.values().get()
    assert cancel_queued(["a"], now=NOW) == 0
    assert Delivery.objects.values().get() == before


@pytest.mark.parametrize(
    ("result", "state"),
    [(SENT, State.SENT), (LATER, State.CANCELLED), (NEVER, State.UNDELIVERABLE)],
)
def test_one_that_is_being_sent_gets_no_second_attempt(result, state):
    make_delivery(now=NOW, key="a")
    claim = claim_next(now=NOW)
    assert cancel_queued(["a"], now=NOW) == 1
    assert Delivery.objects.get().state == State.CLAIMED
    assert record(claim, result, now=NOW)
    assert Delivery.objects.get().state == state
    assert claim_next(now=NOW + timedelta(days=1)) is None


def test_nor_when_its_worker_died():
    make_delivery(now=NOW, key="a")
    claim_next(now=NOW)
    cancel_queued(["a"], now=NOW)
    assert give_back_expired(now=NOW + LEASE + MINUTE) == 1
    mail = Delivery.objects.get()
    assert (mail.state, mail.cancelled_at, mail.is_blanked) == (State.CANCELLED, NOW, True)


def test_a_mail_for_later_waits_and_is_dated_when_it_leaves():
    mail = make_delivery(now=NOW, not_before=NOW + 90 * MINUTE)
    assert mail.parsed()["Date"] == "Fri, 20 Nov 2026 15:32:00 -0000"
    assert claim_next(now=NOW + 89 * MINUTE) is None
    assert claim_next(now=NOW + 90 * MINUTE) is not None
