"""What makes a line faulty beside its cells: the lines before it, and what is stored."""

from datetime import date

import pytest

from staff.models import User
from surveys.importers import import_project_list
from surveys.importers.codes import FileCode, ImportFileError, Remark
from surveys.models import Client, Contact, Project, ProjectContact
from tests.factories import make_client, make_contact, make_invitation, make_project
from tests.imports.lists import ENGLISH, TODAY, colleague, csv_of, found, line, run

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"Projectnummer": ""}, "Projectnummer", "missing"),
        ({"Projectnaam": " \xa0 "}, "Projectnaam", "missing"),
        ({"Opdrachtgever": ""}, "Opdrachtgever", "missing"),
        ({"Divisie": ""}, "Divisie", "missing"),
        ({"Contactpersoon": ""}, "Contactpersoon", "missing"),
        ({"E_mail": ""}, "E-mail", "missing"),
        ({"Status": ""}, "Status", "missing"),
        ({"Accountmanager": ""}, "Accountmanager", "account_manager_missing"),
        ({"E_mail_accountmanager": ""}, "E-mail accountmanager", "missing"),
        ({"Leidinggevende": ""}, "Leidinggevende", "missing"),
        ({"E_mail_leidinggevende": ""}, "E-mail leidinggevende", "missing"),
        ({"E_mail": "zoe at denhaag.example"}, "E-mail", "invalid_email"),
        ({"E_mail": "a@denhaag.example; b@denhaag.example"}, "E-mail", "invalid_email"),
        ({"E_mail_accountmanager": "anneke"}, "E-mail accountmanager", "invalid_email"),
        ({"Opdrachtgever": "x" * 201}, "Opdrachtgever", "too_long"),
        ({"Projectnaam": "#N/B"}, "Projectnaam", "spreadsheet_error"),
        ({"Contactpersoon": "Zo\ufffd"}, "Contactpersoon", "unreadable_character"),
        ({"Opdrachtsom": "n.t.b."}, "Opdrachtsom", "not_an_amount"),
        ({"Opdrachtsom": "-5"}, "Opdrachtsom", "negative_amount"),
        ({"Startdatum": "31-02-2026"}, "Startdatum", "no_such_day"),
        ({"Einddatum": "18-01-2026"}, "Einddatum", "end_before_start"),
        ({"Einddatum": ""}, "Einddatum", "closed_without_end"),
        ({"Rol": "baas"}, "Rol", "unknown_role"),
        ({"Taal": "es"}, "Taal", "unknown_language"),
        ({"Status": "wie weet"}, "Status", "unknown_state"),
        ({"E_mail_leidinggevende": "Anneke@Waterkant.example"}, "E-mail leidinggevende",
         "own_supervisor"),
    ],
)  # fmt: skip
def test_a_faulty_line_beside_a_good_one(cells, column, code):
    report = run(line(), line(**({"Projectnummer": "W2"} | cells)))
    assert found(report) == [(3, column, code)]
    assert list(Project.objects.values_list("number", flat=True)) == ["W1"]


def test_everything_wrong_with_a_line_is_told_at_once():
    report = run(
        line(E_mail="x", Opdrachtsom="y", Einddatum="18-01-2026", Rol="baas"), colleague(2)
    )
    assert [column for _line, column, _code in found(report)] == [
        "Rol",
        "E-mail",
        "Opdrachtsom",
        "Einddatum",
    ]
    assert (report.good, report.faulty) == (1, 1)


def test_what_may_be_left_out():
    bare = ["Projectnummer", "Projectnaam", "Opdrachtgever", "Divisie", "Accountmanager",
            "E-mail accountmanager", "Contactpersoon", "E-mail", "Einddatum", "Status"]  # fmt: skip
    report = import_project_list(csv_of([{h: line()[h] for h in bare}]), today=TODAY)
    assert not report.faults
    project = Project.objects.get()
    assert (project.value, project.sector, project.service, project.started_on) == (None,) * 4
    contact = Contact.objects.get()
    assert (contact.phone, contact.language, contact.details_as_of) == ("", "", date(2026, 11, 9))
    assert ProjectContact.objects.get().role == ""
    assert User.objects.get().supervisor is None


def test_a_contact_is_on_a_project_once():
    report = run(line(), line(E_mail="ZOE@denhaag.example "))
    assert found(report) == [(3, "E-mail", "duplicate_contact")]
    assert report.faults[0].details["line"] == 2


