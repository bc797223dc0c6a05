"""How long the dashboard takes, over a large firm's five years (DESIGN, budgets).

Beside it: one bare ``GROUP BY`` over the same year of responses and their projects' closing dates.
"""

import sys
from collections.abc import Iterator
from datetime import timedelta
from resource import RUSAGE_SELF, getrusage
from time import perf_counter

from django.core.management import call_command
from django.db.models import Count
from django.test import Client as Browser
from django.utils import timezone

from ambassadors.rollup.refreshing import refresh
from benchmarks.servers import is_full, pages
from benchmarks.sizes import Size
from benchmarks.staff_pages import median_of, p95, waits
from benchmarks.table import Row, milliseconds
from staff.models import Division, User
from surveys.models import Client, Response, Sector, Service, Touchpoint

SQLITE_BUDGET, SQLITE_ROWS = 0.3, 20_000  # seconds, responses
BUDGET, BUDGET_ROWS = 0.15, 1_000_000  # on PostgreSQL (DESIGN, budgets)
SEARCH_BUDGET = 0.2
MEMORY_BUDGET = 64.0  # megabytes that streaming a list may take more
_FEWEST = 100  # responses that seed_scale makes at least
_PAGE = "/dashboard/?period=12m"


def measure(size: Size) -> Iterator[Row]:
    """Yield rows for the last 12 months: no filter, each single filter, a search, an export."""
    number = size.responses if is_full() else min(size.responses, SQLITE_ROWS)
    call_command("seed_scale", responses=max(number, _FEWEST), stdout=sys.stderr)
    user = User.objects.get(is_management=True)
    bare = median_of(_group_by, times=5)
    budget, rows = (BUDGET, BUDGET_ROWS) if is_full() else (SQLITE_BUDGET, SQLITE_ROWS)
    total = f"{Response.objects.count():,} responses"
    looks = {}
    with pages() as site:
        for name, address in _addresses().items():
            refresh()  # what beat does every five seconds
            looks[name] = p95(waits(site, user, address, looks=size.looks))
        search = p95(waits(site, user, "/dashboard/names/?q=vries", looks=size.looks))
    slowest = max(looks, key=lambda name: looks[name])
    for name, seconds in (("no filter", looks["no filter"]), (slowest, looks[slowest])):
        label = name if name == "no filter" else f"slowest filter ({name})"
        yield Row(
            name=f"dashboard of {total}, {label}, p95",
            measured=milliseconds(seconds),
            beside=f"bare GROUP BY {milliseconds(bare)}",
            ratio=seconds / bare,
            budget=f"≤ {milliseconds(budget)} ({rows:,})",
            is_within=seconds <= budget,
        )
    yield Row(
        name=f"dashboard of {total}, search of names, p95",
        measured=milliseconds(search),
        ratio=search / SEARCH_BUDGET,
        budget=f"≤ {milliseconds(SEARCH_BUDGET)} ({rows:,})",
        is_within=search <= SEARCH_BUDGET,
    )
    yield _export(user)


def _addresses() -> dict[str, str]:
    """Return the page without and with each single filter, of which the first value is taken."""
    filters = {
        "division": Division.objects.first(),
        "service": Service.objects.first(),
        "sector": Sector.objects.first(),
        "client": Client.objects.first(),
    }
    found = {name: f"{_PAGE}&{name}={row.pk}" for name, row in filters.items() if row is not None}
    found["band"] = f"{_PAGE}&band=25"
    found["touchpoint"] = f"{_PAGE}&touchpoint={Touchpoint.AFTERCARE}"
    today = timezone.localdate()
    found["period"] = (
        f"/dashboard/?first={today - timedelta(days=200)}&last={today - timedelta(days=17)}"
    )
    found["comparison"] = f"{_PAGE}&compare=year"
    return {"no filter": _PAGE, **found}


def _export(user: User) -> Row:
    """Stream the list of all contacts as CSV and throw it away; tell memory and pace."""
    browser = Browser(HTTP_HOST="localhost")
    browser.force_login(user)
    browser.get("/dashboard/export/contacts.csv?period=30d&step=closed").getvalue()
    before, rows, began = _peak(), 0, perf_counter()
    answer = browser.get("/dashboard/export/contacts.csv?period=all&step=closed")
    for chunk in answer.streaming_content:
        rows += chunk.count(b"\n")
    grown, rate = _peak() - before, rows / (perf_counter() - began)
    return Row(
        name=f"dashboard as CSV of {rows:,} rows",
        measured=f"+{grown:.0f} MB, {rate:,.0f} rows/s",
        ratio=grown / MEMORY_BUDGET,
        budget=f"≤ +{MEMORY_BUDGET:.0f} MB",
        is_within=grown <= MEMORY_BUDGET,
    )


def _peak() -> float:
    """Return the most memory that this process ever took, in megabytes."""
    return getrusage(RUSAGE_SELF).ru_maxrss / 1024


def _group_by() -> None:
    closed_on = "invitation__project_contact__project__closed_on"
    since = timezone.localdate() - timedelta(days=365)
    rows = Response.objects.filter(**{f"{closed_on}__gte": since}).order_by().values("group")
    list(rows.annotate(number=Count("pk")))
