"""What the mails of clocks say, in both bodies and both languages of colleagues."""

import email
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from zoneinfo import ZoneInfo

import pytest

from alerts.actions import acknowledge, reconcile
from alerts.escalating import escalate
from outbox.models import Delivery
from tests.factories import make_alert, make_client, make_contact, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

RAISED = datetime(2026, 11, 18, 9, 30, tzinfo=ZoneInfo("Europe/Amsterdam"))
HALF, DUE = RAISED + timedelta(hours=2), RAISED + timedelta(hours=4)
TWICE = RAISED + timedelta(days=1)


def mail(key: str) -> tuple[str, str, str]:
    """Return subject, text and HTML of the mail whose dedupe key ends in ``key``."""
    delivery = Delivery.objects.get(dedupe_key__endswith=key)
    message = email.message_from_bytes(bytes(delivery.message), policy=default)
    assert isinstance(message, EmailMessage)
    text = message.get_body(("plain",))
    html = message.get_body(("html",))
    assert text is not None
    assert html is not None
    return delivery.subject, text.get_content(), html.get_content()


def make(language="nl", **fields):
    above = make_user(language=language)
    supervisor = make_user(language=language, supervisor=above)
    owner = make_user(name="Evi Eigenaar", language=language, supervisor=supervisor)
    client = make_client(name="Gemeente O'Dorp & <b>Zoon</b>")
    contact = make_contact(client=client, name="Marijke Vermeulen")
    return make_alert(owner=owner, contact=contact, now=RAISED, **fields)


def test_the_reminder_says_what_to_do_before_when():
    make()
    escalate(now=HALF)
    subject, text, html = mail(":clock:first:nudge")
    assert subject == "Herinnering: Gemeente O'Dorp & <b>Zoon</b>, M. Vermeulen"
    said = "De helft van de tijd is om: pak dit signaal op vóór"
    assert said in text
    assert said in html
    assert "Gemeente O'Dorp & <b>Zoon</b>" in text
    assert "<b>Zoon" not in html
    assert "06 12345678" in text


def test_the_supervisor_reads_what_was_not_done_and_whose_it_is():
    make()
    escalate(now=TWICE)
    subject, text, html = mail(":clock:first:supervisor")
    assert subject.startswith("Te laat: ")
    for body in (text, html):
        assert "moest vóór" in body
        assert "zijn opgepakt, en dat is niet gebeurd." in body
        assert "Eigenaar: Evi Eigenaar." in body
        assert "Tweemaal de termijn" not in body
    _subject, text, html = mail(":clock:first:above")
    for body in (text, html):
        assert "Tweemaal de termijn is om" in body


def test_the_second_clock_is_about_what_came_of_it():
    alert = make()
    acknowledge(alert=alert, actor=alert.owner, now=RAISED)
    escalate(now=DUE)
    assert "spreek Marijke Vermeulen vóór" in mail(":clock:second:nudge")[1]
    escalate(now=TWICE)
    assert "en staat nog open." in mail(":clock:second:supervisor")[1]


def test_a_plus_is_thanked_and_asked():
    make(satisfaction="more_than_satisfied", recommendation="yes")
    escalate(now=RAISED + timedelta(days=1))
    assert "bedank Marijke Vermeulen vóór" in mail(":clock:first:nudge")[1]
    escalate(now=RAISED + timedelta(days=8))
    assert "vraag Marijke Vermeulen iets vóór" in mail(":clock:second:nudge")[1]


def test_a_colleague_reads_it_in_their_own_language():
    make(language="en")
    escalate(now=DUE)
    subject, text, _html = mail(":clock:first:supervisor")
    assert subject.startswith("Too late: ")
    assert "This alert had to be taken up before" in text


def test_whoever_looks_after_an_alert_reads_why():
    alert = make()
    alert.owner.is_active = False
    alert.owner.save()
    reconcile(now=RAISED)
    keeper = alert.owner.supervisor
    subject, text, html = mail(f":queue:{keeper.pk}:{alert.owner.pk}")
    assert subject.startswith("Zonder eigenaar: ")
    for body in (text, html):
        assert "Evi Eigenaar werkt hier niet meer" in body
        assert "U houdt het in de gaten tot iemand het oppakt" in body
