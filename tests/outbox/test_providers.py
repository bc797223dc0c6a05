"""Mail by the API of a provider: what arrives there, once, and what each of its answers means."""

import json
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from anymail.signals import AnymailTrackingEvent
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.utils import timezone

from outbox.actions import claim_next, give_back_expired
from outbox.checks import check_provider, check_webhook_secret
from outbox.circuit import Circuit, CircuitState, Reason
from outbox.dispatching import dispatch_due
from outbox.models import Delivery, Outcome, Report, State
from outbox.providers import PROVIDERS
from outbox.transports import http
from outbox.uncertain import settle_uncertain
from outbox.webhooks import record_event
from tests.outbox.conftest import make_delivery
from tests.outbox.servers import free_port
from tests.outbox.web_server import HANG_UP, WebServer, web_server

pytestmark = pytest.mark.django_db

ID = "4ef9a417-02e9-4d39-ad75-9611e0fcc33c"
ANSWERS = {
    "brevo": {"messageId": "<202611.1@smtp-relay.mailin.fr>"},
    "mailersend": {},
    "mailgun": {"id": "<x@mg.waterkant.example>", "message": "Queued. Thank you."},
    "mailjet": {"Messages": [{"Status": "success", "To": [
        {"Email": "zoe@gemeente.example", "MessageID": 456, "MessageUUID": "u"}], "Cc": [],
        "Bcc": []}]},
    "mailtrap": {"success": True, "message_ids": [ID]},
    "postmark": {"To": "zoe@gemeente.example", "MessageID": ID, "ErrorCode": 0, "Message": "OK"},
    "resend": {"id": ID},
    "sendgrid": {},
    "sparkpost": {"results": {"id": ID, "total_accepted_recipients": 1,
                              "total_rejected_recipients": 0}},
}  # fmt: skip


@pytest.fixture
def provider(settings, mailbox_port=0):
    """A server that pretends to be whichever provider is asked for, and is in use."""
    with web_server() as server:

        def use(name: str, *, port: int = 0) -> WebServer:
            url = f"http://127.0.0.1:{port or server.port}/"
            settings.EMAIL_URL, settings.EMAIL_PROVIDER = f"anymail://{name}", name
            settings.DEFAULT_FROM_EMAIL = "Waterkant <mening@waterkant.example>"
            keys = dict.fromkeys(PROVIDERS[name].keys, "sleutel") if name in PROVIDERS else {}
            settings.ANYMAIL = {
                "MAILGUN_SENDER_DOMAIN": "mg.waterkant.example",
                f"{name.upper()}_API_URL": url,
                **keys,
            }
            server.status, server.text = 200, json.dumps(ANSWERS.get(name, {}))
            server.headers = {"X-Message-ID": "sg-1", "Content-Type": "application/json"}
            return server

        yield use


def delivery() -> Delivery:
    return Delivery.objects.get()


@pytest.mark.parametrize("name", PROVIDERS)
def test_each_provider_gets_the_whole_mail_once(provider, name):
    server = provider(name)
    make_delivery()
    assert dispatch_due() == 1, delivery().last_error
    (arrived,) = server.arrived
    body = arrived.body.decode()
    assert "zoe@gemeente.example" in body
    assert "Uw mening" in body
    assert "een punt vooraan" in body
    assert (delivery().state, delivery().transport) == (State.SENT, name)
    assert delivery().tries.get().detail.startswith("200 ")
    assert dispatch_due() == 0


def test_mailgun_gets_the_frozen_bytes_themselves(provider):
    server = provider("mailgun")
    frozen = bytes(make_delivery().message)
    assert dispatch_due() == 1
    (arrived,) = server.arrived
    assert arrived.path.endswith("/messages.mime")
    assert frozen in arrived.body


@pytest.mark.parametrize("name", ["resend", "postmark", "brevo", "sparkpost"])
def test_fields_keep_message_id_and_date(provider, name):
    server = provider(name)
    frozen = message_from_bytes(bytes(make_delivery().message), policy=policy.default)
    assert dispatch_due() == 1
    text = json.dumps(server.arrived[0].json)
    assert json.dumps(str(frozen["Message-ID"])) in text
    assert json.dumps(str(frozen["Date"])) in text


