"""Marks lie where the figures are."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ambassadors.dashboard.geometry import (
    Scale,
    funnel,
    histogram,
    ladder,
    rise,
    stack,
    strip,
    trend,
)
from ambassadors.dashboard.statistics import Interval


def number(coordinate):
    assert coordinate.endswith("%")
    assert "," not in coordinate
    return float(coordinate[:-1])


def test_the_ends_keep_a_margin_and_the_middle_is_in_the_middle():
    assert [Scale().at(value) for value in (0, 0.5, 1)] == ["1.50%", "50.00%", "98.50%"]
    assert Scale(first=-1, last=1).at(0) == "50.00%"


def test_what_lies_outside_is_put_on_the_end():
    assert Scale().at(7) == Scale().at(1)
    assert Scale().at(-7) == Scale().at(0)


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_scale_keeps_the_order(one, other):
    low, high = sorted([one, other])
    assert number(Scale().at(low)) <= number(Scale().at(high))


def test_a_strip_has_its_band_around_its_dot():
    marks = strip(0.36, Interval(low=0.28, high=0.44), Scale())
    assert number(marks.start) < number(marks.dot) < number(marks.high)
    assert number(marks.start) + number(marks.width) == pytest.approx(number(marks.high), abs=0.02)


@given(st.lists(st.integers(0, 500), min_size=1, max_size=6).filter(sum))
def test_a_stack_fills_the_bar_without_gaps(counts):
    parts = stack(counts, Scale())
    end = number(Scale().at(0))
    for part in parts:
        assert number(part.start) == pytest.approx(end, abs=0.02)
        end = number(part.start) + number(part.width)
    assert end == pytest.approx(number(Scale().at(1)), abs=0.02)


def test_an_empty_bar_is_refused():
    with pytest.raises(ValueError, match="empty bar"):
        stack([0, 0, 0], Scale())


def corners(points):
    """The points of a polyline or polygon, as numbers."""
    return [tuple(float(part) for part in pair.split(",")) for pair in points.split()]


@st.composite
def estimates(draw):
    low, value, high = sorted(draw(st.floats(0, 1)) for _end in range(3))
    return value, Interval(low=low, high=high)


PERIODS = st.lists(st.none() | estimates(), min_size=1, max_size=60)


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=11))
def test_bars_stand_on_the_floor_in_order_and_inside(counts):
    bars = histogram(counts)
    assert len(bars) == len(counts)
    for bar in bars:
        assert number(bar.y) + number(bar.height) == pytest.approx(100, abs=0.02)
        assert 0 <= number(bar.x) < number(bar.middle) < number(bar.x) + number(bar.width) <= 100
        assert number(bar.y) >= 10  # room for the number above
    for bar, following in pairwise(bars):
        assert number(bar.x) + number(bar.width) < number(following.x)
        assert number(bar.room) + number(bar.space) == pytest.approx(
            number(following.room), abs=0.02
        )


@given(st.lists(st.integers(0, 5000), min_size=2, max_size=11).filter(any))
def test_a_higher_count_is_a_higher_bar_in_proportion(counts):
    heights = [number(bar.height) for bar in histogram(counts)]
    for count, height in zip(counts, heights, strict=True):
        assert height == pytest.approx(max(heights) * count / max(counts), abs=0.02)


def test_eleven_empty_bars_have_no_height():
    assert {bar.height for bar in histogram([0] * 11)} == {"0.00%"}
    assert histogram([]) == ()


def test_a_bar_below_nothing_is_refused():
    with pytest.raises(ValueError, match="lower than nothing"):
        histogram([3, -1])


@given(PERIODS)
def test_a_trend_lies_inside_and_runs_forward(points):
    drawn = trend(points)
    assert len(drawn.places) == len(points)
    places = [number(place.x) for place in drawn.places]
    assert places == sorted(set(places))
    assert all(0 < place < 100 for place in places)
    for line in [*drawn.lines, *drawn.bands]:
        assert all(0 <= x <= 100 and 0 <= y <= 100 for x, y in corners(line))
    for line in drawn.lines:
        steps = [x for x, _y in corners(line)]
        assert steps == sorted(steps)


@given(PERIODS)
def test_every_period_is_drawn_once_and_every_gap_is_left_open(points):
    drawn = trend(points)
    known = [place for place, point in zip(drawn.places, points, strict=True) if point]
    assert all(place.dot for place in known)
    assert all(not place.dot for place in drawn.places if place not in known)
    joined = [x for line in drawn.lines for x, _y in corners(line)]
    alone = [number(place.x) for place in known if place.is_alone]
    assert sorted(joined + alone) == [number(place.x) for place in known]
    assert len(drawn.lines) == len(drawn.bands)
    assert all(len(corners(line)) > 1 for line in drawn.lines)


@given(PERIODS)
def test_the_band_lies_around_the_line(points):
    drawn = trend(points)
    for line, band in zip(drawn.lines, drawn.bands, strict=True):
        dots, edge = corners(line), corners(band)
        upper, lower = edge[: len(dots)], edge[len(dots) :][::-1]
        for (x, y), (upper_x, above), (lower_x, below) in zip(dots, upper, lower, strict=True):
            assert x == upper_x == lower_x
            assert above <= y <= below  # counted from the top


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_higher_share_rises_higher(one, other):
    low, high = sorted([one, other])
    assert number(rise(high)) <= number(rise(low))
    assert number(rise(7)) == number(rise(1))


def test_a_single_period_stands_alone_in_the_middle():
    drawn = trend([(0.5, Interval(low=0.4, high=0.6))])
    (place,) = drawn.places
    assert (place.x, place.dot, place.is_alone) == ("50.00%", "50.00%", True)
    assert number(place.high) < number(place.dot) < number(place.low)
    assert drawn.lines == drawn.bands == ()


def test_no_period_and_an_empty_period_draw_nothing():
    assert trend([]).places == ()
    (place,) = trend([None]).places
    assert (place.dot, place.is_alone) == ("", False)


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=8))
def test_a_step_and_what_it_lost_are_the_step_before(numbers):
    rests = funnel(sorted(numbers, reverse=True), Scale())
    whole = rests[0].kept
    assert number(rests[0].lost.width) == 0
    for before, rest in zip([rests[0], *rests], rests, strict=False):
        assert rest.kept.start == whole.start
        end = number(rest.kept.start) + number(rest.kept.width)
        assert number(rest.lost.start) == pytest.approx(end, abs=0.02)
        assert number(rest.kept.width) + number(rest.lost.width) == pytest.approx(
            number(before.kept.width), abs=0.02
        )
        assert end <= 100


def test_a_funnel_of_nobody_is_empty_and_of_one_is_full():
    assert {rest.kept.width for rest in funnel([0, 0], Scale())} == {"0.00%"}
    assert [rest.kept.width for rest in funnel([1], Scale())] == ["97.00%"]
    assert funnel([], Scale()) == ()


@pytest.mark.parametrize("numbers", [[3, 4], [-1], [3, -1]])
def test_a_funnel_never_widens(numbers):
    with pytest.raises(ValueError, match="more than the one before"):
        funnel(numbers, Scale())


@given(st.lists(st.none() | estimates(), max_size=8))
def test_a_rung_remembers_the_last_one_that_is_known(points):
    rungs = ladder(points, Scale())
    known = [rung for rung, point in zip(rungs, points, strict=True) if point]
    assert [rung.before for rung in known] == ["", *(rung.marks.dot for rung in known)][:-1]
    assert all(rung.before == "" and rung.marks is None for rung in rungs if rung not in known)
    for rung in known:
        assert 0 <= number(rung.marks.low) <= number(rung.marks.dot) <= number(rung.marks.high)


def test_no_line_runs_through_a_gap():
    point = (0.5, Interval(low=0.4, high=0.6))
    apart = trend([point, None, point])
    assert apart.lines == apart.bands == ()
    assert [place.is_alone for place in apart.places] == [True, False, True]
    twice = trend([point, point, None, point, point, point])
    assert [len(corners(line)) for line in twice.lines] == [2, 3]
