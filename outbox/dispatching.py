"""Send what is due: claim one, hand it over outside any transaction, record, and again."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from outbox.actions import Claim, Result, claim_next, mark, record, renew
from outbox.breaking import Passage, Verdict, accepted, interrupt, passage, put_back, suspect
from outbox.circuit import Reason
from outbox.models import Outcome
from outbox.transports import (
    LeaseLostError,
    PermanentError,
    PolicyError,
    RefusesAllError,
    TemporaryError,
    Transport,
    TransportError,
    UncertainError,
    email_transport,
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class _Outcome:
    """What became of a handover, and what it says about the transport.

    ``is_down``: nothing more now. ``refuses_all``: nothing more until the circuit closes.
    """

    result: Result
    is_down: bool = False
    refuses_all: Reason | None = None


def dispatch_due(*, is_stopping: Callable[[], bool] = lambda: False) -> int:
    """Send until nothing is due or the transport is down; return how many were handed over.

    One delivery is claimed at a time, the most urgent first, so an alert never waits behind the
    rest of a campaign. A transport that is down ends the round: its rows wait for their back-off;
    while its circuit is open only a probe goes. ``is_stopping`` is asked between two deliveries,
    so that a worker can end with a full queue.
    """
    sent = 0
    with email_transport() as transport:
        while not is_stopping() and (way := passage(transport.name)) is not Passage.NONE:
            is_probe = way is Passage.PROBE
            if (claim := claim_next(is_probe=True) if is_probe else claim_next()) is None:
                break
            outcome = _attempt(transport, claim)
            is_sent = outcome.result.outcome == Outcome.SENT
            _conclude(transport, claim, outcome, is_probe=is_probe)
            sent += is_sent
            if outcome.is_down:
                break
    return sent


def _conclude(transport: Transport, claim: Claim, outcome: _Outcome, *, is_probe: bool) -> None:
    """Record what became of ``claim``, for its row and for the circuit."""
    result = outcome.result
    if outcome.refuses_all is not None:
        interrupt(transport.name, reason=outcome.refuses_all, detail=result.detail)
        if is_probe:
            put_back(claim, result.detail)
            return
    record(claim, result)
    if result.outcome == Outcome.SENT:
        accepted(transport.name, is_probe=is_probe)


def _attempt(transport: Transport, claim: Claim) -> _Outcome:
    """Hand over one delivery. Never raises for what a transport or a message does."""
    result = partial(_result, transport)
    try:
        phase, detail = transport.send(
            claim.delivery, renew=partial(renew, claim), mark=partial(mark, claim)
        )
    except TransportError as error:
        return _refused(transport, claim, error)
    except LeaseLostError:
        # Whoever has it now sends it; or it was withdrawn, and the record says so.
        logger.warning("delivery %s: stopped before the final dot", claim.delivery.pk)
        return _Outcome(result=result(Outcome.WITHDRAWN, "DATA", ""))
    except Exception:
        # Unexpected: this row waits and is shown with its fault; the others go on.
        logger.exception("delivery %s: unexpected fault", claim.delivery.pk)
        return _Outcome(result=result(Outcome.TEMPORARY, "unexpected", "unexpected fault"))
    return _Outcome(result=result(Outcome.SENT, phase, detail))


def _refused(transport: Transport, claim: Claim, error: TransportError) -> _Outcome:
    """Return what ``error`` means for this message and for those behind it."""
    phase, detail = error.phase, str(error)
    result = partial(_result, transport, phase=phase, detail=detail)
    if isinstance(error, PermanentError):
        return _Outcome(result=result(Outcome.PERMANENT))
    if isinstance(error, UncertainError):  # the next one finds out whether the server is there
        return _Outcome(result=result(Outcome.UNCERTAIN))
    if isinstance(error, RefusesAllError):
        spared = result(Outcome.TEMPORARY, is_spared=True)
        return _Outcome(result=spared, is_down=True, refuses_all=error.reason)
    if isinstance(error, PolicyError):
        verdict = suspect(transport.name, claim.delivery, is_relay=error.is_relay)
        if verdict is Verdict.US:
            spared = result(Outcome.POLICY, is_spared=True)
            return _Outcome(result=spared, is_down=True, refuses_all=Reason.RELAY)
        is_final = verdict is Verdict.RECIPIENT
        return _Outcome(result=result(Outcome.PERMANENT if is_final else Outcome.POLICY))
    assert isinstance(error, TemporaryError)
    return _Outcome(result=result(Outcome.TEMPORARY), is_down=error.is_everything)


def _result(
    transport: Transport, outcome: Outcome, phase: str, detail: str, *, is_spared: bool = False
) -> Result:
    return Result(
        outcome=outcome,
        phase=phase,
        detail=detail,
        transport=transport.name,
        is_spared=is_spared,
    )
