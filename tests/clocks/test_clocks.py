"""Deadlines in business hours: worked cases, holidays, the nights the clocks change, algebra."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.clocks import Calendar, add_business_days, add_business_hours
from staff.working_hours import is_public_holiday

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DUTCH = Calendar(zone=AMSTERDAM, is_holiday=is_public_holiday)
# Open day and night, all week: the only kind of calendar that meets the hour that changes.
ROUND_THE_CLOCK = Calendar(
    zone=AMSTERDAM, opens=time(0), closes=time(23, 59), weekdays=frozenset(range(7))
)


def at(text: str, fold: int = 0) -> datetime:
    """Return the Amsterdam moment of ``2026-11-20 14:02``."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=AMSTERDAM, fold=fold)


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        pytest.param("2026-11-18 09:30", 4, "2026-11-18 13:30", id="within the day"),
        pytest.param("2026-11-18 13:00", 4, "2026-11-18 17:00", id="until closing time"),
        pytest.param("2026-11-18 15:00", 4, "2026-11-19 11:00", id="over the night"),
        pytest.param("2026-11-20 16:30", 4, "2026-11-23 12:30", id="Friday afternoon"),
        pytest.param("2026-11-20 17:00", 4, "2026-11-23 13:00", id="Friday at closing time"),
        pytest.param("2026-11-20 22:00", 4, "2026-11-23 13:00", id="Friday evening"),
        pytest.param("2026-11-21 12:00", 4, "2026-11-23 13:00", id="Saturday"),
        pytest.param("2026-11-22 23:59", 4, "2026-11-23 13:00", id="Sunday"),
        pytest.param("2026-11-18 06:00", 4, "2026-11-18 13:00", id="before opening"),
        pytest.param("2026-11-18 10:00", 20, "2026-11-20 14:00", id="more than two days"),
        pytest.param("2026-11-18 10:00", 0.5, "2026-11-18 10:30", id="half an hour"),
        pytest.param("2026-11-21 12:00", 0, "2026-11-23 09:00", id="no hours, when closed"),
        pytest.param("2026-04-24 15:00", 4, "2026-04-28 11:00", id="Koningsdag on Monday"),
        pytest.param("2026-04-02 15:00", 4, "2026-04-07 11:00", id="Easter with Good Friday"),
        pytest.param("2026-05-13 16:00", 4, "2026-05-15 12:00", id="Ascension Day"),
        pytest.param("2026-12-24 16:00", 4, "2026-12-28 12:00", id="Christmas on Friday"),
        pytest.param("2026-12-31 15:00", 4, "2027-01-04 11:00", id="year end"),
        pytest.param("2026-02-27 15:00", 4, "2026-03-02 11:00", id="month end"),
        pytest.param("2028-02-29 15:00", 4, "2028-03-01 11:00", id="leap day"),
        pytest.param("2026-03-27 15:00", 4, "2026-03-30 11:00", id="clocks go forward"),
        pytest.param("2026-10-23 15:00", 4, "2026-10-26 11:00", id="clocks go back"),
    ],
)
def test_business_hours(start, hours, expected):
    assert add_business_hours(at(start), hours, DUTCH) == at(expected)


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        pytest.param("2026-11-18 14:02", 1, "2026-11-19 14:02", id="the next day"),
        pytest.param("2026-11-20 14:02", 1, "2026-11-23 14:02", id="Friday"),
        pytest.param("2026-11-20 17:00", 1, "2026-11-23 17:00", id="Friday at closing time"),
        pytest.param("2026-11-20 18:00", 1, "2026-11-23 17:00", id="Friday evening"),
        pytest.param("2026-11-21 14:02", 1, "2026-11-23 17:00", id="Saturday"),
        pytest.param("2026-11-18 07:00", 1, "2026-11-18 17:00", id="before opening"),
        pytest.param("2026-11-18 14:02", 2, "2026-11-20 14:02", id="thank a + within two days"),
        pytest.param("2026-11-18 14:02", 10, "2026-12-02 14:02", id="ask a + within ten days"),
        pytest.param("2026-11-18 14:02", 0, "2026-11-18 14:02", id="today"),
        pytest.param("2026-04-24 14:02", 1, "2026-04-28 14:02", id="Koningsdag on Monday"),
        pytest.param("2025-04-25 14:02", 1, "2025-04-28 14:02", id="Koningsdag on Saturday"),
        pytest.param("2026-12-24 14:02", 1, "2026-12-28 14:02", id="Christmas"),
        pytest.param("2026-12-31 14:02", 1, "2027-01-04 14:02", id="New Year"),
        pytest.param("2026-03-27 14:02", 1, "2026-03-30 14:02", id="clocks go forward"),
        pytest.param("2026-10-23 14:02", 1, "2026-10-26 14:02", id="clocks go back"),
    ],
)
def test_business_days(start, days, expected):
    assert add_business_days(at(start), days, DUTCH) == at(expected)


def test_the_moment_may_come_in_any_zone():
    in_utc = datetime(2026, 7, 1, 13, 0, tzinfo=UTC)  # 15:00 in Amsterdam
    assert add_business_hours(in_utc, 4, DUTCH) == at("2026-07-02 11:00")
    assert add_business_days(in_utc, 1, DUTCH) == at("2026-07-02 15:00")


