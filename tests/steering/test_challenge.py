"""Team challenges: by division and never by person, counted fairly, ended on purpose only."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from alerts.models import Alert
from ambassadors.steering import challenges, measures
from ambassadors.steering.models import Challenge
from tests.factories import (
    make_ask,
    make_division,
    make_invitation,
    make_project,
    make_project_contact,
    make_response,
    make_user,
)
from tests.steering.factories import make_challenge, make_team

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

TODAY = timezone.localdate
PLUS = {"satisfaction": "more_than_satisfied", "recommendation": "yes"}
MINUS = {"satisfaction": "dissatisfied", "recommendation": "no"}


@pytest.fixture
def manager(client):
    manager = make_user(is_management=True)
    client.force_login(manager)
    return manager


@pytest.fixture
def teams():
    return make_team(name="Water"), make_team(name="Bodem")


def answer(division, *, at=None, manager=None, **given):
    project = make_project(division=division, account_manager=manager or make_user())
    invitation = make_invitation(project_contact=make_project_contact(project=project))
    return make_response(invitation=invitation, submitted_at=at or timezone.now(), **given)


def alert(division, *, terms=(4, 24), ago=48, at=None, **fields):
    """An alert raised ``ago`` hours; ``terms`` in hours after that; ``fields`` likewise."""
    raised = at or timezone.now() - timedelta(hours=ago)
    times = {name: raised + timedelta(hours=hours) for name, hours in fields.items()}
    state = {"state": "new"}
    if "acknowledged_at" in fields:
        state = {"state": "acknowledged"}
    if "first_spoken_at" in fields:
        state = {"state": "contacted"}
        times["last_contact_at"] = times["first_spoken_at"]
    if "closed_at" in fields:
        state = {"state": "closed", "outcome": "asked"}
    acknowledge_by, speak_by = (raised + timedelta(hours=term) for term in terms)
    return Alert.objects.create(
        response=answer(division, at=raised, **PLUS),
        group="positive",
        raised_at=raised,
        acknowledge_by=acknowledge_by,
        speak_by=speak_by,
        due_at=acknowledge_by,
        **state,
        **times,
    )


def data(*divisions, **fields):
    return {
        "name": "Wie belt er mee?",
        "first_on": TODAY().isoformat(),
        "last_on": (TODAY() + timedelta(days=20)).isoformat(),
        "divisions": [division.pk for division in divisions],
        "counts": ["leads", "follow_up"],
        "pot": "taart voor de hele divisie",
        **fields,
    }


def standing(challenge):
    return challenges.standing_of(challenge, now=timezone.now())


def line(challenge, division):
    (found,) = [one for one in standing(challenge).lines if one.division == division.name]
    return found


# Starting and ending ------------------------------------------------------------------------------


@pytest.mark.parametrize("rights", [{"is_management": True}, {"is_administrator": True}])
def test_management_and_administrators_start_one(client, teams, rights):
    user = make_user(**rights)
    client.force_login(user)
    page = client.post(reverse("challenge:new"), data(*teams), follow=True)
    made = Challenge.objects.get()
    assert (made.started_by, made.pot) == (user, "taart voor de hele divisie")
    assert set(made.divisions.all()) == set(teams)
    assert (made.has_leads, made.has_follow_up, made.has_introductions) == (True, True, False)
    content = page.content.decode()
    assert "Voor: taart voor de hele divisie." in content
    assert "Introducties" not in content


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"name": ""}, "Geef de uitdaging een naam."),
        ({"counts": []}, "Kies ten minste één ding dat telt."),
        ({"divisions": []}, "Kies ten minste twee divisies."),
        ({"first_on": "2020-01-01"}, "Kies vandaag of een latere dag."),
        ({"last_on": "2020-01-01"}, "De laatste dag ligt na de eerste, of is dezelfde dag."),
        ({"last_on": "2999-01-01"}, "Een uitdaging duurt hoogstens een jaar."),
        ({"pot": "t" * 201}, "200"),
    ],
)
def test_what_cannot_be_is_said(client, manager, teams, fields, text):
    content = client.post(reverse("challenge:new"), data(*teams, **fields)).content.decode()
    assert text in content
    assert "Wie belt er mee?" in content or "name" in fields  # what was typed stays
    assert not Challenge.objects.exists()


def test_one_division_is_no_challenge(client, manager, teams):
    content = client.post(reverse("challenge:new"), data(teams[0])).content.decode()
    assert "Kies ten minste twee divisies." in content
    with pytest.raises(ValueError, match="two divisions"):
        challenges.start_challenge(
            actor=manager,
            name="x",
            first_on=TODAY(),
            last_on=TODAY(),
            divisions=teams[:1],
            counts=["leads"],
        )
    assert not Challenge.objects.exists()


def test_a_division_of_one_colleague_does_not_take_part(client, manager, teams):
    alone, gone = make_team(name="Lucht", people=1), make_division(name="Weg")
    make_user(division=gone, is_active=False)
    make_user(division=gone)
    assert set(challenges.able_divisions()) == set(teams)
    content = client.post(reverse("challenge:new"), data(teams[0], alone)).content.decode()
    assert "Lucht" not in content
    assert not Challenge.objects.exists()
    make_project(division=alone, account_manager=make_user())  # somebody of elsewhere works there
    assert alone in challenges.able_divisions()


def test_without_two_such_divisions_the_page_says_what_is_missing(client, manager):
    make_team()
    content = client.get(reverse("challenge:new")).content.decode()
    assert "twee divisies nodig" in content
    assert 'name="name"' not in content


def test_two_challenges_do_not_overlap_unless_the_first_was_ended(client, manager, teams):
    first = make_challenge(name="De eerste", divisions=teams)
    content = client.post(reverse("challenge:new"), data(*teams)).content.decode()
    assert "loopt “De eerste” al" in content
    client.post(reverse("challenge:end", args=[first.pk]))
    client.post(reverse("challenge:new"), data(*teams))
    assert Challenge.objects.count() == 2


def test_ending_early_asks_first_and_keeps_what_was_counted(client, manager, teams):
    challenge = make_challenge(divisions=teams)
    answer(teams[0], interest="yes")
    address = reverse("challenge:end", args=[challenge.pk])
    assert "De uitdaging nu beëindigen?" in client.get(address).content.decode()
    challenge.refresh_from_db()
    assert challenge.ended_at is None  # looking ends nothing
    client.post(address)
    answer(teams[0], interest="yes")
    challenge.refresh_from_db()
    assert (challenge.ended_by, challenge.until_on) == (manager, TODAY())
    assert line(challenge, teams[0]).leads.number == 1
    assert "eerder beëindigd" in client.get(reverse("challenge:list")).content.decode()


def test_what_is_over_is_not_ended(client, manager):
    over = make_challenge(last_on=TODAY() - timedelta(days=1))
    address = reverse("challenge:end", args=[over.pk])
    assert client.get(address).url == reverse("challenge:detail", args=[over.pk])
    assert "al voorbij" in client.post(address, follow=True).content.decode()
    over.refresh_from_db()
    assert over.ended_at is None


# Who sees what ------------------------------------------------------------------------------------


def in_menu(client):
    challenges.menu.forget()
    return ">Uitdaging</a>" in client.get(reverse("account")).content.decode()


@pytest.mark.parametrize(
    ("first", "last", "is_there"), [(-5, 5, True), (0, 0, True), (-60, -31, False), (1, 9, False)]
)
def test_it_stands_in_the_menu_while_it_runs_and_a_month_after(client, first, last, is_there):
    client.force_login(make_user())
    assert not in_menu(client)
    today = TODAY()
    make_challenge(first_on=today + timedelta(days=first), last_on=today + timedelta(days=last))
    assert in_menu(client) is is_there


def test_a_menu_that_cannot_be_read_breaks_no_page(client, monkeypatch):
    def away():
        raise DatabaseError("away")

    monkeypatch.setattr(challenges.menu, "_read", away)
    client.force_login(make_user())
    assert not in_menu(client)


def test_what_is_to_come_or_called_off_is_not_shown_to_colleagues(client, manager):
    to_come = make_challenge(
        name="Straks", first_on=TODAY() + timedelta(days=3), last_on=TODAY() + timedelta(days=9)
    )
    address, page = reverse("challenge:detail", args=[to_come.pk]), reverse("challenge:list")
    assert "moet nog beginnen" in client.get(address).content.decode()
    assert "Straks" in client.get(page).content.decode()
    assert "afblazen?" in client.get(reverse("challenge:end", args=[to_come.pk])).content.decode()
    client.force_login(make_user())
    assert client.get(address).status_code == 404
    assert "Straks" not in client.get(page).content.decode()
    challenges.end_challenge(challenge=to_come, actor=manager)
    Challenge.objects.update(first_on=TODAY() - timedelta(days=1))
    Challenge.objects.update(ended_at=timezone.now() - timedelta(days=4))
    assert client.get(address).status_code == 404
    assert not in_menu(client)


def test_every_colleague_sees_how_it_stands_and_cannot_end_it(client, teams):
    make_challenge(divisions=teams, name="Vorige", last_on=TODAY() - timedelta(days=5))
    make_challenge(divisions=teams, first_on=TODAY() - timedelta(days=1))
    client.force_login(make_user())
    content = client.get(reverse("challenge:list")).content.decode()
    assert "loopt nu" in content
    assert "Vorige" in content
    assert content.index("Bodem") < content.index("Water")
    assert "beëindigen" not in content


def test_without_one_the_page_says_what_it_is(client):
    client.force_login(make_user())
    content = client.get(reverse("challenge:list")).content.decode()
    assert "Er is geen teamuitdaging." in content
    assert reverse("challenge:new") not in content


def test_no_colleague_is_named_anywhere(client, manager, teams):
    challenge = make_challenge(divisions=teams)
    colleague = make_user(name="Sanne de Wit", division=teams[0])
    for _number in range(12):
        answer(teams[0], manager=colleague, interest="yes")
    content = client.get(reverse("challenge:detail", args=[challenge.pk])).content.decode()
    assert "Sanne" not in content
    assert "12" in content


def test_words_of_a_challenge_are_inert(client, manager, teams):
    bad = "<script>alert(1)</script>"
    client.post(reverse("challenge:new"), data(*teams, name=bad, pot=bad), follow=True)
    assert Challenge.objects.exists()
    assert "<script>alert" not in client.get(reverse("challenge:list")).content.decode()


# Counting -----------------------------------------------------------------------------------------


def test_leads_are_plus_and_zero_with_interest_in_the_period(teams):
    water, bodem = teams
    challenge = make_challenge(divisions=teams)
    answer(water, interest="yes")
    answer(water, interest="yes", **PLUS)
    answer(water, interest="yes", **MINUS)
    answer(water)
    answer(water, interest="yes", at=challenge.begins_at)
    answer(water, interest="yes", at=challenge.begins_at - timedelta(seconds=1))
    answer(water, interest="yes", at=challenge.ends_at)
    answer(bodem)
    answer(make_division(), interest="yes")
    found = line(challenge, water)
    assert (found.leads.number, found.answers) == (3, 5)
    assert (line(challenge, bodem).leads.number, line(challenge, bodem).answers) == (0, 1)
    assert standing(challenge).together.leads.number == 3


def test_a_number_is_for_every_ten_answers_from_ten_on(teams):
    challenge = make_challenge(divisions=teams)
    for _number in range(9):
        answer(teams[0], interest="yes")
    assert line(challenge, teams[0]).leads.per_ten is None
    for _number in range(3):
        answer(teams[0])
    assert line(challenge, teams[0]).leads.per_ten == 7.5


@pytest.mark.parametrize(
    ("fields", "in_time", "judged"),
    [
        ({"acknowledged_at": 4, "first_spoken_at": 24}, 1, 1),
        ({"acknowledged_at": 5, "first_spoken_at": 24}, 0, 1),
        ({"acknowledged_at": 4, "first_spoken_at": 25}, 0, 1),
        ({"acknowledged_at": 4}, 0, 1),
        ({}, 0, 1),
        ({"closed_at": 3}, 1, 1),  # thanked and asked at once
        ({"acknowledged_at": 3, "closed_at": 20}, 1, 1),
        ({"acknowledged_at": 3, "closed_at": 30}, 0, 1),
        ({"ago": 2}, 0, 0),  # both terms still run
        ({"ago": 6}, 0, 1),  # the first has passed
        ({"ago": 6, "acknowledged_at": 3}, 0, 0),
        ({"ago": 6, "acknowledged_at": 3, "first_spoken_at": 5}, 1, 1),
    ],
)
def test_an_alert_is_in_time_when_both_terms_were_met(teams, fields, in_time, judged):
    challenge = make_challenge(divisions=teams)
    alert(teams[0], **fields)
    found = line(challenge, teams[0]).follow_up
    assert (found.in_time.count, found.in_time.n, found.running) == (in_time, judged, 1 - judged)


def test_alerts_of_before_of_after_and_of_others_do_not_count(teams):
    challenge = make_challenge(divisions=teams)
    alert(teams[0], at=challenge.begins_at - timedelta(seconds=1))
    alert(teams[0], at=challenge.ends_at)
    alert(make_division())
    assert standing(challenge).together.follow_up == measures.FollowUp(
        in_time=measures.Share(count=0, n=0), running=0
    )


def test_a_share_comes_with_its_interval_and_from_ten_alerts_on(client, manager, teams):
    make_challenge(divisions=teams, counts=("follow_up",))
    for _number in range(9):
        alert(teams[0], acknowledged_at=1, first_spoken_at=2)
    page = reverse("challenge:list")
    content = " ".join(client.get(page).content.decode().split())
    assert "te weinig om iets over te zeggen <small>9 van 9 signalen" in content
    alert(teams[0])
    alert(teams[0], ago=1)
    content = " ".join(client.get(page).content.decode().split())
    assert "<b>90%</b> (60%–98%) <small>9 van 10 signalen, 1 nog niet zeker" in content


def test_introductions_are_those_an_ambassador_said_yes_to_in_the_period(teams):
    challenge = make_challenge(divisions=teams)
    begin, today = challenge.first_on, TODAY()
    said = {"answer": "yes", "answer_recorded_by": make_user()}
    for fields in (
        {"answered_on": today, **said},
        {"answered_on": begin, **said},
        {"answered_on": begin - timedelta(days=1), **said},
        {"answered_on": challenge.last_on + timedelta(days=1), **said},
        {"answered_on": today, **said, "kind": "story"},
        {"answered_on": today, **said, "answer": "no"},
        {},
    ):
        make_ask(alert=alert(teams[0]), asked_on=begin - timedelta(days=20), **fields)
    assert line(challenge, teams[0]).introductions.number == 2


def test_an_ending_by_day_holds_until_midnight_of_the_firm():
    challenge = make_challenge(first_on=date(2026, 3, 2), last_on=date(2026, 3, 31))
    assert challenge.begins_at.isoformat() == "2026-03-02T00:00:00+01:00"
    assert challenge.ends_at.isoformat() == "2026-04-01T00:00:00+02:00"  # summer time since


def queries_of(client, divisions, rows):
    Challenge.objects.all().delete()
    teams = tuple(make_team() for _number in range(divisions))
    make_challenge(divisions=teams)
    for division in teams:
        for _number in range(rows):
            alert(division)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(reverse("challenge:list")).status_code == 200
    return len(queries)


def test_the_page_costs_the_same_for_many_divisions_and_rows(client, manager):
    assert queries_of(client, 2, 1) == queries_of(client, 7, 3)
