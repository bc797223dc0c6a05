"""Send what is due: claim one, hand it over outside any transaction, record, and again."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from outbox.actions import Claim, Result, claim_next, give_back_expired, mark, renew
from outbox.breaking import (
    Passage,
    Verdict,
    accepted,
    interrupt,
    passage,
    put_back,
    stumbled,
    suspect,
)
from outbox.circuit import Circuit, Reason
from outbox.durations import SWEEP_EVERY
from outbox.models import LEASED, TO_ENDPOINTS, Channel, Delivery, Outcome
from outbox.recording import record_surely
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
    endpoint_transport,
)

logger = logging.getLogger(__name__)

AT_ONCE = 2  # handed over at a time to the endpoints of one channel, by all workers together


@dataclass(frozen=True, kw_only=True)
class _Outcome:
    """What became of a handover, and what it says about the transport.

    ``is_down``: nothing more now. ``refuses_all``: nothing more until the circuit closes.
    """

    result: Result
    is_down: bool = False
    refuses_all: Reason | None = None


def dispatch_due(
    *, channel: Channel = Channel.EMAIL, is_stopping: Callable[[], bool] = lambda: False
) -> int:
    """Send until nothing of ``channel`` is due, or its way is down; return how many went over.

    One delivery is claimed at a time, the most urgent first, so an alert never waits behind the
    rest of a campaign. ``is_stopping`` is asked between two deliveries, so that a worker can end
    with a full queue.
    """
    is_stopping = _sweeping(is_stopping)
    if channel in TO_ENDPOINTS:
        return _dispatch_to_endpoints(channel, is_stopping)
    return _dispatch_mail(is_stopping)


def _sweeping(is_stopping: Callable[[], bool]) -> Callable[[], bool]:
    """Let ``is_stopping`` free what dead workers hold as well, as often as the sweep would.

    While a campaign leaves, every worker may be in here for long, and the sweep gets no turn: an
    alert that a dead worker held would wait for the whole campaign.
    """
    swept_at = time.monotonic()

    def sweep_and_ask() -> bool:
        nonlocal swept_at
        if time.monotonic() - swept_at >= SWEEP_EVERY.total_seconds():
            swept_at = time.monotonic()
            give_back_expired()
        return is_stopping()

    return sweep_and_ask


def _dispatch_mail(is_stopping: Callable[[], bool]) -> int:
    """Send all through one transport.

    One that is down ends the round: its rows wait for their back-off; while its circuit is open
    only a probe goes.
    """
    sent = 0
    with email_transport() as transport:
        while not is_stopping() and (way := passage(transport.circuit)) is not Passage.NONE:
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


def _dispatch_to_endpoints(channel: Channel, is_stopping: Callable[[], bool]) -> int:
    """Send to addresses that each have a server of their own.

    One that is down or interrupted is left alone for this round, and the others go on. No two
    workers bring to one address at a time, and few to a channel: a slow one costs one worker, and
    never the one that mail needs.
    """
    sent = 0
    tired: set[str] = set()
    while not is_stopping() and (found := _claim_for_endpoint(channel, tired)) is not None:
        claim, is_probe = found
        with endpoint_transport(claim.delivery) as transport:
            outcome = _attempt(transport, claim)
            _conclude(transport, claim, outcome, is_probe=is_probe)
        sent += outcome.result.outcome == Outcome.SENT
        if outcome.is_down:
            tired.add(transport.circuit)
            if outcome.refuses_all is None:
                stumbled(transport.circuit, detail=outcome.result.detail)
    return sent


def _claim_for_endpoint(channel: Channel, tired: set[str]) -> tuple[Claim, bool] | None:
    """Claim what may go to an endpoint, and say whether it is a probe; None when there is nothing.

    Those that are in use first: a probe may take as long as its dead server likes.
    """
    if passage(channel) is Passage.NONE:  # stopped by hand; a channel has no circuit itself
        return None
    leased = Delivery.objects.filter(state__in=LEASED, channel=channel)
    busy = set(leased.values_list("recipient_address", flat=True))
    if len(busy) >= AT_ONCE:
        return None
    interrupted = Circuit.objects.interrupted().of_endpoints()
    closed = set(interrupted.values_list("transport", flat=True))
    claim = claim_next(channel=channel, not_to=tired | busy | closed)
    if claim is not None:
        return claim, False
    for key in sorted(closed - tired - busy):
        if key.startswith(f"{channel}:") and passage(key) is Passage.PROBE:
            claim = claim_next(channel=channel, to=key, is_probe=True)
            if claim is not None:
                return claim, True
    return None


def _conclude(transport: Transport, claim: Claim, outcome: _Outcome, *, is_probe: bool) -> None:
    """Record what became of ``claim``, for its row and for the circuit."""
    result = outcome.result
    if outcome.refuses_all is not None:
        interrupt(transport.circuit, reason=outcome.refuses_all, detail=result.detail)
        if is_probe:
            put_back(claim, result.detail)
            return
    record_surely(claim, result)
    if result.outcome == Outcome.SENT:
        accepted(transport.circuit, is_probe=is_probe)


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
    is_mail = claim.delivery.channel == Channel.EMAIL
    if isinstance(error, UncertainError):  # the next mail finds out whether the server is there
        return _Outcome(result=result(Outcome.UNCERTAIN), is_down=not is_mail)
    if isinstance(error, RefusesAllError):
        # Mail is one server for all. Of an endpoint the message may be to blame: it waits as well.
        spared = result(Outcome.TEMPORARY, is_spared=is_mail)
        return _Outcome(result=spared, is_down=True, refuses_all=error.reason)
    if isinstance(error, PolicyError):
        verdict = suspect(transport.circuit, claim.delivery, is_relay=error.is_relay)
        if verdict is Verdict.US:
            spared = result(Outcome.POLICY, is_spared=True)
            return _Outcome(result=spared, is_down=True, refuses_all=error.reason)
        is_final = verdict is Verdict.RECIPIENT
        return _Outcome(result=result(Outcome.PERMANENT if is_final else Outcome.POLICY))
    assert isinstance(error, TemporaryError)
    waiting = replace(result(Outcome.TEMPORARY), not_before=error.not_before)
    return _Outcome(result=waiting, is_down=error.is_everything)


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
