"""Months, as dates of their first day; and when the report of one leaves. Pure."""

import re
from datetime import date, datetime, timedelta

from alerts.clocks import Calendar
from alerts.digest_times import slot_on

MONTHS_BESIDE = 12  # beside the month itself stand as many, up to and including it


def first_of(day: date) -> date:
    """Return the first day of the month of ``day``."""
    return day.replace(day=1)


def after(month: date, number: int = 1) -> date:
    """Return the month that is ``number`` later; earlier when it is below 0."""
    count = month.year * 12 + month.month - 1 + number
    return date(count // 12, count % 12 + 1, 1)


def last_day(month: date) -> date:
    """Return the last day of ``month``."""
    return after(month) - timedelta(days=1)


def last_whole(today: date) -> date:
    """Return the last month that is over on ``today``."""
    return after(first_of(today), -1)


def parsed(text: str) -> date | None:
    """Return the month of ``2026-10``; None for what names none."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}", text):
        return None
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


def leaves_at(month: date, *, hour: int, calendar: Calendar) -> datetime:
    """Return when the report of ``month`` leaves: at ``hour`` on the next month's first business
    day. Of a month without any, the month after that. Raises ValueError when there is none."""
    day = after(month)
    for _step in range(60):
        if calendar.is_business_day(day):
            return slot_on(day, hour, calendar)
        day += timedelta(days=1)
    raise ValueError("This calendar has no business days.")
