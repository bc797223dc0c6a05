"""The charts of the dashboard: a tally's figures, their words and their places on paper.

A line is too thin to read alone: each carries its label and its figures as text, so that the
drawing repeats what is written and nothing is said by a mark only.
"""

from dataclasses import dataclass
from operator import methodcaller

from django.http import QueryDict
from django.utils.translation import gettext as _

from ambassadors.dashboard import findings
from ambassadors.dashboard.addresses import address
from ambassadors.dashboard.comparing import Other
from ambassadors.dashboard.contacts import title_of
from ambassadors.dashboard.geometry import Scale, Strip, strip
from ambassadors.dashboard.statistics import Share
from ambassadors.rollup.tally import Tally
from staff.wording import percent, whole_number
from surveys.models import Group

_SHARES = Scale()
_DIFFERENCES = Scale(first=-1.0, last=1.0)


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
    share: Share | None = None
    other: str = ""  # the same of the other period
    address: str = ""
    opens: str = ""  # what is listed there, the name of the link


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


def share_line(
    label: str,
    share: Share,
    *,
    note: str = "",
    kind: str = "positive",
    other: str = "",
    address: str = "",
    opens: str = "",
) -> Line:
    """Return the line of one share; without ``note`` it says of how many."""
    return Line(
        label=label,
        note=note or of_how_many(share),
        words=findings.share_words(share),
        kind=kind,
        marks=strip(share.value, share.interval, _SHARES) if share.is_enough else None,
        share=share,
        other=other,
        address=address,
        opens=opens,
    )


def of_how_many(share: Share) -> str:
    """Return ``36 of 100``."""
    return _("%(count)s of %(n)s") % {
        "count": whole_number(share.count),
        "n": whole_number(share.n),
    }


def groups(tally: Tally, query: QueryDict, other: Other | None = None) -> Chart:
    """The three groups: count, share and interval of each, and those of the other period.

    Each leads to its answers, a group without any nowhere.
    """
    lines = [
        share_line(
            str(group.label),
            tally.share(group),
            kind=group.value,
            other=other.beside(methodcaller("share", group), tally) if other else "",
            address=address(query, group=group.value) if tally.groups[group] else "",
            opens=title_of("group", group.value),
        )
        for group in Group
    ]
    return Chart(finding=findings.of_groups(tally), lines=lines, ticks=share_axis())


def response(tally: Tally, other: Other | None = None) -> Chart:
    """The response rate beside the pilot's 40%, and that of the other period."""
    rate = tally.response_rate
    if tally.is_only_kept:
        note = _("%(count)s of %(n)s kept, not sent")
    else:
        note = _("%(count)s of %(n)s delivered")
    note %= {"count": whole_number(rate.count), "n": whole_number(rate.n)}
    then = other.beside(lambda of: of.response_rate, tally) if other else ""
    return Chart(
        finding=findings.of_response(tally),
        lines=[share_line(_("Response"), rate, note=note, kind="ink", other=then)],
        ticks=share_axis(),
        reference=_SHARES.at(findings.PILOT_RESPONSE) if rate.is_enough else "",
        reference_label=_("first pilot: %(share)s") % {"share": percent(findings.PILOT_RESPONSE)},
    )


def silence(tally: Tally) -> Chart:
    """What the share of + can be among everybody who was asked."""
    share = tally.share(Group.POSITIVE)
    finding = findings.of_silence(tally)
    n = _("n = %(n)s") % {"n": whole_number(share.n)}
    label = _("Share of +")
    if not share.is_enough:
        line = Line(label=label, note=n, words=findings.too_little())
        return Chart(finding=finding, lines=[line], ticks=())
    words = f"{percent(share.value)} ({findings.interval_words(tally.silence)})"
    marks = strip(share.value, tally.silence, _SHARES)
    line = Line(label=label, note=n, words=words, marks=marks)
    return Chart(finding=finding, lines=[line], ticks=share_axis())


def plus_minus(tally: Tally, other: Other | None = None) -> Chart:
    """The share of + minus the share of –, in points, with its interval."""
    finding = findings.of_plus_minus(tally)
    label, found = _("+ minus –"), tally.difference
    n = _("n = %(n)s") % {"n": whole_number(found.n)}
    if not found.is_enough:
        return Chart(
            finding=finding,
            lines=[Line(label=label, note=n, words=findings.too_little())],
            ticks=(),
        )
    marks = strip(found.value, found.interval, _DIFFERENCES)
    ticks = _axis(_DIFFERENCES, (-1.0, 0.0, 1.0), ("–100", "0", "+100"))
    then = other.beside(lambda of: of.difference, tally) if other else ""
    words = findings.points_words(found)
    line = Line(label=label, note=n, words=words, kind="ink", marks=marks, other=then)
    return Chart(finding=finding, lines=[line], ticks=ticks, reference=_DIFFERENCES.at(0.0))
