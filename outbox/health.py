"""How the outbox is doing: for its page, and for whatever watches over the installation."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Min, Q
from django.utils import timezone

from outbox.circuit import Circuit, Pulse
from outbox.models import LEASED, Delivery, Lane, State

SWEEP = "sweep"
LATE_AFTER = timedelta(minutes=5)  # what is due longer than this needs somebody's eye
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
    """Look at everything that must not stand still, in four queries over partial indexes."""
    now = now or timezone.now()
    counts = Delivery.objects.aggregate(
        waiting=Count("pk", filter=Q(state__in=[State.QUEUED, *LEASED])),
        uncertain=Count("pk", filter=Q(state=State.UNCERTAIN)),
        undeliverable=Count("pk", filter=Q(state=State.UNDELIVERABLE)),
        came_back=Count("pk", filter=Q(bounced_at__isnull=False)),
    )
    # One that failed before has a not_before of its back-off: it waits since it was queued.
    waiting = Delivery.objects.filter(Q(state__in=LEASED) | Q(state=State.QUEUED)).order_by()
    is_due = Q(not_before__lte=now) | Q(attempts__gt=0)
    by_lane = waiting.filter(is_due).values("lane")
    oldest: dict[Lane, datetime] = {}
    for row in by_lane.annotate(
        untried=Min("not_before", filter=Q(attempts=0)),
        tried=Min("created_at", filter=Q(attempts__gt=0)),
    ):
        oldest[Lane(row["lane"])] = min(at for at in (row["untried"], row["tried"]) if at)
    return Snapshot(
        at=now,
        oldest_due=oldest,
        circuit=Circuit.objects.interrupted().first() if settings.EMAIL_URL else None,
        last_sweep=Pulse.objects.filter(name=SWEEP).values_list("at", flat=True).first(),
        **counts,
    )


def beat(name: str, *, now: datetime | None = None) -> None:
    """Note that ``name`` goes on. Written once in a while, whoever of the workers comes first."""
    now = now or timezone.now()
    known = Pulse.objects.filter(name=name)
    if known.filter(at__gt=now - _BEAT_EVERY, at__lte=now + _BEAT_EVERY).exists():
        return
    if not known.update(at=now):
        Pulse.objects.get_or_create(name=name, defaults={"at": now})
