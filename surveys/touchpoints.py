"""Whom a run asks at which touchpoint: the close of a project, and the moments beside it.

The close is asked always, and its omissions are kept (``surveys/eligibility.py``). The others are
asked only while a questionnaire is in use for them, under the same rules of who may be asked, and
need no ledger: nobody counts on them being asked.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from surveys.eligibility import Ask, Facts, Plan, candidates_of, plan_invitations
from surveys.models import LeftOut, Project, ProjectContact, Questionnaire, Touchpoint


def plan_run(
    *, closed_since: date | None = None, after_working_days: int = 0, now: datetime
) -> Plan:
    """Return ``plan_invitations`` with what is asked at the other touchpoints added to its asks.

    A person gets one invitation in a run: the close goes first, then delivery, halfway,
    aftercare. Whoever is asked about a close within days is left alone for it.
    """
    plan = plan_invitations(
        closed_since=closed_since, after_working_days=after_working_days, now=now
    )
    waiting = (pk for pk, reason in plan.reasons.items() if reason is LeftOut.WAITING)
    taken = {ask.main.contact_id for ask in plan.asks}
    taken |= {plan.candidates[pk].contact_id for pk in waiting}
    in_use = set(Questionnaire.objects.active().values_list("touchpoint", flat=True))
    for touchpoint, due in _DUE.items():
        if touchpoint not in in_use:
            continue
        rows = ProjectContact.objects.filter(due(timezone.localdate(now)))
        facts = Facts.about(rows, now=now)
        for candidate in candidates_of(rows):
            if candidate.contact_id in taken or facts.reason(candidate, touchpoint):
                continue
            taken.add(candidate.contact_id)
            plan.asks.append(Ask(candidate, touchpoint=touchpoint))
    return plan


def _delivery(today: date) -> Q:
    """The planned end is reached, not too long ago, and the project still runs."""
    return Q(
        project__state=Project.State.RUNNING,
        project__planned_end_on__range=(today - _reach(), today),
    )


def _mid_project(today: date) -> Q:
    """Half of the time has passed, not too long ago, of a project that is long enough."""
    running = Project.objects.filter(
        state=Project.State.RUNNING, started_on__lte=today, planned_end_on__gt=today
    )
    times = running.values_list("pk", "started_on", "planned_end_on")
    return Q(project__in=[pk for pk, start, end in times if _is_halfway(start, end, today)])


def _is_halfway(start: date | None, end: date | None, today: date) -> bool:
    if start is None or end is None:
        return False
    half = start + (end - start) // 2
    is_long = (end - start).days >= settings.MID_PROJECT_FROM_DAYS
    return is_long and half <= today <= half + _reach()


def _aftercare(today: date) -> Q:
    """The project closed AFTERCARE_AFTER_DAYS ago, and not too long before that."""
    last = today - timedelta(days=settings.AFTERCARE_AFTER_DAYS)
    return Q(project__state=Project.State.CLOSED, project__closed_on__range=(last - _reach(), last))


def _reach() -> timedelta:
    """How long after its moment a touchpoint is still asked."""
    return timedelta(days=settings.INVITE_CLOSED_WITHIN_DAYS)


# In this order: whoever is due at several is asked at the first.
_DUE: Mapping[Touchpoint, Callable[[date], Q]] = {
    Touchpoint.DELIVERY: _delivery,
    Touchpoint.MID_PROJECT: _mid_project,
    Touchpoint.AFTERCARE: _aftercare,
}
