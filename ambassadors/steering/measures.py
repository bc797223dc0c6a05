"""What a team challenge counts: one function a measure, each one query, all by division.

Each takes the divisions (their keys) and the period, and returns only divisions with something in
them. Nothing here knows a person: rows are grouped by the division of the project.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Q
from django.utils import timezone

from alerts.models import Alert
from ambassadors.dashboard.statistics import Share
from ambassadors.programme.models import Ask, AskAnswer, AskKind
from surveys.models import Group, Interest, Response, ResponseQuerySet

_DIVISION = "invitation__project_contact__project__division"


@dataclass(frozen=True, kw_only=True)
class Period:
    """From ``begins_at`` on, until ``ends_at``, that moment not included; aware."""

    begins_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class FollowUp:
    """Of the alerts of a division: in time, judged, and those whose terms still run."""

    in_time: Share
    running: int


def answers(divisions: Collection[int], period: Period) -> dict[int, int]:
    """Return how many answers came in: what the other measures are set against."""
    return _count(_answered(divisions, period))


def leads(divisions: Collection[int], period: Period) -> dict[int, int]:
    """Return how many leads came in: answers, not –, of a client who wants to know more."""
    wanted = Q(interest=Interest.YES, group__in=[Group.NEUTRAL, Group.POSITIVE])
    return _count(_answered(divisions, period, wanted))


def follow_up(divisions: Collection[int], period: Period, *, now: datetime) -> dict[int, FollowUp]:
    """Return how the alerts that were raised in the period were followed up.

    In time is an alert of which both terms were met: taken up or thanked, and spoken or asked;
    closing it in time meets a term too. An alert is judged once both are met or one has passed.
    """
    path = f"response__{_DIVISION}"
    first, second = ("acknowledged_at", "acknowledge_by"), ("first_spoken_at", "speak_by")
    both = _met(*first) & _met(*second)
    missed = _missed(*first, now) | _missed(*second, now)
    raised = Alert.objects.filter(
        **{f"{path}__in": divisions},
        raised_at__gte=period.begins_at,
        raised_at__lt=period.ends_at,
    )
    rows = (
        raised.order_by()
        .values_list(path)
        .annotate(
            met=Count("pk", filter=both),
            judged=Count("pk", filter=both | missed),
            whole=Count("pk"),
        )
    )
    return {
        division: FollowUp(in_time=Share(count=met, n=judged), running=whole - judged)
        for division, met, judged, whole in rows
    }


def introductions(divisions: Collection[int], period: Period) -> dict[int, int]:
    """Return how many ambassadors said yes to an introduction."""
    path = f"alert__response__{_DIVISION}"
    said_yes = Ask.objects.filter(
        **{f"{path}__in": divisions},
        kind=AskKind.INTRODUCTION,
        answer=AskAnswer.YES,
        answered_on__gte=timezone.localdate(period.begins_at),
        answered_on__lte=timezone.localdate(period.ends_at - timedelta(microseconds=1)),
    )
    return dict(said_yes.order_by().values_list(path).annotate(Count("pk")))


def _answered(
    divisions: Collection[int], period: Period, condition: Q | None = None
) -> ResponseQuerySet:
    given = Response.objects.standing().filter(
        **{f"{_DIVISION}__in": divisions},
        submitted_at__gte=period.begins_at,
        submitted_at__lt=period.ends_at,
    )
    return given if condition is None else given.filter(condition)


def _count(rows: ResponseQuerySet) -> dict[int, int]:
    return dict(rows.order_by().values_list(_DIVISION).annotate(Count("pk")))


def _met(act: str, term: str) -> Q:
    """Whether ``act`` came within ``term``; closing an alert meets whatever was open."""
    return Q(**{f"{act}__lte": F(term)}) | Q(closed_at__lte=F(term))


def _missed(act: str, term: str, now: datetime) -> Q:
    """Whether ``term`` has passed without it."""
    acted_late = Q(**{f"{act}__isnull": True}) | Q(**{f"{act}__gt": F(term)})
    closed_late = Q(closed_at__isnull=True) | Q(closed_at__gt=F(term))
    return Q(**{f"{term}__lt": now}) & acted_late & closed_late
