"""Bytes in, rows out; and which heading means which column."""

import zipfile
from datetime import date, datetime, time
from pathlib import Path

import pytest

from surveys.importers.codes import FileCode, ImportFileError
from surveys.importers.columns import Column, column_of, lay_out
from surveys.importers.reading import open_sheet
from tests.imports.lists import ENGLISH, csv_of, line, xlsx_of

HEADINGS = list(ENGLISH)


def rows_of(source):
    with open_sheet(source) as sheet:
        return [(row.line, list(row.cells)) for row in sheet.rows()]


def failure(call, *args):
    with pytest.raises(ImportFileError) as raised:
        call(*args)
    return raised.value


def open_and_close(source):
    with open_sheet(source):
        pass


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_delimiters_and_encodings(delimiter, encoding):
    source = csv_of(
        [line(Opdrachtgever="Jansen; Zn, \t'& Co", Contactpersoon="Zoë Müller")],
        delimiter=delimiter,
        encoding=encoding,
    )
    with open_sheet(source) as sheet:
        assert (sheet.encoding, sheet.delimiter) == (encoding, delimiter)
        (row,) = sheet.rows()
    assert row.cells[2] == "Jansen; Zn, \t'& Co"
    assert row.cells[10] == "Zoë Müller"


def test_a_sheet_can_be_read_again():
    with open_sheet(csv_of([line(), line()])) as sheet:
        assert [row.line for row in sheet.rows()] == [row.line for row in sheet.rows()] == [2, 3]


def test_an_unknown_encoding_is_the_last_resort():
    text = "Projectnummer;Opdrachtgever;Contactpersoon\n" + "".join(
        f"W{n};Gemeente Súdwest-Fryslân;Zoë Müller uit Curaçao, coördinator\n" for n in range(50)
    )
    source = text.encode("utf-16-le")  # without its mark
    with open_sheet(source) as sheet:
        assert list(sheet.headings) == ["Projectnummer", "Opdrachtgever", "Contactpersoon"]


def test_lines_are_numbered_as_a_text_editor_does():
    source = (
        b"Projectnummer;Projectnaam;Rol\r\n"
        b'W1;"Naam op\r\ndrie\r\nregels";beslisser\r\n'
        b"\r\n"
        b"W2;Gewoon;inkoper\n"
        b";;\n"
        b"W3;Laatste;"
    )
    assert rows_of(source) == [
        (2, ["W1", "Naam op\r\ndrie\r\nregels", "beslisser"]),
        (5, []),
        (6, ["W2", "Gewoon", "inkoper"]),
        (7, ["", "", ""]),
        (8, ["W3", "Laatste", ""]),
    ]


def test_a_quote_that_is_never_closed_does_not_swallow_the_list_unseen():
    source = b'Projectnummer;Projectnaam\nW1;Goed\nW2;"nooit dicht\nW3;Weg\n'
    with open_sheet(source) as sheet:
        good, broken = list(sheet.rows())
    assert good.cells == ["W1", "Goed"]
    assert (broken.line, broken.last_line, broken.is_broken) == (3, 4, True)


def test_reading_goes_on_after_a_line_with_wrong_quotes():
    source = b'Projectnummer;Projectnaam\nW1;"De" Linde\nW2;Goed\n'
    with open_sheet(source) as sheet:
        broken, good = list(sheet.rows())
    assert broken.is_broken
    assert (good.line, good.cells) == (3, ["W2", "Goed"])


@pytest.mark.parametrize("first", [b"sep=;\r\n", b"\r\n", b";;\r\n"])
def test_what_may_stand_above_the_headings(first):
    assert rows_of(first + b"Projectnummer;Projectnaam\r\nW1;Goed\r\n") == [(3, ["W1", "Goed"])]


