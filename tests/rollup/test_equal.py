"""Sums, corrected by the tail, equal the plain computation: after anything, refreshed or not."""

import random
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.models import Alert
from ambassadors.checks import check_watches
from ambassadors.dashboard.accounts import last_year, silent_accounts
from ambassadors.dashboard.following_up import asks_in, leads_in
from ambassadors.dashboard.people import Numbers, Selection, belongs, numbers_in
from ambassadors.rollup import plain, watching
from ambassadors.rollup.counters import COLUMNS, count
from ambassadors.rollup.models import Fact, LastAnswer, Mark, Spread, Sum, Yield
from ambassadors.rollup.reading import Figures
from ambassadors.rollup.refreshing import rebuild, refresh, stale_projects
from ambassadors.rollup.scope import Band, Scope
from staff.models import Division, User
from surveys.models import (
    Client,
    Project,
    ProjectContact,
    Sector,
    Service,
    Touchpoint,
)
from tests.factories import (
    make_alert,
    make_ask,
    make_invitation,
    make_lead,
    make_project,
    make_project_contact,
    make_response,
)
from tests.rollup import deeds

pytestmark = pytest.mark.django_db


def plainly(scope, now, key, *, any_moment=False):
    """The counts by ``key``, of facts computed from the rows one by one."""
    found = {}
    for fact in plain.facts(Project.objects.values_list("pk", flat=True), now=now):
        if scope.holds(fact, any_moment=any_moment):
            row = {column: getattr(fact, column) for column in COLUMNS}
            count([row], into=found.setdefault(key(fact), Counter()))
    return {value: +counts for value, counts in found.items()}


def read(tallies):
    return {key: +tally.counts for key, tally in tallies.items()}


def agree(scope, now):
    figures = Figures(scope, now=now)
    assert read(figures.months) == plainly(scope, now, lambda fact: fact.day.replace(day=1))
    assert {key: tally.answered for key, tally in figures.divisions.items() if tally.answered} == {
        key: counts["answered"]
        for key, counts in plainly(scope, now, lambda fact: fact.division_id).items()
        if counts["answered"]
    }
    assert {key: tally.closed for key, tally in figures.services.items() if tally.closed} == {
        key: sum(counts[fate] for fate in deeds.FATES)
        for key, counts in plainly(scope, now, lambda fact: fact.service_id or 0).items()
        if sum(counts[fate] for fate in deeds.FATES)
    }
    assert read(figures.touchpoints) == plainly(
        scope, now, lambda fact: fact.touchpoint, any_moment=True
    )
    live = [
        fact
        for fact in plain.facts(Project.objects.values_list("pk", flat=True), now=now)
        if scope.holds(fact)
    ]
    assert figures.hours == Counter(fact.hours for fact in live if fact.hours is not None)
    assert figures.root_causes == Counter(fact.root_cause for fact in live if fact.root_cause)
    assert figures.leads == leads_in(scope).by_stage()
    asks = Counter((ask.kind, ask.answer) for ask in asks_in(scope))
    assert (
        Counter(
            {
                (kind, said): n
                for kind, counts in figures.asks.items()
                for said, n in counts.items()
                if n
            }
        )
        == asks
    )
    assert numbers_in(figures) == numbers_of(scope, now)
    silent = {account.client for account in silent_accounts(figures)}
    assert silent == silent_plainly(scope, now)


def numbers_of(scope, now):
    """How many names there are of each kind, person by person."""
    every = scope.touchpoint is None
    people = [
        fact
        for fact in plain.facts(Project.objects.values_list("pk", flat=True), now=now)
        if fact.is_latest and scope.holds(fact, any_moment=every)
    ]
    return Numbers(
        by_selection={
            selection: sum(belongs(fact, selection) for fact in people) for selection in Selection
        },
        negative=sum(fact.group == "negative" for fact in people),
    )


def silent_plainly(scope, now):
    """The clients with value in the scope of which nobody answered in twelve months."""
    since, worth, speak = last_year(now), Counter(), set()
    anything = replace(scope, questionnaire=None, touchpoint=None)
    for fact in plain.facts(Project.objects.values_list("pk", flat=True), now=now):
        if fact.submitted_at and timezone.localdate(fact.submitted_at) >= since:
            speak.add(fact.client_id)
        if fact.worth and anything.holds(fact, any_moment=True):
            worth[fact.client_id] += fact.worth
    return set(worth) - speak


def scopes(dice, now):
    """A scope of each kind: nothing, one limit, several."""
    today = timezone.localdate(now)
    first = today - timedelta(days=dice.randrange(900))
    last = first + timedelta(days=dice.randrange(500))
    yield Scope()
    yield Scope(first=first, last=last)
    yield Scope(
        first=date(first.year, first.month, 1), division=dice.choice(Division.objects.all())
    )
    yield Scope(last=last, sector=dice.choice(Sector.objects.all()))
    yield Scope(first=first, last=last, band=dice.choice(list(Band)))
    yield Scope(first=first, service=dice.choice(Service.objects.all()))
    yield Scope(first=first, last=last, account_manager=dice.choice(User.objects.all()))
    yield Scope(client=dice.choice(Client.objects.all()))
    yield Scope(touchpoint=Touchpoint.AFTERCARE, first=first)
    yield Scope(
        sector=dice.choice(Sector.objects.all()),
        band=dice.choice(list(Band)),
        division=dice.choice(Division.objects.all()),
    )


