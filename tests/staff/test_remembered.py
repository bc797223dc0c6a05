"""What the firm set is remembered for a moment: at once after a save, within seconds elsewhere."""

from datetime import date, time, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from alerts.actions import raise_alert
from alerts.chat_models import DivisionChat
from alerts.chats import channels_of
from alerts.clocks import Terms
from alerts.escalation import TermsVersion
from alerts.preferences import News, Preference, Way
from alerts.timing import terms_in_force
from alerts.ways import choose, way_of, who_chose
from staff import remembered
from staff.hours import Closing, OpeningHours
from staff.remembered import KEPT_FOR, Remembered
from staff.working_hours import hours_in_force
from surveys.models import Group, Response
from tests.factories import (
    make_absence,
    make_closing,
    make_division,
    make_invitation,
    make_project,
    make_project_contact,
    make_response,
    make_user,
)
from tests.outbox.chats import make_address

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

DAY = date(2026, 11, 24)


class Clock:
    now = 1000.0


@pytest.fixture
def clock(monkeypatch):
    monkeypatch.setattr(remembered, "monotonic", lambda: Clock.now)
    Remembered.forget_all()
    return Clock


def test_it_is_read_once_and_again_when_it_is_old(clock):
    read = []
    value = Remembered(lambda: read.append("read") or len(read))
    assert [value(), value(), value.is_fresh] == [1, 1, True]
    clock.now += KEPT_FOR + 0.1
    assert [value.is_fresh, value(), value.last] == [False, 2, 2]
    value.forget()
    assert value() == 3


def test_what_was_read_before_a_save_is_not_kept_after_it():
    """Somebody saves while another thread reads: what that one read may be the old."""
    rows = ["old"]

    def read():
        found = rows[0]
        if found == "old":
            rows[0] = "new"
            value.forget()
        return found

    value = Remembered(read)
    assert [value(), value(), value()] == ["old", "new", "new"]


def test_what_cannot_be_read_raises_and_the_last_known_stays(clock):
    answers = ["known"]
    value = Remembered(lambda: answers.pop())
    value()
    clock.now += KEPT_FOR + 0.1
    with pytest.raises(IndexError):
        value()
    assert value.last == "known"


def test_a_save_is_seen_at_once_and_again_when_it_is_committed(django_capture_on_commit_callbacks):
    assert hours_in_force().firm.opens == time(9)
    with django_capture_on_commit_callbacks() as waiting, transaction.atomic():
        row = OpeningHours.objects.create(opens=time(7), closes=time(15))
        assert hours_in_force().firm.opens == time(7)
    hours_in_force()
    for callback in waiting:
        callback()
    assert not hours_in_force.is_fresh  # whoever read in between read the old
    row.delete()
    assert hours_in_force().firm.opens == time(9)


def test_what_another_process_saves_is_seen_within_seconds(clock):
    assert not hours_in_force().firm.is_day_off(DAY)
    elsewhere = [Closing(name="Brugdag", first_on=DAY, last_on=DAY)]
    Closing.objects.bulk_create(elsewhere)  # tells this process nothing, like another one
    assert not hours_in_force().firm.is_day_off(DAY)
    clock.now += KEPT_FOR + 0.1
    assert hours_in_force().firm.is_day_off(DAY)


def test_each_setting_in_the_path_of_an_answer_ends_its_memory():
    user, division = make_user(), make_division()
    assert terms_in_force() == Terms()
    TermsVersion.objects.create(set_by=user, speak_days=9)
    assert terms_in_force().speak_days == 9

    assert not hours_in_force().of(division.pk).is_day_off(DAY)
    closing = make_closing(division=division, first_on=DAY, last_on=DAY)
    assert hours_in_force().of(division.pk).is_day_off(DAY)
    closing.delete()
    assert not hours_in_force().of(division.pk).is_day_off(DAY)

    assert way_of(user, News.OWN_PLUS) == Way.MAIL
    choose(user, {News.OWN_PLUS: Way.DIGEST})  # in bulk
    assert way_of(user, News.OWN_PLUS) == Way.DIGEST
    Preference.objects.all().delete()
    assert who_chose() == frozenset()

    assert channels_of(division, Group.NEGATIVE) == []
    address = make_address()
    DivisionChat.objects.create(division=division, address=address)
    assert channels_of(division, Group.NEGATIVE) == [address]


def test_nothing_of_it_leaks_into_the_next_test():
    """Each test begins with a firm that set nothing, whatever the one before remembered."""
    assert terms_in_force() == Terms()
    assert hours_in_force().firm.opens == time(9)
    assert who_chose() == frozenset()


def test_an_alert_asks_for_no_setting_but_always_who_is_absent(django_assert_max_num_queries):
    manager, stand_in = make_user(supervisor=make_user()), make_user()
    part = make_project_contact(project=make_project(account_manager=manager))

    def answered():
        response = make_response(
            invitation=make_invitation(project_contact=part), satisfaction="dissatisfied"
        )
        part_of = "invitation__project_contact"
        return Response.objects.select_related(
            f"{part_of}__contact",
            f"{part_of}__project__client",
            f"{part_of}__project__account_manager__supervisor",
            f"{part_of}__project__division__fallback",
        ).get(pk=response.pk)

    response, now = answered(), timezone.now()
    with django_assert_max_num_queries(19) as made:
        assert raise_alert(response=response, now=now).owner == manager
    asked = " ".join(query["sql"] for query in made.captured_queries)
    for table in ("openinghours", "closing", "termsversion", "preference", "divisionchat"):
        assert table not in asked, table
    today = timezone.localdate(now)
    make_absence(user=manager, stand_in=stand_in, first_on=today, last_on=today + timedelta(days=1))
    part = make_project_contact(project=part.project)
    assert raise_alert(response=answered(), now=now).owner == stand_in
