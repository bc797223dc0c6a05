"""Time in words, in both languages."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from alerts.wording import (
    clock_in_words,
    closed_in_words,
    deadlines_in_words,
    list_in_words,
    received_in_words,
)

NOW = datetime(2026, 11, 20, 14, 0, tzinfo=ZoneInfo("Europe/Amsterdam"))  # a Friday


@pytest.mark.parametrize(
    ("due_in", "dutch", "english"),
    [
        (timedelta(hours=3, minutes=59), "nog 3 uur", "3 hours left"),
        (timedelta(hours=1), "nog 1 uur", "1 hour left"),
        (timedelta(minutes=59, seconds=59), "nog 59 minuten", "59 minutes left"),
        (timedelta(minutes=1), "nog 1 minuut", "1 minute left"),
        (timedelta(), "nog 0 minuten", "0 minutes left"),
        (timedelta(hours=24), "nog 1 dag", "1 day left"),
        (timedelta(days=2, hours=23), "nog 2 dagen", "2 days left"),
        (timedelta(days=7), "vóór 27\u00a0nov.", "before 27\u00a0Nov"),
        (timedelta(days=60), "vóór 19\u00a0jan. 2027", "before 19\u00a0Jan 2027"),
        (-timedelta(seconds=1), "1 minuut te laat", "1 minute late"),
        (-timedelta(minutes=59), "59 minuten te laat", "59 minutes late"),
        (-timedelta(hours=23), "23 uur te laat", "23 hours late"),
        (-timedelta(days=1), "1 dag te laat", "1 day late"),
        (-timedelta(days=9), "9 dagen te laat", "9 days late"),
    ],
)
def test_clock(due_in, dutch, english):
    for language, text in (("nl", dutch), ("en", english)):
        with translation.override(language):
            assert clock_in_words(NOW + due_in, NOW) == text


def test_a_closed_alert_has_no_clock():
    with translation.override("nl"):
        assert clock_in_words(NOW - timedelta(days=9), NOW, is_closed=True) == "afgesloten"


def test_received():
    with translation.override("nl"):
        today = received_in_words(NOW - timedelta(hours=2), NOW)
        before = received_in_words(NOW - timedelta(days=8), NOW)
    assert today == "Binnengekomen vandaag om 12:00."
    assert before == "Binnengekomen op 12\u00a0nov. om 14:00."


@pytest.mark.parametrize(
    ("is_negative", "is_taken_up", "actions"),
    [
        (True, False, ["oppakken", "spreken"]),
        (True, True, ["spreken"]),
        (False, False, ["bedanken", "iets vragen"]),
        (False, True, ["iets vragen"]),
    ],
)
def test_deadlines(is_negative, is_taken_up, actions):
    with translation.override("nl"):
        steps = deadlines_in_words(
            is_negative=is_negative,
            is_taken_up=is_taken_up,
            first_by=NOW - timedelta(minutes=1),
            second_by=NOW + timedelta(days=3),
            now=NOW,
        )
    assert [step.action for step in steps] == actions
    assert (steps[-1].before, steps[-1].is_late) == ("maandag 14:00", False)
    assert steps[0].is_late is not is_taken_up


def test_list():
    with translation.override("nl"):
        assert [list_in_words(names) for names in ([], ["u"], ["u", "J"], ["u", "J", "K"])] == [
            "",
            "u",
            "u en J",
            "u, J en K",
        ]


@pytest.mark.parametrize(
    ("days", "dutch", "english"),
    [(0, "om 14:00", "at 14:00"), (4, "op 20\u00a0nov. om 14:00", "on 20\u00a0Nov at 14:00")],
)
def test_when_it_was_closed(days, dutch, english):
    for language, text in (("nl", dutch), ("en", english)):
        with translation.override(language):
            assert closed_in_words(NOW, NOW + timedelta(days=days)) == text
