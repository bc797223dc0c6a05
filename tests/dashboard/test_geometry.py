"""Marks lie where the figures are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ambassadors.dashboard.geometry import Scale, stack, strip
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
