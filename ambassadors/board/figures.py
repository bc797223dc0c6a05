"""The figures of the report: those of a month, beside the twelve months up to and including it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Min, Q

from alerts.causes import Causes
from alerts.models import Alert
from ambassadors.board import months
from ambassadors.dashboard.people import Name, Selection, names, on_page
from ambassadors.dashboard.statistics import Median, median_of_counts
from ambassadors.rollup.reading import Figures, read
from ambassadors.rollup.scope import Scope
from ambassadors.rollup.tally import Tally
from staff.models import Division
from surveys.models import Group

NAMES_SHOWN = 8
CAUSES_SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class Side:
    """What one of the two periods says."""

    tally: Tally
    first_talk: Median | None  # in hours on the clock


@dataclass(frozen=True, kw_only=True)
class OpenNegatives:
    """The – signals that are open at the moment of making, whatever month they are of."""

    count: int
    overdue: int
    oldest: datetime | None


@dataclass(frozen=True, kw_only=True)
class Board:
    """All that the report says. Names, root causes and divisions are of the twelve months."""

    month: date
    made_at: datetime
    of_month: Side
    of_year: Side
    names: Sequence[Name]
    number_of_names: int
    names_of_month: int
    open_negatives: OpenNegatives
    root_causes: Sequence[tuple[str, int]]
    divisions: Sequence[tuple[str, Tally]]
    behind: int  # projects whose changes are not in the figures yet


def read_board(month: date, *, now: datetime) -> Board:
    """Return the figures of ``month`` as they are ``now``, in a fixed number of queries.

    Names of root causes are in the active language.
    """
    last = months.last_day(month)
    only = Scope(first=month, last=last)
    wide = Scope(first=months.after(month, 1 - months.MONTHS_BESIDE), last=last)
    found: dict[str, Figures] = {}

    def read_all(figures: Figures) -> None:
        found["month"] = Figures(only, now=now, tail=figures.tail)
        for part in (figures, found["month"]):
            _ = part.hours
        _ = figures.months, figures.divisions, figures.root_causes

    year = read(wide, now=now, read_all=read_all)
    everybody = names(wide, Selection.BOTH, year.tail)
    return Board(
        month=month,
        made_at=now,
        of_month=Side(tally=year.months.get(month, Tally()), first_talk=_median(found["month"])),
        of_year=Side(tally=year.total, first_talk=_median(year)),
        names=on_page(list(everybody[:NAMES_SHOWN])),
        number_of_names=everybody.count(),
        names_of_month=names(only, Selection.BOTH, year.tail).count(),
        open_negatives=_open_negatives(now),
        root_causes=_root_causes(year),
        divisions=_divisions(year),
        behind=year.tail.behind,
    )


def _median(figures: Figures) -> Median | None:
    return median_of_counts(figures.hours)


def _open_negatives(now: datetime) -> OpenNegatives:
    late = Q(pk__in=Alert.objects.overdue(now).values("pk"))
    found = (
        Alert.objects.open()
        .filter(group=Group.NEGATIVE)
        .aggregate(
            count=Count("pk"),
            overdue=Count("pk", filter=late),
            oldest=Min("response__submitted_at"),
        )
    )
    return OpenNegatives(**found)


def _root_causes(figures: Figures) -> list[tuple[str, int]]:
    """Return the most frequent ones; of equally frequent ones in the order of the firm's list."""
    causes = Causes()
    rank = {cause.code: place for place, cause in enumerate(causes)}
    counted = sorted(
        figures.root_causes.items(), key=lambda item: (-item[1], rank.get(item[0], 999), item[0])
    )
    return [(causes.name_of(code), number) for code, number in counted[:CAUSES_SHOWN]]


def _divisions(figures: Figures) -> list[tuple[str, Tally]]:
    """Return divisions by coverage, the highest first; those with too few answers last, by name."""
    known = dict(Division.objects.values_list("pk", "name"))
    found = [(known[pk], tally) for pk, tally in figures.divisions.items() if pk in known]

    def place(item: tuple[str, Tally]) -> tuple[bool, float, str]:
        name, tally = item
        is_small = not tally.share(Group.POSITIVE).is_enough
        return is_small, 0.0 if is_small else -tally.coverage.value, name.casefold()

    return sorted(found, key=place)
