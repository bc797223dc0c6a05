"""The names: everybody's latest answer, who recommends, who wants more.

A person is who they are now: their latest answer of all decides, and they are listed where that
answer falls within what the page is about. Who praised the firm last year and complained last week
is no ambassador of last year.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection, models
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Collate
from django.utils.translation import gettext_lazy as _

from alerts.models import Alert
from ambassadors.dashboard.narrowing import EVERYBODY, Narrowing
from ambassadors.programme.models import Ask
from ambassadors.rollup.listing import FactList
from ambassadors.rollup.models import Fact
from ambassadors.rollup.reading import Figures, Tail
from ambassadors.rollup.scope import Scope
from ambassadors.rollup.standing import Standing
from ambassadors.rollup.tally import Tally
from surveys.models import Consent, ConsentKind, Group, Interest, Recommendation, Response


class Selection(models.TextChoices):
    """Which names to show."""

    POSITIVE = "plus", Group.POSITIVE.label
    BOTH = "both", _("Recommends and wants more")
    RECOMMENDS = "recommends", _("Recommends")
    WANTS_MORE = "more", _("Wants more")


class Order(models.TextChoices):
    """How the names are sorted."""

    LATEST = "latest", _("Latest answer first")
    NAME = "name", _("By name")
    CLIENT = "client", _("By client")
    SINCE = "since", _("Longest in the group first")
    ASKED = "asked", _("Last asked first")


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
STANDINGS: dict[Selection, tuple[Standing, ...]] = {
    Selection.POSITIVE: (
        Standing.PLUS,
        Standing.PLUS_RECOMMENDS,
        Standing.PLUS_WANTS_MORE,
        Standing.PLUS_BOTH,
    ),
    Selection.BOTH: (Standing.PLUS_BOTH, Standing.ZERO_BOTH),
    Selection.RECOMMENDS: (
        Standing.PLUS_RECOMMENDS,
        Standing.PLUS_BOTH,
        Standing.ZERO_RECOMMENDS,
        Standing.ZERO_BOTH,
    ),
    Selection.WANTS_MORE: (
        Standing.PLUS_WANTS_MORE,
        Standing.PLUS_BOTH,
        Standing.ZERO_WANTS_MORE,
        Standing.ZERO_BOTH,
    ),
}
# Code points, as Python sorts: on every database and under every locale the same.
_COLLATION = {"postgresql": "C", "sqlite": "BINARY"}
# What a page and a file read of a stored fact, of which the index holds all.
_COLUMNS = ("response_id", "contact_id", "submitted_at", "since", "by_client", "search")
_NEVER = date.min


def belongs(fact: Fact, selection: Selection) -> bool:
    """Tell whether ``fact`` is in ``selection``: the conditions, for a fact that is not stored."""
    if selection == Selection.POSITIVE:
        return fact.group == Group.POSITIVE
    recommends = fact.recommendation == Recommendation.YES or selection == Selection.WANTS_MORE
    wants_more = fact.interest == Interest.YES or selection == Selection.RECOMMENDS
    return fact.group != Group.NEGATIVE and recommends and wants_more


def _is_shown(
    scope: Scope, words: Sequence[str], narrowing: Narrowing, tail: Tail
) -> Callable[[Fact], bool]:
    every = scope.touchpoint is None
    is_left = narrowing.holds_in(tail)
    return lambda fact: (
        fact.is_latest
        and scope.holds(fact, any_moment=every)
        and all(word in fact.search for word in words)
        and is_left(fact)
    )


def latest_answers(
    scope: Scope, words: Sequence[str] = (), narrowing: Narrowing = EVERYBODY
) -> QuerySet[Fact]:
    """Return the stored facts of everybody's latest answer, as far as ``scope`` holds it.

    ``words``, folded (``outbox.searching.words_of``), must all occur in the name or the client's.
    """
    wanted = scope.of_facts(any_moment=scope.touchpoint is None) & narrowing.wanted
    for word in words:
        wanted &= Q(search__contains=word)
    return Fact.objects.filter(wanted, is_latest=True)


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """How many names each selection has, and how many are left out as –."""

    by_selection: dict[Selection, int]
    negative: int


def count_names(
    scope: Scope, tail: Tail, words: Sequence[str] = (), *, narrowing: Narrowing = EVERYBODY
) -> Numbers:
    """Count the names of every selection. One query, and one per limit where there is a tail."""
    counts = latest_answers(scope, words, narrowing).aggregate(
        negative=Count("pk", filter=Q(group=Group.NEGATIVE)),
        **{name.name: Count("pk", filter=wanted) for name, wanted in _CONDITIONS.items()},
    )
    is_shown = _is_shown(scope, words, narrowing, tail)
    for facts, sign in ((tail.stored, -1), (tail.live, 1)):
        for fact in filter(is_shown, facts):
            counts["negative"] += sign * (fact.group == Group.NEGATIVE)
            for selection in Selection:
                counts[selection.name] += sign * belongs(fact, selection)
    return Numbers(
        by_selection={selection: counts[selection.name] for selection in Selection},
        negative=counts["negative"],
    )


def numbers_in(figures: Figures) -> Numbers:
    """Return what ``count_names`` counts, from the figures of a page: no query of its own."""
    scope = figures.scope
    shown = figures.touchpoints if scope.touchpoint is None else {scope.moment: figures.total}
    counts = Tally.of(tally.counts for tally in shown.values()).counts
    return Numbers(
        by_selection={
            selection: sum(counts[f"now_{standing}"] for standing in standings)
            for selection, standings in STANDINGS.items()
        },
        negative=counts[f"now_{Standing.MINUS}"],
    )


def names(
    scope: Scope,
    selection: Selection,
    tail: Tail,
    *,
    words: Sequence[str] = (),
    narrowing: Narrowing = EVERYBODY,
    order: Order = Order.LATEST,
    number: int | None = None,
) -> FactList:
    """Return the facts of those who belong to ``selection``; at first the most recent first.

    ``number`` is how many there are, as ``count_names`` said a moment ago.
    """
    is_shown = _is_shown(scope, words, narrowing, tail)
    found = latest_answers(scope, words, narrowing).filter(_CONDITIONS[selection])
    ordered, rank = _ORDERS[order](found, tail)
    return FactList(
        ordered.values_list(*_COLUMNS, *ordered.query.annotations, named=True),
        tail,
        holds=lambda fact: is_shown(fact) and belongs(fact, selection),
        rank=rank,
        number=number,
    )


_Ordered = tuple[QuerySet[Fact], Callable[[Fact], Any]]


def _in_code_points(column: str) -> Collate:
    return Collate(column, _COLLATION[connection.vendor])


def _newest(fact: Fact) -> int:
    assert fact.response_id is not None
    return -fact.response_id


def _by_latest(found: QuerySet[Fact], tail: Tail) -> _Ordered:
    def rank(fact: Fact) -> Any:
        assert fact.submitted_at is not None
        return -fact.submitted_at.timestamp(), _newest(fact)

    return found.order_by("-submitted_at", "-response_id"), rank


def _by_name(found: QuerySet[Fact], tail: Tail) -> _Ordered:
    ordered = found.order_by(_in_code_points("search"), "-response_id")
    return ordered, lambda fact: (fact.search, _newest(fact))


def _by_client(found: QuerySet[Fact], tail: Tail) -> _Ordered:
    columns = (_in_code_points("by_client"), _in_code_points("search"))
    ordered = found.order_by(*columns, "-response_id")
    return ordered, lambda fact: (fact.by_client, fact.search, _newest(fact))


def _by_since(found: QuerySet[Fact], tail: Tail) -> _Ordered:
    return found.order_by("since", "-response_id"), lambda fact: (fact.since, _newest(fact))


def _by_asked(found: QuerySet[Fact], tail: Tail) -> _Ordered:
    """Order by the day of the last ask, the latest first; whoever was never asked comes last."""
    asks = Ask.objects.filter(contact=OuterRef("contact")).order_by("-asked_on", "-pk")
    last = Coalesce(Subquery(asks.values("asked_on")[:1]), _NEVER, output_field=models.DateField())
    of_tail = Ask.objects.last_of(fact.contact_id for fact in tail.live if fact.contact_id)

    def rank(fact: Fact) -> Any:
        ask = of_tail.get(fact.contact_id or 0)
        day: date = getattr(fact, "asked", None) or (ask.asked_on if ask else _NEVER)
        return -day.toordinal(), _newest(fact)

    return found.annotate(asked=last).order_by("-asked", "-response_id"), rank


_ORDERS: dict[Order, Callable[[QuerySet[Fact], Tail], _Ordered]] = {
    Order.LATEST: _by_latest,
    Order.NAME: _by_name,
    Order.CLIENT: _by_client,
    Order.SINCE: _by_since,
    Order.ASKED: _by_asked,
}


@dataclass(frozen=True, kw_only=True)
class Name:
    """One line of the table: somebody's latest answer, and since when they are in their group."""

    response: Response
    since: datetime
    last_ask: Ask | None
    consents: Sequence[ConsentKind] = field(default=())
    has_open_minus: bool = False  # at this client, so that nothing may be asked now

    @property
    def may_not_recommend(self) -> bool:
        """Whether their position forbids it, so that nobody asks."""
        return self.response.recommendation == Recommendation.NOT_ALLOWED

    @property
    def wants_more(self) -> bool:
        """Whether they are interested in more services."""
        return self.response.interest == Interest.YES


