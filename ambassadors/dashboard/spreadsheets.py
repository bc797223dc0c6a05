"""Rows to CSV and to XLSX, piece by piece: memory does not grow with their number.

CSV is as a Dutch Excel opens it with a double click: UTF-8 with a byte-order mark, semicolons, a
comma in amounts, days as year-month-day. XLSX is written here, part by part into a zip that needs
no seeking, so that the first bytes leave before the last row is read; libraries build the whole
file first, on disk or in memory. Numbers are numbers in it and days are days.
"""

import csv
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import RawIOBase, StringIO
from itertools import islice
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from ambassadors.dashboard.cells import safe

Value = str | int | Decimal | date | datetime | None
Line = Sequence[Value]

_PIECE = 64 * 1024  # bytes that leave at once
_ROWS_AT_ONCE = 100  # that are written into the zip together
_ROWS_OF_A_SHEET = 1_048_576  # Excel's limit
_DAY_ONE = date(1899, 12, 30)  # 0 in Excel's count of days
_GENERAL, _DAY, _MOMENT, _AMOUNT, _BOLD = range(5)

_NS = "http://schemas.openxmlformats.org"
_OFFICE = f"{_NS}/officeDocument/2006/relationships"
_PACKAGE = f"{_NS}/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_STYLES = (
    f'<styleSheet xmlns="{_NS}/spreadsheetml/2006/main">'
    '<numFmts count="3"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/>'
    '<numFmt numFmtId="166" formatCode="#,##0.00"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="5"><xf xfId="0"/>'
    '<xf xfId="0" numFmtId="164" applyNumberFormat="1"/>'
    '<xf xfId="0" numFmtId="165" applyNumberFormat="1"/>'
    '<xf xfId="0" numFmtId="166" applyNumberFormat="1"/>'
    '<xf xfId="0" fontId="1" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)


def csv_pieces(about: Iterable[Line], header: Line, rows: Iterable[Line]) -> Iterator[bytes]:
    """Yield a CSV file: what it is about, an empty line, the header, the rows."""
    paper = StringIO()
    writer = csv.writer(paper, delimiter=";", lineterminator="\r\n")
    paper.write("\ufeff")
    for line in (*about, (), header):
        writer.writerow(map(_as_text, line))
    yield _taken(paper)  # before the first row is read: nobody waits in front of nothing
    for line in rows:
        writer.writerow(map(_as_text, line))
        if paper.tell() > _PIECE:
            yield _taken(paper)
    yield _taken(paper)


def _taken(paper: StringIO) -> bytes:
    piece = paper.getvalue().encode()
    paper.seek(0)
    paper.truncate()
    return piece