@settings(
    max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    seed=st.integers(0, 10**9), steps=st.lists(st.sampled_from(sorted(deeds.DEEDS)), max_size=12)
)
def test_a_page_equals_the_plain_count_after_anything(seed, steps, db):
    dice = random.Random(seed)
    with deeds.firm_for(dice) as now:
        for step in steps:
            if step == "refresh":
                refresh(now=now)
            elif step == "wait":
                now += timedelta(days=dice.randrange(1, 20))
            else:
                deeds.DEEDS[step](dice, now)
        for scope in scopes(dice, now):
            agree(scope, now)


def test_every_contact_has_one_fact_for_each_moment_they_were_asked():
    part, now = make_project_contact(), timezone.now()
    make_project_contact(project=part.project)
    for touchpoint in Touchpoint:
        invitation = make_invitation(project_contact=part, touchpoint=touchpoint)
        make_response(invitation=invitation)
    facts = plain.facts([part.project_id], now=now)
    of_part = [fact.touchpoint for fact in facts if fact.project_contact_id == part.pk]
    assert sorted(of_part) == sorted(Touchpoint.values)
    assert len(facts) == len(Touchpoint) + 1


def test_somebody_else_in_the_place_of_a_contact_marks_all_that_both_were_asked_about():
    moved, of_old, of_new = (make_response().invitation.project_contact for _one in range(3))
    ProjectContact.objects.filter(pk=of_old.pk).update(contact=moved.contact)
    refresh()
    ProjectContact.objects.filter(pk=moved.pk).update(contact=of_new.contact)
    parts = (moved, of_old, of_new)
    assert stale_projects(now=timezone.now()) == {part.project_id for part in parts}
    assert numbers_in(Figures(Scope(), now=timezone.now())) == numbers_of(Scope(), timezone.now())


@pytest.mark.parametrize("is_moved", [True, False], ids=["moved", "deleted"])
def test_an_alert_that_goes_marks_the_projects_of_the_answers(is_moved):
    now, alert, other = timezone.now(), make_alert(), make_response()
    refresh(now=now)
    alerts = Alert.objects.filter(pk=alert.pk)
    with transaction.atomic():
        if is_moved:
            alerts.update(response=other)
        else:
            alerts._raw_delete("default")
        assert alert.response.project.pk in stale_projects(now=now)
        assert (other.project.pk in stale_projects(now=now)) == is_moved
        months = read(Figures(Scope(), now=now).months)
        assert months == plainly(Scope(), now, lambda fact: fact.day.replace(day=1))
        transaction.set_rollback(True)


def test_after_a_refresh_nothing_is_left_to_correct():
    dice = random.Random(7)
    with deeds.firm_for(dice) as now:
        for step in sorted(deeds.DEEDS):
            if deeds.DEEDS[step]:
                deeds.DEEDS[step](dice, now)
        refresh(now=now)
        figures = Figures(Scope(), now=now)
        assert not figures.tail.projects
        assert not Mark.objects.exists()
        assert read(figures.months) == plainly(Scope(), now, lambda fact: fact.day.replace(day=1))


def test_a_rule_that_changes_is_followed_by_the_next_refresh(settings):
    now = timezone.now()
    part = make_project_contact(
        project=make_project(closed_on=timezone.localdate(now) - timedelta(days=45))
    )
    refresh(now=now)
    stored = Fact.objects.filter(project_contact=part).values_list("fate", flat=True)
    assert list(stored) == ["closed_long_ago"]
    assert refresh(now=now) == 0
    settings.INVITE_CLOSED_WITHIN_DAYS = 90
    refresh(now=now)
    assert list(stored.all()) == ["not_yet"]
    assert refresh(now=now) == 0


def test_a_rebuild_gives_the_sums_that_refreshing_gave():
    dice = random.Random(11)
    with deeds.firm_for(dice) as now:
        for _round in range(3):
            for step in sorted(deeds.DEEDS):
                if deeds.DEEDS[step]:
                    deeds.DEEDS[step](dice, now)
            refresh(now=now)
        make_lead(value=250)
        make_ask(asked_on=timezone.localdate(now))
        refresh(now=now)
        kept, came, answers = sums(), others(Yield), others(LastAnswer)
        spread = others(Spread.objects.exclude(number=0))
        assert kept
        assert came
        assert answers
        for _progress in rebuild(now=now):
            pass
        assert sums() == kept
        assert (others(Yield), others(LastAnswer)) == (came, answers)
        assert spread
        assert others(Spread.objects.exclude(number=0)) == spread


def sums():
    """Every sum by its key; what was taken out again to nothing is left out."""
    names = [field.name for field in Sum._meta.concrete_fields if field.name != "id"]
    return {row[:9]: row[9:] for row in Sum.objects.values_list(*names) if any(row[9:])}


def others(rows):
    """Every row of a model or of some, without its key."""
    rows = rows if isinstance(rows, QuerySet) else rows.objects.all()
    names = [field.name for field in rows.model._meta.concrete_fields if field.name != "id"]
    return sorted(rows.values_list(*names), key=str)


def test_triggers_are_in_place_and_come_back():
    assert not watching.missing(connection)
    watching.remove(connection)
    assert len(watching.missing(connection)) == 28
    watching.install(connection)
    assert not watching.missing(connection)


def test_the_check_says_when_triggers_are_missing():
    assert check_watches(databases=["default"]) == []
    watching.remove(connection)
    (warning,) = check_watches(databases=["default"])
    assert "figures rebuild" in warning.hint
    assert check_watches() == []
