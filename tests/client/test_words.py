"""Days and telephone numbers as a client reads them."""

from datetime import date

import pytest
from django.utils import timezone, translation

from surveys.templatetags.client_words import day_in_words, dialable, readable_number


def spaced(text: str) -> str:
    assert " " not in text  # nothing here may break over two lines
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("written", "dials", "reads"),
    [
        ("079 555 0142", "+31795550142", "079 555 0142"),
        ("+31 (0)6-12345678", "+31612345678", "06 12345678"),
        ("0031612345678", "+31612345678", "06 12345678"),
        ("+32 2 555 12 34", "+3225551234", "+32 2 555 12 34"),
        ("toestel twaalf", "", "toestel twaalf"),
        ("", "", ""),
    ],
)
def test_number_is_dialable_and_readable(written: str, dials: str, reads: str) -> None:
    assert dialable(written) == dials
    assert readable_number(written).replace("\u00a0", " ") == reads


def test_day_names_its_year_only_when_it_is_another() -> None:
    this_year = timezone.localdate().year
    with translation.override("nl"):
        assert spaced(day_in_words(date(this_year, 11, 13))) == "13 november"
        assert spaced(day_in_words(date(2019, 3, 1))) == "1 maart 2019"
    with translation.override("en"):
        assert spaced(day_in_words(date(2019, 3, 1))) == "1 March 2019"
