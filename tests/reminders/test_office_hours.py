"""The automatic run: on working days, in office hours, at a rate, behind what waits already."""

from datetime import date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from celery import Celery
from celery.schedules import crontab

from ambassadors.celery import ask_by_the_clock
from outbox.models import Delivery, Lane, State
from surveys import tasks
from surveys.sending_hours import is_open, moments_from, moments_today, next_run
from tests.factories import make_project, make_project_contact

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

HOME = ZoneInfo("Europe/Amsterdam")
FRIDAY = datetime(2026, 11, 20, 16, 15, tzinfo=HOME)
HALF = timedelta(seconds=30)


def waiting(at: datetime, **fields) -> Delivery:
    number = Delivery.objects.count()
    fields = {"lane": Lane.INVITATION, "state": State.QUEUED, **fields}
    return Delivery.objects.create(
        dedupe_key=f"test:{number}",
        recipient_address="zoe@gemeente.example",
        message_id=f"<{number}@waterkant.example>",
        digest="0" * 64,
        not_before=at,
        **fields,
    )


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-20 08:59:59", False),
        ("2026-11-20 09:00", True),
        ("2026-11-20 16:59:59", True),
        ("2026-11-20 17:00", False),
        ("2026-11-21 12:00", False),  # Saturday
        ("2026-11-22 12:00", False),
        ("2026-04-27 12:00", False),  # King's Day, a Monday
        ("2026-12-25 12:00", False),
        ("2026-03-30 09:00", True),  # the clocks went forward the day before
    ],
)
def test_open_on_working_days_between_nine_and_five(moment, expected):
    assert is_open(datetime.fromisoformat(moment).replace(tzinfo=HOME)) is expected


def test_the_day_ends_at_five_whatever_is_left(settings):
    settings.INVITATIONS_PER_MINUTE = 2
    times = list(moments_today(FRIDAY))
    assert len(times) == 45 * 2
    assert times[0] == FRIDAY
    assert times[-1] == FRIDAY.replace(hour=17, minute=0) - HALF


def test_a_run_takes_its_turn_behind_the_one_before(settings):
    settings.INVITATIONS_PER_MINUTE = 2
    last = FRIDAY + timedelta(minutes=10)
    waiting(last, lane=Lane.REMINDER)
    waiting(FRIDAY + timedelta(minutes=20), lane=Lane.ALERT)
    waiting(FRIDAY + timedelta(minutes=20), attempts=3)
    waiting(FRIDAY + timedelta(minutes=20), state=State.CANCELLED, cancelled_at=FRIDAY)
    assert next(moments_today(FRIDAY)) == last + HALF
    assert next(moments_from(FRIDAY)) == last + HALF


def test_no_limit_is_at_once_and_still_ends_at_five(settings):
    settings.INVITATIONS_PER_MINUTE = 0
    assert list(islice(moments_today(FRIDAY), 3)) == [FRIDAY] * 3
    assert list(moments_today(FRIDAY.replace(hour=17))) == []


def test_by_hand_any_hour_will_do(settings):
    settings.INVITATIONS_PER_MINUTE = 2
    night = FRIDAY.replace(hour=23)
    assert list(islice(moments_from(night), 2)) == [night, night + HALF]


@pytest.mark.parametrize(
    ("day", "hour", "minute", "next_day", "at"),
    [
        ((2026, 11, 20), 7, 0, (2026, 11, 20), "09:15"),
        ((2026, 11, 20), 9, 15, (2026, 11, 20), "10:15"),
        ((2026, 11, 20), 16, 15, (2026, 11, 23), "09:15"),  # over the weekend
        ((2026, 4, 2), 18, 0, (2026, 4, 7), "09:15"),  # Good Friday and Easter Monday
        ((2026, 3, 27), 17, 0, (2026, 3, 30), "09:15"),  # the clock goes forward in between
    ],
)
def test_the_next_run_is_a_quarter_past_an_office_hour(day, hour, minute, next_day, at):
    now = datetime(*day, hour, minute, tzinfo=FRIDAY.tzinfo)
    found = next_run(now)
    assert (found.date(), f"{found:%H:%M}") == (date(*next_day), at)
    assert is_open(found)


# The tasks and the clock -----------------------------------------------------------------------


@pytest.fixture
def clock(monkeypatch):
    """Set the time of the tasks."""

    def set_to(moment: datetime) -> None:
        monkeypatch.setattr("surveys.tasks.timezone.now", lambda: moment)

    return set_to


@pytest.mark.parametrize(("hour", "invited"), [(8, 0), (10, 3), (17, 0)])
def test_the_task_invites_in_office_hours_only_and_spreads(clock, settings, hour, invited):
    settings.INVITATIONS_PER_MINUTE = 2
    now = FRIDAY.replace(hour=hour)
    for _number in range(3):
        project = make_project(closed_on=now.date() - timedelta(days=7))
        make_project_contact(project=project)
    clock(now)
    assert tasks.invite_in_office_hours() == invited
    times = Delivery.objects.order_by("pk").values_list("not_before", flat=True)
    assert list(times) == [now + HALF * number for number in range(invited)]


@pytest.mark.parametrize(("hour", "reminded"), [(8, []), (10, [("x", 5)])])
def test_the_task_reminds_in_office_hours_only(clock, monkeypatch, hour, reminded):
    runs = []

    def remind(*, now, moments):
        runs.append(("x", len(list(islice(moments, 5)))))
        return 5

    monkeypatch.setattr(tasks, "remind", remind)
    clock(FRIDAY.replace(hour=hour))
    assert tasks.remind_in_office_hours() == (5 if reminded else 0)
    assert runs == reminded


@pytest.mark.parametrize(("is_on", "entries"), [(False, 0), (True, 2)])
def test_beat_rings_for_them_only_when_told_to(settings, is_on, entries):
    settings.INVITE_AUTOMATICALLY = is_on
    app = Celery("test", set_as_current=False)
    ask_by_the_clock(app)
    schedule = app.conf.beat_schedule
    assert len(schedule) == entries
    for entry in schedule.values():
        assert isinstance(entry["schedule"], crontab)
        assert entry["schedule"].hour == set(range(9, 17))
        minute = 15 if "invite" in entry["task"] else 45
        assert entry["schedule"].minute == {minute}
        assert entry["schedule"].day_of_week == set(range(1, 6))
        assert hasattr(tasks, entry["task"].removeprefix("surveys.tasks."))
