"""One row of a project list into one ``Line``: every cell is parsed, every fault is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Model
from django.utils.translation import get_language

from staff.models import Division, User
from surveys.importers.codes import CellError, Code
from surveys.importers.columns import Column, Layout
from surveys.importers.reading import Row
from surveys.importers.report import Fault
from surveys.importers.values import (
    SlashOrder,
    parse_amount,
    parse_date,
    parse_language,
    parse_phone,
    parse_role,
    parse_state,
    tidy,
)
from surveys.models import Client, Contact, Project, Sector, Service

UNDATED = date(1900, 1, 1)  # details of a line without any date never replace dated ones
_CLOSED = Project.State.CLOSED.value


def _length(model: type[Model], name: str) -> int:
    length: int | None = model._meta.get_field(name).max_length  # type: ignore[union-attr]
    assert length is not None
    return length


_LENGTHS: dict[Column, int] = {
    Column.PROJECT_NUMBER: _length(Project, "number"),
    Column.PROJECT_NAME: _length(Project, "name"),
    Column.CLIENT: _length(Client, "name"),
    Column.SECTOR: _length(Sector, "name"),
    Column.DIVISION: _length(Division, "name"),
    Column.SERVICE: _length(Service, "name"),
    Column.MANAGER: _length(User, "name"),
    Column.MANAGER_EMAIL: _length(User, "email"),
    Column.SUPERVISOR: _length(User, "name"),
    Column.SUPERVISOR_EMAIL: _length(User, "email"),
    Column.MANAGER_PHONE: _length(User, "phone"),
    Column.SUPERVISOR_PHONE: _length(User, "phone"),
    Column.CONTACT: _length(Contact, "name"),
    Column.JOB_TITLE: _length(Contact, "job_title"),
    Column.EMAIL: _length(Contact, "email"),
    Column.PHONE: _length(Contact, "phone"),
}
_LONGEST = 1000  # characters of a date, an amount or a word: parsers need not see a novel
_REQUIRED: dict[Column, Code] = {
    Column.PROJECT_NUMBER: Code.MISSING,
    Column.PROJECT_NAME: Code.MISSING,
    Column.CLIENT: Code.MISSING,
    Column.DIVISION: Code.MISSING,
    Column.MANAGER: Code.ACCOUNT_MANAGER_MISSING,
    Column.MANAGER_EMAIL: Code.MISSING,
    Column.CONTACT: Code.MISSING,
    Column.EMAIL: Code.MISSING,
    Column.STATE: Code.MISSING,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One contact on one project, every cell valid by itself."""

    line: int
    project_number: str
    project_name: str
    client: str
    division: str
    account_manager: str
    account_manager_email: str
    contact: str
    email: str
    state: str
    sector: str = ""
    service: str = ""
    supervisor: str = ""
    supervisor_email: str = ""
    account_manager_phone: str = ""
    supervisor_phone: str = ""
    job_title: str = ""
    role: str = ""
    phone: str = ""
    is_dialable: bool = True
    language: str = ""
    value: Decimal | None = None
    started_on: date | None = None
    ended_on: date | None = None

    @property
    def is_closed(self) -> bool:
        """Whether the list says that the project is closed."""
        return self.state == _CLOSED

    @property
    def as_of(self) -> date:
        """Of which day its details are: the end of a closed project, the start of a running one.

        A planned end is no such day: details would count as newer than they are.
        """
        ended_on = self.ended_on if self.is_closed else None
        return ended_on or self.started_on or UNDATED


@lru_cache(maxsize=20_000)
def parse_email(text: str) -> str:
    """Return an e-mail address in lower case; raises ``CellError`` when it is none."""
    try:
        validate_email(text)
    except ValidationError:
        raise CellError(Code.INVALID_EMAIL, value=text) from None
    return text.lower()


def _phone_of_colleague(text: str) -> str:
    """Return a number as it is stored; one that cannot be dialled as written."""
    return parse_phone(text)[0]


def _checked(text: str, limit: int) -> str:
    """Return the tidied text of a cell; raises ``CellError`` when it holds none, or too much."""
    text = tidy(text)
    if len(text) > limit:
        raise CellError(Code.TOO_LONG, length=len(text), limit=limit)
    return text


