"""Clients by what their projects were worth: who is silent, and what is at stake with an open –.

A project's value stands on one fact of it (``Fact.worth``), so it adds up; of a project whose value
nobody filled in nothing is added. Clients that the tail touches are added up here, the others by
the database.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Sum
from django.utils import timezone

from ambassadors.dashboard.periods import Period, span
from ambassadors.rollup.fates import NOT_INVITED, Fate
from ambassadors.rollup.models import Fact, LastAnswer
from ambassadors.rollup.reading import Figures
from ambassadors.rollup.scope import Scope
from surveys.models import Client, Touchpoint

_ASKED = frozenset(fate.value for fate in Fate if fate not in {*NOT_INVITED, Fate.NO_CONTACT})


@dataclass(frozen=True, kw_only=True)
class Silent:
    """A client of which nobody answered in the last 12 months."""

    client: int
    worth: Decimal
    asked: int  # contacts of projects closed in the last 12 months who were invited
    last_answer: datetime | None


@dataclass(frozen=True, kw_only=True)
class _Sums:
    """What the rows of one client add up to."""

    worth: Decimal = Decimal(0)
    has_answered: bool = False


def last_year(now: datetime) -> date:
    """Return the first day of the 12 months that end today."""
    first, _last = span(Period.MONTHS_12, timezone.localdate(now))
    assert first is not None
    return first


def silent_accounts(figures: Figures, *, most: int | None = None) -> list[Silent]:
    """Return the silent clients, the most project value in the period first; at most ``most``.

    Six queries. Which moment of asking the page shows makes no difference: any answer counts.
    """
    stale = _touched(figures)
    worth = _worth_in(figures.scope).filter(client__in=_silent_since(figures.now))
    totals = worth.values("client").annotate(total=Sum("worth")).filter(total__gt=0)
    ordered = totals.order_by("-total", "client").values_list("client", "total")
    enough = None if most is None else most + len(stale)
    settled = [pair for pair in ordered[:enough] if pair[0] not in stale]
    found = [*settled, *_live_totals(figures, stale)]
    found.sort(key=lambda pair: (-pair[1], pair[0]))
    return _told(found[:most], figures)


def _worth_in(scope: Scope) -> QuerySet[Fact]:
    """Return the facts that carry the value of the projects closed in the period."""
    keys = {name: pk for name, pk in scope.keys.items() if name != "questionnaire"}
    period = {"day__gte": scope.first, "day__lte": scope.last}
    limits: dict[str, Any] = {name: day for name, day in period.items() if day}
    return Fact.objects.filter(worth__isnull=False, **limits, **keys).order_by()


def _silent_since(now: datetime) -> QuerySet[Any, Any]:
    """Return the keys of clients of which nobody answered in the last 12 months, as stored.

    From these few to their projects, by an index, is the short way.
    """
    is_silent = Q(at__lt=_start_of(last_year(now))) | Q(at=None)
    return LastAnswer.objects.filter(is_silent).order_by().values("client")


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


def _touched(figures: Figures) -> set[int]:
    return {fact.client_id for fact in (*figures.tail.stored, *figures.tail.live)}


def _live_totals(figures: Figures, stale: set[int]) -> list[tuple[int, Decimal]]:
    """Return the worth of the silent ones among the clients that changed. Two queries."""
    if not stale:
        return []
    untouched = Q(client__in=stale) & ~Q(project__in=figures.tail.projects)
    kept = _worth_in(figures.scope).filter(untouched).values_list("client")
    totals: dict[int, Decimal] = defaultdict(Decimal, kept.annotate(total=Sum("worth")))
    scope, since = _any_moment(figures.scope), _start_of(last_year(figures.now))
    answered = Fact.objects.filter(untouched, response__isnull=False, submitted_at__gte=since)
    speaks = set(answered.order_by().values_list("client", flat=True).distinct())
    for fact in figures.tail.live:
        if fact.submitted_at is not None and fact.submitted_at >= since:
            speaks.add(fact.client_id)
        if fact.worth is not None and scope.holds(fact, any_moment=True):
            totals[fact.client_id] += fact.worth
    return [(key, total) for key, total in totals.items() if total and key not in speaks]


def _any_moment(scope: Scope) -> Scope:
    """Return the same part of the firm, whatever was asked."""
    keys = {"division", "service", "sector", "account_manager", "client", "band"}
    return Scope(first=scope.first, last=scope.last, **{key: getattr(scope, key) for key in keys})


def _told(found: list[tuple[int, Decimal]], figures: Figures) -> list[Silent]:
    """Add how many were asked and who answered last, some thousands at a time."""
    clients = {client for client, _total in found}
    first = last_year(figures.now)
    asked: dict[int, int] = defaultdict(int)
    last: dict[int, datetime | None] = defaultdict(lambda: None)
    stored = Fact.objects.filter(client__in=clients).exclude(project__in=figures.tail.projects)
    is_asked = Q(fate__in=sorted(_ASKED), day__gte=first, touchpoint=Touchpoint.PROJECT_CLOSE)
    counted = stored.order_by().values_list("client")
    for client, number, at in counted.annotate(
        n=Count("pk", filter=is_asked), at=Max("submitted_at")
    ):
        asked[client], last[client] = number, at
    for fact in figures.tail.live:
        if fact.client_id in clients:
            is_close = fact.touchpoint == Touchpoint.PROJECT_CLOSE
            asked[fact.client_id] += fact.fate in _ASKED and fact.day >= first and is_close
            moments = filter(None, (last[fact.client_id], fact.submitted_at))
            last[fact.client_id] = max(moments, default=None)
    return [
        Silent(client=key, worth=total, asked=asked[key], last_answer=last[key])
        for key, total in found
    ]


def worth_last_year(
    stored: QuerySet[Any, Any], live: Collection[int], figures: Figures
) -> tuple[int, Decimal]:
    """Return what the projects of some clients closed in the last 12 months are worth together.

    ``stored`` are the keys of clients, as a query; ``live`` those of more, which may be among them.
    Beside it: how many of ``live`` are not. One query, and one more when something is stale.
    """
    touched = {*live, *_touched(figures)}
    among = set(stored.filter(client__in=touched).distinct()) if touched else set()
    added = {client for client in live if (client,) not in among}
    wanted = {client for (client,) in among} | added
    year = Scope(first=last_year(figures.now), last=timezone.localdate(figures.now))
    parts = [_worth_in(year).filter(client__in=stored)]
    if added:
        parts.append(_worth_in(year).filter(client__in=added))
    totals = (part.aggregate(total=Sum("worth"))["total"] for part in parts)
    # Taking the stale out again here leaves the database to an index alone.
    changed = (
        sign * fact.worth
        for facts, sign in ((figures.tail.stored, -1), (figures.tail.live, 1))
        for fact in facts
        if fact.worth is not None and fact.client_id in wanted and year.holds(fact, any_moment=True)
    )
    return len(added), sum(filter(None, totals), Decimal(0)) + sum(changed, Decimal(0))


def names_of(clients: Iterable[int]) -> dict[int, str]:
    """Return the names of clients. One query."""
    return dict(Client.objects.filter(pk__in=set(clients)).values_list("pk", "name"))


def days_since(moment: datetime, now: datetime) -> int:
    """Return the whole days between."""
    return (now - moment) // timedelta(days=1)
