"""What holds of every clock, whatever the calendar, the terms and the moment."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from alerts.clocks import Terms, add_business_hours, business_time_between, clocks_for
from alerts.timing import calendar_of
from staff.hours import LiberationDay
from staff.working_hours import Hours

moments = st.integers(min_value=0, max_value=4 * 365 * 24 * 60).map(
    lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
zones = st.sampled_from(
    ["Europe/Amsterdam", "Europe/London", "America/Curacao", "Asia/Kolkata", "Pacific/Auckland"]
)
days = st.dates(min_value=date(2025, 1, 1), max_value=date(2029, 1, 1))
closed = st.lists(
    st.tuples(days, st.integers(min_value=0, max_value=30)).map(
        lambda pair: (pair[0], pair[0] + timedelta(days=pair[1]))
    ),
    max_size=3,
).map(tuple)
calendars = st.builds(
    Hours,
    opens=st.integers(min_value=0, max_value=11).map(time),
    closes=st.integers(min_value=12, max_value=23).map(time),
    weekdays=st.frozensets(st.integers(min_value=0, max_value=6), min_size=1),
    zone=zones,
    has_good_friday_off=st.booleans(),
    liberation_day=st.sampled_from(LiberationDay.values),
    closed=closed,
).map(calendar_of)
all_terms = st.builds(
    Terms,
    acknowledge_hours=st.integers(min_value=1, max_value=40),
    speak_days=st.integers(min_value=1, max_value=10),
    thank_days=st.integers(min_value=1, max_value=10),
    ask_days=st.integers(min_value=1, max_value=20),
)


def in_order(clock) -> bool:
    times = (clock.starts_at, clock.half_at, clock.due_at, clock.twice_at)
    utc = [time.astimezone(UTC) for time in times]
    return utc == sorted(utc)


@given(moments, calendars, all_terms, st.booleans())
def test_a_clock_never_runs_backwards(start, calendar, terms, is_negative):
    clocks = clocks_for(is_negative=is_negative, start=start, calendar=calendar, terms=terms)
    assert all(in_order(clock) for clock in clocks)


@given(moments, calendars, all_terms, st.booleans())
def test_every_point_of_a_clock_falls_in_working_hours(start, calendar, terms, is_negative):
    for clock in clocks_for(is_negative=is_negative, start=start, calendar=calendar, terms=terms):
        for at in (clock.half_at, clock.due_at, clock.twice_at):
            day = at.astimezone(calendar.zone).date()
            assert calendar.is_business_day(day)
            assert calendar.opens_at(day) <= at.astimezone(UTC) <= calendar.closes_at(day)


@given(moments, calendars, all_terms)
def test_half_time_is_half_and_twice_is_twice_of_the_working_time(start, calendar, terms):
    clock, _second = clocks_for(is_negative=True, start=start, calendar=calendar, terms=terms)
    whole = timedelta(hours=terms.acknowledge_hours)
    for at, share in (
        (clock.half_at, whole / 2),
        (clock.due_at, whole),
        (clock.twice_at, 2 * whole),
    ):
        assert business_time_between(start, at, calendar) == share


@given(moments, calendars, st.integers(min_value=0, max_value=80 * 60))
def test_time_that_was_added_is_the_time_between(start, calendar, minutes):
    end = add_business_hours(start, minutes / 60, calendar)
    counted = business_time_between(start, end, calendar)
    assert abs(counted - timedelta(minutes=minutes)) < timedelta(milliseconds=1)


@given(moments, moments, calendars)
def test_no_time_lies_between_a_moment_and_an_earlier_one(one, other, calendar):
    first, last = sorted((one, other))
    assert business_time_between(last, first, calendar) == timedelta(0)
    assert business_time_between(first, last, calendar) <= last - first


@given(moments, moments, all_terms, st.booleans())
def test_a_later_answer_never_has_an_earlier_deadline(one, other, terms, is_negative):
    calendar = calendar_of(Hours())
    first, last = (
        clocks_for(is_negative=is_negative, start=start, calendar=calendar, terms=terms)
        for start in sorted((one, other))
    )
    for sooner, later in zip(first, last, strict=True):
        assert sooner.half_at <= later.half_at
        assert sooner.due_at <= later.due_at
        assert sooner.twice_at <= later.twice_at


@given(moments, days)
def test_a_closing_day_never_brings_a_deadline_nearer(start, day):
    plain = clocks_for(is_negative=True, start=start, calendar=calendar_of(Hours()), terms=Terms())
    less = calendar_of(replace(Hours(), closed=((day, day),)))
    later = clocks_for(is_negative=True, start=start, calendar=less, terms=Terms())
    assert all(a.due_at <= b.due_at for a, b in zip(plain, later, strict=True))
