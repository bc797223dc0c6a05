"""The verbs of working a lead, their ledger, and two people at once."""

import threading
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, connections
from django.utils import timezone

from alerts.digest_models import DigestItem
from alerts.lead_working import (
    appraise_lead,
    hand_lead_over,
    log_lead_contact,
    move_lead,
    note_lead,
)
from alerts.models import Lead, LeadEvent, Stage
from alerts.working import Conflict
from surveys.models import Project
from tests.factories import make_lead, make_project, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return make_user(name="Sanne de Wit", supervisor=make_user(name="Joost Bakker"))


@pytest.fixture
def lead(owner):
    return make_lead(owner=owner)


def lines(lead):
    """What was added to the ledger after the answer came, without versions."""
    events = LeadEvent.objects.filter(lead=lead).exclude(kind="created").order_by("pk")
    return [
        (event.kind, {key: value for key, value in event.data.items() if key != "version"})
        for event in events
    ]


def test_whoever_is_reached_is_being_talked_to(lead, owner):
    step = {"next_step": "Offerte sturen", "next_step_on": date(2026, 12, 1)}
    log_lead_contact(lead=lead, actor=owner, how="spoke", note="Enthousiast", **step)
    lead.refresh_from_db()
    assert (lead.stage, lead.next_step, lead.version) == ("talking", "Offerte sturen", 1)
    assert lead.last_contact_at is not None
    assert [kind for kind, _data in lines(lead)] == ["contacted", "stage"]
    assert lead.events.get(kind="contacted").note == "Enthousiast"
    assert lead.events.get(kind="stage").note == ""


def test_a_try_leaves_the_stage(lead, owner):
    log_lead_contact(lead=lead, actor=owner, how="no_answer")
    lead.refresh_from_db()
    assert lead.stage == "new"


def test_forward_won_and_back(lead, owner):
    lead.next_step_on = date(2026, 12, 1)
    lead.save()
    move_lead(lead=lead, actor=owner, stage=Stage.WON, value=Decimal("18500"))
    lead.refresh_from_db()
    assert (lead.stage, lead.value, lead.next_step_on) == ("won", Decimal("18500"), None)
    assert lead.closed_at is not None
    move_lead(lead=lead, actor=owner, stage=Stage.TALKING)
    lead.refresh_from_db()
    assert (lead.stage, lead.value, lead.closed_at) == ("talking", Decimal("18500"), None)
    assert [kind for kind, _data in lines(lead)] == ["stage", "value", "stage"]


def test_lost_has_a_reason_and_a_lost_one_that_comes_back_has_none(lead, owner):
    move_lead(lead=lead, actor=owner, stage=Stage.LOST, lost_reason="Geen budget")
    lead.refresh_from_db()
    assert lead.lost_reason == "Geen budget"
    assert lines(lead)[0][1]["lost_reason"] == "Geen budget"
    move_lead(lead=lead, actor=owner, stage=Stage.OFFERED)
    lead.refresh_from_db()
    assert lead.lost_reason == ""


def test_hand_over_tells_the_digest_and_take_over_tells_nobody(lead, owner):
    DigestItem.objects.all().delete()
    colleague = make_user(name="Karim Smit")
    hand_lead_over(lead=lead, actor=owner, owner=colleague, comment="U kent hem")
    item = DigestItem.objects.get()
    assert (item.recipient, item.data) == (colleague, {"by": owner.name, "comment": "U kent hem"})
    hand_lead_over(lead=lead, actor=owner, owner=owner)
    assert DigestItem.objects.count() == 1
    lead.refresh_from_db()
    assert lead.owner == owner
    assert [kind for kind, _data in lines(lead)] == ["owner", "owner"]


def test_whoever_works_a_lead_without_owner_owns_it(lead, owner):
    Lead.objects.filter(pk=lead.pk).update(owner=None, keeper=owner.supervisor)
    log_lead_contact(lead=lead, actor=owner, how="mailed")
    lead.refresh_from_db()
    assert (lead.owner, lead.keeper) == (owner, None)


@pytest.mark.parametrize(
    "act",
    [
        lambda lead, who: log_lead_contact(lead=lead, actor=who, how="spoke", seen=0),
        lambda lead, who: move_lead(lead=lead, actor=who, stage="offered", seen=0),
        lambda lead, who: appraise_lead(lead=lead, actor=who, value=Decimal(2), seen=0),
        lambda lead, who: hand_lead_over(lead=lead, actor=who, owner=who, seen=0),
    ],
)
def test_whoever_is_second_overwrites_nothing(lead, owner, act):
    appraise_lead(lead=lead, actor=owner, value=Decimal(1), seen=0)
    with pytest.raises(Conflict, match=r"Sanne de Wit heeft deze kans intussen gewijzigd\."):
        act(lead, make_user())
    lead.refresh_from_db()
    assert (lead.value, lead.version, lead.stage) == (Decimal(1), 1, "new")


def test_a_note_asks_no_fence(lead, owner):
    appraise_lead(lead=lead, actor=owner, value=Decimal(1))
    note_lead(lead=lead, actor=owner, note="Belt liever 's ochtends")
    assert lead.events.last().note == "Belt liever 's ochtends"


def test_what_is_lost_takes_no_contact_and_no_new_owner(lead, owner):
    move_lead(lead=lead, actor=owner, stage=Stage.LOST, lost_reason="Geen budget")
    with pytest.raises(Conflict):
        log_lead_contact(lead=lead, actor=owner, how="spoke")
    with pytest.raises(Conflict):
        hand_lead_over(lead=lead, actor=owner, owner=make_user())


def test_by_stage_counts_and_sums_of_some_projects(owner, django_assert_num_queries):
    project = make_project(account_manager=owner)
    make_lead(project=project, value=Decimal("1000.50"))
    make_lead(project=project, value=Decimal("500"))
    make_lead(project=project)
    won = {"stage": "won", "closed_at": timezone.now()}
    make_lead(project=project, value=Decimal("84500"), **won)
    make_lead(owner=owner, value=Decimal("999"))  # of another project
    with django_assert_num_queries(1):
        totals = Lead.objects.of_projects(Project.objects.filter(pk=project.pk)).by_stage()
    assert [(one.stage, one.count, one.value) for one in totals] == [
        ("new", 3, Decimal("1500.50")),
        ("talking", 0, Decimal(0)),
        ("offered", 0, Decimal(0)),
        ("won", 1, Decimal("84500")),
        ("lost", 0, Decimal(0)),
    ]


def test_due_are_open_leads_up_to_that_day(owner):
    today = timezone.localdate()
    due = make_lead(owner=owner, next_step_on=today)
    make_lead(owner=owner, next_step_on=today + timedelta(days=1))
    make_lead(owner=owner)
    assert list(Lead.objects.due(today)) == [due]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs row locks (PostgreSQL)")
def test_two_who_move_the_stage_at_once_move_it_once():
    lead = make_lead(owner=make_user(supervisor=make_user()))
    people = [make_user(), make_user()]
    start, done = threading.Barrier(2), []

    def move(who, stage):
        start.wait()
        try:
            move_lead(lead=lead, actor=who, stage=stage, seen=0)
            done.append(stage)
        except Conflict:
            done.append("conflict")
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=move, args=pair)
        for pair in zip(people, ("talking", "offered"), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    lead.refresh_from_db()
    assert sorted(done) == sorted(["conflict", lead.stage])
    assert lead.version == 1
    assert lead.events.filter(kind="stage").count() == 1
