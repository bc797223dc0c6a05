"""The lists behind the numbers: which contacts a figure counts, and what became of each."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet
from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.causes import Causes
from ambassadors.dashboard.asking import Asked
from ambassadors.dashboard.rows import (
    Row,
    capital_labels_of,
    client_column,
    person_column,
    rows_of,
)
from ambassadors.dashboard.tables import Column, Kind, Table
from ambassadors.rollup.counters import SCORES
from ambassadors.rollup.fates import NOT_ELIGIBLE, NOT_INVITED, UNDELIVERED, Fate
from ambassadors.rollup.listing import FactList
from ambassadors.rollup.models import Fact
from ambassadors.rollup.tally import Tally
from staff.models import User
from surveys.models import Group, Invitation


class Step(models.TextChoices):
    """A step of the coverage, as in ``Tally``."""

    CLOSED = "closed", gettext_lazy("Contacts of closed projects")
    ELIGIBLE = "eligible", gettext_lazy("Contacts who could be asked")
    INVITED = "invited", gettext_lazy("Contacts who were invited")
    DELIVERED = "delivered", gettext_lazy("Contacts who received the invitation")
    ANSWERED = "answered", gettext_lazy("Contacts who answered")


_GROUPS = {
    Group.POSITIVE: gettext_lazy("Answers in the + group"),
    Group.NEUTRAL: gettext_lazy("Answers in the 0 group"),
    Group.NEGATIVE: gettext_lazy("Answers in the – group"),
}


def _fates_but(*left_out: Fate) -> frozenset[Any]:
    return frozenset(fate.value for fate in Fate if fate not in {Fate.NO_CONTACT, *left_out})


_FATES_OF: dict[Step, frozenset[Any]] = {
    Step.CLOSED: _fates_but(),
    Step.ELIGIBLE: _fates_but(*NOT_ELIGIBLE),
    Step.INVITED: _fates_but(*NOT_INVITED),
    Step.DELIVERED: _fates_but(*NOT_INVITED, *UNDELIVERED),
    Step.ANSWERED: frozenset({Fate.ANSWERED.value}),
}


@dataclass(frozen=True, kw_only=True)
class Which:
    """Which contacts a list shows: each column has one of its values."""

    title: str
    columns: Mapping[str, frozenset[Any]]
    number: Callable[[Tally], int] | None = None  # what the figures say there are

    @property
    def wanted(self) -> Q:
        """The condition on stored facts."""
        limits = {f"{column}__in": sorted(values) for column, values in self.columns.items()}
        return Q(**limits)

    def holds(self, fact: Fact) -> bool:
        """Tell whether a fact that is not stored is one of them."""
        return all(getattr(fact, column) in values for column, values in self.columns.items())


def which_of(query: QueryDict) -> Which:
    """Return what the address asks for: everybody of the closed projects when it says nothing.

    Several limits hold together. Raises Http404 for what no figure counts.
    """
    asked = [read(str(query[name])) for name, read in _PARAMETERS.items() if query.get(name)]
    if not asked:
        asked = [_of_step(Step.CLOSED.value)]
    if len(asked) == 1:
        return asked[0]
    columns: dict[str, frozenset[Any]] = {}
    for which in asked:
        for column, values in which.columns.items():
            columns[column] = columns.get(column, values) & values
    return Which(title=" · ".join(which.title for which in asked), columns=columns)


def title_of(parameter: str, value: str) -> str:
    """Return what the list is called that has this limit only, to name a link to it."""
    return _PARAMETERS[parameter](value).title


def _of_step(code: str) -> Which:
    if code not in Step.values:
        raise Http404
    step = Step(code)
    return Which(
        title=str(step.label),
        columns={"fate": _FATES_OF[step]},
        number=lambda tally: int(getattr(tally, code)),
    )


def _of_fate(code: str) -> Which:
    if code not in Fate.values:
        raise Http404
    fate = Fate(code)
    return Which(
        title=str(capfirst(fate.label)),
        columns={"fate": frozenset({code})},
        number=lambda tally: tally.fates[fate],
    )


def _of_group(code: str) -> Which:
    if code not in Group.values:
        raise Http404
    group = Group(code)
    return Which(
        title=str(_GROUPS[group]),
        columns={"fate": _FATES_OF[Step.ANSWERED], "group": frozenset({code})},
        number=lambda tally: tally.groups[group],
    )


def _of_score(text: str) -> Which:
    if text not in {str(score) for score in SCORES}:
        raise Http404
    score = int(text)
    return Which(
        title=_("Answers with %(score)s on the scale of 0 to 10") % {"score": score},
        columns={"fate": _FATES_OF[Step.ANSWERED], "score": frozenset({score})},
        number=lambda tally: tally.scores[score],
    )


def _of_cause(code: str) -> Which:
    cause = Causes().find(code)
    if cause is None:
        raise Http404
    return Which(
        title=_("Root cause: %(cause)s") % {"cause": cause.name},
        columns={"root_cause": frozenset({code})},
    )


_PARAMETERS: dict[str, Callable[[str], Which]] = {
    "step": _of_step,
    "fate": _of_fate,
    "group": _of_group,
    "score": _of_score,
    "cause": _of_cause,
}


_COLUMNS = ("day", "project_id", "project_contact_id", "contact_id", "touchpoint", "fate", "group")


def facts_of(asked: Asked, which: Which) -> FactList:
    """Return the facts that ``which`` means, the project closed last first."""
    scope = asked.scope
    wanted = scope.of_facts() & which.wanted
    number = None if which.number is None else which.number(asked.figures.total)
    # Of a fact that is not stored all is there; of a stored one no more than a list reads.
    stored: QuerySet[Any, Any] = Fact.objects.filter(wanted).values_list(*_COLUMNS, named=True)
    return FactList(
        stored.order_by("-day", "project_id", "project_contact_id"),
        asked.tail,
        holds=lambda fact: scope.holds(fact) and which.holds(fact),
        rank=_latest_day,
        number=number,
    )


def _latest_day(fact: Any) -> Any:
    # A project without contact has one fact only, so 0 stands for no other row.
    part = fact.project_contact_id or 0
    return -fact.day.toordinal(), fact.project_id, part


def _title(asked: Asked, which: Which) -> str:
    """Return what is listed; without a mail server nothing was delivered, and it says so."""
    is_kept = asked.query.get("step") == Step.DELIVERED and asked.figures.total.is_only_kept
    return _("Contacts whose invitation was kept, not sent") if is_kept else which.title


def contacts_table(asked: Asked) -> Table:
    """Return the list that the address asks for."""
    which = which_of(asked.query)
    fates = capital_labels_of(Fate)
    return Table(
        slug="contacts",
        title=_title(asked, which),
        about=_(
            "What became of asking each contact. Somebody with two projects stands here twice."
        ),
        columns=[
            person_column(
                _("Contact"),
                value=lambda row: "–" if row.person is None else row.person,
                note=attrgetter("job_title"),
            ),
            Column(label=_("Job title"), value=attrgetter("job_title"), is_only_in_file=True),
            client_column(),
            Column(label=_("Project"), value=attrgetter("project"), note=attrgetter("number")),
            Column(label=_("Project number"), value=attrgetter("number"), is_only_in_file=True),
            Column(label=_("Division"), value=attrgetter("division")),
            Column(
                label=_("Closed on") if asked.scope.is_of_close else _("Asked on"),
                value=attrgetter("fact.day"),
                kind=Kind.DAY,
            ),
            Column(label=_("Group"), value=lambda row: row.fact.group or None, kind=Kind.GROUP),
            Column(
                label=_("What became of it"),
                value=lambda row: fates[row.fact.fate],
                href=lambda row: row.more.address(row.fact),
            ),
        ],
        source=facts_of(asked, which),
        rows=lambda facts: _rows(facts, asked.user),
        empty=_("Nobody in this selection."),
    )


class _Invitations:
    """The invitations of some facts, as far as ``user`` may open them. Asked by a page only."""

    def __init__(self, facts: Sequence[Any], user: User) -> None:
        self._facts, self._user = facts, user

    @cached_property
    def _keys(self) -> dict[tuple[int, str], int]:
        parts = {fact.project_contact_id for fact in self._facts if fact.project_contact_id}
        visible = Invitation.objects.visible_to(self._user).filter(project_contact__in=parts)
        found = visible.order_by().values_list("pk", "project_contact", "touchpoint")
        return {(part, touchpoint): pk for pk, part, touchpoint in found}

    def address(self, fact: Any) -> str:
        """Return the page of what was asked; nothing where nothing was, or not for this user."""
        key = self._keys.get((fact.project_contact_id or 0, fact.touchpoint))
        return reverse("invitations:detail", args=[key]) if key else ""


def _rows(facts: Sequence[Any], user: User) -> Iterator[Row]:
    invitations = _Invitations(facts, user)
    return rows_of(facts, lambda fact: invitations)
