"""Every line of the table in docs/clocks.md is what the code says."""

from dataclasses import replace
from datetime import date, datetime, time

import pytest

from alerts.clocks import Terms, days_clock, hours_clock
from alerts.timing import calendar_of
from staff.hours import LiberationDay
from staff.working_hours import Hours
from tests.architecture.source import ROOT

STANDARD = Hours()
CALENDARS = {
    "standard": STANDARD,
    "London": replace(STANDARD, zone="Europe/London"),
    "always": replace(STANDARD, opens=time(0), closes=time(23, 59), weekdays=frozenset(range(7))),
    "closed": replace(STANDARD, closed=((date(2026, 5, 15), date(2026, 5, 15)),)),
    "works Good Friday": replace(STANDARD, has_good_friday_off=False),
    "every 5 May": replace(STANDARD, liberation_day=LiberationDay.YEARLY),
}
TERMS = Terms()
CLOCKS = {
    "take up": (hours_clock, TERMS.acknowledge_hours),
    "speak": (days_clock, TERMS.speak_days),
    "thank": (days_clock, TERMS.thank_days),
    "ask": (days_clock, TERMS.ask_days),
}
MUST_BE_THERE = (
    "clocks go forward",
    "clocks go back",
    "Good Friday",
    "Liberation Day",
    "Christmas",
    "year end",
    "month end",
    "closing day",
    "another time zone",
    "Friday 16:59",
    "Sunday night",
)


def worked_cases() -> list[list[str]]:
    """Return the cells of each line of the table."""
    text = (ROOT / "docs" / "clocks.md").read_text()
    table = text[text.index("## Worked cases") :]
    lines = [line for line in table.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def moment(text: str, hours: Hours) -> datetime:
    """Return the moment of ``Fri 2026-11-20 16:59``; the day of the week must be right."""
    read = datetime.fromisoformat(text[4:]).replace(tzinfo=hours.time_zone)
    assert f"{read:%a}" == text[:3], text
    return read


@pytest.mark.parametrize("cells", worked_cases(), ids=lambda cells: f"{cells[0]}, {cells[3]}")
def test_the_table_says_what_the_code_does(cells):
    _case, calendar, answer, name, *expected = cells
    hours = CALENDARS[calendar]
    make, length = CLOCKS[name]
    clock = make(moment(answer, hours), length, calendar_of(hours))
    said = [f"{at:%a %Y-%m-%d %H:%M}" for at in (clock.half_at, clock.due_at, clock.twice_at)]
    assert said == expected


@pytest.mark.parametrize("needle", MUST_BE_THERE)
def test_the_table_has_the_cases_that_go_wrong_elsewhere(needle):
    assert [cells for cells in worked_cases() if needle in cells[0]]
