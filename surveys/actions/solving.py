"""Ask once, after a – was closed as solved, whether it is; and keep what the client says to that.

Who answers, who asks and who withdraws take the same lock, that of the invitation, before anything
that stands above this app: so a client who answers and a colleague who reopens see each other.
"""

import logging
from collections.abc import Iterable
from datetime import datetime
from itertools import repeat

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from outbox.models import Lane, State
from outbox.queueing import cancel_queued, queue_message
from surveys.mails import compose_solved
from surveys.models import (
    SOLVED_ANSWERS_MAX,
    Contact,
    Invitation,
    Link,
    Response,
    SolvedAnswer,
    SolvedQuestion,
)
from surveys.sending_hours import opens_after
from surveys.signals import solved_answered

logger = logging.getLogger(__name__)

_BATCH = 100


def hold_questions(response: Response) -> None:
    """Wait for whatever else is said or asked about ``response``, in the caller's transaction.

    Whoever locks a row of their own that belongs to this response does this first.
    """
    Invitation.objects.select_for_update().get(pk=response.invitation_id)


def plan_question(*, response: Response, now: datetime) -> SolvedQuestion | None:
    """Let the client be asked some working days from ``now``; None where the firm asks nobody.

    In the caller's transaction, after ``hold_questions``. What waits already is withdrawn: there
    is one question for each closing.
    """
    withdraw_questions(response=response, now=now)
    wait = settings.ASK_SOLVED_AFTER_WORKING_DAYS
    if wait < 0:
        return None
    due_at = opens_after(now, working_days=wait)
    return SolvedQuestion.objects.create(response=response, made_at=now, due_at=due_at)


def withdraw_questions(*, response: Response, now: datetime) -> int:
    """Take back what the client did not answer yet, and its mail if that has not left.

    In the caller's transaction, after ``hold_questions``. Returns how many were taken back.
    """
    waiting = list(SolvedQuestion.objects.unanswered().filter(response=response))
    SolvedQuestion.objects.filter(pk__in=[one.pk for one in waiting]).update(withdrawn_at=now)
    cancel_queued(question_keys(waiting), now=now)
    return len(waiting)


def question_keys(questions: Iterable[SolvedQuestion]) -> list[str]:
    """Return the ``dedupe_key`` of the mail of each that was asked."""
    return [one.delivery_key for one in questions if one.link_id is not None]


def questions_to(contact: Contact) -> list[SolvedQuestion]:
    """Return every question that one person was or will be asked, with its response."""
    own = SolvedQuestion.objects.filter(
        response__invitation__project_contact__contact=contact
    ).select_related("response")
    return list(own)


def ask_due_questions(
    *, now: datetime | None = None, moments: Iterable[datetime] | None = None
) -> int:
    """Queue the mail of every question whose turn it is; return how many were queued.

    ``moments`` are when the mails may leave (at once without); where they end, the run ends, and
    the others wait. Two runs at once ask each once.
    """
    now = now or timezone.now()
    due = list(
        SolvedQuestion.objects.to_ask(now)
        .order_by("due_at", "pk")
        .values_list("pk", "response__invitation__project_contact__contact")
    )
    turns = list(zip(due, repeat(now) if moments is None else moments, strict=False))
    asked = 0
    for start in range(0, len(turns), _BATCH):
        batch = turns[start : start + _BATCH]
        people = {contact for (_pk, contact), _at in batch}
        asked += _ask(people, {pk: at for (pk, _contact), at in batch}, now=now)
    logger.info("questions whether it is solved: %s queued", asked)
    return asked


@transaction.atomic
def _ask(people: set[int], turns: dict[int, datetime], *, now: datetime) -> int:
    """Queue the mails of a batch. What changed since it was listed counts.

    Contacts are locked before invitations, as inviting and reminding do; opting out locks the
    contact, answering and withdrawing the invitation.
    """
    list(Contact.objects.filter(pk__in=people).order_by("pk").select_for_update())
    own = Invitation.objects.filter(responses__solved_questions__in=turns).order_by("pk")
    list(own.select_for_update(of=("self",)))
    part = "response__invitation__project_contact"
    still = SolvedQuestion.objects.to_ask(now).filter(pk__in=turns)
    whole = still.select_related(
        f"{part}__contact__client",
        f"{part}__project__client",
        f"{part}__project__account_manager__supervisor",
    )
    questions = list(whole.order_by("due_at", "pk"))
    for question in questions:
        _queue_mail(question, not_before=turns[question.pk], now=now)
    return len(questions)


def _queue_mail(question: SolvedQuestion, *, not_before: datetime, now: datetime) -> None:
    token, invitation = Link.new_token(), question.response.invitation
    link = Link.objects.create(
        invitation=invitation, token_hash=Link.hash_of(token), created_at=now
    )
    question.open(link, at=not_before)
    question.delivery = queue_message(
        compose_solved(question, token),
        dedupe_key=question.delivery_key,
        lane=Lane.INVITATION,
        recipient_name=invitation.contact.name,
        recipient_address=invitation.contact.email,
        template="solved",
        about=invitation.project_contact.about,
        is_secret=True,
        not_before=not_before,
        now=now,
    )
    question.save(update_fields=["delivery"])


def ask_those_anew(*, contact: Contact) -> int:
    """Let what never reached ``contact`` be asked again, now that there is an address that works.

    In the caller's transaction, with the contact locked. Returns how many.
    """
    came_back = Q(delivery__state=State.UNDELIVERABLE) | Q(delivery__bounced_at__isnull=False)
    unheard = SolvedQuestion.objects.unanswered().filter(
        came_back, response__invitation__project_contact__contact=contact
    )
    found = list(unheard.values_list("pk", flat=True))
    return SolvedQuestion.objects.filter(pk__in=found).update(
        asked_at=None, expires_at=None, link=None, delivery=None
    )


def answer_question(
    *,
    question: SolvedQuestion,
    verdict: str,
    line: str = "",
    language: str = "",
    now: datetime | None = None,
) -> SolvedAnswer | None:
    """Keep what a client says; return it, or None when the question takes no answer any more.

    The same again is the one that stands. Another one is kept beside it and told as the first
    was: what counts is what the client says last. Beyond SOLVED_ANSWERS_MAX nothing is kept.
    """
    now = now or timezone.now()
    with transaction.atomic():
        hold_questions(question.response)
        fresh = SolvedQuestion.objects.prefetch_related("answers").get(pk=question.pk)
        last = fresh.last_answer
        if not fresh.is_open(now):
            return last
        if last is not None and (last.verdict, last.line) == (verdict, line):
            return last
        if len(fresh.answers.all()) >= SOLVED_ANSWERS_MAX:
            return last
        answer = SolvedAnswer.objects.create(
            question=fresh,
            verdict=verdict,
            line=line,
            language=language or question.language,
            given_at=now,
        )
        cancel_queued(question_keys([fresh]), now=now)  # answered before its mail was known as sent
        response = question.response
        solved_answered.send(sender=SolvedAnswer, response=response, answer=answer, now=now)
    logger.info("question %s: answered %s", question.pk, verdict)
    return answer
