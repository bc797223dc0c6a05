"""Digests: in the right order, silent with nothing to say, no news told twice or never."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.template import TemplateSyntaxError
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from alerts import digests
from alerts.actions import close, reconcile
from alerts.choosing import save_choices
from alerts.digest_models import DigestItem, DigestTime
from alerts.digests import queue_due_digests
from alerts.models import Notification
from alerts.preferences import News, Way
from alerts.tasks import queue_digests
from alerts.ways import choose
from outbox.models import Delivery, Lane, State
from staff import works_council
from surveys.actions import ask_for_call
from surveys.models import Project
from tests.factories import (
    make_alert,
    make_client,
    make_contact,
    make_invitation,
    make_project,
    make_project_contact,
    make_response,
    make_service,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

ZONE = ZoneInfo("Europe/Amsterdam")
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=ZONE)
SUNDAY = MONDAY - timedelta(hours=20)
PLUS = {"satisfaction": "more_than_satisfied", "recommendation": "yes"}
WORDS = "Dhr. O'Neil: <script>alert(1)</script>"


def mails(template="daily") -> list[Delivery]:
    return list(Delivery.objects.filter(template=template).order_by("pk"))


def bodies(delivery: Delivery) -> tuple[str, str]:
    parsed = delivery.parsed()
    return tuple(parsed.get_body((part,)).get_content() for part in ("plain", "html"))


@pytest.fixture
def people():
    supervisor = make_user(name="Joost Bakker")
    owner = make_user(name="Sanne de Wit", supervisor=supervisor)
    queue_due_digests(now=SUNDAY)  # everybody has a timetable
    DigestTime.objects.filter(kind="weekly").update(is_on=False)  # one test turns it on
    return owner, supervisor


def put_lead(owner, *, name="Willem Bos", **answer):
    project = make_project(account_manager=owner, client=make_client())
    contact = make_contact(client=project.client, name=name)
    part = make_project_contact(project=project, contact=contact)
    return make_response(invitation=make_invitation(project_contact=part), interest="yes", **answer)


def test_nothing_to_say_is_no_mail_and_moves_on(people):
    assert queue_due_digests(now=MONDAY) == 0
    assert mails() == []
    times = DigestTime.objects.filter(kind="daily").values_list("next_at", flat=True)
    assert set(times) == {MONDAY + timedelta(days=1)}


def test_what_needs_doing_stands_before_what_is_new(people):
    owner, _supervisor = people
    choose(owner, {News.OWN_PLUS: Way.DIGEST})
    friday = MONDAY - timedelta(days=3) + timedelta(hours=7)
    make_alert(owner=owner, now=friday - timedelta(days=4), motivation=WORDS, project_name="Laat")
    make_alert(owner=owner, now=friday, project_name="Vandaag")
    make_alert(owner=owner, now=friday + timedelta(hours=1), project_name="Nieuws", **PLUS)
    lead = put_lead(owner, motivation=WORDS)
    lead.services.add(make_service(name="Waterveiligheid"))
    reconcile()
    ask_for_call(response=lead, moment="morning", note="", phone="", now=friday)
    assert queue_due_digests(now=MONDAY) == 1
    (mail,) = mails()
    assert (mail.lane, mail.recipient_address) == (Lane.DIGEST, owner.email)
    assert mail.dedupe_key == f"digest:daily:{owner.pk}:2026-11-23"
    assert mail.subject == "Uw dag: 1 te laat, 2 voor vandaag en 2 nieuw"
    text, html = bodies(mail)
    for body in (text, html):
        places = [body.index(words) for words in ("Laat", "Vandaag", "Nieuws", "Wil meer")]
        assert places == sorted(places)
        assert f"Willem Bos, {lead.project.client.name}" in body
        assert "Waterveiligheid" in body
        assert "Bel vóór" in body
        assert "/notifications/" in body
    assert WORDS in text
    assert "<script" not in html
    assert "O&#x27;Neil" in html


def test_an_english_reader_reads_english(people):
    owner, _supervisor = people
    owner.language = "en"
    owner.save()
    make_alert(owner=owner, now=MONDAY - timedelta(days=10))
    queue_due_digests(now=MONDAY)
    (mail,) = mails()
    assert mail.subject == "Your day: 1 late"
    assert "Change when and how you are told" in bodies(mail)[0]


def test_news_is_told_once_and_the_course_says_when(people):
    owner, supervisor = people
    choose(supervisor, {News.TEAM_PLUS: Way.DIGEST})
    alert = make_alert(owner=owner, now=SUNDAY, **PLUS)
    assert queue_due_digests(now=MONDAY) == 1
    assert queue_due_digests(now=MONDAY + timedelta(minutes=1)) == 0
    (mail,) = mails()
    assert mail.recipient_address == supervisor.email
    assert DigestItem.objects.get(alert=alert).digest == mail
    queue_due_digests(now=MONDAY + timedelta(days=1))
    assert [one.recipient_address for one in mails()].count(supervisor.email) == 1
    assert reconcile() == 0


def test_a_server_that_was_away_sends_it_the_same_day_and_not_a_day_late(people):
    owner, supervisor = people
    choose(supervisor, {News.TEAM_PLUS: Way.DIGEST})
    make_alert(owner=owner, now=SUNDAY, **PLUS)
    tuesday = MONDAY + timedelta(days=1)
    # Away on Monday from before 8:00 until Tuesday before 8:00: the news stands in Tuesday's.
    assert queue_due_digests(now=tuesday - timedelta(hours=2)) == 0
    assert mails() == []
    assert queue_due_digests(now=tuesday + timedelta(hours=9)) == 2  # the owner's: due today
    assert sum(mail.recipient_address == supervisor.email for mail in mails()) == 1
    assert queue_due_digests(now=tuesday + timedelta(hours=10)) == 0


def test_a_later_hour_chosen_after_reading_gives_no_second_digest_that_day(people):
    owner, _supervisor = people
    choose(owner, {News.OWN_PLUS: Way.DIGEST})
    put_lead(owner)
    reconcile()
    assert queue_due_digests(now=MONDAY) == 1
    save_choices(owner, ways={}, daily_hour=15, now=MONDAY + timedelta(hours=1))
    make_alert(owner=owner, now=MONDAY + timedelta(hours=2), **PLUS)
    assert queue_due_digests(now=MONDAY + timedelta(hours=7)) == 0
    assert DigestItem.objects.waiting().count() == 1
    assert queue_due_digests(now=MONDAY + timedelta(days=1, hours=7)) == 1
    assert DigestItem.objects.waiting().count() == 0


def test_a_digest_that_cannot_be_made_loses_nothing_and_stops_no_other(people, monkeypatch):
    owner, _supervisor = people
    other = make_user()
    queue_due_digests(now=SUNDAY)
    for user in (owner, other):
        put_lead(user)
    reconcile()
    honest = digests.compose_daily

    def compose(content, *, to, now):
        if to == owner:
            raise TemplateSyntaxError("broken on purpose")
        return honest(content, to=to, now=now)

    with monkeypatch.context() as patch:
        patch.setattr(digests, "compose_daily", compose)
        assert queue_due_digests(now=MONDAY) == 1
    assert DigestItem.objects.waiting().count() == 1
    assert queue_due_digests(now=MONDAY + timedelta(minutes=1)) == 1
    assert [mail.recipient_address for mail in mails()] == [other.email, owner.email]


def test_an_alert_in_a_digest_that_was_refused_goes_to_somebody_else(people):
    owner, supervisor = people
    boss = make_user(name="Bas Baas", is_management=True)
    admin = make_user(is_administrator=True)
    choose(supervisor, {News.TEAM_PLUS: Way.DIGEST})
    alert = make_alert(owner=owner, now=SUNDAY, **PLUS)
    queue_due_digests(now=MONDAY)
    Delivery.objects.filter(template="daily").update(state=State.UNDELIVERABLE, last_error="550")
    assert reconcile() == 1
    assert Delivery.objects.filter(dedupe_key=alert.delivery_key(boss)).exists()
    assert Delivery.objects.filter(template="undeliverable", recipient_address=admin.email).exists()
    assert Notification.objects.get(alert=alert, recipient=supervisor).passed_on_at
    assert reconcile() == 0


def test_the_week_of_a_team(people):
    owner, supervisor = people
    make_user(supervisor=supervisor)  # of a team of one there are no figures, see below
    thursday = MONDAY - timedelta(days=4)
    make_alert(owner=owner, now=thursday, project_name="Nog open")
    plus = make_alert(owner=owner, now=MONDAY - timedelta(days=20), project_name="Te laat", **PLUS)
    done = make_alert(owner=owner, now=thursday, **PLUS)
    close(alert=done, actor=owner, outcome="asked", now=MONDAY - timedelta(days=1))
    Project.objects.update(closed_on=date(2026, 1, 5))  # of the alerts: not this week's coverage
    for number in range(12):
        project = make_project(account_manager=owner, closed_on=thursday.date())
        part = make_project_contact(project=project)
        if number < 9:
            make_invitation(project_contact=part, invited_at=thursday)
    DigestTime.objects.filter(user=supervisor, kind="weekly").update(
        told_until=MONDAY - timedelta(days=7), is_on=True
    )
    queue_due_digests(now=MONDAY)
    (mail,) = mails("weekly")
    assert mail.recipient_address == supervisor.email
    assert mail.subject == "De week van uw team: 1 open –, 2 te laat en 1 afgesloten"
    for body in bodies(mail):
        assert body.index("Nog open") < body.index("Te laat") < body.index("Dekking")
        assert "Bedankt en iets gevraagd" in body
        assert "12 contactpersonen" in " ".join(body.split())
        assert "Uitgenodigd: 75% van 12." in " ".join(body.split())
        assert "Sanne de Wit" in body
    assert plus.owner == owner
    assert queue_due_digests(now=MONDAY + timedelta(days=1)) == 1  # the owner's day, no other week
    assert len(mails("weekly")) == 1


def week_of(supervisor) -> str:
    DigestTime.objects.filter(user=supervisor, kind="weekly").update(
        told_until=MONDAY - timedelta(days=7), is_on=True
    )
    queue_due_digests(now=MONDAY)
    (mail,) = mails("weekly")
    return " ".join([mail.subject, *bodies(mail)])


@pytest.mark.parametrize(
    ("mode_is_on", "colleague", "has_figures"),
    [
        (True, {}, False),
        (True, {"is_active": False}, False),  # who left is no colleague to disappear among
        (True, {"is_active": True}, True),
        (False, {}, True),
    ],
)
def test_a_team_of_one_has_no_figures_in_works_council_mode(
    people, mode_is_on, colleague, has_figures
):
    owner, supervisor = people
    if colleague:
        make_user(supervisor=supervisor, **colleague)
    works_council.mode.keep(mode_is_on, seconds=3600)
    make_alert(owner=owner, now=MONDAY - timedelta(days=4), project_name="Nog open")
    done = make_alert(owner=owner, now=MONDAY - timedelta(days=4), **PLUS)
    close(alert=done, actor=owner, outcome="asked", now=MONDAY - timedelta(days=1))
    Project.objects.update(closed_on=(MONDAY - timedelta(days=4)).date())
    week = week_of(supervisor)
    assert "Nog open" in week  # the work itself stays
    for figure in ("1 afgesloten", "Bedankt en iets gevraagd", "contactpersonen"):
        assert (figure in week) is has_figures


def test_who_leaves_or_loses_the_team_gets_none(people):
    owner, _supervisor = people
    make_alert(owner=owner, now=MONDAY - timedelta(days=10))
    owner.supervisor = None
    owner.is_active = False
    owner.save()
    assert queue_due_digests(now=MONDAY) == 0


def queries_of_a_silent_run(readers: int) -> int:
    boss = make_user()
    for _reader in range(readers):
        make_user(supervisor=boss)
    queue_due_digests(now=SUNDAY)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert queue_due_digests(now=MONDAY) == 0
    return len(captured)


def test_a_run_costs_the_same_for_three_readers_and_for_sixty():
    few = queries_of_a_silent_run(3)
    DigestTime.objects.all().delete()
    assert queries_of_a_silent_run(60) == few


def test_the_task_of_the_clock_queues_what_is_due():
    assert queue_digests() == 0
    assert DigestTime.objects.count() == 0
    make_user()
    queue_digests()
    assert DigestTime.objects.get().kind == "daily"


class TestNoNewsIsToldTwiceOrNever(TestCase):
    """Whatever happens in between: outages, other hours, holidays, the night the clocks change."""

    @settings(max_examples=5)
    @given(
        start=st.sampled_from(
            [
                datetime(2026, 10, 22, 0, 0, tzinfo=ZONE),  # the clocks go back on the 25th
                datetime(2026, 3, 26, 0, 0, tzinfo=ZONE),  # forward on the 29th; then Easter
                datetime(2026, 12, 23, 0, 0, tzinfo=ZONE),  # Christmas and New Year
            ]
        ),
        ticks=st.lists(st.integers(1, 30), min_size=5, max_size=25),
        leads=st.lists(st.integers(0, 24), max_size=4),
        hours=st.dictionaries(st.integers(0, 24), st.integers(6, 20), max_size=3),
    )
    def test_across_days(self, start, ticks, leads, hours):
        owner = make_user()
        now, put = start, 0
        queue_due_digests(now=now)
        for number, step in enumerate(ticks):
            now += timedelta(hours=step)
            if number in hours:
                save_choices(owner, ways={}, daily_hour=hours[number], now=now)
            for _lead in range(leads.count(number)):
                response = put_lead(owner, name=f"Contact {put}")
                DigestItem.objects.create(
                    recipient=owner, news="lead", what=f"lead:{put}", response=response, at=now
                )
                put += 1
            queue_due_digests(now=now)
        # Long enough for every holiday, and often enough to look after any hour of a day.
        for _look in range(16 * 4):
            now += timedelta(hours=3)
            queue_due_digests(now=now)
        assert not DigestItem.objects.waiting().exists()
        told = [bodies(mail)[0] for mail in mails()]
        for number in range(put):
            assert sum(f"Contact {number}," in text for text in told) == 1
        days = [mail.created_at.astimezone(ZONE).date() for mail in mails()]
        assert len(days) == len(set(days))
        assert all(day.weekday() < 5 for day in days)
