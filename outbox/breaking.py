"""The verbs of the circuit: interrupt, probe, put in use again.

Whether a refusal is about one recipient or about us cannot be read from one reply ("550 5.7.1
relaying denied" says both). So one such refusal only makes its delivery a suspect, which waits
its back-off. A second one, of another delivery, with nothing accepted in between, interrupts; an
acceptance in between clears us, and then a rule that keeps refusing is about its recipient.
"""

import logging
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from outbox.actions import Claim
from outbox.circuit import MAIL, Circuit, CircuitState, Reason
from outbox.durations import PROBE_EVERY
from outbox.models import GIVE_UP_AFTER, KEPT, TO_ENDPOINTS, Delivery, Outcome, State
from outbox.redaction import redact

logger = logging.getLogger(__name__)

STUMBLES = 3


class Passage(StrEnum):
    """What a worker may send now."""

    FREE = "free"
    PROBE = "probe"  # one message, to see
    NONE = "none"


def passage(transport: str, *, now: datetime | None = None) -> Passage:
    """Tell whether ``transport`` may be used. Of all workers one at a time gets to probe."""
    now = now or timezone.now()
    interrupted = Circuit.objects.interrupted().filter(transport__in=[transport, MAIL])
    circuits = {circuit.transport: circuit for circuit in interrupted}
    if transport != KEPT and MAIL in circuits and circuits[MAIL].is_held:
        return Passage.NONE  # one switch for every channel
    circuit = circuits.get(transport)
    if circuit is None:
        return Passage.FREE
    if circuit.is_held or circuit.probe_at is None or circuit.probe_at > now:
        return Passage.NONE
    mine = Circuit.objects.filter(pk=circuit.pk, state=CircuitState.OPEN, probe_at=circuit.probe_at)
    return Passage.PROBE if mine.update(probe_at=now + PROBE_EVERY) else Passage.NONE


def interrupt(
    transport: str, *, reason: Reason, detail: str = "", now: datetime | None = None
) -> None:
    """Open the circuit of ``transport``. One that is open keeps its time and takes the new words.

    What an administrator stopped by hand stays as it is.
    """
    now = now or timezone.now()
    fields = {"reason": reason, "detail": redact(detail), "probe_at": now + PROBE_EVERY}
    with transaction.atomic():
        circuit = _locked(transport)
        if circuit.is_held:
            return
        is_new = circuit.state == CircuitState.CLOSED
        if is_new:
            fields.update(state=CircuitState.OPEN, opened_at=now, changed_by=None, faults=0)
        Circuit.objects.filter(pk=circuit.pk).update(suspect_id=None, **fields)
    if is_new:
        logger.error("circuit %s: open (%s); everything waits", transport, reason)


def hold(transport: str, *, actor_id: int | None = None, now: datetime | None = None) -> bool:
    """Stop sending until a person puts it in use again; False when it was stopped already."""
    now = now or timezone.now()
    with transaction.atomic():
        circuit = _locked(transport)
        changed = Circuit.objects.filter(pk=circuit.pk).exclude(state=CircuitState.HELD)
        is_done = bool(
            changed.update(
                state=CircuitState.HELD,
                reason=Reason.BY_HAND,
                detail="",
                opened_at=now,
                probe_at=None,
                changed_by=actor_id,
            )
        )
    if is_done:
        logger.warning("circuit %s: held by user %s", transport, actor_id)
    return is_done


def resume(transport: str, *, actor_id: int | None = None, now: datetime | None = None) -> bool:
    """Put ``transport`` in use again; False when it was."""
    now = now or timezone.now()
    interrupted = Circuit.objects.interrupted().filter(transport=transport)
    is_done = bool(
        interrupted.update(
            state=CircuitState.CLOSED,
            closed_at=now,
            probe_at=None,
            suspect_id=None,
            faults=0,
            changed_by=actor_id,
        )
    )
    if is_done:
        logger.warning("circuit %s: in use again, by user %s", transport, actor_id)
    return is_done


