"""The sample list, which has every fault that the firm's lists have had."""

import csv
import io
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest

from staff.models import User
from surveys.importers import import_project_list, newest_closing_on
from surveys.importers.codes import Remark
from surveys.models import Client, Contact, Project, ProjectContact
from tests.imports.lists import ENGLISH, SAMPLE, TODAY, csv_of, everything, found, xlsx_of

pytestmark = pytest.mark.django_db

FAULTS = {
    ("E-mail", "missing"): [14, 172, 330, 488],
    ("E-mail", "invalid_email"): [27, 185, 343, 501],
    ("Accountmanager", "account_manager_missing"): [66, 224, 382, 540],
    ("Einddatum", "end_before_start"): [79, 237, 395, 553],
    ("Opdrachtsom", "not_an_amount"): [92, 250, 408, 566],
    ("Einddatum", "no_such_day"): [105, 263, 421, 579],
    ("E-mail", "duplicate_contact"): [125, 133, 291, 449, 607],
    ("Projectnaam", "too_long"): [159, 317, 475],
    ("Projectnaam", "contradiction"): [462],
}


def by_code(report):
    lines = defaultdict(list)
    for line, column, code in found(report):
        lines[column, code].append(line)
    return dict(lines)


def sample_lines():
    text = SAMPLE.read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def test_every_fault_is_reported_on_its_line_and_nothing_else():
    report = import_project_list(SAMPLE, today=TODAY)
    assert by_code(report) == FAULTS
    assert (report.read, report.good, report.faulty, report.empty) == (608, 571, 33, 4)
    assert (report.encoding, report.delimiter, report.name) == (
        "utf-8",
        ";",
        "projectenlijst.csv",
    )
    assert {code: notice.count for code, notice in report.notices.items()} == {
        Remark.CONTACT_DETAILS_DIFFER: 87
    }


def test_what_the_good_lines_become():
    report = import_project_list(SAMPLE, today=TODAY)
    created = {name: tally.created for name, tally in report.tallies.items()}
    assert created == {
        "projects": Project.objects.count(),
        "contacts": Contact.objects.count(),
        "project_contacts": ProjectContact.objects.count(),
        "clients": Client.objects.count(),
        "users": User.objects.count(),
        "divisions": 4,
        "services": 8,
        "sectors": 11,
    }
    assert created["project_contacts"] == 571

    project = Project.objects.get(number="W24001")
    assert project.name == "Energiescan bedrijventerrein Kanaaleiland"
    assert project.client.name == 'Stichting Zorggroep "De Linde"'
    assert project.value == Decimal("13341.41")
    assert (project.started_on, project.closed_on) == (date(2024, 1, 19), date(2024, 8, 9))
    assert (project.state, project.division.name, project.service.name) == (
        "closed",
        "Milieu",
        "Energie",
    )
    assert project.account_manager.name == "Anneke Jansen"
    assert project.account_manager.supervisor.email == "fatima.mulder@waterkant.example"
    assert not project.account_manager.has_usable_password()
    assert project.contacts.count() == 2

    running = Project.objects.get(number="W24004")
    assert (running.state, running.closed_on) == ("running", None)
    assert running.planned_end_on == date(2027, 2, 7)


def test_oddities_of_the_sample():
    import_project_list(SAMPLE, today=TODAY)
    # stray blanks on line 53, capitals on line 40, a formula on line 146
    assert Project.objects.get(number="W24038").client.name == "Provincie Drenthe"
    assert Contact.objects.filter(
        email="mohammed.de.jong-meijer@bouwbedrijfvanderheijden.example"
    ).exists()
    names = Project.objects.filter(name__startswith="=").values_list("name", flat=True)
    assert set(names) == {'=HYPERLINK("http://evil.example";"klik")'}
    assert Project.objects.get(number="W24307").name == "MER dijkversterking Wijde Blik"
    # on lines 83, 123 (newest), 125 (not good), 337, 424, 484 and 597, with other details
    noor = Contact.objects.get(email="noor.dijkstra@gemeenteroermond.example")
    assert (noor.job_title, noor.phone) == ("Assetmanager", "+31659802154")
    assert noor.details_as_of == date(2026, 11, 1)
    ruben = Contact.objects.get(email="ruben.bakker@northseaport.example")
    assert (ruben.language, ruben.phone) == ("en", "+31624319661")
    assert all(contact.phone.startswith("+31") for contact in Contact.objects.all())