def _as_text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return safe(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return str(value).replace(".", ",") if isinstance(value, Decimal) else str(value)


def xlsx_pieces(
    about: Iterable[Line], header: Line, rows: Iterable[Line], *, names: tuple[str, str]
) -> Iterator[bytes]:
    """Yield an Excel file of two sheets, ``names``: what it is about, and the rows.

    Beyond the rows that a sheet can hold, another one goes on.
    """
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as book:
        yield from _sheet(book, sink, 1, about)
        yield sink.taken()  # before the first row is read: nobody waits in front of nothing
        waiting, number = iter(rows), 1
        more = True
        while more:
            number += 1
            part = _Part(header, waiting)
            yield from _sheet(book, sink, number, part)
            more = part.is_full
        for path, text in _frame(names, number):
            book.writestr(path, _HEAD + text)
    yield sink.taken()


class _Sink(RawIOBase):
    """Where the zip is written: it keeps only what has not left yet."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self.waiting = 0

    def writable(self) -> bool:
        """Return that it may be written to."""
        return True

    def write(self, piece: Any) -> int:
        """Keep ``piece`` until it is taken."""
        self._pieces.append(bytes(piece))
        self.waiting += len(piece)
        return len(piece)

    def taken(self) -> bytes:
        """Return what waits, and forget it."""
        found = b"".join(self._pieces)
        self._pieces.clear()
        self.waiting = 0
        return found


class _Part:
    """The header and as many rows as one sheet holds."""

    def __init__(self, header: Line, rows: Iterator[Line]) -> None:
        self._header, self._rows, self.is_full = header, rows, False

    def __iter__(self) -> Iterator[Line]:
        yield self._header
        for number, row in enumerate(self._rows, start=2):
            yield row
            if number == _ROWS_OF_A_SHEET:
                self.is_full = True
                return


def _sheet(
    book: zipfile.ZipFile, sink: _Sink, number: int, rows: Iterable[Line]
) -> Iterator[bytes]:
    with book.open(f"xl/worksheets/sheet{number}.xml", "w", force_zip64=True) as paper:
        opening = f'{_HEAD}<worksheet xmlns="{_NS}/spreadsheetml/2006/main">'
        if number > 1:  # the header stays in sight
            opening += (
                '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" '
                'activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
            )
        paper.write(f"{opening}<sheetData>".encode())
        for part in _parts(rows, has_header=number > 1):
            paper.write(part.encode())
            if sink.waiting > _PIECE:
                yield sink.taken()
        paper.write(b"</sheetData></worksheet>")


def _parts(rows: Iterable[Line], *, has_header: bool) -> Iterator[str]:
    """Yield the rows of a sheet, some at once: to the zip each piece is a good deal of work."""
    waiting = iter(rows)
    for row in islice(waiting, int(has_header)):
        yield _row(_bold_cell, row)
    while part := [_row(_cell, row) for row in islice(waiting, _ROWS_AT_ONCE)]:
        yield "".join(part)


def _row(cell: Callable[[Value], str], row: Line) -> str:
    return f"<row>{''.join(map(cell, row))}</row>"


def _bold_cell(value: Value) -> str:
    return _cell(value, f' s="{_BOLD}"')


def _cell(value: Value, style: str = "") -> str:
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, str):
        text = escape(safe(value))
        return f'<c t="inlineStr"{style}><is><t xml:space="preserve">{text}</t></is></c>'
    look, number = _number(value)
    return f'<c s="{look}"><v>{number}</v></c>' if look else f"<c><v>{number}</v></c>"


def _number(value: int | Decimal | date | datetime) -> tuple[int, int | str]:
    if isinstance(value, datetime):
        days = (value.date() - _DAY_ONE).days
        return _MOMENT, f"{days + (value.hour * 60 + value.minute) / 1440:.8f}"
    if isinstance(value, date):
        return _DAY, (value - _DAY_ONE).days
    return (_AMOUNT if isinstance(value, Decimal) else _GENERAL), str(value)


def _frame(names: tuple[str, str], sheets: int) -> Iterator[tuple[str, str]]:
    """Yield the parts around the sheets, with their places in the file."""
    numbers = range(1, sheets + 1)
    titles = [names[0], names[1], *(f"{names[1]} {number - 1}" for number in numbers[2:])]
    listed = "".join(
        f"<sheet name={quoteattr(title[:31])} sheetId='{number}' r:id='rId{number}'/>"
        for number, title in zip(numbers, titles, strict=True)
    )
    yield (
        "xl/workbook.xml",
        f'<workbook xmlns="{_NS}/spreadsheetml/2006/main" xmlns:r="{_OFFICE}"><bookViews>'
        f'<workbookView activeTab="1"/></bookViews><sheets>{listed}</sheets></workbook>',
    )
    yield "xl/styles.xml", _STYLES
    yield "xl/_rels/workbook.xml.rels", _links(numbers)
    yield (
        "_rels/.rels",
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    )
    yield "[Content_Types].xml", _kinds(numbers)


def _links(numbers: range) -> str:
    links = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/worksheet" '
        f'Target="worksheets/sheet{number}.xml"/>'
        for number in numbers
    )
    return (
        f'<Relationships xmlns="{_PACKAGE}/relationships">{links}<Relationship Id="rId0" '
        f'Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
    )


def _kinds(numbers: range) -> str:
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" '
        f'ContentType="{_TYPE}.worksheet+xml"/>'
        for number in numbers
    )
    return (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>{parts}</Types>'
    )
