"""What the template of the list needs: rows, tabs, filters, saved views, news."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from alerts.filters import where
from alerts.inbox import Inbox, Tab
from alerts.list_forms import FilterForm
from alerts.models import Alert
from staff.kept_form import ViewNameForm
from staff.models import User


@dataclass(frozen=True, kw_only=True)
class Without:
    """A filter that is on, the address of the list without it, and how many that would show."""

    text: str
    address: str
    count: int | None = None


def list_context(request: HttpRequest, user: User, *, alert: Alert | None = None) -> dict[str, Any]:
    """Return what the list shows to ``user``, at the place its address names.

    ``alert`` is the one that is open: it decides the tab where the address names none.
    """
    form = FilterForm(request.GET)
    own = Inbox(user, now=timezone.now(), filters=form.filters())
    tab = own.tab(request.GET.get("tab", ""), alert=alert)
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
        "unused_filter": "group" if tab is Tab.LEADS else "",  # every lead is a 0
        "chips": list(_chips(own, place)),
        "all_address": address + where({"tab": tab.value}),
        "relaxed": [] if page.object_list else _relaxed(own, tab, place),
        "has_alerts": bool(page.object_list) or own.has_alerts(),
        "views": _views(user, place),
        "view_form": ViewNameForm(),
        "fresh": _fresh(own, tab, place),
    }


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
