"""The course of one lead in words."""

from datetime import date
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from alerts.course import Step
from alerts.models import ContactKind, Lead, LeadEvent, LeadEventKind, Stage
from staff.models import User
from staff.wording import day, euro
from surveys import segmentation
from surveys.models import Group
from surveys.segmentation import GLYPHS


def lead_course_of(lead: Lead) -> list[Step]:
    """Return what happened to ``lead``, newest first."""
    invited = Step(at=lead.response.invitation.invited_at, text=_("Invited"))
    return [*reversed(lead_steps(lead)), invited]


def lead_steps(lead: Lead, *, after_version: int | None = None) -> list[Step]:
    """Return what is in the ledger of ``lead``, oldest first.

    With ``after_version`` only what changed since: what somebody with an older page missed.
    """
    events = LeadEvent.objects.filter(lead=lead).select_related("actor")
    if after_version is not None:
        events = events.filter(data__version__gt=after_version)
    found = list(events.order_by("at", "pk"))
    names = _names_of_owners(found)
    return [_step(event, names) for event in found]


def _names_of_owners(events: list[LeadEvent]) -> dict[int, str]:
    ids = {event.data["new"] for event in events if event.kind == LeadEventKind.OWNER}
    return dict(User.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}


def _step(event: LeadEvent, names: dict[int, str]) -> Step:
    name = event.actor.name if event.actor else _("the system")
    texts = {
        LeadEventKind.CREATED: lambda: _("Answer received"),
        LeadEventKind.NOTED: lambda: _("Note by %(name)s") % {"name": name},
        LeadEventKind.CONTACTED: lambda: _contact(event, name),
        LeadEventKind.STAGE: lambda: _stage(event, name),
        LeadEventKind.VALUE: lambda: _value(event, name),
        LeadEventKind.OWNER: lambda: _owner(event, name, names),
        LeadEventKind.ANSWERED_ANEW: lambda: _anew(event),
        LeadEventKind.OWNER_LOST: lambda: _lost(event),
    }
    return Step(
        at=event.at,
        text=texts[LeadEventKind(event.kind)](),
        note=event.note,
        is_key=event.kind == LeadEventKind.CREATED,
    )


def _contact(event: LeadEvent, name: str) -> str:
    kind = event.data.get("how", "")
    how = ContactKind(kind).label if kind in ContactKind.values else kind
    text = _("%(how)s, by %(name)s") % {"how": how, "name": name}
    if on := event.data.get("next_step_on"):
        text = _("%(text)s; then: %(step)s, on %(day)s") % {
            "text": text,
            "step": event.data.get("next_step") or _("next step"),
            "day": day(date.fromisoformat(on), today=timezone.localdate(event.at)),
        }
    return text


def _stage(event: LeadEvent, name: str) -> str:
    stage = event.data.get("new", "")
    label = Stage(stage).label if stage in Stage.values else stage
    said = {"stage": label, "name": name}
    if reason := event.data.get("lost_reason"):
        return _("Stage: %(stage)s, by %(name)s: %(reason)s") % {**said, "reason": reason}
    return _("Stage: %(stage)s, by %(name)s") % said


def _value(event: LeadEvent, name: str) -> str:
    new = event.data.get("new")
    if new is None:
        return _("Value taken off by %(name)s") % {"name": name}
    return _("Value: %(amount)s, by %(name)s") % {"amount": euro(Decimal(new)), "name": name}


def _owner(event: LeadEvent, name: str, names: dict[int, str]) -> str:
    new = event.data.get("new")
    if event.actor_id == new:
        return _("Taken over by %(name)s") % {"name": name}
    said = {"name": name, "owner": names.get(new or 0, "?")}
    return _("%(name)s handed it over to %(owner)s") % said


def _anew(event: LeadEvent) -> str:
    group = event.data.get("group", "")
    glyph = GLYPHS[segmentation.Group(group)] if group in Group.values else ""
    if event.data.get("goes_on"):
        return _("Answered anew: %(glyph)s, and still wants more") % {"glyph": glyph}
    if event.data.get("interest") == "yes":
        return _("Answered anew: %(glyph)s, and wants more") % {"glyph": glyph}
    return _("Answered anew: %(glyph)s, and wants no more now") % {"glyph": glyph}


def _lost(event: LeadEvent) -> str:
    said = {"left": event.data.get("left", ""), "name": event.data.get("name", "")}
    if said["left"]:
        return _("%(left)s has left; %(name)s looks after it") % said
    return pgettext("lead", "Without owner; %(name)s looks after it") % said
