"""What management sees: names first, then shares, always with coverage."""

from typing import Any, cast

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ambassadors.dashboard import people
from ambassadors.dashboard.addresses import changed
from ambassadors.dashboard.after import sections
from ambassadors.dashboard.forms import asked_for
from ambassadors.dashboard.page import filters, read_page, shares
from ambassadors.dashboard.people import Selection
from ambassadors.rollup.models import Fact
from ambassadors.rollup.reading import Figures
from ambassadors.steering.saved import saved_views_for, start_address
from staff.roles import Right, requires, signed_in
from surveys.models import Project

NAMES_AT_FIRST = 10  # so that the figures stay in sight; one link shows all
NAMES_ON_A_PAGE = 50


@require_safe
@requires(Right.SEE_DASHBOARD)
def overview(request: HttpRequest) -> HttpResponse:
    """Show who talks well of the firm, and how much of the firm's clients that tells about."""
    user, now = signed_in(request), timezone.now()
    if not request.GET and (start := start_address(user)):
        return redirect(start)
    form, scope = asked_for(request, now=now)
    figures, other = read_page(form, scope, now=now)
    context = {
        "scope": scope,
        "behind": figures.tail.behind,
        "has_nothing_to_compare": bool(form.compared_with) and other is None,
        "has_projects": bool(figures.total.closed) or Project.objects.exists(),
        **filters(form, request.GET),
        **shares(figures, other, form, request.GET),
        **_names(request.GET, figures),
        **sections(request, figures),
        **saved_views_for(user, request.GET),
    }
    return render(request, "dashboard/overview.html", context)


def _names(query: QueryDict, figures: Figures) -> dict[str, object]:
    """Return what the table of names shows: the selection, its page, and the other selections."""
    numbers = people.numbers_in(figures)
    asked = query.get("names", "")
    selection = Selection(asked) if asked in Selection.values else Selection.POSITIVE
    found = people.names(figures.scope, selection, figures.tail)
    size = NAMES_ON_A_PAGE if "page" in query else NAMES_AT_FIRST
    paginator: Paginator[Fact] = Paginator(cast(Any, found), size)
    paginator.count = numbers.by_selection[selection]  # counted already, with the others
    page: Page[Fact] = paginator.get_page(query.get("page"))
    return {
        "selection": selection,
        "selections": [
            (choice, numbers.by_selection[choice], changed(query, names=choice, page=None))
            for choice in Selection
        ],
        "negative": numbers.negative,
        "page": page,
        "names": people.on_page(list(page)),
        "all_names": "" if "page" in query else changed(query, page=1),
        "earlier": changed(query, page=page.number - 1),
        "later": changed(query, page=page.number + 1),
    }
