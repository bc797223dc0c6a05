"""The charts of the dashboard: a tally's figures, their words and their places on paper.

A line is too thin to read alone: each carries its label and its figures as text, so that the
drawing repeats what is written and nothing is said by a mark only.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import npgettext, pgettext

from ambassadors.dashboard import findings
from ambassadors.dashboard.geometry import Scale, Segment, Strip, stack, strip
from ambassadors.dashboard.statistics import Share
from ambassadors.rollup.fates import NOT_INVITED, SILENT, UNDELIVERED, Fate
from ambassadors.rollup.tally import Tally
from staff.wording import percent
from surveys.models import Group

_SHARES = Scale()
_DIFFERENCES = Scale(first=-1.0, last=1.0)
_QUARTERS_SHOWN = 8


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A value on the axis. ``anchor`` is the CSS class that keeps the text inside."""

    at: str
    text: str
    anchor: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a chart. Without ``marks`` there is too little to draw."""

    label: str
    note: str
    words: str
    kind: str = "positive"
    marks: Strip | None = None
    bar: tuple[Segment, ...] = ()
    share: Share | None = None
    counts: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Lines over one axis, and the finding that is its caption."""

    finding: str
    lines: list[Line]
    ticks: tuple[Tick, ...]
    reference: str = ""
    reference_label: str = ""

    @property
    def is_drawn(self) -> bool:
        """Whether any line has marks; without them there is no axis either."""
        return any(line.marks for line in self.lines)


def _axis(scale: Scale, values: tuple[float, ...], words: tuple[str, ...]) -> tuple[Tick, ...]:
    anchors = ("", *("m" for _middle in values[2:]), "e")
    return tuple(
        Tick(at=scale.at(value), text=text, anchor=anchor)
        for value, text, anchor in zip(values, words, anchors, strict=True)
    )


def share_axis() -> tuple[Tick, ...]:
    """Return 0%, 25% … 100%."""
    values = (0.0, 0.25, 0.5, 0.75, 1.0)
    return _axis(_SHARES, values, tuple(percent(value) for value in values))


def _share_line(label: str, note: str, share: Share, kind: str = "positive") -> Line:
    marks = strip(share.value, share.interval, _SHARES) if share.is_enough else None
    words = findings.share_words(share)
    return Line(label=label, note=note, words=words, kind=kind, marks=marks, share=share)


def groups(tally: Tally) -> Chart:
    """The three groups: count, share and interval of each."""
    lines = [
        _share_line(
            str(group.label),
            _("%(count)s of %(n)s") % {"count": tally.groups[group], "n": tally.answered},
            tally.share(group),
            kind=group.value,
        )
        for group in Group
    ]
    return Chart(finding=findings.of_groups(tally), lines=lines, ticks=share_axis())


def response(tally: Tally) -> Chart:
    """The response rate beside the pilot's 40%."""
    rate = tally.response_rate
    if tally.is_only_kept:
        note = _("%(count)s of %(n)s kept, not sent")
    else:
        note = _("%(count)s of %(n)s delivered")
    note %= {"count": rate.count, "n": rate.n}
    return Chart(
        finding=findings.of_response(tally),
        lines=[_share_line(_("Response"), note, rate, kind="ink")],
        ticks=share_axis(),
        reference=_SHARES.at(findings.PILOT_RESPONSE) if rate.is_enough else "",
        reference_label=_("first pilot: %(share)s") % {"share": percent(findings.PILOT_RESPONSE)},
    )


def silence(tally: Tally) -> Chart:
    """What the share of + can be among everybody who was asked."""
    share = tally.share(Group.POSITIVE)
    finding = findings.of_silence(tally)
    n = _("n = %(n)s") % {"n": share.n}
    label = _("Share of +")
    if not share.is_enough:
        line = Line(label=label, note=n, words=findings.too_little())
        return Chart(finding=finding, lines=[line], ticks=())
    words = f"{percent(share.value)} ({findings.interval_words(tally.silence)})"
    marks = strip(share.value, tally.silence, _SHARES)
    line = Line(label=label, note=n, words=words, marks=marks)
    return Chart(finding=finding, lines=[line], ticks=share_axis())


