"""Write down what became of a handover, also when the database is away at that very moment.

The mail server has answered, and nobody but this worker knows what. If it gave up, the lease would
run out, the message would count as perhaps arrived, and go a second time after two minutes.
"""

import logging
import time

from django.db import InterfaceError, OperationalError, connection

from outbox.actions import Claim, Result, record
from outbox.durations import RECORD_WITHIN

logger = logging.getLogger(__name__)

_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0  # seconds between two tries


def record_surely(claim: Claim, result: Result) -> bool:
    """Do as ``record`` does; try again while the database does not answer.

    May be written twice: the lease token fences the second time, when the first was stored and
    only its confirmation lost. Raises the database's error after RECORD_WITHIN.
    """
    deadline = time.monotonic() + RECORD_WITHIN.total_seconds()
    pause = _FIRST_PAUSE
    while True:
        try:
            return record(claim, result)
        except (OperationalError, InterfaceError) as error:
            connection.close()  # a broken one stays broken; the next try opens another
            if time.monotonic() + pause > deadline:
                raise
            logger.warning(
                "delivery %s: %s not recorded yet, the database does not answer (%s)",
                claim.delivery.pk,
                result.outcome,
                type(error).__name__,
            )
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
