"""``manage.py import_projects``: what it says, in both languages and as JSON."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from surveys.importers.codes import Code, FileCode, Remark
from surveys.importers.report import _FILE_WORDS, _REMARK_WORDS, _WORDS
from surveys.models import Project
from tests.imports.lists import SAMPLE, colleague, csv_of, line

pytestmark = pytest.mark.django_db


def output_of(path, *options):
    out = StringIO()
    call_command("import_projects", str(path), *options, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_the_report_in_dutch():
    text = output_of(SAMPLE)
    assert "projectenlijst.csv (CSV met puntkomma’s, UTF-8)" in text
    assert "Regels gelezen: 608 (goed 571, fout 33, leeg 4)" in text
    assert "regel 14, kolom E-mail: ontbreekt." in text
    assert "regel 66, kolom Accountmanager: de accountmanager ontbreekt." in text
    assert "regel 79, kolom Einddatum: het einde (29-07-2025) ligt vóór de start" in text
    assert "regel 92, kolom Opdrachtsom: “n.t.b.” is geen bedrag." in text
    assert "regel 105, kolom Einddatum: de dag “31-02-2026” bestaat niet." in text
    assert "regel 125, kolom E-mail: deze contactpersoon staat al bij dit project" in text
    assert "regel 159, kolom Projectnaam: telt 382 tekens; er passen er 200." in text
    assert "Contactpersonen van wie de gegevens per regel verschillen: 87 (" in text
    assert Project.objects.count() == 391


def test_the_report_in_english():
    with translation.override("en"):
        text = output_of(SAMPLE)
    assert "projectenlijst.csv (CSV with semicolons, UTF-8)" in text
    assert "Lines read: 608 (good 571, faulty 33, empty 4)" in text
    assert "line 14, column E-mail: is missing." in text
    assert "line 105, column Einddatum: the day “31-02-2026” does not exist." in text


def test_a_dry_run_says_so_and_writes_nothing():
    assert "Proef: er is niets weggeschreven." in output_of(SAMPLE, "--dry-run")
    assert not Project.objects.exists()


def test_the_report_for_programs():
    report = json.loads(output_of(SAMPLE, "--json", "--dry-run"))
    assert report["lines"] == {"read": 608, "good": 571, "faulty": 33, "empty": 4}
    assert report["dry_run"] is True
    assert report["projects"] == {"created": 391, "changed": 0, "unchanged": 0}
    assert report["faults"][0] == {
        "line": 14,
        "column": "E-mail",
        "field": "email",
        "code": "missing",
        "reason": "ontbreekt.",
    }
    (notice,) = report["notices"]
    assert (notice["code"], notice["count"]) == ("contact_details_differ", 87)
    assert {"email", "line"} == set(notice["samples"][0])


def test_a_list_of_faults_only_fails_after_its_report(tmp_path):
    path = tmp_path / "lijst.csv"
    path.write_bytes(csv_of([line(E_mail=""), colleague(2, Status="")]))
    out = StringIO()
    with pytest.raises(CommandError, match=r"lijst\.csv: geen enkele regel was goed"):
        call_command("import_projects", str(path), stdout=out)
    assert "regel 3, kolom Status: ontbreekt." in out.getvalue()


def test_a_file_that_cannot_be_read_fails_in_one_sentence(tmp_path):
    path = tmp_path / "lijst.csv"
    path.write_text("Naam;Schoenmaat\nZoë;39\n", encoding="utf-8")
    with pytest.raises(CommandError, match="De lijst mist verplichte kolommen: Projectnummer, "):
        output_of(path)
    with pytest.raises(CommandError, match=r"weg\.csv: Dit bestand bestaat niet\."):
        output_of(tmp_path / "weg.csv")


def test_a_file_that_cannot_be_read_is_json_too(tmp_path):
    path = tmp_path / "lijst.csv"
    path.write_bytes(b"")
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("import_projects", str(path), "--json", stdout=out)
    assert json.loads(out.getvalue())["error"] == {
        "code": "empty",
        "reason": "Het bestand is leeg.",
    }


def test_a_long_list_shows_its_progress(tmp_path, monkeypatch):
    monkeypatch.setattr("surveys.management.commands.import_projects._PROGRESS_EVERY", 500)
    err = StringIO()
    call_command("import_projects", str(SAMPLE), stdout=StringIO(), stderr=err)
    assert "500 regels weggeschreven" in err.getvalue()


def test_every_code_has_words_in_both_languages():
    known = {Code: _WORDS, FileCode: _FILE_WORDS, Remark: _REMARK_WORDS}
    for codes, words in known.items():
        assert set(codes) == set(words)
        for code in codes:
            with translation.override("nl"):
                dutch = str(words[code])
            with translation.override("en"):
                english = str(words[code])
            assert dutch != english, code
