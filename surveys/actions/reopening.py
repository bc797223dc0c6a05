"""Let a client answer anew: reopen an answered invitation, undo that, and end it.

The earlier answer stands until the new one comes, and is kept for good. So nobody can make an
answer disappear by asking for a better one.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from outbox.models import Lane
from outbox.queueing import cancel_queued, queue_message
from staff.models import User
from surveys.actions.holding import Conflict
from surveys.mails import compose_reopened
from surveys.models import Contact, Invitation, Link, Reopening, Response

logger = logging.getLogger(__name__)


@transaction.atomic
def reopen(
    *,
    invitation: Invitation,
    actor: User,
    reason: str,
    is_mailed: bool = True,
    now: datetime | None = None,
) -> Reopening:
    """Let the client answer anew; until then the earlier answer stands everywhere.

    The links in earlier mails work again, and with ``is_mailed`` the client gets a fresh one.
    The link lives at least INVITATION_EXPIRES_AFTER_DAYS from ``now``. Raises Conflict when there
    is no answer to replace, when it was reopened already or withdrawn, and for a mail to somebody
    who wants none or whose address does not work. Whether ``actor`` may is for the caller.
    """
    now = now or timezone.now()
    # The contact first, as inviting, reminding and opting out do.
    contact = Contact.objects.select_for_update().get(pk=invitation.contact.pk)
    locked = Invitation.objects.select_for_update().get(pk=invitation.pk)
    standing = Response.objects.standing().filter(invitation=locked).first()
    if standing is None:
        raise Conflict(_("There is no answer yet: the client can still give the first one."))
    _refuse(locked, contact, is_mailed=is_mailed)
    at_least = now + timedelta(days=settings.INVITATION_EXPIRES_AFTER_DAYS)
    locked.reopened_at, locked.expires_at = now, max(locked.expires_at, at_least)
    locked.save(update_fields=["reopened_at", "expires_at"])
    reopening = Reopening.objects.create(invitation=locked, actor=actor, reason=reason, at=now)
    if is_mailed:
        _queue_mail(locked, reopening, answered_at=standing.submitted_at, now=now)
    logger.info("invitation %s: reopened by user %s", locked.pk, actor.pk)
    return reopening


@transaction.atomic
def undo_reopening(*, invitation: Invitation, actor: User, now: datetime | None = None) -> None:
    """Leave it at the answer that stands. Raises Conflict when the client answered meanwhile."""
    now = now or timezone.now()
    reopened = Invitation.objects.filter(pk=invitation.pk, reopened_at__isnull=False)
    if not reopened.update(reopened_at=None):
        raise Conflict(
            _("This invitation is not open any more: the client answered, or somebody undid it.")
        )
    Reopening.objects.create(invitation=invitation, kind=Reopening.Kind.UNDONE, actor=actor, at=now)
    cancel_queued(reopening_keys([invitation]), now=now)
    logger.info("invitation %s: reopening undone by user %s", invitation.pk, actor.pk)


def awaits_answer(invitation: Invitation, at: datetime) -> bool:
    """Whether an answer given at ``at`` is the new one that ``invitation`` was reopened for."""
    return invitation.reopened_at is not None and at >= invitation.reopened_at


def end_reopening(
    invitation: Invitation, response: Response, *, is_same: bool, now: datetime
) -> None:
    """End the reopening of ``invitation``, locked, by the answer that came.

    The same answer as ``response``, which stands, confirms it: a lost reply or an old tab says
    nothing new, and neither does a client who means it again. Another one takes its place.
    """
    invitation.reopened_at = None
    invitation.save(update_fields=["reopened_at"])
    cancel_queued(reopening_keys([invitation]), now=now)
    if is_same:
        kind = Reopening.Kind.REPEATED
        Reopening.objects.create(invitation=invitation, kind=kind, at=now)
    else:
        Response.objects.filter(pk=response.pk).update(replaced_at=now)
    logger.info("invitation %s: answered %s", invitation.pk, "the same" if is_same else "anew")


def reopening_keys(invitations: Iterable[Invitation]) -> list[str]:
    """Return the ``dedupe_key`` of every mail about a reopening. One query."""
    reopened = Reopening.objects.filter(invitation__in=invitations, kind=Reopening.Kind.REOPENED)
    return [reopening.delivery_key for reopening in reopened]


def _refuse(invitation: Invitation, contact: Contact, *, is_mailed: bool) -> None:
    if invitation.reopened_at is not None:
        raise Conflict(_("Somebody else has reopened this invitation already."))
    if invitation.withdrawn_at is not None:
        raise Conflict(_("This invitation was withdrawn."))
    if is_mailed and contact.opted_out_at is not None:
        raise Conflict(_("This contact wants no more mail from us. Reopen without a mail."))
    if is_mailed and contact.bounced_at is not None:
        raise Conflict(_("The address of this contact does not work. Reopen without a mail."))


def _queue_mail(
    invitation: Invitation, reopening: Reopening, *, answered_at: datetime, now: datetime
) -> None:
    token = Link.new_token()
    Link.objects.create(invitation=invitation, token_hash=Link.hash_of(token), created_at=now)
    queue_message(
        compose_reopened(invitation, token, answered_at=answered_at),
        dedupe_key=reopening.delivery_key,
        lane=Lane.INVITATION,
        recipient_name=invitation.contact.name,
        recipient_address=invitation.contact.email,
        template="reopened",
        about=invitation.about,
        is_secret=True,
        now=now,
    )
