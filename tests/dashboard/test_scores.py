"""The Net Promoter Score and the median against published examples and their own algebra."""

import statistics

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ambassadors.dashboard.statistics import (
    Change,
    Interval,
    Nps,
    change,
    median_of_counts,
    nps,
)

SCORES = st.lists(st.integers(0, 400), min_size=11, max_size=11)
COUNTS = st.dictionaries(st.integers(0, 2000), st.integers(0, 60), max_size=20)


def counted(values):
    return {value: values.count(value) for value in set(values)}


def expanded(counts):
    return [value for value, count in counts.items() for _time in range(count)]


def test_nine_and_ten_promote_and_up_to_six_detracts():
    score = nps([1, 2, 3, 4, 5, 6, 7, 100, 200, 40, 50])
    assert (score.detractors, score.passives, score.promoters) == (28, 300, 90)
    assert score.n == 418
    assert score.value == pytest.approx(100 * 62 / 418)


def test_the_score_of_the_published_example():
    # Integron, "Net Promoter Score", example 1: 180 promoters, 140 passives, 80 detractors: +25
    assert Nps(promoters=180, passives=140, detractors=80).value == 25


def test_without_answers_any_score_is_possible():
    score = nps([0] * 11)
    assert score.value == 0
    assert score.interval == Interval(low=-100, high=100)
    assert not score.is_enough


@pytest.mark.parametrize("wrong", [[], [1] * 10, [1] * 12, [1] * 10 + [-1]])
def test_what_is_no_scale_of_0_to_10_is_refused(wrong):
    with pytest.raises(ValueError, match="11 counts"):
        nps(wrong)


@given(SCORES)
def test_the_interval_of_a_score_contains_it_and_mirrors(scores):
    score = nps(scores)
    assert -100 <= score.interval.low <= score.value <= score.interval.high <= 100
    mirror = Nps(promoters=score.detractors, passives=score.passives, detractors=score.promoters)
    assert mirror.value == -score.value
    assert mirror.interval.low == pytest.approx(-score.interval.high)


@given(SCORES.filter(any), st.integers(2, 10))
def test_the_interval_of_a_score_narrows_with_more_of_the_same(scores, times):
    more = nps([count * times for count in scores])
    assert more.value == pytest.approx(nps(scores).value)
    assert more.interval.width < nps(scores).interval.width


def test_scores_are_compared_by_their_intervals():
    low, high = (
        Nps(promoters=10, passives=50, detractors=40),
        Nps(promoters=40, passives=50, detractors=10),
    )
    assert change(low, high) is Change.HIGHER
    assert change(high, Nps(promoters=5, passives=0, detractors=0)) is Change.TOO_FEW


@example({3: 2, 8: 2})
@given(COUNTS)
def test_the_median_is_that_of_the_values_one_by_one(counts):
    found, values = median_of_counts(counts), expanded(counts)
    if values:
        assert found.value == statistics.median(values)
        assert found.n == len(values)
    else:
        assert found is None


@given(COUNTS.filter(lambda counts: sum(counts.values())))
def test_the_interval_of_the_median_contains_it_and_ends_on_values(counts):
    found = median_of_counts(counts)
    if found.n < 6:
        assert found.interval is None
    else:
        assert found.interval.low <= found.value <= found.interval.high
        assert {found.interval.low, found.interval.high} <= set(expanded(counts))


@given(st.integers(6, 400), st.integers(2, 8))
def test_the_interval_of_the_median_narrows_with_more_of_the_same(n, times):
    few = median_of_counts(dict.fromkeys(range(n), 1))
    many = median_of_counts(dict.fromkeys(range(n), times))
    assert many.value == few.value
    assert many.interval.width < few.interval.width


@given(st.lists(st.integers(0, 500), min_size=6, max_size=80))
def test_the_interval_of_the_median_mirrors(values):
    found, mirror = (
        median_of_counts(counted(values)),
        median_of_counts(counted([-value for value in values])),
    )
    assert mirror.value == -found.value
    assert mirror.interval == Interval(low=-found.interval.high, high=-found.interval.low)


@pytest.mark.parametrize(
    ("n", "rank"),
    [
        # The usual table of ranks for the median, at least 95%, as in Conover, Practical
        # Nonparametric Statistics (3rd edition 1999), section 3.2; 100 is the example of
        # Gardner and Altman, Statistics with Confidence (1989), 71-73: the 40th to the 61st.
        *((6, 1), (8, 1), (9, 2), (10, 2), (12, 3), (15, 4), (17, 5), (18, 5), (20, 6)),
        (100, 40),
    ],
)
def test_the_ranks_are_the_published_ones(n, rank):
    found = median_of_counts(dict.fromkeys(range(1, n + 1), 1))
    assert found.interval == Interval(low=rank, high=n + 1 - rank)


@pytest.mark.parametrize(
    ("values", "median", "low", "high"),
    [
        # Altman, Machin, Bryant and Gardner, Statistics with Confidence (2nd edition 2000),
        # 38: beta-endorphin of 11 runners, here in tenths of pmol/l
        (
            [660, 712, 830, 836, 1010, 1076, 1220, 1430, 1600, 1770, 4140],
            *(1076, 712, 1770),
        ),
        # Bonett, statpsych, ci.median: 10 scores
        ([25, 29, 35, 36, 36, 40, 41, 43, 44, 54], 38, 29, 44),
        # and 19, with values that occur more than once
        (
            [30, 20, 15, 10, 10, 60, 20, 25, 20, 30, 10, 5, 50, 40, 20, 10, 0, 20, 50],
            *(20, 10, 30),
        ),
    ],
)
def test_the_median_gives_the_published_intervals(values, median, low, high):
    found = median_of_counts(counted(values))
    assert found.value == median
    assert found.interval == Interval(low=low, high=high)


def test_five_values_leave_the_median_open_and_nine_say_too_little():
    assert median_of_counts({4: 5}).interval is None
    assert not median_of_counts({4: 9}).is_enough
    assert median_of_counts({4: 10}).is_enough


def test_a_count_below_zero_is_refused():
    with pytest.raises(ValueError, match="less than zero"):
        median_of_counts({4: -1})
