"""What happened to one invitation, from the asking to the last answer.

The course is a list of steps from several sources. Whoever has more to tell writes a function from
an invitation to its steps and puts it into ``SOURCES``: the page shows them in their real order.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from outbox.models import KEPT, Delivery, State
from surveys.models import (
    CallRequest,
    Consent,
    HeldAnswer,
    Interest,
    Invitation,
    LaterAnswer,
    Reopening,
    Satisfaction,
    Service,
    SolvedQuestion,
)
from surveys.models.answers import recommendation_in_words


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer as the course shows it: in full, word for word."""

    choices: list[tuple[str, str]]  # question and answer, in words
    comment: str
    language: str
    group: str = ""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One line of the course. ``note`` is what somebody wrote with it."""

    at: datetime
    text: str
    note: str = ""
    answer: Answer | None = None
    is_key: bool = False
    is_fault: bool = False


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The invitation of a course; ``is_reader`` tells whether its answers may be shown."""

    invitation: Invitation
    is_reader: bool

    def answer(self, answer: Answer) -> Answer | None:
        """Return ``answer`` for whoever the client was told reads it, nothing for others."""
        return answer if self.is_reader else None


def course_of(invitation: Invitation, *, is_reader: bool) -> list[Step]:
    """Return the steps, newest first."""
    asked = Asked(invitation=invitation, is_reader=is_reader)
    steps = [step for source in SOURCES for step in source(asked)]
    return sorted(steps, key=lambda step: step.at, reverse=True)


def _inviting(asked: Asked) -> Iterable[Step]:
    names = asked.invitation.other_names
    note = _("Also about %(projects)s") % {"projects": names} if names else ""
    yield Step(at=asked.invitation.invited_at, text=_("Invited"), note=note)


def _mails(asked: Asked) -> Iterable[Step]:
    """Every mail to the client: the invitation, the reminders, and what came with a reopening."""
    invitation = asked.invitation
    names = {invitation.delivery_key: _("Invitation mail")}
    for number in range(1, len(settings.REMIND_AFTER_DAYS) + 1):
        names[invitation.reminder_key(number)] = _("Reminder %(number)s") % {"number": number}
    for reopening in invitation.reopenings.all():
        names[reopening.delivery_key] = _("Mail about answering anew")
    for question in _questions(invitation):
        if question.link_id is not None:
            names[question.delivery_key] = _("Mail asking whether it is solved")
    mails = Delivery.objects.filter(dedupe_key__in=names).defer("message").order_by("pk")
    return [_mail_step(names[mail.dedupe_key], mail) for mail in mails]


def _mail_step(name: str, mail: Delivery) -> Step:
    ends = {
        State.QUEUED: pgettext("mail to a client", "waits to be sent"),
        State.CLAIMED: pgettext("mail to a client", "is being sent"),
        State.COMMITTING: pgettext("mail to a client", "is being sent"),
        State.UNCERTAIN: str(State.UNCERTAIN.label),
        State.SENT: pgettext("mail to a client", "sent"),
        State.UNDELIVERABLE: pgettext("mail to a client", "could not be delivered"),
        State.CANCELLED: pgettext("mail to a client", "withdrawn before it was sent"),
    }
    end = ends[State(mail.state)]
    if mail.state == State.SENT and mail.transport == KEPT:
        end = pgettext("mail to a client", "kept in the outbox: no mail server is set up")
    is_fault = mail.state == State.UNDELIVERABLE
    return Step(
        at=mail.sent_at or mail.cancelled_at or max(mail.not_before, mail.created_at),
        text=f"{name}: {end}",
        note=mail.last_error if is_fault else "",
        is_fault=is_fault,
    )


def _held(asked: Asked) -> Iterable[Step]:
    all_held = list(asked.invitation.held_answers.select_related("decided_by"))
    names = _service_names(held.answers for held in all_held)
    for held in all_held:
        answer = _stored_answer(held.answers, asked.invitation, names, group=held.group)
        yield Step(
            at=held.received_at,
            text=_("Answer on hold: it looks automatic"),
            answer=asked.answer(answer),
        )
        if held.decided_at is not None and held.state != HeldAnswer.State.REPLACED:
            by = held.decided_by.name if held.decided_by else _("the system")
            is_good = held.state == HeldAnswer.State.CONFIRMED
            text = _("Answer on hold confirmed by %(name)s") if is_good else None
            text = text or _("Answer on hold put aside by %(name)s")
            yield Step(at=held.decided_at, text=text % {"name": by})


