"""The verbs of working an alert: take up, contact, put off, hand over, note, close.

Each runs in one transaction: lock the row, see that nobody changed it after the version that the
colleague had on the screen (``seen``; None asks no such thing), change it with the next version,
and add one event. Whoever is second gets Conflict, and nothing of the first is overwritten.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from alerts.escalating import settle_clocks
from alerts.mailing import queue_handover_mail
from alerts.models import (
    MOVES,
    REACHED,
    Alert,
    AlertEvent,
    ContactKind,
    EventKind,
    Move,
    Outcome,
    State,
)
from staff.models import User
from surveys.actions.adding import write_follow_up
from surveys.actions.solving import hold_questions, plan_question


class Conflict(Exception):  # noqa: N818  (two people at once: not an error of either)
    """Somebody else was first; the text says what happened, in the active language."""


def acknowledge(
    *, alert: Alert, actor: User, seen: int | None = None, now: datetime | None = None
) -> None:
    """Take ``alert`` up. Raises Conflict when it was taken up or closed already."""
    now = now or timezone.now()
    with transaction.atomic():
        row = locked(alert, seen=seen)
        row.state, row.acknowledged_at = state_after(row, Move.TAKE_UP), now
        own(row, row.owner or actor)  # from the queue without owner: it is theirs now
        store(row, EventKind.ACKNOWLEDGED, actor=actor, now=now)


def log_contact(
    *,
    alert: Alert,
    actor: User,
    how: str,
    note: str = "",
    next_step: str = "",
    next_step_at: datetime | None = None,
    is_waiting: bool = False,
    seen: int | None = None,
    now: datetime | None = None,
) -> None:
    """Write down a contact, or a try, and what comes next; it takes the alert up and wakes it.

    ``how`` is a ContactKind, ``is_waiting`` that it is the client's turn. The next step moves the
    due moment (``Alert.next_due``). Raises Conflict for a closed alert.
    """
    now = now or timezone.now()
    reached = how in REACHED
    move = Move.WAIT if is_waiting else Move.SPEAK if reached else Move.TRY
    with transaction.atomic():
        row = locked(alert, seen=seen)
        row.state = state_after(row, move)
        row.acknowledged_at = row.acknowledged_at or now
        own(row, row.owner or actor)
        row.first_spoken_at = row.first_spoken_at or (now if reached else None)
        row.last_contact_at = max(now, row.last_contact_at or now)
        row.next_step, row.next_step_at = next_step if next_step_at else "", next_step_at
        row.snoozed_until, row.snooze_reason = None, ""
        data = {
            "how": ContactKind(how).value,
            "state": row.state,
            "next_step": row.next_step,
            "next_step_at": next_step_at and next_step_at.isoformat(),
        }
        store(row, EventKind.CONTACTED, actor=actor, now=now, note=note, data=data)


def snooze(
    *,
    alert: Alert,
    actor: User,
    until: datetime,
    reason: str,
    seen: int | None = None,
    now: datetime | None = None,
) -> None:
    """Put ``alert`` off until a moment ahead; the clock wakes it. Raises Conflict once closed.

    The event says when a – sleeps past its deadline: its supervisor sees that in the course.
    """
    now = now or timezone.now()
    with transaction.atomic():
        row = locked(alert, seen=seen)
        refuse_closed(row)
        row.snoozed_until, row.snooze_reason = None, ""
        deadline = row.next_due
        row.snoozed_until, row.snooze_reason = until, reason
        is_late = row.is_negative and until > deadline
        data = {"until": until.isoformat(), "is_past_deadline": is_late}
        store(row, EventKind.SNOOZED, actor=actor, now=now, note=reason, data=data)


def wake(
    *, alert: Alert, actor: User | None, seen: int | None = None, now: datetime | None = None
) -> None:
    """End a snooze before its time; without ``actor`` because the client asked for something.

    Raises Conflict when the alert was not put off any more.
    """
    now = now or timezone.now()
    with transaction.atomic():
        row = locked(alert, seen=seen)
        if row.snoozed_until is None:
            raise Conflict(what_happened(row))
        row.snoozed_until, row.snooze_reason = None, ""
        store(row, EventKind.WOKEN, actor=actor, now=now)


def reassign(
    *,
    alert: Alert,
    actor: User,
    owner: User,
    comment: str,
    seen: int | None = None,
    now: datetime | None = None,
) -> None:
    """Hand ``alert`` over to ``owner``, who is mailed at once, unless it is ``actor``.

    Deadlines and state stay: they are the client's. Raises Conflict for a closed alert and for one
    that this colleague owns already.
    """
    now = now or timezone.now()
    with transaction.atomic():
        row = locked(alert, seen=seen)
        refuse_closed(row)
        if row.owner_id == owner.pk:
            raise Conflict(what_happened(row))
        old = {"old_owner": row.owner_id, "on_behalf_of": row.on_behalf_of_id}
        data = {**old, "new_owner": owner.pk}
        own(row, owner)
        store(row, EventKind.REASSIGNED, actor=actor, now=now, note=comment, data=data)
        if owner.pk != actor.pk:
            queue_handover_mail(alert=row, owner=owner, by=actor, comment=comment, now=now)


def add_note(*, alert: Alert, actor: User, note: str, now: datetime | None = None) -> None:
    """Write ``note`` down with the alert, open or closed. It takes no fence: it only adds."""
    now = now or timezone.now()
    with transaction.atomic():
        store(locked(alert, seen=None), EventKind.NOTED, actor=actor, now=now, note=note)


def close(
    *,
    alert: Alert,
    actor: User,
    outcome: str,
    root_cause: str = "",
    structural_fix: str = "",
    note: str = "",
    follow_up: str = "",
    seen: int | None = None,
    now: datetime | None = None,
) -> None:
    """Close ``alert`` with what came of it. Raises Conflict when it was closed already.

    ``outcome`` is one of ``alert.outcomes``; a – also takes a ``root_cause``, and may need a
    ``structural_fix``. The form explains them; named constraints hold them. ``follow_up`` is what
    the client's next invitation may say. Of a – that is solved in our view the client is asked
    some days later whether it is in theirs.
    """
    now = now or timezone.now()
    with transaction.atomic():
        hold_client(alert)
        row = locked(alert, seen=seen)
        row.state, row.closed_at = state_after(row, Move.CLOSE), now
        row.outcome, row.root_cause, row.structural_fix = outcome, root_cause, structural_fix
        row.next_step, row.next_step_at = "", None
        row.snoozed_until, row.snooze_reason = None, ""
        data = {"outcome": outcome, "root_cause": root_cause, "structural_fix": structural_fix}
        store(row, EventKind.CLOSED, actor=actor, now=now, note=note, data=data)
        if row.is_negative and outcome == Outcome.RECOVERED:
            plan_question(response=alert.response, now=now)
        if follow_up:
            write_follow_up(response=alert.response, author=actor, text=follow_up, now=now)


def hold_client(alert: Alert) -> None:
    """Wait for what the client is asked or says about a –, in the caller's transaction.

    Before the row is locked: who answers locks in that order, so neither waits for the other.
    """
    if alert.is_negative:
        hold_questions(alert.response)


def locked(alert: Alert, *, seen: int | None) -> Alert:
    """Return the row as it is now, locked till the transaction ends.

    Raises Conflict when it was changed after version ``seen``.
    """
    row = Alert.objects.select_for_update().get(pk=alert.pk)
    if seen is not None and row.version != seen:
        raise Conflict(what_happened(row))
    return row


def state_after(row: Alert, move: Move) -> State:
    """Return where ``move`` brings the alert. Raises Conflict when it cannot be made from here."""
    reached = MOVES[move].get(State(row.state))
    if reached is None:
        raise Conflict(what_happened(row))
    return reached


def refuse_closed(row: Alert) -> None:
    """Raise Conflict for a closed alert."""
    if row.is_closed:
        raise Conflict(what_happened(row))


def own(row: Alert, owner: User) -> None:
    """Let ``owner`` have the alert. Another than before acts for nobody, and needs no keeper."""
    if row.owner_id != owner.pk:
        row.owner, row.on_behalf_of, row.keeper = owner, None, None


_STORED = (
    *("state", "owner", "on_behalf_of", "keeper"),
    *("acknowledge_by", "speak_by", "due_at"),
    *("acknowledged_at", "first_spoken_at", "last_contact_at", "closed_at"),
    *("next_step", "next_step_at", "snoozed_until", "snooze_reason"),
    *("outcome", "root_cause", "structural_fix", "recovered_at"),
)


def store(
    row: Alert,
    kind: EventKind,
    *,
    actor: User | None,
    now: datetime,
    note: str = "",
    data: dict[str, Any] | None = None,
) -> None:
    """Write the row with its next version, and the event that says so; its clocks follow."""
    if not row.is_closed:
        row.due_at = row.next_due
    changed = Alert.objects.filter(pk=row.pk, version=row.version).update(
        version=F("version") + 1, **{name: getattr(row, name) for name in _STORED}
    )
    if not changed:
        raise Conflict(what_happened(row))
    row.version += 1
    AlertEvent.objects.create(
        alert=row,
        kind=kind,
        actor=actor,
        at=now,
        note=note,
        data={"version": row.version, **(data or {})},
    )
    if kind != EventKind.NOTED:
        settle_clocks(row, now=now)


def what_happened(alert: Alert) -> str:
    """Say who was first."""
    done = AlertEvent.objects.filter(alert=alert, actor__isnull=False).select_related("actor")
    event = done.order_by("pk").last()
    if event is None or event.actor is None:
        return _("This alert has changed meanwhile.")
    name = {"name": event.actor.name}
    texts = {
        EventKind.CLOSED: _("%(name)s closed this alert already."),
        EventKind.ACKNOWLEDGED: _("%(name)s took this alert up already."),
        EventKind.CONTACTED: _("%(name)s had contact with the client meanwhile."),
        EventKind.SNOOZED: _("%(name)s put this alert off meanwhile."),
        EventKind.REASSIGNED: _("%(name)s handed this alert over meanwhile."),
        EventKind.REOPENED: _("%(name)s reopened this alert already."),
    }
    changed = _("%(name)s changed this alert meanwhile.")
    return texts.get(EventKind(event.kind), changed) % name
