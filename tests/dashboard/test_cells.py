"""No cell of a file is a formula, whatever a client is called; our own signs stay readable."""

import csv
import io
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ambassadors.dashboard.cells import MAX_LENGTH, safe
from ambassadors.dashboard.spreadsheets import _Sink, csv_pieces, xlsx_pieces

MOMENT = datetime(2026, 11, 30, 14, 2)  # noqa: DTZ001  (a cell knows no time zone)
HOSTILE = [
    "=1+1",
    "=cmd|'/C calc'!A0",
    "@SUM(A1)",
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "–1+HYPERLINK(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1+1",
    "\u00a0=1+1",
    "\ufeff=1",
    "＝1+1",
    "＋1",
    "+",
    "+31 6 12345678x",
]


@pytest.mark.parametrize("text", [text for text in HOSTILE if text != "+"])
def test_what_would_be_a_formula_is_text(text):
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["+", "–", "-", "0", "+12", "–3", "+22%", "–1.250", "Ymere", ""])
def test_our_own_signs_and_plain_names_stay(text):
    assert safe(text) == text


@given(st.text(max_size=40))
def test_nothing_starts_a_formula(text):
    cell = safe(text)
    bare = cell.strip(" \u00a0\u200b\u2060\ufeff\v\f")
    is_ours = len(bare) == 1 or bare[1:2].isdigit()
    assert bare[:1] not in set("=@\t\r\n＝＠＋－") or not bare
    assert bare[:1] not in set("+-–") or is_ours


def test_a_cell_is_never_longer_than_excel_takes():
    assert len(safe("=" * 40_000)) == MAX_LENGTH


def test_a_csv_opens_in_a_dutch_excel():
    row = (
        "=1",
        "+",
        Decimal("84500.50"),
        3,
        date(2026, 11, 30),
        MOMENT,
        None,
    )
    text = b"".join(csv_pieces([("Lijst", "Namen; en meer")], ("A", "B"), [row])).decode()
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text[1:]), delimiter=";"))
    assert rows == [
        ["Lijst", "Namen; en meer"],
        [],
        ["A", "B"],
        ["'=1", "+", "84500,50", "3", "2026-11-30", "2026-11-30 14:02", ""],
    ]


def opened(pieces):
    return openpyxl.load_workbook(io.BytesIO(b"".join(pieces)))


def test_an_excel_file_has_numbers_days_and_no_formulas():
    row = (*HOSTILE, Decimal("84500.50"), 3, date(2026, 11, 30), MOMENT)
    book = opened(xlsx_pieces([("Lijst", "Namen")], ("A",), [row], names=("Over", "A&B <\"'>")))
    assert book.sheetnames[0] == "Over"
    assert [cell.value for cell in book["Over"][1]] == ["Lijst", "Namen"]
    cells = list(book.worksheets[1][2])
    assert {cell.data_type for cell in cells[: len(HOSTILE)]} == {"s"}
    amount, number, day, moment = cells[len(HOSTILE) :]
    assert (amount.value, number.value) == (84500.5, 3)
    assert day.is_date
    assert day.value.date() == date(2026, 11, 30)
    assert moment.value == MOMENT


@given(st.lists(st.text(max_size=20), max_size=5))
def test_an_excel_file_holds_any_text(texts):
    book = opened(xlsx_pieces([], ("A",), [texts], names=("Over", "Lijst")))
    found = [cell.value or "" for cell in book["Lijst"][2]] if texts else []
    assert [text.replace("\r\n", "\n").replace("\r", "\n") for text in found] == [
        safe(text).replace("\r\n", "\n").replace("\r", "\n") for text in texts
    ]


def test_more_rows_than_a_sheet_holds_go_on_in_the_next(monkeypatch):
    monkeypatch.setattr("ambassadors.dashboard.spreadsheets._ROWS_OF_A_SHEET", 4)
    rows = [(number,) for number in range(7)]
    book = opened(xlsx_pieces([], ("A",), rows, names=("Over", "Lijst")))
    assert book.sheetnames == ["Over", "Lijst", "Lijst 2", "Lijst 3"]
    found = [cell.value for sheet in book.worksheets[1:] for cell in sheet["A"]]
    assert found == ["A", 0, 1, 2, "A", 3, 4, 5, "A", 6]


def test_what_has_left_is_not_kept():
    sink = _Sink()
    sink.write(b"een")
    assert sink.waiting == 3
    assert sink.taken() == b"een"
    assert sink.taken() == b""
