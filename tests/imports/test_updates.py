"""A second list: what it changes, what it leaves, and what it may not touch."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError

from staff.models import User
from surveys.importers import ImportFileError, import_project_list
from surveys.importers.codes import Code, FileCode, Remark
from surveys.models import Client, Contact, Project, ProjectContact
from tests.factories import make_client, make_contact, make_division, make_user
from tests.imports.lists import SAMPLE, TODAY, colleague, everything, line, run

pytestmark = pytest.mark.django_db


def tally(report, name):
    found = report.tallies[name]
    return found.created, found.changed, found.unchanged


def test_a_project_that_closes():
    run(line(Status="Lopend", Einddatum="01-12-2026"))
    project = Project.objects.get()
    assert (project.state, project.closed_on, project.planned_end_on) == (
        "running",
        None,
        date(2026, 12, 1),
    )
    report = run(line(Opdrachtsom="€ 20.000", Projectnaam="Nieuwe naam", Divisie="Milieu"))
    project.refresh_from_db()
    assert (project.state, project.closed_on, project.value, project.name) == (
        "closed",
        date(2026, 11, 9),
        Decimal(20000),
        "Nieuwe naam",
    )
    assert project.division.name == "Milieu"
    assert tally(report, "projects") == (0, 1, 0)
    assert tally(report, "divisions") == (1, 0, 0)


def test_empty_cells_erase_nothing():
    run(line())
    before = everything()
    report = run(line(Sector="", Dienst="", Opdrachtsom="", Startdatum="", Functie="", Telefoon="",
                      Taal="", Rol="", Leidinggevende="", E_mail_leidinggevende=""))  # fmt: skip
    assert not report.faults
    assert everything() == before


def test_contacts_missing_from_a_list_stay():
    run(line(), colleague(2))
    report = run(line())
    assert tally(report, "project_contacts") == (0, 0, 1)
    assert ProjectContact.objects.count() == 2


def test_a_new_role_is_a_change():
    run(line())
    assert tally(run(line(Rol="inkoper")), "project_contacts") == (0, 1, 0)
    assert ProjectContact.objects.get().role == "buyer"


def test_rows_that_exist_in_other_capitals_are_used():
    make_client(name="gemeente DEN HAAG")
    make_division(name="WATER")
    make_user(email="Anneke@waterkant.example", name="Anneke Jansen")
    User.objects.update(email="Anneke@waterkant.example")  # as the admin may have stored it
    make_contact(client=Client.objects.get(), email="ZOE@denhaag.example", name="Zoë de Vries")
    report = run(line())
    assert not report.faults
    assert [tally(report, name)[0] for name in ("clients", "divisions", "users", "contacts")] == [
        0,
        0,
        1,  # the supervisor
        0,
    ]


# Details of contacts -----------------------------------------------------------------------------
@pytest.mark.parametrize("newest_first", [True, False])
def test_the_line_of_the_project_that_ended_last_counts(newest_first):
    older = line(Projectnummer="W2", Startdatum="01-01-2025", Einddatum="01-06-2025",
                 Functie="Stagiair", Telefoon="06-87654321", Taal="en")  # fmt: skip
    lines = [line(), older] if newest_first else [older, line()]
    report = run(*lines)
    contact = Contact.objects.get()
    assert contact.job_title == "Projectleider"
    assert contact.phone == "+31612345678"
    assert contact.language == "nl"
    assert contact.details_as_of == date(2026, 11, 9)
    (sample,) = report.notices[Remark.CONTACT_DETAILS_DIFFER].samples
    assert sample == {"email": "zoe@denhaag.example", "line": 2 if newest_first else 3}


def test_a_detail_that_the_newest_line_lacks_comes_from_an_older_one():
    older = line(Projectnummer="W2", Startdatum="01-01-2025", Einddatum="01-06-2025")
    run(line(Telefoon=""), older)
    assert Contact.objects.get().phone == "+31612345678"
    before = everything()
    run(line(Telefoon=""), older)
    assert everything() == before


def test_a_running_project_does_not_date_details_by_its_planned_end():
    running = line(Projectnummer="W2", Status="Lopend", Startdatum="01-02-2026",
                   Einddatum="01-12-2030", Functie="Oud")  # fmt: skip
    run(line(), running)
    contact = Contact.objects.get()
    assert (contact.job_title, contact.details_as_of) == ("Projectleider", date(2026, 11, 9))


def test_an_older_list_does_not_overwrite_newer_details():
    run(line())
    older = line(Projectnummer="W2", Startdatum="01-01-2025", Einddatum="01-06-2025",
                 Functie="Stagiair")  # fmt: skip
    report = run(older)
    assert Contact.objects.get().job_title == "Projectleider"
    assert report.notices[Remark.CONTACT_DETAILS_OLDER].count == 1
    assert tally(report, "contacts") == (0, 0, 1)


def test_a_newer_list_overwrites_details():
    run(line(Einddatum="01-06-2026"))
    report = run(line(Projectnummer="W2", Functie="Wethouder", Contactpersoon="Zoë Bos"))
    contact = Contact.objects.get()
    assert (contact.name, contact.job_title) == ("Zoë Bos", "Wethouder")
    assert contact.details_as_of == date(2026, 11, 9)
    assert tally(report, "contacts") == (0, 1, 0)


# Colleagues --------------------------------------------------------------------------------------
def test_missing_colleagues_are_made_without_a_password():
    report = run(line())
    manager = User.objects.get(email="anneke@waterkant.example")
    assert (manager.name, manager.language, manager.supervisor.name) == (
        "Anneke Jansen",
        "nl",
        "Kees Bakker",
    )
    assert not manager.has_usable_password()
    assert not manager.is_management
    assert not manager.is_administrator
    assert tally(report, "users") == (2, 0, 0)


def test_another_supervisor_is_a_change_that_is_told():
    run(line())
    report = run(line(Leidinggevende="Bas Bos", E_mail_leidinggevende="bas@waterkant.example"))
    assert User.objects.get(name="Anneke Jansen").supervisor.name == "Bas Bos"
    assert tally(report, "users") == (1, 1, 0)
    assert report.notices[Remark.SUPERVISOR_CHANGED].samples == [
        {"email": "anneke@waterkant.example", "supervisor": "bas@waterkant.example"}
    ]


def test_two_supervisors_in_one_list():
    older = line(
        Projectnummer="W2",
        Startdatum="01-01-2025",
        Einddatum="01-06-2025",
        Leidinggevende="Bas Bos",
        E_mail_leidinggevende="bas@waterkant.example",
    )
    report = run(line(), older)
    assert User.objects.get(name="Anneke Jansen").supervisor.name == "Kees Bakker"
    assert report.notices[Remark.SUPERVISOR_DIFFERS].count == 1
    before = everything()
    run(line(), older)
    assert everything() == before


def test_the_stored_name_of_a_colleague_stays():
    make_user(email="anneke@waterkant.example", name="Anneke Jansen-de Wit")
    report = run(line())
    assert User.objects.get(email="anneke@waterkant.example").name == "Anneke Jansen-de Wit"
    assert report.notices[Remark.USER_NAME_KEPT].count == 1


# Telephones of colleagues ------------------------------------------------------------------------
MANAGER_PHONE, SUPERVISOR_PHONE = "Telefoon accountmanager", "Telefoon leidinggevende"


def phones():
    return dict(User.objects.values_list("name", "phone"))


def with_phones(manager, supervisor="", **cells):
    return line(**cells, **{MANAGER_PHONE: manager, SUPERVISOR_PHONE: supervisor})


@pytest.mark.parametrize(
    "headings",
    [
        (MANAGER_PHONE, SUPERVISOR_PHONE),
        ("Account manager phone", "Supervisor phone"),
        ("Accountmanager: telefoon", "Leidinggevende (telefoon)"),
    ],
)
def test_new_colleagues_get_their_number_as_it_can_be_dialled(headings):
    cells = dict(zip(headings, ["079 555 01 42", "+32 2 555 12 34"], strict=True))
    report = run(line(**cells))
    assert not report.notices
    assert phones() == {"Anneke Jansen": "+31795550142", "Kees Bakker": "+3225551234"}
    assert tally(report, "users") == (2, 0, 0)
    before = everything()
    again = run(line(**cells))
    assert everything() == before
    assert tally(again, "users") == (0, 0, 2)
    assert not again.notices


def test_the_list_fills_an_empty_number_and_counts_one_change():
    make_user(email="anneke@waterkant.example", name="Anneke Jansen", phone="")
    report = run(with_phones("06-12345678"))  # who also gets a supervisor: still one change
    assert phones()["Anneke Jansen"] == "+31612345678"
    assert tally(report, "users") == (1, 1, 0)


def test_a_stored_number_stays_and_another_one_is_told():
    make_user(email="anneke@waterkant.example", name="Anneke Jansen", phone="079 555 0142")
    report = run(with_phones("06-12345678"))
    assert phones()["Anneke Jansen"] == "079 555 0142"
    notice = report.notices[Remark.USER_PHONE_KEPT]
    assert notice.samples == [
        {
            "email": "anneke@waterkant.example",
            "kept": "079 555 0142",
            "listed": "+31612345678",
            "line": 2,
        }
    ]
    assert notice.text == (
        "Collega’s die met een ander telefoonnummer bekend zijn; dat nummer bleef staan: "
        "1 (anneke@waterkant.example)."
    )
    same = run(with_phones("+31 79 555 0142"))  # the same number in another hand
    assert Remark.USER_PHONE_KEPT not in same.notices
    assert phones()["Anneke Jansen"] == "079 555 0142"


@pytest.mark.parametrize("newest_first", [True, False])
def test_of_several_numbers_that_of_the_project_that_ended_last_counts(newest_first):
    newest = with_phones("06-12345678")
    older = with_phones("06-87654321", Projectnummer="W2", Startdatum="01-01-2025",
                        Einddatum="01-06-2025")  # fmt: skip
    silent = with_phones("", Projectnummer="W3", Einddatum="20-11-2026")
    lines = [newest, older, silent] if newest_first else [silent, older, newest]
    report = run(*lines)
    assert phones()["Anneke Jansen"] == "+31612345678"
    assert report.notices[Remark.USER_PHONES_DIFFER].samples == [
        {
            "email": "anneke@waterkant.example",
            "phone": "+31612345678",
            "line": 2 if newest_first else 4,
        }
    ]
    before = everything()
    run(*lines)
    assert everything() == before


def test_a_number_of_a_colleague_that_nobody_can_dial_is_told_once():
    lines = [with_phones("toestel 142"), with_phones("toestel 142", Projectnummer="W2")]
    report = run(*lines)
    assert phones()["Anneke Jansen"] == "toestel 142"
    assert report.notices[Remark.PHONE_KEPT].samples == [{"phone": "toestel 142", "line": 3}]


def test_a_number_of_a_colleague_that_does_not_fit_is_a_fault():
    report = run(with_phones("1" * 41))
    assert [(fault.name, fault.code) for fault in report.faults] == [
        ("account_manager_phone", Code.TOO_LONG)
    ]


def test_a_dry_run_counts_numbers_and_writes_none():
    make_user(email="anneke@waterkant.example", name="Anneke Jansen", phone="")
    before = everything()
    report = run(with_phones("06-12345678", "06-87654321"), dry_run=True)
    assert everything() == before
    assert report.tallies == run(with_phones("06-12345678", "06-87654321")).tallies


# Chunks ------------------------------------------------------------------------------------------
def test_projects_and_contacts_that_span_chunks(monkeypatch):
    monkeypatch.setattr("surveys.importers.project_list._CHUNK", 2)
    lines = [colleague(n) for n in range(5)]
    lines += [colleague(n, Projectnummer="W2", Einddatum="10-11-2026") for n in range(5)]
    report = run(*lines)
    assert not report.faults
    assert tally(report, "projects") == (2, 0, 0)
    assert tally(report, "contacts") == (5, 0, 0)
    assert tally(report, "project_contacts") == (10, 0, 0)
    assert run(*lines, dry_run=True).tallies == run(*lines).tallies


def test_progress_is_told_for_both_passes():
    told = []
    import_project_list(SAMPLE, today=TODAY, progress=lambda *step: told.append(step))
    assert [stage for stage, _lines in told] == ["checked", "checked", "written", "written"]
    assert (told[1], told[3]) == (("checked", 608), ("written", 571))


def test_somebody_else_writing_the_same_rows(monkeypatch):
    def clash(*args, **kwargs):
        raise IntegrityError("client_name_unique")

    monkeypatch.setattr("surveys.importers.writing.ProjectContact.objects.bulk_create", clash)
    before = everything()
    with pytest.raises(ImportFileError) as raised:
        run(line())
    assert raised.value.code == FileCode.CHANGED_MEANWHILE
    assert everything() == before  # the chunk was rolled back
