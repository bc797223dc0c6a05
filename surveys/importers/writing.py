"""The second pass: good lines become rows, a chunk in one transaction.

Rows are looked up and written in bulk, so that the number of queries follows the number of chunks.
A dry run takes the same road and skips every write; rows it would have made have no id.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from staff.languages import firm_language
from staff.models import Division, User
from surveys.importers.checking import Checker
from surveys.importers.codes import Remark
from surveys.importers.lines import Line
from surveys.importers.report import ImportReport, Tally
from surveys.importers.values import parse_phone
from surveys.models import (
    Client,
    Contact,
    ContactChange,
    Project,
    ProjectContact,
    Sector,
    Service,
)

_REASON_MAX = 300  # ContactChange.reason
_UNSAVED = -1  # the id of a row that a dry run would have made
_CONTACT_FIELDS = ("name", "phone", "job_title", "language")  # in the order of checking.DETAILS


class _Names:
    """Rows that are only a name: clients, divisions, services, sectors. Capitals do not matter."""

    def __init__(self, model: type[Model], tally: Tally, *, is_dry_run: bool) -> None:
        self._rows: QuerySet[Any] = model._default_manager.all()
        self._model = model
        self._tally = tally
        self._is_dry_run = is_dry_run
        self._ids: dict[str, int] = {
            name.casefold(): pk for pk, name in self._rows.values_list("pk", "name")
        }
        self._used: set[str] = set()

    def id_of(self, name: str) -> int:
        """Return the id of a name that ``ensure`` has seen."""
        return self._ids[name.casefold()]

    def ensure(self, names: Iterable[str]) -> None:
        """Make rows for the names that are new, in the capitals of the first line."""
        wanted: dict[str, str] = {}
        for name in filter(None, names):
            wanted.setdefault(name.casefold(), name)
        fresh = {key: name for key, name in wanted.items() if key not in self._ids}
        self._tally.created += len(fresh)
        self._tally.unchanged += len(wanted.keys() - fresh.keys() - self._used)
        self._used |= wanted.keys()
        if self._is_dry_run:
            self._ids.update(dict.fromkeys(fresh, _UNSAVED))
            return
        rows = self._rows.bulk_create([self._model(name=name) for name in fresh.values()])
        self._ids.update(zip(fresh, (row.pk for row in rows), strict=True))


@dataclass(slots=True)
class _Person:
    pk: int
    name: str
    phone: str
    supervisor: int | None
    is_counted: bool = False  # as made or as changed: one person counts once


class _People:
    """Account managers and supervisors. Missing ones are made, without a password."""

    def __init__(self, checker: Checker, report: ImportReport) -> None:
        self._checker = checker
        self._report = report
        self._tally = report.tallies["users"]
        rows = User.objects.annotate(key=Lower("email"))
        self._people = {
            key: _Person(*values)
            for key, *values in rows.values_list("key", "pk", "name", "phone", "supervisor_id")
        }
        self._used: set[str] = set()
        self._linked: set[str] = set()

    def id_of(self, email: str) -> int:
        """Return the id of an address that ``ensure`` has seen."""
        return self._people[email].pk

    def ensure(self, managers: Iterable[str]) -> None:
        """See to account managers and the supervisors that the list gives them."""
        for manager in managers:
            if manager in self._linked:
                continue
            self._linked.add(manager)
            self._ensure_one(manager)
            _moment, supervisor = self._checker.supervisors.get(manager, (None, ""))
            if supervisor:
                self._ensure_one(supervisor)
                self._link(manager, supervisor)

    def _ensure_one(self, email: str) -> None:
        if email in self._used:
            return
        self._used.add(email)
        name, line = self._checker.people[email]
        known = self._people.get(email)
        if known is None:
            self._people[email] = self._new(email, name)
            return
        self._tally.unchanged += 1
        if known.name.casefold() != name.casefold():
            self._report.remark(
                Remark.USER_NAME_KEPT, email=email, kept=known.name, listed=name, line=line
            )
        self._fill_phone(email, known)

    def _new(self, email: str, name: str) -> _Person:
        """Make a colleague; a dry run only counts them."""
        self._tally.created += 1
        _moment, phone = self._checker.phones.get(email, (None, ""))
        pk = _UNSAVED
        if not self._report.is_dry_run:
            pk = User.objects.create_user(
                email, name=name, phone=phone, language=firm_language()
            ).pk
        return _Person(pk, name, phone, None, is_counted=True)

    def _fill_phone(self, email: str, person: _Person) -> None:
        """Give a stored colleague the list's number, only when there is none yet."""
        moment, phone = self._checker.phones.get(email, ((None, 0), ""))
        if not phone:
            return
        if person.phone:
            if parse_phone(person.phone)[0] != phone:
                self._report.remark(
                    Remark.USER_PHONE_KEPT,
                    email=email,
                    kept=person.phone,
                    listed=phone,
                    line=moment[1],
                )
            return
        self._count_change(person)
        person.phone = phone
        if not self._report.is_dry_run:
            User.objects.filter(pk=person.pk).update(phone=phone)

    def _count_change(self, person: _Person) -> None:
        if not person.is_counted:
            person.is_counted = True
            self._tally.changed += 1
            self._tally.unchanged -= 1

    def _link(self, manager: str, supervisor: str) -> None:
        person, above = self._people[manager], self._people[supervisor]
        if person.supervisor == above.pk and above.pk != _UNSAVED:
            return
        self._count_change(person)
        if person.supervisor is not None:
            self._report.remark(Remark.SUPERVISOR_CHANGED, email=manager, supervisor=supervisor)
        person.supervisor = above.pk
        if not self._report.is_dry_run:
            User.objects.filter(pk=person.pk).update(supervisor=above.pk)


