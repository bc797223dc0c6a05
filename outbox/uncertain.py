"""What becomes of messages that perhaps arrived: found, or sent once more and called a copy.

The server had the whole message, and we missed its reply. To send it again at once would make a
copy of nearly all of them; not to send it loses the rest.

1. Somebody who can know is asked: at once found means sent, never sent again.
2. Nothing found within RESEND_AFTER: the same bytes again, with the same Message-ID and Date, so
   that mail systems that look for copies see one; the row is flagged ``is_repeated``.
3. Whoever can know cannot be asked: wait, and look again. After WAIT_AT_MOST it is sent again
   after all, flagged: an alert that never comes is worse than one that comes twice.
4. A mail provider that knows a message by its idempotency key is asked again at once, unflagged:
   it makes one mail of two.
"""

import logging
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from outbox.actions import Claim, Result, settle_sent
from outbox.doorbell import ring_on_commit
from outbox.durations import LOOK_EVERY, RESEND_AFTER, WAIT_AT_MOST
from outbox.evidence import Witness, witness
from outbox.models import Channel, Delivery, DeliveryQuerySet, Outcome, State
from outbox.providers import PROVIDERS

logger = logging.getLogger(__name__)

_AT_ONCE = 100


def settle_uncertain(*, now: datetime | None = None) -> int:
    """Look at each message that perhaps arrived and is due for it; return how many were settled."""
    now = now or timezone.now()
    due = Delivery.objects.filter(state=State.UNCERTAIN, not_before__lte=now)
    rows = list(due.order_by("not_before", "pk")[:_AT_ONCE])
    if not rows:
        return 0
    settled = 0
    with witness() as asked:
        for delivery in rows:
            try:
                settled += _settle(delivery, asked, now)
            except Exception:
                logger.exception("delivery %s: could not be settled", delivery.pk)
    return settled


def _settle(delivery: Delivery, asked: Witness, now: datetime) -> bool:
    """Take the one step that is possible for ``delivery`` now. Fenced by what was read."""
    assert delivery.uncertain_since is not None, "the constraint delivery_uncertain_has_time"
    as_read = Delivery.objects.filter(
        pk=delivery.pk, state=State.UNCERTAIN, uncertain_since=delivery.uncertain_since
    )
    if delivery.cancelled_at is None and _is_safe_to_repeat(delivery, now):
        return _at_once(as_read, delivery, now)
    answer = asked.evidence(delivery) if delivery.channel == Channel.EMAIL else False
    if answer:
        return _found(as_read, delivery, asked.name, now)
    waited = now - delivery.uncertain_since
    if waited < (RESEND_AFTER if answer is False else WAIT_AT_MOST):
        until = delivery.uncertain_since + RESEND_AFTER
        look_at = min(now + LOOK_EVERY, until) if until > now else now + LOOK_EVERY
        as_read.update(not_before=look_at)
        return False
    return _again(as_read, delivery, now)


def _is_safe_to_repeat(delivery: Delivery, now: datetime) -> bool:
    """Whether the provider makes one mail of two: the same key, soon enough."""
    provider = PROVIDERS.get(settings.EMAIL_PROVIDER)
    if delivery.channel != Channel.EMAIL or provider is None or provider.idempotent_for is None:
        return False
    assert delivery.uncertain_since is not None
    is_same = delivery.transport in {"", settings.EMAIL_PROVIDER}  # empty: its worker died
    return is_same and now - delivery.uncertain_since < provider.idempotent_for


def _at_once(as_read: DeliveryQuerySet, delivery: Delivery, now: datetime) -> bool:
    is_done = bool(as_read.update(state=State.QUEUED, not_before=now))
    if is_done:
        logger.info("delivery %s: asked again under the same key", delivery.pk)
        ring_on_commit(delivery.channel)
    return is_done


def _found(as_read: DeliveryQuerySet, delivery: Delivery, name: str, now: datetime) -> bool:
    attempt = delivery.tries.get(number=delivery.attempts)  # the one that missed the reply
    claim = Claim(delivery=delivery, token=attempt.lease_token, started_at=now)
    found = Result(outcome=Outcome.FOUND, phase=name, detail="", transport=delivery.transport)
    is_done = settle_sent(as_read, claim, found, now=now)
    if is_done:
        logger.info("delivery %s: found by its Message-ID, so it was sent", delivery.pk)
    return is_done


def _again(as_read: DeliveryQuerySet, delivery: Delivery, now: datetime) -> bool:
    if delivery.cancelled_at is not None:
        return bool(as_read.update(state=State.CANCELLED, message=b""))
    is_done = bool(as_read.update(state=State.QUEUED, not_before=now, is_repeated=True))
    if is_done:
        logger.warning("delivery %s: perhaps delivered, sent once more", delivery.pk)
        ring_on_commit(delivery.channel)
    return is_done
