"""Clocks of alerts: start them, stop them, and take the steps that are due.

Who acts and who escalates lock the same alert, so that whoever commits first wins: a step is taken
only of an alert that still waits at that moment, and acting withdraws the mails of steps that have
not left, in its own transaction.
"""

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from alerts.chain import Chain
from alerts.clocks import Clock, clock_until
from alerts.escalation import AlertClock, ClockKind, EscalationStep, StepKind
from alerts.escalation_mails import compose_step
from alerts.models import Alert, AlertEvent, EventKind
from alerts.posting import queue_mail
from alerts.timing import calendar_of
from outbox.models import Delivery
from outbox.queueing import cancel_queued
from staff.models import User
from staff.working_hours import hours_in_force

logger = logging.getLogger(__name__)

AT_ONCE = 100  # alerts in one transaction

_EVENTS = {
    StepKind.NUDGE: EventKind.NUDGED,
    StepKind.SUPERVISOR: EventKind.SUPERVISOR_TOLD,
    StepKind.ABOVE: EventKind.ABOVE_TOLD,
}


def start_clocks(alert: Alert, first: Clock, second: Clock) -> None:
    """Store both clocks of ``alert``, in the caller's transaction; one that runs stays as it is."""
    AlertClock.objects.bulk_create(
        [
            AlertClock.of(first, kind=ClockKind.FIRST, alert_id=alert.pk),
            AlertClock.of(second, kind=ClockKind.SECOND, alert_id=alert.pk),
        ],
        ignore_conflicts=True,
    )


def start_missing_clocks(alert: Alert, *, now: datetime) -> None:
    """Start the clocks of an alert that was stored without: with the deadlines it has.

    Nobody is mailed about what is past. On the day of an upgrade every open alert gets clocks, and
    a firm with hundreds that are late would have its supervisors and theirs mailed at once about
    what the inbox and the weekly digest tell in one line.
    """
    division = alert.owner and alert.owner.division_id
    calendar = calendar_of(hours_in_force().of(division or alert.response.project.division_id))
    first, second = (
        clock_until(alert.raised_at, due, calendar)
        for due in (alert.acknowledge_by, alert.speak_by)
    )
    start_clocks(alert, first, second)
    for clock in alert.clocks.running():
        ahead = [step for step in StepKind if clock.at(step) > now]
        late = AlertClock.objects.filter(pk=clock.pk, next_step=StepKind.NUDGE)
        late.update(
            next_step=ahead[0] if ahead else "", next_step_at=clock.at(ahead[0]) if ahead else None
        )
    settle_clocks(alert, now=now)


def restart_clocks(alert: Alert, first: Clock, second: Clock) -> None:
    """Let both clocks of a reopened alert begin anew; what was done by the old ones stays."""
    AlertClock.objects.filter(alert=alert).update(is_past=True, next_step_at=None)
    start_clocks(alert, first, second)


def running_kinds(alert: Alert) -> set[ClockKind]:
    """Return which clocks of ``alert`` still run, by where it stands.

    Whoever took it up stopped the first. That of a – asks for a talk, so a talk stops the second;
    that of a + asks for a question to the client, which closing the alert answers.
    """
    if alert.is_closed:
        return set()
    if alert.is_untouched:
        return set(ClockKind)
    return set() if alert.is_negative and alert.first_spoken_at else {ClockKind.SECOND}


def settle_clocks(alert: Alert, *, now: datetime) -> None:
    """Make the clocks of ``alert`` follow where it stands now, in the caller's transaction.

    Call it after any change of state: what no longer runs is stopped, and its mails that have not
    left are withdrawn; what runs waits for its next step, or for the end of a postponement.
    """
    running, wakes_at = running_kinds(alert), alert.snoozed_until
    clocks = list(alert.clocks.running())
    for clock in clocks:
        at = clock.at(clock.next_step) if clock.next_step and clock.kind in running else None
        if at is not None and wakes_at is not None:
            at = max(at, wakes_at)
        if at != clock.next_step_at:
            AlertClock.objects.filter(pk=clock.pk).update(next_step_at=at)
    stopped = [clock for clock in clocks if clock.kind not in running]
    cancel_queued((_key(clock, step) for clock in stopped for step in StepKind), now=now)


def escalate(*, now: datetime | None = None) -> int:
    """Take every step that is due; return how many were taken or skipped.

    1. Lock a batch of alerts with a clock that is due; leave those that somebody else holds.
    2. Read their clocks again: what changed meanwhile counts.
    3. Stop the clocks that do not run, put off those that sleep, take the steps of the others.
    A step that cannot be taken is logged with its traceback, stays due, and stops no other.
    """
    now = now or timezone.now()
    taken, seen = 0, set[int]()
    while True:
        with transaction.atomic():
            alerts = _locked_batch(now, seen)
            if not alerts:
                return taken
            seen |= {alert.pk for alert in alerts}
            taken += _escalate_batch(alerts, now)


