"""A file of a list: the same columns as the page, read and written a part at a time."""

import csv
import io
import tracemalloc
from collections import namedtuple
from datetime import date, timedelta
from operator import attrgetter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ambassadors.dashboard import tables
from ambassadors.dashboard.spreadsheets import csv_pieces, xlsx_pieces
from ambassadors.dashboard.tables import Column, Kind, Table
from ambassadors.rollup.refreshing import refresh
from surveys.models import Consent, Contact, ProjectContact
from tests.dashboard.conftest import answered
from tests.factories import make_alert, make_ask, make_lead, make_project, make_service

LINE = namedtuple("LINE", ["name", "day"])
# What is read of a part of so many rows as the test makes: contacts and projects; alerts too; and
# of the names answers, services, asks and consents.
QUERIES_OF_A_PART = {"contacts": 2, "open": 3, "asks": 0, "leads": 1, "names": 5}


def lines_of(response):
    """The rows of a CSV file, without what it is about."""
    text = b"".join(response.streaming_content).decode()
    rows = list(csv.reader(io.StringIO(text[1:]), delimiter=";"))
    return rows[rows.index([]) + 2 :]


class Made:
    """A source of as many rows as asked for, none of which it keeps."""

    def __init__(self, number):
        self.number, self.handed_out = number, 0

    def count(self):
        return self.number

    def __iter__(self):
        for number in range(self.number):
            self.handed_out += 1
            yield LINE(f"Contact {number}", date(2026, 1, 1) + timedelta(days=number % 300))


def table_of(source):
    return Table(
        slug="made",
        title="Made",
        columns=[
            Column(label="Name", value=attrgetter("name")),
            Column(label="Day", value=attrgetter("day"), kind=Kind.DAY),
        ],
        source=source,
    )


def as_csv(table):
    return csv_pieces([], table.header, table.lines())


def as_excel(table):
    return xlsx_pieces([], table.header, table.lines(), names=("About", "List"))


@pytest.mark.parametrize("written", [as_csv, as_excel])
def test_memory_does_not_grow_with_the_rows(written):
    def peak(number):
        tracemalloc.start()
        for _piece in written(table_of(Made(number))):
            pass
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(100)  # what is imported and cached once
    assert peak(40_000) < 1.2 * peak(8_000)


@pytest.mark.parametrize("written", [as_csv, as_excel])
def test_the_first_bytes_leave_before_the_first_row_is_read(written):
    source = Made(100_000)
    pieces = written(table_of(source))
    assert next(pieces)
    assert source.handed_out == 0
    assert next(pieces)
    assert 0 < source.handed_out < 50_000


@pytest.fixture
def eight(manager):
    """Eight rows of each kind, or more: a full number of parts of two."""
    for number in range(8):
        make_alert(satisfaction="dissatisfied", recommendation="no")
        make_ask(asked_on=timezone.localdate() - timedelta(days=number))
        make_lead()
    refresh()


@pytest.mark.django_db
@pytest.mark.parametrize("which", sorted(QUERIES_OF_A_PART))
def test_every_part_of_a_file_costs_the_same_queries(client, eight, monkeypatch, which):
    def taken_out(at_once):
        monkeypatch.setattr(tables, "_AT_ONCE", at_once)
        with CaptureQueriesContext(connection) as caught:
            rows = lines_of(client.get(f"/dashboard/export/{which}.csv?period=all"))
        return len(caught), len(rows)

    taken_out(1000)  # what is cached once
    whole, number = taken_out(1000)
    assert number >= 8
    assert number % 2 == 0
    in_parts, same_number = taken_out(2)
    assert same_number == number
    assert in_parts - whole == (number // 2 - 1) * QUERIES_OF_A_PART[which]


@pytest.mark.django_db
@pytest.mark.parametrize("which", [*QUERIES_OF_A_PART, "silent", "causes"])
def test_a_file_makes_no_link(client, eight, monkeypatch, which):
    def no_link(*args, **kwargs):
        raise AssertionError("a file leads nowhere")

    for module in ("rows", "lists", "contacts"):
        monkeypatch.setattr(f"ambassadors.dashboard.{module}.reverse", no_link)
    assert client.get(f"/dashboard/export/{which}.csv?period=all").getvalue()


@pytest.mark.django_db
def test_stored_and_live_rows_are_written_in_one_order(client, manager):
    """Half of the facts are stored; of the other half the figures know nothing yet."""
    today = timezone.localdate()
    for number in range(6):
        answered(name=f"Werk {number}", closed_on=today - timedelta(days=number))
        if number % 2:
            refresh()
    answered(name="Werk 6", closed_on=today - timedelta(days=2, weeks=1))
    ProjectContact.objects.filter(project__name="Werk 3").update(role="buyer")
    projects = [row[3] for row in lines_of(client.get("/dashboard/export/contacts.csv"))]
    assert projects == [f"Werk {number}" for number in range(7)]


@pytest.mark.django_db
def test_a_project_without_contact_has_a_line_too(client, manager):
    project = make_project(name="Niemand", number="W-1")
    refresh()
    address = {"fate": "no_contact", "period": "all"}
    (line,) = lines_of(client.get("/dashboard/export/contacts.csv", address))
    assert line[:6] == ["–", "", project.client.name, "Niemand", "W-1", project.division.name]
    (row,) = client.get("/dashboard/contacts/", address).context["rows"]
    assert [cell.text for cell in row[:3]] == ["–", project.client.name, "Niemand"]
    assert [bool(cell.href) for cell in row[:3]] == [False, True, False]


@pytest.mark.django_db
def test_a_line_of_the_names_says_all_that_is_known(client, manager):
    ask = make_ask(asked_on=date(2026, 3, 1), kind="quote", asked_by=manager)
    response = ask.alert.response
    part, project = response.invitation.project_contact, response.project
    ProjectContact.objects.filter(pk=part.pk).update(role="buyer")
    Contact.objects.filter(pk=part.contact_id).update(job_title="Hoofd beheer")
    response.interest = "yes"
    response.save()
    response.services.set([make_service(name="Water"), make_service(name="Advies")])
    for kind in ("reference", "quote"):
        Consent.objects.create(response=response, kind=kind, wording="Ja", language="nl")
    (line,) = lines_of(client.get("/dashboard/export/names.csv?period=all"))
    day = str(timezone.localdate(response.submitted_at))
    assert line == [
        *("+", part.contact.name, "Hoofd beheer", "inkoper"),
        *(project.client.name, project.name, project.number, day, day),
        *("Ja", "Advies, Water", "Citaat", "2026-03-01", manager.name, "nog geen antwoord"),
        *("referentie, citaat", "", project.account_manager.name),
    ]


@pytest.mark.django_db
def test_a_position_that_forbids_it_and_what_is_not_said_are_in_words(client, manager):
    answered(recommendation="not_allowed")
    (line,) = lines_of(client.get("/dashboard/export/names.csv?period=all"))
    assert line[9:11] == ["Mag niet vanuit functie", "ja, niet gezegd waarvan"]
