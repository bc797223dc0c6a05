"""The names: everybody's latest answer, who recommends, who wants more."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from ambassadors.dashboard.figures import Scope
from ambassadors.programme.models import Ask
from surveys.models import Group, Interest, Recommendation, Response, Touchpoint

_CONTACT = "invitation__project_contact__contact"
_PROJECT = "invitation__project_contact__project"


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


def latest_answers(scope: Scope) -> QuerySet[Response]:
    """Return the latest answer of every contact about the projects of ``scope``."""
    answers = Response.objects.standing().filter(
        scope.condition(f"{_PROJECT}__"), invitation__touchpoint=Touchpoint.PROJECT_CLOSE
    )
    later = answers.filter(**{_CONTACT: OuterRef(_CONTACT)}).filter(
        Q(submitted_at__gt=OuterRef("submitted_at"))
        | Q(submitted_at=OuterRef("submitted_at"), pk__gt=OuterRef("pk"))
    )
    return answers.filter(~Exists(later))


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """How many names each selection has, and how many are left out as –."""

    by_selection: dict[Selection, int]
    negative: int


def count_names(scope: Scope) -> Numbers:
    """Count the names of every selection. One query."""
    counts = latest_answers(scope).aggregate(
        negative=Count("pk", filter=Q(group=Group.NEGATIVE)),
        **{name.name: Count("pk", filter=wanted) for name, wanted in _CONDITIONS.items()},
    )
    return Numbers(
        by_selection={selection: counts[selection.name] for selection in Selection},
        negative=counts["negative"],
    )


def names(scope: Scope, selection: Selection) -> QuerySet[Response]:
    """Return the answers whose givers belong to ``selection``, the most recent first."""
    return (
        latest_answers(scope)
        .filter(_CONDITIONS[selection])
        .select_related(
            "alert",
            f"{_CONTACT}__client",
            f"{_PROJECT}__client",
            f"{_PROJECT}__account_manager",
        )
        .prefetch_related("services")
        .order_by("-submitted_at", "-pk")
    )


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


def with_since(responses: Iterable[Response]) -> list[Name]:
    """Return a page of names: since when is the first answer of the unbroken run. Two queries.

    Earlier answers count whenever they were given, also before the period; one that was replaced
    by a new answer does not.
    """
    shown = list(responses)
    history: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
    contacts = [response.contact.pk for response in shown]
    standing = Response.objects.standing().filter(**{f"{_CONTACT}__in": contacts})
    given = standing.order_by("-submitted_at")
    for contact, at, group in given.values_list(f"{_CONTACT}_id", "submitted_at", "group"):
        history[contact].append((at, group))
    last_asks = Ask.objects.last_of(contacts)
    return [
        Name(
            response=response,
            since=_since(response, history[response.contact.pk]),
            last_ask=last_asks.get(response.contact.pk),
        )
        for response in shown
    ]


def _since(response: Response, newest_first: list[tuple[datetime, str]]) -> datetime:
    since = response.submitted_at
    for at, group in newest_first:
        if at > since:
            continue
        if group != response.group:
            break
        since = at
    return since
