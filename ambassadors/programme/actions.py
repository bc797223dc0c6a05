"""The verbs of asking: record what was asked, and what was answered."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from alerts.models import Alert
from ambassadors.programme.models import UNDECIDED, Ask, AskAnswer, AskCorrection, AskKind
from ambassadors.programme.rule import Obstacle, obstacles, situation_of
from staff.models import User
from surveys.models import Contact


class NotNow(Exception):  # noqa: N818  (advice in words: not an error of anybody)
    """The rule says not to ask; ``obstacles`` say why."""

    def __init__(self, found: list[Obstacle]) -> None:
        super().__init__(" ".join(obstacle.text for obstacle in found))
        self.obstacles = found


class Conflict(Exception):  # noqa: N818  (two people at once: not an error of either)
    """A colleague recorded an answer meanwhile; the text says who."""


def record_ask(
    *,
    alert: Alert,
    actor: User,
    kind: AskKind,
    asked_on: date,
    note: str = "",
    override_reason: str = "",
    overruled: Collection[str] = (),
    now: datetime | None = None,
) -> Ask:
    """Record that ``actor`` asked the person behind ``alert`` for something.

    ``overruled`` holds the keys of the obstacles that the reason is about: what came up since the
    colleague saw them, such as an ask of somebody else, is no part of it. The contact is locked,
    so of two who ask at once the second hears who was first. Raises NotNow.
    """
    now = now or timezone.now()
    with transaction.atomic():
        contact = Contact.objects.select_for_update().get(pk=alert.response.contact.pk)
        found = obstacles(situation_of(alert), on=asked_on, kind=kind)
        accepted = set(overruled) if override_reason else set()
        if any(one.key not in accepted or not one.may_be_overruled for one in found):
            raise NotNow(found)
        return Ask.objects.create(
            contact=contact,
            alert=alert,
            kind=kind,
            asked_by=actor,
            asked_on=asked_on,
            recorded_at=now,
            note=note,
            override_reason=override_reason if found else "",
        )


def record_answer(
    *,
    ask: Ask,
    actor: User,
    answer: AskAnswer,
    answered_on: date,
    again_on: date | None = None,
) -> None:
    """Record what the ambassador said.

    After "later" another answer may come; a yes or no is set right by ``correct_answer``.

    Raises Conflict when a colleague recorded an answer since ``ask`` was read.
    """
    changed = Ask.objects.filter(pk=ask.pk, answer=ask.answer, answer__in=UNDECIDED).update(
        answer=answer,
        answered_on=answered_on,
        again_on=again_on,
        answer_recorded_by=actor,
    )
    if not changed:
        raise Conflict(_what_happened(ask))


def correct_answer(
    *,
    ask: Ask,
    actor: User,
    answer: AskAnswer,
    answered_on: date,
    reason: str,
    again_on: date | None = None,
    now: datetime | None = None,
) -> None:
    """Set a recorded yes or no right, with a line that says who corrected what, and why.

    Raises Conflict when a colleague changed the answer since ``ask`` was read.
    """
    assert ask.answered_on is not None  # what has an answer has its day: a constraint
    with transaction.atomic():
        changed = (
            Ask.objects.exclude(answer__in=UNDECIDED)
            .filter(pk=ask.pk, answer=ask.answer, answered_on=ask.answered_on)
            .update(answer=answer, answered_on=answered_on, again_on=again_on)
        )
        if not changed:
            raise Conflict(_what_happened(ask))
        AskCorrection.objects.create(
            ask=ask,
            actor=actor,
            at=now or timezone.now(),
            reason=reason,
            old_answer=ask.answer,
            old_answered_on=ask.answered_on,
            new_answer=answer,
            new_answered_on=answered_on,
        )


def _what_happened(ask: Ask) -> str:
    """Say who recorded or corrected the answer last."""
    row = Ask.objects.select_related("answer_recorded_by").get(pk=ask.pk)
    correction = row.corrections.select_related("actor").last()
    if correction is not None:
        said = {"name": correction.actor.name, "answer": row.get_answer_display()}
        return _("%(name)s corrected the answer meanwhile: %(answer)s.") % said
    name = row.answer_recorded_by.name if row.answer_recorded_by else ""
    said = {"name": name, "answer": row.get_answer_display()}
    return _("%(name)s recorded an answer already: %(answer)s.") % said
