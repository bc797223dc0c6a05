"""What people type in a cell."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.importers.codes import CellError, Code
from surveys.importers.values import (
    SlashOrder,
    parse_amount,
    parse_date,
    parse_language,
    parse_phone,
    parse_role,
    parse_state,
    slash_evidence,
    tidy,
)


def code_of(parse, *args):
    with pytest.raises(CellError) as raised:
        parse(*args)
    return raised.value.code


@pytest.mark.parametrize(
    "text",
    [
        "13-11-2026", "13/11/2026", "13.11.2026", "2026-11-13", "2026/11/13", "2026-11-13 09:15",
        "13 nov 2026", "13 november 2026", "13 Nov. 2026", "13-nov-2026", "Nov 13, 2026",
        "November 13 2026", "13-11-2026 00:00", "13-11-2026 14:30:15", "2026-11-13T09:15:00",
        "2026-11-13T09:15:00.123Z", "2026-11-13 09:15:00+01:00", "13/11/2026 2:30 PM",
    ],
)  # fmt: skip
def test_every_way_to_write_a_date(text):
    assert parse_date(text) == date(2026, 11, 13)


@pytest.mark.parametrize(
    ("text", "month"),
    [("1 mrt 2026", 3), ("1 maart 2026", 3), ("1 mei 2026", 5), ("1 may 2026", 5),
     ("1 okt 2026", 10), ("1 oct 2026", 10), ("1 augustus 2026", 8), ("1 August 2026", 8)],
)  # fmt: skip
def test_months_have_dutch_and_english_names(text, month):
    assert parse_date(text) == date(2026, month, 1)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("31-02-2026", Code.NO_SUCH_DAY),
        ("29-02-2025", Code.NO_SUCH_DAY),
        ("31 april 2026", Code.NO_SUCH_DAY),
        ("11-13-2026", Code.NO_SUCH_DAY),
        ("2026-13-11", Code.NO_SUCH_DAY),
        ("13-11-26", Code.SHORT_YEAR),
        ("13 nov '26", Code.SHORT_YEAR),
        ("13-11-0206", Code.YEAR_OUT_OF_RANGE),
        ("13-11-2206", Code.YEAR_OUT_OF_RANGE),
        ("46339", Code.NOT_A_DATE),
        ("n.t.b.", Code.NOT_A_DATE),
        ("13-11/2026", Code.NOT_A_DATE),
        ("13 foo 2026", Code.NOT_A_DATE),
        ("week 12", Code.NOT_A_DATE),
        ("=VANDAAG()", Code.NOT_A_DATE),
    ],
)
def test_what_is_no_date(text, code):
    assert code_of(parse_date, text) == code


def test_slashes_follow_the_order_of_the_file_and_hyphens_do_not():
    assert parse_date("03/04/2026", SlashOrder.DAY_FIRST) == date(2026, 4, 3)
    assert parse_date("03/04/2026", SlashOrder.MONTH_FIRST) == date(2026, 3, 4)
    assert parse_date("03-04-2026", SlashOrder.MONTH_FIRST) == date(2026, 4, 3)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("13/04/2026", SlashOrder.DAY_FIRST),
        ("04/13/2026", SlashOrder.MONTH_FIRST),
        ("03/04/2026", None),
        ("31/02/2026", None),  # no date in either order: it proves nothing
        ("13-04-2026", None),
    ],
)
def test_which_dates_prove_an_order(text, order):
    assert slash_evidence(text) is order


@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2100, 12, 31)))
def test_a_written_date_is_read_back(day):
    for pattern in ("%d-%m-%Y", "%Y-%m-%d", "%d/%m/%Y", "%d %B %Y", "%b %d, %Y", "%Y-%m-%dT%H:%M"):
        assert parse_date(day.strftime(pattern)) == day
    assert parse_date(day.strftime("%m/%d/%Y"), SlashOrder.MONTH_FIRST) == day
    assert slash_evidence(f"{day:%d/%m/%Y}") in {None, SlashOrder.DAY_FIRST}


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("€ 13.341,41", "13341.41"), ("13,341.41", "13341.41"), ("13341,41", "13341.41"),
        ("13341.41", "13341.41"), ("13341", "13341"), ("EUR 84.500,-", "84500"),
        ("€84.500,--", "84500"), ("84500,=", "84500"), ("84 500,50", "84500.50"),
        ("13.341,41 EUR", "13341.41"), ("1.234", "1234"), ("1,234", "1234"),
        ("1.234.567", "1234567"), ("1,234,567.8", "1234567.8"), ("12,5", "12.5"), ("0", "0"),
        ("0,00", "0"), ("€ 100 euro", "100"),
    ],
)  # fmt: skip
def test_every_way_to_write_an_amount(text, amount):
    assert parse_amount(text) == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("n.t.b.", Code.NOT_AN_AMOUNT),
        ("84,5k", Code.NOT_AN_AMOUNT),
        ("1.23.456", Code.NOT_AN_AMOUNT),
        ("1.234,567.89", Code.NOT_AN_AMOUNT),
        ("10.000 - 20.000", Code.NOT_AN_AMOUNT),
        ("€", Code.NOT_AN_AMOUNT),
        ("$ 100", Code.NOT_AN_AMOUNT),
        ("=A1*2", Code.NOT_AN_AMOUNT),
        ("1e5", Code.NOT_AN_AMOUNT),
        ("-500", Code.NEGATIVE_AMOUNT),
        ("€ -500,00", Code.NEGATIVE_AMOUNT),
        ("- € 500", Code.NEGATIVE_AMOUNT),
        ("500-", Code.NEGATIVE_AMOUNT),
        ("(500)", Code.NEGATIVE_AMOUNT),
        ("0,125", Code.TOO_MANY_DECIMALS),
        ("13341,4142", Code.TOO_MANY_DECIMALS),
        ("9.999.999.999.999", Code.AMOUNT_TOO_LARGE),
    ],
)
def test_what_is_no_amount(text, code):
    assert code_of(parse_amount, text) == code


@given(st.decimals(min_value=0, max_value=999_999_999_999, places=2))
def test_a_written_amount_is_read_back(amount):
    english = f"{amount:,.2f}"
    dutch = english.translate(str.maketrans(",.", ".,"))
    for text in (english, dutch, f"€ {dutch}", f"{amount:.2f}", f"{amount:.2f}".replace(".", ",")):
        assert parse_amount(text) == amount


@pytest.mark.parametrize(
    "text",
    [
        "06-12345678",
        "06 12345678",
        "+31 6 12345678",
        "0031612345678",
        "612345678",
        "(06) 1234 5678",
    ],
)
def test_a_telephone_number_becomes_dialable(text):
    assert parse_phone(text) == ("+31612345678", True)


@pytest.mark.parametrize(
    "text", ["06-123", "via secretariaat", "06-12345678 tst 12", "06-1x345678"]
)
def test_what_cannot_be_dialled_is_kept_as_written(text):
    assert parse_phone(text) == (text, False)


def test_foreign_numbers_keep_their_country():
    assert parse_phone("+44 20 7946 0958") == ("+442079460958", True)


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (parse_role, "Beslisser", "decider"), (parse_role, "decision maker", "decider"),
        (parse_role, "ADVISOR", "adviser"), (parse_role, "eindgebruiker", "user"),
        (parse_role, "Inkoop", "buyer"), (parse_role, "onbekend", ""),
        (parse_language, "NL", "nl"), (parse_language, "Engels", "en"),
        (parse_language, "en-GB", "en"), (parse_language, "Dutch", "nl"),
        (parse_language, "Duits", "de"), (parse_language, "Français", "fr"),
        (parse_language, "de-AT", "de"), (parse_language, "French", "fr"),
        (parse_state, "Afgesloten", "closed"), (parse_state, "completed", "closed"),
        (parse_state, "Lopend", "running"), (parse_state, "in progress", "running"),
    ],
)  # fmt: skip
def test_words_in_both_languages(parse, text, value):
    assert parse(text) == value


@pytest.mark.parametrize(
    ("parse", "text", "code"),
    [
        (parse_role, "baas", Code.UNKNOWN_ROLE),
        (parse_language, "es", Code.UNKNOWN_LANGUAGE),
        (parse_state, "misschien", Code.UNKNOWN_STATE),
    ],
)
def test_other_words_are_faults(parse, text, code):
    assert code_of(parse, text) == code


@pytest.mark.parametrize(
    ("text", "tidied"),
    [
        ("  Provincie  Drenthe ", "Provincie Drenthe"),
        ("\xa0Provincie\u202fDrenthe\n", "Provincie Drenthe"),
        ("Project\r\nBcc: iemand", "Project Bcc: iemand"),
        ("Zoe\u0308", "Zoë"),
        ("\ufeffW24001\u200b", "W24001"),
        ('=HYPERLINK("http://evil.example")', '=HYPERLINK("http://evil.example")'),
    ],
)
def test_stray_blanks_go_and_text_stays(text, tidied):
    assert tidy(text) == tidied


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Zo\ufffd", Code.UNREADABLE_CHARACTER),
        ("W24\x00001", Code.UNREADABLE_CHARACTER),
        ("bel\x07", Code.UNREADABLE_CHARACTER),
        ("#N/B", Code.SPREADSHEET_ERROR),
        ("#REF!", Code.SPREADSHEET_ERROR),
    ],
)
def test_cells_that_hold_no_text(text, code):
    assert code_of(tidy, text) == code


@given(st.text())
def test_tidied_text_stays_as_it_is(text):
    try:
        once = tidy(text)
    except CellError:
        return
    assert tidy(once) == once
    assert "\n" not in once
    assert once == once.strip()


@given(st.text(alphabet="0123456789-/.,:€ abcnov()=TZ", max_size=24))
def test_parsers_answer_or_name_a_fault(text):
    for parse in (parse_date, parse_amount, slash_evidence):
        try:
            value = parse(text)
        except CellError:
            continue  # any other exception fails the test
        assert value is None or isinstance(value, (date, Decimal, SlashOrder))
        assert not isinstance(value, Decimal) or value >= 0
    parse_phone(text)
