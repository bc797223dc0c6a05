"""Bytes in, rows of text out: CSV in any of its dialects, or XLSX. No Django.

A ``Sheet`` can be read as often as needed and never holds more than a row, so that a list of any
length takes the same memory. XLSX is copied to a temporary file of text once: its dates become
``2026-11-13`` and its numbers plain digits, after which both kinds are alike.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import BinaryIO, TextIO
from xml.etree.ElementTree import ParseError

import charset_normalizer
import openpyxl
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.formula import ArrayFormula

from surveys.importers.codes import FileCode, ImportFileError
from surveys.importers.columns import column_of

_BLOCK = 1 << 20
_UNPACKED_MAX = 500 << 20  # bytes; 100,000 lines take about a quarter of it
_DELIMITERS = (";", ",", "\t")
_SEP_LINE = re.compile(r"sep=.", re.I)  # what Excel reads the delimiter from
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_BROKEN_EXCEL = (
    zipfile.BadZipFile,
    zlib.error,
    IndexError,  # no sheet
    RuntimeError,  # behind a password
    InvalidFileException,
    KeyError,
    ValueError,
    ParseError,
    OSError,
)

__all__ = ["ImportFileError", "Row", "Sheet", "open_sheet"]


@dataclass(frozen=True, slots=True)
class Row:
    """One record. ``line`` is what a text editor or Excel calls the line that it begins on."""

    line: int
    cells: Sequence[str]
    last_line: int
    is_broken: bool = False  # quotes that do not match: ``cells`` is empty

    @property
    def is_empty(self) -> bool:
        """Whether nothing is on it."""
        return not self.is_broken and not any(cell.strip() for cell in self.cells)


@dataclass(slots=True)
class Sheet:
    """An opened list: its headings, and its rows as often as asked."""

    kind: str  # "csv" or "xlsx"
    encoding: str
    delimiter: str
    _stream: TextIO
    headings: Sequence[str] = ()
    _heading_line: int = 0
    other_sheets: tuple[str, ...] = field(default=())

    def _records(self) -> Iterator[Row]:
        self._stream.seek(0)
        if self.kind == "csv":
            yield from _csv_records(self._stream, self.delimiter)
        else:
            yield from _spooled_records(self._stream)

    def find_headings(self) -> None:
        """Take the first row that is not empty as headings; raises ``ImportFileError``."""
        for row in self._records():
            if row.is_broken:
                raise ImportFileError(FileCode.HEADINGS_UNREADABLE, line=row.line)
            if not row.is_empty and not _is_sep_line(row):
                self.headings, self._heading_line = row.cells, row.line
                return
        raise ImportFileError(FileCode.EMPTY)

    def rows(self) -> Iterator[Row]:
        """Yield every row below the headings, from the first, wholly empty ones included."""
        for row in self._records():
            if row.line > self._heading_line:
                yield row


@contextmanager
def open_sheet(source: bytes | Path) -> Iterator[Sheet]:
    """Open a list for reading. Raises ``ImportFileError`` when it is no readable list."""
    with _open_binary(source) as binary:
        start = binary.read(8)
        if not start:
            raise ImportFileError(FileCode.EMPTY)
        if start.startswith(_OLD_EXCEL):
            raise ImportFileError(FileCode.OLD_EXCEL)
        binary.seek(0)
        if start.startswith(b"PK\x03\x04"):
            with tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as spool:
                others = _spool_workbook(binary, spool)
                sheet = Sheet("xlsx", "", "", spool, other_sheets=others)
                sheet.find_headings()
                yield sheet
            return
        encoding = _encoding_of(binary)
        stream = io.TextIOWrapper(binary, encoding=encoding, newline="")
        sheet = Sheet("csv", encoding, _delimiter_of(stream), stream)
        sheet.find_headings()
        yield sheet


@contextmanager
def _open_binary(source: bytes | Path) -> Iterator[BinaryIO]:
    if isinstance(source, bytes):
        yield io.BytesIO(source)
        return
    try:
        binary = source.open("rb")
    except FileNotFoundError as error:
        raise ImportFileError(FileCode.NOT_FOUND) from error
    except OSError as error:
        raise ImportFileError(FileCode.NOT_OPENED, reason=error.strerror or str(error)) from error
    with binary:
        yield binary


# CSV ----------------------------------------------------------------------------------------------
def _csv_records(stream: TextIO, delimiter: str) -> Iterator[Row]:
    """Yield records with the physical line each begins on; strict about quotes.

    Python's lenient mode swallows the rest of the file after a quote that is never closed, without
    a word. Strict mode raises, and goes on with the next line when asked again.
    """
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    while True:
        first = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield Row(first, (), reader.line_num, is_broken=True)
        else:
            yield Row(first, cells, reader.line_num)


def _is_sep_line(row: Row) -> bool:
    """Tell whether this is Excel's ``sep=;``, which is no heading."""
    return bool(_SEP_LINE.fullmatch("".join(row.cells))) or tuple(row.cells) == ("sep=", "")


