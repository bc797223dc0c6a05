"""Clocks that are set, and the two nights on which wall clocks are: nothing waits longer for it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from outbox.actions import Result, claim_next, give_back_expired, mark, record
from outbox.durations import LEASE, RESEND_AFTER
from outbox.models import Attempt, Delivery, Outcome, State
from outbox.uncertain import settle_uncertain
from tests.outbox.conftest import NOW, make_delivery

pytestmark = pytest.mark.django_db

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
ACCEPTED = Result(outcome=Outcome.SENT, phase="accepted", detail="250 OK", transport="smtp")


def just_before(day: datetime) -> datetime:
    """Ten seconds before the wall clock jumps, as a moment that is counted in real seconds."""
    jump = day.replace(hour=3 if day.month == 10 else 2, tzinfo=AMSTERDAM, fold=0)
    return datetime.fromtimestamp(jump.timestamp() - 10, tz=AMSTERDAM)


@pytest.fixture(autouse=True)
def _silent(doorbell) -> None:
    """Nobody rings."""


@pytest.mark.parametrize(
    "day",
    [datetime(2026, 3, 29), datetime(2026, 10, 25)],  # noqa: DTZ001  (a night, not a moment)
    ids=["an hour is missing", "an hour comes twice"],
)
def test_a_claim_lasts_as_long_on_the_nights_on_which_clocks_change(day) -> None:
    began = just_before(day)
    after = datetime.fromtimestamp((began + 20 * SECOND).timestamp(), tz=AMSTERDAM)
    assert after.utcoffset() != began.utcoffset() or day.month == 10
    make_delivery(now=began)
    assert claim_next(now=began) is not None
    at = datetime.fromtimestamp(began.timestamp(), tz=ZoneInfo("UTC"))
    assert give_back_expired(now=(at + LEASE).astimezone(AMSTERDAM)) == 0
    assert give_back_expired(now=(at + LEASE + SECOND).astimezone(AMSTERDAM)) == 1
    again = (at + LEASE + SECOND).astimezone(AMSTERDAM)
    claim = claim_next(now=again)
    assert mark(claim, now=again)
    lost = Result(outcome=Outcome.UNCERTAIN, phase="dot", detail="", transport="smtp")
    assert record(claim, lost, now=again)
    since = again.astimezone(ZoneInfo("UTC"))
    assert settle_uncertain(now=(since + RESEND_AFTER - SECOND).astimezone(AMSTERDAM)) == 0
    assert settle_uncertain(now=(since + RESEND_AFTER).astimezone(AMSTERDAM)) == 1
    assert Delivery.objects.get().is_repeated


def test_a_dead_workers_claim_is_freed_also_when_the_clock_was_set_back() -> None:
    make_delivery(now=NOW - 2 * HOUR)
    assert claim_next(now=NOW) is not None
    assert give_back_expired(now=NOW - LEASE) == 0  # two machines may differ by so much
    assert give_back_expired(now=NOW - HOUR) == 1
    assert Delivery.objects.get().state == State.QUEUED
    assert Attempt.objects.get().outcome == Outcome.LEASE_EXPIRED
    assert claim_next(now=NOW - HOUR) is not None


def test_a_message_in_hand_when_the_clock_is_set_back_is_recorded() -> None:
    make_delivery(now=NOW - HOUR)
    claim = claim_next(now=NOW)
    assert mark(claim, now=NOW)
    assert record(claim, ACCEPTED, now=NOW - HOUR)
    assert Delivery.objects.get().state == State.SENT


@pytest.mark.parametrize("step", [HOUR, -HOUR], ids=["forward", "back"])
def test_a_message_in_hand_whose_claim_ends_by_a_step_is_not_sent_by_two(step) -> None:
    make_delivery(now=NOW - 2 * HOUR)
    first = claim_next(now=NOW)
    assert give_back_expired(now=NOW + step) == 1
    second = claim_next(now=NOW + step)
    assert not mark(first, now=NOW + step)
    assert mark(second, now=NOW + step)
    assert record(second, ACCEPTED, now=NOW + step)
    assert Delivery.objects.get().state == State.SENT
