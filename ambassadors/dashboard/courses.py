"""Shares over time, and over the touchpoints of a project."""

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from ambassadors.dashboard import findings, pictures
from ambassadors.dashboard.addresses import address, changed
from ambassadors.dashboard.statistics import Share
from ambassadors.rollup.scope import Scope
from ambassadors.rollup.tally import Tally
from surveys import segmentation
from surveys.models import Group, Touchpoint

MONTHS_SHOWN = 24  # a longer period is shown by quarter
QUARTERS_SHOWN = 40  # the last ones; more are too narrow to read


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A month or a quarter: its days as far as the page is about them, and its counts."""

    label: str
    first: date
    last: date
    tally: Tally


def stretches(months: Mapping[date, Tally], scope: Scope) -> list[Stretch]:
    """Return the months from the first to the last, also those without anything in them.

    More than ``MONTHS_SHOWN`` become quarters.
    """
    if not months:
        return []
    found = list(_every_month(min(months), max(months)))
    length = 1 if len(found) <= MONTHS_SHOWN else 3
    firsts = sorted({_first_of(month, length) for month in found})[-QUARTERS_SHOWN:]
    return [_stretch(first, length, months, scope) for first in firsts]


def _every_month(first: date, last: date) -> Iterable[date]:
    number = first.year * 12 + first.month - 1
    while number <= last.year * 12 + last.month - 1:
        yield date(number // 12, number % 12 + 1, 1)
        number += 1


def _first_of(month: date, length: int) -> date:
    return month.replace(month=month.month - (month.month - 1) % length)


def _stretch(first: date, length: int, months: Mapping[date, Tally], scope: Scope) -> Stretch:
    of_it = [first.replace(month=first.month + later) for later in range(length)]
    ends = of_it[-1].replace(day=monthrange(first.year, of_it[-1].month)[1])
    if length == 1:
        label = date_format(first, "F Y")
    else:
        label = _("quarter %(quarter)s of %(year)s") % {
            "quarter": (first.month + 2) // 3,
            "year": first.year,
        }
    return Stretch(
        label=label,
        first=max(first, scope.first or first),
        last=min(ends, scope.last or ends),
        tally=Tally.of(months[month].counts for month in of_it if month in months),
    )


def answers(found: Sequence[Stretch], query: QueryDict) -> list[str]:
    """Return where the answers of each stretch are listed."""
    return [
        address(
            query,
            step="answered",
            period=None,
            first=one.first.isoformat(),
            last=one.last.isoformat(),
        )
        for one in found
    ]


def trend(found: Sequence[Stretch], group: Group, addresses: Sequence[str]) -> pictures.Trend:
    """Return the share of ``group`` by month or quarter, with its interval."""
    glyph = segmentation.GLYPHS[segmentation.Group(group)]
    periods = [(one.label, one.tally.share(group)) for one in found]
    name = _("Share of %(group)s") % {"group": glyph}
    return pictures.trend(
        periods,
        name=name,
        finding=findings.of_trend(periods, glyph=glyph),
        note=_("%(name)s of the answers, with the 95%% interval as a band.") % {"name": name},
        key=f"trend-{group.value}",
        kind=group.value,
        addresses=addresses,
    )


def journey(touchpoints: Mapping[Touchpoint, Tally], query: QueryDict) -> pictures.Ladder:
    """Return the share of + by touchpoint, each leading to the page about it."""
    note = _("Share of + by touchpoint, in the order of a project, with its interval (95%).")
    addresses = _addresses(touchpoints, query)
    return pictures.ladder(_shares(touchpoints, "plus"), note=note, addresses=addresses)


def satisfaction(
    touchpoints: Mapping[Touchpoint, Tally], here: Share, query: QueryDict
) -> pictures.Ladder:
    """Return the share that is more than satisfied by touchpoint; ``here`` is that of the page."""
    shares = _shares(touchpoints, "more_than_satisfied")
    return pictures.ladder(
        shares,
        finding=f"{findings.of_more_than_satisfied(here)}. {findings.of_journey(shares)}",
        note=_(
            "Share that is more than satisfied by touchpoint, with its interval (95%). There is no "
            "average: the steps of the scale are not equally far apart."
        ),
        addresses=_addresses(touchpoints, query),
    )


def _shares(touchpoints: Mapping[Touchpoint, Tally], counter: str) -> list[tuple[str, Share]]:
    return [
        (capfirst(str(moment.label)), tally.share_of(counter))
        for moment, tally in touchpoints.items()
    ]


def _addresses(touchpoints: Iterable[Touchpoint], query: QueryDict) -> list[str]:
    return [
        changed(query, touchpoint=moment.value, questionnaire=None, page=None)
        for moment in touchpoints
    ]
