"""Record what was answered, or put it on hold until a person has spoken."""

import hashlib
import json
import logging
from collections.abc import Set
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.utils import timezone

from staff.models import User
from surveys.actions.announcing import announce
from surveys.actions.judging import judge
from surveys.actions.reminding import cancel_reminders
from surveys.actions.reopening import awaits_answer, end_reopening
from surveys.models import HeldAnswer, Invitation, LaterAnswer, Response, Service
from surveys.suspicion import Sign

logger = logging.getLogger(__name__)

LATER_ANSWERS_MAX = 20  # of one response: more is no change of mind


@dataclass(frozen=True, kw_only=True)
class Answers:
    """The four answers as the form cleaned them; ``services`` are primary keys.

    ``score`` is the answer to question 3 on the 0–10 scale, and ``recommendation`` what it says.
    """

    satisfaction: str
    recommendation: str
    interest: str
    motivation: str = ""
    services: tuple[int, ...] = ()
    score: int | None = None

    @property
    def digest(self) -> str:
        """Fingerprint: two equal answers have the same one, also one from before the scores."""
        content = {**asdict(self), "services": sorted(self.services)}
        if self.score is None:
            del content["score"]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    @classmethod
    def from_stored(cls, stored: dict[str, Any]) -> "Answers":
        """Return the answers that were stored as JSON; what else is stored with them is left."""
        known = {field.name: stored[field.name] for field in fields(cls) if field.name in stored}
        return cls(**{**known, "services": tuple(known.get("services", ()))})


class Kind(StrEnum):
    """What an incoming answer turned out to be."""

    FIRST = "first"
    SAME = "same"  # double click, reload, lost reply
    DIFFERENT = "different"  # kept beside the first, which stands
    ANEW = "anew"  # after a reopening: stands from now on, the earlier one is kept


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """The response that stands, and what this answer was to it."""

    response: Response
    kind: Kind


def record_response(
    *,
    invitation: Invitation,
    answers: Answers,
    language: str = "",
    submitted_at: datetime | None = None,
    now: datetime | None = None,
) -> Recorded:
    """Store an answer, in its group, with what follows from it.

    In one transaction: lock the invitation → store the response → ``response_received`` (the
    alert and its deliveries). A fault of ours in the rule, a receiver or a mail leaves the answer
    standing: it is logged, and ``reconcile`` completes it within a minute. When the database is
    away this raises, and nothing is stored. Whoever calls this may thank the client when it
    returns. It does not ask whether the invitation is still open: that is for the page to tell.
    ``language`` is the one the client answered in, the invitation's when it is empty;
    ``submitted_at`` is when the answer came, if that is not ``now``. What was on hold is
    replaced, and reminders that have not left are withdrawn. Of an invitation that was reopened
    the new answer stands, and the earlier one is kept; the same again ends the reopening.
    """
    now = now or timezone.now()
    at = submitted_at or now
    with transaction.atomic():
        locked = Invitation.objects.select_for_update().get(pk=invitation.pk)
        existing = Response.objects.standing().filter(invitation=invitation).first()
        if existing is not None and not awaits_answer(locked, at):
            return _record_again(existing, answers, at)
        if existing is not None:
            end_reopening(locked, existing, is_same=existing.digest == answers.digest, now=now)
        _replace_held(invitation, now)
        if existing is not None and existing.digest == answers.digest:
            return Recorded(response=existing, kind=Kind.SAME)
        response = _store(invitation, answers, language=language, at=at)
        cancel_reminders(invitation, now=now)
        announce(response, replaced=existing, now=now)
    logger.info("response %s: %s, %s", response.pk, response.group, response.reason)
    return Recorded(response=response, kind=Kind.FIRST if existing is None else Kind.ANEW)