def _answers(asked: Asked) -> Iterable[Step]:
    for response in asked.invitation.responses.prefetch_related("services").order_by("pk"):
        is_old = response.replaced_at is not None
        answer = Answer(
            choices=_choices(
                response.satisfaction,
                response.recommends,
                response.interest,
                [service.label for service in response.services.all()],
            ),
            comment=response.motivation,
            language=response.language,
            group=response.group,
        )
        yield Step(
            at=response.submitted_at,
            text=_("Answered; a later answer took its place") if is_old else _("Answered"),
            answer=asked.answer(answer),
            is_key=not is_old,
        )


def _later_answers(asked: Asked) -> Iterable[Step]:
    later = list(LaterAnswer.objects.filter(response__invitation=asked.invitation))
    names = _service_names(one.answers for one in later)
    for one in later:
        yield Step(
            at=one.submitted_at,
            text=_("Answered differently through the same link; the first answer counts"),
            answer=asked.answer(_stored_answer(one.answers, asked.invitation, names)),
        )


def _reopenings(asked: Asked) -> Iterable[Step]:
    texts = {
        Reopening.Kind.REOPENED: _("Reopened by %(name)s"),
        Reopening.Kind.UNDONE: _("Reopening undone by %(name)s"),
        Reopening.Kind.REPEATED: _("The client gave the same answer again"),
    }
    for one in asked.invitation.reopenings.select_related("actor"):
        name = one.actor.name if one.actor else ""
        text = texts[Reopening.Kind(one.kind)]
        yield Step(at=one.at, text=text % {"name": name} if name else text, note=one.reason)


def _wishes(asked: Asked) -> Iterable[Step]:
    """What the client allowed or asked for after answering, and took back."""
    if not asked.is_reader:
        return
    for consent in Consent.objects.filter(response__invitation=asked.invitation):
        kinds = {"kinds": str(consent.get_kind_display())}
        yield Step(at=consent.given_at, text=_("Client gave permission for: %(kinds)s") % kinds)
        if consent.withdrawn_at is not None:
            text = _("Client took back the permission for: %(kinds)s") % kinds
            yield Step(at=consent.withdrawn_at, text=text)
    for call in CallRequest.objects.filter(response__invitation=asked.invitation):
        text = _("Client wants to be called %(moment)s") % {"moment": call.get_moment_display()}
        yield Step(at=call.asked_at, text=text, note=call.note)
        if call.ended_at is not None and call.ending == CallRequest.Ending.WITHDRAWN:
            yield Step(at=call.ended_at, text=_("Client does not want to be called any more"))


def _questions(invitation: Invitation) -> QuerySet[SolvedQuestion]:
    own = SolvedQuestion.objects.filter(response__invitation=invitation)
    return own.select_related("response").prefetch_related("answers")


def _solved(asked: Asked) -> Iterable[Step]:
    """What the client said when asked, after a – was closed, whether it is solved."""
    if not asked.is_reader:
        return
    for question in _questions(asked.invitation):
        for answer in question.answers.all():
            verdict = {"verdict": str(answer.get_verdict_display())}
            text = _("Asked whether it is solved: %(verdict)s") % verdict
            yield Step(at=answer.given_at, text=text, note=answer.line)


# Of steps of one moment those of the source that is named first stand above.
SOURCES: list[Callable[[Asked], Iterable[Step]]] = [
    _mails,
    _reopenings,
    _wishes,
    _solved,
    _later_answers,
    _answers,
    _held,
    _inviting,
]


def _stored_answer(
    stored: dict[str, Any], invitation: Invitation, names: dict[int, str], *, group: str = ""
) -> Answer:
    """Return an answer that is stored as JSON."""
    return Answer(
        choices=_choices(
            stored["satisfaction"],
            recommendation_in_words(stored["recommendation"], stored.get("score")),
            stored["interest"],
            [names[pk] for pk in stored.get("services", ()) if pk in names],
        ),
        comment=stored.get("motivation", ""),
        language=stored.get("language") or invitation.language,
        group=group,
    )


def _choices(
    satisfaction: str, recommends: str, interest: str, services: list[str]
) -> list[tuple[str, str]]:
    more = str(Interest(interest).label)
    return [
        (pgettext("answer", "Satisfied"), str(Satisfaction(satisfaction).label)),
        (_("Recommends"), recommends),
        (_("More services"), f"{more}: {', '.join(services)}" if services else more),
    ]


def _service_names(stored: Iterable[dict[str, Any]]) -> dict[int, str]:
    wanted = {pk for answers in stored for pk in answers.get("services", ())}
    return {service.pk: service.label for service in Service.objects.filter(pk__in=wanted)}
