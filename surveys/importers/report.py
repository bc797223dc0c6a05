"""What an import found and did: for programs as codes and counts, for people in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from surveys.importers.codes import Code, FileCode, Remark

_SAMPLES = 200  # of a remark; the count says how many there were
_SHOWN = 60  # characters of a faulty cell in a message

_WORDS: Mapping[Code, Promise] = {
    Code.MISSING: _("is missing."),
    Code.ACCOUNT_MANAGER_MISSING: _("the account manager is missing."),
    Code.INVALID_EMAIL: _("“%(value)s” is not a valid e-mail address."),
    Code.NOT_A_DATE: _("“%(value)s” is not a date. Write 13-11-2026 or 2026-11-13."),
    Code.NO_SUCH_DAY: _("the day “%(value)s” does not exist."),
    Code.SHORT_YEAR: _("“%(value)s”: write the year in four digits."),
    Code.YEAR_OUT_OF_RANGE: _("“%(value)s”: the year must lie between 1950 and 2100."),
    Code.NOT_AN_AMOUNT: _("“%(value)s” is not an amount. Write 13.341,41 or 13341."),
    Code.NEGATIVE_AMOUNT: _("“%(value)s”: an amount cannot be negative."),
    Code.TOO_MANY_DECIMALS: _("“%(value)s” has more than two decimals."),
    Code.AMOUNT_TOO_LARGE: _("“%(value)s” is too large."),
    Code.UNKNOWN_ROLE: _(
        "the role “%(value)s” is not known. Choose decider, adviser, user or buyer."
    ),
    Code.UNKNOWN_LANGUAGE: _("the language “%(value)s” is not known. Choose nl, en, de or fr."),
    Code.UNKNOWN_STATE: _("the status “%(value)s” is not known. Choose running or closed."),
    Code.TOO_LONG: _("has %(length)s characters; %(limit)s fit."),
    Code.UNREADABLE_CHARACTER: _("holds a character that cannot be read."),
    Code.SPREADSHEET_ERROR: _("“%(value)s” is an error of the spreadsheet."),
    Code.BROKEN_QUOTES: _(
        "lines %(line)s to %(last)s were not read: the quotation marks do not match."
    ),
    Code.TOO_MANY_CELLS: _("the line has %(cells)s cells; the list has %(columns)s columns."),
    Code.TOO_FEW_CELLS: _("the line has %(cells)s cells; the list has %(columns)s columns."),
    Code.END_BEFORE_START: _("the end (%(end)s) lies before the start (%(start)s)."),
    Code.CLOSED_WITHOUT_END: _("a closed project needs an end date."),
    Code.OWN_SUPERVISOR: _("nobody supervises themselves."),
    Code.DUPLICATE_CONTACT: _("this contact is on this project already, on line %(line)s."),
    Code.CONTRADICTION: _(
        "contradicts line %(line)s of the same project, which has “%(value)s” here."
    ),
    Code.USER_OTHER_NAME: _("this address belongs to “%(value)s” on line %(line)s."),
    Code.CONTACT_OTHER_NAME: _("this address belongs to “%(value)s” on line %(line)s."),
    Code.CONTACT_OTHER_CLIENT: _(
        "this address belongs to a contact of “%(value)s” on line %(line)s."
    ),
    Code.CONTACT_STORED_ELSEWHERE: _(
        "this address belongs to a contact of “%(value)s”, who is stored already."
    ),
    Code.PROJECT_STORED_ELSEWHERE: _("this project is stored already, for client “%(value)s”."),
    Code.CONTACT_TOO_LATE: _(
        "this project is closed and its contacts have been invited; "
        "a new contact cannot be added any more."
    ),
    Code.REOPENED: _(
        "this project was closed and its contacts have been invited; it cannot run again."
    ),
}
_FILE_WORDS: Mapping[FileCode, Promise] = {
    FileCode.NOT_FOUND: _("There is no such file."),
    FileCode.NOT_OPENED: _("The file cannot be opened (%(reason)s)."),
    FileCode.EMPTY: _("The file is empty."),
    FileCode.OLD_EXCEL: _(
        "This is an Excel file of the old kind (.xls). Save it as .xlsx or as CSV."
    ),
    FileCode.BROKEN_EXCEL: _("The file looks like Excel (.xlsx) but cannot be read."),
    FileCode.UNKNOWN_ENCODING: _(
        "The file is not readable text. Save it as CSV UTF-8 or as .xlsx."
    ),
    FileCode.HEADINGS_UNREADABLE: _(
        "The headings on line %(line)s cannot be read: the quotation marks do not match."
    ),
    FileCode.COLUMNS_MISSING: _("The list lacks required columns: %(columns)s."),
    FileCode.HEADING_TWICE: _(
        "Two columns mean the same: “%(first)s” and “%(second)s”. Remove one of them."
    ),
    FileCode.NO_LINES: _("The list has headings but no lines."),
    FileCode.CHANGED_MEANWHILE: _(
        "Somebody else changed the same data during the import. "
        "What was already written stands; run the import again."
    ),
}
_REMARK_WORDS: Mapping[Remark, Promise] = {
    Remark.ENCODING: _("Letters were read as %(sample)s. Check some names with accents."),
    Remark.UNKNOWN_COLUMN: _("Columns without a known heading were not read: %(sample)s."),
    Remark.OTHER_SHEETS: _("Only the first sheet was read, not: %(sample)s."),
    Remark.SLASHES_DAY_FIRST: _(
        "Dates with slashes were read as day/month/year; nothing in the list shows the order."
    ),
    Remark.SLASHES_MONTH_FIRST: _(
        "Dates with slashes were read as month/day/year, since some can only mean that."
    ),
    Remark.SLASHES_MIXED: _(
        "Dates with slashes are in both orders; the order that occurs most was kept."
    ),
    Remark.PHONE_KEPT: _(
        "Telephone numbers that cannot be dialled, kept as written: %(count)s (%(sample)s)."
    ),
    Remark.CLOSES_LATER: _(
        "Closed projects with an end date in the future: %(count)s (%(sample)s). "
        "Their contacts are invited after that date."
    ),
    Remark.CONTACT_DETAILS_DIFFER: _(
        "Contacts whose details differ between lines: %(count)s (%(sample)s). "
        "The line of the project that ended last counts."
    ),
    Remark.CONTACT_DETAILS_OLDER: _(
        "Contacts whose stored details are newer and were kept: %(count)s (%(sample)s)."
    ),
    Remark.SUPERVISOR_DIFFERS: _(
        "Account managers with several supervisors: %(count)s (%(sample)s). "
        "The line of the project that ended last counts."
    ),
    Remark.SUPERVISOR_CHANGED: _(
        "Account managers who got another supervisor: %(count)s (%(sample)s)."
    ),
    Remark.USER_NAME_KEPT: _(
        "Colleagues stored under another name, which was kept: %(count)s (%(sample)s)."
    ),
    Remark.USER_PHONES_DIFFER: _(
        "Colleagues with several telephone numbers: %(count)s (%(sample)s). "
        "The line of the project that ended last counts."
    ),
    Remark.USER_PHONE_KEPT: _(
        "Colleagues stored with another telephone number, which was kept: %(count)s (%(sample)s)."
    ),
}


def shortened(text: str) -> str:
    """Return ``text`` cut off to what fits in a message."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def file_error_in_words(code: FileCode, details: Mapping[str, str | int]) -> str:
    """Return why a file cannot be imported, in the active language."""
    return str(_FILE_WORDS[code]) % details


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one line. ``column`` is the file's heading; empty: the whole line."""

    line: int
    code: Code
    column: str = ""
    name: str = ""  # of the column, stable
    details: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """Why, in the active language."""
        shown = {
            key: shortened(value) if isinstance(value, str) else value
            for key, value in self.details.items()
        }
        return str(_WORDS[self.code]) % shown

    def as_dict(self) -> dict[str, Any]:
        """Return it for a program."""
        return {
            "line": self.line,
            "column": self.column,
            "field": self.name,
            "code": self.code.value,
            "reason": self.reason,
        }


