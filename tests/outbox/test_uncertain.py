"""A message that perhaps arrived: looked up, or sent once more as the same bytes and flagged."""

from datetime import timedelta

import pytest
from django.utils import timezone

from outbox import uncertain
from outbox.actions import Result, claim_next, give_back_expired, mark, record
from outbox.dispatching import dispatch_due
from outbox.models import LEASE, Delivery, Outcome, State
from outbox.tasks import settle
from outbox.uncertain import RESEND_AFTER, WAIT_AT_MOST, settle_uncertain
from tests.outbox.conftest import NOW, make_delivery
from tests.outbox.mailbox_server import Archive, archive_mailbox
from tests.outbox.servers import free_port

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
LOST = Result(outcome=Outcome.UNCERTAIN, phase="dot", detail="timed out", transport="smtp")
ACCEPTED = Result(outcome=Outcome.SENT, phase="accepted", detail="250 OK", transport="smtp")
LATER = Result(outcome=Outcome.TEMPORARY, phase="RCPT", detail="451 later", transport="smtp")


@pytest.fixture
def archive(settings):
    with archive_mailbox() as archive:
        settings.ARCHIVE_MAILBOX_URL = archive.url
        yield archive


def lose_the_reply(**fields) -> Delivery:
    delivery = make_delivery(now=NOW, **fields)
    claim = claim_next(now=NOW)
    assert mark(claim, now=NOW)
    assert record(claim, LOST, now=NOW)
    return delivery


def only() -> Delivery:
    return Delivery.objects.get()


def settle_until(end, *, every=timedelta(seconds=10)) -> None:
    moment = NOW
    while moment <= end:
        settle_uncertain(now=moment)
        moment += every


def test_without_a_witness_it_goes_again_after_two_minutes_and_not_before():
    lose_the_reply()
    settle_until(NOW + RESEND_AFTER - SECOND)
    assert (only().state, only().is_repeated) == (State.UNCERTAIN, False)
    assert claim_next(now=NOW + timedelta(days=1)) is None
    assert settle_uncertain(now=NOW + RESEND_AFTER) == 1
    assert (only().state, only().is_repeated) == (State.QUEUED, True)
    assert timedelta(minutes=2) == RESEND_AFTER


def test_the_copy_is_the_same_bytes_and_the_ledger_says_so(mailbox):
    delivery = make_delivery(to="stil@gemeente.example")
    mailbox.silent_about.add("stil@gemeente.example")
    assert dispatch_due() == 0
    assert only().state == State.UNCERTAIN
    mailbox.silent_about.clear()
    assert settle_uncertain(now=timezone.now() + RESEND_AFTER) == 1
    Delivery.objects.update(not_before=timezone.now())
    assert dispatch_due() == 1
    first, second = mailbox.received
    assert first.content == second.content == bytes(delivery.message)
    assert first.parsed["Message-ID"] == second.parsed["Message-ID"] == delivery.message_id
    assert first.parsed["Date"] == second.parsed["Date"]
    assert (only().state, only().is_repeated) == (State.SENT, True)
    tries = [(one.number, one.outcome, one.is_repeat) for one in only().tries.all()]
    assert tries == [(1, "uncertain", False), (2, "sent", True)]


def test_a_worker_that_died_after_the_marker_leaves_it_uncertain():
    make_delivery(now=NOW)
    claim = claim_next(now=NOW)
    assert mark(claim, now=NOW + 50 * SECOND)
    assert give_back_expired(now=NOW + LEASE + SECOND) == 0  # the marker renewed the lease
    expired = NOW + 50 * SECOND + LEASE + SECOND
    assert give_back_expired(now=expired) == 1
    delivery = only()
    assert (delivery.state, delivery.uncertain_since) == (State.UNCERTAIN, expired)
    assert delivery.tries.get().outcome == Outcome.UNCERTAIN


def test_what_is_found_in_the_archive_was_sent_and_is_not_sent_again(archive):
    delivery = lose_the_reply(is_secret=True)
    archive.holds.add(delivery.message_id)
    assert settle_uncertain(now=NOW + 29 * SECOND) == 0
    assert archive.commands == []  # a copy may take a moment
    assert settle_uncertain(now=NOW + 30 * SECOND) == 1
    assert (only().state, only().is_repeated, only().is_blanked) == (State.SENT, False, True)
    assert [one.outcome for one in only().tries.all()] == ["uncertain", "found"]
    assert claim_next(now=NOW + timedelta(days=1)) is None
    assert not any(command.startswith("SELECT") for command in archive.commands)  # read only
    assert 'EXAMINE "Kopie&AOs-n"' in archive.commands


def test_what_is_not_in_the_archive_is_looked_for_and_then_sent_again(archive):
    lose_the_reply()
    archive.holds.add("<another@localhost>")
    settle_until(NOW + RESEND_AFTER)
    assert len(archive.searched) == 4
    assert set(archive.searched) == {only().message_id}
    assert (only().state, only().is_repeated) == (State.QUEUED, True)