def plus_minus(tally: Tally) -> Chart:
    """The share of + minus the share of –, in points, with its interval."""
    finding = findings.of_plus_minus(tally)
    label, n = _("+ minus –"), _("n = %(n)s") % {"n": tally.answered}
    if not tally.share(Group.POSITIVE).is_enough:
        line = Line(label=label, note=n, words=findings.too_little())
        return Chart(finding=finding, lines=[line], ticks=())
    interval = tally.plus_minus_interval
    words = _("%(value)s points (%(low)s to %(high)s)") % {
        "value": findings.signed(tally.plus_minus),
        "low": findings.signed(interval.low),
        "high": findings.signed(interval.high),
    }
    marks = strip(tally.plus_minus, interval, _DIFFERENCES)
    ticks = _axis(_DIFFERENCES, (-1.0, 0.0, 1.0), ("–100", "0", "+100"))
    line = Line(label=label, note=n, words=words, kind="ink", marks=marks)
    return Chart(finding=finding, lines=[line], ticks=ticks, reference=_DIFFERENCES.at(0.0))


def quarters(months: Mapping[date, Tally]) -> Chart:
    """The three groups by quarter of closing, the last eight at most."""
    by_quarter: dict[tuple[int, int], list[Tally]] = defaultdict(list)
    for month, tally in months.items():
        by_quarter[month.year, (month.month + 2) // 3].append(tally)
    shown = sorted(by_quarter)[-_QUARTERS_SHOWN:]
    tallies = {key: Tally.of(tally.counts for tally in by_quarter[key]) for key in shown}
    lines, shares = [], []
    for (year, quarter), tally in tallies.items():
        name = _("quarter %(quarter)s of %(year)s") % {"quarter": quarter, "year": year}
        shares.append((name, tally.share(Group.POSITIVE)))
        lines.append(_quarter_line(name, tally))
    return Chart(finding=findings.of_quarters(shares), lines=lines, ticks=share_axis())


def _quarter_line(name: str, tally: Tally) -> Line:
    share = tally.share(Group.POSITIVE)
    note = _("n = %(n)s") % {"n": share.n}
    label = name[0].upper() + name[1:]
    counts = tuple(tally.groups[group] for group in Group)
    if not share.is_enough:
        return Line(label=label, note=note, words=findings.too_little(), share=share, counts=counts)
    return Line(
        label=label,
        note=note,
        words="+ " + findings.share_words(share),
        marks=strip(share.value, share.interval, _SHARES),
        bar=stack(counts, _SHARES),
        share=share,
        counts=counts,
    )


def divisions(by_name: Mapping[str, Tally]) -> Chart:
    """The divisions side by side: by coverage where n allows it, the others below by name."""
    tallies = sorted(by_name.items())
    enough = [item for item in tallies if item[1].share(Group.POSITIVE).is_enough]
    small = [item for item in tallies if not item[1].share(Group.POSITIVE).is_enough]
    enough.sort(key=lambda item: -item[1].coverage.value)
    lines = [_division_line(name, tally) for name, tally in [*enough, *small]]
    if len(enough) > 1:
        finding = _("Divisions side by side, sorted by coverage")
    else:
        finding = _("Not yet two divisions with enough answers to set side by side")
    return Chart(finding=finding, lines=lines, ticks=share_axis())


def _division_line(name: str, tally: Tally) -> Line:
    share = tally.share(Group.POSITIVE)
    note = _("n = %(n)s") % {"n": share.n}
    if share.is_enough:
        note = _("coverage %(share)s, n = %(n)s") % {
            "share": percent(tally.coverage.value),
            "n": share.n,
        }
    return _share_line(name, note, share)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of coverage, and what was lost on the way to it."""

    number: int
    label: str
    losses: list[tuple[str, int]]

    @property
    def lost(self) -> int:
        """How many fewer these are than the step before."""
        return sum(number for _reason, number in self.losses)


def steps(tally: Tally) -> list[Step]:
    """From closed to answered; every loss with its reason."""
    contacts = npgettext(
        "coverage", "contact of a closed project", "contacts of closed projects", tally.closed
    )
    kept, sent = pgettext("coverage", "kept, not sent"), pgettext("coverage", "delivered")
    return [
        Step(number=tally.closed, label=contacts, losses=[]),
        Step(
            number=tally.invited,
            label=pgettext("coverage", "invited"),
            losses=_losses(tally, NOT_INVITED),
        ),
        Step(
            number=tally.delivered,
            label=kept if tally.is_only_kept else sent,
            losses=_losses(tally, UNDELIVERED),
        ),
        Step(
            number=tally.answered,
            label=pgettext("coverage", "answered"),
            losses=_losses(tally, SILENT),
        ),
    ]


def _losses(tally: Tally, fates: tuple[Fate, ...]) -> list[tuple[str, int]]:
    return [(str(fate.label), tally.fates[fate]) for fate in fates if tally.fates[fate]]
