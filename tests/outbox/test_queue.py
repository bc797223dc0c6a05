"""Queueing: one row per key, frozen, and nothing a header can be broken with."""

import email.header
import email.utils
from datetime import UTC, datetime

import pytest
from django.core.mail import BadHeaderError
from django.db import transaction

from outbox.mail import Person, compose
from outbox.models import AppendOnlyError, Delivery, Lane, State
from outbox.queueing import queue_message
from tests.outbox.conftest import NOW, make_delivery, make_message

pytestmark = pytest.mark.django_db


@pytest.fixture
def templates(tmp_path, settings):
    """A mail of the tests' own: its words do not change with the product's."""
    folder = tmp_path / "mail" / "test"
    folder.mkdir(parents=True)
    (folder / "subject.txt").write_text("Over {{ subject }}\n")
    (folder / "body.txt").write_text("Beste {{ name }},\n")
    (folder / "body.html").write_text("<p>Beste {{ name }},</p>\n")
    settings.TEMPLATES = [
        {**engine, "DIRS": [tmp_path], "OPTIONS": {**engine["OPTIONS"]}}
        for engine in settings.TEMPLATES
    ]


def composed(*, name="Zoë", address="zoe@gemeente.example", subject="uw project", sender=""):
    return compose(
        "test",
        {"name": name, "subject": subject},
        to=Person(name=name, address=address),
        language="nl",
        sender_name=sender,
    )


def queued(message):
    return queue_message(
        message,
        dedupe_key="test",
        lane=Lane.ALERT,
        recipient_name="Zoë",
        recipient_address="zoe@gemeente.example",
        now=NOW,
    )


def test_a_key_is_queued_once_and_the_first_message_stays(doorbell):
    first = make_delivery(key="alert:1:email:2")
    again = queue_message(
        make_message(subject="Iets anders"),
        dedupe_key="alert:1:email:2",
        lane=Lane.REMINDER,
        recipient_name="Iemand anders",
        recipient_address="ander@gemeente.example",
    )
    assert again == first
    assert again.subject == "Uw mening"
    assert Delivery.objects.get().recipient_address == "zoe@gemeente.example"


def test_the_bytes_are_frozen_with_crlf_message_id_and_date(settings):
    settings.SITE_URL = "https://klanten.waterkant.example"
    delivery = queued(make_message())
    delivery.refresh_from_db()
    frozen = bytes(delivery.message)
    assert b"\n" not in frozen.replace(b"\r\n", b"")
    assert delivery.digest == Delivery.digest_of(frozen)
    parsed = delivery.parsed()
    assert parsed["Message-ID"].strip() == delivery.message_id
    assert delivery.message_id.endswith("@klanten.waterkant.example>")
    assert parsed["Date"].datetime.replace(tzinfo=UTC) == NOW


def test_both_bodies_survive_as_written():
    parsed = make_delivery().parsed()
    text, html = parsed.get_body(("plain",)), parsed.get_body(("html",))
    assert ".een punt vooraan" in text.get_content()
    assert "Beste Zoë" in html.get_content()


def test_a_delivery_starts_waiting():
    delivery = queued(make_message())
    assert (delivery.state, delivery.attempts, delivery.not_before) == (State.QUEUED, 0, NOW)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\n ", "\x0b", "\u2028"])
@pytest.mark.parametrize("where", ["subject", "name", "sender"])
@pytest.mark.usefixtures("templates")
def test_a_newline_cannot_add_a_header(newline, where):
    evil = f"Zoë{newline}Bcc: spy@evil.example"
    parsed = queued(composed(**{where: evil})).parsed()
    assert parsed["Bcc"] is None
    assert parsed["To"].addresses[0].addr_spec == "zoe@gemeente.example"
    assert not parsed.defects