@pytest.mark.parametrize(
    ("column", "other"),
    [
        ("Projectnaam", "Iets anders"),
        ("Sector", "Zorg"),
        ("Sector", ""),
        ("Divisie", "Milieu"),
        ("Dienst", "Bodem"),
        ("Opdrachtsom", "€ 1"),
        ("Startdatum", "20-01-2026"),
        ("Einddatum", "10-11-2026"),
        ("Status", "Lopend"),
    ],
)
def test_a_line_may_not_contradict_an_earlier_one(column, other):
    report = run(line(), colleague(2) | {column: other}, colleague(3))
    assert found(report) == [(3, column, "contradiction")]
    assert report.faults[0].details["line"] == 2
    assert report.good == 2


def test_another_account_manager_or_client_contradicts_too():
    manager = colleague(2, Accountmanager="Bas Bos", E_mail_accountmanager="b@waterkant.example")
    client = colleague(3, Opdrachtgever="Gemeente Delft")
    report = run(line(), manager, client)
    assert found(report) == [
        (3, "E-mail accountmanager", "contradiction"),
        (4, "Opdrachtgever", "contradiction"),
    ]


def test_a_faulty_line_is_no_measure_for_later_ones():
    report = run(line(Projectnaam="Fout", E_mail=""), colleague(2), colleague(3))
    assert found(report) == [(2, "E-mail", "missing")]
    assert report.good == 2


def test_capitals_and_amounts_written_otherwise_are_no_contradiction():
    other = colleague(2, Opdrachtgever="GEMEENTE DEN HAAG", Divisie="water", Opdrachtsom="13341.41",
                      Einddatum="9 nov 2026", Status="closed")  # fmt: skip
    assert not run(line(), other).faults
    assert Client.objects.get().name == "Gemeente Den Haag"


def test_one_address_is_one_person_at_one_client():
    elsewhere = line(Projectnummer="W2", Opdrachtgever="Gemeente Delft")
    renamed = line(Projectnummer="W3", Contactpersoon="Iemand Anders")
    assert found(run(line(), elsewhere, renamed)) == [
        (3, "E-mail", "contact_other_client"),
        (4, "Contactpersoon", "contact_other_name"),
    ]
    assert Client.objects.count() == 1  # a faulty line leaves nothing behind


def test_a_stored_contact_of_another_client():
    make_contact(client=make_client(name="Gemeente Delft"), email="Zoe@denhaag.example")
    report = run(line(), colleague(2))
    assert found(report) == [(2, "E-mail", "contact_stored_elsewhere")]
    assert "Gemeente Delft" in report.faults[0].reason


def test_a_colleague_has_one_name():
    other = line(Projectnummer="W2", Accountmanager="Anneke Bakker")
    above = line(Projectnummer="W3", Leidinggevende="Anneke Jansen")
    assert found(run(line(), other, above)) == [
        (3, "Accountmanager", "user_other_name"),
        (4, "Leidinggevende", "user_other_name"),
    ]


def test_a_stored_project_keeps_its_client():
    run(line())
    other = line(Opdrachtgever="Gemeente Delft", E_mail="d@delft.example", Contactpersoon="D")
    assert found(run(other)) == [(2, "Opdrachtgever", "project_stored_elsewhere")]


def test_a_stored_start_after_the_end_in_a_list_without_starts():
    run(line(Status="Lopend"))
    cells = {heading: text for heading, text in line().items() if heading != "Startdatum"}
    report = run({**cells, "Einddatum": "01-01-2026"})
    assert found(report) == [(2, "Einddatum", "end_before_start")]


def ask_about(part):
    make_invitation(project_contact=part)


def name_in_another(part):
    """Ask the contact about another project, in a mail that names this one."""
    other = make_project(client=part.project.client)
    elsewhere = ProjectContact(project=other, contact=part.contact)
    elsewhere.save()
    make_invitation(project_contact=elsewhere).also_about.add(part)


ASKED = pytest.mark.parametrize("ask", [ask_about, name_in_another])


@ASKED
def test_contacts_are_fixed_once_somebody_was_invited(ask):
    run(line())
    assert not run(colleague(2)).faults  # closed, nobody invited: still possible
    ask(ProjectContact.objects.first())
    before = ProjectContact.objects.count()
    report = run(line(Functie="Wethouder"), colleague(2), colleague(3))
    assert found(report) == [(4, "E-mail", "contact_too_late")]
    assert ProjectContact.objects.count() == before
    assert Contact.objects.get(email="zoe@denhaag.example").job_title == "Wethouder"


