"""Import of the firm's project list: one line is one contact on one project.

Steps: open the file and find its columns → find out how it writes dates with slashes → check every
line → write the good ones. The file is read anew for every step and never held in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import get_language

from surveys.importers.checking import Checker
from surveys.importers.codes import FileCode, ImportFileError, Remark
from surveys.importers.columns import Column, Layout, lay_out
from surveys.importers.lines import Line, LineReader
from surveys.importers.reading import Sheet, open_sheet
from surveys.importers.report import ImportReport
from surveys.importers.values import SlashOrder, slash_evidence
from surveys.importers.writing import Writer

_CHUNK = 500  # lines a transaction: short enough that a response never waits for an import
_ENCODING_NAMES = {"utf-8-sig": "utf-8", "cp1252": "windows-1252"}  # as people call them

Progress = Callable[[str, int], None]  # called with "checked" or "written", and the lines so far


def import_project_list(
    source: bytes | Path,
    *,
    name: str = "",
    dry_run: bool = False,
    shift_days: int = 0,
    progress: Progress | None = None,
    today: date | None = None,
) -> ImportReport:
    """Import a list from a file or from its bytes; return what was found and done.

    ``name`` is what the report calls it. With ``dry_run`` nothing is written. ``shift_days`` is
    added to every date, for demonstrations. Faulty lines are reported, not raised; raises
    ``ImportFileError`` when the file cannot be read, lacks columns or lines, or when another
    import wrote the same rows at the same moment (chunks written before stand).
    """
    report = ImportReport(name=name or _name_of(source), is_dry_run=dry_run)
    advance = progress or (lambda _stage, _lines: None)
    with open_sheet(source) as sheet:
        report.kind, report.delimiter = sheet.kind, sheet.delimiter
        report.encoding = _ENCODING_NAMES.get(sheet.encoding, sheet.encoding)
        layout = lay_out(sheet.headings, get_language() or "nl")
        slashes = _slash_order(sheet, layout, report)
        _remark_file(sheet, layout, report)
        reader = LineReader(layout, slashes, timedelta(days=shift_days))
        checker = Checker(reader, today or timezone.localdate())
        for lines in _chunks(_parsed(sheet, reader, checker, report)):
            checker.check(lines, report)
            advance("checked", report.read)
        if not report.read:
            raise ImportFileError(FileCode.NO_LINES)
        checker.finish(report)
        report.faults.sort(key=lambda fault: fault.line)
        _write(sheet, reader, checker, report, advance)
    return report


def newest_closing_on(path: Path) -> date | None:
    """Return the newest end date of a closed project in a list, among lines valid by themselves.

    Raises ``ImportFileError`` as ``import_project_list`` does.
    """
    with open_sheet(path) as sheet:
        layout = lay_out(sheet.headings, get_language() or "nl")
        slashes = _slash_order(sheet, layout, ImportReport(name="", is_dry_run=True))
        reader = LineReader(layout, slashes, timedelta())
        lines = (reader.read(row) for row in sheet.rows() if not row.is_empty)
        closings = (
            line.ended_on
            for line in lines
            if isinstance(line, Line) and line.is_closed and line.ended_on
        )
        return max(closings, default=None)


def _name_of(source: bytes | Path) -> str:
    return source.name if isinstance(source, Path) else ""


def _slash_order(sheet: Sheet, layout: Layout, report: ImportReport) -> SlashOrder:
    """Return how this file writes dates with slashes, from those that can mean one thing only."""
    places = [layout.places.get(column) for column in (Column.STARTED_ON, Column.ENDED_ON)]
    proofs = dict.fromkeys(SlashOrder, 0)
    has_slashes = False
    for row in sheet.rows():
        for place in places:
            if place is None or place >= len(row.cells) or "/" not in row.cells[place]:
                continue
            has_slashes = True
            if order := slash_evidence(row.cells[place].strip()):
                proofs[order] += 1
    day_first, month_first = proofs[SlashOrder.DAY_FIRST], proofs[SlashOrder.MONTH_FIRST]
    if day_first and month_first:
        report.remark(Remark.SLASHES_MIXED, day_first=day_first, month_first=month_first)
    elif month_first:
        report.remark(Remark.SLASHES_MONTH_FIRST, month_first=month_first)
    elif has_slashes and not day_first and layout.is_english:
        report.remark(Remark.SLASHES_DAY_FIRST)
    return SlashOrder.MONTH_FIRST if month_first > day_first else SlashOrder.DAY_FIRST


def _remark_file(sheet: Sheet, layout: Layout, report: ImportReport) -> None:
    if sheet.kind == "csv" and not report.encoding.startswith("utf"):
        report.remark(Remark.ENCODING, encoding=report.encoding)
    for heading in layout.unknown:
        report.remark(Remark.UNKNOWN_COLUMN, heading=heading)
    for title in sheet.other_sheets:
        report.remark(Remark.OTHER_SHEETS, title=title)


def _parsed(
    sheet: Sheet, reader: LineReader, checker: Checker, report: ImportReport
) -> Iterator[Line]:
    """Yield lines that are valid by themselves; count and report the others."""
    for row in sheet.rows():
        report.read += 1
        if row.is_empty:
            report.empty += 1
            continue
        found = reader.read(row)
        if isinstance(found, Line):
            yield found
        else:
            checker.faulty.add(row.line)
            report.faults += found


def _write(
    sheet: Sheet, reader: LineReader, checker: Checker, report: ImportReport, advance: Progress
) -> None:
    writer = Writer(checker, report)
    written = 0
    rows = (row for row in sheet.rows() if not row.is_empty and row.line not in checker.faulty)
    lines = (line for line in map(reader.read, rows) if isinstance(line, Line))
    try:
        for chunk in _chunks(lines):
            writer.write(chunk)
            written += len(chunk)
            advance("written", written)
    except IntegrityError as error:
        raise ImportFileError(FileCode.CHANGED_MEANWHILE) from error


def _chunks(lines: Iterable[Line]) -> Iterator[list[Line]]:
    chunk: list[Line] = []
    for line in lines:
        chunk.append(line)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
