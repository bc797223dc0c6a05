"""Claiming and recording: order, leases, back-off, giving up."""

import importlib
from datetime import timedelta

import pytest

from outbox import durations
from outbox.actions import Result, claim_next, give_back_expired, record, renew
from outbox.durations import ENOUGH_TO_SEND, GIVE_UP_AFTER, LEASE
from outbox.models import Attempt, Delivery, Lane, Outcome, State, back_off
from tests.outbox.conftest import NOW, make_delivery

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
ACCEPTED = Result(outcome=Outcome.SENT, phase="accepted", detail="250 OK", transport="smtp")
KEPT = Result(outcome=Outcome.SENT, phase="kept", detail="", transport="kept")
LATER = Result(outcome=Outcome.TEMPORARY, phase="RCPT", detail="451 later", transport="smtp")
NEVER = Result(outcome=Outcome.PERMANENT, phase="RCPT", detail="550 unknown", transport="smtp")


def test_the_most_urgent_lane_goes_first_and_the_oldest_within_it():
    for lane in (Lane.REMINDER, Lane.INVITATION, Lane.ALERT, Lane.DIGEST, Lane.ACCOUNT):
        make_delivery(lane=lane, now=NOW)
    make_delivery(lane=Lane.ALERT, now=NOW - SECOND, key="older alert")
    claimed = []
    while claim := claim_next(now=NOW):
        claimed.append(claim.delivery)
    assert [delivery.lane for delivery in claimed] == [5, 10, 10, 20, 30, 40]
    assert claimed[1].dedupe_key == "older alert"


def test_nothing_is_claimed_before_its_time():
    make_delivery(now=NOW)
    assert claim_next(now=NOW - SECOND) is None
    assert claim_next(now=NOW) is not None


def test_a_claimed_row_is_claimed_once():
    make_delivery(now=NOW)
    claim = claim_next(now=NOW)
    assert claim_next(now=NOW) is None
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts) == (State.CLAIMED, 1)
    assert (delivery.lease_token, delivery.lease_until) == (claim.token, NOW + LEASE)


def test_losing_the_race_for_a_row_takes_the_next_one(monkeypatch):
    """Another worker takes the first candidate between our look and our update."""
    first, second = make_delivery(now=NOW), make_delivery(now=NOW)
    honest = type(Delivery.objects.all()).due
    looks = []

    def due(queryset, now):
        looks.append(now)
        if len(looks) == 1:
            Delivery.objects.filter(pk=first.pk).update(state=State.SENT, sent_at=NOW)
            return Delivery.objects.filter(pk=first.pk)
        return honest(queryset, now)

    monkeypatch.setattr(type(Delivery.objects.all()), "due", due)
    assert claim_next(now=NOW).delivery == second
    assert len(looks) == 2


def test_accepted_is_recorded_with_its_attempt():
    make_delivery(now=NOW)
    assert record(claim_next(now=NOW), ACCEPTED, now=NOW + SECOND)
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.sent_at) == (State.SENT, NOW + SECOND)
    assert (delivery.lease_token, delivery.lease_until) == (None, None)
    attempt = delivery.tries.get()
    assert (attempt.number, attempt.outcome, attempt.phase) == (1, "sent", "accepted")
    assert (attempt.started_at, attempt.finished_at) == (NOW, NOW + SECOND)
    assert (attempt.detail, attempt.transport) == ("250 OK", "smtp")


def test_a_paused_worker_writes_nothing_over_its_successor():
    make_delivery(now=NOW)
    paused = claim_next(now=NOW)
    after = NOW + LEASE + SECOND
    assert give_back_expired(now=after) == 1
    successor = claim_next(now=after)
    assert record(paused, NEVER, now=after) is False
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.lease_token) == (State.CLAIMED, successor.token)
    assert [attempt.outcome for attempt in delivery.tries.all()] == ["lease_expired"]
    assert record(successor, ACCEPTED, now=after)
    assert record(paused, LATER, now=after) is False
    delivery.refresh_from_db()
    assert (delivery.state, delivery.tries.count()) == (State.SENT, 2)


def test_a_claim_is_given_back_only_after_its_lease():
    make_delivery(now=NOW)
    claim_next(now=NOW)
    assert give_back_expired(now=NOW + LEASE) == 0
    assert give_back_expired(now=NOW + LEASE + SECOND) == 1
    assert give_back_expired(now=NOW + LEASE + SECOND) == 0
    attempt = Attempt.objects.get()
    assert (attempt.started_at, attempt.outcome) == (NOW, Outcome.LEASE_EXPIRED)
    assert Delivery.objects.get().state == State.QUEUED


def test_a_dead_workers_claim_is_free_within_a_minute(settings):
    interval = settings.CELERY_BEAT_SCHEDULE["sweep the outbox"]["schedule"]
    assert timedelta(seconds=interval) + LEASE <= timedelta(minutes=1)


def test_who_holds_a_lease_has_time_for_the_marker_and_the_reply():
    assert durations.MARK_TO_DOT + durations.DOT < LEASE
    assert ENOUGH_TO_SEND < LEASE
    assert durations.FIRST_LOOK_AFTER < durations.RESEND_AFTER < durations.WAIT_AT_MOST


