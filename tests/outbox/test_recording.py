"""What the mail server said is written down, also when the database is away just then."""

from datetime import timedelta

import pytest
from django.db import InterfaceError, OperationalError

from outbox import actions, recording
from outbox.dispatching import dispatch_due
from outbox.durations import LEASE
from outbox.models import Attempt, Delivery, Outcome, State
from tests.outbox.conftest import NOW, make_delivery

pytestmark = pytest.mark.django_db(transaction=True)


class Away:
    """A database that fails ``times`` times, and then answers."""

    def __init__(self, *errors: Exception, is_stored: bool = False) -> None:
        self._errors, self._is_stored, self.asked = list(errors), is_stored, 0

    def record(self, claim, result):
        self.asked += 1
        if not self._errors:
            return actions.record(claim, result)
        if self._is_stored:
            actions.record(claim, result)
        raise self._errors.pop(0)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    monkeypatch.setattr(recording, "_FIRST_PAUSE", 0.01)


def use(away: Away, monkeypatch) -> None:
    monkeypatch.setattr(recording, "record", away.record)


def test_an_acceptance_is_recorded_once_the_database_is_back(mailbox, monkeypatch):
    make_delivery()
    away = Away(OperationalError("server closed"), InterfaceError("connection closed"))
    use(away, monkeypatch)
    assert dispatch_due() == 1
    assert away.asked == 3
    assert Delivery.objects.get().state == State.SENT
    assert [attempt.outcome for attempt in Attempt.objects.all()] == [Outcome.SENT]
    assert len(mailbox.received) == 1


def test_stored_and_only_the_confirmation_lost_is_stored_once(mailbox, monkeypatch):
    make_delivery()
    use(Away(OperationalError("server closed"), is_stored=True), monkeypatch)
    dispatch_due()
    assert Delivery.objects.get().state == State.SENT
    assert Attempt.objects.count() == 1


def test_a_database_that_stays_away_leaves_a_message_that_perhaps_arrived(mailbox, monkeypatch):
    make_delivery()
    monkeypatch.setattr(recording, "RECORD_WITHIN", timedelta(seconds=0.1))
    use(Away(*[OperationalError("server closed")] * 100), monkeypatch)
    with pytest.raises(OperationalError):
        dispatch_due()
    delivery = Delivery.objects.get()
    assert delivery.state == State.COMMITTING
    assert actions.give_back_expired(now=delivery.lease_until + timedelta(seconds=1)) == 1
    assert Delivery.objects.get().state == State.UNCERTAIN
    assert dispatch_due() == 0  # not sent again at once
    assert len(mailbox.received) == 1


def test_a_dead_worker_costs_its_message_no_wait_on_top_of_the_lease():
    make_delivery(now=NOW)
    moment = NOW
    for _worker in range(4):
        assert actions.claim_next(now=moment) is not None
        moment += LEASE + timedelta(seconds=5)
        assert actions.give_back_expired(now=moment) == 1
    assert actions.claim_next(now=moment) is not None
