"""Remind who did not answer, and take back what nobody needs to read any more."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import repeat

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from outbox.models import Delivery, Lane, State
from outbox.queueing import cancel_queued, queue_message
from surveys.mails import compose_reminder
from surveys.models import (
    Contact,
    Invitation,
    Link,
    MailText,
    OwnTexts,
    Response,
    Suppression,
    name_other_projects,
)

logger = logging.getLogger(__name__)

_BATCH = 100  # reminders in one transaction: few enough to be quick, many enough to be fast


@dataclass(frozen=True, kw_only=True)
class _Due:
    """An invitation whose ``number``-th reminder is due, and when its first mail was sent."""

    invitation: Invitation
    number: int
    sent_at: datetime


def send_reminders(
    *,
    now: datetime | None = None,
    moments: Iterable[datetime] | None = None,
    on_reminded: Callable[[int, int], None] | None = None,
) -> int:
    """Queue one mail for everybody whose next reminder is due; return how many were queued.

    REMIND_AFTER_DAYS are calendar days since the first mail left, and two reminders lie at least
    as far apart as there. So after a run that was missed one reminder follows, never two.
    ``moments`` are when the mails may leave (at once without); where they end, the run ends.
    ``on_reminded`` is called with (done, total) after every batch. Two runs at once send one.
    """
    now = now or timezone.now()
    due = list(zip(_due(now), repeat(now) if moments is None else moments, strict=False))
    reminded = 0
    for start in range(0, len(due), _BATCH):
        batch = due[start : start + _BATCH]
        reminded += _remind(batch, now=now)
        if on_reminded is not None:
            on_reminded(start + len(batch), len(due))
    logger.info("reminders: %s queued", reminded)
    return reminded


def reminder_keys(invitation: Invitation) -> list[str]:
    """Return the ``dedupe_key`` of every reminder that ``invitation`` can have."""
    return [invitation.reminder_key(n) for n in range(1, len(settings.REMIND_AFTER_DAYS) + 1)]


def cancel_reminders(invitation: Invitation, *, now: datetime | None = None) -> int:
    """Withdraw the reminders that have not left; return how many. For whoever answered.

    Most answer before any reminder was made: then nothing is written.
    """
    if not invitation.links.filter(reminder__gt=0).exists():
        return 0
    return cancel_queued(reminder_keys(invitation), now=now)


def _due(now: datetime) -> list[_Due]:
    """Return whom to remind at ``now``, those who were asked first first."""
    open_ones = list(_unanswered(now))
    sent_at = _sent_at(open_ones)
    due = []
    for invitation in open_ones:
        if (first := sent_at.get(invitation.delivery_key)) is None:
            continue  # the first mail never left: there is nothing to remind of
        number = next_number(
            now,
            sent_at=first,
            last=invitation.last_reminder,  # type: ignore[attr-defined]  # annotated
            reminded_at=invitation.reminded_at,  # type: ignore[attr-defined]
        )
        if number is not None:
            due.append(_Due(invitation=invitation, number=number, sent_at=first))
    return due


def next_number(
    now: datetime, *, sent_at: datetime, last: int, reminded_at: datetime | None
) -> int | None:
    """Return the number of the reminder that is due at ``now``, or None when none is.

    ``last`` is that of the last reminder, 0 without one, and ``reminded_at`` when it was queued.
    """
    after_days = settings.REMIND_AFTER_DAYS
    if last >= len(after_days) or _days(sent_at, now) < after_days[last]:
        return None
    if reminded_at is not None and last > 0:
        apart = after_days[last] - after_days[last - 1]
        if _days(reminded_at, now) < apart:
            return None
    return last + 1


def _days(earlier: datetime, later: datetime) -> int:
    """Return how many midnights of the firm lie between the two."""
    return (timezone.localdate(later) - timezone.localdate(earlier)).days


def _unanswered(now: datetime) -> QuerySet[Invitation]:
    """Return the invitations that may still be answered, of people who may be written to.

    Each has the number of its last reminder (0 without) and when that was queued.
    """
    held_back = Suppression.objects.filter(
        project_contact=OuterRef("project_contact"), lifted_at__isnull=True
    )
    is_reminder = Q(links__reminder__gt=0)
    return (
        Invitation.objects.filter(
            ~Exists(held_back),
            responses__isnull=True,
            withdrawn_at__isnull=True,
            expires_at__gt=now,
            project_contact__contact__opted_out_at__isnull=True,
            project_contact__contact__bounced_at__isnull=True,
        )
        .annotate(
            last_reminder=Max("links__reminder", default=0),
            reminded_at=Max("links__created_at", filter=is_reminder),
        )
        .select_related(
            "project_contact__contact",
            "project_contact__project__client",
            "project_contact__project__account_manager__supervisor",
            "questionnaire",
        )
        .prefetch_related("questionnaire__wordings")
        .order_by("invited_at", "pk")
    )


def _sent_at(invitations: list[Invitation]) -> dict[str, datetime]:
    """Return when the first mail of each was sent, by its key; without those not sent."""
    sent: dict[str, datetime] = {}
    for start in range(0, len(invitations), 500):
        keys = [one.delivery_key for one in invitations[start : start + 500]]
        rows = Delivery.objects.filter(dedupe_key__in=keys, state=State.SENT)
        for key, at in rows.values_list("dedupe_key", "sent_at"):
            assert at is not None, "the constraint delivery_sent_at_only_when_sent"
            sent[key] = at
    return sent


@transaction.atomic
def _remind(batch: Sequence[tuple[_Due, datetime]], *, now: datetime) -> int:
    """Queue the reminders of a batch; return how many. Who answered or was reminded gets none.

    The contacts are locked before the invitations, and in the order in which inviting locks them.
    So an answer or an opt-out that comes in now either is seen here or withdraws what is queued.
    """
    people = {one.invitation.project_contact.contact_id for one, _at in batch}
    locked = Contact.objects.filter(pk__in=people).order_by("pk").select_for_update()
    contacts = {contact.pk: contact for contact in locked}
    asked = Invitation.objects.filter(pk__in=[one.invitation.pk for one, _at in batch])
    fresh = asked.order_by("pk").select_for_update()
    invitations = {invitation.pk: invitation for invitation in fresh}
    answers = Response.objects.filter(invitation__in=invitations)  # read once they are locked
    answered = set(answers.values_list("invitation_id", flat=True))
    name_other_projects([one.invitation for one, _at in batch])
    own_texts = MailText.objects.all().in_hand()
    reminded = 0
    for one, not_before in batch:
        contact = contacts[one.invitation.project_contact.contact_id]
        invitation = invitations[one.invitation.pk]
        is_welcome = contact.opted_out_at is None and contact.bounced_at is None
        if is_welcome and invitation.pk not in answered and invitation.is_open(now):
            reminded += _queue_mail(one, own_texts, not_before=not_before, now=now)
    return reminded


def _queue_mail(due: _Due, own_texts: OwnTexts, *, not_before: datetime, now: datetime) -> bool:
    """Queue one reminder with a new link. Return False when another run was first."""
    token = Link.new_token()
    try:
        with transaction.atomic():
            Link.objects.create(
                invitation=due.invitation,
                token_hash=Link.hash_of(token),
                reminder=due.number,
                created_at=now,
            )
    except IntegrityError:
        return False
    queue_message(
        compose_reminder(
            due.invitation, token, number=due.number, sent_at=due.sent_at, own_texts=own_texts
        ),
        dedupe_key=due.invitation.reminder_key(due.number),
        lane=Lane.REMINDER,
        recipient_name=due.invitation.contact.name,
        recipient_address=due.invitation.contact.email,
        template="reminder",
        about=due.invitation.about,
        is_secret=True,
        not_before=not_before,
        now=now,
    )
    return True
