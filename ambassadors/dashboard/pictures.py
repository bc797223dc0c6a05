"""What a picture of the dashboard holds: words, figures and places, ready for its template.

Each has a finding as its caption, marks that may lead to a list (``address``), and the same
figures as a table. The templates are ``templates/dashboard/parts/``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from ambassadors.dashboard import findings, geometry
from ambassadors.dashboard.contacts import title_of
from ambassadors.dashboard.geometry import Rest, Scale, Strip
from ambassadors.dashboard.references import Figure, beside
from ambassadors.dashboard.statistics import Change, Nps, Share, change, nps
from staff.wording import percent, whole_number

_SHARES = Scale()
_SCORES = Scale(first=-100, last=100)
_HITTABLE = 11  # so many columns are each wide enough for a finger at 320 px


@dataclass(frozen=True, kw_only=True)
class Column:
    """One answer of a histogram; ``opens`` says what is listed at ``address``."""

    label: str
    count: int
    words: str
    kind: str  # plus, zero or minus
    marks: geometry.Bar
    address: str
    opens: str


@dataclass(frozen=True, kw_only=True)
class Part:
    """One of the three parts of an NPS, for the key."""

    label: str
    words: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class ReferenceMark:
    """Where a reference lies; ``width`` is empty for a single value."""

    start: str
    width: str
    middle: str


@dataclass(frozen=True, kw_only=True)
class Histogram:
    """The answers on the scale of 0 to 10. Context of ``parts/histogram.html`` as ``picture``.

    ``key`` is unique on the page. Without ``is_drawn`` there are too few answers.
    """

    key: str
    finding: str
    note: str
    name: str
    columns: tuple[Column, ...]
    parts: tuple[Part, ...]
    score: Strip | None
    references: tuple[ReferenceMark, ...]
    comparisons: tuple[str, ...]
    is_drawn: bool

    @property
    def has_links(self) -> bool:
        """Whether any column leads somewhere."""
        return any(column.address for column in self.columns)

    @property
    def is_crowded(self) -> bool:
        """Whether the numbers above the columns are too wide for a phone; the table has them."""
        return any(column.count > 999 for column in self.columns)


def histogram(
    scores: Sequence[int], *, note: str = "", key: str = "scores", addresses: Sequence[str] = ()
) -> Histogram:
    """Return the picture of 11 counts, of the answers 0 to 10, with its NPS and references.

    ``note`` comes after the one about the scale. ``addresses`` are 11, or none. Raises ValueError
    otherwise.
    """
    found = nps(scores)
    scale = _("Answers on the scale of 0 to 10. n = %(n)s.") % {"n": whole_number(found.n)}
    whole = found.n or 1
    columns = tuple(
        Column(
            label=str(answer),
            count=count,
            words=f"{whole_number(count)} ({percent(count / whole)})",
            kind=_kind(answer),
            marks=marks,
            address=address,
            opens=title_of("score", str(answer)),
        )
        for answer, (count, marks, address) in enumerate(
            zip(scores, geometry.histogram(scores), addresses or [""] * 11, strict=True)
        )
    )
    return Histogram(
        key=key,
        finding=findings.of_nps(found),
        note=f"{scale} {note}".strip(),
        name=_("Answers from 0 to 10"),
        columns=columns,
        parts=_parts(found),
        score=geometry.strip(found.value, found.interval, _SCORES) if found.is_enough else None,
        references=_score_references(),
        comparisons=tuple(findings.nps_beside_references(found)),
        is_drawn=found.is_enough,
    )


def _kind(answer: int) -> str:
    return "plus" if answer >= 9 else "zero" if answer >= 7 else "minus"


def _parts(found: Nps) -> tuple[Part, ...]:
    labelled = (
        (_("9 and 10: would recommend"), found.promoters, "plus"),
        (_("7 and 8: perhaps"), found.passives, "zero"),
        (_("0 to 6: would not"), found.detractors, "minus"),
    )
    return tuple(
        Part(
            label=label,
            words=findings.share_words(Share(count=count, n=found.n)),
            kind=kind,
        )
        for label, count, kind in labelled
    )


def _score_references() -> tuple[ReferenceMark, ...]:
    return tuple(
        ReferenceMark(
            start=_SCORES.at(reference.low),
            width=_SCORES.length(reference.low, reference.high) if reference.is_range else "",
            middle=_SCORES.at((reference.low + reference.high) / 2),
        )
        for reference in beside(Figure.NPS)
    )


@dataclass(frozen=True, kw_only=True)
class Period:
    """One period of a trend."""

    label: str
    words: str
    share: Share
    place: geometry.Place
    address: str


@dataclass(frozen=True, kw_only=True)
class Trend:
    """Shares over time. Context of ``parts/trend.html`` as ``picture``.

    ``key`` is unique on the page. ``kind`` is ``positive``, ``negative``, ``neutral`` or ``ink``.
    """

    key: str
    finding: str
    note: str
    name: str
    kind: str
    periods: tuple[Period, ...]
    lines: tuple[str, ...]
    bands: tuple[str, ...]
    levels: tuple[str, ...]  # where 0, 50 and 100% are
    reference: str
    reference_label: str

    @property
    def is_drawn(self) -> bool:
        """Whether any period has enough answers."""
        return any(period.place.dot for period in self.periods)

    @property
    def has_gaps(self) -> bool:
        """Whether some period has too few answers."""
        return any(not period.place.dot for period in self.periods)

    @cached_property  # asked for every period
    def has_links(self) -> bool:
        """Whether the marks lead somewhere and are wide enough to be hit; else the table does."""
        return len(self.periods) <= _HITTABLE and any(period.address for period in self.periods)


def trend(
    periods: Sequence[tuple[str, Share]],
    *,
    name: str,
    finding: str,
    note: str = "",
    key: str = "trend",
    kind: str = "positive",
    addresses: Sequence[str] = (),
    reference: float | None = None,
    reference_label: str = "",
) -> Trend:
    """Return the picture of a share per period, in order of time.

    ``name`` says what the share is of; ``addresses`` are as many as periods, or none.
    """
    drawn = geometry.trend(
        [(share.value, share.interval) if share.is_enough else None for _label, share in periods]
    )
    return Trend(
        key=key,
        finding=finding,
        note=note,
        name=name,
        kind=kind,
        periods=_periods(periods, drawn.places, addresses),
        lines=drawn.lines,
        bands=drawn.bands,
        levels=tuple(geometry.rise(level) for level in (0.0, 0.5, 1.0)),
        reference="" if reference is None else geometry.rise(reference),
        reference_label=reference_label,
    )


def _periods(
    periods: Sequence[tuple[str, Share]],
    places: Sequence[geometry.Place],
    addresses: Sequence[str],
) -> tuple[Period, ...]:
    return tuple(
        Period(
            label=label,
            words=findings.share_words(share),
            share=share,
            place=place,
            address=address,
        )
        for (label, share), place, address in zip(
            periods, places, addresses or [""] * len(periods), strict=True
        )
    )


@dataclass(frozen=True, kw_only=True)
class Loss:
    """Why some did not come through to a step, and where they are listed."""

    label: str
    number: int
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One step, as it is handed in."""

    label: str
    number: int
    losses: tuple[Loss, ...] = ()
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step, as it is drawn. ``words`` is its share of the step before."""

    label: str
    number: int
    lost: int
    words: str
    losses: tuple[Loss, ...]
    marks: Rest
    address: str


@dataclass(frozen=True, kw_only=True)
class Funnel:
    """The steps of coverage. Context of ``parts/funnel.html`` as ``picture``."""

    key: str
    finding: str
    note: str
    steps: tuple[Step, ...]

    @property
    def is_drawn(self) -> bool:
        """Whether there is anybody at the first step."""
        return bool(self.steps and self.steps[0].number)


def funnel(
    stages: Sequence[Stage], *, finding: str = "", note: str = "", key: str = "funnel"
) -> Funnel:
    """Return the picture of steps of which each has at most as many as the one before.

    Without ``finding`` it says how many came through. Raises ValueError when a step grows.
    """
    numbers = [stage.number for stage in stages]
    steps = []
    for place, (stage, marks) in enumerate(
        zip(stages, geometry.funnel(numbers, _SHARES), strict=True)
    ):
        before = numbers[place - 1] if place else 0
        share = Share(count=stage.number, n=before) if place else None
        words = ""
        if share and share.is_enough:
            words = _("%(share)s of the step before") % {"share": percent(share.value)}
        steps.append(
            Step(
                label=stage.label,
                number=stage.number,
                lost=before - stage.number if place else 0,
                words=words,
                losses=stage.losses,
                marks=marks,
                address=stage.address,
            )
        )
    said = finding or findings.of_steps([(stage.label, stage.number) for stage in stages])
    return Funnel(key=key, finding=said, note=note, steps=tuple(steps))


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One touchpoint. ``before`` is where the last known one has its dot, ``change`` what may be
    said of the difference with it."""

    label: str
    words: str
    share: Share
    marks: Strip | None
    before: str
    change: str
    has_fallen: bool
    address: str