def test_three_hours_are_three_hours_when_one_of_them_comes_twice():
    end = add_business_hours(at("2026-10-25 01:30"), 3, ROUND_THE_CLOCK)
    assert end == at("2026-10-25 03:30")
    assert end.astimezone(UTC) - at("2026-10-25 01:30").astimezone(UTC) == timedelta(hours=3)


def test_one_hour_is_one_hour_when_the_clock_skips_one():
    assert add_business_hours(at("2026-03-29 01:30"), 1, ROUND_THE_CLOCK) == at("2026-03-29 03:30")


def test_a_deadline_is_never_at_a_time_that_does_not_exist():
    end = add_business_days(at("2026-03-28 02:30"), 1, ROUND_THE_CLOCK)
    assert f"{end:%Y-%m-%d %H:%M}" == "2026-03-29 03:30"


def test_the_second_of_two_equal_hours_is_not_taken_for_the_first():
    second = at("2026-10-25 02:30", fold=1)
    end = add_business_hours(second, 0.25, ROUND_THE_CLOCK)
    assert end.astimezone(UTC) - second.astimezone(UTC) == timedelta(minutes=15)


@pytest.mark.parametrize(
    ("day", "is_free"),
    [
        (date(2026, 1, 1), True),
        (date(2026, 4, 6), True),  # Easter Monday
        (date(2026, 4, 27), True),  # Koningsdag
        (date(2025, 4, 26), True),  # Koningsdag, a day early: the 27th is a Sunday
        (date(2025, 4, 27), False),
        (date(2026, 5, 14), True),  # Ascension Day
        (date(2026, 5, 25), True),  # Whit Monday
        (date(2026, 12, 25), True),
        (date(2026, 12, 26), True),
        (date(2026, 12, 5), False),  # Sinterklaas is no day off
        (date(2026, 12, 31), False),
    ],
)
def test_dutch_public_holidays(day, is_free):
    assert is_public_holiday(day) is is_free


@pytest.mark.parametrize(
    "calendar",
    [
        Calendar(zone=AMSTERDAM, weekdays=frozenset()),
        Calendar(zone=AMSTERDAM, is_holiday=lambda _day: True),
    ],
    ids=["no weekdays", "always a holiday"],
)
@pytest.mark.parametrize("count", [add_business_hours, add_business_days])
def test_a_calendar_without_business_days_is_a_mistake(calendar, count):
    with pytest.raises(ValueError, match="no business days"):
        count(at("2026-11-18 14:02"), 1, calendar)


@pytest.mark.parametrize("count", [add_business_hours, add_business_days])
def test_deadlines_lie_ahead(count):
    with pytest.raises(ValueError, match="cannot be negative"):
        count(at("2026-11-18 14:02"), -1, DUTCH)


def test_a_calendar_opens_before_it_closes():
    with pytest.raises(ValueError, match="opens before it closes"):
        Calendar(zone=AMSTERDAM, opens=time(17), closes=time(9))


moments = st.integers(min_value=0, max_value=6 * 365 * 24 * 60).map(
    lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
waits = st.floats(min_value=0, max_value=200, allow_nan=False)
day_counts = st.integers(min_value=0, max_value=30)
calendars = st.sampled_from([DUTCH, ROUND_THE_CLOCK])


@given(moments, waits, calendars)
def test_hours_never_run_backwards(start, hours, calendar):
    # Not before the start, nor sooner than the hours themselves take (to the microsecond).
    end = add_business_hours(start, hours, calendar).astimezone(UTC)
    assert end - start >= timedelta(hours=hours)


@given(moments, day_counts, calendars)
def test_days_never_run_backwards(start, days, calendar):
    end = add_business_days(start, days, calendar).astimezone(UTC)
    assert end >= start
    if days > 0:
        # From outside business hours the last day ends at closing: a whole working day is left.
        day = datetime.combine(start, calendar.closes) - datetime.combine(start, calendar.opens)
        one_day_has_23_hours = timedelta(hours=1)
        assert end - start >= timedelta(days=days - 1) + day - one_day_has_23_hours


@given(moments, waits, waits, calendars)
def test_more_hours_never_end_sooner(start, one, other, calendar):
    fewer, more = sorted((one, other))
    ends = [add_business_hours(start, hours, calendar).astimezone(UTC) for hours in (fewer, more)]
    assert ends[0] <= ends[1]


@given(moments, moments, waits, calendars)
def test_a_later_start_never_ends_sooner(one, other, hours, calendar):
    starts = sorted((one, other))
    ends = [add_business_hours(start, hours, calendar).astimezone(UTC) for start in starts]
    assert ends[0] <= ends[1]


@given(moments, moments, day_counts)
def test_a_later_start_never_ends_sooner_in_days(one, other, days):
    ends = [add_business_days(start, days, DUTCH) for start in sorted((one, other))]
    assert ends[0] <= ends[1]


@given(moments, waits, day_counts)
def test_a_deadline_falls_in_business_hours(start, hours, days):
    for end in (add_business_hours(start, hours, DUTCH), add_business_days(start, days, DUTCH)):
        assert DUTCH.is_business_day(end.date())
        assert DUTCH.opens <= end.time() <= DUTCH.closes
