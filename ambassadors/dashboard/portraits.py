"""One person and one client, as management sees them: read from the rows themselves.

Nothing here is a copy, so nothing can be stale. Management reads every answer, every alert and
every invitation (``staff.roles``); what a client's page promises nobody sees is not read.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from alerts.models import Alert, Lead
from ambassadors.programme.models import UNDECIDED, Ask
from ambassadors.rollup import plain
from ambassadors.rollup.fates import NOT_INVITED, Fate
from ambassadors.rollup.models import Fact
from surveys.models import (
    Client,
    Consent,
    Contact,
    Group,
    Project,
    ProjectContact,
    Response,
)

MOST = 200  # of each list on one page: a client or a person with more is no client or person
_PART = "invitation__project_contact"


def _group_in_words(group: str) -> str:
    return str(Group(group).label) if group else _("no answer")


@dataclass(frozen=True, kw_only=True)
class Run:
    """How long somebody was in one group: from the first to the last answer of it in a row."""

    group: str
    first: datetime
    last: datetime
    answers: int

    @property
    def label(self) -> str:
        """The group in words."""
        return _group_in_words(self.group)


@dataclass(frozen=True, kw_only=True)
class Part:
    """Somebody's part in a project, and what became of asking them about it."""

    part: ProjectContact
    fates: Sequence[str | Promise]


@dataclass(frozen=True, kw_only=True)
class Portrait:
    """One person: what they said, what they were asked, what they allow."""

    contact: Contact
    answers: Sequence[Response]  # the latest first, also those that were replaced
    runs: Sequence[Run]  # the latest first
    asks: Sequence[Ask]
    consents: Sequence[Consent]
    alerts: Sequence[Alert]
    leads: Sequence[Lead]
    parts: Sequence[Part]
    open_elsewhere: int  # open – of the client, so that nothing may be asked

    @property
    def latest(self) -> Response | None:
        """The answer that counts."""
        return next((answer for answer in self.answers if answer.replaced_at is None), None)


def portrait_of(contact: Contact, *, now: datetime) -> Portrait:
    """Read everything about one person. A fixed number of queries."""
    answers = list(_answers(contact))
    alerts = Alert.objects.filter(**{f"response__{_PART}__contact": contact}).select_related(
        "owner", f"response__{_PART}__project"
    )
    leads = Lead.objects.filter(**{f"response__{_PART}__contact": contact})
    asks = Ask.objects.of_contact(contact).select_related(
        "asked_by", f"alert__response__{_PART}__project"
    )
    consents = Consent.objects.of_contact(contact).select_related(f"response__{_PART}__project")
    minus = Alert.objects.open().filter(group=Group.NEGATIVE)
    of_client = minus.filter(**{f"response__{_PART}__project__client": contact.client_id})
    return Portrait(
        contact=contact,
        answers=answers,
        runs=runs_of(answers),
        asks=list(asks[:MOST]),
        consents=list(consents.order_by("-given_at", "-pk")[:MOST]),
        alerts=list(alerts.order_by("-raised_at", "-pk")[:MOST]),
        leads=list(
            leads.select_related(f"response__{_PART}__project").order_by("-created_at")[:MOST]
        ),
        parts=_parts(contact, now),
        open_elsewhere=of_client.count(),
    )


def _answers(contact: Contact) -> QuerySet[Response]:
    found = Response.objects.filter(**{f"{_PART}__contact": contact})
    named = found.select_related("alert", f"{_PART}__project__client", f"{_PART}__contact")
    return named.prefetch_related("services").order_by("-submitted_at", "-pk")[:MOST]


def runs_of(answers: Sequence[Response]) -> list[Run]:
    """Return the groups somebody was in over time, the latest first; replaced answers left out."""
    standing = [answer for answer in answers if answer.replaced_at is None]
    found = []
    for group, members in groupby(standing, key=lambda answer: answer.group):
        run = list(members)
        found.append(
            Run(
                group=group,
                first=run[-1].submitted_at,
                last=run[0].submitted_at,
                answers=len(run),
            )
        )
    return found


def _parts(contact: Contact, now: datetime) -> list[Part]:
    """Return the projects of one person with what became of asking, the latest first."""
    named = contact.project_contacts.select_related("project__client", "project__division")
    parts = list(named.order_by("-project__closed_on", "-project")[:MOST])
    facts = plain.facts([part.project_id for part in parts], now=now)
    return [
        Part(
            part=part,
            fates=[Fate(fact.fate).label for fact in facts if fact.project_contact_id == part.pk],
        )
        for part in parts
    ]


