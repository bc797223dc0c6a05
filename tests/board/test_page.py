"""The page itself: always one, honest, readable by whoever hears it, and harmless."""

import io
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from ambassadors.board import sheet
from ambassadors.board.reports import make_report
from ambassadors.rollup.refreshing import refresh
from staff import branding
from staff.branding import Look
from tests.board.conftest import MONTH, NOW, answered, fill, follow, page_of, score, silent
from tests.factories import make_division

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

TOO_FEW = "te weinig om iets over te zeggen"
CASES = {
    "none": lambda: None,
    "three": lambda: [answered() for _time in range(3)],
    "forty divisions": lambda: fill(number=90, divisions=40),
    "long names": lambda: fill(number=60, long_names=True),
    "everything": lambda: (fill(number=110, divisions=30, long_names=True), score(), follow()),
}


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("case", CASES)
def test_it_is_always_one_page_of_a4(case, language):
    CASES[case]()
    reader, text = page_of(language)
    (page,) = reader.pages
    assert [round(float(side)) for side in page.mediabox[2:]] == [595, 842]
    assert "dashboard/report/?month=2026-10" in text


@pytest.mark.parametrize("case", ["long names", "everything"])
def test_nothing_is_written_outside_the_margins(case, monkeypatch):
    CASES[case]()
    ends = []
    real = sheet.Sheet.text

    def note(self, x, y, text):
        ends.append((x, x + self.get_string_width(text), y, text))
        real(self, x, y, text)

    monkeypatch.setattr(sheet.Sheet, "text", note)
    page_of()
    assert ends
    for start, end, y, text in ends:
        assert start >= sheet.LEFT - 0.01, text
        assert end <= sheet.RIGHT + 0.01, text
        assert 10 < y < sheet.BOTTOM, text


@pytest.mark.parametrize("language", ["nl", "en"])
def test_it_is_tagged_and_says_its_title_and_language(language):
    fill(number=60)
    reader, _text = page_of(language)
    root = reader.trailer["/Root"]
    assert root["/Lang"] == language
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    month = "oktober" if language == "nl" else "October"
    assert month in reader.metadata.title
    kinds = [part.get_object()["/S"] for part in root["/StructTreeRoot"]["/K"][0]["/K"]]
    assert kinds.count("/H1") == 1
    assert kinds.count("/H2") == 5
    figures = [
        part.get_object()["/Alt"]
        for part in root["/StructTreeRoot"]["/K"][0]["/K"]
        if part.get_object()["/S"] == "/Figure"
    ]
    assert figures
    assert all("%" in alt for alt in figures)


def test_its_letters_are_in_the_file():
    answered(contact="Łukasz Yılmaz", client="Ærøskøbing Kommune ’s–€ Şişli Őrség")
    reader, text = page_of()
    assert "Łukasz Yılmaz" in text
    assert "Ærøskøbing Kommune ’s–€ Şişli Őrség" in text
    fonts = reader.pages[0]["/Resources"]["/Font"].values()
    for font in fonts:
        (inner,) = font.get_object()["/DescendantFonts"]
        assert "/FontFile2" in inner.get_object()["/FontDescriptor"].get_object()


