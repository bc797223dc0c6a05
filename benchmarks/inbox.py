"""How long the inbox takes to open with thousands of open alerts (DESIGN, budgets).

Beside it: one bare query of the fifty rows that the first page shows.
"""

from collections.abc import Iterator

from django.utils import timezone

from alerts.inbox import PER_PAGE
from alerts.models import Alert, State
from benchmarks import seed
from benchmarks.servers import pages
from benchmarks.sizes import Size
from benchmarks.staff_pages import median_of, p95, waits
from benchmarks.table import Row, milliseconds

BUDGET = 0.2  # seconds, 95th percentile, with 10,000 open alerts


def measure(size: Size) -> Iterator[Row]:
    """Yield a row for management, who sees every alert, and one for an account manager."""
    firm, now = seed.make_firm(), timezone.now()
    parts = seed.make_project_contacts(firm, size.open_alerts, closed_within=30)
    invitations = seed.make_invitations(parts, now=now)
    half = len(invitations) // 2
    responses = seed.make_responses(invitations[:half], "dissatisfied", "no", now=now)
    responses += seed.make_responses(invitations[half:], "more_than_satisfied", "yes", now=now)
    seed.make_alerts(responses, now=now)
    seed.settle()
    bare = median_of(_fifty_rows, times=size.looks)
    with pages() as site:
        for name, user, path in (
            ("all", firm.management, "/alerts/?tab=all"),
            ("mine", firm.managers[0], "/alerts/?tab=mine"),
        ):
            seconds = p95(waits(site, user, path, looks=size.looks))
            yield Row(
                name=f"inbox {size.open_alerts:,} open, {name}, p95",
                measured=milliseconds(seconds),
                beside=f"bare query {milliseconds(bare)}",
                ratio=seconds / bare,
                budget=f"≤ {milliseconds(BUDGET)}",
                is_within=seconds <= BUDGET,
            )


def _fifty_rows() -> None:
    path = "response__invitation__project_contact"
    rows = Alert.objects.exclude(state=State.CLOSED).order_by("due_at", "pk")
    list(rows.select_related("owner", f"{path}__contact__client", f"{path}__project")[:PER_PAGE])
