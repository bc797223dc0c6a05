"""The server of a run does what its mood says, and its ledger has what it kept and nothing else."""

import hashlib
import smtplib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.ledgers import Received, read
from tests.faults.mail_server import Mood, MoodyServer, moody_server

MESSAGE = b"Message-ID: <a@waterkant.example>\r\nSubject: Signaal\r\n\r\n.punt\r\n"
SANNE = "sanne@waterkant.example"


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "received"


@pytest.fixture
def server(ledger: Path) -> Iterator[MoodyServer]:
    with moody_server(ledger) as server:
        yield server


def hand_over(server: MoodyServer) -> None:
    with smtplib.SMTP("127.0.0.1", server.port, timeout=10) as client:
        client.sendmail("klanten@waterkant.example", [SANNE], MESSAGE)


def test_what_it_keeps_is_in_the_ledger_byte_for_byte(server: MoodyServer, ledger: Path) -> None:
    server.mood = Mood()
    hand_over(server)
    (kept,) = read(ledger, Received)
    assert (kept.message_id, kept.recipient, kept.is_replied) == (
        "<a@waterkant.example>",
        SANNE,
        True,
    )
    assert kept.digest == hashlib.sha256(MESSAGE).hexdigest()


@pytest.mark.parametrize(
    ("mood", "error"),
    [
        (Mood(busy=1), smtplib.SMTPSenderRefused),
        (Mood(refuses_us=True), smtplib.SMTPSenderRefused),
        (Mood(greylists=1), smtplib.SMTPRecipientsRefused),
        (Mood(defers=1), smtplib.SMTPDataError),
        (Mood(drops_before_dot=1), smtplib.SMTPServerDisconnected),
        (Mood(drops_unkept=1), smtplib.SMTPServerDisconnected),
    ],
    ids=["busy", "refusing us", "greylisting", "deferring", "before the dot", "after, unkept"],
)
def test_what_it_does_not_keep_is_in_no_ledger(
    server: MoodyServer, ledger: Path, mood: Mood, error: type[Exception]
) -> None:
    server.mood = mood
    with pytest.raises((error, ConnectionError)):
        hand_over(server)
    assert read(ledger, Received) == []


def test_what_it_kept_and_could_not_say_is_in_the_ledger(server: MoodyServer, ledger: Path) -> None:
    server.mood = Mood(drops_kept=1)
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        hand_over(server)
    assert [kept.is_replied for kept in read(ledger, Received)] == [False]


def test_its_mood_changes_while_it_runs(server: MoodyServer, ledger: Path) -> None:
    server.mood = Mood(greylists=1)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        hand_over(server)
    server.mood = Mood()
    hand_over(server)
    assert len(read(ledger, Received)) == 1
