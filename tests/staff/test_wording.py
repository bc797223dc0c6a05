"""Amounts, shares, days, moments, telephone numbers and names in words."""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import pytest
from django.template import engines
from django.utils import translation
from hypothesis import example, given
from hypothesis import strategies as st

from staff import wording

NOW = datetime(2026, 11, 20, 14, 2, 31, tzinfo=ZoneInfo("Europe/Amsterdam"))


@pytest.mark.parametrize(
    ("amount", "dutch", "english"),
    [
        (Decimal("84500.00"), "€\u00a084.500", "€84,500"),
        (Decimal("1234567.50"), "€\u00a01.234.568", "€1,234,568"),
        (Decimal("999.49"), "€\u00a0999", "€999"),
        (0, "€\u00a00", "€0"),
    ],
)
def test_euro(amount, dutch, english):
    with translation.override("nl"):
        assert wording.euro(amount) == dutch
    with translation.override("en"):
        assert wording.euro(amount) == english


@given(value=st.floats(min_value=-1e15, max_value=1e15) | st.integers(-(10**15), 10**15))
@example(value=0.49999999999999994)  # adding a half makes 1 of it
@example(value=2.5)
@example(value=-0.5)
@example(value=1000)
@example(value=999.5)
def test_whole_numbers_are_rounded_as_they_are_written(value):
    rounded = Decimal(str(value)).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    text = f"–{abs(rounded):,}" if rounded < 0 else f"{abs(rounded):,}"
    with translation.override("en"):
        assert wording.whole_number(value) == text
    with translation.override("nl"):
        assert wording.whole_number(value) == text.replace(",", ".")


@pytest.mark.parametrize(
    ("share", "text"), [(0.36, "36%"), (0, "0%"), (1, "100%"), (0.005, "1%"), (-0.3, "–30%")]
)
def test_percent(share, text):
    assert wording.percent(share) == text


@pytest.mark.parametrize(
    ("value", "dutch", "english"),
    [
        (date(2026, 11, 12), "12\u00a0nov.", "12\u00a0Nov"),
        (date(2026, 5, 1), "1\u00a0mei", "1\u00a0May"),
        (date(2025, 3, 12), "12\u00a0mrt. 2025", "12\u00a0Mar 2025"),
    ],
)
def test_day(value, dutch, english):
    with translation.override("nl"):
        assert wording.day(value, today=NOW.date()) == dutch
    with translation.override("en"):
        assert wording.day(value, today=NOW.date()) == english


def test_moment():
    with translation.override("nl"):
        assert wording.moment(NOW, now=NOW) == "14:02"
        assert wording.moment(NOW, now=NOW, with_seconds=True) == "14:02:31"
        assert wording.moment(NOW - timedelta(days=8), now=NOW) == "12\u00a0nov. 14:02"


@pytest.mark.parametrize(
    ("due_in", "page", "mail"),
    [
        (timedelta(hours=2), "16:02", "vrijdag 16:02"),
        (timedelta(days=3), "maandag 14:02", "maandag 14:02"),
        (timedelta(days=7), "27\u00a0nov. 14:02", "27\u00a0nov. 14:02"),
        (-timedelta(days=1), "19\u00a0nov. 14:02", "19\u00a0nov. 14:02"),
    ],
)
def test_deadline(due_in, page, mail):
    with translation.override("nl"):
        assert wording.deadline(NOW + due_in, now=NOW) == page
        assert wording.deadline(NOW + due_in, now=NOW, names_today=True) == mail


@pytest.mark.parametrize(
    ("phone", "dialled", "read"),
    [
        ("06 12 34 56 78", "+31612345678", "06 12345678"),
        ("+31 (0)6-12345678", "+31612345678", "06 12345678"),
        ("070-3614300", "+31703614300", "070 361 4300"),
        ("+32 2 555 12 12", "+3225551212", "+32 2 555 12 12"),
        ("toestel 214", "214", "toestel 214"),
        ("", "", ""),
    ],
)
def test_telephone(phone, dialled, read):
    assert wording.dialable(phone) == dialled
    assert wording.readable_phone(phone) == read


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Marijke Vermeulen", "M. Vermeulen"),
        ("Anneke van ’t Hof", "A. van ’t Hof"),
        ("Cher", "Cher"),
        ("", ""),
    ],
)
def test_short_name(name, short):
    assert wording.short_name(name) == short


def test_filters_show_nothing_for_nothing():
    template = engines["html"].from_string(
        "{% load wording %}[{{ x|euro }}{{ x|percent }}{{ x|whole }}{{ x|day }}{{ x|moment }}"
        "{{ x|exact_moment }}{{ x|deadline }}{{ x|deadline_in_mail }}]"
    )
    assert template.render({"x": None}) == "[]"
