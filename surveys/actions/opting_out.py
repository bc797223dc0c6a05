"""Stop asking somebody, and begin again. Only the contact says so, through a link of their own."""

import logging
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from outbox.queueing import cancel_queued
from surveys.actions.reminding import reminder_keys
from surveys.actions.reopening import reopening_keys
from surveys.actions.solving import question_keys, questions_to
from surveys.models import Contact, Invitation

logger = logging.getLogger(__name__)


def stop_asking(*, contact: Contact, now: datetime | None = None) -> None:
    """Ask ``contact`` nothing more, about no project, and withdraw what has not left.

    What was asked before may still be answered: that is the client's own act. A second time
    changes nothing, the first moment stands.
    """
    now = now or timezone.now()
    with transaction.atomic():
        locked = Contact.objects.select_for_update().get(pk=contact.pk)
        if locked.opted_out_at is None:
            Contact.objects.filter(pk=contact.pk).update(opted_out_at=now)
            logger.info("contact %s: asks for no more questions", contact.pk)
        invitations = Invitation.objects.filter(project_contact__contact=contact)
        keys = [key for one in invitations for key in (one.delivery_key, *reminder_keys(one))]
        keys += reopening_keys(invitations)
        cancel_queued([*keys, *question_keys(questions_to(contact))], now=now)
    contact.refresh_from_db(fields=["opted_out_at"])


def ask_again(*, contact: Contact) -> None:
    """Take an opt-out back. What was withdrawn stays so; the next project is asked about."""
    changed = Contact.objects.filter(pk=contact.pk, opted_out_at__isnull=False).update(
        opted_out_at=None
    )
    if changed:
        logger.info("contact %s: may be asked again", contact.pk)
    contact.refresh_from_db(fields=["opted_out_at"])
