"""A list as a table: the same columns and rows on the page and in the file that is taken out."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import islice
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from ambassadors.dashboard.spreadsheets import Value
from staff import wording
from surveys.models import Group

_AT_ONCE = 2_000
_CENT = Decimal("0.01")
_GLYPHS = {Group.POSITIVE.value: "+", Group.NEUTRAL.value: "0", Group.NEGATIVE.value: "–"}


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    GROUP = "group"
    DAY = "day"
    NUMBER = "number"
    EURO = "euro"


def _nothing(row: Any) -> str:
    return ""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: what it is called, what it holds, and how that is read off a row.

    ``href``, where it leads, and ``note``, small print below it, are asked by pages only: a file
    of a million rows pays for neither.
    """

    label: str
    value: Callable[[Any], Any]
    kind: Kind = Kind.TEXT
    href: Callable[[Any], str] = _nothing
    note: Callable[[Any], str] = _nothing
    is_only_in_file: bool = False


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A cell as the page shows it."""

    label: str
    kind: Kind
    text: str
    href: str
    note: str
    value: Any


@dataclass(frozen=True, kw_only=True)
class Table:
    """A list: what it is called, what it is about, and how its rows are made.

    ``source`` is counted, sliced and walked through (a ``FactList``, a QuerySet, a list);
    ``rows`` turns some of it into what the columns read, with a fixed number of queries.
    """

    slug: str
    title: str
    about: str = ""
    columns: list[Column]
    source: Any
    rows: Callable[[Sequence[Any]], Iterable[Any]] = iter
    empty: str = ""
    notes: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        """Return how many rows there are."""
        is_list = isinstance(self.source, list)
        return len(self.source) if is_list else int(self.source.count())

    def shown(self, part: Sequence[Any]) -> list[list[Shown]]:
        """Return a page of rows as they are shown."""
        columns = [column for column in self.columns if not column.is_only_in_file]
        return [[_shown(column, row) for column in columns] for row in self.rows(part)]

    @property
    def header(self) -> list[str]:
        """The names of the columns."""
        return [column.label for column in self.columns]

    def lines(self) -> Iterator[list[Value]]:
        """Yield every row as the values of a file, a few thousand in memory at once."""
        made = [(column.value, _IN_FILE[column.kind]) for column in self.columns]
        source = iter(_walk(self.source))
        while part := list(islice(source, _AT_ONCE)):
            for row in self.rows(part):
                yield [in_file(value(row)) for value, in_file in made]


def _walk(source: Any) -> Any:
    """Return what yields the source row by row, without keeping it."""
    return source.iterator(chunk_size=_AT_ONCE) if hasattr(source, "iterator") else source


def _shown(column: Column, row: Any) -> Shown:
    value = column.value(row)
    return Shown(
        label=column.label,
        kind=column.kind,
        text=_in_words(column.kind, value),
        href=column.href(row),
        note=column.note(row),
        value=value,
    )


def _in_words(kind: Kind, value: Any) -> str:
    if value is None:
        return ""
    if kind == Kind.GROUP:
        return str(dict(Group.choices).get(value, _("no answer")))
    if kind == Kind.DAY:
        return wording.day(_as_day(value), today=timezone.localdate())
    if kind == Kind.EURO:
        return wording.euro(value)
    return wording.whole_number(value) if kind == Kind.NUMBER else str(value)


def _as_day(value: date | datetime) -> date:
    return timezone.localtime(value).date() if isinstance(value, datetime) else value


# A file takes nothing else than these, however many rows it has.
_IN_FILE: dict[Kind, Callable[[Any], Value]] = {
    Kind.TEXT: lambda value: None if value is None else str(value),
    Kind.GROUP: lambda value: None if value is None else _GLYPHS.get(value, "?"),
    Kind.DAY: lambda value: None if value is None else _as_day(value),
    Kind.NUMBER: lambda value: None if value is None else int(value),
    Kind.EURO: lambda value: None if value is None else Decimal(value).quantize(_CENT),
}
