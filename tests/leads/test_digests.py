"""Leads in the digests: what is new, what is due, and the team's week."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from alerts.digest_models import DigestItem, DigestTime
from alerts.digests import queue_due_digests
from alerts.lead_working import hand_lead_over, move_lead
from alerts.models import Lead
from alerts.preferences import News, Way
from alerts.ways import choose
from outbox.models import Delivery
from tests.factories import make_lead, make_user
from tests.telling.test_digests import bodies

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=ZoneInfo("Europe/Amsterdam"))
SUNDAY = MONDAY - timedelta(hours=20)
FRIDAY = MONDAY - timedelta(days=3)
PLUS = {"satisfaction": "more_than_satisfied", "recommendation": "yes"}


@pytest.fixture
def owner():
    owner = make_user(name="Sanne de Wit", supervisor=make_user(name="Joost Bakker"))
    queue_due_digests(now=SUNDAY)  # everybody has a timetable
    DigestTime.objects.filter(kind="weekly").update(is_on=False)
    return owner


def read(to, template="daily"):
    queue_due_digests(now=MONDAY)
    mail = Delivery.objects.get(template=template, recipient_address=to.email)
    return mail.subject, bodies(mail)


def test_a_new_lead_is_named_with_its_page(owner):
    lead = make_lead(owner=owner, now=FRIDAY)
    subject, (text, html) = read(owner)
    assert subject == "Uw dag: 1 nieuw"
    for body in (text, html):
        assert reverse("alerts:lead", args=[lead.pk]) in body
        assert "Wil meer van onze diensten" in body


def test_the_lead_of_a_plus_is_not_told_beside_its_alert(owner):
    choose(owner, {News.OWN_PLUS: Way.DIGEST})
    make_lead(owner=owner, now=FRIDAY + timedelta(hours=9), **PLUS)
    subject, (_text, _html) = read(owner)
    assert "1 nieuw" in subject or "1 voor vandaag" in subject
    assert "2" not in subject


def test_a_step_that_is_due_stands_under_today(owner):
    due = make_lead(
        owner=owner,
        now=FRIDAY,
        next_step="Offerte sturen",
        next_step_on=MONDAY.date(),
        value=Decimal("18500"),
    )
    make_lead(owner=owner, now=FRIDAY - timedelta(days=9), next_step_on=MONDAY.date())
    late = FRIDAY.date()
    later = make_lead(owner=owner, now=FRIDAY, next_step="Later", next_step_on=late)
    assert due.is_due(MONDAY.date())
    Lead.objects.filter(pk=later.pk).update(next_step_on=MONDAY.date() + timedelta(days=1))
    subject, (text, html) = read(owner)
    assert subject == "Uw dag: 2 voor vandaag en 1 nieuw"
    for body in (text, html):
        assert "Kans, vervolgstap: Offerte sturen" in body
        assert "€\u00a018.500" in body
        assert "vervolgstap: Later" not in body


def test_what_was_won_or_handed_over_since_is_no_news(owner):
    won, handed = make_lead(owner=owner, now=FRIDAY), make_lead(owner=owner, now=FRIDAY)
    move_lead(lead=won, actor=owner, stage="won", value=Decimal(1))
    colleague = make_user(name="Karim Smit")
    hand_lead_over(lead=handed, actor=owner, owner=colleague, comment="U kent haar")
    queue_due_digests(now=SUNDAY)
    DigestTime.objects.filter(kind="daily").update(next_at=MONDAY)
    _subject, (text, _html) = read(colleague)
    assert "Sanne de Wit heeft deze kans aan u overgedragen: U kent haar" in text
    assert not Delivery.objects.filter(recipient_address=owner.email).exists()


def test_the_weekly_digest_counts_the_leads_of_the_team(owner):
    DigestTime.objects.filter(kind="weekly").update(
        is_on=True, told_until=MONDAY - timedelta(days=7)
    )
    make_user(supervisor=owner.supervisor)  # of a team of one, figures would be about that person
    make_lead(owner=owner, now=FRIDAY, value=Decimal("500"))
    make_lead(owner=owner, now=FRIDAY - timedelta(days=30))
    for days, worth in ((2, 18500), (40, 99)):
        closed = make_lead(owner=owner, now=MONDAY - timedelta(days=60))
        at = MONDAY - timedelta(days=days)
        move_lead(lead=closed, actor=owner, stage="won", value=Decimal(worth), now=at)
    subject, (text, html) = read(owner.supervisor, "weekly")
    assert subject == "De week van uw team: 1 nieuwe kans"
    for body in (text, html):
        assert "1 nieuw, 1 gewonnen, 0 verloren; 2 staan nu open." in body
        assert "Gewonnen: €\u00a018.500." in body
        assert "Verwacht van wat openstaat: €\u00a0500." in body


def test_queries_do_not_grow_with_leads(owner):
    def queries():
        DigestTime.objects.filter(kind="daily").update(next_at=MONDAY)
        DigestItem.objects.all().delete()
        Delivery.objects.all().delete()
        with CaptureQueriesContext(connection) as captured:
            queue_due_digests(now=MONDAY)
        return len(captured)

    step = {"next_step_on": MONDAY.date()}
    make_lead(owner=owner, now=FRIDAY, **step)
    queries()
    few = queries()
    for _number in range(5):
        make_lead(owner=owner, now=FRIDAY - timedelta(days=60), **step)
    assert queries() == few
