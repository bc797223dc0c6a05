"""Tell the apps above that a response came in, without letting one of them undo it."""

import logging
from datetime import datetime

from django.db import Error, InterfaceError, OperationalError, transaction

from surveys.models import Response
from surveys.signals import response_received

logger = logging.getLogger(__name__)


def announce(response: Response, *, replaced: Response | None, now: datetime) -> None:
    """Send ``response_received`` inside the transaction that stores ``response``.

    A receiver that fails is logged with its traceback, and the response stands: a client never
    loses an answer to a fault of ours. What is missing then is completed by ``reconcile`` within
    a minute. A database that is away or overloaded does raise: then nothing is stored, and the
    client is asked to send again.
    """
    try:
        with transaction.atomic():
            answers = response_received.send_robust(
                sender=Response, response=response, replaced=replaced, now=now
            )
            faults = [fault for _receiver, fault in answers if isinstance(fault, Exception)]
            for fault in faults:
                if isinstance(fault, Error):
                    raise fault  # PostgreSQL takes no further statement: back to the savepoint
    except (OperationalError, InterfaceError):
        raise
    except Error:
        logger.exception("response %s: receivers undone, reconcile does it again", response.pk)
        return
    if faults:
        logger.error("response %s: %s receivers failed", response.pk, len(faults))