def test_a_copy_that_reaches_the_archive_late_still_counts(archive):
    delivery = lose_the_reply()
    settle_until(NOW + timedelta(seconds=100))
    archive.holds.add(delivery.message_id)
    settle_until(NOW + RESEND_AFTER)
    assert only().state == State.SENT


@pytest.mark.parametrize("fault", ["down", "wrong password", "breaks off"])
def test_an_archive_that_cannot_be_asked_means_wait_and_not_send(archive, settings, fault):
    delivery = lose_the_reply()
    archive.holds.add(delivery.message_id)
    working = settings.ARCHIVE_MAILBOX_URL
    if fault == "down":
        settings.ARCHIVE_MAILBOX_URL = f"imap://een:twee@127.0.0.1:{free_port()}/"
    archive.is_broken = fault == "breaks off"
    archive.password = "anders" if fault == "wrong password" else archive.password
    late = NOW + WAIT_AT_MOST - SECOND
    settle_until(late, every=timedelta(minutes=4))
    assert (only().state, only().is_repeated) == (State.UNCERTAIN, False)
    settings.ARCHIVE_MAILBOX_URL = working
    archive.is_broken, archive.password = False, Archive().password
    assert settle_uncertain(now=late + timedelta(minutes=1)) == 1
    assert only().state == State.SENT


def test_but_not_for_ever(settings):
    settings.ARCHIVE_MAILBOX_URL = f"imap://een:twee@127.0.0.1:{free_port()}/"
    lose_the_reply()
    assert settle_uncertain(now=NOW + WAIT_AT_MOST) == 1
    assert (only().state, only().is_repeated) == (State.QUEUED, True)


def test_one_connection_serves_a_round(archive):
    for _ in range(3):
        lose_the_reply()
    settle_uncertain(now=NOW + 30 * SECOND)
    assert len(archive.searched) == 3
    assert sum("LOGIN" in command for command in archive.commands) == 1


def test_one_that_cannot_be_settled_does_not_stop_the_others(monkeypatch, caplog):
    first, second = lose_the_reply(), lose_the_reply()
    honest = uncertain._settle

    def settle_one(delivery, asked, now):
        if delivery.pk == first.pk:
            raise RuntimeError("broken on purpose")
        return honest(delivery, asked, now)

    monkeypatch.setattr(uncertain, "_settle", settle_one)
    assert settle_uncertain(now=NOW + RESEND_AFTER) == 1
    second.refresh_from_db()
    assert second.state == State.QUEUED
    assert "broken on purpose" in caplog.text


def test_a_late_acceptance_is_believed_while_it_is_uncertain():
    """The worker slept after the dot; its reply was there all the time."""
    make_delivery(now=NOW)
    claim = claim_next(now=NOW)
    mark(claim, now=NOW)
    give_back_expired(now=NOW + LEASE + SECOND)
    assert only().state == State.UNCERTAIN
    assert record(claim, ACCEPTED, now=NOW + 2 * LEASE) is True
    assert (only().state, only().is_repeated) == (State.SENT, False)
    assert settle_uncertain(now=NOW + timedelta(days=1)) == 0


def test_a_late_acceptance_stops_the_copy_before_its_dot():
    make_delivery(now=NOW)
    slept = claim_next(now=NOW)
    mark(slept, now=NOW)
    give_back_expired(now=NOW + LEASE + SECOND)
    later = NOW + LEASE + RESEND_AFTER + 2 * SECOND
    assert settle_uncertain(now=later) == 1
    successor = claim_next(now=later)
    assert record(slept, ACCEPTED, now=later)
    assert mark(successor, now=later) is False
    assert only().state == State.SENT


def test_what_may_have_arrived_cannot_be_withdrawn_but_gets_no_copy():
    lose_the_reply()
    Delivery.objects.all().cancel(NOW)
    assert (only().state, only().is_blanked) == (State.UNCERTAIN, False)
    assert settle_uncertain(now=NOW + RESEND_AFTER) == 1
    delivery = only()
    assert (delivery.state, delivery.is_blanked) == (State.CANCELLED, True)
    assert (delivery.is_repeated, delivery.uncertain_since) == (False, NOW)


def test_nor_can_what_is_being_handed_over():
    make_delivery(now=NOW)
    claim = claim_next(now=NOW)
    mark(claim, now=NOW)
    Delivery.objects.all().cancel(NOW)
    assert only().state == State.COMMITTING
    assert record(claim, ACCEPTED, now=NOW)
    assert only().state == State.SENT


def test_a_copy_whose_reply_is_missed_as_well_goes_on():
    lose_the_reply()
    settle_uncertain(now=NOW + RESEND_AFTER)
    again = claim_next(now=NOW + RESEND_AFTER)
    mark(again, now=NOW + RESEND_AFTER)
    record(again, LOST, now=NOW + RESEND_AFTER)
    assert settle_uncertain(now=NOW + 2 * RESEND_AFTER - SECOND) == 0
    assert settle_uncertain(now=NOW + 2 * RESEND_AFTER) == 1
    assert [one.is_repeat for one in only().tries.all()] == [False, True]


def test_nothing_uncertain_asks_nobody(archive):
    make_delivery()
    assert settle() == 0
    assert archive.commands == []