def test_it_prints_in_black():
    fill(number=60)
    follow()
    reader, _text = page_of()
    content = reader.pages[0].get_contents().get_data().decode("latin-1")
    colours = {line for line in content.splitlines() if line.endswith((" rg", " RG"))}
    greys = {line.split()[0] for line in content.splitlines() if line.endswith((" g", " G"))}
    assert all(len(set(line.split()[:3])) == 1 for line in colours)
    assert {float(grey) for grey in greys} <= {0.0, 1.0}


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script> & {{ firm_name }} {% now 'Y' %}",
        ") Tj ET (\\051 BT /F1 99 Tf (overal",
        "regel\r\nBcc: x\x07\x1b[31m\u2028twee",
        "**vet** __onder__ --door-- [a](https://elders.example)",
        "\u202egnaro\u202c \u200bnul\ufeff",
        "%(month)s {0} %s",
    ],
)
def test_hostile_names_are_only_letters(name):
    answered(contact=name, client=name, division=make_division(name=name))
    branding.memory.keep(Look(own_name=name), seconds=3600)
    reader, text = page_of()
    (page,) = reader.pages
    shown = sheet.printable(name)
    assert shown[:20] in text
    links = [note.get_object()["/A"]["/URI"] for note in page.get("/Annots", [])]
    assert links == ["http://localhost:8000/dashboard/report/?month=2026-10"]
    for key in ("/OpenAction", "/Names", "/AcroForm"):
        assert "JavaScript" not in str(reader.trailer["/Root"].get(key))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Jan\u202e de\u200b Wit", "Jan de Wit"),
        ("王 Wei", "□ Wei"),
        ("A\u2011B", "A-B"),
        ("  a\t b\n", "a b"),
        ("a\x00b\x1b[31m", "ab[31m"),
        ("e\u0301", "é"),
        ("🙂", "□"),
    ],
)
def test_what_can_be_printed(text, shown):
    assert sheet.printable(text) == shown


def test_under_ten_nothing_is_said_of_a_share():
    for _time in range(9):
        answered()
    _reader, text = page_of()
    assert "9 reacties: te weinig om iets over te zeggen" in text
    assert f"Oktober: {TOO_FEW}, n = 9" in text
    assert "100% (" not in text
    answered()
    _reader, text = page_of()
    assert "Oktober: 100% (72–100%), n = 10" in text


def test_no_nps_unless_that_scale_was_asked():
    fill(number=60)
    assert "NPS" not in page_of()[1]
    score()
    assert "NPS" in page_of()[1]


def test_persons_of_the_firm_are_on_no_line():
    fill(number=60)
    follow()
    assert "Sanne de Wit" not in page_of()[1]


def test_an_account_that_was_not_asked_says_so():
    for _time in range(12):
        silent()
    _reader, text = page_of()
    assert "Nog niemand heeft geantwoord" in text or "0 reacties" in text
    assert "12 contactpersonen van oktober kunnen nog reageren" in text


def test_names_are_the_newest_eight_and_counted_in_all():
    for day in range(1, 13):
        answered(closed_on=date(2026, 10, day), contact=f"Persoon-{day:02}", client=f"Klant {day}")
    answered(closed_on=date(2026, 3, 3), contact="Vroeger", client="Klant v")
    answered(closed_on=date(2025, 10, 30), contact="Te lang geleden", client="Klant t")
    answered("dissatisfied", "yes", "yes", contact="Boos", client="Klant b")
    answered(interest="not_now", contact="Wil niets", client="Klant w")
    _reader, text = page_of()
    assert "13 ambassadeurs bevelen ons aan en willen meer" in text
    assert "12 na een project van oktober" in text
    assert "en 5 andere" in text
    places = [text.index(f"Persoon-{day:02}") for day in range(12, 4, -1)]
    assert places == sorted(places)
    for absent in ("Persoon-04", "Vroeger", "Te lang geleden", "Boos", "Wil niets"):
        assert absent not in text


def questions() -> int:
    refresh(now=NOW)
    with CaptureQueriesContext(connection) as asked:
        make_report(MONTH, language="nl", now=NOW)
    return len(asked)


def test_it_takes_the_same_number_of_questions_however_much_there_is():
    answered()
    fill(number=20, divisions=3)
    follow()
    before = questions()
    for number in range(40):
        answered(contact=f"Persoon {number}", closed_on=date(2026, 10, 1 + number % 20))
    assert questions() == before
    assert before <= 20


def test_it_fits_in_a_mail():
    fill(number=90, divisions=40, long_names=True)
    pdf = make_report(MONTH, language="nl", now=NOW)
    assert len(pdf) < 200_000
    assert PdfReader(io.BytesIO(pdf)).metadata.creator == "Ambassadors"
