"""An alert mail that should have left and did not: what the inbox says about it, and why.

Nobody has to notice by luck. It is late LATE_AFTER it was queued (as ``/readyz`` has it), for
whatever reason; a mail that was refused for good is passed on instead (``undeliverable``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from alerts.models import Alert, Notification
from outbox.circuit import Circuit
from outbox.health import LATE_AFTER, interruption, is_sweeping
from outbox.models import NOT_HANDED_OVER, Delivery, State

_PREFETCHED = "late_notifications"


@dataclass(frozen=True, kw_only=True)
class LateMail:
    """A mail about one alert that is still here, and why, for somebody who runs no mail server."""

    name: str
    why: str
    delivery_id: int


def late_mail(now: datetime) -> Prefetch[str, Any, str]:
    """Return what fetches the late mails of a list of alerts in one query: ``prefetch_related``."""
    late = Notification.objects.filter(
        delivery__state__in=NOT_HANDED_OVER,
        delivery__cancelled_at__isnull=True,
        delivery__created_at__lt=now - LATE_AFTER,
    )
    rows = late.select_related("recipient", "delivery").defer("delivery__message")
    return Prefetch("notifications", queryset=rows, to_attr=_PREFETCHED)


def late_names(alert: Alert) -> list[str]:
    """Return whose mail about ``alert`` is late, as fetched with it; nobody's once it is closed."""
    if alert.is_closed:
        return []
    found: list[Notification] = getattr(alert, _PREFETCHED, [])
    return [notification.recipient.name for notification in found]


def late_mails(alert: Alert, *, now: datetime) -> list[LateMail]:
    """Return the late mails about ``alert``, each with the reason as far as rows tell it."""
    found: list[Notification] = [] if alert.is_closed else getattr(alert, _PREFETCHED, [])
    if not found:
        return []
    is_alive = is_sweeping(now=now)
    circuit = interruption()
    return [
        LateMail(
            name=notification.recipient.name,
            why=_why(delivery, circuit, is_alive=is_alive),
            delivery_id=delivery.pk,
        )
        for notification in found
        if (delivery := notification.delivery) is not None
    ]


def _why(delivery: Delivery, circuit: Circuit | None, *, is_alive: bool) -> str:
    """Say what keeps ``delivery``, the cause of all before what happened to this one."""
    if delivery.state == State.UNCERTAIN or delivery.is_repeated:
        return _("It may have arrived: the mail server did not confirm it.")
    if circuit is not None and circuit.is_held:
        return _("An administrator has stopped sending.")
    if circuit is not None:
        return _("The mail server accepts none of our mail at the moment.")
    if not is_alive:
        return _("The background work that sends mail stands still.")
    if delivery.attempts:
        return _("The mail server did not take it yet; it is tried again.")
    return _("It still waits for its turn.")
