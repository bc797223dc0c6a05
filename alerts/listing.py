"""What the template of the list needs: rows, tabs, filters, saved views, news."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from alerts.filters import where
from alerts.inbox import Inbox, Tab
from alerts.list_forms import FilterForm, ViewNameForm
from alerts.models import Alert, Lead
from staff.models import User


@dataclass(frozen=True, kw_only=True)
class Without:
    """A filter that is on, the address of the list without it, and how many that would show."""

    text: str
    address: str
    count: int | None = None


def list_context(
    request: HttpRequest,
    user: User,
    *,
    alert: Alert | None = None,
    lead: Lead | None = None,
) -> dict[str, Any]:
    """Return what the list shows to ``user``, at the place its address names.

    ``alert`` or ``lead`` is what is open: it decides the tab where the address names none.
    """
    own, tab, form = narrowed(request, user, alert=alert, lead=lead)
    page = own.page(tab, request.GET.get("page"))
    place = {"tab": tab.value, **own.filters.given}
    number = str(page.number) if page.number > 1 else ""
    address = reverse("alerts:list")
    return {
        "visible": own.visible,
        "now": own.now,
        "tabs": own.tabs(tab),
        "tab": tab,
        "page": page,
        "where": where(place, page=number),
        "filter_form": form,
        "chips": list(_chips(own, place)),
        "all_address": address + where({"tab": tab.value}),
        "relaxed": [] if page.object_list else _relaxed(own, tab, place),
        "has_alerts": bool(page.object_list) or own.has_alerts(),
        "views": _views(user, place),
        "view_form": ViewNameForm(),
        "fresh": _fresh(own, tab, place),
    }


def narrowed(
    request: HttpRequest,
    user: User,
    *,
    alert: Alert | None = None,
    lead: Lead | None = None,
) -> tuple[Inbox, Tab, FilterForm]:
    """Return the inbox with the filters of the address on, the tab it names, and their form."""
    own = Inbox(user, now=timezone.now())
    asked = request.GET.get("tab", "")
    tab = own.tab(asked or (Tab.LEADS.value if lead else ""), alert=alert)
    form = FilterForm(request.GET, is_of_leads=tab is Tab.LEADS)
    own.filters = form.filters()
    return own, tab, form


def _chips(own: Inbox, place: dict[str, str]) -> Iterator[Without]:
    for chip in own.filters.chips():
        address = reverse("alerts:list") + where(place, **{chip.name: ""})
        yield Without(text=chip.text, address=address)


def _relaxed(own: Inbox, tab: Tab, place: dict[str, str]) -> list[Without]:
    """Return which filters to take off to find something, when nothing was found."""
    relaxed = [
        Without(
            text=chip.text,
            address=reverse("alerts:list") + where(place, **{chip.name: ""}),
            count=own.rows(tab, but=chip.name).order_by().count(),
        )
        for chip in own.filters.chips()
    ]
    return [one for one in relaxed if one.count]


def _views(user: User, place: dict[str, str]) -> list[dict[str, Any]]:
    """Return the user's saved views, and which of them is on."""
    return [
        {"view": view, "is_on": view.place == place, "address": view.address}
        for view in user.saved_views.all()
    ]


def _fresh(own: Inbox, tab: Tab, place: dict[str, str]) -> dict[str, str]:
    """Return where to ask whether there are new alerts, and where they then are."""
    coming = own.incoming(tab)
    filters = place if coming == tab else {}
    place = {**filters, "tab": coming.value}
    ask = where(place) + f"&after={own.newest()}"
    return {"ask": reverse("alerts:fresh") + ask, "show": reverse("alerts:list") + where(place)}
