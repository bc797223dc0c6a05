"""What may honestly be said about shares, scores and times. Pure: numbers in, numbers out.

Shares are between 0 and 1; every interval is a 95% confidence interval.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from itertools import accumulate
from math import exp, lgamma, log, sqrt
from typing import Protocol

MINIMUM_N = 10  # below this a share says too little (PRODUCT, what the dashboard may say)
Z_95 = 1.959963984540054  # the 97.5th percentile of the standard normal distribution
_TAIL = 0.025  # what a 95% interval may miss on either side


@dataclass(frozen=True, kw_only=True)
class Interval:
    """From ``low`` up to and including ``high``."""

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    @property
    def width(self) -> float:
        """How far apart the ends are."""
        return self.high - self.low

    def is_apart_from(self, other: "Interval") -> bool:
        """Whether the two share no value: only then may one be called higher than the other."""
        return self.low > other.high or self.high < other.low


@dataclass(frozen=True, kw_only=True)
class Share:
    """``count`` of ``n``."""

    count: int
    n: int

    def __post_init__(self) -> None:
        _check(self.count, self.n)

    @property
    def value(self) -> float:
        """The share itself; 0 when there is nothing to share."""
        return self.count / self.n if self.n else 0.0

    @cached_property
    def interval(self) -> Interval:
        """See ``wilson``."""
        return wilson(self.count, self.n)

    @property
    def is_enough(self) -> bool:
        """Whether ``n`` is large enough to say anything."""
        return self.n >= MINIMUM_N


class Estimate(Protocol):
    """What can be compared: a value, its interval, and whether it stands on enough answers."""

    @property
    def value(self) -> float:
        """The estimate itself."""

    @property
    def interval(self) -> Interval:
        """Its 95% interval, in the same unit."""

    @property
    def n(self) -> int:
        """The number of answers that it stands on."""

    @property
    def is_enough(self) -> bool:
        """Whether it stands on enough answers to say anything."""


@dataclass(frozen=True, kw_only=True)
class PlusMinus:
    """The share of + minus the share of – among ``n`` answers."""

    plus: int
    minus: int
    n: int

    def __post_init__(self) -> None:
        _check_parts(self.plus, self.minus, self.n)

    @property
    def value(self) -> float:
        """The difference, between -1 and 1; 0 when there are no answers."""
        return (self.plus - self.minus) / self.n if self.n else 0.0

    @property
    def interval(self) -> Interval:
        """See ``plus_minus_interval``."""
        return plus_minus_interval(self.plus, self.minus, self.n)

    @property
    def is_enough(self) -> bool:
        """Whether ``n`` is large enough to say anything."""
        return self.n >= MINIMUM_N


@dataclass(frozen=True, kw_only=True)
class Nps:
    """A Net Promoter Score: 9–10 promotes, 7–8 is passive, 0–6 detracts (Reichheld, Harvard
    Business Review 81(12), 2003, 46-54). Only for answers on the scale of 0 to 10."""

    promoters: int
    passives: int
    detractors: int

    @property
    def n(self) -> int:
        """All answers."""
        return self.promoters + self.passives + self.detractors

    @property
    def value(self) -> float:
        """The score, between -100 and 100; 0 when there are no answers."""
        return 100 * self._difference.value

    @property
    def interval(self) -> Interval:
        """Of the score, between -100 and 100: see ``plus_minus_interval``."""
        of_shares = self._difference.interval
        return Interval(low=100 * of_shares.low, high=100 * of_shares.high)

    @property
    def is_enough(self) -> bool:
        """Whether ``n`` is large enough to say anything."""
        return self._difference.is_enough

    @property
    def _difference(self) -> PlusMinus:
        return PlusMinus(plus=self.promoters, minus=self.detractors, n=self.n)


@dataclass(frozen=True, kw_only=True)
class Median:
    """The value in the middle of ``n``. ``interval`` is None when they are too few for 95%."""

    value: float
    interval: Interval | None
    n: int

    @property
    def is_enough(self) -> bool:
        """Whether ``n`` is large enough to say anything."""
        return self.n >= MINIMUM_N


class Change(Enum):
    """What may be said of a later figure beside an earlier one."""

    HIGHER = "higher"
    LOWER = "lower"
    NOT_DEMONSTRABLE = "not demonstrable"
    TOO_FEW = "too few"


def wilson(count: int, n: int, z: float = Z_95) -> Interval:
    """Return the score interval for ``count`` of ``n`` (Wilson, Journal of the American
    Statistical Association 22, 1927, 209-212; method 3 of the seven that Newcombe compares,
    Statistics in Medicine 17, 1998, 857-872).

    Nothing asked, ``n`` = 0, leaves everything possible: 0 to 1. Raises ValueError unless
    0 ≤ count ≤ n.
    """
    _check(count, n)
    if n == 0:
        return Interval(low=0.0, high=1.0)
    share = count / n
    spread = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    middle = share + z * z / (2 * n)
    scale = 1 + z * z / n
    # At the ends the formula yields exactly 0 and 1; floating point misses them by a hair.
    low = 0.0 if count == 0 else (middle - spread) / scale
    high = 1.0 if count == n else (middle + spread) / scale
    return Interval(low=min(max(low, 0.0), share), high=max(min(high, 1.0), share))


def plus_minus_interval(plus: int, minus: int, n: int, z: float = Z_95) -> Interval:
    """Return the interval for the share of + minus the share of –, between -1 and 1.

    Adjusted Wald for one sample of three groups, among those that Rocks found to cover best:
    three imaginary answers are added, ¾ to +, ¾ to – and 1½ to 0 (Rocks, The American
    Statistician 70, 2016, 365-372). The idea is that of Agresti and Min (Statistics in Medicine
    24, 2005, 729-740) and of Bonett and Price (Journal of Educational and Behavioral Statistics
    37, 2012, 479-488) for paired shares. ``n`` = 0 leaves everything possible. Raises ValueError
    unless plus + minus ≤ n.
    """
    _check_parts(plus, minus, n)
    if n == 0:
        return Interval(low=-1.0, high=1.0)
    size = n + 3
    share_plus, share_minus = (plus + 0.75) / size, (minus + 0.75) / size
    middle = share_plus - share_minus
    spread = z * sqrt((share_plus + share_minus - middle * middle) / size)
    # Of a single answer the formula alone would leave out the estimate itself.
    estimate = (plus - minus) / n
    low, high = max(middle - spread, -1.0), min(middle + spread, 1.0)
    return Interval(low=min(low, estimate), high=max(high, estimate))


def nps(scores: Sequence[int]) -> Nps:
    """Return the score of 11 counts: how many answered 0, 1, … 10.

    Raises ValueError unless there are 11 counts, none below 0.
    """
    if len(scores) != 11 or min(scores) < 0:
        raise ValueError("An NPS takes 11 counts, of the answers 0 to 10.")
    return Nps(promoters=sum(scores[9:]), passives=sum(scores[7:9]), detractors=sum(scores[:7]))


def median_of_counts(counts: Mapping[int, int]) -> Median | None:
    """Return the median of values of which ``counts`` says how often each occurs. None of nothing.

    The interval runs from the k-th smallest to the k-th largest value, with the largest k for
    which a binomial with chance ½ has at most 2½% below k: it assumes nothing about the form of
    the distribution (Thompson, Annals of Mathematical Statistics 7, 1936, 122-128; with a worked
    example Campbell and Gardner, British Medical Journal 296, 1988, 1454-1456), and holds at
    least 95% for values that occur more than once (Scheffé and Tukey, Annals of Mathematical
    Statistics 16, 1945, 187-192). Fewer than 6 values have none. Raises ValueError when a count
    is below 0.
    """
    if any(count < 0 for count in counts.values()):
        raise ValueError("A value cannot occur less than zero times.")
    values = sorted(value for value, count in counts.items() if count)
    if not values:
        return None
    up_to = list(accumulate(counts[value] for value in values))
    n = up_to[-1]

    def ranked(rank: int) -> int:
        return next(value for value, last in zip(values, up_to, strict=True) if rank <= last)

    middle = (ranked((n + 1) // 2) + ranked(n // 2 + 1)) / 2
    rank = _outer_rank(n)
    interval = Interval(low=ranked(rank), high=ranked(n + 1 - rank)) if rank else None
    return Median(value=middle, interval=interval, n=n)


def change(before: Estimate, after: Estimate) -> Change:
    """Return what may be said of ``after``: higher or lower only when the intervals are apart.

    Stricter than a test of the difference at 5%: it claims less often that there is one, and can
    miss what such a test does find (Schenker and Gentleman, The American Statistician 55, 2001,
    182-186). That is meant: nobody is sent after a difference that may be chance.
    """
    if not (before.is_enough and after.is_enough):
        return Change.TOO_FEW
    if after.interval.low > before.interval.high:
        return Change.HIGHER
    if after.interval.high < before.interval.low:
        return Change.LOWER
    return Change.NOT_DEMONSTRABLE


def silence_bounds(count: int, answered: int, asked: int) -> Interval:
    """Return the least and the most that the share can be among everybody who was asked.

    At least: nobody who was silent is one of ``count``. At most: all of them are. If 33% answer
    and 60% of those are +, the true share lies between 20% and 87% (PRODUCT). Nobody asked leaves
    everything possible. Raises ValueError unless 0 ≤ count ≤ answered ≤ asked.
    """
    _check(count, answered)
    _check(answered, asked)
    if asked == 0:
        return Interval(low=0.0, high=1.0)
    return Interval(low=count / asked, high=(count + asked - answered) / asked)


def _outer_rank(n: int) -> int:
    """Return the largest k with P(X < k) ≤ 2½% for a binomial X of ``n`` and ½; 0 if there is none.

    Adds up from ten standard deviations below the middle: what lies further out is less than
    floating point can tell.
    """
    below = max(0, int(n / 2 - 5 * sqrt(n)))
    chance = 0.0
    while True:
        ways = lgamma(n + 1) - lgamma(below + 1) - lgamma(n - below + 1)
        chance += exp(ways - n * log(2))
        if chance > _TAIL:
            return below
        below += 1


def _check_parts(plus: int, minus: int, n: int) -> None:
    for count in (plus + minus, plus, minus):
        _check(count, n)


def _check(count: int, n: int) -> None:
    if not 0 <= count <= n:
        raise ValueError(f"{count} of {n} is not a share.")
