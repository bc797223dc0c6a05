"""Ring for the worker. A doorbell that is out of order delays a mail by seconds, loses nothing."""

import logging
from collections.abc import Callable

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

DISPATCH = "outbox.tasks.dispatch"
DISPATCH_CHAT = "outbox.tasks.dispatch_chat"
DISPATCH_WEBHOOKS = "outbox.tasks.dispatch_webhooks"


def ring() -> None:
    """Ask a worker to send the mail that is due. Never raises because of the broker."""
    _ask(DISPATCH)


def ring_for_chat() -> None:
    """Ask for what is due to chat addresses; as ``ring``."""
    _ask(DISPATCH_CHAT)


def ring_for_webhooks() -> None:
    """Ask for what is due to webhooks; as ``ring``."""
    _ask(DISPATCH_WEBHOOKS)


def bell_of(channel: str) -> Callable[[], None]:
    """Return who is rung for ``channel``: each has its own, so that none waits for another."""
    return {"chat": ring_for_chat, "webhook": ring_for_webhooks}.get(channel, ring)


def _ask(task: str) -> None:
    """Send ``task`` to whoever hears it.

    One try within the broker's socket limits; when it fails, the sweep finds the rows within
    seconds, since they are committed already.
    """
    try:
        current_app.send_task(task, retry=False)
    except (OperationalError, OSError) as error:
        logger.warning(
            "doorbell: broker does not answer (%s), the sweep will", type(error).__name__
        )


def ring_on_commit(channel: str = "email") -> None:
    """Ring once the current transaction is committed, and at once outside a transaction.

    One ring a transaction is enough for all it queued: a batch of invitations does not flood the
    broker. ``robust``: whatever happens in the doorbell, the response that was stored stays
    stored and the client is thanked.
    """
    bell = bell_of(channel)
    waiting = transaction.get_connection().run_on_commit
    if not any(callback is bell for _savepoints, callback, _robust in waiting):
        transaction.on_commit(bell, robust=True)
