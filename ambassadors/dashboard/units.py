"""Divisions and services side by side: by how well they ask and follow up, never by score."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _

from ambassadors.dashboard import findings
from ambassadors.dashboard.addresses import changed
from ambassadors.dashboard.charts import Tick, share_axis
from ambassadors.dashboard.geometry import Scale, Strip, strip
from ambassadors.dashboard.statistics import Share
from ambassadors.rollup.scope import Scope
from ambassadors.rollup.tally import Tally
from staff.wording import percent, whole_number
from surveys.models import Group

_SHARES = Scale()


@dataclass(frozen=True, kw_only=True)
class Unit:
    """One division or service. Without ``marks`` there are too few answers.

    ``number`` is its n, ``aside`` all but the share in one sentence, of one that is drawn: a page
    says each of these more than once, for up to a hundred units.
    """

    name: str
    address: str
    share: Share
    coverage: Share
    spoken: Share
    marks: Strip | None
    words: str
    coverage_words: str
    spoken_words: str
    number: str
    aside: str


@dataclass(frozen=True, kw_only=True)
class Units:
    """All of one kind: first those with enough answers, then the others by name."""

    finding: str
    note: str
    what: str
    lines: list[Unit]
    small: list[Unit]
    ticks: tuple[Tick, ...]
    shows_coverage: bool

    @property
    def rows(self) -> list[Unit]:
        """All, for the table."""
        return [*self.lines, *self.small]


@dataclass(frozen=True, kw_only=True)
class Words:
    """What one kind of unit is called, in the sentences about it."""

    what: str
    side_by_side: str
    too_few: str


def units(
    tallies: Mapping[int, Tally],
    names: Mapping[int, str],
    *,
    words: Words,
    parameter: str,
    scope: Scope,
    query: QueryDict,
) -> Units:
    """Return the units in order of coverage, then of follow-up in time.

    ``names`` are by key; ``parameter`` is what filters the page on one of them. Key 0, "none",
    leads nowhere.
    """
    found = [
        _unit(
            names[key],
            tally,
            changed(query, **{parameter: key}, page=None) if key else "",
            shows_coverage=scope.is_of_close,
        )
        for key, tally in tallies.items()
        if key in names
    ]
    found.sort(key=lambda unit: unit.name.casefold())
    enough = [unit for unit in found if unit.marks]
    enough.sort(key=lambda unit: (-unit.coverage.value, -_follow_up(unit)))
    return Units(
        finding=words.side_by_side if len(enough) > 1 else words.too_few,
        note=_note(scope),
        what=words.what,
        lines=enough,
        small=[unit for unit in found if not unit.marks],
        ticks=share_axis() if enough else (),
        shows_coverage=scope.is_of_close,
    )


def _unit(name: str, tally: Tally, address: str, *, shows_coverage: bool) -> Unit:
    share, coverage, spoken = tally.share(Group.POSITIVE), tally.coverage, tally.spoken
    number, coverage_words = whole_number(share.n), _coverage_words(coverage)
    spoken_words = findings.share_words(spoken) if spoken.is_enough else _("too few")
    return Unit(
        name=name,
        address=address,
        share=share,
        coverage=coverage,
        spoken=spoken,
        marks=strip(share.value, share.interval, _SHARES) if share.is_enough else None,
        words=findings.share_words(share),
        coverage_words=coverage_words,
        spoken_words=spoken_words,
        number=number,
        aside=_aside(coverage_words if shows_coverage else "", number, spoken_words),
    )


def _coverage_words(coverage: Share) -> str:
    """Return ``94%``: a count of all there are, so without an interval."""
    return percent(coverage.value) if coverage.n else "–"


def _aside(coverage: str, number: str, spoken: str) -> str:
    """Return ``coverage 94%, n = 120; spoken to in time: 80% (71–87%)``."""
    said = _("spoken to in time: %(spoken)s") % {"spoken": spoken}
    if coverage:
        beside = _("coverage %(coverage)s, n = %(n)s") % {"coverage": coverage, "n": number}
    else:
        beside = _("n = %(n)s") % {"n": number}
    return f"{beside}; {said}"


def _follow_up(unit: Unit) -> float:
    """Too few signals to say anything come after any that have enough."""
    return unit.spoken.value if unit.spoken.is_enough else -1.0


def _note(scope: Scope) -> str:
    if scope.is_of_close:
        return _(
            "Share of + with its interval (95%). Sorted by coverage (the part of the contacts that "
            "was invited), then by the share of the alerts spoken to in time, never by score."
        )
    return _(
        "Share of + with its interval (95%). Sorted by the share of the alerts spoken to in time, "
        "never by score."
    )
