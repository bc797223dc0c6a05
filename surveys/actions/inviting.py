"""Invite at every touchpoint, and store why contacts of closed projects are not asked."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import repeat

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from outbox.mail import Mail
from outbox.models import Delivery, Lane
from outbox.queueing import queue_message
from surveys.actions.adding import tell_follow_ups
from surveys.actions.forgetting import forget_kept
from surveys.actions.questionnaires import freeze_in_use
from surveys.additions import Additions
from surveys.eligibility import (
    PROVISIONAL,
    Ask,
    Facts,
    Plan,
    candidates_of,
    count_out_of_reach,
    out_of_reach,
)
from surveys.mails import compose_invitation
from surveys.models import (
    Contact,
    Invitation,
    LeftOut,
    Link,
    Omission,
    Project,
    ProjectContact,
    Questionnaire,
    Touchpoint,
)
from surveys.touchpoints import plan_run

logger = logging.getLogger(__name__)

_BATCH = 100  # invitations in one transaction: few enough to be quick, many enough to be fast
_ROWS = 1000  # omissions in one statement


@dataclass(frozen=True, kw_only=True)
class InvitationRun:
    """What one run did: how many were invited where, and how many left out for which reason.

    ``postponed`` had no moment left in this run: they are asked in the next one.
    """

    touchpoints: Counter[str]
    left_out: Counter[LeftOut]
    postponed: int = 0

    @property
    def invited(self) -> int:
        """How many were invited, at all touchpoints together."""
        return self.touchpoints.total()


@dataclass(frozen=True, kw_only=True)
class _Turn:
    """One invitation to make: about which project contacts, the main one first, and when."""

    ids: list[int]
    moment: datetime
    touchpoint: str


def send_invitations(
    *,
    closed_since: date | None = None,
    after_working_days: int = 0,
    moments: Iterable[datetime] | None = None,
    now: datetime | None = None,
    on_invited: Callable[[int, int], None] | None = None,
) -> InvitationRun:
    """Invite whoever is due at a touchpoint that is asked; queue one mail each.

    ``closed_since`` replaces the window of INVITE_CLOSED_WITHIN_DAYS; ``after_working_days`` waits
    that long after closing. ``moments`` say when each mail may leave (default: at once); where
    they end, the run ends. ``on_invited`` is called with (done, total) after every batch. Two
    runs at once invite nobody twice. Invitations that were only kept, for want of a mail server,
    are made anew once there is one.
    """
    now = now or timezone.now()
    if settings.EMAIL_URL:
        forget_kept(now=now)
    plan = plan_run(closed_since=closed_since, after_working_days=after_working_days, now=now)
    store_omissions(plan, now=now)
    left_out = Counter(plan.reasons.values())
    left_out += count_out_of_reach(ProjectContact.objects.all(), plan.since)
    turns = iter(moments if moments is not None else repeat(now))
    touchpoints: Counter[str] = Counter()
    done, total = 0, len(plan.asks)
    for start in range(0, total, _BATCH):
        batch = [*zip(plan.asks[start : start + _BATCH], turns, strict=False)]
        if not batch:
            break
        invited, refused = _invite(batch, now=now)
        touchpoints, left_out, done = touchpoints + invited, left_out + refused, done + len(batch)
        if on_invited is not None:
            on_invited(done, total)
    logger.info("invitations: %s queued, %s left out", touchpoints.total(), left_out.total())
    return InvitationRun(left_out=left_out, postponed=total - done, touchpoints=touchpoints)


def store_omissions(plan: Plan, *, now: datetime) -> None:
    """Write down why each contact of a closed project is not asked, where that changed.

    Whoever was invited meanwhile, or whose project runs again, has no omission. What held while a
    project could be asked about stays its reason afterwards.
    """
    needless = Q(project_contact__invitations__touchpoint=Touchpoint.PROJECT_CLOSE)
    running = Q(project_contact__project__state=Project.State.RUNNING)
    Omission.objects.filter(needless | running).delete()
    within_reach = Omission.objects.filter(project_contact__project__closed_on__gte=plan.since)
    stored = dict(within_reach.values_list("project_contact_id", "reason"))
    _store(
        (
            (pk, reason)
            for pk, reason in plan.reasons.items()
            if reason is not LeftOut.INVITED_BEFORE and stored.get(pk) != reason
        ),
        now=now,
    )
    undecided = Q(omission__isnull=True) | Q(omission__reason__in=PROVISIONAL)
    long_ago = out_of_reach(ProjectContact.objects.all(), plan.since).filter(undecided)
    ids = list(long_ago.values_list("pk", flat=True))
    _store(((pk, LeftOut.CLOSED_LONG_AGO) for pk in ids), now=now)


def _store(reasons: Iterable[tuple[int, LeftOut]], *, now: datetime) -> None:
    """Insert or replace omissions, a thousand in a statement; another run may do the same."""
    Omission.objects.bulk_create(
        (Omission(project_contact_id=pk, reason=reason, decided_at=now) for pk, reason in reasons),
        batch_size=_ROWS,
        update_conflicts=True,
        unique_fields=["project_contact"],
        update_fields=["reason", "decided_at"],
    )


@transaction.atomic
def _invite(
    batch: Sequence[tuple[Ask, datetime]], *, now: datetime
) -> tuple[Counter[str], Counter[LeftOut]]:
    """Invite a batch; return how many at which touchpoint, and why not the others.

    Lock the contacts → decide once more, on what is stored now → freeze the questionnaires →
    invitations, links, mails, and the omissions of projects that are named. Whoever holds
    somebody back takes the same lock, so either comes first and the other sees it.
    """
    contacts = sorted({ask.main.contact_id for ask, _moment in batch})
    locked = Contact.objects.filter(pk__in=contacts).order_by("pk").select_for_update()
    list(locked.values_list("pk", flat=True))
    rows = ProjectContact.objects.filter(pk__in=[pk for ask, _ in batch for pk in ask.ids])
    facts = Facts.about(rows, now=now)
    found = {candidate.pk: candidate for candidate in candidates_of(rows)}
    refused: Counter[LeftOut] = Counter()
    turns: list[_Turn] = []
    for ask, moment in batch:
        reasons = {pk: facts.reason(found[pk], ask.touchpoint) for pk in ask.ids if pk in found}
        free = [pk for pk, reason in reasons.items() if reason is None]
        refused.update(reason for reason in reasons.values() if reason is not None)
        if free and free[0] == ask.main.pk:
            turns.append(_Turn(ids=free, moment=moment, touchpoint=ask.touchpoint))
            refused[LeftOut.ASKED_TOGETHER] += len(free) - 1
    in_use = freeze_in_use({turn.touchpoint for turn in turns}, now=now)
    # Without a questionnaire only the close is asked, in the product's own words.
    asked = [turn for turn in turns if turn.touchpoint in {*in_use, Touchpoint.PROJECT_CLOSE}]
    _store_invitations(asked, in_use, now=now)
    return Counter(turn.touchpoint for turn in asked), +refused


def _store_invitations(
    turns: Sequence[_Turn], in_use: dict[str, Questionnaire], *, now: datetime
) -> None:
    """Make the invitations of ``turns``, each with the questionnaire ``in_use`` for it."""
    parts = ProjectContact.objects.select_related(
        "contact__client", "project__account_manager__supervisor", "project__client"
    ).in_bulk([pk for turn in turns for pk in turn.ids])
    invitations = [
        _invitation(parts[turn.ids[0]], turn, in_use.get(turn.touchpoint)) for turn in turns
    ]
    Invitation.objects.bulk_create(invitations)
    naming = Invitation.also_about.through
    naming.objects.bulk_create(
        naming(invitation_id=invitation.pk, projectcontact_id=pk)
        for invitation, turn in zip(invitations, turns, strict=True)
        for pk in turn.ids[1:]
    )
    tokens = [Link.new_token() for _invitation in invitations]
    Link.objects.bulk_create(
        Link(invitation=invitation, token_hash=Link.hash_of(token), created_at=now)
        for invitation, token in zip(invitations, tokens, strict=True)
    )
    closing = [turn.ids[0] for turn in turns if turn.touchpoint == Touchpoint.PROJECT_CLOSE]
    Omission.objects.filter(project_contact__in=closing).delete()
    together = (pk for turn in turns for pk in turn.ids[1:])
    _store(((pk, LeftOut.ASKED_TOGETHER) for pk in together), now=now)
    tell_follow_ups(invitations)
    for invitation, turn in zip(invitations, turns, strict=True):
        invitation.other_projects = [parts[pk].project for pk in turn.ids[1:]]
    added = Additions.of(invitations)
    for invitation, token, turn in zip(invitations, tokens, turns, strict=True):
        mail = compose_invitation(invitation, token, additions=added)
        invitation.delivery = _queue_mail(invitation, mail, turn.moment, now=now)
    Invitation.objects.bulk_update(invitations, ["delivery"])


def _invitation(
    part: ProjectContact, turn: _Turn, questionnaire: Questionnaire | None
) -> Invitation:
    return Invitation(
        project_contact=part,
        touchpoint=turn.touchpoint,
        questionnaire=questionnaire,
        language=part.contact.spoken_language,
        invited_at=turn.moment,
        expires_at=turn.moment + timedelta(days=settings.INVITATION_EXPIRES_AFTER_DAYS),
    )


def _queue_mail(invitation: Invitation, mail: Mail, moment: datetime, *, now: datetime) -> Delivery:
    return queue_message(
        mail,
        dedupe_key=invitation.delivery_key,
        lane=Lane.INVITATION,
        recipient_name=invitation.contact.name,
        recipient_address=invitation.contact.email,
        template="invitation",
        about=invitation.about,
        is_secret=True,
        not_before=moment,
        now=now,
    )
