"""After a restore nothing leaves until somebody looked, and what had left is not sent again."""

import io
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from outbox.actions import claim_next, mark
from outbox.breaking import hold, passage, resume
from outbox.circuit import MAIL, Circuit, CircuitState
from outbox.dispatching import dispatch_due
from outbox.models import Attempt, Delivery, Lane, Outcome, State
from outbox.restoring import MailLog, settle
from outbox.tasks import sweep
from outbox.uncertain import settle_uncertain
from tests.outbox.conftest import make_delivery
from tests.outbox.mailbox_server import archive_mailbox

pytestmark = pytest.mark.django_db

LONG_AGO = timedelta(hours=3)


def outbox(*arguments: str) -> str:
    out = StringIO()
    call_command("outbox", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def restored():
    """What a backup of three hours ago holds: waiting, in hand, after the marker, uncertain."""
    now = timezone.now()
    rows = [make_delivery(key=f"k{n}", now=now - LONG_AGO) for n in range(4)]
    make_delivery(key="later", lane=Lane.INVITATION, not_before=now + timedelta(days=1))
    for n in (1, 2, 3):
        claim = claim_next(now=now - LONG_AGO)
        assert n == 1 or mark(claim, now=now - LONG_AGO)
        if n == 3:
            Delivery.objects.filter(pk=claim.delivery.pk).update(
                state=State.UNCERTAIN, uncertain_since=now, lease_token=None, lease_until=None
            )
    assert sorted(Delivery.objects.values_list("state", flat=True)) == [
        "claimed",
        "committing",
        "queued",
        "queued",
        "uncertain",
    ]
    return rows


def test_hold_says_what_waits_and_what_would_go_again(restored):
    told = outbox("hold")
    assert "Er vertrekt niets meer" in told
    assert "signaal: 1 nu te versturen, 0 later gepland" in told
    assert "uitnodiging: 0 nu te versturen, 1 later gepland" in told
    assert "1 in behandeling" in told
    assert "1 bij de overdracht" in told
    assert "1 misschien bezorgd" in told
    circuit = Circuit.objects.get()
    assert (circuit.transport, circuit.state) == (MAIL, CircuitState.HELD)
    assert "al stil" in outbox("hold")


def test_held_before_a_worker_starts_nothing_leaves_however_often_it_sweeps(restored, mailbox):
    outbox("hold")
    for minutes in (0, 5, 90):
        sweep()
        settle_uncertain(now=timezone.now() + timedelta(minutes=minutes))
        dispatch_due()
    assert mailbox.received == []
    assert mailbox.connections == 0
    resumed = outbox("resume")
    assert "vertrekt nu" in resumed
    Delivery.objects.exclude(dedupe_key="later").update(not_before=timezone.now())
    dispatch_due()
    assert len(mailbox.received) == 4


@pytest.mark.parametrize("transport", ["smtp", "chat:12", "webhook:3"])
def test_everything_is_every_transport_also_one_that_is_added_later(transport):
    hold(MAIL)
    assert passage(transport) == "none"
    assert resume(MAIL)
    assert passage(transport) == "free"


def test_resume_frees_and_says_when_there_was_nothing_to_free():
    hold(MAIL)
    assert passage("smtp") == "none"
    outbox("resume")
    assert not Circuit.objects.interrupted().exists()
    assert passage("smtp") == "free"
    assert "Er lag niets stil" in outbox("resume")


def test_time_in_which_all_was_held_does_not_count_for_giving_up():
    at = timezone.now()
    hold(MAIL, now=at - timedelta(days=5))
    resume(MAIL, now=at)
    assert Circuit.objects.all().last_closed("smtp") == at


def test_what_the_archive_has_is_sent_and_the_rest_waits(restored, settings):
    outbox("hold")
    with archive_mailbox() as archive:
        settings.ARCHIVE_MAILBOX_URL = archive.url
        archive.holds = {row.message_id for row in restored[:3]}
        assert "3 mails waren al vertrokken" in outbox("settle", "--dry-run")
        assert not Delivery.objects.filter(state=State.SENT).exists()
        told = outbox("settle")
    assert "3 mails waren al vertrokken" in told
    assert "Van 2 mails" in told
    sent = Delivery.objects.filter(state=State.SENT)
    assert {delivery.dedupe_key for delivery in sent} == {"k0", "k1", "k2"}
    for delivery in sent:
        last = delivery.tries.last()
        assert (last.outcome, last.phase) == (Outcome.FOUND, "archive")
    assert not Delivery.objects.filter(lease_token__isnull=False).exists()


def test_a_log_settles_what_it_names_however_it_writes_a_message_id(restored, tmp_path):
    plain, bare = restored[0].message_id, restored[3].message_id.strip("<>")
    log = tmp_path / "mail.log"
    log.write_bytes(
        f"Nov 20 postfix/cleanup[7]: 4F2: message-id={plain}\n".encode()
        + f'2026-11-20 1rA-2 <= a@b id={bare} S=9\n"<{plain}>",Delivered\n'.encode()
        + b"\xff\xfe not utf-8 <iemand.anders@elders.example>\n"
    )
    outbox("hold")
    assert "2 mails waren al vertrokken" in outbox("settle", "--log", str(log))
    assert set(Delivery.objects.filter(state=State.SENT)) == {restored[0], restored[3]}
    assert Attempt.objects.filter(outcome=Outcome.FOUND, phase="log").count() == 2


def test_a_log_can_come_through_a_pipe(restored, monkeypatch):
    outbox("hold")
    monkeypatch.setattr("sys.stdin", io.StringIO(restored[0].message_id))
    assert "1 mail was al vertrokken" in outbox("settle", "--log", "-")


def test_what_is_settled_blanks_a_personal_link():
    delivery = make_delivery(is_secret=True)
    hold(MAIL)
    assert settle(MailLog([delivery.message_id])).left == 1
    assert Delivery.objects.get().is_blanked


def test_settling_asks_for_a_hold_first(restored, tmp_path):
    with pytest.raises(CommandError, match="outbox hold"):
        outbox("settle", "--log", __file__)


def test_without_a_witness_it_says_which_there_can_be(restored):
    outbox("hold")
    with pytest.raises(CommandError, match="ARCHIVE_MAILBOX_URL"):
        outbox("settle")
    with pytest.raises(CommandError, match="nergens"):
        outbox("settle", "--log", "/nergens/mail.log")


def test_an_archive_that_falls_silent_ends_it_and_that_is_said(restored, settings):
    outbox("hold")
    with archive_mailbox() as archive:
        settings.ARCHIVE_MAILBOX_URL = archive.url
        archive.is_broken = True
        with pytest.raises(CommandError, match="5 mails"):
            outbox("settle")
    assert not Delivery.objects.filter(state=State.SENT).exists()
