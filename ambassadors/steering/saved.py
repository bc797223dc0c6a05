"""Keep cuts of the dashboard under a name, and open it with one of them."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from ambassadors.steering.models import QUERY_MAX, DashboardView
from staff import keeping
from staff.keeping import MOST_VIEWS, RefusedError
from staff.kept_form import ViewNameForm
from staff.models import User

_NOT_KEPT = "page"  # of a list: where somebody had got to, not what they looked at


@dataclass(frozen=True, kw_only=True)
class Saved:
    """A view as it is drawn, and whether the page shows it now."""

    view: DashboardView
    address: str
    is_on: bool


def query_to_keep(query: QueryDict) -> str:
    """Return all of ``query`` but the page, encoded; "" when that says nothing."""
    kept = query.copy()
    kept.pop(_NOT_KEPT, None)
    return kept.urlencode() if _said(kept) else ""


def _said(query: QueryDict) -> list[tuple[str, list[str]]]:
    """Return what ``query`` says in whatever order: fields left blank in a form say nothing."""
    said = ((name, [value for value in values if value]) for name, values in query.lists())
    return sorted((name, values) for name, values in said if values and name != _NOT_KEPT)


def save_view(*, owner: User, name: str, query: QueryDict) -> DashboardView:
    """Keep ``query`` under ``name``.

    Raises RefusedError: it says nothing or too much, the name is taken, or there are too many.
    """
    kept = query_to_keep(query)
    if not kept:
        raise RefusedError(_("Filter the dashboard first: there is nothing to keep yet."))
    if len(kept) > QUERY_MAX:
        raise RefusedError(_("These are too many filters to keep."))
    return keeping.keep_view(DashboardView, owner=owner, name=name, most=MOST_VIEWS, query=kept)


def start_address(user: User) -> str:
    """Return where the dashboard opens for ``user``; "" when nowhere in particular. One query."""
    start = DashboardView.objects.filter(owner=user, is_start=True).first()
    return "" if start is None else start.address


def saved_views_for(user: User, query: QueryDict) -> dict[str, Any]:
    """Return what ``steering/saved_views.html`` shows on the page that ``query`` names. One query.

    ``save_view_address`` is "" when there is nothing to keep: no filter, or it is kept already.
    """
    now = _said(query)
    saved = [
        Saved(view=view, address=view.address, is_on=_said(QueryDict(view.query)) == now)
        for view in DashboardView.objects.filter(owner=user)
    ]
    kept = query_to_keep(query)
    is_kept = any(one.is_on for one in saved)
    address = f"{reverse('dashboard-views:save-view')}?{kept}" if kept and not is_kept else ""
    return {"saved_views": saved, "view_form": ViewNameForm(), "save_view_address": address}
