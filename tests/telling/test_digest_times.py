"""When a digest leaves: working days, the reader's own hour, also across DST and holidays."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.clocks import Calendar
from alerts.digest_times import day_to_send, is_digest_day, next_slot, slot_on
from staff.working_hours import is_public_holiday, is_working_day

ZONE = ZoneInfo("Europe/Amsterdam")
DAYS = Calendar(zone=ZONE, is_holiday=is_public_holiday)


def local(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (local(2026, 11, 23, 7, 59), "2026-11-23 08:00"),  # Monday, before the hour
        (local(2026, 11, 23, 8, 0), "2026-11-24 08:00"),  # at the hour: that one has left
        (local(2026, 11, 20, 9, 0), "2026-11-23 08:00"),  # over the weekend
        (local(2026, 10, 23, 9, 0), "2026-10-26 08:00"),  # the clocks went back on Sunday
        (local(2026, 3, 27, 9, 0), "2026-03-30 08:00"),  # and forward
        (local(2026, 4, 4, 9, 0), "2026-04-07 08:00"),  # Easter Monday
        (local(2026, 12, 24, 9, 0), "2026-12-28 08:00"),  # Christmas on Friday and Saturday
    ],
)
def test_the_next_daily_digest(after, expected):
    slot = next_slot(after, hour=8, calendar=DAYS)
    assert f"{slot.astimezone(ZONE):%Y-%m-%d %H:%M}" == expected


@pytest.mark.parametrize(
    ("after", "weekday", "expected"),
    [
        (local(2026, 11, 20, 9, 0), 0, "2026-11-23"),
        (local(2026, 11, 23, 9, 0), 0, "2026-11-30"),
        (local(2026, 4, 4, 9, 0), 0, "2026-04-07"),  # Easter Monday: the day after
        (local(2026, 12, 24, 9, 0), 4, "2026-12-28"),  # Christmas on Friday: Monday
    ],
)
def test_the_next_weekly_digest(after, weekday, expected):
    slot = next_slot(after, hour=8, weekday=weekday, calendar=DAYS)
    assert f"{slot.astimezone(ZONE):%Y-%m-%d}" == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (local(2026, 11, 23, 7, 59), None),
        (local(2026, 11, 23, 8, 0), date(2026, 11, 23)),
        (local(2026, 11, 23, 23, 59), date(2026, 11, 23)),  # late on the same day
        (local(2026, 11, 22, 12, 0), None),  # Sunday
    ],
)
def test_what_was_missed_is_sent_the_same_day_only(now, expected):
    assert day_to_send(now, hour=8, calendar=DAYS) == expected


def test_a_calendar_without_business_days_has_no_digest():
    never = Calendar(zone=ZONE, is_holiday=lambda day: True)
    with pytest.raises(ValueError, match="no business days"):
        next_slot(local(2026, 11, 20, 9, 0), hour=8, calendar=never)


NEW_YEAR = datetime(2025, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 3 * 365 * 24 * 60).map(lambda n: NEW_YEAR + timedelta(minutes=n))


@given(after=MOMENTS, hour=st.integers(0, 23))
def test_daily_slots_skip_no_working_day_and_repeat_none(after, hour):
    first = next_slot(after, hour=hour, calendar=DAYS)
    second = next_slot(first, hour=hour, calendar=DAYS)
    assert after < first < second
    one, other = first.astimezone(ZONE).date(), second.astimezone(ZONE).date()
    assert is_working_day(one)
    assert is_working_day(other)
    between = [one + timedelta(days=n) for n in range(1, (other - one).days)]
    assert not any(is_working_day(day) for day in between)


@given(after=MOMENTS, hour=st.integers(0, 23), weekday=st.integers(0, 4))
def test_a_weekly_digest_leaves_once_a_week(after, hour, weekday):
    slots = [next_slot(after, hour=hour, weekday=weekday, calendar=DAYS)]
    for _week in range(6):
        slots.append(next_slot(slots[-1], hour=hour, weekday=weekday, calendar=DAYS))
    days = [slot.astimezone(ZONE).date() for slot in slots]
    assert all(is_digest_day(day, DAYS, weekday=weekday) for day in days)
    # Each belongs to the wanted day on or before it, and those are a week apart.
    wanted = [day - timedelta(days=(day.weekday() - weekday) % 7) for day in days]
    gaps = {(later - sooner).days for sooner, later in pairwise(wanted)}
    assert gaps <= {7, 14}  # 14: a week in which every day from the wanted one on was a holiday


@given(day=st.dates(min_value=date(2025, 1, 1), max_value=date(2028, 1, 1)))
def test_a_slot_falls_on_its_own_day(day):
    assert slot_on(day, 8, DAYS).astimezone(ZONE).date() == day
