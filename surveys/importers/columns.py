"""Which heading means which column, in Dutch and in English. Pure: no Django."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from surveys.importers.codes import FileCode, ImportFileError


class Column(StrEnum):
    """What a project list can hold. The values are stable names for programs."""

    PROJECT_NUMBER = "project_number"
    PROJECT_NAME = "project_name"
    CLIENT = "client"
    SECTOR = "sector"
    DIVISION = "division"
    SERVICE = "service"
    MANAGER = "account_manager"
    MANAGER_EMAIL = "account_manager_email"
    MANAGER_PHONE = "account_manager_phone"
    SUPERVISOR = "supervisor"
    SUPERVISOR_EMAIL = "supervisor_email"
    SUPERVISOR_PHONE = "supervisor_phone"
    CONTACT = "contact"
    JOB_TITLE = "job_title"
    ROLE = "role"
    EMAIL = "email"
    PHONE = "phone"
    LANGUAGE = "language"
    VALUE = "value"
    STARTED_ON = "started_on"
    ENDED_ON = "ended_on"
    STATE = "state"


@dataclass(frozen=True, slots=True)
class _Headings:
    dutch: str  # the usual heading first, then its synonyms
    english: str
    is_required: bool = False


_KNOWN: dict[Column, _Headings] = {
    Column.PROJECT_NUMBER: _Headings(
        "Projectnummer|Projectnr|Project nr|Projectcode|Nummer|Opdrachtnummer",
        "Project number|Project no|Project code|Project ID|Number",
        is_required=True,
    ),
    Column.PROJECT_NAME: _Headings(
        "Projectnaam|Naam project|Project|Projecttitel|Titel|Omschrijving",
        "Project name|Name of project|Project title|Title|Description",
        is_required=True,
    ),
    Column.CLIENT: _Headings(
        "Opdrachtgever|Klant|Klantnaam|Naam klant|Organisatie",
        "Client|Client name|Customer|Organisation|Organization|Company",
        is_required=True,
    ),
    Column.SECTOR: _Headings("Sector|Branche|Markt", "Industry|Market|Line of business"),
    Column.DIVISION: _Headings(
        "Divisie|Afdeling|Business unit|Bedrijfsonderdeel",
        "Division|Department|Unit",
        is_required=True,
    ),
    Column.SERVICE: _Headings("Dienst|Dienstverlening|Product", "Service|Service line"),
    Column.MANAGER: _Headings(
        "Accountmanager|Naam accountmanager|AM",
        "Account manager|Account manager name|Account owner",
        is_required=True,
    ),
    Column.MANAGER_EMAIL: _Headings(
        "E-mail accountmanager|E-mailadres accountmanager|Accountmanager e-mail|Mail accountmanager"
        "|E-mail AM",
        "Account manager e-mail|E-mail account manager|Account manager e-mail address"
        "|E-mail address account manager|AM e-mail",
        is_required=True,
    ),
    Column.MANAGER_PHONE: _Headings(
        "Telefoon accountmanager|Telefoonnummer accountmanager|Accountmanager telefoon"
        "|Tel accountmanager|Mobiel accountmanager|Telefoon AM",
        "Account manager phone|Account manager telephone|Account manager phone number"
        "|Phone account manager|Account manager mobile|AM phone",
    ),
    Column.SUPERVISOR: _Headings("Leidinggevende|Naam leidinggevende", "Supervisor|Line manager"),
    Column.SUPERVISOR_EMAIL: _Headings(
        "E-mail leidinggevende|E-mailadres leidinggevende|Leidinggevende e-mail"
        "|Mail leidinggevende",
        "Supervisor e-mail|E-mail supervisor|Supervisor e-mail address|Line manager e-mail",
    ),
    Column.SUPERVISOR_PHONE: _Headings(
        "Telefoon leidinggevende|Telefoonnummer leidinggevende|Leidinggevende telefoon"
        "|Tel leidinggevende|Mobiel leidinggevende",
        "Supervisor phone|Supervisor telephone|Supervisor phone number|Phone supervisor"
        "|Supervisor mobile|Line manager phone",
    ),
    Column.CONTACT: _Headings(
        "Contactpersoon|Naam contactpersoon|Contact",
        "Contact person|Contact name|Name of contact",
        is_required=True,
    ),
    Column.JOB_TITLE: _Headings("Functie|Functietitel|Functienaam", "Job title|Position|Function"),
    Column.ROLE: _Headings("Rol|Rol in DMU|DMU-rol", "Role|Role in DMU|DMU role"),
    Column.EMAIL: _Headings(
        "E-mail|E-mailadres|Mail|Mailadres|E-mail contactpersoon|E-mailadres contactpersoon"
        "|Contactpersoon e-mail|E-mail contact",
        "E-mail address|Contact e-mail|Contact e-mail address|E-mail contact person",
        is_required=True,
    ),
    Column.PHONE: _Headings(
        "Telefoon|Telefoonnummer|Tel|Mobiel|Telefoon contactpersoon",
        "Telephone|Phone|Phone number|Telephone number|Mobile|Contact phone",
    ),
    Column.LANGUAGE: _Headings("Taal|Taal contactpersoon|Voertaal", "Language|Contact language"),
    Column.VALUE: _Headings(
        "Opdrachtsom|Opdrachtwaarde|Projectwaarde|Waarde|Bedrag|Contractwaarde",
        "Value|Project value|Contract value|Amount|Fee",
    ),
    Column.STARTED_ON: _Headings(
        "Startdatum|Start|Begindatum|Datum start|Gestart op",
        "Start date|Started on|Begin date",
    ),
    Column.ENDED_ON: _Headings(
        "Einddatum|Eind|Einde|Datum einde|Sluitingsdatum|Afgesloten op|Opleverdatum",
        "End date|End|Ended on|Closing date|Closed on|Completion date",
    ),
    Column.STATE: _Headings(
        "Status|Projectstatus|Toestand", "State|Project status|Project state", is_required=True
    ),
}


def normalised(heading: str) -> str:
    """Return ``heading`` without capitals, accents, blanks and punctuation, for comparing."""
    plain = unicodedata.normalize("NFKD", heading.casefold())
    return "".join(sign for sign in plain if sign.isalnum())


_BY_HEADING: dict[str, Column] = {
    normalised(heading): column
    for column, known in _KNOWN.items()
    for heading in f"{known.dutch}|{known.english}".split("|")
}
_ONLY_ENGLISH: frozenset[str] = frozenset(
    normalised(heading) for known in _KNOWN.values() for heading in known.english.split("|")
) - {normalised(heading) for known in _KNOWN.values() for heading in known.dutch.split("|")}


def column_of(heading: str) -> Column | None:
    """Return what ``heading`` stands for; None when it is not known."""
    return _BY_HEADING.get(normalised(heading))


def usual_heading(column: Column, language: str) -> str:
    """Return how a list in ``language`` usually heads ``column``."""
    known = _KNOWN[column]
    return (known.english if language == "en" else known.dutch).split("|")[0]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each column of one file is."""

    places: dict[Column, int]
    headings: dict[Column, str]  # as the file has them
    unknown: tuple[str, ...]
    width: int
    is_english: bool

    def heading(self, column: Column, language: str = "nl") -> str:
        """Return the file's heading of ``column``, or the usual one when it has none."""
        return self.headings.get(column) or usual_heading(column, language)


def lay_out(headings: Sequence[str], language: str = "nl") -> Layout:
    """Find every column. ``language`` names missing columns in messages.

    Raises ``ImportFileError`` when a required column is missing or a column occurs twice.
    """
    trimmed = [" ".join(heading.split()) for heading in headings]
    while trimmed and not trimmed[-1]:
        trimmed.pop()
    places: dict[Column, int] = {}
    unknown: list[str] = []
    for place, heading in enumerate(trimmed):
        column = column_of(heading)
        if column is None:
            unknown.append(heading or f"({place + 1})")
        elif column in places:
            raise ImportFileError(
                FileCode.HEADING_TWICE, first=trimmed[places[column]], second=heading
            )
        else:
            places[column] = place
    missing = [
        column for column, known in _KNOWN.items() if known.is_required and column not in places
    ]
    if missing:
        names = ", ".join(usual_heading(column, language) for column in missing)
        raise ImportFileError(FileCode.COLUMNS_MISSING, columns=names, count=len(missing))
    return Layout(
        places=places,
        headings={column: trimmed[place] for column, place in places.items()},
        unknown=tuple(unknown),
        width=len(trimmed),
        is_english=any(normalised(heading) in _ONLY_ENGLISH for heading in trimmed),
    )
