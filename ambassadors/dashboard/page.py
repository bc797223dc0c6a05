"""All that the page of management says below the names, of one moment."""

from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ambassadors.dashboard import charts, courses, findings, pictures
from ambassadors.dashboard.addresses import address
from ambassadors.dashboard.chips import chips, clients, without_filters
from ambassadors.dashboard.comparing import Other, score_of
from ambassadors.dashboard.coverage import coverage, kept_words
from ambassadors.dashboard.following import follow_up
from ambassadors.dashboard.forms import FilterForm, compared_scope
from ambassadors.dashboard.units import Units, Words, units
from ambassadors.rollup.fates import Fate
from ambassadors.rollup.reading import Figures, read
from ambassadors.rollup.scope import Scope
from ambassadors.rollup.tally import Tally
from staff.wording import whole_number
from surveys.models import Group

_IN_TRENDS = (Group.POSITIVE, Group.NEGATIVE)


def read_page(form: FilterForm, scope: Scope, *, now: datetime) -> tuple[Figures, Other | None]:
    """Read the figures of ``scope`` and, if asked for, of the other period, as of one moment."""
    compared = compared_scope(form, scope, now=now)
    others: list[Tally] = []

    def look(figures: Figures) -> None:
        others.clear()
        if compared:
            others.append(Figures(compared, now=now, tail=figures.tail).total)
        for name in ("total", "divisions", "services", "touchpoints", "hours"):
            getattr(figures, name)

    figures = read(scope, now=now, read_all=look)
    if compared is None:
        return figures, None
    return figures, Other(compare=form.compared_with, scope=compared, tally=others[0])


def filters(form: FilterForm, query: QueryDict) -> dict[str, Any]:
    """Return the context of ``dashboard/filter.html``."""
    return {
        "form": form,
        "chips": chips(form, query),
        "clients_meant": clients(form, query),
        "no_filters": without_filters(query),
    }


def shares(
    figures: Figures, other: Other | None, form: FilterForm, query: QueryDict
) -> dict[str, Any]:
    """Return the context of the sections from coverage to follow-up."""
    tally, scope = figures.total, figures.scope
    course = courses.stretches(figures.months, scope)
    answers = courses.answers(course, query)
    return {
        "tally": tally,
        "other": other,
        "comparison": other.sentence(tally) if other else "",
        "coverage": coverage(tally, scope, query),
        "kept": kept_words(tally),
        "without_contact": tally.without_contact,
        "without_contact_address": address(query, fate=Fate.NO_CONTACT.value),
        "groups": charts.groups(tally, query, other),
        "plus_minus": charts.plus_minus(tally, other),
        "response": charts.response(tally, other),
        "silence": charts.silence(tally),
        "silence_in_numbers": findings.silence_in_numbers(tally),
        "trends": [courses.trend(course, group, answers) for group in _IN_TRENDS],
        "scores": _scores(tally, other, query),
        "journey": courses.journey(figures.touchpoints, query),
        "satisfaction": courses.satisfaction(
            figures.touchpoints, tally.share_of("more_than_satisfied"), query
        ),
        **_units(figures, form, query),
        "follow_up": follow_up(tally, figures.hours, other),
    }


def _scores(tally: Tally, other: Other | None, query: QueryDict) -> pictures.Histogram | None:
    """Return the NPS where the scale of 0 to 10 was asked: only there is there one."""
    number = sum(tally.scores)
    if not number:
        return None
    notes = []
    if (rest := tally.answered - number) > 0:
        words = ngettext(
            "%(number)s other answer was given on the scale of three steps, of which there is no "
            "NPS.",
            "%(number)s other answers were given on the scale of three steps, of which there is "
            "no NPS.",
            rest,
        )
        notes.append(words % {"number": whole_number(rest)})
    beside = other.beside(score_of, tally) if other and sum(other.tally.scores) else ""
    if beside:
        notes.append(beside[:1].upper() + beside[1:] + ".")
    addresses = [
        address(query, score=answer) if count else "" for answer, count in enumerate(tally.scores)
    ]
    return pictures.histogram(tally.scores, note=" ".join(notes), addresses=addresses)


def _units(figures: Figures, form: FilterForm, query: QueryDict) -> dict[str, Units]:
    services = {service.pk: service.label for service in form.rows("service")}
    of_divisions = Words(
        what=_("Division"),
        side_by_side=_("Divisions side by side"),
        too_few=_("Not yet two divisions with enough answers to set side by side"),
    )
    of_services = Words(
        what=_("Service"),
        side_by_side=_("Services side by side"),
        too_few=_("Not yet two services with enough answers to set side by side"),
    )
    return {
        "divisions": units(
            figures.divisions,
            {division.pk: division.name for division in form.rows("division")},
            words=of_divisions,
            parameter="division",
            scope=figures.scope,
            query=query,
        ),
        "services": units(
            figures.services,
            {0: _("No service named"), **services},
            words=of_services,
            parameter="service",
            scope=figures.scope,
            query=query,
        ),
    }
