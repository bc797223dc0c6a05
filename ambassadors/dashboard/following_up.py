"""What came of the answers: the – that are open, what was asked of whom, the leads."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from alerts.models import Alert, FixState, Lead
from ambassadors.dashboard.accounts import worth_last_year
from ambassadors.programme.models import Ask
from ambassadors.rollup.listing import FactList
from ambassadors.rollup.models import Fact
from ambassadors.rollup.reading import Figures
from ambassadors.rollup.scope import Band, Scope
from staff.models import User

_PROJECT = "response__invitation__project_contact__project"


@dataclass(frozen=True, kw_only=True)
class OpenMinus:
    """The – that wait for somebody, of the page's selection."""

    count: int
    late: int  # whose next action should have been taken by now
    oldest: datetime | None  # when the first of them was answered
    clients: int
    worth: Decimal  # of the projects of these clients that were closed in the last 12 months


def open_facts(figures: Figures) -> FactList:
    """Return the facts of the open –, the one that waits longest first."""
    scope = figures.scope
    stored = Fact.objects.filter(scope.of_facts(), ending="open")
    return FactList(
        stored.order_by("submitted_at", "response_id"),
        figures.tail,
        holds=lambda fact: fact.ending == "open" and scope.holds(fact),
        rank=lambda fact: (fact.submitted_at, fact.response_id),
    )


def open_minus(figures: Figures) -> OpenMinus:
    """Add up the open –. Two queries, two more when something is stale."""
    scope, tail = figures.scope, figures.tail
    stored = Fact.objects.filter(scope.of_facts(), ending="open").order_by()
    stored = stored.exclude(project__in=tail.projects) if tail.projects else stored
    is_late = Q(alert__due_at__lt=figures.now)
    sums = stored.aggregate(
        count=Count("pk"),
        late=Count("pk", filter=is_late),
        oldest=Min("submitted_at"),
        clients=Count("client", distinct=True),
    )
    live = [fact for fact in tail.live if fact.ending == "open" and scope.holds(fact)]
    late = 0
    if live:
        alerts = Alert.objects.filter(pk__in=[fact.alert_id for fact in live])
        late = alerts.overdue(figures.now).count()
    moments = [at for at in (sums["oldest"], *(fact.submitted_at for fact in live)) if at]
    more_clients, worth = worth_last_year(
        stored.values_list("client"), {fact.client_id for fact in live}, figures
    )
    return OpenMinus(
        count=sums["count"] + len(live),
        late=sums["late"] + late,
        oldest=min(moments, default=None),
        clients=sums["clients"] + more_clients,
        worth=worth,
    )


def of_projects(scope: Scope, project: str) -> Q:
    """Return the part of the firm as a condition on rows that lead to a project by ``project``."""
    keys = {
        f"{project}__{name}": pk
        for name, pk in scope.keys.items()
        if name not in {"questionnaire", "band"}
    }
    wanted = Q(**keys)
    if scope.band is None:
        return wanted
    if scope.band == Band.UNKNOWN:
        return wanted & Q(**{f"{project}__value": None})
    steps = sorted(int(band) for band in Band if band not in {Band.UNKNOWN, scope.band})
    above = next((step for step in steps if step > scope.band), None)
    wanted &= Q(**{f"{project}__value__gte": int(scope.band) * 1000})
    return wanted if above is None else wanted & Q(**{f"{project}__value__lt": above * 1000})


def _days(scope: Scope, column: str) -> Q:
    limits = {f"{column}__gte": scope.first, f"{column}__lte": scope.last}
    return Q(**{name: day for name, day in limits.items() if day})


def _moments(scope: Scope, column: str) -> Q:
    """Return the same of a moment, so that an index on it serves."""
    limits: dict[str, Any] = {}
    if scope.first:
        limits[f"{column}__gte"] = _midnight(scope.first)
    if scope.last:
        limits[f"{column}__lt"] = _midnight(date.fromordinal(scope.last.toordinal() + 1))
    return Q(**limits)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


def asks_in(scope: Scope) -> QuerySet[Ask]:
    """Return what was asked in the period, of this part of the firm, the latest first."""
    wanted = _days(scope, "asked_on") & of_projects(scope, f"alert__{_PROJECT}")
    return Ask.objects.filter(wanted).order_by("-asked_on", "-pk")


def leads_in(scope: Scope) -> QuerySet[Lead]:
    """Return the leads that came in during the period, from this part of the firm."""
    wanted = _moments(scope, "created_at") & of_projects(scope, _PROJECT)
    return Lead.objects.filter(wanted).order_by("-created_at", "-pk")


def fixes_by_state(user: User) -> dict[FixState, int]:
    """Count the structural fixes that closed – ask for, by how they stand. One query."""
    rows = Alert.objects.needing_fix(user).order_by().values_list("fix__state")
    found = {state or FixState.OPEN.value: 0 for state in FixState.values}
    for state, number in rows.annotate(Count("pk")):
        found[state or FixState.OPEN.value] += number
    return {state: found[state.value] for state in FixState}
