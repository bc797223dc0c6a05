"""``manage.py import_projects``: the project list into the database, with a report."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.importers import ImportFileError, ImportReport, import_project_list
from surveys.importers.report import Notice, Tally, file_error_in_words

_PROGRESS_EVERY = 10_000  # lines
_NAMES = {
    "projects": gettext_lazy("Projects"),
    "contacts": gettext_lazy("Contacts"),
    "project_contacts": gettext_lazy("Contacts on projects"),
    "clients": gettext_lazy("Clients"),
    "users": gettext_lazy("Colleagues"),
    "divisions": gettext_lazy("Divisions"),
    "services": gettext_lazy("Services"),
    "sectors": gettext_lazy("Sectors"),
}
_DELIMITERS = {
    ";": gettext_lazy("semicolons"),
    ",": gettext_lazy("commas"),
    "\t": gettext_lazy("tabs"),
}


class Command(BaseCommand):
    """Translates arguments into one call, and its report into text or JSON."""

    help = (
        "Import projects, clients, contacts and account managers from a project list (CSV or "
        "XLSX; docs/import.md describes it). Good lines are written, faulty lines are reported. "
        "The exit code is 0 when at least one line was good, and 1 when the file cannot be read, "
        "lacks a required column, or holds no good line."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file, and how to go about it."""
        parser.add_argument("file", type=Path, metavar="FILE", help="the list, .csv or .xlsx")
        parser.add_argument(
            "--dry-run", action="store_true", help="check and report, write nothing"
        )
        parser.add_argument("--json", action="store_true", help="report as JSON, for a program")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, report, and fail clearly when nothing could be imported."""
        try:
            report = import_project_list(
                options["file"], dry_run=options["dry_run"], progress=self._show_progress
            )
        except ImportFileError as error:
            message = file_error_in_words(error.code, error.details)
            if options["json"]:
                self._write_json({"error": {"code": error.code.value, "reason": message}})
            raise CommandError(f"{options['file'].name}: {message}") from error
        if options["json"]:
            self._write_json(report.as_dict())
        else:
            self.stdout.write("\n".join(_as_text(report)))
        if not report.good:
            raise CommandError(
                _("%(file)s: not one line was good; nothing was imported.") % {"file": report.name}
            )

    def _show_progress(self, stage: str, lines: int) -> None:
        if lines >= _PROGRESS_EVERY and lines % _PROGRESS_EVERY < 500:
            words = (
                _("%(lines)s lines checked") if stage == "checked" else _("%(lines)s lines written")
            )
            self.stderr.write(words % {"lines": lines})

    def _write_json(self, data: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(data, ensure_ascii=False, indent=2))


def _as_text(report: ImportReport) -> list[str]:
    """Return the report as lines for a person."""
    counts = {
        "read": report.read,
        "good": report.good,
        "faulty": report.faulty,
        "empty": report.empty,
    }
    lines = [f"{report.name} ({_kind(report)})"]
    if report.is_dry_run:
        lines.append(_("Dry run: nothing was written. This is what would happen."))
    lines.append(
        _("Lines read: %(read)s (good %(good)s, faulty %(faulty)s, empty %(empty)s)") % counts
    )
    lines += ["", _row("", _("created"), _("changed"), _("unchanged"))]
    lines += [_tally(str(name), report.tallies[key]) for key, name in _NAMES.items()]
    if report.faults:
        lines += ["", _("Faulty lines, not imported:")]
        lines += [
            f"  {_place(fault.line, fault.column)}: {fault.reason}" for fault in report.faults
        ]
    if report.notices:
        lines += ["", _("Remarks:")]
        lines += [_notice(notice) for notice in report.notices.values()]
    return lines


def _kind(report: ImportReport) -> str:
    if report.kind == "xlsx":
        return "XLSX"
    return _("CSV with %(delimiter)s, %(encoding)s") % {
        "delimiter": _DELIMITERS[report.delimiter],
        "encoding": report.encoding.upper(),
    }


def _place(line: int, column: str) -> str:
    if not column:
        return _("line %(line)s") % {"line": line}
    return _("line %(line)s, column %(column)s") % {"line": line, "column": column}


def _row(name: str, *cells: str) -> str:
    return f"{name:<28}" + "".join(f"{cell:>13}" for cell in cells)


def _tally(name: str, tally: Tally) -> str:
    return _row(name, str(tally.created), str(tally.changed), str(tally.unchanged))


def _notice(notice: Notice) -> str:
    return f"  {notice.text}"
