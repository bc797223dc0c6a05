"""Where the marks of a chart go. Pure: shares in, SVG coordinates out.

Charts stretch: horizontal coordinates are percentages of the drawing's width, so that text and
strokes keep their size on a phone. Coordinates are strings with a decimal point, because a
template would print a number in the reader's language ("34,5%"), which SVG does not understand.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ambassadors.dashboard.statistics import Interval

_MARGIN = 1.5  # per cent left free on both sides, so that a mark on the end is not cut off


@dataclass(frozen=True, kw_only=True)
class Scale:
    """Maps values from ``first`` to ``last`` on the width of a drawing."""

    first: float = 0.0
    last: float = 1.0

    def at(self, value: float) -> str:
        """Return where ``value`` lies; a value outside the scale is put on its end."""
        return _percentage(self._place(value))

    def length(self, start: float, end: float) -> str:
        """Return the distance between two values."""
        return _percentage(self._place(end) - self._place(start))

    def _place(self, value: float) -> float:
        inside = min(max(value, self.first), self.last)
        part = (inside - self.first) / (self.last - self.first)
        return _MARGIN + part * (100 - 2 * _MARGIN)


@dataclass(frozen=True, kw_only=True)
class Strip:
    """A dot with a band around it on one line."""

    dot: str
    start: str
    width: str
    low: str
    high: str


def strip(value: float, interval: Interval, scale: Scale) -> Strip:
    """Return the marks for an estimate and its interval."""
    return Strip(
        dot=scale.at(value),
        start=scale.at(interval.low),
        width=scale.length(interval.low, interval.high),
        low=scale.at(interval.low),
        high=scale.at(interval.high),
    )


@dataclass(frozen=True, kw_only=True)
class Segment:
    """One part of a stacked bar."""

    start: str
    width: str


def stack(counts: Sequence[int], scale: Scale) -> tuple[Segment, ...]:
    """Return the parts of a bar that together fill ``scale``, in the given order.

    Raises ValueError when there is nothing to divide.
    """
    total = sum(counts)
    if total <= 0:
        raise ValueError("An empty bar has no parts.")
    segments = []
    done = 0
    for count in counts:
        start, end = done / total, (done + count) / total
        segments.append(Segment(start=scale.at(start), width=scale.length(start, end)))
        done += count
    return tuple(segments)


def _percentage(number: float) -> str:
    return f"{number:.2f}%"