class Writer:
    """Writes good lines. What it did is counted in ``report``."""

    def __init__(self, checker: Checker, report: ImportReport) -> None:
        self._checker = checker
        self._report = report
        self._is_dry_run = report.is_dry_run
        self._clients = self._names(Client, "clients")
        self._divisions = self._names(Division, "divisions")
        self._services = self._names(Service, "services")
        self._sectors = self._names(Sector, "sectors")
        self._people = _People(checker, report)
        self._new_projects: set[str] = set()  # numbers; contacts of others are a later change

    def _names(self, model: type[Model], name: str) -> _Names:
        return _Names(model, self._report.tallies[name], is_dry_run=self._is_dry_run)

    def write(self, lines: Sequence[Line]) -> None:
        """Write one chunk, all or nothing."""
        if self._is_dry_run:
            self._write(lines)
            return
        with transaction.atomic():
            self._write(lines)

    def _write(self, lines: Sequence[Line]) -> None:
        self._clients.ensure(line.client for line in lines)
        self._divisions.ensure(line.division for line in lines)
        self._services.ensure(line.service for line in lines)
        self._sectors.ensure(line.sector for line in lines)
        self._people.ensure(line.account_manager_email for line in lines)
        self._write_projects(lines)
        self._write_contacts(lines)
        self._write_project_contacts(lines)

    # Projects ---------------------------------------------------------------------------------
    def _write_projects(self, lines: Sequence[Line]) -> None:
        seen = self._checker.projects
        heads = [line for line in lines if seen[line.project_number].line == line.line]
        stored = Project.objects.in_bulk(
            [line.project_number for line in heads], field_name="number"
        )
        fresh: list[Project] = []
        changed: list[Project] = []
        fields: set[str] = set()
        for line in heads:
            values = self._project_values(line)
            project = stored.get(line.project_number)
            if project is None:
                client = self._clients.id_of(line.client)
                self._new_projects.add(line.project_number)
                fresh.append(Project(number=line.project_number, client_id=client, **values))
            elif different := _apply(project, values):
                changed.append(project)
                fields |= different
        self._count("projects", len(heads), fresh, changed)
        if not self._is_dry_run:
            Project.objects.bulk_create(fresh)
            if changed:
                Project.objects.bulk_update(changed, sorted(fields))

    def _project_values(self, line: Line) -> dict[str, Any]:
        """Return what the line says about its project. An empty cell says nothing."""
        values: dict[str, Any] = {
            "name": line.project_name,
            "account_manager_id": self._people.id_of(line.account_manager_email),
            "division_id": self._divisions.id_of(line.division),
            "state": line.state,
            "closed_on": line.ended_on if line.is_closed else None,
        }
        optional = {
            "sector_id": self._sectors.id_of(line.sector) if line.sector else None,
            "service_id": self._services.id_of(line.service) if line.service else None,
            "value": line.value,
            "started_on": line.started_on,
            "planned_end_on": None if line.is_closed else line.ended_on,
        }
        return values | {name: value for name, value in optional.items() if value is not None}

    # Contacts ---------------------------------------------------------------------------------
    def _write_contacts(self, lines: Sequence[Line]) -> None:
        seen = self._checker.contacts
        heads = [line for line in lines if seen[line.email].line == line.line]
        stored = {contact.email.lower(): contact for contact in _contacts_of(heads)}
        fresh: list[Contact] = []
        touched: list[Contact] = []
        changed: list[Contact] = []
        for line in heads:
            contact = stored.get(line.email)
            if contact is None:
                fresh.append(self._new_contact(line))
                continue
            different = self._refresh(contact, line.email)
            if different:
                touched.append(contact)
            if different - {"details_as_of"}:
                changed.append(contact)
        self._count("contacts", len(heads), fresh, changed)
        if not self._is_dry_run:
            Contact.objects.bulk_create(fresh)
            if touched:
                Contact.objects.bulk_update(touched, [*_CONTACT_FIELDS, "details_as_of"])

    def _new_contact(self, line: Line) -> Contact:
        seen = self._checker.contacts[line.email]
        details = {
            name: value
            for name, (_moment, value) in zip(_CONTACT_FIELDS, seen.details, strict=True)
            if value
        }
        return Contact(
            client_id=self._clients.id_of(line.client),
            email=line.email,
            details_as_of=seen.as_of,
            **details,
        )

    def _refresh(self, contact: Contact, email: str) -> set[str]:
        """Let details of the list replace stored ones that are not newer; return what changed."""
        seen = self._checker.contacts[email]
        newer: dict[str, Any] = {}
        is_older = False
        for name, (moment, value) in zip(_CONTACT_FIELDS, seen.details, strict=True):
            known = getattr(contact, name)
            if not known or moment[0] >= contact.details_as_of:
                newer[name] = value or known
            elif value and value != known:
                is_older = True
        if is_older:
            self._report.remark(Remark.CONTACT_DETAILS_OLDER, email=email)
        return _apply(contact, newer | {"details_as_of": max(seen.as_of, contact.details_as_of)})

    # Contacts of projects ---------------------------------------------------------------------
    def _write_project_contacts(self, lines: Sequence[Line]) -> None:
        projects = dict(
            Project.objects.filter(number__in={line.project_number for line in lines}).values_list(
                "number", "pk"
            )
        )
        contacts = {contact.email.lower(): contact.pk for contact in _contacts_of(lines)}
        stored = {
            (row.project_id, row.contact_id): row
            for row in ProjectContact.objects.filter(project__in=projects.values())
        }
        fresh: list[ProjectContact] = []
        changed: list[ProjectContact] = []
        late: list[ProjectContact] = []
        for line in lines:
            project = projects.get(line.project_number, _UNSAVED)
            contact = contacts.get(line.email, _UNSAVED)
            row = stored.get((project, contact))
            if row is None:
                fresh.append(ProjectContact(project_id=project, contact_id=contact, role=line.role))
                if line.project_number not in self._new_projects:
                    late.append(fresh[-1])
            elif line.role and _apply(row, {"role": line.role}):
                changed.append(row)
        self._count("project_contacts", len(lines), fresh, changed)
        if not self._is_dry_run:
            ProjectContact.objects.bulk_create(fresh)
            self._log_changes(late)
            if changed:
                ProjectContact.objects.bulk_update(changed, ["role"])

    def _log_changes(self, added: Sequence[ProjectContact]) -> None:
        """Write down which contacts came to projects that were there before this list."""
        reason = _("project list %(file)s") % {"file": self._report.name}
        ContactChange.objects.bulk_create(
            ContactChange(
                project_id=row.project_id,
                contact_id=row.contact_id,
                kind=ContactChange.Kind.ADDED,
                reason=reason.strip()[:_REASON_MAX],
            )
            for row in added
        )

    def _count(
        self, name: str, total: int, fresh: Sequence[Model], changed: Sequence[Model]
    ) -> None:
        tally = self._report.tallies[name]
        tally.created += len(fresh)
        tally.changed += len(changed)
        tally.unchanged += total - len(fresh) - len(changed)


def _contacts_of(lines: Sequence[Line]) -> QuerySet[Contact]:
    """Return the stored contacts of these lines; a stored address may have capitals."""
    addresses = {line.email for line in lines}
    return Contact.objects.alias(key=Lower("email")).filter(key__in=addresses)


def _apply(row: Model, values: dict[str, Any]) -> set[str]:
    """Set what differs on ``row``; return the names of the fields that did."""
    different = {name for name, value in values.items() if getattr(row, name) != value}
    for name in different:
        setattr(row, name, values[name])
    return {name.removesuffix("_id") for name in different}
