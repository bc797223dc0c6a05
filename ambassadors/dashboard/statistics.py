"""What may honestly be said about shares. Pure: numbers in, numbers out.

Shares are between 0 and 1; every interval is a 95% confidence interval.
"""

from dataclasses import dataclass
from math import sqrt

MINIMUM_N = 10  # below this a share says too little (PRODUCT, what the dashboard may say)
Z_95 = 1.959963984540054  # the 97.5th percentile of the standard normal distribution


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

    @property
    def interval(self) -> Interval:
        """See ``wilson``."""
        return wilson(self.count, self.n)

    @property
    def is_enough(self) -> bool:
        """Whether ``n`` is large enough to say anything."""
        return self.n >= MINIMUM_N


def wilson(count: int, n: int, z: float = Z_95) -> Interval:
    """Return the score interval for ``count`` of ``n`` (Wilson, JASA 22, 1927, 209-212).

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

    Adjusted Wald for one sample of three groups, as Rocks found to cover best: three imaginary
    answers are added, ¾ to +, ¾ to – and 1½ to 0 (Rocks, The American Statistician 70, 2016,
    365-372; the same idea as Agresti and Min 2005 and Bonett and Price 2012 for paired shares).
    ``n`` = 0 leaves everything possible. Raises ValueError unless plus + minus ≤ n.
    """
    _check(plus + minus, n)
    _check(minus, n)
    _check(plus, n)
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


def _check(count: int, n: int) -> None:
    if not 0 <= count <= n:
        raise ValueError(f"{count} of {n} is not a share.")
