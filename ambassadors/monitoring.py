"""What whoever watches over the installation reads: ``/healthz``, ``/readyz`` and ``/metrics``.

All read rows, never counters of one process: every process of the installation says the same.
"""

import hmac
from collections.abc import Iterator
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils import timezone
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from alerts.models import Notification
from outbox.circuit import CircuitState
from outbox.health import Snapshot, Stall, snapshot, stall
from outbox.models import GIVE_UP_AFTER, KEPT, Lane
from surveys.models import HeldAnswer

_LOCAL_SITES = {"localhost", "127.0.0.1", "::1"}
# Whoever passes a request on for somebody else says so in one of these.
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")
_QUANTILES = (0.5, 0.95, 0.99)
_RECENT = timedelta(hours=1)
_RECENT_AT_MOST = 1000


def liveness(*, now: datetime | None = None) -> tuple[bool, dict[str, Any]]:
    """Return whether this process reaches its database, and whether deliveries stall.

    Only the first decides: starting a process anew mends no mail server. That deliveries stall is
    told beside it, for the person who looks here first. A database without our tables, or too busy
    to count, is alive.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False, {"status": "no database"}
    try:
        found = stall(now=now)
    except Error:
        return True, {"status": "ok", "deliveries": "unknown"}
    if not found:
        return True, {"status": "ok", "deliveries": "ok", "circuit": found.circuit}
    return True, {"status": "ok", "deliveries": "stall", **_of(found)}


def readiness(*, now: datetime | None = None) -> tuple[bool, dict[str, Any]]:
    """Return whether all is well, and the first thing that is not, without figures or secrets.

    1. The database answers. 2. No migration is pending. 3. Deliveries do not stall.
    """
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False, {"status": "pending migrations"}
        found = stall(now=now)
    except Error:
        return False, {"status": "no database"}
    if not found:
        return True, {"status": "ok", "circuit": found.circuit}
    return False, {"status": "deliveries stall", **_of(found)}


def _of(found: Stall) -> dict[str, Any]:
    return {
        "circuit": found.circuit,
        "lanes": [lane.name.lower() for lane in found.lanes],
        "uncertain": found.is_unsettled,
    }


def may_read_metrics(request: HttpRequest) -> bool:
    """Tell whether ``request`` brings METRICS_TOKEN or, where none is set, comes from here.

    Behind a proxy on the same machine everybody comes from here: so that counts only while
    SITE_URL names this machine and nothing says that the request was passed on. What
    X-Forwarded-For claims never opens anything.
    """
    if settings.METRICS_TOKEN:
        expected = f"Bearer {settings.METRICS_TOKEN}".encode()
        return hmac.compare_digest(request.headers.get("Authorization", "").encode(), expected)
    if urlsplit(settings.SITE_URL).hostname not in _LOCAL_SITES:
        return False
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:  # a socket of Unix has no address
        return False


def exposition(accept: str) -> tuple[bytes, str]:
    """Return the figures of this moment and their content type, in the format ``accept`` asks."""
    encode, content_type = choose_encoder(accept)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures())
    return encode(registry), content_type


class _Figures(Collector):
    """Every figure, read when asked."""

    def describe(self) -> list[Metric]:
        """Promise no names beforehand: registering must not ask the database."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield the figures of the outbox, and how fast alerts left."""
        now = timezone.now()
        seen = snapshot(now=now)
        yield _oldest_due(seen)
        yield _by_state(seen)
        yield _circuit(seen)
        yield CounterMetricFamily(
            "ambassadors_reconciler_repairs", "Repairs of the reconciler, ever.", seen.repairs
        )
        yield from _signs_of_life(seen)
        yield from _handover(now)


def _oldest_due(seen: Snapshot) -> Metric:
    family = GaugeMetricFamily(
        "ambassadors_oldest_due_seconds",
        "How long the oldest due delivery of a lane waits; 0 when none does.",
        labels=["lane"],
    )
    for lane in Lane:
        since = seen.oldest_due.get(lane, seen.at)
        family.add_metric([lane.name.lower()], (seen.at - since).total_seconds())
    return family


def _by_state(seen: Snapshot) -> Metric:
    family = GaugeMetricFamily(
        "ambassadors_deliveries",
        "Deliveries that wait (planned ones too), perhaps arrived, or were refused for good.",
        labels=["state"],
    )
    for state in ("waiting", "uncertain", "undeliverable"):
        family.add_metric([state], getattr(seen, state))
    return family


def _circuit(seen: Snapshot) -> Metric:
    family = GaugeMetricFamily(
        "ambassadors_circuit_open",
        "1 while nothing leaves: the mail server refuses all (open), or stopped by hand (held).",
        labels=["state"],
    )
    now = seen.circuit.state if seen.circuit else CircuitState.CLOSED
    for state in (CircuitState.OPEN, CircuitState.HELD):
        family.add_metric([state.value], int(now == state))
    return family


def _signs_of_life(seen: Snapshot) -> Iterator[Metric]:
    """Yield how long ago the background work was seen; nothing for what was never seen."""
    for name, what, at in (
        ("sweep", "the outbox was swept", seen.last_sweep),
        ("reconcile", "alerts were reconciled", seen.last_reconcile),
    ):
        text = f"Seconds since {what}; noted every 15 seconds. Missing: never."
        family = GaugeMetricFamily(f"ambassadors_last_{name}_seconds", text)
        if at is not None:
            family.add_metric([], max((seen.at - at).total_seconds(), 0.0))
        yield family


def _handover(now: datetime) -> Iterator[Metric]:
    """Yield quantiles from the client's submit to the mail server's yes, over the last hour."""
    taken = _seconds_to_handover(now)
    family = GaugeMetricFamily(
        "ambassadors_alert_handover_seconds",
        "From submit to handover, of at most 1000 alert mails of the last hour. Missing: none.",
        labels=["quantile"],
    )
    for quantile in _QUANTILES if taken else ():
        rank = min(int(quantile * len(taken)), len(taken) - 1)
        family.add_metric([str(quantile)], taken[rank])
    yield family
    text = "Alert mails that the quantiles of the handover are about."
    yield GaugeMetricFamily("ambassadors_alert_handovers_recent", text, len(taken))


def _seconds_to_handover(now: datetime) -> list[float]:
    """Return the seconds that each recent alert mail took, rising.

    Mail that was only kept was not handed over; an answer that waited for a person's word did not
    wait for us.
    """
    was_held = HeldAnswer.objects.filter(
        invitation=OuterRef("alert__response__invitation"),
        received_at=OuterRef("alert__response__submitted_at"),
        state=HeldAnswer.State.CONFIRMED,
    )
    rows = Notification.objects.filter(
        ~Exists(was_held),
        delivery__created_at__gt=now - GIVE_UP_AFTER - _RECENT,
        delivery__sent_at__gt=now - _RECENT,
    ).exclude(delivery__transport=KEPT)
    moments = rows.order_by("-delivery__sent_at").values_list(
        "alert__response__submitted_at", "delivery__sent_at"
    )[:_RECENT_AT_MOST]
    return sorted(
        max((sent - submitted).total_seconds(), 0.0)
        for submitted, sent in moments
        if sent is not None
    )
