"""Project lists made in a test: a call names only the cells that it is about."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
from django.apps import apps

from surveys.importers import ImportReport, import_project_list

SAMPLE = Path(__file__).parents[2] / "samples" / "projectenlijst.csv"
TODAY = date(2026, 11, 22)
ENGLISH = {
    "Projectnummer": "Project number",
    "Projectnaam": "Project name",
    "Opdrachtgever": "Client",
    "Sector": "Industry",
    "Divisie": "Division",
    "Dienst": "Service",
    "Accountmanager": "Account manager",
    "E-mail accountmanager": "Account manager e-mail",
    "Leidinggevende": "Supervisor",
    "E-mail leidinggevende": "Supervisor e-mail",
    "Contactpersoon": "Contact person",
    "Functie": "Job title",
    "Rol": "Role",
    "E-mail": "E-mail address",
    "Telefoon": "Phone",
    "Taal": "Language",
    "Opdrachtsom": "Contract value",
    "Startdatum": "Start date",
    "Einddatum": "End date",
    "Status": "State",
}
_GOOD = {
    "Projectnummer": "W1",
    "Projectnaam": "Klimaatstresstest",
    "Opdrachtgever": "Gemeente Den Haag",
    "Sector": "Gemeenten",
    "Divisie": "Water",
    "Dienst": "Waterbouw",
    "Accountmanager": "Anneke Jansen",
    "E-mail accountmanager": "anneke@waterkant.example",
    "Leidinggevende": "Kees Bakker",
    "E-mail leidinggevende": "kees@waterkant.example",
    "Contactpersoon": "Zoë de Vries",
    "Functie": "Projectleider",
    "Rol": "beslisser",
    "E-mail": "zoe@denhaag.example",
    "Telefoon": "06-12345678",
    "Taal": "nl",
    "Opdrachtsom": "€ 13.341,41",
    "Startdatum": "19-01-2026",
    "Einddatum": "09-11-2026",
    "Status": "Afgesloten",
}


def line(**cells: str) -> dict[str, str]:
    """A good line. Cells are named as the headings, with ``_`` for a blank or hyphen."""
    known = {heading.replace(" ", "_").replace("-", "_"): heading for heading in _GOOD}
    return {**_GOOD, **{known.get(name, name): value for name, value in cells.items()}}


def colleague(number: int, **cells: str) -> dict[str, str]:
    """The same good line for another contact at the same client."""
    cells = {"Contactpersoon": f"Contact {number}", "E_mail": f"c{number}@denhaag.example"} | cells
    return line(**cells)


def csv_of(
    lines: Iterable[dict[str, str]],
    *,
    delimiter: str = ";",
    encoding: str = "utf-8",
    headings: Sequence[str] | None = None,
) -> bytes:
    text = io.StringIO(newline="")
    lines = list(lines)
    writer = csv.DictWriter(text, headings or list(lines[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue().encode(encoding)


def xlsx_of(rows: Iterable[Sequence[Any]], *, more_sheets: Sequence[str] = ()) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    for title in more_sheets:
        book.create_sheet(title)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def run(*lines: dict[str, str], **options: Any) -> ImportReport:
    """Import these lines; dates are judged as on 22 November 2026."""
    return import_project_list(csv_of(lines), **{"today": TODAY, **options})


def found(report: ImportReport) -> list[tuple[int, str, str]]:
    """Line, column and code of every fault."""
    return [(fault.line, fault.column, fault.code.value) for fault in report.faults]


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the tables that an import may touch, ids included."""
    models = [
        *apps.get_app_config("surveys").get_models(),
        *apps.get_app_config("staff").get_models(),
    ]
    return {
        model.__name__: list(model._default_manager.order_by("pk").values_list())
        for model in models
        if model.__name__ != "CacheEntry"
    }
