"""What an administrator does with one delivery by hand: send it again, cancel it."""

import logging
import re
from datetime import datetime
from email.utils import formatdate

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from outbox.doorbell import ring_on_commit
from outbox.models import Channel, Delivery, State
from outbox.queueing import new_message_id
from outbox.signing import new_webhook_id

logger = logging.getLogger(__name__)

_ENDED = (State.SENT, State.UNDELIVERABLE)
# What a message that is sent again has in common with the first.
_SAME = (
    "channel",
    "lane",
    "recipient_name",
    "recipient_address",
    "subject",
    "template",
    "about",
    "search",
    "is_secret",
    "is_confidential",
)
_HEADER = rb"(?im)^%s:[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*"


class NotPossible(Exception):  # noqa: N818  (a state of affairs, told to whoever asked)
    """What was asked cannot be; the text says why, in the active language."""


def why_not_again(delivery: Delivery) -> str:
    """Return why ``delivery`` cannot be sent again, in the active language; empty when it can."""
    if delivery.state == State.CANCELLED:
        return _("This message was withdrawn, and its text removed.")
    if delivery.state not in _ENDED:
        return _("This message is still on its way.")
    if delivery.is_blanked:
        return _(
            "This message held a personal link, and its text was removed after it was sent. "
            "It cannot be sent again."
        )
    return ""


def send_again(
    *, delivery: Delivery, actor_id: int | None = None, now: datetime | None = None
) -> Delivery:
    """Queue the message of ``delivery`` once more, as a delivery of its own that names the first.

    With a Message-ID and Date of its own: with the old ones a mail system would drop it as a copy.
    Two who ask at the same time get one delivery. Raises NotPossible.
    """
    now = now or timezone.now()
    with transaction.atomic():
        original = Delivery.objects.select_for_update().get(pk=delivery.pk)
        if reason := why_not_again(original):
            raise NotPossible(reason)
        waiting = original.sent_again.filter(state=State.QUEUED).first()
        if waiting is not None:
            return waiting
        is_webhook = original.channel == Channel.WEBHOOK
        message_id = new_webhook_id() if is_webhook else new_message_id()
        frozen = bytes(original.message)
        if original.channel == Channel.EMAIL:
            frozen = _renamed(frozen, message_id, now)
        again = Delivery.objects.create(
            dedupe_key=f"again:{original.pk}:{original.sent_again.count() + 1}",
            again_of=original,
            **{name: getattr(original, name) for name in _SAME},
            message_id=message_id,
            message=frozen,
            digest=Delivery.digest_of(frozen),
            not_before=now,
            created_at=now,
        )
    ring_on_commit(again.channel)
    logger.info("delivery %s: sent again as %s, by user %s", original.pk, again.pk, actor_id)
    return again


def cancel(*, delivery: Delivery, actor_id: int | None = None, now: datetime | None = None) -> None:
    """Withdraw ``delivery`` before it leaves. Raises NotPossible when it is on its way or gone."""
    waiting = Delivery.objects.filter(pk=delivery.pk, state=State.QUEUED, is_repeated=False)
    if not waiting.cancel(now or timezone.now()):
        raise NotPossible(_("Too late: this message has left, or may have arrived."))
    logger.info("delivery %s: cancelled by user %s", delivery.pk, actor_id)


def _renamed(frozen: bytes, message_id: str, at: datetime) -> bytes:
    """Return ``frozen`` under another Message-ID and Date; nothing else of it changes."""
    head, separator, body = frozen.partition(b"\r\n\r\n")
    head += b"\r\n"
    for name in (b"Message-ID", b"Date"):
        head = re.sub(_HEADER % name, b"", head)
    date = formatdate(at.timestamp(), localtime=False)
    head += f"Message-ID: {message_id}\r\nDate: {date}".encode()
    return head + separator + body
