"""Where the marks of a chart go. Pure: shares in, SVG coordinates out.

Charts stretch: horizontal coordinates are percentages of the drawing's width, so that text and
strokes keep their size on a phone. Coordinates are strings with a decimal point, because a
template would print a number in the reader's language ("34,5%"), which SVG does not understand.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ambassadors.dashboard.statistics import Interval

_MARGIN = 1.5  # per cent left free on both sides, so that a mark on the end is not cut off
_HEAD = 14.0  # per cent left free above the tallest bar, for its number
_FILLED = 0.76  # how much of its room a bar takes

Estimated = tuple[float, Interval]  # a value with its interval


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


@dataclass(frozen=True, kw_only=True)
class Bar:
    """An upright bar. ``y`` is its top, ``middle`` halfway its width; ``room`` and ``space`` are
    where its column starts and how wide that is, for a link that is easy to hit."""

    x: str
    width: str
    y: str
    height: str
    middle: str
    room: str
    space: str


def histogram(counts: Sequence[int]) -> tuple[Bar, ...]:
    """Return one bar per count, the tallest as high as leaves room for its number.

    Counts that are all 0 give bars without height. Raises ValueError when a count is below 0.
    """
    if counts and min(counts) < 0:
        raise ValueError("A bar cannot be lower than nothing.")
    most = max(counts, default=0)
    space = _space(len(counts))
    bars = []
    for place, count in enumerate(counts):
        height = (100 - _HEAD) * count / most if most else 0.0
        middle = _middle(place, len(counts))
        bars.append(
            Bar(
                x=_percentage(middle - space * _FILLED / 2),
                width=_percentage(space * _FILLED),
                y=_percentage(100 - height),
                height=_percentage(height),
                middle=_percentage(middle),
                room=_percentage(middle - space / 2),
                space=_percentage(space),
            )
        )
    return tuple(bars)


@dataclass(frozen=True, kw_only=True)
class Place:
    """One period of a trend. Without ``dot`` there is too little to draw.

    ``is_alone`` when neither neighbour can be drawn: no band shows its interval. ``room`` and
    ``space`` are where its column starts and how wide that is.
    """

    x: str
    room: str
    space: str
    dot: str = ""
    low: str = ""
    high: str = ""
    is_alone: bool = False


@dataclass(frozen=True, kw_only=True)
class Trend:
    """The periods, and what joins them: a line and a band for each unbroken run of two or more.

    ``lines`` and ``bands`` are the points of a polyline and a polygon in a drawing of 100 by 100
    that is stretched (``preserveAspectRatio="none"``).
    """

    places: tuple[Place, ...]
    lines: tuple[str, ...]
    bands: tuple[str, ...]


def trend(points: Sequence[Estimated | None]) -> Trend:
    """Return where shares with their interval go, in order of time; None where there is none.

    A gap is left open: nothing is drawn through a period of which nothing can be said.
    """
    runs = _runs(points)
    joined = {place for run in runs if len(run) > 1 for place in run}
    lines, bands = [], []
    for run in runs:
        known = [(_middle(place, len(points)), points[place]) for place in run]
        if len(run) > 1:
            lines.append(_points([(x, point[0]) for x, point in known if point]))
            upper = [(x, point[1].high) for x, point in known if point]
            lower = [(x, point[1].low) for x, point in known if point]
            bands.append(_points(upper + lower[::-1]))
    places = tuple(
        _place(place, len(points), point, is_alone=place not in joined)
        for place, point in enumerate(points)
    )
    return Trend(places=places, lines=tuple(lines), bands=tuple(bands))


def rise(value: float) -> str:
    """Return how far from the top a share lies in a trend."""
    return _percentage(_from_top(value))


@dataclass(frozen=True, kw_only=True)
class Rest:
    """What is left at one step, and beside it what was lost on the way to it."""

    kept: Segment
    lost: Segment


def funnel(numbers: Sequence[int], scale: Scale) -> tuple[Rest, ...]:
    """Return a bar per step, as parts of the first.

    Raises ValueError when a step has more than the one before, or less than nothing.
    """
    rests = []
    before = numbers[0] if numbers else 0
    whole = before or 1
    for number in numbers:
        if not 0 <= number <= before:
            raise ValueError("A step cannot have more than the one before.")
        left, had = number / whole, before / whole
        rests.append(
            Rest(
                kept=Segment(start=scale.at(0), width=scale.length(0, left)),
                lost=Segment(start=scale.at(left), width=scale.length(left, had)),
            )
        )
        before = number
    return tuple(rests)


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One touchpoint. ``before`` is where the last one above it that is known has its dot."""

    marks: Strip | None
    before: str


def ladder(points: Sequence[Estimated | None], scale: Scale) -> tuple[Rung, ...]:
    """Return the touchpoints in the order of the journey; None where nothing can be said."""
    rungs = []
    before = ""
    for point in points:
        marks = strip(point[0], point[1], scale) if point else None
        rungs.append(Rung(marks=marks, before=before if marks else ""))
        before = marks.dot if marks else before
    return tuple(rungs)


def _space(number: int) -> float:
    return (100 - 2 * _MARGIN) / number if number else 0.0


def _middle(place: int, number: int) -> float:
    return _MARGIN + (place + 0.5) * _space(number)


def _from_top(share: float) -> float:
    inside = min(max(share, 0.0), 1.0)
    return 100 - _MARGIN - inside * (100 - 2 * _MARGIN)


def _runs(points: Sequence[Estimated | None]) -> list[list[int]]:
    """Return the places of the points that are known, in unbroken runs."""
    runs: list[list[int]] = []
    for place, point in enumerate(points):
        if point is None:
            continue
        if runs and runs[-1][-1] == place - 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return runs


def _place(place: int, number: int, point: Estimated | None, *, is_alone: bool) -> Place:
    middle, space = _middle(place, number), _space(number)
    empty = Place(
        x=_percentage(middle),
        room=_percentage(middle - space / 2),
        space=_percentage(space),
    )
    if point is None:
        return empty
    value, interval = point
    low, high = rise(interval.low), rise(interval.high)
    return replace(empty, dot=rise(value), low=low, high=high, is_alone=is_alone)


def _points(pairs: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.2f},{_from_top(share):.2f}" for x, share in pairs)


def _percentage(number: float) -> str:
    return f"{number:.2f}%"