class LineReader:
    """Reads rows of one file. ``shift`` is added to every date (for demonstrations)."""

    def __init__(self, layout: Layout, slashes: SlashOrder, shift: timedelta) -> None:
        self.layout = layout

        def parse_shifted(text: str) -> date:
            return parse_date(text, slashes) + shift

        parsers: dict[Column, Callable[[str], Any]] = {
            Column.MANAGER_EMAIL: parse_email,
            Column.SUPERVISOR_EMAIL: parse_email,
            Column.EMAIL: parse_email,
            Column.MANAGER_PHONE: _phone_of_colleague,
            Column.SUPERVISOR_PHONE: _phone_of_colleague,
            Column.ROLE: parse_role,
            Column.LANGUAGE: parse_language,
            Column.VALUE: parse_amount,
            Column.STATE: parse_state,
            Column.STARTED_ON: parse_shifted,
            Column.ENDED_ON: parse_shifted,
        }
        # Some twenty cells a line, so what is known of a column is looked up once.
        self._plan = [
            (column, column.value, place, parsers.get(column), _LENGTHS.get(column, _LONGEST))
            for column, place in layout.places.items()
        ]

    def fault(self, line: int, column: Column, code: Code, /, **details: str | int) -> Fault:
        """Return a fault of one cell, under the heading that the file gives it."""
        heading = self.layout.heading(column, get_language() or "nl")
        return Fault(line, code, heading, column.value, details)

    def read(self, row: Row) -> Line | list[Fault]:
        """Return the line, or everything that is wrong with its cells."""
        if broken := self._shape_fault(row):
            return [broken]
        faults: list[Fault] = []
        values: dict[str, Any] = {}
        for column, name, place, parse, limit in self._plan:
            if place >= len(row.cells) or not row.cells[place]:
                continue
            try:
                if text := _checked(row.cells[place], limit):
                    values[name] = parse(text) if parse else text
            except CellError as fault:
                faults.append(self.fault(row.line, column, fault.code, **fault.details))
        faulty = {fault.name for fault in faults}
        faults += self._missing(row.line, values, faulty)
        faults += self._impossible(row.line, values, faulty)
        if faults:
            return faults
        if phone := values.pop("phone", ""):
            values["phone"], values["is_dialable"] = parse_phone(phone)
        return Line(line=row.line, **values)

    def _shape_fault(self, row: Row) -> Fault | None:
        cells = len(row.cells)
        if row.is_broken:
            return Fault(
                row.line, Code.BROKEN_QUOTES, details={"line": row.line, "last": row.last_line}
            )
        sizes = {"cells": cells, "columns": self.layout.width}
        if any(cell.strip() for cell in row.cells[self.layout.width :]):
            return Fault(row.line, Code.TOO_MANY_CELLS, details=sizes)
        # Excel leaves out empty cells at the end of a line, but not inside a cell of many lines:
        # there a stray quotation mark has swallowed the end of the line.
        if cells < self.layout.width and row.last_line > row.line:
            return Fault(row.line, Code.TOO_FEW_CELLS, details=sizes)
        return None

    def _missing(self, line: int, values: dict[str, Any], faulty: set[str]) -> list[Fault]:
        """Name the required cells that are empty; one without account manager is named once."""
        missing = {
            column: code
            for column, code in _REQUIRED.items()
            if column not in values and column not in faulty
        }
        if Column.MANAGER in missing:
            missing.pop(Column.MANAGER_EMAIL, None)
        pair = (Column.SUPERVISOR, Column.SUPERVISOR_EMAIL)
        absent = [column for column in pair if column not in values]
        if len(absent) == 1 and absent[0] not in faulty:
            missing[absent[0]] = Code.MISSING
        return [self.fault(line, column, code) for column, code in missing.items()]

    def _impossible(self, line: int, values: dict[str, Any], faulty: set[str]) -> list[Fault]:
        """Name cells that are valid alone and not together."""
        faults = []
        start, end = values.get("started_on"), values.get("ended_on")
        if start and end and end < start:
            days = {"start": f"{start:%d-%m-%Y}", "end": f"{end:%d-%m-%Y}"}
            faults.append(self.fault(line, Column.ENDED_ON, Code.END_BEFORE_START, **days))
        if values.get("state") == _CLOSED and not end and Column.ENDED_ON not in faulty:
            faults.append(self.fault(line, Column.ENDED_ON, Code.CLOSED_WITHOUT_END))
        supervisor = values.get("supervisor_email")
        if supervisor and supervisor == values.get("account_manager_email"):
            faults.append(self.fault(line, Column.SUPERVISOR_EMAIL, Code.OWN_SUPERVISOR))
        return faults
