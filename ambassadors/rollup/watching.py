"""The database marks the projects whose facts change, whoever changes them and however.

Bulk updates, imports and the administration pass by any signal of Django's, but not by a trigger.
A mark is a plain insert in the same transaction as the change: it waits for nobody, and what is
rolled back leaves none. Triggers fire on the columns that facts are made of, and on no others.

SQLite makes a table anew when it is altered, which drops its triggers and stumbles over those of
other tables. There they are taken away before a migration and put back after it, and every project
is marked.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from alerts.models import Alert, Lead
from ambassadors.programme.models import Ask
from ambassadors.rollup.models import Mark
from outbox.models import Delivery, State
from surveys.models import Client, Contact, Invitation, Omission, Project, ProjectContact, Response

_PREFIX = "rollup_mark_"
_MARKS, _PROJECTS = Mark._meta.db_table, Project._meta.db_table
_PARTS, _INVITATIONS = ProjectContact._meta.db_table, Invitation._meta.db_table
_RESPONSES = Response._meta.db_table

# What each changed row says of which projects; {row} is NEW or OLD.
_OF_PROJECT = "SELECT {row}.id"
_OF_PART = "SELECT {row}.project_id"
_OF_PART_ID = f"SELECT p.project_id FROM {_PARTS} p WHERE p.id = {{row}}.project_contact_id"
# An invitation bears on whether the contact was asked elsewhere, an answer on which is the latest.
_OF_CONTACT = (
    f"SELECT p.project_id FROM {_PARTS} p WHERE p.contact_id = "
    f"(SELECT q.contact_id FROM {_PARTS} q WHERE q.id = {{row}}.project_contact_id)"
)
_OF_ANSWER = (
    f"SELECT p.project_id FROM {_PARTS} p WHERE p.contact_id = (SELECT q.contact_id FROM {_PARTS} q"
    f" JOIN {_INVITATIONS} i ON i.project_contact_id = q.id WHERE i.id = {{row}}.invitation_id)"
)
_OF_CLIENT = (
    f"SELECT p.project_id FROM {_PARTS} p WHERE p.contact_id IN"
    f" (SELECT c.id FROM {Contact._meta.db_table} c WHERE c.client_id = {{row}}.id)"
)
_OF_PERSON = f"SELECT p.project_id FROM {_PARTS} p WHERE p.contact_id = {{row}}.id"
# Somebody else in their place: both have another latest answer, and were asked elsewhere or not.
_OF_PLACE = f"SELECT p.project_id FROM {_PARTS} p WHERE p.contact_id = {{row}}.contact_id"
_OF_MAIL = (
    f"SELECT p.project_id FROM {_PARTS} p JOIN {_INVITATIONS} i ON i.project_contact_id = p.id"
    f" WHERE i.delivery_id = {{row}}.id"
)
_OF_RESPONSE = (
    f"SELECT p.project_id FROM {_PARTS} p JOIN {_INVITATIONS} i ON i.project_contact_id = p.id"
    f" JOIN {_RESPONSES} r ON r.invitation_id = i.id WHERE r.id = {{row}}.response_id"
)
_OF_ASK = (
    f"SELECT p.project_id FROM {_PARTS} p JOIN {_INVITATIONS} i ON i.project_contact_id = p.id"
    f" JOIN {_RESPONSES} r ON r.invitation_id = i.id JOIN {Alert._meta.db_table} a"
    f" ON a.response_id = r.id WHERE a.id = {{row}}.alert_id"
)
_SETTLED = f"('{State.SENT}', '{State.UNDELIVERABLE}')"


@dataclass(frozen=True, kw_only=True)
class Watch:
    """One table: which columns matter, and which projects a changed row means."""

    model: type[Model]
    projects: str
    columns: tuple[str, ...] = ()
    events: tuple[str, ...] = ("INSERT", "UPDATE", "DELETE")
    only: str = ""  # a further condition on an update

    @property
    def table(self) -> str:
        """The name of the table."""
        return str(self.model._meta.db_table)

    def triggers(self) -> Iterator[tuple[str, str, str, list[str]]]:
        """Yield the event, its clause, the condition and the statements of each trigger."""
        for event in self.events:
            rows = {"INSERT": ["NEW"], "DELETE": ["OLD"], "UPDATE": ["OLD", "NEW"]}[event]
            clause, condition = event, ""
            if event == "UPDATE":
                clause = f"UPDATE OF {', '.join(self.columns)}"
                condition = " OR ".join(f"{{differs:{name}}}" for name in self.columns)
                condition = f"({condition}) AND {self.only}" if self.only else condition
            marks = [
                f"INSERT INTO {_MARKS} (project_id) {self.projects.format(row=row)};"
                for row in rows
            ]
            yield event, clause, condition, list(dict.fromkeys(marks))


_PROJECT_COLUMNS = (
    "client_id",
    "account_manager_id",
    "division_id",
    "service_id",
    "sector_id",
    "value",
    "state",
    "closed_on",
)
WATCHES = (
    Watch(model=Project, projects=_OF_PROJECT, columns=_PROJECT_COLUMNS),
    Watch(model=ProjectContact, projects=_OF_PART, columns=("project_id", "contact_id")),
    Watch(model=ProjectContact, projects=_OF_PLACE, columns=("contact_id",), events=("UPDATE",)),
    Watch(
        model=Invitation,
        projects=_OF_CONTACT,
        columns=(
            "project_contact_id",
            "touchpoint",
            "questionnaire_id",
            "invited_at",
            "expires_at",
            "withdrawn_at",
            "delivery_id",
        ),
    ),
    Watch(
        model=Response,
        projects=_OF_ANSWER,
        columns=(
            "invitation_id",
            "satisfaction",
            "recommendation",
            "score",
            "interest",
            '"group"',
            "submitted_at",
            "replaced_at",
        ),
    ),
    Watch(model=Omission, projects=_OF_PART_ID, columns=("project_contact_id", "reason")),
    Watch(
        model=Contact,
        projects=_OF_PERSON,
        columns=("name", "client_id", "opted_out_at", "bounced_at"),
        events=("UPDATE",),
    ),
    Watch(model=Client, projects=_OF_CLIENT, columns=("name",), events=("UPDATE",)),
    Watch(
        model=Delivery,
        projects=_OF_MAIL,
        columns=("state", "bounced_at", "transport"),
        events=("UPDATE",),
        only=f"(NEW.state IN {_SETTLED} OR OLD.state IN {_SETTLED})",
    ),
    Watch(
        model=Alert,
        projects=_OF_RESPONSE,
        columns=(
            "response_id",
            "state",
            "acknowledge_by",
            "speak_by",
            "acknowledged_at",
            "first_spoken_at",
            "closed_at",
            "outcome",
            "recovered_at",
            "root_cause",
        ),
    ),
    Watch(
        model=Lead, projects=_OF_RESPONSE, columns=("response_id", "created_at", "stage", "value")
    ),
    Watch(model=Ask, projects=_OF_ASK, columns=("alert_id", "asked_on", "kind", "answer")),
)


def rest_while_migrating(using: str, plan: Any = (), **kwargs: Any) -> None:
    """Take the triggers away on SQLite when there is something to migrate (pre_migrate)."""
    connection = connections[using]
    if plan and connection.vendor == "sqlite":
        remove(connection)


def watch_after_migrating(using: str, **kwargs: Any) -> None:
    """Put the triggers in place when all tables are there (post_migrate)."""
    connection = connections[using]
    tables = connection.introspection.table_names()
    if {watch.table for watch in WATCHES} | {_MARKS} <= set(tables) and install(connection):
        mark_all(connection)


def mark_all(connection: BaseDatabaseWrapper) -> None:
    """Mark every project, the ones closed longest ago first."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {_MARKS} (project_id) SELECT id FROM {_PROJECTS} ORDER BY closed_on, id"
        )


