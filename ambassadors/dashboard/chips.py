"""The filters that are on, as chips, each with the address of the page without it."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from ambassadors.dashboard.addresses import changed
from ambassadors.dashboard.forms import PARTS, PERIOD, FilterForm
from ambassadors.dashboard.periods import Compare, Period
from ambassadors.rollup.scope import Band, Scope
from staff.templatetags.wording import day
from surveys.models import Service, Touchpoint


@dataclass(frozen=True, kw_only=True)
class Chip:
    """One filter in words, and where it is off; or one client among several."""

    text: str
    address: str


def chips(form: FilterForm, query: QueryDict) -> list[Chip]:
    """Return the filters that are on, in the order of the form; the last 12 months are none."""
    found = []
    period = _period(form)
    if period:
        off = changed(query, **dict.fromkeys(PERIOD), page=None)
        found.append(Chip(text=period, address=off))
    if form.compared_with:
        is_year = form.compared_with == Compare.YEAR
        text = _("compared with a year before") if is_year else _("compared with the period before")
        found.append(Chip(text=text, address=changed(query, compare=None)))
    for name in PARTS:
        value = form.cleaned_data.get(name)
        if value not in (None, ""):
            text = f"{form[name].label}: {_words(form, name, value)}"
            found.append(Chip(text=text, address=changed(query, **{name: None}, page=None)))
    return found


def clients(form: FilterForm, query: QueryDict) -> list[Chip]:
    """Return the clients that the typed text may mean, each with the page filtered on it."""
    return [
        Chip(text=client.name, address=changed(query, client=client.pk, page=None))
        for client in form.clients
    ]


def without_filters(query: QueryDict) -> str:
    """Return the address of the page without any filter."""
    return changed(query, **dict.fromkeys((*PERIOD, "compare", *PARTS, "page")))


def period_words(scope: Scope) -> str:
    """Return ``1 Jan – 31 Mar``, ``from 1 Jan`` or ``up to and including 31 Mar``."""
    if scope.first and scope.last:
        return f"{day(scope.first)} – {day(scope.last)}"
    if scope.first:
        return _("from %(day)s") % {"day": day(scope.first)}
    return _("up to and including %(day)s") % {"day": day(scope.last)}


def _period(form: FilterForm) -> str:
    if form.has_wrong_period:
        return ""
    given = form.cleaned_data
    if given["first"] or given["last"]:
        return period_words(Scope(first=given["first"], last=given["last"]))
    chosen = Period(given["period"])
    return "" if chosen == Period.MONTHS_12 else str(chosen.label)


def _words(form: FilterForm, name: str, value: Any) -> str:
    if isinstance(value, Band):
        return str(value.label)
    if name == "touchpoint":
        return str(Touchpoint(value).label)
    if name == "questionnaire":
        field: Any = form.fields[name]
        return str(field.label_from_instance(value))
    return value.label if isinstance(value, Service) else str(value)
