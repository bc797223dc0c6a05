"""A file that travels with a mail: frozen with it, the same on every way out, and named."""

import base64
import json

import pytest

from outbox.dispatching import dispatch_due
from outbox.mail import MAX_ATTACHED, Attachment, InlineImage, Mail, Person, compose
from outbox.models import Delivery, Lane, State
from outbox.providers import PROVIDERS
from outbox.queueing import queue_message
from outbox.reading import read
from outbox.thawing import thawed
from tests.factories import make_user
from tests.outbox.test_providers import provider  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db

# Every byte, lines that are only a dot, and bare line ends: whatever a file may hold.
DATA = b"%PDF-1.4\n.\r\n.\n" + bytes(range(256)) * 40 + b"\r\n.\r\n%%EOF"
NAME = "ambassadeurs-2026-10.pdf"


def mail_with(*files: Attachment) -> Mail:
    return compose(
        "check",
        {},
        to=Person(name="Zoë", address="zoe@waterkant.example"),
        language="nl",
        attachments=files or (Attachment(name=NAME, data=DATA, kind="application/pdf"),),
    )


def queue(message: Mail | None = None, **fields) -> Delivery:
    return queue_message(
        message or mail_with(),
        dedupe_key="test:attached",
        lane=Lane.DIGEST,
        recipient_name="Zoë",
        recipient_address="zoe@waterkant.example",
        **fields,
    )


def files_of(message):
    return [
        (part.get_filename(), part.get_content_type(), part.get_payload(decode=True))
        for part in message.walk()
        if part.get_content_disposition() == "attachment"
    ]


def test_it_arrives_byte_for_byte_through_smtp(mailbox):
    queue()
    assert dispatch_due() == 1
    (received,) = mailbox.received
    message = received.parsed
    assert files_of(message) == [(NAME, "application/pdf", DATA)]
    texts = [part.get_content_type() for part in message.walk() if not part.get_filename()]
    assert texts == ["multipart/mixed", "multipart/alternative", "text/plain", "text/html"]


def test_a_logo_stays_with_the_html_and_the_file_beside_both(mailbox):
    message = mail_with()
    message.images = [InlineImage(name="logo", data=b"\x89PNG")]
    queue(message)
    assert dispatch_due() == 1
    parts = [part.get_content_type() for part in mailbox.received[0].parsed.walk()]
    assert parts == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "application/pdf",
    ]


@pytest.mark.parametrize("name", [name for name in PROVIDERS if name != "mailgun"])
def test_every_provider_gets_the_file(provider, name):  # noqa: F811
    server = provider(name)
    queue()
    assert dispatch_due() == 1, Delivery.objects.get().last_error
    (arrived,) = server.arrived
    body = json.dumps(arrived.json)
    assert NAME in body
    assert base64.b64encode(DATA).decode() in body.replace("\\n", "")
    assert Delivery.objects.get().state == State.SENT


def test_thawing_gives_back_what_was_frozen():
    message = thawed(queue())
    assert files_of(message.message()) == [(NAME, "application/pdf", DATA)]
    assert [kind for _html, kind in message.alternatives] == ["text/html"]


def test_the_outbox_names_the_file(client):
    delivery = queue()
    client.force_login(make_user(is_administrator=True))
    page = client.get(f"/outbox/{delivery.pk}/").content.decode()
    assert NAME in page
    assert "10,0" in page  # kB


def test_of_a_confidential_mail_only_that_there_is_a_file(client, settings):
    settings.EMAIL_URL = "smtp://127.0.0.1:9"
    delivery = queue(is_confidential=True)
    client.force_login(make_user(is_administrator=True))
    page = client.get(f"/outbox/{delivery.pk}/").content.decode()
    assert NAME not in page
    assert "een bestand" in page


def test_a_name_of_two_lines_makes_no_header():
    name = "a.pdf\r\nBcc: iemand@elders.example"
    delivery = queue(mail_with(Attachment(name=name, data=DATA, kind="application/pdf")))
    message = delivery.parsed()
    assert "Bcc" not in message
    assert [found for found, *_rest in files_of(message)] == ["a.pdf Bcc: iemand@elders.example"]


def test_too_much_is_refused_before_anything_is_queued():
    half = Attachment(name="a.pdf", data=b"a" * (MAX_ATTACHED // 2), kind="application/pdf")
    assert mail_with(half, half)
    with pytest.raises(ValueError, match="too many"):
        mail_with(half, half, Attachment(name="b.pdf", data=b"ab", kind="application/pdf"))


def test_a_secret_in_a_name_is_masked():
    name = "https://x.example/s/abcdefghijklmnop.pdf"
    delivery = queue(mail_with(Attachment(name=name, data=DATA, kind="application/pdf")))
    (file,) = read(delivery).attachments
    assert "abcdefghijklmnop" not in file.name
    assert file.size == len(DATA)