def test_postmark_is_told_to_keep_our_message_id(provider):
    server = provider("postmark")
    make_delivery()
    dispatch_due()
    headers = {one["Name"]: one["Value"] for one in server.arrived[0].json["Headers"]}
    assert headers["X-PM-KeepID"] == "true"
    assert headers["Message-ID"] == delivery().message_id


@pytest.mark.parametrize("name", ["resend", "brevo"])
def test_a_missed_reply_is_asked_again_under_the_same_key_and_is_no_copy(provider, name):
    server = provider(name)
    make_delivery()
    server.status = HANG_UP
    assert dispatch_due() == 0
    assert delivery().state == State.UNCERTAIN
    assert settle_uncertain(now=delivery().not_before) == 1
    server.status = 200
    Delivery.objects.update(not_before=timezone.now())
    assert dispatch_due() == 1
    first, second = server.arrived
    assert first.body == second.body
    keys = [one.headers.get("Idempotency-Key") for one in server.arrived]
    if name == "brevo":
        keys = [one.json["headers"]["idempotencyKey"] for one in server.arrived]
    assert keys[0] == keys[1] is not None
    assert (delivery().state, delivery().is_repeated) == (State.SENT, False)
    assert not delivery().tries.filter(is_repeat=True).exists()


def test_brevo_saying_that_it_has_the_key_means_that_it_has_the_mail(provider):
    server = provider("brevo")
    make_delivery()
    server.status, server.text = 400, '{"code": "duplicate_parameter", "message": "duplicate"}'
    assert dispatch_due() == 1
    assert delivery().state == State.SENT


def test_a_killed_workers_mail_is_repeated_safely_too(provider):
    provider("resend")
    make_delivery()
    claim = claim_next()
    Delivery.objects.update(state=State.COMMITTING)
    later = claim.started_at + timedelta(minutes=1)
    assert give_back_expired(now=later) == 1
    assert settle_uncertain(now=later + timedelta(seconds=30)) == 1
    assert (delivery().state, delivery().is_repeated) == (State.QUEUED, False)


def test_after_the_providers_window_a_copy_is_called_one(provider):
    provider("resend")
    make_delivery()
    Delivery.objects.update(uncertain_since=timezone.now() - timedelta(hours=24))
    assert dispatch_due() == 1
    assert delivery().is_repeated is True
    assert delivery().tries.get().is_repeat is True


def test_without_a_key_a_missed_reply_waits_two_minutes_and_is_flagged(provider):
    server = provider("postmark")
    make_delivery()
    server.status = HANG_UP
    dispatch_due()
    since = delivery().uncertain_since
    assert settle_uncertain(now=since + timedelta(seconds=60)) == 0
    assert settle_uncertain(now=since + timedelta(seconds=121)) == 1
    assert delivery().is_repeated is True


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_is_refused_interrupts_with_words_that_name_it(provider, status):
    server = provider("resend")
    make_delivery(), make_delivery()
    server.status, server.text = status, '{"message": "API key is invalid"}'
    assert dispatch_due() == 0
    circuit = Circuit.objects.get(transport="smtp")
    assert (circuit.state, circuit.reason) == (CircuitState.OPEN, Reason.PROVIDER)
    assert "ANYMAIL_" in circuit.get_reason_display()
    assert "API key is invalid" in circuit.detail
    assert len(server.arrived) == 1
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.QUEUED}


@pytest.mark.parametrize("status", [429, 500, 503])
def test_busy_or_down_is_temporary_and_ends_the_round(provider, status):
    server = provider("resend")
    make_delivery(), make_delivery()
    server.status, server.text = status, "later"
    assert dispatch_due() == 0
    assert len(server.arrived) == 1
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.QUEUED}