def install(connection: BaseDatabaseWrapper) -> int:
    """Put the triggers in place that are missing, and take away those of an earlier version.

    Returns how many were missing.
    """
    wanted = dict(_statements(connection))
    there = installed(connection)
    for name in set(there) - set(wanted):
        _drop(connection, name, there[name])
    absent = wanted.keys() - there.keys()
    with connection.cursor() as cursor:
        for statement in [statement for name in absent for statement in wanted[name]]:
            cursor.execute(statement)
    return len(absent)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take all of them away: for who fills an empty database by the million, and then rebuilds."""
    for name, table in installed(connection).items():
        _drop(connection, name, table)


def installed(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """Return the name of every trigger of ours that is there, with its table."""
    source = (
        "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " WHERE NOT t.tgisinternal AND pg_table_is_visible(c.oid)"
        if connection.vendor == "postgresql"
        else "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(source)
        return {name: table for name, table in cursor.fetchall() if name.startswith(_PREFIX)}


def missing(connection: BaseDatabaseWrapper) -> set[str]:
    """Return the names of those that should be there and are not."""
    return {name for name, _statements_ in _statements(connection)} - set(installed(connection))


def _statements(connection: BaseDatabaseWrapper) -> Iterator[tuple[str, Iterable[str]]]:
    """Yield each trigger's name, which ends in a digest of what it does, and how to make it."""
    is_postgresql = connection.vendor == "postgresql"
    differs = "{0} IS DISTINCT FROM {1}" if is_postgresql else "{0} IS NOT {1}"
    for watch in WATCHES:
        for event, clause, pattern, marks in watch.triggers():
            condition = pattern
            for column in watch.columns:
                told = differs.format(f"OLD.{column}", f"NEW.{column}")
                condition = condition.replace(f"{{differs:{column}}}", told)
            when = f"WHEN ({condition})" if condition else ""
            content = "\n".join([clause, when, *marks])
            digest = sha256(content.encode()).hexdigest()[:8]
            name = f"{_PREFIX}{watch.table}_{event.lower()}_{digest}"
            make = _for_postgresql if is_postgresql else _for_sqlite
            yield name, make(name, watch.table, clause, when, marks)


def _for_sqlite(name: str, table: str, clause: str, when: str, marks: list[str]) -> list[str]:
    head = f"CREATE TRIGGER {name} AFTER {clause} ON {table} FOR EACH ROW {when}"
    return [f"{head} BEGIN {' '.join(marks)} END"]


def _for_postgresql(name: str, table: str, clause: str, when: str, marks: list[str]) -> list[str]:
    body = f"BEGIN {' '.join(marks)} RETURN NULL; END"
    head = f"CREATE TRIGGER {name} AFTER {clause} ON {table} FOR EACH ROW {when}"
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$",
        f"{head} EXECUTE FUNCTION {name}()",
    ]


def _drop(connection: BaseDatabaseWrapper, name: str, table: str) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"DROP TRIGGER {name} ON {table}")
            cursor.execute(f"DROP FUNCTION {name}()")
        else:
            cursor.execute(f"DROP TRIGGER {name}")
