"""Settings of what comes back that are unsafe or incomplete, each with what to do."""

import pytest
from django.core.checks import run_checks

from ambassadors import settings as configured

LONG = "events:" + "r" * 20
SAFE = {
    "SITE_URL": "https://klanten.example.nl",
    "EMAIL_URL": "smtp://mail.example.nl:25",
    "ANYMAIL_WEBHOOK_SECRET": LONG,
    "ANYMAIL": {"WEBHOOK_SECRET": LONG, "MAILGUN_WEBHOOK_SIGNING_KEY": "k"},
    "BOUNCE_MAILBOX_URL": "imaps://u:p@imap.example.nl/INBOX",
}
NO_WAY_BACK = {"ANYMAIL_WEBHOOK_SECRET": "", "ANYMAIL": {}, "BOUNCE_MAILBOX_URL": ""}


def ids(settings, **changes):
    for name, value in {**SAFE, **changes}.items():
        setattr(settings, name, value)
    found = [one for one in run_checks() if (one.id or "").startswith("outbox.")]
    assert all(one.hint for one in found)
    return [one.id for one in found]


def test_waits_of_a_test_are_reported(settings):
    assert ids(settings, OUTBOX_HASTE=6) == ["outbox.W002"]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"ANYMAIL_WEBHOOK_SECRET": "", "ANYMAIL": {}},
        {"BOUNCE_MAILBOX_URL": ""},
        {"BOUNCE_MAILBOX_URL": "imap://u:p@localhost/INBOX"},
        {**NO_WAY_BACK, "EMAIL_URL": ""},
        {**NO_WAY_BACK, "SITE_URL": "http://localhost:8000"},
    ],
)
def test_what_is_safe_is_not_reported(settings, changes):
    assert ids(settings, **changes) == []


@pytest.mark.parametrize(
    ("expected", "changes"),
    [
        ("outbox.E001", {"ANYMAIL_WEBHOOK_SECRET": ""}),
        ("outbox.E002", {"ANYMAIL_WEBHOOK_SECRET": "short"}),
        ("outbox.E002", {"ANYMAIL_WEBHOOK_SECRET": "events:short"}),
        ("outbox.E002", {"ANYMAIL_WEBHOOK_SECRET": ":" + "r" * 30}),
        ("outbox.E003", {"BOUNCE_MAILBOX_URL": "pop3://u:p@host/"}),
        ("outbox.E003", {"BOUNCE_MAILBOX_URL": "imaps://host/INBOX"}),
        ("outbox.E003", {"BOUNCE_MAILBOX_URL": "imaps://u:p@host:many/INBOX"}),
        ("outbox.W001", {"BOUNCE_MAILBOX_URL": "imap://u:p@imap.example.nl/INBOX"}),
        ("outbox.I001", NO_WAY_BACK),
    ],
)
def test_what_is_not_is_reported(settings, expected, changes):
    assert ids(settings, **changes) == [expected]


def test_the_mailbox_is_read_by_the_clock_only_when_there_is_one():
    is_set = bool(configured.BOUNCE_MAILBOX_URL)
    assert ("read the mailbox" in configured.CELERY_BEAT_SCHEDULE) == is_set
    assert "report refused mail" in configured.CELERY_BEAT_SCHEDULE
