"""The names: everybody's latest answer, who recommends, who wants more.

A person is who they are now: their latest answer of all decides, and they are listed where that
answer falls within what the page is about. Who praised the firm last year and complained last week
is no ambassador of last year.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from ambassadors.programme.models import Ask
from ambassadors.rollup.listing import FactList
from ambassadors.rollup.models import Fact
from ambassadors.rollup.reading import Tail
from ambassadors.rollup.scope import Scope
from surveys.models import Group, Interest, Recommendation, Response


class Selection(models.TextChoices):
    """Which names to show."""

    POSITIVE = "plus", Group.POSITIVE.label
    BOTH = "both", _("Recommends and wants more")
    RECOMMENDS = "recommends", _("Recommends")
    WANTS_MORE = "more", _("Wants more")


# Nobody in the – group is listed: they are called first, and asked for nothing (PRODUCT, 8).
_HAPPY = ~Q(group=Group.NEGATIVE)
_RECOMMENDS = _HAPPY & Q(recommendation=Recommendation.YES)
_WANTS_MORE = _HAPPY & Q(interest=Interest.YES)
_CONDITIONS: dict[Selection, Q] = {
    Selection.POSITIVE: Q(group=Group.POSITIVE),
    Selection.BOTH: _RECOMMENDS & _WANTS_MORE,
    Selection.RECOMMENDS: _RECOMMENDS,
    Selection.WANTS_MORE: _WANTS_MORE,
}


def belongs(fact: Fact, selection: Selection) -> bool:
    """Tell whether ``fact`` is in ``selection``: the conditions, for a fact that is not stored."""
    if selection == Selection.POSITIVE:
        return fact.group == Group.POSITIVE
    recommends = fact.recommendation == Recommendation.YES or selection == Selection.WANTS_MORE
    wants_more = fact.interest == Interest.YES or selection == Selection.RECOMMENDS
    return fact.group != Group.NEGATIVE and recommends and wants_more


def _is_shown(scope: Scope) -> Callable[[Fact], bool]:
    every = scope.touchpoint is None
    return lambda fact: fact.is_latest and scope.holds(fact, any_moment=every)


def latest_answers(scope: Scope) -> QuerySet[Fact]:
    """Return the stored facts of everybody's latest answer, as far as ``scope`` holds it."""
    wanted = scope.of_facts(any_moment=scope.touchpoint is None)
    return Fact.objects.filter(wanted, is_latest=True)


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """How many names each selection has, and how many are left out as –."""

    by_selection: dict[Selection, int]
    negative: int


def count_names(scope: Scope, tail: Tail) -> Numbers:
    """Count the names of every selection. One query."""
    counts = latest_answers(scope).aggregate(
        negative=Count("pk", filter=Q(group=Group.NEGATIVE)),
        **{name.name: Count("pk", filter=wanted) for name, wanted in _CONDITIONS.items()},
    )
    is_shown = _is_shown(scope)
    for facts, sign in ((tail.stored, -1), (tail.live, 1)):
        for fact in filter(is_shown, facts):
            counts["negative"] += sign * (fact.group == Group.NEGATIVE)
            for selection in Selection:
                counts[selection.name] += sign * belongs(fact, selection)
    return Numbers(
        by_selection={selection: counts[selection.name] for selection in Selection},
        negative=counts["negative"],
    )


def names(scope: Scope, selection: Selection, tail: Tail) -> FactList:
    """Return the facts of those who belong to ``selection``, the most recent first."""
    is_shown = _is_shown(scope)
    return FactList(
        latest_answers(scope).filter(_CONDITIONS[selection]).order_by("-submitted_at", "-response"),
        tail,
        holds=lambda fact: is_shown(fact) and belongs(fact, selection),
        rank=_newest_first,
    )


def _newest_first(fact: Fact) -> Any:
    assert fact.submitted_at is not None
    assert fact.response_id is not None
    return -fact.submitted_at.timestamp(), -fact.response_id


@dataclass(frozen=True, kw_only=True)
class Name:
    """One line of the table: somebody's latest answer, and since when they are in their group."""

    response: Response
    since: datetime
    last_ask: Ask | None

    @property
    def may_not_recommend(self) -> bool:
        """Whether their position forbids it, so that nobody asks."""
        return self.response.recommendation == Recommendation.NOT_ALLOWED

    @property
    def wants_more(self) -> bool:
        """Whether they are interested in more services."""
        return self.response.interest == Interest.YES


def on_page(facts: Sequence[Fact]) -> list[Name]:
    """Return a page of names, with all that is shown of them. Three queries."""
    contact = "invitation__project_contact__contact"
    project = "invitation__project_contact__project"
    found = (
        Response.objects.filter(pk__in=[fact.response_id for fact in facts])
        .select_related(
            "alert", f"{contact}__client", f"{project}__client", f"{project}__account_manager"
        )
        .prefetch_related("services")
    )
    responses = {response.pk: response for response in found}
    last_asks = Ask.objects.last_of(fact.contact_id for fact in facts if fact.contact_id)
    return [
        Name(
            response=responses[fact.response_id],
            since=fact.since or responses[fact.response_id].submitted_at,
            last_ask=last_asks.get(fact.contact_id or 0),
        )
        for fact in facts
        if fact.response_id in responses
    ]
