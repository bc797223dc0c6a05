"""Every list of the dashboard by its name in the address: on a page, and to take out."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from alerts.models import Alert, Lead
from ambassadors.dashboard import people
from ambassadors.dashboard.accounts import Silent, last_year, names_of, silent_accounts
from ambassadors.dashboard.addresses import address
from ambassadors.dashboard.after import cause_lines
from ambassadors.dashboard.asking import Asked
from ambassadors.dashboard.contacts import client_address, contacts_table, person_address
from ambassadors.dashboard.following_up import asks_in, leads_in, open_facts
from ambassadors.dashboard.people import Order, Selection
from ambassadors.dashboard.tables import Cell, Column, Kind, Table
from ambassadors.programme.models import Ask
from ambassadors.rollup.models import Fact
from staff.wording import day
from surveys.models import Contact, Project

_Choice = TypeVar("_Choice", Selection, Order)
_PART = "response__invitation__project_contact"


def choice_of(kind: type[_Choice], text: str | None, standard: _Choice) -> _Choice:
    """Return what the address asks for, or ``standard`` for what is none of ``kind``."""
    return kind(text) if text in kind.values else standard


def names_table(asked: Asked) -> Table:
    """Return the ambassadors by name, as chosen, searched and sorted."""
    selection = choice_of(Selection, asked.query.get("names"), Selection.POSITIVE)
    order = choice_of(Order, asked.query.get("sort"), Order.LATEST)
    return Table(
        slug="names",
        title=_("Ambassadors by name"),
        about=str(selection.label),
        columns=[
            Column(label=_("Group"), kind=Kind.GROUP),
            Column(label=_("Ambassador")),
            Column(label=_("Job title")),
            Column(label=_("Role")),
            Column(label=_("Client")),
            Column(label=_("Project")),
            Column(label=_("Project number")),
            Column(label=_("Latest answer"), kind=Kind.DAY),
            Column(label=_("Since"), kind=Kind.DAY),
            Column(label=_("Recommends")),
            Column(label=_("Wants more of")),
            Column(label=_("Last asked for")),
            Column(label=_("Asked on"), kind=Kind.DAY),
            Column(label=_("Asked by")),
            Column(label=_("Answer")),
            Column(label=_("Allows")),
            Column(label=_("Account manager")),
        ],
        source=people.names(
            asked.scope,
            selection,
            asked.tail,
            words=asked.words,
            narrowing=asked.narrowing,
            order=order,
        ),
        rows=lambda facts: [_name_row(name) for name in people.on_page(facts)],
    )


def _name_row(name: people.Name) -> list[Cell]:
    response, ask = name.response, name.last_ask
    contact, project = response.contact, response.project
    part = response.invitation.project_contact
    services = ", ".join(service.label for service in response.services.all())
    wanted = services or _("yes, not said of what") if name.wants_more else _("not now")
    return [
        Cell(response.group),
        Cell(contact.name, person_address(contact.pk)),
        Cell(contact.job_title),
        Cell(part.get_role_display() if part.role else ""),
        Cell(project.client.name),
        Cell(project.name),
        Cell(project.number),
        Cell(response.submitted_at),
        Cell(name.since),
        Cell(
            _("May not, because of their position")
            if name.may_not_recommend
            else response.recommends
        ),
        Cell(wanted),
        Cell(capfirst(ask.get_kind_display()) if ask else None),
        Cell(ask.asked_on if ask else None),
        Cell(ask.asked_by.name if ask else None),
        Cell(ask.get_answer_display() if ask else None),
        Cell(", ".join(str(kind.label) for kind in name.consents)),
        Cell(project.account_manager.name),
    ]


def open_table(asked: Asked) -> Table:
    """Return the open –, the one that waits longest first."""
    return Table(
        slug="open",
        title=_("Open –"),
        about=_("Negative answers that somebody still has to settle, the oldest first."),
        columns=[
            Column(label=_("Contact")),
            Column(label=_("Client")),
            Column(label=_("Project")),
            Column(label=_("Division")),
            Column(label=_("Answered on"), kind=Kind.DAY),
            Column(label=_("State")),
            Column(label=_("Next action due"), kind=Kind.DAY),
            Column(label=_("In time")),
        ],
        source=open_facts(asked.figures),
        rows=lambda facts: _open_rows(facts, asked),
        empty=_("No – is open."),
    )


def _open_rows(facts: Sequence[Fact], asked: Asked) -> list[list[Cell]]:
    contacts = Contact.objects.in_bulk({fact.contact_id for fact in facts if fact.contact_id})
    alerts = Alert.objects.visible_to(asked.user).in_bulk(
        {fact.alert_id for fact in facts if fact.alert_id}
    )
    projects = Project.objects.select_related("client", "division").in_bulk(
        {fact.project_id for fact in facts}
    )
    rows = []
    for fact in facts:
        contact, project = contacts.get(fact.contact_id or 0), projects.get(fact.project_id)
        alert = alerts.get(fact.alert_id or 0)
        is_late = alert is not None and alert.due_at < asked.now
        link = reverse("alerts:detail", args=[alert.pk]) if alert else ""
        rows.append(
            [
                Cell(contact.name, person_address(contact.pk)) if contact else Cell(),
                _client_cell(project),
                Cell(project.name if project else None),
                Cell(project.division.name if project else None),
                Cell(fact.submitted_at),
                Cell(capfirst(alert.get_state_display()) if alert else None, link),
                Cell(alert.due_at if alert else None),
                Cell((_("too late") if is_late else _("in time")) if alert else None),
            ]
        )
    return rows


def _client_cell(project: Project | None) -> Cell:
    if project is None:
        return Cell()
    return Cell(project.client.name, client_address(project.client_id))


def asks_table(asked: Asked) -> Table:
    """Return what was asked of ambassadors in the period, the latest first."""
    project = f"alert__{_PART}__project"
    return Table(
        slug="asks",
        title=_("What was asked"),
        about=_("Asked in this period, whenever the project was closed."),
        columns=[
            Column(label=_("Ambassador")),
            Column(label=_("Client")),
            Column(label=_("Project")),
            Column(label=_("Asked for")),
            Column(label=_("Asked on"), kind=Kind.DAY),
            Column(label=_("Answer")),
            Column(label=_("Answered on"), kind=Kind.DAY),
        ],
        source=asks_in(asked.scope).select_related("contact", f"{project}__client"),
        rows=_ask_rows,
        empty=_("Nobody was asked for anything in this period."),
    )


def _ask_rows(asks: Sequence[Ask]) -> list[list[Cell]]:
    return [
        [
            Cell(ask.contact.name, person_address(ask.contact_id)),
            _client_cell(ask.alert.response.project),
            Cell(ask.alert.response.project.name),
            Cell(capfirst(ask.get_kind_display()), reverse("alerts:detail", args=[ask.alert_id])),
            Cell(ask.asked_on),
            Cell(ask.get_answer_display()),
            Cell(ask.answered_on),
        ]
        for ask in asks
    ]


def leads_table(asked: Asked) -> Table:
    """Return the leads that came in during the period, the latest first."""
    found: QuerySet[Lead] = leads_in(asked.scope)
    return Table(
        slug="leads",
        title=_("Leads"),
        about=_("Came in during this period, whenever the project was closed."),
        columns=[
            Column(label=_("Contact")),
            Column(label=_("Client")),
            Column(label=_("Project")),
            Column(label=_("Wants more of")),
            Column(label=_("Since"), kind=Kind.DAY),
            Column(label=pgettext("lead", "Stage")),
            Column(label=_("Expected value"), kind=Kind.EURO),
            Column(label=_("Next step on"), kind=Kind.DAY),
        ],
        source=found.select_related(
            f"{_PART}__contact", f"{_PART}__project__client"
        ).prefetch_related("response__services"),
        rows=_lead_rows,
        empty=_("No lead came in during this period."),
    )


def _lead_rows(leads: Sequence[Lead]) -> list[list[Cell]]:
    rows = []
    for lead in leads:
        response = lead.response
        services = ", ".join(service.label for service in response.services.all())
        contact, project = response.contact, response.project
        rows.append(
            [
                Cell(contact.name, person_address(contact.pk)),
                _client_cell(project),
                Cell(project.name),
                Cell(services or _("yes, not said of what")),
                Cell(lead.created_at),
                Cell(capfirst(lead.get_stage_display()), reverse("alerts:lead", args=[lead.pk])),
                Cell(lead.value),
                Cell(lead.next_step_on),
            ]
        )
    return rows


def silent_table(asked: Asked) -> Table:
    """Return the silent clients, the most project value in the period first."""
    since = day(last_year(asked.now), today=timezone.localdate(asked.now))
    return Table(
        slug="silent",
        title=_("Silent key accounts"),
        about=_(
            "Clients with projects closed in this selection, the most value first, of which nobody "
            "answered since %(day)s, about whatever project. What has no value adds nothing."
        )
        % {"day": since},
        columns=[
            Column(label=_("Client")),
            Column(label=_("Value of the projects"), kind=Kind.EURO),
            Column(label=_("Asked in the last 12 months"), kind=Kind.NUMBER),
            Column(label=_("Last answer"), kind=Kind.DAY),
        ],
        source=silent_accounts(asked.figures),
        rows=_silent_rows,
        empty=_("Of every client with project value somebody answered."),
    )


def _silent_rows(accounts: Sequence[Silent]) -> list[list[Cell]]:
    names = names_of(account.client for account in accounts)
    return [
        [
            Cell(names.get(account.client), client_address(account.client)),
            Cell(account.worth),
            Cell(account.asked),
            Cell(account.last_answer),
        ]
        for account in accounts
    ]


def causes_table(asked: Asked) -> Table:
    """Return how often each root cause was found, the most frequent first."""
    lines = cause_lines(asked.figures)
    number = sum(count for _code, _name, count in lines)

    def rows(part: Sequence[Any]) -> list[list[Cell]]:
        return [
            [Cell(name, address(asked.query, cause=code)), Cell(count), Cell(number)]
            for code, name, count in part
        ]

    return Table(
        slug="causes",
        title=_("Root causes"),
        about=_("Of the closed – in this selection: why the client became negative."),
        columns=[
            Column(label=_("Root cause")),
            Column(label=_("Number"), kind=Kind.NUMBER),
            Column(label="n", kind=Kind.NUMBER),
        ],
        source=lines,
        rows=rows,
        empty=_("No – with a root cause yet."),
    )


TABLES: dict[str, Callable[[Asked], Table]] = {
    "names": names_table,
    "contacts": contacts_table,
    "open": open_table,
    "asks": asks_table,
    "leads": leads_table,
    "silent": silent_table,
    "causes": causes_table,
}
# What has a page of the common form; names and contacts have addresses of their own.
LISTED = ("open", "asks", "leads", "silent", "causes")
