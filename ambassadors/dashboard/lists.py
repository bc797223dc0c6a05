"""Every list of the dashboard by its name in the address: on a page, and to take out."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple, TypeVar

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from alerts.models import Alert, Stage, State
from ambassadors.dashboard.accounts import Silent, last_year, names_of, silent_accounts
from ambassadors.dashboard.addresses import address
from ambassadors.dashboard.after import cause_lines
from ambassadors.dashboard.asking import Asked
from ambassadors.dashboard.contacts import contacts_table
from ambassadors.dashboard.following_up import asks_in, leads_in, open_facts
from ambassadors.dashboard.name_list import table_of_names
from ambassadors.dashboard.people import Order, Selection
from ambassadors.dashboard.rows import (
    Row,
    capital_labels_of,
    client_column,
    labels_of,
    named,
    person_column,
    rows_of,
    services_of,
    with_more,
)
from ambassadors.dashboard.tables import Column, Kind, Table
from ambassadors.programme.models import AskAnswer, AskKind
from staff.models import User
from staff.wording import day

_Choice = TypeVar("_Choice", Selection, Order)
_PART = "response__invitation__project_contact"


def choice_of(kind: type[_Choice], text: str | None, standard: _Choice) -> _Choice:
    """Return what the address asks for, or ``standard`` for what is none of ``kind``."""
    return kind(text) if text in kind.values else standard


def names_table(asked: Asked) -> Table:
    """Return the ambassadors by name, as chosen, searched and sorted."""
    selection = choice_of(Selection, asked.query.get("names"), Selection.POSITIVE)
    order = choice_of(Order, asked.query.get("sort"), Order.LATEST)
    return table_of_names(asked, selection, order)


class _Alert(NamedTuple):
    """How a – stands that somebody still has to settle."""

    pk: int
    state: str
    due_at: datetime


def open_table(asked: Asked) -> Table:
    """Return the open –, the one that waits longest first."""
    states, late, on_time = capital_labels_of(State), _("too late"), _("in time")

    def in_time(alert: _Alert) -> str:
        return late if alert.due_at < asked.now else on_time

    return Table(
        slug="open",
        title=_("Open –"),
        about=_(
            "Negative answers that somebody still has to settle, the oldest first. The alert of an "
            "answer that the client has replaced since stands with the alerts only."
        ),
        columns=[
            person_column(_("Contact")),
            client_column(),
            Column(label=_("Project"), value=attrgetter("project")),
            Column(label=_("Division"), value=attrgetter("division")),
            Column(label=_("Answered on"), value=attrgetter("fact.submitted_at"), kind=Kind.DAY),
            Column(
                label=_("State"),
                value=lambda row: row.more and states[row.more.state],
                href=lambda row: _alert_address(row.more.pk) if row.more else "",
            ),
            Column(
                label=_("Next action due"),
                value=lambda row: row.more and row.more.due_at,
                kind=Kind.DAY,
            ),
            Column(label=_("In time"), value=lambda row: row.more and in_time(row.more)),
        ],
        source=open_facts(asked.figures),
        rows=lambda facts: _open_rows(facts, asked.user),
        empty=_("No – is open."),
    )


def _open_rows(facts: Sequence[Any], user: User) -> Iterator[Row]:
    """Yield the facts with their alerts, as far as ``user`` may see these. Three queries."""
    keys = {fact.alert_id for fact in facts if fact.alert_id}
    visible = Alert.objects.visible_to(user).filter(pk__in=keys).order_by()
    alerts = {row[0]: _Alert(*row) for row in visible.values_list(*_Alert._fields)}
    return rows_of(facts, lambda fact: alerts.get(fact.alert_id))


def _alert_address(alert: int) -> str:
    return reverse("alerts:detail", args=[alert])


def asks_table(asked: Asked) -> Table:
    """Return what was asked of ambassadors in the period, the latest first."""
    kinds, answers = capital_labels_of(AskKind), labels_of(AskAnswer)
    return Table(
        slug="asks",
        title=_("What was asked"),
        about=_("Asked in this period, whenever the project was closed."),
        columns=[
            person_column(_("Ambassador")),
            client_column(),
            Column(label=_("Project"), value=attrgetter("project")),
            Column(
                label=_("Asked for"),
                value=lambda row: kinds[row.kind],
                href=lambda row: _alert_address(row.alert_id),
            ),
            Column(label=_("Asked on"), value=attrgetter("asked_on"), kind=Kind.DAY),
            Column(label=_("Answer"), value=lambda row: answers[row.answer]),
            Column(label=_("Answered on"), value=attrgetter("answered_on"), kind=Kind.DAY),
        ],
        source=named(
            asks_in(asked.scope),
            *("alert_id", "kind", "asked_on", "answer", "answered_on"),
            contact="contact",
            project=f"alert__{_PART}__project",
        ),
        empty=_("Nobody was asked for anything in this period."),
    )


def leads_table(asked: Asked) -> Table:
    """Return the leads that came in during the period, the latest first."""
    stages, unsaid = capital_labels_of(Stage), _("yes, not said of what")
    return Table(
        slug="leads",
        title=_("Leads"),
        about=_("Came in during this period, whenever the project was closed."),
        columns=[
            person_column(_("Contact")),
            client_column(),
            Column(label=_("Project"), value=attrgetter("project")),
            Column(label=_("Wants more of"), value=lambda row: row.more or unsaid),
            Column(label=_("Since"), value=attrgetter("fact.created_at"), kind=Kind.DAY),
            Column(
                label=pgettext("lead", "Stage"),
                value=lambda row: stages[row.fact.stage],
                href=lambda row: reverse("alerts:lead", args=[row.fact.pk]),
            ),
            Column(label=_("Expected value"), value=attrgetter("fact.value"), kind=Kind.EURO),
            Column(label=_("Next step on"), value=attrgetter("fact.next_step_on"), kind=Kind.DAY),
        ],
        source=named(
            leads_in(asked.scope),
            *("pk", "response_id", "created_at", "stage", "value", "next_step_on"),
            contact=f"{_PART}__contact",
            project=f"{_PART}__project",
        ),
        rows=_lead_rows,
        empty=_("No lead came in during this period."),
    )


def _lead_rows(leads: Sequence[Any]) -> Iterator[Row]:
    services = services_of(lead.response_id for lead in leads)
    return (with_more(lead, services.get(lead.response_id)) for lead in leads)


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
            client_column(),
            Column(
                label=_("Value of the projects"), value=attrgetter("fact.worth"), kind=Kind.EURO
            ),
            Column(
                label=_("Asked in the last 12 months"),
                value=attrgetter("fact.asked"),
                kind=Kind.NUMBER,
            ),
            Column(label=_("Last answer"), value=attrgetter("fact.last_answer"), kind=Kind.DAY),
        ],
        source=silent_accounts(asked.figures),
        rows=_silent_rows,
        empty=_("Of every client with project value somebody answered."),
    )


def _silent_rows(accounts: Sequence[Silent]) -> Iterator[Row]:
    names = names_of(account.client for account in accounts)
    for account in accounts:
        yield Row(account, client_id=account.client, client=names.get(account.client))


def causes_table(asked: Asked) -> Table:
    """Return how often each root cause was found, the most frequent first."""
    lines = cause_lines(asked.figures)
    number = sum(count for _code, _name, count in lines)
    return Table(
        slug="causes",
        title=_("Root causes"),
        about=_("Of the closed – in this selection: why the client became negative."),
        columns=[
            Column(
                label=_("Root cause"),
                value=itemgetter(1),
                href=lambda line: address(asked.query, cause=line[0]),
            ),
            Column(label=_("Number"), value=itemgetter(2), kind=Kind.NUMBER),
            Column(label="n", value=lambda line: number, kind=Kind.NUMBER),
        ],
        source=lines,
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
