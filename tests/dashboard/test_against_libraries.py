"""The same figures by another road: statsmodels, SciPy, and sums without any formula."""

from math import sqrt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.stats import binom, norm
from statsmodels.stats.proportion import proportion_confint

from ambassadors.dashboard.statistics import (
    Z_95,
    median_of_counts,
    plus_minus_interval,
    wilson,
)


def test_the_constant_is_the_percentile_of_the_normal_distribution():
    assert pytest.approx(norm.ppf(0.975), rel=1e-15) == Z_95


@example((0, 1))
@example((1, 1))
@given(st.integers(1, 1_000_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_that_of_statsmodels(share):
    count, n = share
    low, high = proportion_confint(count, n, alpha=0.05, method="wilson")
    interval = wilson(count, n)
    assert interval.low == pytest.approx(low, abs=1e-12)
    assert interval.high == pytest.approx(high, abs=1e-12)


@given(st.integers(1, 400), st.integers(0, 400), st.integers(0, 400))
def test_plus_minus_is_the_mean_of_scores_with_three_answers_more(plus, zero, minus):
    # Every answer as the number 1, 0 or -1; ¾ of one added at either end and 1½ in the middle.
    # Mean and standard error as of any weighted sample, without a formula for shares.
    sample = [(1, plus + 0.75), (0, zero + 1.5), (-1, minus + 0.75)]
    size = sum(weight for _number, weight in sample)
    mean = sum(number * weight for number, weight in sample) / size
    variance = sum(weight * (number - mean) ** 2 for number, weight in sample) / size
    spread = norm.ppf(0.975) * sqrt(variance / size)
    n = plus + zero + minus
    estimate = (plus - minus) / n
    interval = plus_minus_interval(plus, minus, n)
    assert interval.low == pytest.approx(min(max(mean - spread, -1), estimate), abs=1e-9)
    assert interval.high == pytest.approx(max(min(mean + spread, 1), estimate), abs=1e-9)


@example(5)
@example(6)
@example(100_000)
@given(st.integers(1, 3000))
def test_the_ranks_of_the_median_are_those_of_the_binomial(n):
    interval = median_of_counts(dict.fromkeys(range(1, n + 1), 1)).interval
    if interval is None:
        assert binom.cdf(0, n, 0.5) > 0.025
        return
    below = interval.low - 1
    assert binom.cdf(below, n, 0.5) <= 0.025 < binom.cdf(below + 1, n, 0.5)
    coverage = binom.cdf(interval.high - 1, n, 0.5) - binom.cdf(below, n, 0.5)
    assert coverage >= 0.95
