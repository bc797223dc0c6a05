"""Ring for the worker. A doorbell that is out of order delays a mail by seconds, loses nothing."""

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

DISPATCH = "outbox.tasks.dispatch"


def ring() -> None:
    """Ask a worker to send what is due. Never raises because of the broker.

    One try within the broker's socket limits; when it fails, the sweep finds the rows within
    seconds, since they are committed already.
    """
    try:
        current_app.send_task(DISPATCH, retry=False)
    except (OperationalError, OSError) as error:
        logger.warning(
            "doorbell: broker does not answer (%s), the sweep will", type(error).__name__
        )


def ring_on_commit() -> None:
    """Ring once the current transaction is committed, and at once outside a transaction.

    One ring a transaction is enough for all it queued: a batch of invitations does not flood the
    broker. ``robust``: whatever happens in the doorbell, the response that was stored stays
    stored and the client is thanked.
    """
    waiting = transaction.get_connection().run_on_commit
    if not any(callback is ring for _savepoints, callback, _robust in waiting):
        transaction.on_commit(ring, robust=True)
