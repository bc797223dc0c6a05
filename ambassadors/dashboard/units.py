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
from staff.wording import percent
from surveys.models import Group

_SHARES = Scale()


@dataclass(frozen=True, kw_only=True)
class Unit:
    """One division or service. Without ``marks`` there are too few answers."""

    name: str
    address: str
    share: Share
    coverage: Share
    spoken: Share
    marks: Strip | None

    @property
    def words(self) -> str:
        """Its share of +, or that there are too few answers."""
        return findings.share_words(self.share)

    @property
    def coverage_words(self) -> str:
        """``94%``: a count of all there are, so without an interval."""
        return percent(self.coverage.value) if self.coverage.n else "–"

    @property
    def spoken_words(self) -> str:
        """The share of its signals of which the client was spoken to in time."""
        return findings.share_words(self.spoken) if self.spoken.is_enough else _("too few")


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
    found = sorted(
        (
            _unit(names[key], tally, changed(query, **{parameter: key}, page=None) if key else "")
            for key, tally in tallies.items()
            if key in names
        ),
        key=lambda unit: unit.name.casefold(),
    )
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


def _unit(name: str, tally: Tally, address: str) -> Unit:
    share = tally.share(Group.POSITIVE)
    return Unit(
        name=name,
        address=address,
        share=share,
        coverage=tally.coverage,
        spoken=tally.spoken,
        marks=strip(share.value, share.interval, _SHARES) if share.is_enough else None,
    )


def _follow_up(unit: Unit) -> float:
    """Too few signals to say anything come after any that have enough."""
    return unit.spoken.value if unit.spoken.is_enough else -1.0


def _note(scope: Scope) -> str:
    if scope.is_of_close:
        return _(
            "Share of + with its interval (95%). Sorted by coverage (the part of the contacts that "
            "was invited), then by the share of the signals spoken to in time, never by score."
        )
    return _(
        "Share of + with its interval (95%). Sorted by the share of the signals spoken to in time, "
        "never by score."
    )