@dataclass(frozen=True, kw_only=True)
class Member:
    """One contact of a client: roles in the decision-making unit, and the latest answer."""

    contact: Contact
    roles: Sequence[str | Promise]
    group: str = ""  # empty: silence
    answered_at: datetime | None = None
    was_asked: bool = False

    @property
    def label(self) -> str:
        """The group in words, or that there was no answer."""
        return _group_in_words(self.group)


@dataclass(frozen=True, kw_only=True)
class Covered:
    """One project with how many of its contacts were asked and answered."""

    project: Project
    contacts: int = 0
    invited: int = 0
    answered: int = 0
    answers: Sequence[tuple[str, str]] = field(default=())  # group and its name


@dataclass(frozen=True, kw_only=True)
class Account:
    """One client: its people, its projects, and what is open."""

    members: Sequence[Member]
    projects: Sequence[Covered]
    open_asks: Sequence[Ask]
    open_alerts: Sequence[Alert]
    leads: Sequence[Lead]

    @property
    def silent(self) -> int:
        """How many of its people never answered."""
        return sum(1 for member in self.members if not member.group)


def account_of(client: Client, *, now: datetime) -> Account:
    """Read everything about one client. A fixed number of queries."""
    projects = list(
        client.projects.select_related("division", "service").order_by("-closed_on", "-pk")[:MOST]
    )
    facts = plain.facts([project.pk for project in projects], now=now)
    part = f"response__{_PART}"
    alerts = Alert.objects.open().filter(**{f"{part}__project__client": client})
    leads = Lead.objects.open().filter(**{f"{part}__project__client": client})
    asks = Ask.objects.filter(contact__client=client, answer__in=UNDECIDED)
    return Account(
        members=_members(client),
        projects=[_covered(project, facts) for project in projects],
        open_asks=list(asks.select_related("contact", "asked_by")[:MOST]),
        open_alerts=list(alerts.with_story().due_first()[:MOST]),
        leads=list(leads.with_story().in_order()[:MOST]),
    )


def _members(client: Client) -> list[Member]:
    """Return the people of a client, those who decide first, then by name. Three queries."""
    contacts = list(client.contacts.order_by("name", "pk")[:MOST])
    roles: dict[int, list[str]] = {}
    named = ProjectContact.objects.filter(contact__in=contacts).exclude(role="")
    for contact, role in named.order_by().values_list("contact", "role").distinct():
        roles.setdefault(contact, []).append(role)
    answers = Response.objects.standing().filter(**{f"{_PART}__contact__in": contacts})
    latest: dict[int, tuple[str, datetime]] = {}
    oldest_first = answers.order_by("submitted_at", "pk")
    for contact, group, at in oldest_first.values_list(
        f"{_PART}__contact", "group", "submitted_at"
    ):
        latest[contact] = (group, at)
    asked = set(
        ProjectContact.objects.filter(contact__in=contacts, invitations__isnull=False)
        .values_list("contact", flat=True)
        .distinct()
    )
    members = [
        Member(
            contact=contact,
            roles=[role.label for role in ProjectContact.Role if role in roles.get(contact.pk, [])],
            group=latest[contact.pk][0] if contact.pk in latest else "",
            answered_at=latest[contact.pk][1] if contact.pk in latest else None,
            was_asked=contact.pk in asked,
        )
        for contact in contacts
    ]
    order = list(ProjectContact.Role)
    return sorted(members, key=lambda member: _weight(roles.get(member.contact.pk, []), order))


def _weight(roles: Sequence[str], order: Sequence[Any]) -> int:
    places = [order.index(ProjectContact.Role(role)) for role in roles]
    return min(places, default=len(order))


def _covered(project: Project, facts: Sequence[Fact]) -> Covered:
    """Add up the facts of one project: each contact once, whatever the moments of asking."""
    mine = [fact for fact in facts if fact.project_id == project.pk and fact.project_contact_id]
    out = {*NOT_INVITED, Fate.NO_CONTACT}
    answered = [fact for fact in mine if fact.response_id is not None]
    return Covered(
        project=project,
        contacts=len({fact.project_contact_id for fact in mine}),
        invited=len({fact.project_contact_id for fact in mine if fact.fate not in out}),
        answered=len({fact.project_contact_id for fact in answered}),
        answers=[(fact.group, _group_in_words(fact.group)) for fact in answered],
    )
