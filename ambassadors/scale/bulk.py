"""Rows by the million: kept as text and handed to PostgreSQL's COPY, or many to a statement.

No model instance is made and no signal is sent; constraints are the database's own, and hold.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.management.color import no_style
from django.db import connection
from django.db.models import Field, Max, Model

_ESCAPES: dict[int, str] = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_NULL = r"\N"


class Table:
    """One model's table. Values are given by column (``client_id``); what is not given is the
    field's default, as it was when this was made. Primary keys are counted on from the last."""

    def __init__(self, model: type[Model]) -> None:
        self.model = model
        fields = [field for field in model._meta.concrete_fields if not field.generated]
        self._columns = [str(field.column) for field in fields]
        self._encode = _for_copy if connection.vendor == "postgresql" else _for_statement
        self._places = {column: place for place, column in enumerate(self._columns)}
        self._usual = [self._encode(_default(field)) for field in fields]
        last = model._default_manager.aggregate(last=Max("pk"))["last"] or 0
        self._next = last + 1
        self._key = self._places[str(model._meta.pk.column)]
        self._rows: list[list[Any]] = []

    def __len__(self) -> int:
        """How many rows wait to be written."""
        return len(self._rows)

    def add(self, **values: Any) -> int:
        """Keep one row to be written; return its primary key."""
        row = self._usual.copy()
        key = self._next
        self._next += 1
        row[self._key] = self._encode(key)
        for column, value in values.items():
            row[self._places[column]] = self._encode(value)
        self._rows.append(row)
        return key

    def write(self) -> int:
        """Store what was kept, in the caller's transaction; return how many rows."""
        count = len(self._rows)
        if count:
            _writer()(self.model._meta.db_table, self._columns, self._rows)
            self._rows = []
        return count


def follow_sequences(tables: list[Table]) -> None:
    """Let the next ordinary insert of each of ``tables`` take a key of its own."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(
            no_style(), [table.model for table in tables]
        ):
            cursor.execute(statement)


def _default(field: Field[Any, Any]) -> Any:
    """Return what ``field`` stores when nothing is given; None also where that is not allowed."""
    if field.has_default():
        return field.get_default()
    return "" if field.empty_strings_allowed and not field.null else None


def _for_copy(value: Any) -> str:
    """Return ``value`` in the text format of COPY."""
    kind = type(value)
    if value is None:
        return _NULL
    if kind is int:
        return str(value)
    if kind is bool:
        return "t" if value else "f"
    if kind is bytes:
        return f"\\\\x{value.hex()}"
    if kind in (datetime, date):
        return f"{value.isoformat()}"
    text: str = json.dumps(value) if kind in (dict, list) else str(value)
    return text.translate(_ESCAPES)


def _for_statement(value: Any) -> Any:
    """Return ``value`` as SQLite stores it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    if isinstance(value, dict | list):
        return json.dumps(value)
    if isinstance(value, Decimal):
        return str(value)
    return value if isinstance(value, int | float | bytes | type(None)) else str(value)


def _writer() -> Callable[[str, list[str], list[list[Any]]], None]:
    return _copy if connection.vendor == "postgresql" else _insert


def _copy(table: str, columns: list[str], rows: list[list[Any]]) -> None:
    text = "\n".join(["\t".join(row) for row in rows])
    with connection.cursor() as cursor:
        cursor.copy_expert(
            f"COPY {connection.ops.quote_name(table)} ({_quoted(columns)}) FROM STDIN",
            io.StringIO(text + "\n"),
        )


def _insert(table: str, columns: list[str], rows: list[list[Any]]) -> None:
    places = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {connection.ops.quote_name(table)} ({_quoted(columns)}) "  # noqa: S608
            f"VALUES ({places})",  # names of our own tables and columns, quoted
            rows,
        )


def _quoted(columns: list[str]) -> str:
    return ", ".join(connection.ops.quote_name(column) for column in columns)
