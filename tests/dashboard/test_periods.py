"""What a preset means, and the period that stands beside it."""

from datetime import date

import pytest

from ambassadors.dashboard.periods import Compare, Period, other_span, span


def day(text):
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("period", "today", "first", "last"),
    [
        (Period.DAYS_30, "2026-03-31", "2026-03-02", "2026-03-31"),
        (Period.DAYS_90, "2026-03-31", "2026-01-01", "2026-03-31"),
        (Period.MONTHS_12, "2026-03-31", "2025-04-01", "2026-03-31"),
        (Period.MONTHS_12, "2026-11-29", "2025-11-30", "2026-11-29"),
        (Period.MONTHS_12, "2024-02-28", "2023-02-28", "2024-02-28"),
        (Period.QUARTER, "2026-11-29", "2026-10-01", "2026-11-29"),
        (Period.QUARTER, "2026-03-31", "2026-01-01", "2026-03-31"),
        (Period.LAST_QUARTER, "2026-11-29", "2026-07-01", "2026-09-30"),
        (Period.LAST_QUARTER, "2026-02-01", "2025-10-01", "2025-12-31"),
        (Period.YEAR, "2026-11-29", "2026-01-01", "2026-11-29"),
        (Period.LAST_YEAR, "2026-11-29", "2025-01-01", "2025-12-31"),
    ],
)
def test_a_preset_runs_from_its_first_to_its_last_day(period, today, first, last):
    assert span(period, day(today)) == (day(first), day(last))


@pytest.mark.parametrize("period", [Period.ALL, Period.OWN])
def test_everything_and_an_own_period_have_no_days_of_themselves(period):
    assert span(period, date(2026, 11, 29)) == (None, None)


@pytest.mark.parametrize(
    ("compare", "first", "last", "expected"),
    [
        # Whole months are compared with as many months, whatever their length.
        (Compare.BEFORE, "2026-03-01", "2026-03-31", ("2026-02-01", "2026-02-28")),
        (Compare.BEFORE, "2026-07-01", "2026-09-30", ("2026-04-01", "2026-06-30")),
        (Compare.BEFORE, "2025-11-30", "2026-11-29", ("2024-11-30", "2025-11-29")),
        (Compare.BEFORE, "2024-03-15", "2024-04-14", ("2024-02-15", "2024-03-14")),
        # Anything else with as many days.
        (Compare.BEFORE, "2026-10-01", "2026-11-14", ("2026-08-17", "2026-09-30")),
        (Compare.BEFORE, "2026-11-30", "2026-11-30", ("2026-11-29", "2026-11-29")),
        (Compare.YEAR, "2026-10-01", "2026-11-14", ("2025-10-01", "2025-11-14")),
        (Compare.YEAR, "2024-02-01", "2024-02-29", ("2023-02-01", "2023-02-28")),
        (Compare.YEAR, "2025-02-01", "2025-02-28", ("2024-02-01", "2024-02-29")),
    ],
)
def test_the_other_period_is_comparable(compare, first, last, expected):
    assert other_span(compare, day(first), day(last)) == tuple(map(day, expected))


@pytest.mark.parametrize("compare", ["", "ooit", *Compare])
def test_without_a_beginning_or_a_wish_there_is_no_other_period(compare):
    first = None if compare in Compare.values else date(2026, 1, 1)
    assert other_span(compare, first, date(2026, 11, 29)) == (None, None)
