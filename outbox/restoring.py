"""After a restore: what the restored data would send, and what had left already.

A backup is of a moment. What waited then may have left since, and the restored rows do not know.
So everything is held first (``breaking.hold``); then whoever can know is asked about each mail that
waits, and what did leave is settled as sent, with its evidence in the ledger.
"""

import logging
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.utils import timezone

from outbox.actions import Claim, Result, give_back_expired, settle_sent
from outbox.circuit import MAIL, Circuit, CircuitState
from outbox.evidence import Witness
from outbox.models import LEASED, Channel, Delivery, Lane, Outcome, State

logger = logging.getLogger(__name__)

# Mail logs write a Message-ID with and without its brackets, and put signs of their own around it.
_MESSAGE_ID = re.compile(r"[^\s<>=,;:\"'()\[\]]+@[^\s<>=,;:\"'()\[\]]+")


class NotHeldError(Exception):
    """Something may leave at this very moment, so what waits cannot be settled."""


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """What stands in the outbox. ``waiting``: of each lane how many are due, and planned later.

    ``claimed``, ``committing`` and ``uncertain`` would be sent again, the last two perhaps twice.
    """

    waiting: dict[Lane, tuple[int, int]]
    claimed: int
    committing: int
    uncertain: int


@dataclass(frozen=True, kw_only=True)
class Settled:
    """``left``: known to have left. ``unknown``: no sign of it. ``unasked``: nobody could say."""

    left: int
    unknown: int
    unasked: int


class MailLog:
    """A witness made of lines: of a mail server's log, or a plain list of Message-IDs."""

    name = "log"

    def __init__(self, lines: Iterable[str]) -> None:
        self._ids = {found for line in lines for found in _MESSAGE_ID.findall(line)}

    def evidence(self, delivery: Delivery) -> bool | None:
        """See Witness. A log that does not name a mail knows nothing of it."""
        return delivery.message_id.strip("<>") in self._ids


def is_held() -> bool:
    """Whether a person stopped everything: holding mail holds every channel."""
    return Circuit.objects.filter(transport=MAIL, state=CircuitState.HELD).exists()


def backlog(*, now: datetime | None = None) -> Backlog:
    """Count what would leave, each state by its own index."""
    now = now or timezone.now()
    rows = Delivery.objects.order_by()
    is_due = Q(not_before__lte=now)
    by_lane = rows.filter(state=State.QUEUED).values("lane").order_by("lane")
    counts = by_lane.annotate(due=Count("pk", filter=is_due), later=Count("pk", filter=~is_due))
    return Backlog(
        waiting={Lane(row["lane"]): (row["due"], row["later"]) for row in counts},
        claimed=rows.leased().filter(state=State.CLAIMED).count(),
        committing=rows.leased().filter(state=State.COMMITTING).count(),
        uncertain=rows.filter(state=State.UNCERTAIN).count(),
    )


def settle(witness: Witness, *, is_rehearsal: bool = False, now: datetime | None = None) -> Settled:
    """Ask ``witness`` about every mail that would leave; what did leave is sent from now on.

    1. Nothing may leave meanwhile: raises NotHeldError unless everything is held.
    2. Claims of workers from before the restore end.
    3. Each mail is asked about, the most urgent first. A witness that falls silent ends it.
    A rehearsal changes nothing.
    """
    now = now or timezone.now()
    if not is_held():
        raise NotHeldError
    if not is_rehearsal:
        give_back_expired(now=now)
    states = (State.QUEUED, *LEASED, State.UNCERTAIN)
    waiting = Delivery.objects.filter(
        state__in=states, channel=Channel.EMAIL, cancelled_at__isnull=True
    )
    ids = list(waiting.order_by("lane", "pk").values_list("pk", flat=True))
    left = asked = 0
    for pk in ids:
        delivery = Delivery.objects.defer("message").get(pk=pk)
        answer = witness.evidence(delivery)
        if answer is None:
            break
        asked += 1
        left += answer and (is_rehearsal or _is_settled(delivery, witness.name, now))
    return Settled(left=left, unknown=asked - left, unasked=len(ids) - asked)


def _is_settled(delivery: Delivery, name: str, now: datetime) -> bool:
    """Note that ``delivery`` left, unless it changed since it was read."""
    as_read = Delivery.objects.filter(
        pk=delivery.pk, state=delivery.state, attempts=delivery.attempts
    ).exclude(state__in=LEASED)
    claim = Claim(delivery=delivery, token=uuid.uuid4(), started_at=now)
    transport = delivery.transport or MAIL
    found = Result(outcome=Outcome.FOUND, phase=name, detail="", transport=transport)
    is_done = settle_sent(as_read, claim, found, now=now)
    if is_done:
        logger.info("delivery %s: had left, says the %s", delivery.pk, name)
    return is_done
