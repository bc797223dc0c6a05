"""The verdict over a run: what breaks it, and what only counts in unshortened runs."""

from typing import Any

import pytest

from tests.faults.table import Row, complaints, heading, line


def make_row(**changes: Any) -> Row:
    fields = {
        "variant": "full",
        "kills": 3,
        "asked": 11,
        "thanked": 11,
        "deliveries": 20,
        "lost": 0,
        "half_sets": 0,
        "copies": 1,
        "unflagged": 0,
        "takeover": 51.2,
        "takeovers": 2,
        "haste": 1,
        "uncertain": 1,
        "died_alone": 0,
        "seconds": 60.0,
        "done": {"kill -9 worker": 3},
        "broken": {},
    }
    return Row(**{**fields, **changes})


def test_a_promise_that_was_kept() -> None:
    assert line(make_row()).endswith("kept")
    assert len(heading().splitlines()[0].split("|")) == len(line(make_row()).split("|"))


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"broken": {"lost": ["mail <a>"]}}, "lost"),
        ({"thanked": 10}, "never thanked"),
        ({"takeover": 60.1}, "takeover"),
    ],
)
def test_what_breaks_it_is_named(changes: dict[str, Any], name: str) -> None:
    row = make_row(**changes)
    assert not row.is_kept
    assert line(row).endswith("BROKEN")
    assert name in complaints(row)[0]


@pytest.mark.parametrize("changes", [{"haste": 6}, {"variant": "embedded"}])
def test_a_takeover_is_judged_only_where_it_means_something(changes: dict[str, Any]) -> None:
    assert make_row(takeover=70.0, **changes).is_kept