@dataclass(slots=True)
class Notice:
    """One kind of remark: how often, with at most 200 samples."""

    code: Remark
    count: int = 0
    samples: list[dict[str, Any]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The remark in the active language; samples are shortened to the first few."""
        first = [str(next(iter(sample.values()))) for sample in self.samples[:3]]
        more = ", …" if self.count > len(first) and len(first) == 3 else ""
        return str(_REMARK_WORDS[self.code]) % {
            "count": self.count,
            "sample": ", ".join(first) + more,
        }

    def as_dict(self) -> dict[str, Any]:
        """Return it for a program."""
        return {
            "code": self.code.value,
            "count": self.count,
            "text": self.text,
            "samples": self.samples,
        }


@dataclass(slots=True)
class Tally:
    """What became of the rows of one model."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0


MODELS = (
    "projects",
    "contacts",
    "project_contacts",
    "clients",
    "users",
    "divisions",
    "services",
    "sectors",
)


@dataclass(slots=True)
class ImportReport:
    """The result of one import. ``read`` = ``good`` + ``faulty`` + ``empty``, in lines."""

    name: str
    is_dry_run: bool
    kind: str = "csv"
    encoding: str = ""
    delimiter: str = ""
    read: int = 0
    good: int = 0
    empty: int = 0
    faults: list[Fault] = field(default_factory=list)
    notices: dict[Remark, Notice] = field(default_factory=dict)
    tallies: dict[str, Tally] = field(default_factory=lambda: {name: Tally() for name in MODELS})

    @property
    def faulty(self) -> int:
        """How many lines were not written because something is wrong with them."""
        return self.read - self.good - self.empty

    def remark(self, code: Remark, **sample: Any) -> None:
        """Count one remark. Its first value is what a person is shown of it."""
        notice = self.notices.setdefault(code, Notice(code))
        notice.count += 1
        if len(notice.samples) < _SAMPLES:
            notice.samples.append(sample)

    def as_dict(self) -> dict[str, Any]:
        """Return everything for a program: stable English keys; only ``reason`` and ``text`` are
        in the active language."""
        return {
            "file": self.name,
            "kind": self.kind,
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "dry_run": self.is_dry_run,
            "lines": {
                "read": self.read,
                "good": self.good,
                "faulty": self.faulty,
                "empty": self.empty,
            },
            **{name: asdict(tally) for name, tally in self.tallies.items()},
            "faults": [fault.as_dict() for fault in self.faults],
            "notices": [notice.as_dict() for notice in self.notices.values()],
        }
