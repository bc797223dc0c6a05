"""Forget the invitations that nobody ever received."""

import logging
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from outbox.models import KEPT, Delivery, State
from surveys.models import Invitation

logger = logging.getLogger(__name__)

_BATCH = 500


def forget_kept(*, now: datetime | None = None) -> int:
    """Take back invitations whose mail was only kept, because no mail server was set.

    Returns how many. Their contacts were never asked: without this they would count as invited,
    and could not be asked any more, once there is a server. What was answered stays. The mails
    remain in the outbox as withdrawn, without their text: the links in them are gone.
    """
    now = now or timezone.now()
    unread = Invitation.objects.filter(
        delivery__state=State.SENT,
        delivery__transport=KEPT,
        responses__isnull=True,
        held_answers__isnull=True,
    )
    ids = list(unread.values_list("pk", flat=True))
    forgotten = 0
    for start in range(0, len(ids), _BATCH):
        with transaction.atomic():
            batch = Invitation.objects.filter(pk__in=ids[start : start + _BATCH])
            locked = batch.select_for_update(of=("self",)).values_list("pk", flat=True)
            still = unread.filter(pk__in=list(locked))  # an answer may have come in meanwhile
            mails = list(still.values_list("delivery_id", flat=True))
            _deleted, rows = still.delete()
            forgotten += rows.get(Invitation._meta.label, 0)
            Delivery.objects.filter(pk__in=mails).update(
                state=State.CANCELLED, cancelled_at=now, sent_at=None, message=b""
            )
    if forgotten:
        logger.info("invitations: %s that were only kept are made anew", forgotten)
    return forgotten
