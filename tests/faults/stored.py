"""What the database says: read from it for the checker, and asked while a run settles."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from django.db import close_old_connections

from alerts.models import Notification
from outbox import models as outbox
from surveys import models as surveys
from tests.faults.ledgers import Delivery, Response

_ALERTS = outbox.Delivery.objects.filter(lane=outbox.Lane.ALERT)


def unsettled() -> int:
    """Return how many alert mails are on their way."""
    close_old_connections()
    return _ALERTS.exclude(state=outbox.State.SENT).count()


def responses() -> list[Response]:
    """Return every stored answer with its alerts."""
    rows = surveys.Response.objects.values_list("pk", "invitation_id", "alert")
    alerts: dict[tuple[int, int], list[int]] = defaultdict(list)
    for pk, invitation, alert in rows:
        alerts[pk, invitation] += [] if alert is None else [alert]
    return [
        Response(pk=pk, invitation=invitation, alerts=tuple(found))
        for (pk, invitation), found in alerts.items()
    ]


def deliveries() -> list[Delivery]:
    """Return every alert mail, with how often its reply was missed."""
    alerts = dict(Notification.objects.values_list("delivery_id", "alert_id"))
    tries = outbox.Attempt.objects.filter(outcome=outbox.Outcome.UNCERTAIN)
    uncertain = Counter(tries.values_list("delivery_id", flat=True))
    return [
        Delivery(
            alert=alerts.get(row.pk, 0),
            message_id=row.message_id,
            recipient=row.recipient_address,
            digest=row.digest,
            state=row.state,
            is_repeated=row.is_repeated,
            uncertain=uncertain[row.pk],
        )
        for row in _ALERTS.iterator()
    ]


def takeovers(outages: Sequence[tuple[float, float]]) -> list[float]:
    """Return the seconds from each claim of a dead worker to the next worker's.

    Without those during which a server of the run was away or the clock was set: nobody could.
    From the fifth attempt on a message waits longer than a lease, whoever had it.
    """
    found = []
    lost = outbox.Attempt.objects.filter(outcome=outbox.Outcome.LEASE_EXPIRED, number__lt=5)
    for attempt in lost.select_related("delivery"):
        following = attempt.delivery.tries.filter(number__gt=attempt.number).first()
        if following is None:
            continue
        began, ended = attempt.started_at.timestamp(), following.started_at.timestamp()
        if not any(start <= ended and began <= end for start, end in outages):
            found.append(ended - began)
    return found
