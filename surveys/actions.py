"""The verbs of asking: invite, and record what was answered."""

import hashlib
import json
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from outbox.actions import queue_message
from outbox.models import Lane
from surveys.eligibility import LeftOut, fatigue_since, select_contacts
from surveys.mails import compose_invitation
from surveys.models import (
    Contact,
    Invitation,
    LaterAnswer,
    Link,
    ProjectContact,
    Response,
    Service,
)
from surveys.segmentation import Recommendation, Satisfaction, segment
from surveys.signals import response_received

logger = logging.getLogger(__name__)

_BATCH = 100  # invitations in one transaction: few enough to be quick, many enough to be fast


# Inviting -------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class InvitationRun:
    """What one run did: how many were invited, and how many were left out for which reason."""

    invited: int
    left_out: Counter[LeftOut]


def send_invitations(
    *,
    closed_since: date | None = None,
    now: datetime | None = None,
    on_invited: Callable[[int, int], None] | None = None,
) -> InvitationRun:
    """Invite the contacts of recently closed projects; queue one mail each.

    ``closed_since`` replaces the window of INVITE_CLOSED_WITHIN_DAYS. ``on_invited`` is called
    with (done, total) after every batch. Two runs at once invite nobody twice.
    """
    now = now or timezone.now()
    selection = select_contacts(closed_since=closed_since, now=now)
    left_out = Counter(selection.left_out)
    invited = 0
    total = len(selection.chosen)
    for start in range(0, total, _BATCH):
        batch = selection.chosen[start : start + _BATCH]
        with transaction.atomic():
            for project_contact in batch:
                reason = _invite(project_contact, now=now)
                if reason is None:
                    invited += 1
                else:
                    left_out[reason] += 1
        if on_invited is not None:
            on_invited(start + len(batch), total)
    logger.info("invitations: %s queued, %s left out", invited, left_out.total())
    return InvitationRun(invited=invited, left_out=left_out)


def _invite(project_contact: ProjectContact, *, now: datetime) -> LeftOut | None:
    """Invite one contact; return why not, when another run was first."""
    contact = Contact.objects.select_for_update().get(pk=project_contact.contact_id)
    if contact.opted_out_at is not None:
        return LeftOut.OPTED_OUT
    recent = Invitation.objects.filter(
        project_contact__contact=contact, invited_at__gt=fatigue_since(now)
    )
    if recent.exists():
        return LeftOut.ASKED_RECENTLY
    try:
        with transaction.atomic():
            invitation = Invitation.objects.create(
                project_contact=project_contact,
                language=contact.language,
                invited_at=now,
                expires_at=now + timedelta(days=settings.INVITATION_EXPIRES_AFTER_DAYS),
            )
    except IntegrityError:
        return LeftOut.INVITED_BEFORE
    token = Link.new_token()
    Link.objects.create(invitation=invitation, token_hash=Link.hash_of(token), created_at=now)
    queue_message(
        compose_invitation(invitation, token),
        dedupe_key=invitation.delivery_key,
        lane=Lane.INVITATION,
        recipient_name=contact.name,
        recipient_address=contact.email,
        template="invitation",
        is_secret=True,
        now=now,
    )
    return None


# Answering ------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Answers:
    """The four answers as the form cleaned them; ``services`` are primary keys."""

    satisfaction: str
    recommendation: str
    interest: str
    motivation: str = ""
    services: tuple[int, ...] = ()

    @property
    def digest(self) -> str:
        """Fingerprint: two equal answers have the same one."""
        content = {**asdict(self), "services": sorted(self.services)}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


class Kind(StrEnum):
    """What an incoming answer turned out to be."""

    FIRST = "first"
    SAME = "same"  # double click, reload, lost reply
    DIFFERENT = "different"  # kept beside the first, which stands


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """The response that stands, and what this answer was to it."""

    response: Response
    kind: Kind


def record_response(
    *, invitation: Invitation, answers: Answers, now: datetime | None = None
) -> Recorded:
    """Store an answer, in its group, with everything that follows from it, or nothing at all.

    In one transaction: lock the invitation → store the response → ``response_received`` (the
    alert and its deliveries). Whoever calls this may thank the client when it returns. It does
    not ask whether the invitation is still open: that is for the page to tell.
    """
    now = now or timezone.now()
    with transaction.atomic():
        Invitation.objects.select_for_update().get(pk=invitation.pk)
        existing = Response.objects.filter(invitation=invitation).first()
        if existing is not None:
            return _record_again(existing, answers, now)
        verdict = segment(
            Satisfaction(answers.satisfaction), Recommendation(answers.recommendation)
        )
        response = Response.objects.create(
            invitation=invitation,
            satisfaction=answers.satisfaction,
            motivation=answers.motivation,
            recommendation=answers.recommendation,
            interest=answers.interest,
            group=verdict.group,
            reason=verdict.reason,
            rule_version=verdict.rule_version,
            language=invitation.language,
            digest=answers.digest,
            submitted_at=now,
        )
        response.services.set(Service.objects.filter(pk__in=answers.services))
        response_received.send(sender=Response, response=response, now=now)
    logger.info("response %s: %s, %s", response.pk, response.group, response.reason)
    return Recorded(response=response, kind=Kind.FIRST)


def _record_again(response: Response, answers: Answers, now: datetime) -> Recorded:
    """Keep a different second answer; a replay of the first changes nothing."""
    if response.digest == answers.digest:
        return Recorded(response=response, kind=Kind.SAME)
    LaterAnswer.objects.get_or_create(
        response=response,
        digest=answers.digest,
        defaults={"answers": asdict(answers), "submitted_at": now},
    )
    return Recorded(response=response, kind=Kind.DIFFERENT)
