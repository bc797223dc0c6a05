"""The list of names as a file: everybody's latest answer, with all that is known of them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import NamedTuple

from django.utils.translation import gettext as _

from ambassadors.dashboard import people
from ambassadors.dashboard.asking import Asked
from ambassadors.dashboard.people import Order, Selection
from ambassadors.dashboard.rows import (
    Row,
    capital_labels_of,
    labels_of,
    named,
    services_of,
    with_more,
)
from ambassadors.dashboard.tables import Column, Kind, Table
from ambassadors.programme.models import Ask, AskAnswer, AskKind
from ambassadors.rollup.models import Fact
from surveys.models import ConsentKind, Interest, ProjectContact, Recommendation, Response
from surveys.models.answers import recommendation_in_words

_PART = "invitation__project_contact"


def table_of_names(asked: Asked, selection: Selection, order: Order) -> Table:
    """Return the names of ``selection``, as searched, in this order."""
    return Table(
        slug="names",
        title=_("Ambassadors by name"),
        about=str(selection.label),
        columns=[*_columns_of_answer(), *_columns_of_ask()],
        source=people.names(
            asked.scope,
            selection,
            asked.tail,
            words=asked.words,
            narrowing=asked.narrowing,
            order=order,
        ),
        rows=_rows,
    )


class _Beside(NamedTuple):
    """What is known of somebody beside their latest answer."""

    since: datetime
    services: str | None
    ask: Ask | None
    consents: Sequence[ConsentKind]
    has_open_minus: bool


def _columns_of_answer() -> list[Column]:
    roles, recommends = labels_of(ProjectContact.Role), cache(_recommends)
    more = {Interest.YES.value: _("yes, not said of what")}
    not_now = _("not now")
    return [
        Column(label=_("Group"), value=attrgetter("fact.group"), kind=Kind.GROUP),
        Column(label=_("Ambassador"), value=attrgetter("person")),
        Column(label=_("Job title"), value=attrgetter("job_title")),
        Column(
            label=_("Role"),
            value=lambda row: row.fact.role and roles[row.fact.role],
        ),
        Column(label=_("Client"), value=attrgetter("client")),
        Column(label=_("Project"), value=attrgetter("project")),
        Column(label=_("Project number"), value=attrgetter("number")),
        Column(label=_("Latest answer"), value=attrgetter("fact.submitted_at"), kind=Kind.DAY),
        Column(label=_("Since"), value=attrgetter("more.since"), kind=Kind.DAY),
        Column(
            label=_("Recommends"),
            value=lambda row: recommends(row.fact.recommendation, row.fact.score),
        ),
        Column(
            label=_("Wants more of"),
            value=lambda row: row.more.services or more.get(row.fact.interest, not_now),
        ),
    ]


def _recommends(recommendation: str, score: int | None) -> str:
    if recommendation == Recommendation.NOT_ALLOWED:
        return _("May not, because of their position")
    return recommendation_in_words(recommendation, score)


def _columns_of_ask() -> list[Column]:
    kinds, answers = capital_labels_of(AskKind), labels_of(AskAnswer)
    consents, call_first = labels_of(ConsentKind), _("call first")
    return [
        Column(
            label=_("Last asked for"), value=lambda row: row.more.ask and kinds[row.more.ask.kind]
        ),
        Column(
            label=_("Asked on"),
            value=lambda row: row.more.ask and row.more.ask.asked_on,
            kind=Kind.DAY,
        ),
        Column(label=_("Asked by"), value=lambda row: row.more.ask and row.more.ask.asked_by.name),
        Column(label=_("Answer"), value=lambda row: row.more.ask and answers[row.more.ask.answer]),
        Column(
            label=_("Allows"),
            value=lambda row: ", ".join(consents[kind] for kind in row.more.consents),
        ),
        Column(
            label=_("Open – at this client"),
            value=lambda row: call_first if row.more.has_open_minus else None,
        ),
        Column(label=_("Account manager"), value=attrgetter("fact.account_manager")),
    ]


def _rows(facts: Sequence[Fact]) -> Iterator[Row]:
    """Yield the latest answers with all that a file says of them. Six queries."""
    found = named(
        Response.objects.filter(pk__in=[fact.response_id for fact in facts]).order_by(),
        *("pk", "group", "submitted_at", "recommendation", "score", "interest"),
        contact=f"{_PART}__contact",
        project=f"{_PART}__project",
        role=f"{_PART}__role",
        account_manager=f"{_PART}__project__account_manager__name",
    )
    answers = {row.pk: row for row in found}
    people_ = [fact.contact_id for fact in facts if fact.contact_id]
    services, asks = services_of(answers), Ask.objects.last_of(people_)
    consents = people.consents_of(people_)
    warned = people.clients_with_open_minus({answer.client_id for answer in answers.values()})
    for fact in facts:
        answer, person = answers.get(fact.response_id), fact.contact_id or 0
        if answer is not None:
            yield with_more(
                answer,
                _Beside(
                    since=fact.since or answer.submitted_at,
                    services=services.get(answer.pk),
                    ask=asks.get(person),
                    consents=consents.get(person, ()),
                    has_open_minus=answer.client_id in warned,
                ),
            )
