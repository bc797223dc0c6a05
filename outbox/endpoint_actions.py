"""The verbs of webhooks: add, change, give another secret, switch off and on, delete, note."""

import logging
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import DatabaseError, transaction
from django.utils import timezone

from outbox.breaking import resume
from outbox.endpoints import ROTATION, Endpoint, EndpointSecret, OffReason, Subscription
from outbox.models import Delivery, State
from outbox.publishing import memory
from outbox.redaction import redact
from outbox.signing import new_secret

logger = logging.getLogger(__name__)


@transaction.atomic
def add_endpoint(
    *,
    name: str,
    url: str,
    event_types: Collection[str],
    sends_words: bool = False,
    actor_id: int | None = None,
    now: datetime | None = None,
) -> tuple[Endpoint, str]:
    """Store an endpoint; return it with its secret, which is shown this once."""
    now = now or timezone.now()
    endpoint = Endpoint.objects.create(
        name=name, url=url, sends_words=sends_words, created_by_id=actor_id, created_at=now
    )
    secret = new_secret()
    EndpointSecret.objects.create(endpoint=endpoint, secret=secret, created_at=now)
    _subscribe(endpoint, event_types, now)
    logger.info("webhook %s: added by user %s", endpoint.pk, actor_id)
    return endpoint, secret


@transaction.atomic
def change_endpoint(
    *,
    endpoint: Endpoint,
    name: str,
    url: str,
    event_types: Collection[str],
    sends_words: bool,
    actor_id: int | None = None,
    now: datetime | None = None,
) -> None:
    """Store what an administrator changed. What waits goes to the new address.

    An event that is added is told from ``now`` on; a circuit that opened for the old address
    closes.
    """
    now = now or timezone.now()
    locked = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
    is_moved = locked.url != url
    locked.name, locked.url, locked.sends_words = name, url, sends_words
    locked.save(update_fields=["name", "url", "sends_words"])
    locked.subscriptions.exclude(event_type__in=event_types).delete()
    _subscribe(locked, event_types, now)
    if is_moved:
        resume(locked.reference, actor_id=actor_id, now=now)
    logger.info("webhook %s: changed by user %s", endpoint.pk, actor_id)


def _subscribe(endpoint: Endpoint, event_types: Collection[str], now: datetime) -> None:
    """Let ``endpoint`` hear of each from ``now`` on, unless it does already."""
    Subscription.objects.bulk_create(
        [Subscription(endpoint=endpoint, event_type=name, since=now) for name in event_types],
        ignore_conflicts=True,
    )
    memory.forget_with_commit()


class SecretChanged(Exception):  # noqa: N818  (two people at once: not an error of either)
    """Somebody else was first."""


@transaction.atomic
def rotate_secret(
    *, endpoint: Endpoint, current: str, actor_id: int | None = None, now: datetime | None = None
) -> str:
    """Give ``endpoint`` another secret and return it; the former one signs along for a day.

    ``current`` is the id of the secret that is replaced, as the page showed it: a form that is sent
    twice replaces once. Raises SecretChanged.
    """
    now = now or timezone.now()
    locked = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
    if current != str(locked.secrets.get(expires_at__isnull=True).pk):
        raise SecretChanged
    locked.secrets.filter(expires_at__lte=now).delete()
    locked.secrets.filter(expires_at__isnull=True).update(expires_at=now + ROTATION)
    secret = new_secret()
    EndpointSecret.objects.create(endpoint=locked, secret=secret, created_at=now)
    logger.info("webhook %s: another secret, by user %s", endpoint.pk, actor_id)
    return secret


@transaction.atomic
def switch_off(
    *,
    endpoint: Endpoint,
    reason: OffReason = OffReason.BY_HAND,
    actor_id: int | None = None,
    now: datetime | None = None,
) -> bool:
    """Send ``endpoint`` nothing any more and withdraw what waits; False when it was off already."""
    now = now or timezone.now()
    active = Endpoint.objects.active().filter(pk=endpoint.pk)
    if not active.update(switched_off_at=now, off_reason=reason):
        return False
    _withdraw_waiting(endpoint, now)
    memory.forget_with_commit()
    logger.warning("webhook %s: switched off (%s), by user %s", endpoint.pk, reason, actor_id)
    return True


@transaction.atomic
def switch_on(
    *, endpoint: Endpoint, actor_id: int | None = None, now: datetime | None = None
) -> bool:
    """Send ``endpoint`` again what happens from ``now`` on; False when it was on already."""
    now = now or timezone.now()
    off = Endpoint.objects.exclude(switched_off_at__isnull=True).filter(pk=endpoint.pk)
    if not off.update(switched_off_at=None, off_reason=""):
        return False
    endpoint.subscriptions.update(since=now)
    resume(endpoint.reference, actor_id=actor_id, now=now)
    memory.forget_with_commit()
    logger.warning("webhook %s: switched on by user %s", endpoint.pk, actor_id)
    return True


@transaction.atomic
def delete_endpoint(
    *, endpoint: Endpoint, actor_id: int | None = None, now: datetime | None = None
) -> None:
    """Delete ``endpoint`` with its secrets and withdraw what waits. What was sent stays to read."""
    pk = endpoint.pk
    _withdraw_waiting(endpoint, now or timezone.now())
    endpoint.delete()
    memory.forget_with_commit()
    logger.warning("webhook %s: deleted by user %s", pk, actor_id)


def note_success(endpoint: Endpoint, *, now: datetime) -> None:
    """Note that ``endpoint`` accepted something."""
    _note(endpoint, last_success_at=now)


def note_fault(endpoint: Endpoint, words: str, *, now: datetime) -> None:
    """Note what was wrong with ``endpoint``, in ``words`` for administrators."""
    _note(endpoint, last_fault_at=now, last_fault=redact(words))


def _note(endpoint: Endpoint, **fields: Any) -> None:
    """Write ``fields`` if the database lets us: nothing accepted may be sent again for it."""
    try:
        with transaction.atomic():
            Endpoint.objects.filter(pk=endpoint.pk).update(**fields)
    except DatabaseError:
        logger.exception("webhook %s: how it went could not be noted", endpoint.pk)


def postpone(endpoint: Endpoint, *, until: datetime) -> int:
    """Let what waits for ``endpoint`` wait until then, as it asked; return how much that is."""
    waiting = Delivery.objects.filter(recipient_address=endpoint.reference, state=State.QUEUED)
    return waiting.filter(not_before__lt=until).update(not_before=until)


def _withdraw_waiting(endpoint: Endpoint, now: datetime) -> None:
    waiting = Delivery.objects.filter(recipient_address=endpoint.reference, state=State.QUEUED)
    waiting.cancel(now)