def _locked_batch(now: datetime, seen: set[int]) -> list[Alert]:
    due = AlertClock.objects.due(now).exclude(alert__in=seen).values_list("alert_id", flat=True)
    found = Alert.objects.filter(pk__in=set(due[:AT_ONCE]))
    if connection.features.has_select_for_update_skip_locked:
        found = found.select_for_update(skip_locked=True, of=("self",))
    people = "response__invitation__project_contact__project"
    return list(
        found.with_story().select_related(
            "owner__supervisor__supervisor",
            "on_behalf_of__supervisor__supervisor",
            "keeper",
            f"{people}__account_manager__supervisor__supervisor",
            f"{people}__division__fallback",
        )
    )


def _escalate_batch(alerts: list[Alert], now: datetime) -> int:
    by_id = {alert.pk: alert for alert in alerts}
    clocks = AlertClock.objects.due(now).filter(alert__in=by_id)
    chain, taken = Chain(now), 0
    stopped: list[int] = []
    for clock in clocks.prefetch_related("steps"):
        alert = by_id[clock.alert_id]
        wakes_at = alert.snoozed_until
        if clock.kind not in running_kinds(alert):
            stopped.append(clock.pk)
        elif wakes_at is not None and wakes_at > now:
            AlertClock.objects.filter(pk=clock.pk).update(next_step_at=wakes_at)
        else:
            taken += _try_steps(alert, clock, chain, now)
    AlertClock.objects.filter(pk__in=stopped).update(next_step_at=None)
    return taken


def _try_steps(alert: Alert, clock: AlertClock, chain: Chain, now: datetime) -> int:
    """Take the steps of one clock; what fails undoes only these."""
    try:
        with transaction.atomic():
            return _take_steps(alert, clock, chain, now)
    except Exception:
        logger.exception("alert %s: the %s clock cannot escalate", alert.pk, clock.kind)
        return 0


def _take_steps(alert: Alert, clock: AlertClock, chain: Chain, now: datetime) -> int:
    steps = clock.steps_due(now)
    order = list(StepKind)
    left = order[order.index(steps[-1]) + 1 :] if steps else []
    moved = AlertClock.objects.filter(
        pk=clock.pk, next_step=clock.next_step, next_step_at=clock.next_step_at
    ).update(next_step=left[0] if left else "", next_step_at=clock.at(left[0]) if left else None)
    if not moved:
        return 0
    told = {step.recipient_id for step in clock.steps.all()}
    for step in steps:
        recipient = None
        if clock.makes_sense(step, now):
            recipient = chain.recipient(step, alert, told=told)
            told.add(recipient.pk if recipient else None)
        _record(_Taken(alert=alert, clock=clock, step=step, recipient=recipient), now)
    return len(steps)


@dataclass(frozen=True, kw_only=True)
class _Taken:
    """One step of one clock, and who is told; nobody: skipped, or nobody is there."""

    alert: Alert
    clock: AlertClock
    step: StepKind
    recipient: User | None


def _record(taken: _Taken, now: datetime) -> None:
    """Write a step down with its event, and queue its mail."""
    alert, clock, step, recipient = taken.alert, taken.clock, taken.step, taken.recipient
    is_skipped = not clock.makes_sense(step, now)
    if recipient is None and not is_skipped:
        logger.error("alert %s: nobody can be told of step %s", alert.pk, step)
    delivery = None if recipient is None else _queue(taken, recipient, now)
    EscalationStep.objects.create(
        clock=clock,
        kind=step,
        at=now,
        is_skipped=is_skipped,
        recipient=recipient,
        delivery=delivery,
    )
    AlertEvent.objects.create(
        alert=alert,
        kind=EventKind.NUDGE_SKIPPED if is_skipped else _EVENTS[step],
        at=now,
        data={"clock": clock.kind, "name": recipient.name if recipient else ""},
    )


def _queue(taken: _Taken, recipient: User, now: datetime) -> Delivery:
    return queue_mail(
        compose_step(taken.step, alert=taken.alert, clock=taken.clock, recipient=recipient),
        alert=taken.alert,
        to=recipient,
        dedupe_key=_key(taken.clock, taken.step),
        template="escalation",
        now=now,
    )


def _key(clock: AlertClock, step: str) -> str:
    """Return the ``dedupe_key`` of the one mail of a step."""
    return f"alert:{clock.alert_id}:{clock.pk}:clock:{clock.kind}:{step}"


def is_supervisor_told(alert: Alert) -> bool:
    """Tell whether ``alert`` is late and somebody above its owner was called in for it.

    Reads ``clocks`` with their ``steps``: prefetch both for a list.
    """
    running = running_kinds(alert)
    return any(
        step.kind != StepKind.NUDGE and step.recipient_id is not None
        for clock in alert.clocks.all()
        if clock.kind in running and not clock.is_past
        for step in clock.steps.all()
    )
