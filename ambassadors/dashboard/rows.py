"""What the rows of most lists say: whom and what they are about, as plain tuples.

A list may have a million rows, and the instances of four models for each of them take most of the
time of writing it. So names are read by their columns only, for a few thousand rows at once.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from django.db.models import F, QuerySet, TextChoices
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from ambassadors.dashboard.tables import Column
from surveys.models import Contact, Project, Response, Service

_OF_CONTACT = {"person_id": "pk", "person": "name", "job_title": "job_title"}
_OF_PROJECT = {
    "project": "name",
    "number": "number",
    "client_id": "client__pk",
    "client": "client__name",
    "division": "division__name",
}


class Row(NamedTuple):
    """A fact or another thing that is listed, what a list adds, and whom and what it is about."""

    fact: Any
    more: Any = None
    person_id: int | None = None
    person: str | None = None
    job_title: str = ""
    project: str | None = None
    number: str = ""
    client_id: int | None = None
    client: str | None = None
    division: str | None = None


_NOBODY, _NO_PROJECT = (None, None, ""), (None, "", None, None, None)


def rows_of(facts: Sequence[Any], more: Callable[[Any], Any]) -> Iterator[Row]:
    """Yield some facts with ``more`` of each and what they are about. Two queries."""
    people = {fact.contact_id for fact in facts if fact.contact_id}
    contacts = _by_key(Contact.objects.filter(pk__in=people), _OF_CONTACT)
    work = {fact.project_id for fact in facts}
    projects = _by_key(Project.objects.filter(pk__in=work), _OF_PROJECT)
    for fact in facts:
        contact = contacts.get(fact.contact_id, _NOBODY)
        project = projects.get(fact.project_id, _NO_PROJECT)
        yield Row(fact, more(fact), *contact, *project)


def _by_key(found: QuerySet[Any], columns: dict[str, str]) -> dict[Any, Any]:
    rows = found.order_by().values_list("pk", *columns.values())
    return {row[0]: row[1:] for row in rows}


def named(
    found: QuerySet[Any], *columns: str, contact: str, project: str, **others: str
) -> QuerySet[Any, Any]:
    """Return ``found`` as named tuples of ``columns``, ``others`` and what these paths lead to.

    The last stand in the order and under the names of ``Row``.
    """
    beside = {name: F(path) for name, path in others.items()}
    beside |= {name: F(f"{contact}__{column}") for name, column in _OF_CONTACT.items()}
    beside |= {name: F(f"{project}__{column}") for name, column in _OF_PROJECT.items()}
    rows: QuerySet[Any, Any] = found.annotate(**beside).values_list(*columns, *beside, named=True)
    return rows


def with_more(found: Any, more: Any) -> Row:
    """Return one of ``named`` with what a list adds to it."""
    return Row(found, more, *found[-len(_OF_CONTACT) - len(_OF_PROJECT) :])


def person_column(label: str, **options: Any) -> Column:
    """Return the column of who it is, which leads to their page."""
    options = {"value": attrgetter("person"), **options}
    return Column(
        label=label,
        href=lambda row: person_address(row.person_id) if row.person_id else "",
        **options,
    )


def client_column() -> Column:
    """Return the column of the client, which leads to its page."""
    return Column(
        label=_("Client"),
        value=attrgetter("client"),
        href=lambda row: client_address(row.client_id) if row.client_id else "",
    )


def person_address(contact: int) -> str:
    """Return the page of one person."""
    return reverse("dashboard:person", args=[contact])


def client_address(client: int) -> str:
    """Return the page of one client."""
    return reverse("dashboard:client", args=[client])


def labels_of(choices: type[TextChoices]) -> dict[str, str]:
    """Return the choices in words, in the active language: looked up once for a whole list."""
    return {choice.value: str(choice.label) for choice in choices}


def capital_labels_of(choices: type[TextChoices]) -> dict[str, str]:
    """Return the same, each as the beginning of a cell."""
    return {value: str(capfirst(label)) for value, label in labels_of(choices).items()}


def services_of(responses: Iterable[int]) -> dict[int, str]:
    """Return the services that each of these answers names, in words. Two queries."""
    links = Response.services.through._default_manager.filter(response__in=list(responses))
    pairs = list(links.order_by("service__name").values_list("response", "service"))
    labels = {service.pk: service.label for service in Service.objects.all()} if pairs else {}
    found: dict[int, list[str]] = defaultdict(list)
    for response, service in pairs:
        if service in labels:
            found[response].append(labels[service])
    return {response: ", ".join(names) for response, names in found.items()}
