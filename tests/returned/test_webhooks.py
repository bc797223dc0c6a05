"""Providers' events, in the forms that they really post, through the HTTP client."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from django.utils import timezone

from outbox.models import Delivery, Report
from tests.returned.conftest import mail_of, make_asked
from tests.returned.samples import OURS, TO

pytestmark = pytest.mark.django_db

SECRET = "events:" + "r" * 32
SIGNING_KEY = "key-of-mailgun"


@pytest.fixture(autouse=True)
def _keys(settings):
    settings.ANYMAIL_WEBHOOK_SECRET = SECRET
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET, "MAILGUN_WEBHOOK_SIGNING_KEY": SIGNING_KEY}


def post(client, provider, payload, *, secret=SECRET):
    headers = {"Authorization": "Basic " + base64.b64encode(secret.encode()).decode()}
    return client.post(
        f"/anymail/{provider}/tracking/",
        payload if isinstance(payload, bytes) else json.dumps(payload).encode(),
        content_type="application/json",
        headers=headers if secret else {},
    )


def postmark(kind="HardBounce", **fields):
    """A bounce as Postmark posts it: its own MessageID, ours nowhere."""
    return {
        "RecordType": "Bounce",
        "MessageStream": "outbound",
        "ID": 4323372036854775807,
        "Type": kind,
        "TypeCode": 1,
        "Name": "Hard bounce",
        "Tag": "",
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Metadata": {},
        "Description": "The server was unable to deliver your message (ex: unknown user).",
        "Details": "smtp;550 5.1.1 The email account that you tried to reach does not exist.",
        "Email": TO,
        "From": "klanten@waterkant.example",
        "BouncedAt": "2026-11-21T16:33:54.9070259Z",
        "DumpAvailable": True,
        "Inactive": True,
        "CanActivate": True,
        "Subject": "Hoe kijkt u terug?",
        **fields,
    }


def mailgun(*, severity="permanent", event="failed", message_id=OURS, token="t" * 50, **status):
    """An event as Mailgun posts it, signed; its message-id has no angle brackets."""
    timestamp = "1795363200"
    signature = hmac.new(SIGNING_KEY.encode(), f"{timestamp}{token}".encode(), hashlib.sha256)
    return {
        "signature": {
            "token": token,
            "timestamp": timestamp,
            "signature": signature.hexdigest(),
        },
        "event-data": {
            "event": event,
            "id": "G9Bn5sl1TC6nu79C8C0bwg",
            "timestamp": 1795363199.3,
            "severity": severity,
            "reason": "bounce",
            "recipient": TO,
            "recipient-domain": "gemeente.example",
            "message": {
                "headers": {"message-id": message_id.strip("<>"), "to": TO, "subject": "Hoe"},
                "attachments": [],
                "size": 4142,
            },
            "delivery-status": {
                "attempt-no": 1,
                "code": 550,
                "message": "550 5.1.1 <anneke@gemeente.example>: user unknown",
                "description": "",
                **status,
            },
            "flags": {"is-routed": False, "is-authenticated": True, "is-test-mode": False},
            "user-variables": {},
            "tags": [],
        },
    }


def brevo(event="hard_bounce", reason="550 5.1.1 User unknown", message_id=OURS):
    return {
        "event": event,
        "email": TO,
        "id": 334211,
        "date": "2026-11-21 17:33:54",
        "ts_epoch": 1795282434000,
        "message-id": message_id,
        "subject": "Hoe kijkt u terug?",
        "reason": reason,
    }


def kinds():
    return list(Report.objects.order_by("pk").values_list("kind", flat=True))


def test_a_bounce_with_our_message_id_marks_the_contact(client, invitation, delivery):
    assert post(client, "mailgun", mailgun()).status_code == 200
    report = Report.objects.get()
    assert (report.kind, report.source, report.status) == ("hard_bounce", "Mailgun", "5.1.1")
    assert (report.is_guess, report.delivery) == (False, delivery)
    invitation.contact.refresh_from_db()
    assert invitation.contact.bounced_at == report.at
    assert report.at.year == 2026
    assert Delivery.objects.get(pk=delivery.pk).bounced_at == report.at


def test_a_provider_with_ids_of_its_own_is_matched_by_address(client, invitation, delivery):
    assert post(client, "postmark", postmark()).status_code == 200
    report = Report.objects.get()
    assert (report.delivery, report.is_guess, report.source) == (delivery, True, "Postmark")
    invitation.contact.refresh_from_db()
    assert invitation.contact.bounced_at  # the secret proves who tells it


def test_an_address_is_matched_for_a_week_only(client, invitation, delivery):
    long_ago = timezone.now() - timedelta(days=8)
    Delivery.objects.filter(pk=delivery.pk).update(sent_at=long_ago)
    assert post(client, "postmark", postmark()).status_code == 200
    assert kinds() == []


def test_of_two_mails_to_an_address_the_id_decides(client, invitation, delivery):
    mail_of(invitation, key=invitation.reminder_key(1))
    post(client, "brevo", brevo())
    assert Report.objects.get().delivery == delivery


@pytest.mark.parametrize(
    ("provider", "payload", "kind"),
    [
        ("postmark", postmark("SoftBounce", Details="smtp;451 4.3.0 later"), "soft_bounce"),
        ("postmark", postmark("Transient"), "soft_bounce"),
        ("postmark", postmark("Blocked", Details="smtp;554 5.7.1 spam"), "undelivered"),
        ("postmark", postmark(Details="smtp;550 5.7.1 policy"), "undelivered"),
        ("postmark", postmark(Details=""), "hard_bounce"),
        ("postmark", postmark("BadEmailAddress"), "hard_bounce"),
        ("postmark", postmark("AutoResponder"), "auto_reply"),
        ("postmark", {**postmark("SpamComplaint"), "RecordType": "SpamComplaint"}, "complaint"),
        ("mailgun", mailgun(severity="temporary", message="452 4.2.2 full"), "soft_bounce"),
        ("mailgun", mailgun(message="552 5.2.2 mailbox full"), "undelivered"),
        ("mailgun", mailgun(event="complained"), "complaint"),
        ("mailgun", mailgun(event="unsubscribed"), "unsubscribed"),
        ("brevo", brevo(), "hard_bounce"),
        ("brevo", brevo("soft_bounce", "mailbox full"), "soft_bounce"),
        ("brevo", brevo("deferred"), "soft_bounce"),
        ("brevo", brevo("blocked", "blocked"), "undelivered"),
        ("brevo", brevo("invalid_email", ""), "hard_bounce"),
    ],
)
def test_what_each_event_tells(client, delivery, provider, payload, kind):
    assert post(client, provider, payload).status_code == 200
    assert kinds() == [kind]


@pytest.mark.parametrize(
    ("provider", "payload"),
    [
        ("mailgun", mailgun(event="delivered")),
        ("mailgun", mailgun(event="opened")),
        ("mailgun", mailgun(event="clicked")),
        ("brevo", brevo("request")),
        ("postmark", {"RecordType": "Open", "MessageID": "x", "Recipient": TO}),
    ],
)
def test_whoever_opens_or_clicks_is_not_followed(client, delivery, provider, payload):
    assert post(client, provider, payload).status_code == 200
    assert kinds() == []


def test_events_about_other_mail_leave_no_trace(client, delivery):
    other = mailgun(message_id="<other@shop.example>")
    other["event-data"]["recipient"] = "somebody@else.example"
    assert post(client, "mailgun", other).status_code == 200
    assert kinds() == []


def test_an_event_told_again_is_one(client, invitation, delivery):
    for token in ("a" * 50, "a" * 50, "b" * 50):  # a replay, and a new try with a new token
        assert post(client, "mailgun", mailgun(token=token)).status_code == 200
    assert kinds() == ["hard_bounce"]
    mails = Delivery.objects.filter(template="unreachable")
    assert mails.count() == 2  # account manager and supervisor, once


def test_two_providers_and_two_events_are_two_reports(client, delivery):
    post(client, "mailgun", mailgun())
    post(client, "brevo", brevo())
    post(client, "postmark", postmark())
    assert kinds() == ["hard_bounce"] * 3


@pytest.mark.parametrize("secret", ["", "events:wrong", "events", "EVENTS:" + "r" * 32])
@pytest.mark.parametrize(
    ("provider", "payload"),
    [("postmark", postmark()), ("mailgun", mailgun()), ("brevo", b"{no json")],
)
def test_without_the_secret_nothing_gets_in(client, delivery, provider, payload, secret):
    assert post(client, provider, payload, secret=secret).status_code == 403
    assert kinds() == []


def test_a_provider_that_signs_must_sign_right(client, delivery):
    forged = mailgun()
    forged["signature"]["signature"] = "0" * 64
    assert post(client, "mailgun", forged).status_code == 403
    del forged["signature"]
    assert post(client, "mailgun", forged).status_code == 403
    assert kinds() == []


@pytest.mark.parametrize("payload", [b"", b"{no json", b"[]", b"null", b'{"RecordType": []}'])
def test_what_cannot_be_read_is_a_bad_request(client, delivery, payload):
    client.raise_request_exception = False
    assert post(client, "postmark", payload).status_code == 400
    assert kinds() == []


@pytest.mark.parametrize("strange", ["\0", "\ud800"])
def test_no_word_of_a_strangers_server_stands_in_the_way(client, delivery, strange):
    """The receiving server's words are its owner's to choose; refused, they come for ever."""
    told = mailgun(message=f"550 5.1.1 User unknown {strange}")
    assert post(client, "mailgun", told).status_code == 200
    assert kinds() == ["hard_bounce"]
    for fields in ({"message_id": f"<a{strange}@b>"}, {"event": "complained"}):
        assert post(client, "mailgun", mailgun(token="u" * 50, **fields)).status_code == 200
    other = postmark(Email=f"a{strange}@b.example")
    assert post(client, "postmark", other).status_code == 200


def test_a_fault_of_ours_is_told_again_later(client, delivery, monkeypatch):
    def fail(**fields):
        raise RuntimeError("a fault of ours")

    client.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr("surveys.actions.reaching.mark_unreachable", fail)
        assert post(client, "mailgun", mailgun()).status_code == 500
    assert kinds() == []  # undone with what should follow from it
    assert post(client, "mailgun", mailgun()).status_code == 200
    assert kinds() == ["hard_bounce"]


def test_everything_is_closed_until_there_is_a_secret(client, settings, delivery):
    settings.ANYMAIL_WEBHOOK_SECRET = ""
    for secret in ("", SECRET, ":"):
        assert post(client, "postmark", postmark(), secret=secret).status_code == 404


@pytest.mark.parametrize("provider", ["unknown", "amazon_ses", "mailersend", "mandrill"])
def test_a_provider_without_a_key_here_is_closed(client, provider):
    assert post(client, provider, {}).status_code == 404


@pytest.mark.parametrize("path", ["postmark/inbound/", "postmark/", "mandrill/"])
def test_anymails_other_addresses_do_not_exist(client, path):
    assert client.post(f"/anymail/{path}").status_code == 404


def test_a_get_does_nothing_and_a_head_answers_whoever_has_the_secret(client):
    assert client.get("/anymail/postmark/tracking/").status_code == 405
    assert client.head("/anymail/postmark/tracking/").status_code == 403
    basic = "Basic " + base64.b64encode(SECRET.encode()).decode()
    answer = client.head("/anymail/postmark/tracking/", headers={"Authorization": basic})
    assert answer.status_code == 200
    assert not answer.cookies


def test_the_log_holds_neither_address_nor_secret(client, delivery, caplog):
    caplog.set_level("INFO")
    post(client, "mailgun", mailgun())
    post(client, "postmark", postmark(), secret="events:wrong")
    post(client, "mailgun", {"signature": {}})
    for word in (TO, SECRET, "events:wrong", SIGNING_KEY, OURS):
        assert word not in caplog.text
    assert "refused" in caplog.text


def test_a_name_in_capitals_is_the_same_address(client, invitation, delivery):
    post(client, "postmark", postmark(Email=TO.upper()))
    assert Report.objects.get().delivery == delivery


def test_somebody_else_is_not_marked(client, invitation, delivery):
    other = make_asked(email="piet@gemeente.example", message_id="<piet@klanten.example>")
    post(client, "mailgun", mailgun())
    other.contact.refresh_from_db()
    assert other.contact.bounced_at is None
