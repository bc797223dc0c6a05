"""Put something into the outbox, in the transaction that gives rise to it; or take it out again."""

from collections.abc import Iterable
from datetime import datetime
from email.utils import formatdate
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, make_msgid
from django.db import IntegrityError, transaction
from django.utils import timezone

from outbox.doorbell import ring_on_commit
from outbox.models import Channel, Delivery, Lane
from outbox.searching import searchable


def queue_message(
    message: EmailMessage,
    *,
    dedupe_key: str,
    lane: Lane,
    recipient_name: str,
    recipient_address: str,
    template: str = "",
    about: str = "",
    is_secret: bool = False,
    is_confidential: bool = False,
    not_before: datetime | None = None,
    now: datetime | None = None,
) -> Delivery:
    """Freeze ``message`` and store it as one delivery, in the caller's transaction.

    The same ``dedupe_key`` again returns the one that exists. Message-ID and Date are frozen too:
    a copy sent after a fault is known as one. ``is_secret`` blanks the body after the handover.
    ``is_confidential``: it holds a client's answer. ``about``: by what it is found; never that.
    """
    now = now or timezone.now()
    delivery = Delivery(
        dedupe_key=dedupe_key,
        channel=Channel.EMAIL,
        lane=lane,
        recipient_name=recipient_name[:200],
        recipient_address=recipient_address,
        subject=message.subject[:500],
        template=template,
        about=about[:500],
        is_secret=is_secret,
        is_confidential=is_confidential,
        not_before=not_before or now,
        created_at=now,
        **_frozen(message, not_before or now),
    )
    return _store(delivery)


def queue_payload(
    payload: bytes,
    *,
    channel: Channel,
    reference: str,
    dedupe_key: str,
    lane: Lane,
    subject: str,
    recipient_name: str = "",
    template: str = "",
    message_id: str = "",
    about: str = "",
    is_confidential: bool = False,
    not_before: datetime | None = None,
    now: datetime | None = None,
) -> Delivery:
    """Store ``payload`` as one delivery to the endpoint ``reference``, in the caller's transaction.

    As ``queue_message``: the same ``dedupe_key`` again returns the one that exists. The bytes
    leave as they are; where they go, and with which secret, is looked up when they do.
    ``message_id`` is unique among all deliveries, and made here when it is empty.
    """
    now = now or timezone.now()
    delivery = Delivery(
        dedupe_key=dedupe_key,
        channel=channel,
        lane=lane,
        recipient_name=recipient_name[:200],
        recipient_address=reference,
        subject=subject[:500],
        template=template,
        about=about[:500],
        message_id=message_id or new_message_id(),
        message=payload,
        digest=Delivery.digest_of(payload),
        is_confidential=is_confidential,
        not_before=not_before or now,
        created_at=now,
    )
    return _store(delivery)


def _store(delivery: Delivery) -> Delivery:
    """Store ``delivery`` unless its key is known, and ring. No answer can be searched for.

    The constraint says whether it is known: nearly all are new, and need no look-up before.
    """
    told = "" if delivery.is_confidential else delivery.subject
    to = (delivery.recipient_name, delivery.recipient_address)
    delivery.search = searchable((*to, delivery.about, told))
    try:
        with transaction.atomic():
            delivery.save(force_insert=True)
    except IntegrityError:
        return Delivery.objects.get(dedupe_key=delivery.dedupe_key)
    ring_on_commit(delivery.channel)
    return delivery


def cancel_queued(keys: Iterable[str], *, now: datetime | None = None) -> int:
    """Withdraw the deliveries with these ``dedupe_key``s that have not left; return how many.

    In the caller's transaction, with what makes them needless. One that is being sent is stopped
    if the final dot has not been sent yet; else it may arrive, and there is no second attempt.
    """
    return Delivery.objects.filter(dedupe_key__in=keys).cancel(now or timezone.now())


def new_message_id() -> str:
    """Return a Message-ID that nobody used before, at the host of SITE_URL."""
    return make_msgid(domain=urlsplit(settings.SITE_URL).hostname or "localhost")


def _frozen(message: EmailMessage, at: datetime) -> dict[str, Any]:
    """Return a Message-ID of our own and the bytes of ``message``, fit for SMTP, with their digest.

    As the columns of a delivery.
    """
    message_id = new_message_id()
    message.extra_headers["Message-ID"] = message_id
    message.extra_headers["Date"] = formatdate(at.timestamp(), localtime=False)
    frozen = message.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]
    return {"message_id": message_id, "message": frozen, "digest": Delivery.digest_of(frozen)}