def test_haste_divides_every_wait_alike(settings, monkeypatch):
    honest = {name: value for name, value in vars(durations).items() if name.isupper()}
    settings.OUTBOX_HASTE = 5
    try:
        importlib.reload(durations)
        hasty = {name: getattr(durations, name) for name in honest}
    finally:
        settings.OUTBOX_HASTE = 1
        importlib.reload(durations)
    assert hasty.pop("GIVE_UP_AFTER") == honest.pop("GIVE_UP_AFTER")
    assert hasty.pop("BACK_OFF") == tuple(wait / 5 for wait in honest.pop("BACK_OFF"))
    assert hasty == {name: wait / 5 for name, wait in honest.items()}


# DESIGN, deliveries: 0, 5 s, 15 s, 30 s, 1, 2, 5, 10 min, then every 15 min.
@pytest.mark.parametrize(
    ("attempts", "seconds"),
    list(enumerate((0, 5, 15, 30, 60, 120, 300, 600, 900, 900, 900), start=1)),
)
def test_the_back_off_of_the_design(attempts, seconds):
    assert back_off(attempts) == timedelta(seconds=seconds)


def test_a_temporary_fault_waits_its_back_off_and_keeps_the_message():
    frozen = bytes(make_delivery(now=NOW).message)
    for expected in (0, 5, 15):
        delivery = Delivery.objects.get()
        assert record(claim_next(now=delivery.not_before), LATER, now=delivery.not_before)
        waited = Delivery.objects.get().not_before - delivery.not_before
        assert waited == timedelta(seconds=expected)
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.last_error) == (State.QUEUED, "451 later")
    assert bytes(delivery.message) == frozen


def test_refused_for_good_is_undeliverable_at_once():
    make_delivery(now=NOW)
    assert record(claim_next(now=NOW), NEVER, now=NOW)
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.last_error) == (State.UNDELIVERABLE, "550 unknown")
    assert delivery.sent_at is None
    assert claim_next(now=NOW + timedelta(days=9)) is None


@pytest.mark.parametrize(
    ("early", "state"),
    [(SECOND, State.QUEUED), (timedelta(), State.UNDELIVERABLE)],
    ids=["a second before 72 hours", "at 72 hours"],
)
@pytest.mark.parametrize("fault", ["temporary", "lease_expired"])
def test_after_72_hours_it_is_given_up(early, state, fault):
    make_delivery(now=NOW)
    end = NOW + GIVE_UP_AFTER - early
    assert timedelta(hours=72) == GIVE_UP_AFTER
    if fault == "temporary":
        assert record(claim_next(now=end), LATER, now=end)
    else:
        claim_next(now=end - LEASE - SECOND)
        assert give_back_expired(now=end) == 1
    assert Delivery.objects.get().state == state


@pytest.mark.parametrize(
    ("is_secret", "result", "is_blanked"),
    [
        (True, ACCEPTED, True),
        (False, ACCEPTED, False),
        (True, KEPT, False),  # nothing left: the outbox is the only place to read it
        (True, LATER, False),  # the same bytes go again
    ],
    ids=["secret, sent", "not secret, sent", "secret, kept", "secret, waiting"],
)
def test_a_personal_link_is_blanked_once_handed_over(is_secret, result, is_blanked):
    digest = make_delivery(is_secret=is_secret, now=NOW).digest
    record(claim_next(now=NOW), result, now=NOW)
    delivery = Delivery.objects.get()
    assert delivery.is_blanked is is_blanked
    assert (delivery.digest, delivery.subject) == (digest, "Uw mening")
    assert bool(delivery.message_id)


def test_a_clock_that_is_set_back_does_not_break_the_ledger():
    make_delivery(now=NOW)
    assert record(claim_next(now=NOW), ACCEPTED, now=NOW - timedelta(hours=1))
    attempt = Attempt.objects.get()
    assert attempt.finished_at == attempt.started_at == NOW


def test_accepted_after_the_lease_ran_out_is_sent_and_not_sent_again():
    make_delivery(now=NOW)
    claim = claim_next(now=NOW)
    give_back_expired(now=NOW + LEASE + timedelta(seconds=1))
    assert Delivery.objects.get().state == State.QUEUED

    assert record(claim, ACCEPTED, now=NOW + 2 * LEASE) is True

    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.lease_token) == (State.SENT, None)
    assert [attempt.outcome for attempt in delivery.tries.all()] == ["lease_expired", "sent"]
    assert claim_next(now=NOW + timedelta(days=1)) is None


def test_a_lease_is_renewed_by_its_holder_only():
    make_delivery(now=NOW)
    claim = claim_next(now=NOW)
    later = NOW + timedelta(seconds=50)
    assert renew(claim, now=later) is True
    assert give_back_expired(now=NOW + LEASE + timedelta(seconds=1)) == 0
    assert give_back_expired(now=later + LEASE + timedelta(seconds=1)) == 1
    assert renew(claim, now=later) is False
