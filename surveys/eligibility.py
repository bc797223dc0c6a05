"""Who is asked about a closed project, and why everybody else is not.

The other moments of asking are in ``surveys/touchpoints.py``.

The rules are PRODUCT, from close to follow-up, 2 and 4; the figures are settings. Deciding reads
narrow rows only, so that the whole firm fits in a page view.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from staff.working_hours import working_days_ago
from surveys.models import (
    Invitation,
    LeftOut,
    ProjectContact,
    ProjectContactQuerySet,
    Suppression,
    Touchpoint,
)

# What a later run decides again once the project is too old to ask about. Any other reason is why
# the contact was not asked while it was time, and stays.
PROVISIONAL = (LeftOut.WAITING, LeftOut.CLOSES_LATER)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One contact of one project, as far as deciding needs it.

    ``closed_on`` is the planned end of a project that still runs.
    """

    pk: int
    contact_id: int
    project_id: int
    manager_id: int
    closed_on: date
    opted_out_at: datetime | None
    bounced_at: datetime | None


@dataclass(frozen=True, slots=True)
class Ask:
    """One invitation to be: about ``main``, naming the other projects of the same contact."""

    main: Candidate
    also: tuple[Candidate, ...] = ()
    touchpoint: str = Touchpoint.PROJECT_CLOSE

    @property
    def ids(self) -> tuple[int, ...]:
        """All project contacts of the invitation, the main one first."""
        return (self.main.pk, *(candidate.pk for candidate in self.also))


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is stored about candidates elsewhere."""

    invited: set[tuple[int, str]]  # project contacts and touchpoints
    named: set[int]  # project contacts
    held: set[int]  # project contacts
    asked: set[int]  # contacts

    @classmethod
    def about(cls, rows: QuerySet[ProjectContact], *, now: datetime) -> "Facts":
        """Fetch it for ``rows``, in four queries."""
        recent = Invitation.objects.filter(invited_at__gt=fatigue_since(now))
        naming = Invitation.also_about.through.objects.filter(projectcontact__in=rows)
        held = Suppression.objects.in_force().filter(project_contact__in=rows)
        return cls(
            invited=set(
                Invitation.objects.filter(project_contact__in=rows).values_list(
                    "project_contact_id", "touchpoint"
                )
            ),
            named=_ids(naming, "projectcontact_id"),
            held=_ids(held, "project_contact_id"),
            asked=_ids(
                recent.filter(project_contact__contact__in=rows.values("contact")),
                "project_contact__contact_id",
            ),
        )

    def reason(
        self, candidate: Candidate, touchpoint: str = Touchpoint.PROJECT_CLOSE
    ) -> LeftOut | None:
        """Return why ``candidate`` is not asked, whatever the day; None when nothing is against.

        Only invitations at the close name other projects, and only there it counts as asked.
        """
        is_close = touchpoint == Touchpoint.PROJECT_CLOSE
        reasons = (
            ((candidate.pk, touchpoint) in self.invited, LeftOut.INVITED_BEFORE),
            (is_close and candidate.pk in self.named, LeftOut.ASKED_TOGETHER),
            (candidate.pk in self.held, LeftOut.SUPPRESSED),
            (candidate.opted_out_at is not None, LeftOut.OPTED_OUT),
            (candidate.bounced_at is not None, LeftOut.BOUNCED),
            (candidate.contact_id in self.asked, LeftOut.ASKED_RECENTLY),
        )
        return next((reason for holds, reason in reasons if holds), None)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Whom a run would invite, those closed last first, and why not the others within reach.

    ``since`` is the first closing date within reach; ``candidates`` are all of them.
    """

    since: date
    asks: list[Ask] = field(default_factory=list)
    reasons: dict[int, LeftOut] = field(default_factory=dict)
    candidates: dict[int, Candidate] = field(default_factory=dict)


def first_closing_day(today: date) -> date:
    """Return the earliest closing date that is still asked about."""
    return today - timedelta(days=settings.INVITE_CLOSED_WITHIN_DAYS)


