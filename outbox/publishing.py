"""Tell the firm's other systems what happened: one delivery for each endpoint that listens.

A fault here never undoes the fact: it is logged, and ``publish_missed`` tells it after all. What
was told is known by its ``dedupe_key``, so nothing is told twice.
"""

import json
import logging
from datetime import UTC, datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from outbox.endpoints import Endpoint, Subscription
from outbox.event_types import EventType, event_type
from outbox.models import GIVE_UP_AFTER, Channel, Delivery, Lane
from outbox.queueing import queue_payload
from outbox.signing import new_webhook_id
from staff.remembered import Remembered

logger = logging.getLogger(__name__)

TEST_EVENT = "webhook.test"
_AT_ONCE = 500


def _listened_to() -> frozenset[str]:
    """Return which kinds anybody listens to."""
    listening = Subscription.objects.filter(endpoint__switched_off_at__isnull=True)
    return frozenset(listening.values_list("event_type", flat=True))


# An answer of a client costs no query for a firm without webhooks. What is missed because another
# process has just added an endpoint, ``publish_missed`` finds.
memory = Remembered(_listened_to)


def publish(kind: EventType, pk: int, *, now: datetime | None = None) -> int:
    """Queue the fact in row ``pk`` for every endpoint that listens, in the caller's transaction.

    Returns how many deliveries there are. What fails is logged with its traceback and told by
    ``publish_missed`` within a minute; the caller's fact stands. Only a database that is away
    raises. A row that ``kind.rows`` does not (yet) hold is not told.
    """
    if memory.is_fresh and kind.name not in memory():
        return 0
    try:
        with transaction.atomic():
            return _queue(kind, pk, now or timezone.now())
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("%s %s: could not be queued for webhooks", kind.name, pk)
        return 0


def _queue(kind: EventType, pk: int, now: datetime) -> int:
    if kind.name not in memory():
        return 0
    listening = Subscription.objects.filter(
        event_type=kind.name, endpoint__switched_off_at__isnull=True
    )
    subscriptions = list(listening.select_related("endpoint").order_by("pk"))
    row = kind.rows().filter(pk=pk).first() if subscriptions else None
    if row is None:
        return 0
    data = kind.data_of(row)
    for subscription in subscriptions:
        _queue_for(subscription.endpoint, kind, row, data, now)
    return len(subscriptions)


def _queue_for(
    endpoint: Endpoint, kind: EventType, row: Any, data: dict[str, Any], now: datetime
) -> Delivery:
    if not endpoint.sends_words:
        data = {name: None if name in kind.own_words else data[name] for name in data}
    return queue_payload(
        payload(kind.name, at=kind.moment_of(row), data=data),
        channel=Channel.WEBHOOK,
        reference=endpoint.reference,
        dedupe_key=f"{_key_start(endpoint, kind.name)}{row.pk}",
        lane=Lane.NOTICE,
        subject=kind.name,
        recipient_name=endpoint.name,
        template=kind.name,
        message_id=new_webhook_id(),
        is_confidential=True,  # an answer, or what was done about one
        now=now,
    )


def payload(name: str, *, at: datetime, data: dict[str, Any]) -> bytes:
    """Return the body of a webhook as Standard Webhooks recommends it: minified JSON in UTF-8.

    ``timestamp`` is when it happened, not when it is sent.
    """
    moment = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    content = {"type": name, "timestamp": moment, "data": data}
    text = json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":"))
    return text.encode()


def _key_start(endpoint: Endpoint, name: str) -> str:
    return f"{endpoint.reference}:{name}:"


def queue_test(endpoint: Endpoint, *, now: datetime | None = None) -> Delivery:
    """Queue a test event for ``endpoint``, whatever it listens to; return its delivery."""
    now = now or timezone.now()
    number = new_webhook_id()
    return queue_payload(
        payload(TEST_EVENT, at=now, data={"endpoint": endpoint.name}),
        channel=Channel.WEBHOOK,
        reference=endpoint.reference,
        dedupe_key=f"{_key_start(endpoint, TEST_EVENT)}{number}",
        lane=Lane.NOTICE,
        subject=TEST_EVENT,
        recipient_name=endpoint.name,
        template=TEST_EVENT,
        message_id=number,
        now=now,
    )


def publish_missed(*, now: datetime | None = None) -> int:
    """Queue what happened and was not told: a fault of ours, or an endpoint added that moment.

    Looks back as far as a delivery would have been tried. Returns how many were queued.
    """
    now = now or timezone.now()
    listening = Subscription.objects.filter(endpoint__switched_off_at__isnull=True)
    return sum(
        _publish_missed(subscription, now)
        for subscription in listening.select_related("endpoint").order_by("pk")
    )


def _publish_missed(subscription: Subscription, now: datetime) -> int:
    kind = event_type(subscription.event_type)
    if kind is None:
        return 0
    return sum(
        _publish_after_all(subscription.endpoint, kind, row, now)
        for row in _missed(kind, subscription, now)[:_AT_ONCE]
    )


def _publish_after_all(endpoint: Endpoint, kind: EventType, row: Any, now: datetime) -> bool:
    """Queue one fact that was missed; one that cannot be told does not stop the others."""
    try:
        with transaction.atomic():
            _queue_for(endpoint, kind, row, kind.data_of(row), now)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("reconcile: %s %s cannot be told to webhooks", kind.name, row.pk)
        return False
    logger.error("reconcile: %s %s had not been told to webhooks", kind.name, row.pk)
    return True


def _missed(kind: EventType, subscription: Subscription, now: datetime) -> QuerySet[Any]:
    """Return the rows of ``kind`` since the subscription, without a delivery to its endpoint."""
    start = Value(_key_start(subscription.endpoint, kind.name))
    key = Concat(start, Cast("pk", CharField()), output_field=CharField())
    told = Delivery.objects.filter(dedupe_key=OuterRef("webhook_key"))
    since = max(subscription.since, now - GIVE_UP_AFTER)
    rows: QuerySet[Any] = kind.rows().filter(**{f"{kind.at}__gte": since})
    missed: QuerySet[Any] = rows.annotate(webhook_key=key).filter(~Exists(told))
    return missed.order_by(kind.at, "pk")
