"""How long the dashboard takes over a year of responses (DESIGN, budgets).

Beside it: one bare ``GROUP BY`` over the responses and their projects' closing dates.
"""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count
from django.utils import timezone

from benchmarks import seed
from benchmarks.servers import is_full, pages
from benchmarks.sizes import Size
from benchmarks.staff_pages import median_of, p95, waits
from benchmarks.table import Row, milliseconds
from surveys.models import Response

SQLITE_BUDGET, SQLITE_ROWS = 0.3, 20_000  # seconds, responses
BUDGET, BUDGET_ROWS = 0.15, 1_000_000  # on PostgreSQL (DESIGN, budgets)
_ASKED = 2  # contacts of closed projects for each response
_CHUNK = 20_000  # contacts in memory at once


def measure(size: Size) -> Iterator[Row]:
    """Yield a row for the last 12 months, in which every project was closed."""
    firm = seed.make_firm()
    number = size.responses if is_full() else min(size.responses, SQLITE_ROWS)
    for start in range(0, number * _ASKED, _CHUNK):
        _seed(firm, min(_CHUNK, number * _ASKED - start))
    seed.settle()
    bare = median_of(_group_by, times=5)
    with pages() as site:
        seconds = p95(waits(site, firm.management, "/dashboard/?period=12m", looks=size.looks))
    budget, rows = (BUDGET, BUDGET_ROWS) if is_full() else (SQLITE_BUDGET, SQLITE_ROWS)
    yield Row(
        name=f"dashboard {Response.objects.count():,} responses, p95",
        measured=milliseconds(seconds),
        beside=f"bare GROUP BY {milliseconds(bare)}",
        ratio=seconds / bare,
        budget=f"≤ {milliseconds(budget)} ({rows:,})",
        is_within=seconds <= budget,
    )


def _seed(firm: seed.Firm, number: int) -> None:
    """Make ``number`` contacts of closed projects, all invited; half of them answer."""
    now = timezone.now()
    parts = seed.make_project_contacts(firm, number, closed_within=360)
    answering = seed.make_invitations(parts, now=now)[::_ASKED]
    fifth = max(1, len(answering) // 5)
    for first, last, satisfaction, recommendation in (
        (0, fifth, "dissatisfied", "no"),
        (fifth, 3 * fifth, "satisfied", "maybe"),
        (3 * fifth, len(answering), "more_than_satisfied", "yes"),
    ):
        seed.make_responses(answering[first:last], satisfaction, recommendation, now=now)


def _group_by() -> None:
    closed_on = "invitation__project_contact__project__closed_on"
    since = timezone.localdate() - timedelta(days=365)
    rows = Response.objects.filter(**{f"{closed_on}__gte": since}).order_by().values("group")
    list(rows.annotate(number=Count("pk")))