@dataclass(frozen=True, kw_only=True)
class Ladder:
    """The touchpoints of the journey. Context of ``parts/ladder.html`` as ``picture``."""

    finding: str
    note: str
    rungs: tuple[Rung, ...]

    @property
    def is_compared(self) -> bool:
        """Whether any touchpoint stands beside the one before."""
        return any(rung.before for rung in self.rungs)


def ladder(
    touchpoints: Sequence[tuple[str, Share]],
    *,
    finding: str = "",
    note: str = "",
    addresses: Sequence[str] = (),
) -> Ladder:
    """Return the picture of a share per touchpoint, in the order of the journey.

    Without ``finding`` it says where the share falls.
    """
    places = geometry.ladder(
        [
            (share.value, share.interval) if share.is_enough else None
            for _name, share in touchpoints
        ],
        _SHARES,
    )
    rungs = []
    before: Share | None = None
    for (label, share), place, address in zip(
        touchpoints, places, addresses or [""] * len(touchpoints), strict=True
    ):
        found = change(before, share) if before and share.is_enough else None
        rungs.append(
            Rung(
                label=label,
                words=findings.share_words(share),
                share=share,
                marks=place.marks,
                before=place.before,
                change=findings.of_change(found) if found else "",
                has_fallen=found is Change.LOWER,
                address=address,
            )
        )
        before = share if share.is_enough else before
    said = finding or findings.of_journey(touchpoints)
    return Ladder(finding=said, note=note, rungs=tuple(rungs))
