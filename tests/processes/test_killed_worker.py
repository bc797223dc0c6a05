"""A worker that is killed between the marker and the server's reply: found again, flagged, once."""

import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.outbox.mailbox_server import archive_mailbox
from tests.outbox.servers import Mailbox, mail_server
from tests.processes.running import clean_environment, manage

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]

QUEUE = """
from django.core.mail import EmailMessage
from outbox.queueing import queue_message
from outbox.models import Lane
message = EmailMessage(subject="Een", body="Twee", to=["zoe@gemeente.example"])
queue_message(message, dedupe_key="een", lane=Lane.ALERT, recipient_name="Zoe",
              recipient_address="zoe@gemeente.example")
"""
# Dies by its own hand at one point, as `kill -9` from outside would have it at that moment.
SEND = """
import os, signal
from outbox.transports import client
from outbox.dispatching import dispatch_due
honest = client.Client.send_dot
def die(self):
    if {is_sent}:
        honest(self)
        self.sock.settimeout(5)
        self.sock.recv(1)
    os.kill(os.getpid(), signal.SIGKILL)
client.Client.send_dot = die
dispatch_due()
"""
LATER = """
from datetime import timedelta
from django.utils import timezone
from outbox.actions import give_back_expired
from outbox.dispatching import dispatch_due
from outbox.models import LEASE
from outbox.uncertain import settle_uncertain, RESEND_AFTER
now = timezone.now() + LEASE + timedelta(seconds=5)
give_back_expired(now=now)
settle_uncertain(now=now + timedelta(seconds=30))
settle_uncertain(now=now + RESEND_AFTER)
from outbox.models import Delivery
Delivery.objects.update(not_before=timezone.now())
dispatch_due()
"""


def rows(folder: Path) -> tuple[str, int, str]:
    with closing(sqlite3.connect(folder / "ambassadors.sqlite3")) as connection:
        (row,) = connection.execute(
            "SELECT state, is_repeated, message_id FROM outbox_delivery"
        ).fetchall()
    return row


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as mailbox:
        yield mailbox


@pytest.fixture
def environment(tmp_path: Path, mailbox: Mailbox) -> dict[str, str]:
    environment = clean_environment(tmp_path, EMAIL_URL=f"smtp://127.0.0.1:{mailbox.port}")
    assert manage(environment, "migrate").returncode == 0
    assert manage(environment, "shell", "-v", "0", "-c", QUEUE).returncode == 0
    return environment


def kill_while_sending(environment: dict[str, str], *, is_sent: bool) -> None:
    killed = manage(environment, "shell", "-v", "0", "-c", SEND.format(is_sent=is_sent))
    assert killed.returncode == -signal.SIGKILL, killed.stderr


def run_later(environment: dict[str, str]) -> None:
    done = manage(environment, "shell", "-v", "0", "-c", LATER)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("is_sent", [True, False], ids=["after the dot", "before the dot"])
def test_without_a_witness_it_arrives_and_a_copy_is_flagged(
    tmp_path, environment, mailbox, is_sent
):
    kill_while_sending(environment, is_sent=is_sent)
    assert rows(tmp_path)[:2] == ("committing", 0)
    assert len(mailbox.received) == is_sent
    run_later(environment)
    assert rows(tmp_path)[:2] == ("sent", 1)
    assert len(mailbox.received) == 1 + is_sent
    assert len({mail.content for mail in mailbox.received}) == 1


@pytest.mark.parametrize("is_sent", [True, False], ids=["after the dot", "before the dot"])
def test_with_an_archive_it_arrives_exactly_once(tmp_path, environment, mailbox, is_sent):
    with archive_mailbox() as archive:
        archive.look = lambda message_id: any(
            mail.parsed["Message-ID"] == message_id for mail in mailbox.received
        )
        kill_while_sending(environment, is_sent=is_sent)
        run_later({**environment, "ARCHIVE_MAILBOX_URL": archive.url})
    assert len(mailbox.received) == 1
    assert rows(tmp_path)[0] == "sent"
    assert mailbox.received[0].parsed["Message-ID"] == rows(tmp_path)[2]
