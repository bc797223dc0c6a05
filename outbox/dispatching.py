"""Send what is due: claim one, hand it over outside any transaction, record, and again."""

import logging
from collections.abc import Callable
from functools import partial

from outbox.actions import Claim, Result, claim_next, record, renew
from outbox.models import Outcome
from outbox.transports import (
    LeaseLostError,
    PermanentError,
    TemporaryError,
    Transport,
    email_transport,
)

logger = logging.getLogger(__name__)


def dispatch_due(*, is_stopping: Callable[[], bool] = lambda: False) -> int:
    """Send until nothing is due or the transport is down; return how many were handed over.

    One delivery is claimed at a time, the most urgent first, so an alert never waits behind the
    rest of a campaign. A transport that is down ends the round: its rows wait for their back-off.
    ``is_stopping`` is asked between two deliveries, so that a worker can end with a full queue.
    """
    sent = 0
    with email_transport() as transport:
        while not is_stopping() and (claim := claim_next()) is not None:
            try:
                result, is_down = _attempt(transport, claim)
            except LeaseLostError:
                logger.warning("delivery %s: lease lost before sending", claim.delivery.pk)
                continue  # whoever has it now sends it; the connection stays for the next
            record(claim, result)
            sent += result.outcome == Outcome.SENT
            if is_down:
                break
    return sent


def _attempt(transport: Transport, claim: Claim) -> tuple[Result, bool]:
    """Hand over one delivery. Return what became of it, and whether the transport is down."""
    try:
        phase, detail = transport.send(claim.delivery, renew=partial(renew, claim))
    except PermanentError as error:
        return _result(Outcome.PERMANENT, error.phase, str(error), transport), False
    except TemporaryError as error:
        result = _result(Outcome.TEMPORARY, error.phase, str(error), transport)
        return result, error.is_everything
    except LeaseLostError:
        raise
    except Exception:
        # Unexpected: this row waits and is shown with its fault; the others go on.
        logger.exception("delivery %s: unexpected fault", claim.delivery.pk)
        return _result(Outcome.TEMPORARY, "unexpected", "unexpected fault", transport), False
    return _result(Outcome.SENT, phase, detail, transport), False


def _result(outcome: Outcome, phase: str, detail: str, transport: Transport) -> Result:
    return Result(outcome=outcome, phase=phase, detail=detail, transport=transport.name)