def test_the_same_file_twice_changes_nothing():
    import_project_list(SAMPLE, today=TODAY)
    before = everything()
    again = import_project_list(SAMPLE, today=TODAY + timedelta(days=40))
    assert everything() == before
    assert {(tally.created, tally.changed) for tally in again.tallies.values()} == {(0, 0)}
    assert again.tallies["projects"].unchanged == Project.objects.count()
    assert again.tallies["contacts"].unchanged == Contact.objects.count()
    assert by_code(again) == FAULTS


def test_a_dry_run_reports_the_same_and_writes_nothing():
    before = everything()
    tried = import_project_list(SAMPLE, dry_run=True, today=TODAY)
    assert everything() == before
    done = import_project_list(SAMPLE, today=TODAY)
    assert {**tried.as_dict(), "dry_run": False} == done.as_dict()

    tried = import_project_list(SAMPLE, dry_run=True, today=TODAY)
    assert {tally.created for tally in tried.tallies.values()} == {0}


def _as_typed(heading, text):
    """A cell as Excel holds it: dates and amounts are no text there."""
    if heading.endswith("datum"):
        try:
            return datetime.combine(
                datetime.strptime(text, "%d-%m-%Y").date(),  # noqa: DTZ007
                time(),
            )
        except ValueError:
            return text
    if heading == "Opdrachtsom" and text.startswith("€"):
        return float(text[2:].replace(".", "").replace(",", "."))
    return text


def _english(line):
    """The line as an English list has it: headings, words, dates and amounts."""
    words = {
        "Afgesloten": "Closed", "Lopend": "Running", "beslisser": "decider",
        "adviseur": "adviser", "gebruiker": "user", "inkoper": "buyer",
    }  # fmt: skip
    cells = {ENGLISH[heading]: words.get(text, text) for heading, text in line.items()}
    cells["Contract value"] = cells["Contract value"].translate(str.maketrans(",.€", ".,\x20"))
    return cells


def _western(line):
    """The line in letters that Windows-1252 has: no Turkish ones."""
    return {heading: text.replace("ş", "s").replace("ı", "i") for heading, text in line.items()}


def _variants(lines):
    """The list as it is, and the same list in another dialect."""
    sample = csv_of(lines)
    western = [_western(line) for line in lines]
    typed = [[_as_typed(heading, text) for heading, text in line.items()] for line in lines]
    return {
        "bom": (sample, csv_of(lines, encoding="utf-8-sig")),
        "windows-1252": (csv_of(western), csv_of(western, encoding="cp1252")),
        "utf-16, tabs": (sample, csv_of(lines, delimiter="\t", encoding="utf-16")),
        "other order, commas": (
            sample,
            csv_of(lines, delimiter=",", headings=list(reversed(lines[0]))),
        ),
        "english": (sample, csv_of([_english(line) for line in lines], delimiter=",")),
        "xlsx": (sample, xlsx_of([list(lines[0]), *typed])),
    }


VARIANTS = _variants(sample_lines())


@pytest.mark.parametrize("name", VARIANTS)
def test_every_dialect_gives_the_same_rows(name):
    """What one form of the list has written, another must not find new or changed."""
    one, other = VARIANTS[name]
    import_project_list(one, today=TODAY)
    before = everything()
    report = import_project_list(other, today=TODAY)
    assert everything() == before
    assert {(tally.created, tally.changed) for tally in report.tallies.values()} == {(0, 0)}
    assert sorted((line, code) for line, _column, code in found(report)) == sorted(
        (line, code) for (_column, code), lines in FAULTS.items() for line in lines
    )


def test_dates_can_be_shifted_for_a_demonstration():
    newest = newest_closing_on(SAMPLE)
    assert newest == date(2026, 11, 19)
    yesterday = date(2027, 3, 2)
    import_project_list(SAMPLE, shift_days=(yesterday - newest).days, today=date(2027, 3, 3))
    assert Project.objects.filter(state="closed").latest("closed_on").closed_on == yesterday
    assert Project.objects.get(number="W24001").closed_on == date(2024, 8, 9) + (yesterday - newest)


def test_the_number_of_queries_follows_chunks_not_lines(django_assert_max_num_queries):
    with django_assert_max_num_queries(110):
        import_project_list(SAMPLE, today=TODAY)
    with django_assert_max_num_queries(35):
        import_project_list(SAMPLE, today=TODAY)