def test_a_server_that_is_not_there_is_temporary_and_never_uncertain(provider):
    provider("resend", port=free_port())
    make_delivery()
    assert dispatch_due() == 0
    attempt = delivery().tries.get()
    assert (delivery().state, attempt.outcome) == (State.QUEUED, Outcome.TEMPORARY)
    assert attempt.phase == "connect"


def test_a_recipient_who_is_unknown_is_undeliverable(provider):
    server = provider("resend")
    make_delivery()
    server.status, server.text = 422, '{"message": "550 5.1.1 user unknown"}'
    assert dispatch_due() == 0
    assert delivery().state == State.UNDELIVERABLE


def test_a_refusal_that_may_be_about_us_takes_a_second_one(provider):
    server = provider("resend")
    make_delivery(), make_delivery(to="b@gemeente.example")
    server.status, server.text = 422, '{"message": "the from address is not verified"}'
    assert dispatch_due() == 0
    circuit = Circuit.objects.get()
    assert (circuit.state, circuit.reason) == (CircuitState.OPEN, Reason.PROVIDER)
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.QUEUED}


def test_postmark_that_refuses_a_recipient_with_its_own_code(provider):
    server = provider("postmark")
    make_delivery()
    server.status = 422
    server.text = json.dumps(
        {
            "ErrorCode": 406,
            "Message": "You tried to send to recipient(s) that have been marked as inactive. "
            "Found inactive addresses: zoe@gemeente.example. Inactive recipients are ones that "
            "have generated a hard bounce, a spam complaint, or a manual suppression.",
        }
    )
    assert dispatch_due() == 0
    assert delivery().state == State.UNDELIVERABLE


def test_a_fault_in_reading_the_reply_sends_nothing_twice(provider):
    server = provider("mailersend")
    server.headers = {}  # Anymail looks for one, and raises KeyError
    make_delivery()
    assert dispatch_due() == 1
    assert delivery().state == State.SENT


def test_a_page_at_the_address_of_the_api_is_no_acceptance(provider):
    server = provider("resend")
    server.text = "<html>Welcome</html>"
    make_delivery()
    assert dispatch_due() == 0
    assert Circuit.objects.get().reason == Reason.PROVIDER


def test_an_event_is_matched_by_the_providers_own_id(provider):
    provider("postmark")
    first, second = make_delivery(), make_delivery()
    dispatch_due()
    Delivery.objects.filter(pk=first.pk).update(provider_id="older")
    assert Delivery.objects.get(pk=second.pk).provider_id == ID
    event = AnymailTrackingEvent(
        event_type="bounced",
        timestamp=timezone.now(),
        event_id="1",
        message_id=ID,
        recipient="zoe@gemeente.example",
        reject_reason="bounced",
        esp_event={},
    )
    record_event(sender=None, event=event, esp_name="Postmark")
    report = Report.objects.get()
    assert (report.delivery, report.is_guess) == (second, False)


def test_all_steps_have_a_deadline(provider, monkeypatch):
    monkeypatch.setattr(http, "REPLY_SECONDS", 0.3)
    server = provider("resend")
    server.status = -3  # a byte now and then
    make_delivery()
    assert dispatch_due() == 0
    assert delivery().state == State.UNCERTAIN


def test_check_tells_in_words(provider, settings, capsys):
    provider("resend")
    call_command("outbox", "check")
    assert "Resend" in capsys.readouterr().out
    settings.ANYMAIL = {}
    with pytest.raises(CommandError, match="ANYMAIL_"):
        call_command("outbox", "check")


def test_system_checks_name_what_is_missing(provider, settings):
    provider("mailgun")
    assert check_provider() == []
    settings.ANYMAIL = {"MAILGUN_API_KEY": "x"}
    assert "ANYMAIL_MAILGUN_SENDER_DOMAIN" in check_provider()[0].msg
    assert check_webhook_secret() == []  # a key for sending needs no secret for events
    provider("onbekend")
    assert [one.id for one in check_provider()] == ["outbox.E004"]
    assert "outbox.E004" in [one.id for one in run_checks()]
    assert dispatch_due() == 0
