"""How long a project list takes, a second time too, and how much memory (DESIGN, budgets).

Beside it: the same number of rows by ``bulk_create``, without reading, checking or reporting; and
the memory that a list of a tenth of the size takes, since memory should hardly follow the size.
"""

import csv
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from benchmarks import seed
from benchmarks.load import LoadError
from benchmarks.places import ROOT
from benchmarks.sizes import Size
from benchmarks.table import Row
from surveys.models import ProjectContact

BUDGET, BUDGET_FOR = 60.0, 100_000  # seconds, rows (DESIGN, budgets)
MAX_GROWTH = 2.0  # times the memory, for ten times the rows
_HEADINGS = (
    "Projectnummer;Projectnaam;Opdrachtgever;Sector;Divisie;Dienst;Accountmanager;"
    "E-mail accountmanager;Leidinggevende;E-mail leidinggevende;Contactpersoon;Functie;Rol;E-mail;"
    "Telefoon;Taal;Opdrachtsom;Startdatum;Einddatum;Status"
).split(";")
_ROWS_OF_TWO_PROJECTS = 3  # every other project has a second contact
_PROJECTS_OF_A_CLIENT, _CONTACTS_OF_A_CLIENT, _MANAGERS = 8, 6, 60
_LOOKS_EVERY = 0.02  # seconds
_ROLES = ("beslisser", "adviseur", "gebruiker", "inkoper", "")


@dataclass(frozen=True, kw_only=True)
class Run:
    """What one run of the command took."""

    seconds: float
    peak_bytes: int


def measure(size: Size) -> Iterator[Row]:
    """Yield a row for the first run, one for the second, and on Linux one for the memory."""
    folder, number = Path(os.environ["DATA_DIR"]), size.import_rows
    bare = _bare(number)
    small = _import(_write(folder / "klein.csv", number // 10, prefix="K"))
    path = _write(folder / "lijst.csv", number, prefix="W")
    first, second = _import(path), _import(path)
    if (stored := ProjectContact.objects.count()) != number + number // 10:
        raise LoadError(f"{number + number // 10} rows were listed, {stored} are stored")
    budget = BUDGET * number / BUDGET_FOR
    for name, run in (("", first), (" again", second)):
        yield Row(
            name=f"import_list {number:,} rows{name}",
            measured=f"{run.seconds:.1f} s",
            beside=f"bare bulk_create {bare:.1f} s",
            ratio=run.seconds / bare,
            budget=f"≤ {budget:.1f} s (100,000: 60 s)",
            is_within=run.seconds <= budget,
        )
    if not small.peak_bytes:
        return
    growth = first.peak_bytes / small.peak_bytes
    yield Row(
        name="import_list peak memory",
        measured=f"{first.peak_bytes / 2**20:.0f} MB",
        beside=f"{small.peak_bytes / 2**20:.0f} MB for {number // 10:,} rows",
        ratio=growth,
        budget=f"≤ {MAX_GROWTH:.0f} times",
        is_within=growth <= MAX_GROWTH,
    )


def _bare(number: int) -> float:
    """Store ``number`` clients' contacts with projects by ``bulk_create``, and roll that back."""
    with transaction.atomic():
        firm = seed.make_firm()
        began = time.monotonic()
        seed.make_project_contacts(firm, number, closed_within=300)
        seconds = time.monotonic() - began
        transaction.set_rollback(True)
    return seconds


def _import(path: Path) -> Run:
    """Run the command as an administrator would. Raises LoadError when it fails."""
    began = time.monotonic()
    process = subprocess.Popen(  # noqa: S603  (our own command)
        [sys.executable, "manage.py", "import_projects", str(path)],
        cwd=ROOT,
        stdout=sys.stderr,
        stderr=sys.stderr,
    )
    peak = 0
    try:
        while process.poll() is None:
            peak = max(peak, _high_water(process.pid))
            time.sleep(_LOOKS_EVERY)
    finally:
        process.kill()
        process.wait()
    if process.returncode:
        raise LoadError(f"import_projects ended with {process.returncode}; the log above says why")
    return Run(seconds=time.monotonic() - began, peak_bytes=peak)


def _high_water(pid: int) -> int:
    """Return the most memory that a process has had, in bytes; 0 where the system does not tell.

    Not ``ru_maxrss``: that begins with the memory of the process which started this one.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def _write(path: Path, rows: int, *, prefix: str) -> Path:
    """Write a list of ``rows`` lines; projects, clients and addresses begin with ``prefix``."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(_HEADINGS)
        today = timezone.localdate()
        writer.writerows(_line(number, prefix, today) for number in range(rows))
    return path


def _line(number: int, prefix: str, today: date) -> list[str]:
    """Return one line; every third one is a second contact of the project before it."""
    pair, place = divmod(number, _ROWS_OF_TWO_PROJECTS)
    project = 2 * pair + (place == 2)
    client, manager = project // _PROJECTS_OF_A_CLIENT, project % _MANAGERS
    contact = number % _CONTACTS_OF_A_CLIENT
    address = f"contact{contact}@{prefix.lower()}{client}.example"
    ended_on = today - timedelta(days=project % 400)
    return [
        f"{prefix}{project:06}",
        f"Klimaatadaptatieplan {project}",
        f"Gemeente {prefix} {client}",
        f"Sector {client % 10}",
        f"Divisie {manager % 6}",
        f"Dienst {project % 12}",
        f"Manager {manager}",
        f"manager{manager}@waterkant.example",
        f"Leiding {manager % 6}",
        f"leiding{manager % 6}@waterkant.example",
        f"Zoë de Vries-{client}-{contact}",
        "Programmamanager Water",
        _ROLES[number % len(_ROLES)],
        address,
        f"06-{10_000_000 + client * _CONTACTS_OF_A_CLIENT + contact}",
        "nl",
        f"€ {project % 90 + 10}.341,41",
        f"{ended_on - timedelta(days=200):%d-%m-%Y}",
        f"{ended_on:%d-%m-%Y}",
        "Afgesloten",
    ]
