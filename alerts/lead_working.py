"""The verbs of working a lead: contact, stage, value, hand over, note.

As with alerts (``working``): each locks the row, sees that nobody changed it after the version that
the colleague had on the screen (``seen``; None asks no such thing), changes it with the next
version, and adds a line for each thing that changed. Whoever is second gets Conflict.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from alerts.digest_items import put_by
from alerts.models import (
    CLOSED_STAGES,
    REACHED,
    ContactKind,
    Lead,
    LeadEvent,
    LeadEventKind,
    Stage,
)
from alerts.preferences import News
from alerts.working import Conflict
from staff.models import User

_STORED = (
    *("owner", "on_behalf_of", "keeper", "stage", "value", "lost_reason"),
    *("next_step", "next_step_on", "last_contact_at", "closed_at"),
)


@dataclass(frozen=True, kw_only=True)
class _Line:
    """What a verb adds to the ledger besides what changed."""

    kind: LeadEventKind
    data: dict[str, Any] = field(default_factory=dict)


def log_lead_contact(
    *,
    lead: Lead,
    actor: User,
    how: str,
    note: str = "",
    next_step: str = "",
    next_step_on: date | None = None,
    seen: int | None = None,
    now: datetime | None = None,
) -> None:
    """Write down a contact, or a try, and what comes next. Raises Conflict for a closed lead.

    ``how`` is a ContactKind. Whoever was reached while the lead was new is being talked to; a lead
    that nobody owned is the actor's from now on.
    """
    now = now or timezone.now()
    with transaction.atomic():
        row = _locked(lead, seen=seen)
        if row.is_closed:
            raise Conflict(what_happened(row))
        was = _standing(row)
        _own(row, row.owner or actor)
        if how in REACHED and row.stage == Stage.NEW:
            row.stage = Stage.TALKING
        row.last_contact_at = max(now, row.last_contact_at or now)
        row.next_step, row.next_step_on = next_step if next_step_on else "", next_step_on
        data = {
            "how": ContactKind(how).value,
            "next_step": row.next_step,
            "next_step_on": next_step_on and next_step_on.isoformat(),
        }
        contact = _Line(kind=LeadEventKind.CONTACTED, data=data)
        _store(row, was, contact, actor=actor, now=now, note=note)


def move_lead(
    *,
    lead: Lead,
    actor: User,
    stage: str,
    value: Decimal | None = None,
    lost_reason: str = "",
    note: str = "",
    seen: int | None = None,
    now: datetime | None = None,
) -> None:
    """Bring ``lead`` to another stage, forward or back. Raises Conflict when it is there already.

    ``value`` None leaves the value as it is; what is won has one, what is lost a reason. Won and
    lost wait for nothing any more.
    """
    now = now or timezone.now()
    with transaction.atomic():
        row = _locked(lead, seen=seen)
        if row.stage == stage:
            raise Conflict(what_happened(row))
        was = _standing(row)
        _own(row, row.owner or actor)
        row.stage = Stage(stage)
        row.value = row.value if value is None else value
        row.lost_reason = lost_reason if stage == Stage.LOST else ""
        row.closed_at = now if stage in CLOSED_STAGES else None
        if row.is_closed:
            row.next_step, row.next_step_on = "", None
        _store(row, was, actor=actor, now=now, note=note)


def appraise_lead(
    *,
    lead: Lead,
    actor: User,
    value: Decimal | None,
    seen: int | None = None,
    now: datetime | None = None,
) -> None:
    """Write down what ``lead`` is expected to bring in euros; None: nobody knows yet.

    Raises Conflict when that is its value already. What is won keeps one: a constraint holds it.
    """
    now = now or timezone.now()
    with transaction.atomic():
        row = _locked(lead, seen=seen)
        if row.value == value:
            raise Conflict(what_happened(row))
        was = _standing(row)
        row.value = value
        _store(row, was, actor=actor, now=now)


def hand_lead_over(
    *,
    lead: Lead,
    actor: User,
    owner: User,
    comment: str = "",
    seen: int | None = None,
    now: datetime | None = None,
) -> None:
    """Hand ``lead`` over to ``owner``, whose digest tells of it; to oneself is taking it over.

    Stage and next step stay: they are the client's. Raises Conflict for a closed lead and for one
    that this colleague owns already.
    """
    now = now or timezone.now()
    with transaction.atomic():
        row = _locked(lead, seen=seen)
        if row.is_closed or row.owner_id == owner.pk:
            raise Conflict(what_happened(row))
        was = _standing(row)
        _own(row, owner)
        _store(row, was, actor=actor, now=now, note=comment)
        if owner.pk != actor.pk:
            put_by(
                recipient=owner,
                news=News.LEAD,
                what=f"lead:{row.response_id}:{row.version}",
                response=row.response,
                now=now,
                data={"by": actor.name, "comment": comment},
            )


def note_lead(*, lead: Lead, actor: User, note: str, now: datetime | None = None) -> None:
    """Write ``note`` down with the lead, open or closed. It takes no fence: it only adds."""
    now = now or timezone.now()
    with transaction.atomic():
        row = _locked(lead, seen=None)
        line = _Line(kind=LeadEventKind.NOTED)
        _store(row, _standing(row), line, actor=actor, now=now, note=note)


def _locked(lead: Lead, *, seen: int | None) -> Lead:
    """Return the row as it is now, locked till the transaction ends. Raises Conflict when it was
    changed after version ``seen``."""
    row = Lead.objects.select_for_update().get(pk=lead.pk)
    if seen is not None and row.version != seen:
        raise Conflict(what_happened(row))
    return row


def _own(row: Lead, owner: User) -> None:
    """Let ``owner`` have the lead. Another than before acts for nobody, and needs no keeper."""
    if row.owner_id != owner.pk:
        row.owner, row.on_behalf_of, row.keeper = owner, None, None


def _standing(row: Lead) -> tuple[str, Decimal | None, int | None]:
    return row.stage, row.value, row.owner_id


def _store(
    row: Lead,
    was: tuple[str, Decimal | None, int | None],
    *lines: _Line,
    actor: User,
    now: datetime,
    note: str = "",
) -> None:
    """Write the row with its next version; its lines say what was done and what changed."""
    changed = Lead.objects.filter(pk=row.pk, version=row.version).update(
        version=F("version") + 1, **{name: getattr(row, name) for name in _STORED}
    )
    if not changed:
        raise Conflict(what_happened(row))
    row.version += 1
    for place, line in enumerate([*lines, *_changes(row, was)]):
        LeadEvent.objects.create(
            lead=row,
            kind=line.kind,
            actor=actor,
            at=now,
            note=note if place == 0 else "",
            data={"version": row.version, **line.data},
        )


def _changes(row: Lead, was: tuple[str, Decimal | None, int | None]) -> list[_Line]:
    stage, value, owner = was
    lines = []
    data: dict[str, Any]
    if row.stage != stage:
        data = {"old": stage, "new": row.stage, "lost_reason": row.lost_reason}
        lines.append(_Line(kind=LeadEventKind.STAGE, data=data))
    if row.value != value:
        data = {"old": _in_euros(value), "new": _in_euros(row.value)}
        lines.append(_Line(kind=LeadEventKind.VALUE, data=data))
    if row.owner_id != owner:
        data = {"old": owner, "new": row.owner_id}
        lines.append(_Line(kind=LeadEventKind.OWNER, data=data))
    return lines


def _in_euros(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.2f}"


def what_happened(lead: Lead) -> str:
    """Say who was first, in the active language."""
    done = LeadEvent.objects.filter(lead=lead, actor__isnull=False).select_related("actor")
    event = done.order_by("pk").last()
    if event is None or event.actor is None:
        return _("This lead has changed meanwhile.")
    return _("%(name)s changed this lead meanwhile.") % {"name": event.actor.name}