def _store(invitation: Invitation, answers: Answers, *, language: str, at: datetime) -> Response:
    """Store the response in its group, with the rule that put it there."""
    verdict = judge(answers.satisfaction, answers.recommendation)
    response = Response.objects.create(
        invitation=invitation,
        satisfaction=answers.satisfaction,
        motivation=answers.motivation,
        recommendation=answers.recommendation,
        score=answers.score,
        interest=answers.interest,
        group=verdict.group,
        reason=verdict.reason,
        rule_version=verdict.rule_version,
        language=language or invitation.language,
        digest=answers.digest,
        submitted_at=at,
    )
    if answers.services:
        response.services.add(*Service.objects.filter(pk__in=answers.services))
    return response


def _record_again(response: Response, answers: Answers, now: datetime) -> Recorded:
    """Keep a different second answer; a replay of the first changes nothing."""
    if response.digest == answers.digest:
        return Recorded(response=response, kind=Kind.SAME)
    if response.later_answers.count() < LATER_ANSWERS_MAX:
        LaterAnswer.objects.get_or_create(
            response=response,
            digest=answers.digest,
            defaults={"answers": asdict(answers), "submitted_at": now},
        )
    return Recorded(response=response, kind=Kind.DIFFERENT)


def _replace_held(invitation: Invitation, now: datetime) -> None:
    """What looked automatic gives way to what stands now."""
    held = HeldAnswer.objects.on_hold().filter(invitation=invitation)
    held.decide(HeldAnswer.State.REPLACED, now=now)


def hold_answer(
    *,
    invitation: Invitation,
    answers: Answers,
    signs: Set[Sign],
    language: str = "",
    now: datetime | None = None,
) -> HeldAnswer | None:
    """Store an answer that looks automatic; nothing follows from it. The same one is kept once.

    Returns None for a replay of the response that stands.
    """
    now = now or timezone.now()
    with transaction.atomic():
        locked = Invitation.objects.select_for_update().get(pk=invitation.pk)
        standing = Response.objects.standing().filter(invitation=invitation)
        is_replay = standing.filter(digest=answers.digest).exists()
        if is_replay and not awaits_answer(locked, now):
            return None
        held, is_new = HeldAnswer.objects.get_or_create(
            invitation=invitation,
            digest=_digest_on_hold(locked, answers),
            defaults={
                "answers": {**asdict(answers), "language": language},
                "signs": sorted(signs),
                "received_at": now,
            },
        )
    if is_new:
        logger.info("answer %s on hold: %s", held.pk, ", ".join(held.signs))
    return held


def _digest_on_hold(invitation: Invitation, answers: Answers) -> str:
    """Return what is the same for the same answer, and another after each reopening.

    What was decided about the earlier answer decides nothing about the new one.
    """
    if invitation.reopened_at is None:
        return answers.digest
    anew = f"{answers.digest}:{invitation.reopened_at.isoformat()}"
    return hashlib.sha256(anew.encode()).hexdigest()


def confirm_held(*, held: HeldAnswer, actor: User, now: datetime | None = None) -> Recorded | None:
    """Record an answer on hold as the response it would have been, with the time it came in.

    The alert is raised now. Returns None when somebody else decided first, or the client's own
    answer came. Where a response stands already, the answer is kept beside it.
    """
    now = now or timezone.now()
    with transaction.atomic():
        # The invitation first, as record_response does: the two never wait for one another.
        Invitation.objects.select_for_update().get(pk=held.invitation_id)
        mine = HeldAnswer.objects.on_hold().filter(pk=held.pk)
        if not mine.decide(HeldAnswer.State.CONFIRMED, actor=actor, now=now):
            return None
        recorded = record_response(
            invitation=held.invitation,
            answers=Answers.from_stored(held.answers),
            language=held.answers.get("language", ""),
            submitted_at=held.received_at,
            now=now,
        )
    logger.info("answer %s confirmed by user %s", held.pk, actor.pk)
    return recorded


def dismiss_held(*, held: HeldAnswer, actor: User, now: datetime | None = None) -> bool:
    """Put an answer on hold aside for good; False when somebody else decided first."""
    now = now or timezone.now()
    mine = HeldAnswer.objects.on_hold().filter(pk=held.pk)
    is_done = bool(mine.decide(HeldAnswer.State.DISMISSED, actor=actor, now=now))
    if is_done:
        logger.info("answer %s dismissed by user %s", held.pk, actor.pk)
    return is_done