def _delimiter_of(stream: TextIO) -> str:
    """Return the delimiter under which most headings are known ones."""

    def known_headings(delimiter: str) -> int:
        stream.seek(0)
        for row in _csv_records(stream, delimiter):
            if not row.is_empty and not _is_sep_line(row):
                return sum(column_of(cell) is not None for cell in row.cells)
        return 0

    return max(_DELIMITERS, key=known_headings)


# Encodings ----------------------------------------------------------------------------------------
def _encoding_of(binary: BinaryIO) -> str:
    """Return the encoding in which every byte of the file can be read; rewinds the file.

    A byte order mark decides; then UTF-8, which hardly any other text happens to be; then
    Windows-1252, which Dutch Excel writes; and only then a guess by charset-normalizer.
    """
    start = binary.read(4)
    binary.seek(0)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    elif start.startswith(codecs.BOM_UTF8):
        candidates = ["utf-8-sig"]
    elif b"\0" in start:
        candidates = []  # wide characters without a mark
    else:
        candidates = ["utf-8", "cp1252"]
    for encoding in candidates:
        if _decodes(binary, encoding):
            return encoding
    binary.seek(0)
    guess = charset_normalizer.from_bytes(binary.read(_BLOCK)).best()
    if guess is not None and _decodes(binary, guess.encoding):
        return guess.encoding
    raise ImportFileError(FileCode.UNKNOWN_ENCODING)


def _decodes(binary: BinaryIO, encoding: str) -> bool:
    """Tell whether the whole file is text in ``encoding``; rewinds the file."""
    binary.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while block := binary.read(_BLOCK):
            if "\0" in decoder.decode(block):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        binary.seek(0)
    return True


def _refuse_bomb(binary: BinaryIO) -> None:
    """Raise ValueError for a workbook that unpacks to more than any project list needs."""
    with zipfile.ZipFile(binary) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > _UNPACKED_MAX:
            raise ValueError("unpacks to too much")
    binary.seek(0)


# XLSX ---------------------------------------------------------------------------------------------
def _spool_workbook(binary: BinaryIO, spool: TextIO) -> tuple[str, ...]:
    """Copy the first sheet's rows as text, each with its row number; return the other sheets."""
    writer = csv.writer(spool)
    try:
        _refuse_bomb(binary)
        # data_only=False: a formula stays the text "=…"; its result is never trusted.
        book = openpyxl.load_workbook(binary, read_only=True, data_only=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # some programs write a wrong size
        blank_rows: list[int] = []
        for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
            cells = [_as_text(value) for value in values]
            if not any(cells):
                blank_rows.append(number)
                continue
            # Empty rows count only between others: Excel often formats a million below.
            writer.writerows([blank] for blank in blank_rows)
            blank_rows.clear()
            writer.writerow([number, *cells])
        others = tuple(other.title for other in book.worksheets[1:])
        book.close()
    except _BROKEN_EXCEL as error:
        raise ImportFileError(FileCode.BROKEN_EXCEL) from error
    return others


def _spooled_records(spool: TextIO) -> Iterator[Row]:
    for number, *cells in csv.reader(spool):
        yield Row(int(number), cells, int(number))


def _as_text(value: object) -> str:
    """Return a cell's value as a person would type it."""
    match value:
        case None:
            return ""
        case datetime():
            return value.date().isoformat() if value.time() == time.min else value.isoformat(" ")
        case date():
            return value.isoformat()
        case float():
            return _float_as_text(value)
        case ArrayFormula():
            return str(value.text)
        case _:
            return str(value)


def _float_as_text(value: float) -> str:
    """Return plain digits: ``13341.409999999`` is 13341.41, and three decimals stay decimals."""
    text = f"{round(value, 6):f}".rstrip("0").rstrip(".")
    _whole, _point, decimals = text.partition(".")
    return f"{text}0" if len(decimals) == 3 else text  # "1.234" would read as thousands