@pytest.mark.usefixtures("templates")
def test_an_address_with_a_newline_is_refused():
    message = composed(address="zoe@gemeente.example\nBcc: spy@evil.example")
    with pytest.raises((BadHeaderError, ValueError)):
        queued(message)
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    "name",
    [
        "Zoë Şahin",
        "Noor van 't Hof",
        'Bram "de dijk" Dijkstra',
        "Dijkstra, Bram",
        "Jan <jan@elders.example>",
        "李小龙",
        "Ñ" * 150,
        "a" * 150,
        "",
    ],
)
@pytest.mark.usefixtures("templates")
def test_any_name_arrives_as_it_is_and_addresses_one_person(name):
    delivery = queued(composed(name=name, sender=name or "Zoë"))
    raw = email.message_from_bytes(bytes(delivery.message))
    assert _decoded(raw["To"]) == [(name, "zoe@gemeente.example")]
    ((sender, _address),) = _decoded(raw["From"])
    assert sender == (name or "Zoë")
    assert bytes(delivery.message).split(b"\r\n\r\n")[0].isascii()


def _decoded(header):
    """Return (name, address) of each address in a raw header, as RFC 2047 reads it."""
    return [
        (str(email.header.make_header(email.header.decode_header(name))), address)
        for name, address in email.utils.getaddresses([header])
    ]


@pytest.mark.usefixtures("templates")
def test_an_address_in_an_international_domain_is_written_in_ascii():
    parsed = queued(composed(address="info@súdwest.example")).parsed()
    assert parsed["To"].addresses[0].addr_spec == "info@xn--sdwest-pya.example"


@pytest.mark.usefixtures("templates")
def test_the_senders_name_changes_and_never_the_address(settings):
    settings.DEFAULT_FROM_EMAIL = "Waterkant <mening@waterkant.example>"
    (own,) = queued(composed()).parsed()["From"].addresses
    assert (own.display_name, own.addr_spec) == ("Waterkant", "mening@waterkant.example")
    (named,) = composed(sender="Sanne de Wit").message()["From"].split(" <")[:1]
    assert named == "Sanne de Wit"


@pytest.mark.usefixtures("templates")
def test_the_text_is_not_escaped_and_the_html_is():
    message = composed(name="O'Neil <b>")
    assert "O'Neil <b>" in message.body
    assert "O&#x27;Neil &lt;b&gt;" in message.alternatives[0].content


def test_the_bell_rings_after_commit_once_for_a_new_row(
    doorbell, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        make_delivery(key="one")
        assert doorbell == []
    assert doorbell == ["ring"]
    with django_capture_on_commit_callbacks(execute=True):
        make_delivery(key="one")
    assert doorbell == ["ring"]


class ChangedMyMindError(Exception):
    pass


def queue_and_change_of_mind():
    make_delivery()
    raise ChangedMyMindError


def test_the_bell_rings_once_for_everything_a_transaction_queued(
    doorbell, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        for _ in range(3):
            make_delivery()
    assert doorbell == ["ring"]


def test_a_savepoint_that_is_undone_does_not_take_the_bell_with_it(
    doorbell, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        with pytest.raises(ChangedMyMindError), transaction.atomic():
            queue_and_change_of_mind()
        assert not Delivery.objects.exists()
        make_delivery()
    assert doorbell == ["ring"]


def test_a_rollback_takes_the_delivery_with_it():
    with pytest.raises(ChangedMyMindError), transaction.atomic():
        queue_and_change_of_mind()
    assert not Delivery.objects.exists()


def test_attempts_are_append_only():
    delivery = make_delivery()
    attempt = delivery.tries.create(
        number=1,
        started_at=NOW,
        finished_at=datetime(2026, 11, 20, 14, 3, tzinfo=UTC),
        phase="RCPT",
        outcome="temporary",
        transport="smtp",
    )
    with pytest.raises(AppendOnlyError):
        attempt.save()
    with pytest.raises(AppendOnlyError):
        attempt.delete()
    with pytest.raises(AppendOnlyError):
        delivery.tries.update(phase="DATA")
    with pytest.raises(AppendOnlyError):
        delivery.tries.all().delete()
    with pytest.raises(AppendOnlyError), transaction.atomic():
        type(attempt).objects.bulk_update([attempt], ["phase"])
    attempt.refresh_from_db()
    assert attempt.phase == "RCPT"