_PART = "invitation__project_contact"
_SHOWN = (
    "group",
    "recommendation",
    "score",
    "interest",
    "submitted_at",
    f"{_PART}__role",
    f"{_PART}__contact__name",
    f"{_PART}__contact__job_title",
    f"{_PART}__project__name",
    f"{_PART}__project__client__name",
    f"{_PART}__project__account_manager__name",
)


def on_page(facts: Sequence[Fact]) -> list[Name]:
    """Return a page of names, with all that is shown of them. Five queries."""
    found = (
        Response.objects.filter(pk__in=[fact.response_id for fact in facts])
        .select_related(
            f"{_PART}__contact", f"{_PART}__project__client", f"{_PART}__project__account_manager"
        )
        .only(*_SHOWN)
        .prefetch_related("services")
    )
    responses = {response.pk: response for response in found}
    contacts = [fact.contact_id for fact in facts if fact.contact_id]
    last_asks, consents = Ask.objects.last_of(contacts), consents_of(contacts)
    warned = clients_with_open_minus({one.project.client_id for one in responses.values()})
    return [
        Name(
            response=responses[fact.response_id],
            since=fact.since or responses[fact.response_id].submitted_at,
            last_ask=last_asks.get(fact.contact_id or 0),
            consents=consents.get(fact.contact_id or 0, ()),
            has_open_minus=responses[fact.response_id].project.client_id in warned,
        )
        for fact in facts
        if fact.response_id in responses
    ]


def clients_with_open_minus(clients: Collection[int]) -> set[int]:
    """Return which of these clients have an open –: they are called first. One query."""
    client = f"response__{_PART}__project__client"
    alerts = Alert.objects.open().filter(group=Group.NEGATIVE, **{f"{client}__in": clients})
    return set(alerts.order_by().values_list(client, flat=True))


def consents_of(contacts: Iterable[int]) -> dict[int, list[ConsentKind]]:
    """Return what each of these contacts allows now, in whatever answer. One query."""
    standing = Consent.objects.standing().filter(contact__in=list(contacts))
    found: dict[int, set[str]] = defaultdict(set)
    for key, kind in standing.order_by().values_list("contact", "kind"):
        found[key].add(kind)
    return {key: [kind for kind in ConsentKind if kind in kinds] for key, kinds in found.items()}
