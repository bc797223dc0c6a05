"""Whether a – is solved, says the client: where that stands, and what happened, in words.

Reads ``response.solved_questions`` with their answers and deliveries: prefetch ``ASKED``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from alerts.models import Alert, AlertEvent, EventKind, Outcome
from outbox.models import Delivery
from outbox.models import State as DeliveryState
from staff.wording import day
from surveys.models import ASKED_WITHIN, SolvedAnswer, SolvedQuestion, Suppression

ASKED = Prefetch(
    "response__solved_questions",
    SolvedQuestion.objects.select_related("delivery")
    .defer("delivery__message")
    .prefetch_related("answers"),
)
_HEARD = (EventKind.CONFIRMED, EventKind.SAID_SOLVED, EventKind.NOT_SOLVED)


@dataclass(frozen=True, kw_only=True)
class Status:
    """One sentence about it, and what the client wrote with it."""

    text: str
    answer: SolvedAnswer | None = None
    is_fault: bool = False


def solved_status(alert: Alert, *, now: datetime) -> Status | None:
    """Return where it stands with the client's own view; None where there is nothing to tell."""
    asked = list(alert.response.solved_questions.all())
    last = max(
        (answer for one in asked for answer in one.answers.all()),
        key=lambda answer: (answer.given_at, answer.pk),
        default=None,
    )
    if alert.recovered_at is not None:
        return _said(_("%(name)s confirmed on %(day)s that it is solved."), alert, last, now)
    if not alert.is_closed:
        if last is None:
            return None
        if last.is_yes:
            return _said(_("%(name)s said on %(day)s that it is solved."), alert, last, now)
        return _said(_("%(name)s said on %(day)s that it is not solved yet."), alert, last, now)
    if alert.outcome != Outcome.RECOVERED:
        return None
    waiting = [one for one in asked if one.withdrawn_at is None and not one.answers.all()]
    return _waiting(alert, waiting[-1], now) if waiting else None


def _said(text: str, alert: Alert, answer: SolvedAnswer | None, now: datetime) -> Status:
    at = answer.given_at if answer else alert.recovered_at
    assert at is not None  # it is told of an answer, or of an alert that has its moment
    is_fault = answer is not None and not answer.is_yes
    return Status(text=_with_name(text, alert, at, now), answer=answer, is_fault=is_fault)


def _with_name(text: str, alert: Alert, at: datetime, now: datetime) -> str:
    name = alert.response.contact.name
    return text % {
        "name": name,
        "day": day(timezone.localdate(at), today=timezone.localdate(now)),
    }


def _waiting(alert: Alert, question: SolvedQuestion, now: datetime) -> Status:
    """Say when the client is or was asked, or why not."""
    if question.asked_at is None:
        reason = _why_not(alert, question, now)
        planned = _("%(name)s is asked by mail on %(day)s whether it is solved.")
        at = max(question.due_at, now)
        return Status(text=_with_name(reason or planned, alert, at, now), is_fault=bool(reason))
    mail = question.delivery
    at = mail.sent_at if mail and mail.sent_at else question.asked_at
    if fault := _mail_fault(mail):
        return Status(text=_with_name(fault, alert, at, now), is_fault=True)
    if mail is not None and mail.sent_at is None:
        text = _("%(name)s is asked by mail on %(day)s whether it is solved.")
    elif question.is_open(now):
        text = _("%(name)s was asked on %(day)s whether it is solved. No answer yet.")
    else:
        text = _("%(name)s was asked on %(day)s whether it is solved, and did not answer.")
    return Status(text=_with_name(text, alert, at, now))


def _why_not(alert: Alert, question: SolvedQuestion, now: datetime) -> str:
    """Return why the client is not asked; empty while they will be."""
    part = alert.response.invitation.project_contact
    if part.contact.opted_out_at is not None:
        return _("%(name)s wants no questions from us, so we do not ask whether it is solved.")
    if part.contact.bounced_at is not None:
        return _("The address of %(name)s does not work, so we cannot ask whether it is solved.")
    if alert.response.replaced_at is not None:
        return _("%(name)s answered anew since, so we do not ask whether it is solved.")
    if Suppression.objects.in_force().filter(project_contact=part).exists():
        return _("%(name)s is held back from questions, so we do not ask whether it is solved.")
    if question.due_at <= now - ASKED_WITHIN:
        return _("%(name)s could not be asked in time whether it is solved.")
    return ""


def _mail_fault(mail: Delivery | None) -> str:
    """Return why a mail that was made does not reach the client; empty when it does, or may."""
    if mail is None:
        return ""
    if mail.state == DeliveryState.UNDELIVERABLE or mail.bounced_at is not None:
        return _("The mail that asks %(name)s whether it is solved could not be delivered.")
    if mail.state == DeliveryState.CANCELLED:
        return _("The mail that asks %(name)s whether it is solved was withdrawn.")
    return ""


def asked_steps(alert: Alert) -> list[tuple[datetime, str]]:
    """Return when the client was asked, for the course: each mail that left, or waits to."""
    steps = []
    for question in alert.response.solved_questions.all():
        mail, at = question.delivery, question.asked_at
        if at is None or (mail is not None and mail.state == DeliveryState.CANCELLED):
            continue
        is_sent = mail is None or mail.sent_at is not None
        text = _("Client asked whether it is solved") if is_sent else _mail_fault(mail)
        text = text or _("Mail that asks the client whether it is solved: waits to be sent")
        name = {"name": alert.response.contact.name}
        steps.append((mail.sent_at if mail and mail.sent_at else at, text % name))
    return steps


def lines_of_clients(events: Iterable[AlertEvent]) -> dict[int, str]:
    """Return what clients wrote with their answers, by the answer; one query if there are any.

    Their words stay with the answer: the ledger only refers to it.
    """
    ids = {event.data.get("answer", 0) for event in events if event.kind in _HEARD}
    if not ids:
        return {}
    return dict(SolvedAnswer.objects.filter(pk__in=ids).values_list("pk", "line"))
