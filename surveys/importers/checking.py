"""The first pass: does a line agree with the lines before it, and with what is stored?

A line is compared with *good* earlier lines only, so that one mistake is reported once. What this
pass remembers of a list is what the second pass, ``writing``, needs: which line is the first of
each project and contact, and whose details count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower

from surveys.importers.codes import Code, Remark
from surveys.importers.columns import Column
from surveys.importers.lines import Line, LineReader
from surveys.importers.report import Fault, ImportReport
from surveys.importers.values import parse_phone
from surveys.models import Contact, Invitation, Project, ProjectContact

# What all lines of a project must agree about.
_OF_PROJECT = (
    Column.PROJECT_NAME,
    Column.CLIENT,
    Column.SECTOR,
    Column.DIVISION,
    Column.SERVICE,
    Column.MANAGER_EMAIL,
    Column.VALUE,
    Column.STARTED_ON,
    Column.ENDED_ON,
    Column.STATE,
)
_ANY_CAPITALS = {Column.CLIENT, Column.SECTOR, Column.DIVISION, Column.SERVICE}
DETAILS = ("contact", "phone", "job_title", "language")  # of a contact, as a Line has them

Moment = tuple[date, int]  # of which day something is, and on which line: the highest counts


@dataclass(frozen=True, slots=True)
class SeenProject:
    """The first good line of a project."""

    line: int
    values: tuple[Any, ...]  # one for each of _OF_PROJECT


@dataclass(slots=True)
class SeenContact:
    """A contact of the list: the first good line, and for each detail the newest that is filled."""

    line: int
    client: str
    name: str
    details: list[tuple[Moment, str]]
    differs: bool = False

    @property
    def as_of(self) -> date:
        """The day of the newest detail."""
        return max(moment for moment, _value in self.details)[0]


@dataclass(frozen=True, slots=True)
class _StoredProject:
    client: str
    is_fixed: bool  # closed, and somebody was asked about it
    started_on: date | None


@dataclass(frozen=True, slots=True)
class _Stored:
    """What the database holds about the lines of one chunk."""

    projects: dict[str, _StoredProject]
    clients_of_contacts: dict[str, str]
    fixed_pairs: set[tuple[str, str]]

    @classmethod
    def about(cls, lines: Sequence[Line]) -> _Stored:
        """Fetch it, in three queries. A project that an invitation only names counts as asked."""
        about = Q(project_contact__project=OuterRef("pk"))
        named = Q(also_about__project=OuterRef("pk"))
        asked = [Exists(Invitation.objects.filter(condition)) for condition in (about, named)]
        rows = (
            Project.objects.filter(number__in={line.project_number for line in lines})
            .annotate(is_invited=asked[0] | asked[1])
            .values_list("number", "client__name", "state", "is_invited", "started_on")
        )
        projects = {
            number: _StoredProject(client, is_invited and state == Project.State.CLOSED, start)
            for number, client, state, is_invited, start in rows
        }
        contacts = Contact.objects.annotate(key=Lower("email")).filter(
            key__in={line.email for line in lines}
        )
        pairs = ProjectContact.objects.filter(
            project__number__in=[number for number, project in projects.items() if project.is_fixed]
        ).annotate(key=Lower("contact__email"))
        return cls(
            projects,
            dict(contacts.values_list("key", "client__name")),
            set(pairs.values_list("project__number", "key")),
        )


def _same(one: Any, other: Any, *, any_capitals: bool = True) -> bool:
    if any_capitals and isinstance(one, str) and isinstance(other, str):
        return one.casefold() == other.casefold()
    return bool(one == other)


def _shown(value: Any) -> str:
    """Return a value as a Dutch list would have it."""
    match value:
        case None:
            return ""
        case date():
            return f"{value:%d-%m-%Y}"
        case Decimal():
            return f"{value:.2f}".replace(".", ",")
        case _:
            return str(value)


@dataclass(slots=True)
class Checker:
    """Judges lines in the order of the list, and remembers what the good ones say."""

    reader: LineReader
    today: date
    projects: dict[str, SeenProject] = field(default_factory=dict)
    contacts: dict[str, SeenContact] = field(default_factory=dict)
    people: dict[str, tuple[str, int]] = field(default_factory=dict)  # address → name, line
    supervisors: dict[str, tuple[Moment, str]] = field(default_factory=dict)
    phones: dict[str, tuple[Moment, str]] = field(default_factory=dict)  # of colleagues
    faulty: set[int] = field(default_factory=set)
    _pairs: dict[str, int] = field(default_factory=dict)
    _torn: set[str] = field(default_factory=set)  # account managers with several supervisors
    _many_phones: set[str] = field(default_factory=set)

    def check(self, lines: Sequence[Line], report: ImportReport) -> None:
        """Judge one chunk; adds its faults, remarks and count of good lines to ``report``."""
        stored = _Stored.about(lines)
        for line in lines:
            faults = [
                *self._faults_of_project(line, stored),
                *self._faults_of_people(line),
                *self._faults_of_contact(line, stored),
            ]
            if faults:
                self.faulty.add(line.line)
                report.faults += faults
            else:
                self._remember(line)
                self._remark(line, report)
                report.good += 1

    def finish(self, report: ImportReport) -> None:
        """Add what only the whole list shows."""
        for email, contact in self.contacts.items():
            if contact.differs:
                line = max(moment for moment, _value in contact.details)[1]
                report.remark(Remark.CONTACT_DETAILS_DIFFER, email=email, line=line)
        for email in sorted(self._torn):
            moment, supervisor = self.supervisors[email]
            report.remark(
                Remark.SUPERVISOR_DIFFERS, email=email, supervisor=supervisor, line=moment[1]
            )
        for email, (moment, phone) in self.phones.items():
            if email in self._many_phones:
                report.remark(Remark.USER_PHONES_DIFFER, email=email, phone=phone, line=moment[1])
            if not parse_phone(phone)[1]:  # once a colleague, not once a line
                report.remark(Remark.PHONE_KEPT, phone=phone, line=moment[1])

    # Rules ------------------------------------------------------------------------------------
    def _faults_of_project(self, line: Line, stored: _Stored) -> list[Fault]:
        fault = self.reader.fault
        known = stored.projects.get(line.project_number)
        if known and not _same(known.client, line.client):
            code = Code.PROJECT_STORED_ELSEWHERE
            return [fault(line.line, Column.CLIENT, code, value=known.client)]
        if known and known.is_fixed and not line.is_closed:
            return [fault(line.line, Column.STATE, Code.REOPENED)]
        if known and known.started_on and not line.started_on and line.is_closed:
            assert line.ended_on is not None
            if line.ended_on < known.started_on:  # the list has no start; what is stored counts
                days = {"start": _shown(known.started_on), "end": _shown(line.ended_on)}
                return [fault(line.line, Column.ENDED_ON, Code.END_BEFORE_START, **days)]
        seen = self.projects.get(line.project_number)
        if seen is None:
            return []
        return [
            fault(line.line, column, Code.CONTRADICTION, line=seen.line, value=_shown(earlier))
            for column, earlier in zip(_OF_PROJECT, seen.values, strict=True)
            if not _same(earlier, getattr(line, column.value), any_capitals=column in _ANY_CAPITALS)
        ]

    def _faults_of_people(self, line: Line) -> list[Fault]:
        faults = []
        for column, email, name in (
            (Column.MANAGER, line.account_manager_email, line.account_manager),
            (Column.SUPERVISOR, line.supervisor_email, line.supervisor),
        ):
            known, known_line = self.people.get(email, (name, 0))
            if not _same(known, name):
                code = Code.USER_OTHER_NAME
                faults.append(
                    self.reader.fault(line.line, column, code, value=known, line=known_line)
                )
        return faults

    def _faults_of_contact(self, line: Line, stored: _Stored) -> list[Fault]:
        fault = self.reader.fault
        pair = (line.project_number, line.email)
        if earlier := self._pairs.get("\n".join(pair)):
            return [fault(line.line, Column.EMAIL, Code.DUPLICATE_CONTACT, line=earlier)]
        seen = self.contacts.get(line.email)
        if seen and not _same(seen.client, line.client):
            code = Code.CONTACT_OTHER_CLIENT
            return [fault(line.line, Column.EMAIL, code, value=seen.client, line=seen.line)]
        if seen and not _same(seen.name, line.contact):
            code = Code.CONTACT_OTHER_NAME
            return [fault(line.line, Column.CONTACT, code, value=seen.name, line=seen.line)]
        client = stored.clients_of_contacts.get(line.email, line.client)
        if not _same(client, line.client):
            return [fault(line.line, Column.EMAIL, Code.CONTACT_STORED_ELSEWHERE, value=client)]
        known = stored.projects.get(line.project_number)
        if known and known.is_fixed and pair not in stored.fixed_pairs:
            return [fault(line.line, Column.EMAIL, Code.CONTACT_TOO_LATE)]
        return []

    # Memory -----------------------------------------------------------------------------------
    def _remember(self, line: Line) -> None:
        if line.project_number not in self.projects:
            values = tuple(getattr(line, column.value) for column in _OF_PROJECT)
            self.projects[line.project_number] = SeenProject(line.line, values)
        self._pairs[f"{line.project_number}\n{line.email}"] = line.line
        self.people.setdefault(line.account_manager_email, (line.account_manager, line.line))
        moment = (line.as_of, line.line)
        if line.supervisor_email:
            self.people.setdefault(line.supervisor_email, (line.supervisor, line.line))
            self._remember_supervisor(line, moment)
            self._remember_phone(line.supervisor_email, line.supervisor_phone, moment)
        self._remember_phone(line.account_manager_email, line.account_manager_phone, moment)
        self._remember_contact(line, moment)

    def _remember_supervisor(self, line: Line, moment: Moment) -> None:
        manager = line.account_manager_email
        known = self.supervisors.setdefault(manager, (moment, line.supervisor_email))
        if known[1] != line.supervisor_email:
            self._torn.add(manager)
        if moment > known[0]:
            self.supervisors[manager] = (moment, line.supervisor_email)

    def _remember_phone(self, email: str, phone: str, moment: Moment) -> None:
        if not phone:
            return  # an empty cell says nothing
        known = self.phones.setdefault(email, (moment, phone))
        if known[1] != phone:
            self._many_phones.add(email)
        if moment > known[0]:
            self.phones[email] = (moment, phone)

    def _remember_contact(self, line: Line, moment: Moment) -> None:
        seen = self.contacts.get(line.email)
        if seen is None:
            details = [(moment, str(getattr(line, name))) for name in DETAILS]
            self.contacts[line.email] = SeenContact(line.line, line.client, line.contact, details)
            return
        for place, name in enumerate(DETAILS):
            earlier, known = seen.details[place]
            value = str(getattr(line, name))
            if not value:
                continue  # an empty cell says nothing
            seen.differs = seen.differs or bool(known and known != value)
            if not known or moment > earlier:
                seen.details[place] = (moment, value)

    def _remark(self, line: Line, report: ImportReport) -> None:
        if line.phone and not line.is_dialable:
            report.remark(Remark.PHONE_KEPT, phone=line.phone, line=line.line)
        first = self.projects[line.project_number].line == line.line
        if first and line.is_closed and line.ended_on and line.ended_on > self.today:
            report.remark(Remark.CLOSES_LATER, project=line.project_number, line=line.line)