def test_excel_dates_numbers_and_formulas_become_text():
    day = date(2026, 11, 13)
    morning = datetime.combine(day, time(9, 15))
    formula = '=HYPERLINK("http://evil.example","klik")'
    source = xlsx_of(
        [
            ["Projectnummer", "Projectnaam", "Opdrachtsom", "Einddatum"],
            [24001, formula, 13341.41, datetime.combine(day, time())],
            [24002, 612345678, 1.234, day],
            [24003, True, 13341.409999999, morning],
        ]
    )
    assert rows_of(source) == [
        (2, ["24001", formula, "13341.41", "2026-11-13"]),
        (3, ["24002", "612345678", "1.2340", "2026-11-13"]),
        (4, ["24003", "True", "13341.41", "2026-11-13 09:15:00"]),
    ]


def test_empty_excel_rows_count_between_others_only():
    source = xlsx_of([["Projectnummer"], ["W1"], [None], ["W2"], [None], [""]])
    assert [(number, any(cells)) for number, cells in rows_of(source)] == [
        (2, True),
        (3, False),
        (4, True),
    ]


def test_other_sheets_are_named():
    with open_sheet(xlsx_of([["Projectnummer"], ["W1"]], more_sheets=["Archief"])) as sheet:
        assert sheet.other_sheets == ("Archief",)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (b"", FileCode.EMPTY),
        (b"\n;;\n", FileCode.EMPTY),
        (b"\xef\xbb\xbf", FileCode.EMPTY),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, FileCode.OLD_EXCEL),
        (b"PK\x03\x04 and no more", FileCode.BROKEN_EXCEL),
        (bytes(range(256)) * 40, FileCode.UNKNOWN_ENCODING),
        (b'"Project"nummer;x\nW1;x\n', FileCode.HEADINGS_UNREADABLE),
        (b'"Projectnummer;Projectnaam\nW1;x\n', FileCode.HEADINGS_UNREADABLE),
        (Path("bestaat-niet.csv"), FileCode.NOT_FOUND),
        (Path(), FileCode.NOT_OPENED),
    ],
)
def test_files_that_are_no_list(source, code):
    assert failure(open_and_close, source).code == code


def test_zip_that_is_no_workbook(tmp_path):
    path = tmp_path / "lijst.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "geen werkmap")
    assert failure(open_and_close, path).code == FileCode.BROKEN_EXCEL


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("Projectnummer", Column.PROJECT_NUMBER), ("PROJECT NUMBER", Column.PROJECT_NUMBER),
        ("project_nr.", Column.PROJECT_NUMBER), (" E-mail ", Column.EMAIL),
        ("email", Column.EMAIL), ("E-mailadres contactpersoon", Column.EMAIL),
        ("Email account-manager", Column.MANAGER_EMAIL), ("Klant", Column.CLIENT),
        ("Customer", Column.CLIENT), ("Opdrachtsom (€)", Column.VALUE), ("Tel.", Column.PHONE),
        ("Job title", Column.JOB_TITLE), ("Rol", Column.ROLE), ("Closed on", Column.ENDED_ON),
        ("Schoenmaat", None), ("", None),
    ],
)  # fmt: skip
def test_headings_in_both_languages(heading, column):
    assert column_of(heading) is column


def test_every_usual_heading_is_found_in_both_languages():
    assert len(lay_out(list(ENGLISH)).places) == len(lay_out(list(ENGLISH.values())).places) == 20
    assert not lay_out(list(ENGLISH)).is_english
    assert lay_out(list(ENGLISH.values())).is_english


def test_unknown_headings_are_kept_apart_and_blank_ones_at_the_end_ignored():
    layout = lay_out([*HEADINGS, "Kostenplaats", "", "Nota", "", ""])
    assert layout.unknown == ("Kostenplaats", "(22)", "Nota")
    assert layout.width == 23


def test_required_columns_that_are_missing_are_named_in_the_language():
    few = [heading for heading in HEADINGS if heading not in {"E-mail", "Status"}]
    assert failure(lay_out, few, "nl").details["columns"] == "E-mail, Status"
    assert failure(lay_out, few, "en").details["columns"] == "E-mail address, State"


@pytest.mark.parametrize("again", ["Opdrachtsom", "opdracht-som", "Waarde"])
def test_a_column_twice_is_an_error(again):
    error = failure(lay_out, [*HEADINGS, again])
    assert error.code == FileCode.HEADING_TWICE
    assert error.details == {"first": "Opdrachtsom", "second": again}
