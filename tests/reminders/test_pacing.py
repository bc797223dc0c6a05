"""Spread: never before the start, never more in a minute than allowed, never after closing."""

from datetime import UTC, datetime, timedelta
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from surveys.pacing import moments, spread

START = datetime(2026, 11, 20, 9, 15, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
rates = st.integers(min_value=1, max_value=2000)
starts = st.timedeltas(timedelta(0), timedelta(days=300_000)).map(lambda after: START + after)


@given(n=st.integers(min_value=0, max_value=500), start=starts, per_minute=rates)
def test_the_rate_is_respected_in_every_minute(n, start, per_minute):
    times = spread(n, start, per_minute)
    assert len(times) == n
    assert times == sorted(times)
    assert all(at >= start for at in times)
    # Any window of a minute holds at most the rate: the next after ``per_minute`` lies a minute on.
    assert all(
        later - earlier >= MINUTE for earlier, later in zip(times, times[per_minute:], strict=False)
    )


@given(n=st.integers(min_value=1, max_value=500), start=starts, per_minute=rates)
def test_none_waits_longer_than_the_rate_makes_it(n, start, per_minute):
    last = spread(n, start, per_minute)[-1]
    assert last - start <= (n - 1) * MINUTE / per_minute + timedelta(microseconds=1)


def test_no_limit_is_at_once():
    assert spread(3, START, 0) == [START] * 3


@given(
    per_minute=st.integers(min_value=0, max_value=2000),
    minutes=st.integers(min_value=-60, max_value=600),
)
def test_nothing_leaves_at_closing_or_later(per_minute, minutes):
    closing = START + minutes * MINUTE
    times = list(islice(moments(START, per_minute, closing), 100))
    assert all(START <= at < closing for at in times)
    if minutes > 0:
        assert len(times) == min(100, minutes * per_minute if per_minute else 100)
