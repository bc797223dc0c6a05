"""How the outbox is doing: for its page, and for whatever watches over the installation."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Min, Q
from django.utils import timezone

from outbox.addresses import ChatAddress
from outbox.circuit import Circuit, CircuitState, Pulse
from outbox.endpoints import Endpoint
from outbox.models import LEASED, TO_ENDPOINTS, Delivery, DeliveryQuerySet, Lane, State

SWEEP = "sweep"
RECONCILE = "reconcile"
LATE_AFTER = timedelta(minutes=5)  # what is due longer than this needs somebody's eye
_LATE_IN_ANY_CASE: tuple[Lane, ...] = (Lane.ALERT,)
_BEAT_EVERY = timedelta(seconds=15)  # the sweep runs oftener; each beat is a write


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """The outbox at one moment. ``oldest_due``: of each lane that has any, since when it waits.

    A delivery waits since its first moment (``created_at`` or, for one planned, its time), also
    while it stands in its back-off.
    """

    at: datetime
    oldest_due: dict[Lane, datetime]
    waiting: int
    uncertain: int
    undeliverable: int
    came_back: int
    circuit: Circuit | None
    last_sweep: datetime | None
    last_reconcile: datetime | None
    repairs: int  # of the reconciler, ever

    @property
    def late_lanes(self) -> list[Lane]:
        """The lanes in which something has been due for longer than LATE_AFTER."""
        late = [lane for lane, since in self.oldest_due.items() if self.at - since > LATE_AFTER]
        return sorted(late)

    @property
    def is_sweeping(self) -> bool:
        """Whether the background work was seen in the last minute."""
        return self.last_sweep is not None and self.at - self.last_sweep < timedelta(minutes=1)


def snapshot(*, now: datetime | None = None) -> Snapshot:
    """Look at everything that must not stand still, in a few queries over partial indexes."""
    now = now or timezone.now()
    pulses = {pulse.name: pulse for pulse in Pulse.objects.filter(name__in=[SWEEP, RECONCILE])}
    sweep, reconcile = pulses.get(SWEEP), pulses.get(RECONCILE)
    rows = Delivery.objects.order_by()
    return Snapshot(
        at=now,
        oldest_due=_oldest_due(now),
        circuit=interruption(),
        last_sweep=sweep.at if sweep else None,
        last_reconcile=reconcile.at if reconcile else None,
        repairs=reconcile.total if reconcile else 0,
        # Each by its own partial index: together in one query they would read every row.
        waiting=rows.filter(state=State.QUEUED).count() + rows.leased().count(),
        uncertain=rows.filter(state=State.UNCERTAIN).count(),
        undeliverable=rows.filter(state=State.UNDELIVERABLE).count(),
        came_back=rows.filter(bounced_at__isnull=False).count(),
    )


def is_sweeping(*, now: datetime | None = None) -> bool:
    """Whether the background work was seen in the last minute."""
    now = now or timezone.now()
    return Pulse.objects.filter(name=SWEEP, at__gt=now - timedelta(minutes=1)).exists()


def _oldest_due(now: datetime) -> dict[Lane, datetime]:
    """Return of each lane since when its oldest due delivery waits.

    One that failed before has a not_before of its back-off: it waits since it was queued. Two
    queries, each over a partial index: the two states in one would read every row.
    """
    oldest: dict[Lane, datetime] = {}
    is_due = Q(not_before__lte=now) | Q(attempts__gt=0)
    alive = _alive()
    for rows in (alive.filter(state=State.QUEUED), alive.leased()):
        by_lane = rows.order_by().filter(is_due).values("lane")
        for row in by_lane.annotate(
            untried=Min("not_before", filter=Q(attempts=0)),
            tried=Min("created_at", filter=Q(attempts__gt=0)),
        ):
            since = min(at for at in (row["untried"], row["tried"]) if at)
            lane = Lane(row["lane"])
            oldest[lane] = min(since, oldest.get(lane, since))
    return oldest


@dataclass(frozen=True, kw_only=True)
class Stall:
    """What should have left and did not. ``is_unsettled``: nobody looks at what is uncertain."""

    lanes: tuple[Lane, ...]
    is_unsettled: bool
    circuit: str  # one of CircuitState

    def __bool__(self) -> bool:
        return bool(self.lanes or self.is_unsettled)


def stall(*, now: datetime | None = None) -> Stall:
    """Tell what stands still, although every process may be alive.

    1. An alert stalls when it is not handed over LATE_AFTER it was due, whatever the reason.
    2. Other lanes may be long: one stalls when something could be claimed for that long and
       nothing at all was handed over meanwhile. What waits for its next attempt does not stall.
    3. Uncertain mail stalls when nobody looked at it for that long.
    While an administrator has stopped sending, only the third counts.
    """
    now = now or timezone.now()
    seen = snapshot(now=now)
    state = CircuitState(seen.circuit.state) if seen.circuit else CircuitState.CLOSED
    long_ago = now - LATE_AFTER
    unsettled = Delivery.objects.filter(state=State.UNCERTAIN, not_before__lt=long_ago)
    late = [] if state == CircuitState.HELD else seen.late_lanes
    lanes = [lane for lane in late if lane in _LATE_IN_ANY_CASE]
    others = [lane for lane in late if lane not in _LATE_IN_ANY_CASE]
    if others and not Delivery.objects.filter(sent_at__gte=long_ago, sent_at__lte=now).exists():
        left = _waiting().filter(not_before__lt=long_ago, lane__in=others)
        lanes += [
            Lane(lane) for lane in left.order_by("lane").values_list("lane", flat=True).distinct()
        ]
    return Stall(lanes=tuple(sorted(lanes)), is_unsettled=unsettled.exists(), circuit=state)


def interruption() -> Circuit | None:
    """Return the circuit that administrators must hear of on every page; None when all is well.

    Mail that is interrupted, or all sending stopped by hand. An endpoint is told where it is set.
    """
    found = Circuit.objects.of_mail().interrupted().select_related("changed_by").first()
    if found is None or settings.EMAIL_URL or (found.is_held and has_way_out()):
        return found
    return None


def has_way_out() -> bool:
    """Whether anything leaves this installation at all, so that it can be stopped."""
    addresses, endpoints = ChatAddress.objects.order_by(), Endpoint.objects.order_by()
    return bool(settings.EMAIL_URL) or bool(
        addresses.values("pk").union(endpoints.values("pk"))[:1]
    )


def _waiting() -> DeliveryQuerySet:
    """Return what has not left, but for what waits for an endpoint that is interrupted."""
    return _alive().filter(Q(state=State.QUEUED) | Q(state__in=LEASED))


def _alive() -> DeliveryQuerySet:
    """Return all but what is for one endpoint that is interrupted: the rest may be well."""
    dead = Circuit.objects.of_endpoints().interrupted().values("transport")
    return Delivery.objects.exclude(channel__in=TO_ENDPOINTS, recipient_address__in=dead)


def beat(name: str, *, done: int = 0, now: datetime | None = None) -> None:
    """Note that ``name`` goes on, and that it did ``done`` more.

    A mere sign of life is written once in a while, whoever of the workers comes first.
    """
    now = now or timezone.now()
    known = Pulse.objects.filter(name=name)
    if not done and known.filter(at__gt=now - _BEAT_EVERY, at__lte=now + _BEAT_EVERY).exists():
        return
    changes = {"at": now, "total": F("total") + done}
    if not known.update(**changes):
        _pulse, is_new = Pulse.objects.get_or_create(name=name, defaults={"at": now, "total": done})
        if not is_new:  # another worker made it since we looked
            known.update(**changes)
