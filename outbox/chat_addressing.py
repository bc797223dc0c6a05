"""What administrators do with chat addresses: change, try, switch off, delete; and how they do."""

import logging
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _

from outbox.addresses import ChatAddress
from outbox.breaking import resume
from outbox.chat import queue_chat
from outbox.circuit import Circuit
from outbox.doorbell import ring_on_commit
from outbox.mail import site_address
from outbox.models import LEASED, Attempt, Channel, Delivery, Lane, Outcome, State
from outbox.services import SERVICES
from staff.branding import current_brand

logger = logging.getLogger(__name__)

_WELL = (Outcome.SENT, Outcome.FOUND, Outcome.WITHDRAWN)


@dataclass(frozen=True, kw_only=True)
class Condition:
    """How one address does. ``fault``: the last attempt that failed, however long ago."""

    address: ChatAddress
    worked_at: datetime | None
    fault: Attempt | None
    waiting: int
    circuit: Circuit | None

    @property
    def service_name(self) -> str:
        """What people call its service; empty for one that is offered no more."""
        service = SERVICES.get(self.address.service)
        return service.name if service else ""


def conditions(addresses: Iterable[ChatAddress]) -> list[Condition]:
    """Return how each of ``addresses`` does, in their order, in as many queries for any number."""
    rows = list(addresses)
    keys = [address.reference for address in rows]
    theirs = Delivery.objects.filter(channel=Channel.CHAT, recipient_address__in=keys)
    told = theirs.order_by().values("recipient_address").annotate(
        worked_at=Max("sent_at"),
        fault=Max("tries__pk", filter=~Q(tries__outcome__in=_WELL)),
        waiting=Count("pk", filter=Q(state__in=[State.QUEUED, *LEASED]), distinct=True),
    )  # fmt: skip
    of: dict[str, Any] = {row["recipient_address"]: row for row in told}
    faults = Attempt.objects.in_bulk([row["fault"] for row in told if row["fault"]])
    circuits = {
        circuit.transport: circuit
        for circuit in Circuit.objects.interrupted().filter(transport__in=keys)
    }
    return [
        Condition(
            address=address,
            worked_at=row.get("worked_at"),
            fault=faults.get(row.get("fault", 0)),
            waiting=row.get("waiting", 0),
            circuit=circuits.get(key),
        )
        for address, key in zip(rows, keys, strict=True)
        for row in [of.get(key, {})]
    ]


def change(address: ChatAddress, values: dict[str, str], *, actor_id: int | None = None) -> None:
    """Store another name or address; what waits goes to the new one at once."""
    ChatAddress.objects.filter(pk=address.pk).update(**values)
    resume(address.reference, actor_id=actor_id)
    ring_on_commit(Channel.CHAT)
    logger.info("chat address %s: changed by user %s", address.pk, actor_id)


def send_test(address: ChatAddress) -> Delivery:
    """Queue one test message to ``address``, ahead of everything but sign-in mail and alerts."""
    resume(address.reference)
    return queue_chat(
        address,
        title=_("Test message from %(firm)s") % {"firm": current_brand().name},
        body=_("Alerts can arrive here. There is nothing that you need to do."),
        link=site_address("/"),
        dedupe_key=f"chat-test:{uuid.uuid4()}",
        lane=Lane.NOTICE,
    )


def switch(address: ChatAddress, *, is_active: bool, actor_id: int | None = None) -> int:
    """Put ``address`` in use or switch it off; return how many messages that ends."""
    with transaction.atomic():
        ChatAddress.objects.filter(pk=address.pk).update(is_active=is_active)
        ended = 0 if is_active else _end_waiting(address, _("The chat address is switched off."))
    logger.info("chat address %s: in use %s, by user %s", address.pk, is_active, actor_id)
    return ended


def delete(address: ChatAddress, *, actor_id: int | None = None) -> int:
    """Delete ``address`` with its circuit; return how many messages can no longer be delivered."""
    with transaction.atomic():
        ended = _end_waiting(address, _("The chat address was deleted."))
        Circuit.objects.filter(transport=address.reference).delete()
        ChatAddress.objects.filter(pk=address.pk).delete()
    logger.info("chat address %s: deleted by user %s", address.pk, actor_id)
    return ended


def _end_waiting(address: ChatAddress, words: str) -> int:
    """Make what waits for ``address`` undeliverable. What is on its way ends as it will."""
    waiting = Delivery.objects.filter(
        channel=Channel.CHAT, recipient_address=address.reference, state=State.QUEUED
    )
    return waiting.update(state=State.UNDELIVERABLE, last_error=words)


def last_messages(address: ChatAddress) -> list[Delivery]:
    """Return the last messages to ``address``, the newest first, without their text."""
    theirs = Delivery.objects.filter(channel=Channel.CHAT, recipient_address=address.reference)
    return list(theirs.defer("message").order_by("-created_at", "-pk")[:5])
