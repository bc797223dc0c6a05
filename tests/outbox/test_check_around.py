"""What ``outbox check`` says about the sender's domain and about our own mailboxes."""

import base64
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from outbox.dispatching import dispatch_due
from outbox.management.commands import outbox as command
from outbox.models import Delivery
from tests.outbox.mailbox_server import archive_mailbox
from tests.outbox.servers import free_port

pytestmark = pytest.mark.django_db

TO = ("--to", "erik@waterkant.example")
KEY = "v=DKIM1; p=" + base64.b64encode(b"x" * 294).decode()
SIGNED = "DKIM-Signature: v=1; a=rsa-sha256; d={};\r\n s=s1; h=from; b=abc"
GOOD = {
    "waterkant.nl": ["v=spf1 mx -all"],
    "_dmarc.waterkant.nl": ["v=DMARC1; p=reject"],
    "s1._domainkey.waterkant.nl": [KEY],
}


def check(*arguments: str) -> str:
    out = StringIO()
    call_command("outbox", "check", *arguments, stdout=out)
    return out.getvalue()


def fault(*arguments: str) -> str:
    with pytest.raises(CommandError) as caught:
        check(*arguments)
    return str(caught.value)


@pytest.fixture
def zone(mailbox, settings, monkeypatch):
    """The DNS as a table, and a sender in it; mail leaves while somebody waits for it."""
    settings.DEFAULT_FROM_EMAIL = "Waterkant <mening@waterkant.nl>"
    records = dict(GOOD)

    class Zone:
        def texts(self, name):
            return records.get(name, [])

    monkeypatch.setattr(command, "DnsResolver", Zone)
    monkeypatch.setattr("outbox.checking.time.sleep", lambda _seconds: dispatch_due())
    monkeypatch.setattr(command, "ARCHIVE_SECONDS", 0.0)
    return records


@pytest.fixture
def archive(settings):
    with archive_mailbox() as archive:
        settings.ARCHIVE_MAILBOX_URL = archive.url
        archive.look = lambda message_id: True
        yield archive


def test_records_that_are_right_are_told_with_a_selector_given(zone):
    told = check("--dkim-selector", "s1")
    for words in ("SPF: waterkant.nl zegt wie", "DMARC: waterkant.nl weigert", "DKIM: de sleutel"):
        assert words in told


def test_a_record_that_is_missing_is_advice_and_no_fault(zone):
    zone.clear()
    told = check("--dkim-selector", "s1")
    for record in ("v=spf1 include:…", "_dmarc.waterkant.nl", "s1._domainkey.waterkant.nl"):
        assert record in told


def test_without_a_selector_it_says_how_dkim_can_be_looked_at(zone):
    assert "--dkim-selector" in check()
    assert "--dkim-selector" in check(*TO)


@pytest.mark.parametrize("domain", ["waterkant.example", "localhost", "kantoor.local"])
def test_a_domain_of_our_own_network_has_no_public_records(zone, settings, domain):
    settings.DEFAULT_FROM_EMAIL = f"mening@{domain}"
    told = check()
    assert f"{domain} is geen domein van de openbare DNS" in told
    assert "SPF:" not in told


def test_a_resolver_that_is_away_is_said_and_fails_nothing(zone):
    for name in list(zone):
        zone[name] = None
    assert check("--dkim-selector", "s1").count("gaf geen antwoord") == 3


def test_the_selector_is_read_from_the_archived_mail(zone, archive):
    archive.head = SIGNED.format("waterkant.nl")
    told = check(*TO)
    assert "Het testbericht staat in het archiefpostvak" in told
    assert "DKIM: de sleutel bij s1._domainkey.waterkant.nl is er" in told


def test_a_signature_of_somebody_else_does_not_speak_for_us(zone, archive):
    archive.head = SIGNED.format("provider.example")
    assert "ondertekend voor provider.example" in check(*TO)


def test_a_copy_that_is_not_signed_is_told(zone, archive):
    assert "niet ondertekend" in check(*TO)


def test_an_archive_that_opens_is_told_without_a_test_mail(zone, archive):
    assert "Het archiefpostvak gaat open" in check()


def test_a_test_mail_that_does_not_arrive_in_the_archive_is_a_fault(zone, archive):
    archive.look = lambda message_id: False
    assert "niet in het archiefpostvak" in fault(*TO)
    assert archive.searched == [Delivery.objects.get().message_id]


def test_an_archive_that_does_not_open_names_the_setting(zone, archive):
    archive.password = "een ander"
    assert "ARCHIVE_MAILBOX_URL" in fault()


def test_the_bounce_mailbox_is_tried_too(zone, archive, settings):
    settings.BOUNCE_MAILBOX_URL = archive.url.replace("Kopie%C3%ABn", "INBOX")
    assert "Het postvak voor wat terugkomt, gaat open" in check()
    assert not any("SEARCH" in command for command in archive.commands)
    settings.BOUNCE_MAILBOX_URL = f"imap://a:b@127.0.0.1:{free_port()}/INBOX"
    assert "127.0.0.1" in fault()


@pytest.mark.parametrize("selector", ["a b", "-x", "s1;rm", "\u00e9"])
def test_what_is_no_selector_is_said_before_anything_is_tried(mailbox, selector):
    assert "geen DKIM-selector" in fault(f"--dkim-selector={selector}")
    assert mailbox.connections == 0