@ASKED
def test_a_project_whose_contacts_were_invited_does_not_run_again(ask):
    run(line())
    assert not run(line(Status="Lopend")).faults
    assert Project.objects.get().state == "running"
    run(line())
    ask(ProjectContact.objects.get())
    assert found(run(line(Status="Lopend"))) == [(2, "Status", "reopened")]
    assert Project.objects.get(number="W1").state == "closed"


@pytest.mark.parametrize("extra", ["", "x"])
def test_lines_with_too_many_cells(extra):
    source = csv_of([line()]).rstrip() + f";;{extra}\r\n".encode()
    report = import_project_list(source, today=TODAY)
    assert found(report) == ([(2, "", "too_many_cells")] if extra else [])


def test_a_line_cut_short_by_excel_and_one_by_a_quotation_mark():
    headings = [heading for heading in line() if heading != "Rol"] + ["Rol"]
    source = csv_of([line(), colleague(2), colleague(3)], headings=headings)
    _heading, first, second, third, _end = source.split(b"\r\n")
    cut = first.rsplit(b";", 1)[0]
    swallowed = second.rsplit(b";", 2)[0] + b';"Afgesloten\r\nbeslisser"'
    text = b"\r\n".join([_heading, cut, swallowed, third])
    assert found(import_project_list(text, today=TODAY)) == [(3, "", "too_few_cells")]


def test_broken_quotes_are_reported_and_the_rest_is_imported():
    source = csv_of([line(), colleague(2)]).replace(b"W1;Klimaat", b'W1;"Klimaat"', 1)
    report = import_project_list(source, today=TODAY)
    assert found(report) == [(2, "", "broken_quotes")]
    assert report.good == 1


def test_empty_lines_are_counted_and_no_fault():
    empty = dict.fromkeys(line(), " ")
    report = run(empty, line(), empty)
    assert (report.read, report.good, report.faulty, report.empty) == (3, 1, 0, 2)


def test_a_list_without_lines():
    with pytest.raises(ImportFileError) as raised:
        import_project_list(csv_of([line()]).splitlines()[0])
    assert raised.value.code == FileCode.NO_LINES


# What is told though nothing is wrong ------------------------------------------------------------
def test_a_number_that_cannot_be_dialled_is_kept_and_told():
    report = run(line(Telefoon="via secretariaat"))
    assert Contact.objects.get().phone == "via secretariaat"
    assert report.notices[Remark.PHONE_KEPT].samples == [{"phone": "via secretariaat", "line": 2}]


def test_a_closing_in_the_future_is_kept_and_told():
    report = run(line(Einddatum="01-12-2026"), colleague(2, Einddatum="01-12-2026"))
    assert not report.faults
    assert report.notices[Remark.CLOSES_LATER].samples == [{"project": "W1", "line": 2}]
    assert Remark.CLOSES_LATER not in run(line(Einddatum="22-11-2026")).notices


def test_unknown_columns_are_told_once():
    report = run({**line(), "Kostenplaats": "12"}, {**colleague(2), "Kostenplaats": "13"})
    assert report.notices[Remark.UNKNOWN_COLUMN].samples == [{"heading": "Kostenplaats"}]


@pytest.mark.parametrize(
    ("dates", "headings", "closed", "remark"),
    [
        (["03/04/2026"], "nl", date(2026, 4, 3), None),
        (["03/04/2026"], "en", date(2026, 4, 3), Remark.SLASHES_DAY_FIRST),
        (["03/04/2026", "13/04/2026"], "en", date(2026, 4, 3), None),
        (["03/04/2026", "04/13/2026"], "nl", date(2026, 3, 4), Remark.SLASHES_MONTH_FIRST),
        (["03/04/2026", "13/04/2026", "04/13/2026", "14/04/2026"], "nl", date(2026, 4, 3),
         Remark.SLASHES_MIXED),
    ],
)  # fmt: skip
def test_the_order_of_slashes_is_decided_for_the_whole_file(dates, headings, closed, remark):
    lines = [
        line(Projectnummer=f"W{number}", Startdatum="2026-01-19", Einddatum=text)
        for number, text in enumerate(dates, 1)
    ]
    if headings == "en":
        lines = [{ENGLISH[heading]: text for heading, text in each.items()} for each in lines]
    report = run(*lines)
    assert Project.objects.get(number="W1").closed_on == closed
    assert set(report.notices) - {Remark.CONTACT_DETAILS_DIFFER} == ({remark} if remark else set())