def accepted(transport: str, *, is_probe: bool, now: datetime | None = None) -> None:
    """Note that something got through: it clears a suspicion, and a probe closes the circuit."""
    if is_probe:
        now = now or timezone.now()
        probed = Circuit.objects.filter(transport=transport, state=CircuitState.OPEN)
        if probed.update(
            state=CircuitState.CLOSED, closed_at=now, probe_at=None, suspect_id=None, faults=0
        ):
            logger.warning("circuit %s: closed, a probe got through", transport)
    else:
        doubted = Q(suspect_id__isnull=False) | Q(faults__gt=0)
        Circuit.objects.filter(doubted, transport=transport).update(suspect_id=None, faults=0)


def stumbled(transport: str, *, detail: str, now: datetime | None = None) -> None:
    """Note that an endpoint is down; the third time in a row interrupts it.

    Until then each message waits its own back-off, and one hiccup delays nothing by minutes.
    """
    with transaction.atomic():
        circuit = _locked(transport)
        faults = min(circuit.faults + 1, STUMBLES)
        Circuit.objects.filter(pk=circuit.pk).update(faults=faults)
    if faults >= STUMBLES and circuit.state == CircuitState.CLOSED:
        interrupt(transport, reason=Reason.DOWN, detail=detail, now=now)


def give_up_stale(*, now: datetime | None = None) -> int:
    """End what waited GIVE_UP_AFTER for an endpoint that is interrupted still; return how many.

    Mail waits for as long as it takes: it is one server that somebody will repair. An endpoint may
    be gone for ever, and a chat message of three days ago helps nobody.
    """
    now = now or timezone.now()
    if Circuit.objects.of_mail().filter(state=CircuitState.HELD).exists():
        return 0
    count, long_ago = 0, now - GIVE_UP_AFTER
    for circuit in Circuit.objects.of_endpoints().interrupted():
        stale = Delivery.objects.filter(
            Q(attempts=0, not_before__lte=long_ago) | Q(attempts__gt=0, created_at__lte=long_ago),
            state=State.QUEUED,
            recipient_address=circuit.transport,
            channel__in=TO_ENDPOINTS,
        )
        words = circuit.detail or circuit.get_reason_display()
        count += stale.update(state=State.UNDELIVERABLE, last_error=words)
    return count


class Verdict(StrEnum):
    """What a refusal by policy turns out to be about."""

    UNKNOWN = "unknown"
    RECIPIENT = "recipient"
    US = "us"


def suspect(
    transport: str, delivery: Delivery, *, is_relay: bool, now: datetime | None = None
) -> Verdict:
    """Weigh a refusal by policy of ``delivery`` against what was refused and accepted before."""
    with transaction.atomic():
        circuit = _locked(transport)
        if circuit.suspect_id is not None and circuit.suspect_id != delivery.pk:
            return Verdict.US
        was_refused = delivery.tries.filter(outcome=Outcome.POLICY).exists()
        if circuit.suspect_id is None and was_refused and not is_relay:
            return Verdict.RECIPIENT  # others were accepted since
        Circuit.objects.filter(pk=circuit.pk).update(suspect_id=delivery.pk)
    return Verdict.UNKNOWN


def put_back(claim: Claim, detail: str) -> bool:
    """Undo the claim of a probe that was refused like everything else.

    The row is none the worse for it: no attempt counted, no back-off. A line in the ledger every
    two minutes would bury what is worth reading there.
    """
    ours = Delivery.objects.filter(pk=claim.delivery.pk).held_under(claim.token)
    with transaction.atomic():
        is_done = ours.update(
            state=State.QUEUED,
            lease_token=None,
            lease_until=None,
            attempts=F("attempts") - 1,
            last_error=redact(detail),
        )
        Delivery.objects.filter(pk=claim.delivery.pk).give_up_withdrawn()
    return bool(is_done)


def _locked(transport: str) -> Circuit:
    circuit, _is_new = Circuit.objects.get_or_create(transport=transport)
    return Circuit.objects.select_for_update().get(pk=circuit.pk)
