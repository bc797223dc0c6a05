"""Clocks in words, in working time: what somebody reads who looks at the inbox."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from alerts.timing import calendar_of
from alerts.wording import clock_in_words
from staff.working_hours import Hours

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
STANDARD = calendar_of(Hours(zone="Europe/Amsterdam"))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


@pytest.mark.parametrize(
    ("now", "due", "said"),
    [
        ("2026-11-20 09:00", "2026-11-20 12:30", "nog 3 uur"),
        ("2026-11-20 16:00", "2026-11-23 11:00", "nog 3 werkuren"),
        ("2026-11-20 16:59", "2026-11-23 09:00", "nog 1 minuut"),
        ("2026-11-21 12:00", "2026-11-23 09:40", "nog 40 minuten"),
        ("2026-11-20 14:00", "2026-11-23 14:00", "nog 1 werkdag"),
        ("2026-11-20 14:00", "2026-11-25 14:00", "nog 3 werkdagen"),
        ("2026-12-24 16:00", "2026-12-28 12:00", "nog 4 werkuren"),
        ("2026-11-20 14:00", "2026-12-04 14:00", "vóór 4\u00a0dec."),
        ("2026-11-20 17:00", "2026-11-20 13:00", "4 uur te laat"),
        ("2026-11-23 09:30", "2026-11-20 17:00", "30 minuten te laat"),
        ("2026-11-23 09:00", "2026-11-20 17:00", "1 minuut te laat"),
        ("2026-11-23 12:30", "2026-11-20 16:00", "4 werkuren te laat"),
        ("2026-11-25 12:30", "2026-11-20 12:30", "3 werkdagen te laat"),
        ("2026-12-29 10:00", "2026-12-24 10:00", "2 werkdagen te laat"),
        ("2027-06-01 10:00", "2026-11-20 10:00", "193 dagen te laat"),
    ],
)
def test_words_speak_in_working_time(now, due, said):
    assert clock_in_words(at(due), at(now), calendar=STANDARD) == said


def test_in_english_too():
    with translation.override("en"):
        words = clock_in_words(at("2026-11-23 11:00"), at("2026-11-20 16:00"), calendar=STANDARD)
    assert words == "3 working hours left"


def test_a_closing_day_is_no_time_left():
    closed = (date(2026, 11, 23), date(2026, 11, 23))
    calendar = calendar_of(replace(Hours(zone="Europe/Amsterdam"), closed=(closed,)))
    words = clock_in_words(at("2026-11-24 11:00"), at("2026-11-20 16:00"), calendar=calendar)
    assert words == "nog 3 werkuren"


minutes = st.integers(min_value=-30 * 24 * 60, max_value=30 * 24 * 60)


@given(minutes)
def test_what_is_late_says_so_and_nothing_else_does(minute):
    now = at("2026-11-20 16:00")
    with translation.override("nl"):
        words = clock_in_words(now + timedelta(minutes=minute), now, calendar=STANDARD)
    assert words.endswith("te laat") is (minute < 0)
