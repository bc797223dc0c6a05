"""The verbs of sending: claim, renew, mark, record, give back."""

import logging
import uuid
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Max
from django.utils import timezone

from outbox.circuit import Circuit
from outbox.durations import ENOUGH_TO_SEND, FIRST_LOOK_AFTER, GIVE_UP_AFTER, LEASE
from outbox.models import (
    KEPT,
    Attempt,
    Channel,
    Delivery,
    DeliveryQuerySet,
    Outcome,
    State,
    back_off,
)
from outbox.redaction import redact

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A delivery that this worker, and nobody else, may send until the lease runs out."""

    delivery: Delivery
    token: uuid.UUID
    started_at: datetime


def claim_next(
    *,
    now: datetime | None = None,
    is_probe: bool = False,
    channel: Channel = Channel.EMAIL,
    to: str = "",
    not_to: Collection[str] = (),
) -> Claim | None:
    """Claim the most urgent due delivery of ``channel``, or return None when nothing is due.

    ``to`` and ``not_to`` name endpoints: only that one, none of those. A probe takes any: one
    whose recipient was the fault must not be every probe.

    1. Pick a candidate; skip rows another worker holds, where the database can.
    2. Take it with one conditional UPDATE; whoever changes the row has it.
    3. Lost the race: try the next one.
    """
    now = now or timezone.now()
    while True:
        with transaction.atomic():
            due = Delivery.objects.filter(channel=channel).due(now)
            due = due.exclude(recipient_address__in=not_to) if not_to else due
            due = due.filter(recipient_address=to) if to else due
            if is_probe:
                due = due.order_by("?")
            if connection.features.has_select_for_update_skip_locked:
                due = due.select_for_update(skip_locked=True)
            pk = due.values_list("pk", flat=True).first()
            if pk is None:
                return None
            token = uuid.uuid4()
            taken = Delivery.objects.filter(pk=pk, state=State.QUEUED).update(
                state=State.CLAIMED,
                lease_token=token,
                lease_until=now + LEASE,
                attempts=F("attempts") + 1,
            )
        if taken:
            return Claim(delivery=Delivery.objects.get(pk=pk), token=token, started_at=now)


def renew(claim: Claim, *, now: datetime | None = None) -> bool:
    """Make sure that enough of the lease of ``claim`` is left to send; False when it was lost.

    Asked before the bytes go out: a slow server may have taken most of the lease to get there.
    While it is fresh nobody can have taken it, and nothing is written.
    """
    now = now or timezone.now()
    if claim.started_at <= now <= claim.started_at + LEASE - ENOUGH_TO_SEND:
        return True
    ours = Delivery.objects.filter(
        pk=claim.delivery.pk, state=State.CLAIMED, lease_token=claim.token
    )
    return bool(ours.update(lease_until=now + LEASE))


def mark(claim: Claim, *, now: datetime | None = None) -> bool:
    """Write down that the final dot comes next; False when it must not be sent.

    That is so when the lease was lost, and when the message was withdrawn meanwhile. After True
    the message may arrive, whatever happens to this worker.
    """
    ours = Delivery.objects.filter(
        pk=claim.delivery.pk,
        state=State.CLAIMED,
        lease_token=claim.token,
        cancelled_at__isnull=True,
    )
    until = (now or timezone.now()) + LEASE
    return bool(ours.update(state=State.COMMITTING, lease_until=until))


@dataclass(frozen=True, kw_only=True)
class Result:
    """What became of one attempt, in the transport's own words.

    ``is_spared``: nobody was accepted, so the row is not to blame: no back-off, no giving up.
    ``not_before``: until when the receiver asked us to wait, if that is later than the back-off.
    """

    outcome: Outcome
    phase: str
    detail: str
    transport: str
    is_spared: bool = False
    not_before: datetime | None = None


def record(claim: Claim, result: Result, *, now: datetime | None = None) -> bool:
    """Write down what became of a claim. Return False when the lease was lost meanwhile.

    The update is fenced by the lease token, so a worker that was paused cannot overwrite what
    its successor did.
    """
    now = max(now or timezone.now(), claim.started_at)
    result = replace(result, detail=redact(result.detail))  # servers repeat what they refuse
    ours = Delivery.objects.filter(pk=claim.delivery.pk).held_under(claim.token)
    if result.outcome == Outcome.WITHDRAWN:
        ours = ours.filter(cancelled_at__isnull=False)  # else another worker has it
    if _end(ours, claim, result, now):
        return True
    logger.warning("delivery %s: lease lost before %s", claim.delivery.pk, result.outcome)
    return result.outcome == Outcome.SENT and _record_late(claim, result, now)


def _end(ours: DeliveryQuerySet, claim: Claim, result: Result, now: datetime) -> bool:
    """End ``claim`` with ``result`` if ``ours`` still finds its row."""
    delivery = claim.delivery
    changes = _changes(delivery, result, now)
    with transaction.atomic():
        kept = ours.update(
            lease_token=None, lease_until=None, transport=result.transport, **changes
        )
        if not kept:
            return False
        Delivery.objects.filter(pk=delivery.pk).give_up_withdrawn()
        _write_attempt(claim, result, now, number=delivery.attempts)
    logger.info(
        "delivery %s: %s by %s after %.2f s (attempt %s)",
        delivery.pk,
        changes["state"],
        result.transport,
        (now - claim.started_at).total_seconds(),
        delivery.attempts,
    )
    return True


def _record_late(claim: Claim, result: Result, now: datetime) -> bool:
    """Write down that a message was accepted although the lease had run out meanwhile.

    The server has it: whoever holds the row now must not send it again and again.
    """
    late = Delivery.objects.filter(pk=claim.delivery.pk).exclude(state=State.SENT)
    return settle_sent(late, claim, result, now=now)


def settle_sent(rows: DeliveryQuerySet, claim: Claim, result: Result, *, now: datetime) -> bool:
    """Note that the message of ``claim`` did arrive, if ``rows`` still finds it; after its claim.

    The ledger says how that is known: ``result`` becomes the last attempt.
    """
    changes = _changes(claim.delivery, replace(result, outcome=Outcome.SENT), now)
    with transaction.atomic():
        if not rows.update(
            lease_token=None, lease_until=None, transport=result.transport, **changes
        ):
            return False
        last = claim.delivery.tries.aggregate(last=Max("number"))["last"] or 0
        _write_attempt(claim, result, now, number=last + 1)
    return True


def _write_attempt(claim: Claim, result: Result, now: datetime, *, number: int) -> None:
    Attempt.objects.create(
        delivery=claim.delivery,
        number=number,
        lease_token=claim.token,
        started_at=claim.started_at,
        finished_at=now,
        phase=result.phase,
        outcome=result.outcome,
        detail=result.detail,
        transport=result.transport,
        is_repeat=claim.delivery.is_repeated,
    )


def _changes(delivery: Delivery, result: Result, now: datetime) -> dict[str, object]:
    """Return the columns that ``result`` sets on its delivery."""
    if result.outcome == Outcome.SENT:
        sent: dict[str, object] = {"state": State.SENT, "sent_at": now, "last_error": ""}
        if delivery.provider_id:
            sent["provider_id"] = delivery.provider_id
        if delivery.is_secret and result.phase != KEPT:
            sent["message"] = b""  # the personal link lives on only in the client's mailbox
        return sent
    if result.outcome == Outcome.UNCERTAIN:
        return {
            "state": State.UNCERTAIN,
            "uncertain_since": now,
            "not_before": now + FIRST_LOOK_AFTER,
            "last_error": result.detail,
        }
    if result.is_spared:
        return {"state": State.QUEUED, "not_before": now, "last_error": result.detail}
    if result.outcome == Outcome.PERMANENT or _is_over(delivery, now):
        return {"state": State.UNDELIVERABLE, "last_error": result.detail}
    wait = back_off(delivery.attempts)
    if result.outcome == Outcome.LEASE_EXPIRED:
        wait = max(wait - LEASE, timedelta())  # nobody refused it, and it has waited already
    return {
        "state": State.QUEUED,
        "not_before": max(now + wait, result.not_before or now),
        "last_error": result.detail,
    }


def _is_over(delivery: Delivery, now: datetime) -> bool:
    """Whether it was tried for long enough. While the circuit is open nothing is tried."""
    if now - delivery.created_at < GIVE_UP_AFTER:
        return False
    closed_at = Circuit.objects.last_closed(delivery.circuit_key)
    return closed_at is None or now - closed_at >= GIVE_UP_AFTER


def give_back_expired(*, now: datetime | None = None) -> int:
    """End the claims of workers that died or hang; return how many.

    Before the marker nothing was sent, and the message goes back into the queue; after it the
    message may have arrived. Fenced by what was read: its worker may be renewing it right now.
    """
    now = now or timezone.now()
    count = 0
    for delivery in Delivery.objects.expired(now):
        assert delivery.lease_token is not None
        assert delivery.lease_until is not None
        is_marked = delivery.state == State.COMMITTING
        claim = Claim(
            delivery=delivery,
            token=delivery.lease_token,
            started_at=min(delivery.lease_until - LEASE, now),  # the clock may have been set back
        )
        lost = Result(
            outcome=Outcome.UNCERTAIN if is_marked else Outcome.LEASE_EXPIRED,
            phase="dot" if is_marked else "claimed",
            detail="",
            transport=delivery.transport,
        )
        as_read = Delivery.objects.filter(
            pk=delivery.pk, state=delivery.state, lease_until=delivery.lease_until
        )
        count += _end(as_read.held_under(claim.token), claim, lost, now)
    return count
