"""The benchmarks run, and compare like with like. How fast anything is, no test says."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from django.apps import apps
from django.test import Client, override_settings
from django.utils import timezone

from benchmarks import seed
from benchmarks.__main__ import NAMES
from benchmarks.client_page import ANSWERS
from benchmarks.table import Row, percentile

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.processes
@pytest.mark.xdist_group("processes")
@pytest.mark.parametrize("name", NAMES)
def test_each_runs_to_its_end_and_prints_its_rows(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", name, "--size=tiny", "--on=SQLite"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing"},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    rows = done.stdout.splitlines()[2:]
    assert rows
    assert all(row.startswith(f"{name} ") and "SQLite" in row for row in rows)


def test_none_is_left_out() -> None:
    found = {path.stem for path in (ROOT / "benchmarks").glob("*.py") if _measures(path)}
    assert found == set(NAMES)


def _measures(path: Path) -> bool:
    return "\ndef measure(size: Size)" in path.read_text(encoding="utf-8")


def test_a_server_that_is_away_is_said() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "inbox", "--size=tiny", "--on=PostgreSQL"],
        cwd=ROOT,
        env={
            **os.environ,
            "BENCH_DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing",
            "BENCH_REDIS_URL": "redis://127.0.0.1:1/0",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "PostgreSQL: skipped, no Redis server" in done.stdout


# The bare pair: as many rows, and no more reads, or the ratio says nothing ----------------------

SITES = {"product": "ambassadors.urls", "bare": "benchmarks.bare.urls"}


def rows_everywhere() -> Counter[str]:
    """How many rows each table has."""
    return Counter({model.__name__: model._base_manager.count() for model in apps.get_models()})


def page_of(firm: seed.Firm) -> str:
    """The address of one client's page."""
    (part,) = seed.make_project_contacts(firm, 1, closed_within=20)
    (token,) = seed.make_tokens(seed.make_invitations([part], now=timezone.now()))
    return f"/s/{token}/"


def growth(firm: seed.Firm, site: str, name: str) -> Counter[str]:
    """Which tables grow by how many rows when one visitor answers at ``site``."""
    address = page_of(firm)
    before = rows_everywhere()
    with override_settings(ROOT_URLCONF=SITES[site]):
        visitor = Client()
        assert visitor.get(address).status_code == 200
        assert rows_everywhere() == before
        assert visitor.post(address, dict(ANSWERS[name])).status_code == 302
    return rows_everywhere() - before


@pytest.mark.django_db
@pytest.mark.parametrize("name", ANSWERS)
def test_the_bare_pair_writes_what_the_product_writes(name: str, doorbell: list[str]) -> None:
    firm = seed.make_firm()
    made = growth(firm, "product", name)
    assert made["Response"] == 1
    assert bool(made["Alert"]) == (name == "with alert")
    assert growth(firm, "bare", name) == made


def test_a_row_says_whether_it_is_within() -> None:
    assert Row(name="x", measured="1", budget="≤ 2", is_within=True).cells()[4] == "≤ 2: within"
    assert Row(name="x", measured="3", budget="≤ 2", is_within=False).cells()[4] == "≤ 2: over"
    assert Row(name="x", measured="3").cells()[4] == ""


@pytest.mark.parametrize(
    ("values", "percent", "found"),
    [([1.0], 95, 1.0), ([3.0, 1.0, 2.0], 50, 2.0), ([float(n) for n in range(101)], 95, 95.0)],
)
def test_percentiles(values: list[float], percent: int, found: float) -> None:
    assert percentile(values, percent) == pytest.approx(found)


def test_each_is_explained() -> None:
    text = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert not [name for name in NAMES if f"`{name}`" not in text]
