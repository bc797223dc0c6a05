"""What management sees: names first, then shares, always with coverage."""

from typing import Any, cast

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ambassadors.dashboard import charts, findings, people
from ambassadors.dashboard.after import sections
from ambassadors.dashboard.forms import asked_for
from ambassadors.dashboard.people import Selection
from ambassadors.rollup.models import Fact
from ambassadors.rollup.reading import Figures, read
from ambassadors.rollup.tally import Tally
from staff.models import Division
from staff.roles import Right, requires
from surveys.models import Project

NAMES_AT_FIRST = 10  # so that the figures stay in sight; one link shows all
NAMES_ON_A_PAGE = 50


@require_safe
@requires(Right.SEE_DASHBOARD)
def overview(request: HttpRequest) -> HttpResponse:
    """Show who talks well of the firm, and how much of the firm's clients that tells about."""
    now = timezone.now()
    form, scope = asked_for(request, now=now)
    figures = read(scope, now=now, read_all=lambda figures: (figures.months, figures.divisions))
    tally = figures.total
    context = {
        "form": form,
        "scope": scope,
        "tally": tally,
        "has_projects": bool(tally.closed) or Project.objects.exists(),
        "without_contact": tally.without_contact,
        "steps": charts.steps(tally),
        "groups": charts.groups(tally),
        "plus_minus": charts.plus_minus(tally),
        "response": charts.response(tally),
        "silence": charts.silence(tally),
        "silence_in_numbers": findings.silence_in_numbers(tally),
        "quarters": charts.quarters(figures.months),
        "divisions": charts.divisions(_by_name(figures)),
        **_names(request.GET, figures),
        **sections(request, figures),
    }
    return render(request, "dashboard/overview.html", context)


def _by_name(figures: Figures) -> dict[str, Tally]:
    names = dict(Division.objects.values_list("pk", "name"))
    return {names[pk]: tally for pk, tally in figures.divisions.items()}


def _names(query: QueryDict, figures: Figures) -> dict[str, object]:
    """Return what the table of names shows: the selection, its page, and the other selections."""
    numbers = people.count_names(figures.scope, figures.tail)
    asked = query.get("names", "")
    selection = Selection(asked) if asked in Selection.values else Selection.POSITIVE
    found = people.names(figures.scope, selection, figures.tail)
    size = NAMES_ON_A_PAGE if "page" in query else NAMES_AT_FIRST
    page: Page[Fact] = Paginator(cast(Any, found), size).get_page(query.get("page"))
    return {
        "selection": selection,
        "selections": [
            (choice, numbers.by_selection[choice], _address(query, names=choice, page=None))
            for choice in Selection
        ],
        "negative": numbers.negative,
        "page": page,
        "names": people.on_page(list(page)),
        "all_names": "" if "page" in query else _address(query, page=1),
        "earlier": _address(query, page=page.number - 1),
        "later": _address(query, page=page.number + 1),
    }


def _address(query: QueryDict, **changes: object) -> str:
    """Return the query string of this page with ``changes``; None takes a parameter away."""
    query = query.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = str(value)
    return "?" + query.urlencode()