def fatigue_since(now: datetime) -> datetime:
    """Return since when a contact counts as asked recently."""
    return now - timedelta(days=settings.SURVEY_FATIGUE_DAYS)


def plan_invitations(
    *, closed_since: date | None = None, after_working_days: int = 0, now: datetime
) -> Plan:
    """Decide about every contact of every project that did not close too long ago.

    ``closed_since`` (a date) replaces the setting INVITE_CLOSED_WITHIN_DAYS. Projects are asked
    about ``after_working_days`` after they closed. A person with several projects gets one
    invitation: about the one that closed last of those that are due, naming the others that
    closed, also those whose wait is not over, since nobody may ask about them for months.
    """
    today = timezone.localdate(now)
    since = closed_since or first_closing_day(today)
    last_due = working_days_ago(today, after_working_days)
    rows = ProjectContact.objects.of_closed_projects().filter(project__closed_on__gte=since)
    facts = Facts.about(rows, now=now)
    plan = Plan(since=since)
    free: dict[int, list[Candidate]] = defaultdict(list)
    for candidate in candidates_of(rows):
        plan.candidates[candidate.pk] = candidate
        reason = facts.reason(candidate)
        if reason is None and candidate.closed_on > today:
            reason = LeftOut.CLOSES_LATER
        if reason is None:
            free[candidate.contact_id].append(candidate)
        else:
            plan.reasons[candidate.pk] = reason
    for own in free.values():
        main = next((candidate for candidate in own if candidate.closed_on <= last_due), None)
        if main is None:
            plan.reasons.update((candidate.pk, LeftOut.WAITING) for candidate in own)
        else:
            plan.asks.append(Ask(main, tuple(other for other in own if other is not main)))
    plan.asks.sort(key=lambda ask: (ask.main.closed_on, ask.main.project_id), reverse=True)
    return plan


def candidates_of(rows: QuerySet[ProjectContact]) -> Iterator[Candidate]:
    """Yield ``rows`` as candidates, those whose project closed last first. One query."""
    values: QuerySet[ProjectContact, Any] = rows.order_by(
        "-project__closed_on", "-project__pk", "pk"
    ).values_list(
        "pk",
        "contact_id",
        "project_id",
        "project__account_manager_id",
        Coalesce("project__closed_on", "project__planned_end_on"),
        "contact__opted_out_at",
        "contact__bounced_at",
    )
    return (Candidate(*row) for row in values)


def out_of_reach(rows: ProjectContactQuerySet, since: date) -> ProjectContactQuerySet:
    """Return those of ``rows`` whose project closed before ``since`` and was not asked about then.

    What was asked at another touchpoint says nothing about the close.
    """
    closed = rows.of_closed_projects().filter(project__closed_on__lt=since)
    asked = Invitation.objects.filter(
        project_contact=OuterRef("pk"), touchpoint=Touchpoint.PROJECT_CLOSE
    )
    return closed.filter(~Exists(asked))


def for_reason(reason: LeftOut) -> Q:
    """Return the filter on rows out of reach that are left out for ``reason``."""
    stored = Q(omission__reason=reason)
    if reason is LeftOut.CLOSED_LONG_AGO:
        return stored | Q(omission__isnull=True) | Q(omission__reason__in=PROVISIONAL)
    return Q(pk__in=()) if reason in PROVISIONAL else stored


def count_out_of_reach(rows: ProjectContactQuerySet, since: date) -> Counter[LeftOut]:
    """Return how many of ``rows`` are out of reach, by the reason that stands. One query."""
    found = out_of_reach(rows, since).order_by().values_list("omission__reason")
    counts: Counter[LeftOut] = Counter()
    for stored, number in found.annotate(Count("pk")):
        is_settled = stored and stored not in PROVISIONAL
        counts[LeftOut(stored) if is_settled else LeftOut.CLOSED_LONG_AGO] += number
    return counts


def _ids(rows: QuerySet[Any], column: str) -> set[int]:
    return set(rows.values_list(column, flat=True))
