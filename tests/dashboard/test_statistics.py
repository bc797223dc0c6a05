"""The statistics against published examples and their own algebra."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ambassadors.dashboard.statistics import (
    Change,
    Interval,
    PlusMinus,
    Share,
    change,
    plus_minus_interval,
    silence_bounds,
    wilson,
)


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_the_published_intervals(count, n, low, high):
    interval = wilson(count, n)
    assert interval.low == pytest.approx(low, abs=0.00005)
    assert interval.high == pytest.approx(high, abs=0.00005)


@st.composite
def shares(draw):
    n = draw(st.integers(1, 5000))
    return draw(st.integers(0, n)), n


@given(shares())
def test_wilson_contains_the_share_and_stays_within_0_and_1(share):
    count, n = share
    interval = wilson(count, n)
    assert 0 <= interval.low <= count / n <= interval.high <= 1
    assert interval.width > 0


@given(shares(), st.integers(2, 20))
def test_wilson_narrows_when_the_same_share_comes_from_more_answers(share, times):
    count, n = share
    assert wilson(count * times, n * times).width < wilson(count, n).width


@given(shares())
def test_wilson_is_symmetric_in_what_is_counted(share):
    count, n = share
    interval, mirror = wilson(count, n), wilson(n - count, n)
    assert interval.low == pytest.approx(1 - mirror.high, abs=1e-12)
    assert interval.high == pytest.approx(1 - mirror.low, abs=1e-12)


def test_without_answers_everything_is_possible():
    assert wilson(0, 0) == Interval(low=0.0, high=1.0)
    assert plus_minus_interval(0, 0, 0) == Interval(low=-1.0, high=1.0)
    assert silence_bounds(0, 0, 0) == Interval(low=0.0, high=1.0)


def test_plus_minus_adds_three_imaginary_answers():
    # By hand after Rocks (2016): 24 of 50 +, 6 of 50 –. (24.75 - 6.75) / 53 = 0.33962;
    # variance 31.5/53 - 0.33962² = 0.47900, standard error √(0.47900/53) = 0.095067.
    interval = plus_minus_interval(24, 6, 50)
    assert interval.low == pytest.approx(0.33962 - 1.95996 * 0.095067, abs=0.00005)
    assert interval.high == pytest.approx(0.33962 + 1.95996 * 0.095067, abs=0.00005)


@st.composite
def three_groups(draw):
    plus, zero, minus = (draw(st.integers(0, 600)) for _group in range(3))
    return plus, zero, minus


@example((1, 0, 0))
@example((0, 0, 1))
@given(three_groups())
def test_plus_minus_contains_its_estimate_and_mirrors(counts):
    plus, zero, minus = counts
    n = plus + zero + minus
    interval, mirror = plus_minus_interval(plus, minus, n), plus_minus_interval(minus, plus, n)
    assert -1 <= interval.low <= interval.high <= 1
    assert interval.low == pytest.approx(-mirror.high)
    if n:
        assert interval.low - 1e-9 <= (plus - minus) / n <= interval.high + 1e-9


@given(three_groups(), st.integers(2, 10))
def test_plus_minus_narrows_with_more_of_the_same(counts, times):
    plus, zero, minus = counts
    n = plus + zero + minus
    few, many = (
        plus_minus_interval(plus, minus, n),
        plus_minus_interval(plus * times, minus * times, n * times),
    )
    assert many.width < few.width or n == 0


def test_silence_leaves_20_to_87_per_cent_when_33_answer_and_60_per_cent_is_plus():
    bounds = silence_bounds(198, 330, 1000)  # PRODUCT, what the dashboard may say
    assert round(bounds.low, 2) == 0.20
    assert round(bounds.high, 2) == 0.87


@given(three_groups())
def test_silence_bounds_contain_every_possible_truth(counts):
    plus, others, silent = counts
    answered = plus + others
    bounds = silence_bounds(plus, answered, answered + silent)
    for hidden in (0, silent // 2, silent):
        if answered + silent:
            truth = (plus + hidden) / (answered + silent)
            assert truth in bounds


@given(three_groups())
def test_silence_bounds_are_reached(counts):
    plus, others, silent = counts
    answered, asked = plus + others, plus + others + silent
    bounds = silence_bounds(plus, answered, asked)
    if asked:  # nobody who is silent is +, and everybody is
        assert bounds == Interval(low=plus / asked, high=(plus + silent) / asked)
    assert silence_bounds(plus, answered, answered).width == (0 if answered else 1)


@pytest.mark.parametrize("wrong", [(-1, 5), (6, 5), (1, 0)])
def test_what_is_no_share_is_refused(wrong):
    with pytest.raises(ValueError, match="is not a share"):
        wilson(*wrong)
    with pytest.raises(ValueError, match="is not a share"):
        Share(count=wrong[0], n=wrong[1])


def test_nine_is_too_few_and_ten_is_enough():
    assert not Share(count=3, n=9).is_enough
    assert Share(count=3, n=10).is_enough


def test_intervals_that_touch_are_not_apart():
    low, high = Interval(low=0.1, high=0.3), Interval(low=0.3, high=0.5)
    assert not low.is_apart_from(high)
    assert low.is_apart_from(Interval(low=0.31, high=0.5))
    assert Interval(low=0.31, high=0.5).is_apart_from(low)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((20, 100), (45, 100), Change.HIGHER),
        ((45, 100), (20, 100), Change.LOWER),
        ((30, 100), (40, 100), Change.NOT_DEMONSTRABLE),
        ((0, 9), (100, 100), Change.TOO_FEW),
        ((0, 100), (9, 9), Change.TOO_FEW),
    ],
)
def test_a_change_is_claimed_only_when_the_intervals_are_apart(before, after, expected):
    before, after = (Share(count=count, n=n) for count, n in (before, after))
    assert change(before, after) is expected


def test_a_change_of_plus_minus_is_judged_by_its_own_interval():
    low, high = PlusMinus(plus=10, minus=40, n=100), PlusMinus(plus=40, minus=10, n=100)
    assert change(low, high) is Change.HIGHER
    assert change(high, low) is Change.LOWER
    assert change(high, PlusMinus(plus=45, minus=10, n=100)) is Change.NOT_DEMONSTRABLE


@given(shares(), shares())
def test_a_change_back_is_the_opposite(one, other):
    one, other = (Share(count=count, n=n) for count, n in (one, other))
    opposite = {Change.HIGHER: Change.LOWER, Change.LOWER: Change.HIGHER}
    there, back = change(one, other), change(other, one)
    assert back is opposite.get(there, there)
    if there is Change.HIGHER:
        assert other.value > one.value


@pytest.mark.parametrize("wrong", [(3, 3, 5), (-1, 0, 5), (0, -1, 5)])
def test_what_is_no_plus_minus_is_refused(wrong):
    plus, minus, n = wrong
    with pytest.raises(ValueError, match="is not a share"):
        PlusMinus(plus=plus, minus=minus, n=n)
