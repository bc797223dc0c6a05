"""The inbox as somebody sees it: its tabs with counts, and the rows of one of them.

``ENTRIES`` is the table of tabs. A tab more is a line there, with the function that gives its rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Max, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from alerts.filters import Filters, where
from alerts.late_mail import late_mail
from alerts.models import Alert, AlertQuerySet, Lead, LeadQuerySet
from staff.models import User
from staff.roles import Right, has_right
from staff.standing_in import Presence, people_of
from surveys.models import Group, HeldAnswer

PER_PAGE = 50


class Tab(StrEnum):
    """A part of the inbox."""

    MINE = "mine"
    TEAM = "team"
    ALL = "all"
    QUEUE = "queue"
    LATE = "late"
    TO_ASK = "ask"
    LEADS = "leads"
    HELD = "held"
    LATER = "later"
    CLOSED = "closed"


_TO_DO = (Tab.MINE, Tab.TEAM, Tab.ALL, Tab.QUEUE)


class Inbox:
    """What one user finds in the inbox at one moment, narrowed down by ``filters``.

    The counts on the tabs are those without filters: they say where there is work.
    """

    def __init__(self, user: User, *, now: datetime, filters: Filters | None = None) -> None:
        self.user, self.now, self.filters = user, now, filters or Filters()
        self.sees_all = has_right(user, Right.SEE_ALL_ALERTS)
        self._counts: dict[Tab, int] = {}

    @cached_property
    def visible(self) -> AlertQuerySet:
        """What this user may see and work; who is in the team is asked once."""
        people = None if self.sees_all else self._people
        return Alert.objects.visible_to(self.user, people=people)

    @property
    def leads(self) -> LeadQuerySet:
        """The leads this user may see and work."""
        people = None if self.sees_all else self._people
        return Lead.objects.visible_to(self.user, people=people)

    @cached_property
    def _presence(self) -> Presence:
        return Presence(timezone.localdate(self.now))

    @cached_property
    def _people(self) -> set[int]:
        return people_of(self.user, self._presence)

    @cached_property
    def own(self) -> set[int]:
        """The ids of this user and of the absent for whom they stand in."""
        return {self.user.pk} | self._presence.represented_by(self.user)

    @cached_property
    def team(self) -> set[int]:
        """The ids of whom this user supervises, at every level, but for those in ``own``."""
        stands_in = len(self.own) > 1
        team: set[int] = User.objects.team_ids(self.user) if stands_in else self._people
        return team - self.own

    @cached_property
    def entries(self) -> dict[Tab, Entry]:
        """The tabs this user has: a team's only with a team, everybody's for management."""
        return {entry.tab: entry for entry in ENTRIES if entry.is_for(self)}

    def rows(self, tab: Tab, *, but: str = "") -> QuerySet[Any]:
        """Return what ``tab`` shows, in its order; ``but`` names a filter to leave out."""
        entry = self.entries[tab]
        condition = self.filters.condition(now=self.now, answer=entry.answer, but=but)
        is_wider = entry.whole is not None and self.filters.stage and but != "stage"
        rows = entry.whole if is_wider and entry.whole else entry.rows
        return rows(self).filter(condition)

    def count(self, tab: Tab) -> int:
        """Return how many rows ``tab`` has without filters; asked once."""
        if tab not in self._counts:
            self._counts[tab] = self.entries[tab].rows(self).order_by().count()
        return self._counts[tab]

    @property
    def asking(self) -> AlertQuerySet:
        """What asks for action now: open, and not put off."""
        return self.visible.awake(self.now).due_first()

    def has_alerts(self) -> bool:
        """Return whether there is, or ever was, any alert this user may see."""
        return self.visible.exists()

    def tabs(self, current: Tab) -> list[TabLink]:
        """Return the tabs as they are drawn. Filters stay on when somebody changes tabs."""
        links = [self._link(entry, current) for entry in self.entries.values()]
        return [link for link in links if link.count != 0 or link.stays or link.tab == current]

    def _link(self, entry: Entry, current: Tab) -> TabLink:
        count = self.count(entry.tab) if entry.is_counted else None
        # Alerts and leads differ in group and stage: those filters stay behind.
        is_alike = (entry.tab is Tab.LEADS) == (current is Tab.LEADS)
        left = {} if is_alike else {"group": "", "stage": ""}
        place = where(self.filters.given, tab=entry.tab.value, **left)
        list_address = reverse("alerts:list") + place
        return TabLink(
            tab=entry.tab,
            label=str(entry.label),
            address=reverse(entry.page) if entry.page else list_address,
            count=count,
            is_late=entry.is_alarm and bool(count),
            stays=entry.stays,
        )

    def tab(self, asked: str, *, alert: Alert | None = None) -> Tab:
        """Return the tab that was asked for, else the one that holds ``alert``, else the first
        with something to do."""
        if asked in self.entries and not self.entries[Tab(asked)].page:
            return Tab(asked)
        if alert is not None:
            return self._tab_of(alert)
        own = (tab for tab in _TO_DO if tab in self.entries)
        return next((tab for tab in own if self.count(tab)), Tab.MINE)

    def _tab_of(self, alert: Alert) -> Tab:
        if alert.is_closed:
            return Tab.CLOSED
        if alert.sleeps(self.now):
            return Tab.LATER
        if alert.owner_id in self.own:
            return Tab.MINE
        if alert.owner_id is None:
            return Tab.QUEUE
        if alert.owner_id in self.team:
            return Tab.TEAM
        return Tab.ALL if self.sees_all else Tab.MINE  # handed over: only to look at

    def page(self, tab: Tab, number: str | None) -> Page[Any]:
        """Return one page of rows, ready to be drawn.

        First the keys, by an index and without a join; then the rows of the page, whole. With
        filters all keys are fetched at once: that costs less than searching twice.
        """
        rows = self.rows(tab)
        keys = rows.values_list("pk", flat=True)
        if self.filters:
            page = Paginator(list(keys), PER_PAGE).get_page(number)
        else:
            paginator = Paginator(keys, PER_PAGE)
            paginator.count = self.count(tab)
            page = paginator.get_page(number)
        found = _drawn(rows.model, self.now).in_bulk(list(page.object_list))
        page.object_list = [found[key] for key in page.object_list if key in found]
        return page

    def newest(self) -> int:
        """Return the key of the newest alert there is, whoever may see it; 0 without any."""
        return Alert.objects.aggregate(newest=Max("pk"))["newest"] or 0

    def incoming(self, tab: Tab) -> Tab:
        """Return where new alerts are counted while ``tab`` is open: there, if they come there."""
        if tab in {Tab.MINE, Tab.TEAM, Tab.ALL, Tab.TO_ASK}:
            return tab
        return Tab.ALL if self.sees_all else self.tab("")

    def arrived(self, tab: Tab, *, after: int) -> int:
        """Return how many alerts came into ``tab`` since ``after`` was the newest."""
        return self.rows(tab).filter(pk__gt=after).order_by().count()


def _drawn(model: type[Alert | Lead], now: datetime) -> QuerySet[Any]:
    """Return rows of ``model`` with all that a line of the list shows, in a few queries."""
    if model is Alert:
        part = "response__invitation__project_contact"
        whole = Alert.objects.select_related(
            "owner", f"{part}__contact", f"{part}__project__client"
        )
        return whole.prefetch_related(
            "response__later_answers",
            "response__call_requests",
            "clocks__steps",
            late_mail(now),
        )
    return Lead.objects.with_story().prefetch_related("response__services")


@dataclass(frozen=True, kw_only=True)
class TabLink:
    """A tab as it is drawn; ``count`` is None where a number says nothing."""

    tab: Tab
    label: str
    address: str
    count: int | None
    is_late: bool = False
    stays: bool = True


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the table of tabs."""

    tab: Tab
    label: str | Promise
    rows: Callable[[Inbox], QuerySet[Any]]
    is_for: Callable[[Inbox], bool] = lambda inbox: True
    whole: Callable[[Inbox], QuerySet[Any]] | None = None  # what a filter on stage looks in
    answer: str = "response__"  # the path from a row to its response, for the filters
    page: str = ""  # the name of the page, where the rows are shown elsewhere
    is_counted: bool = True
    is_alarm: bool = False  # a number here is something that went wrong
    stays: bool = True  # also with nothing in it


ENTRIES = (
    Entry(
        tab=Tab.MINE,
        label=gettext_lazy("Mine"),
        rows=lambda inbox: inbox.asking.filter(owner__in=inbox.own),
    ),
    Entry(
        tab=Tab.TEAM,
        label=gettext_lazy("Team"),
        rows=lambda inbox: inbox.asking.filter(owner__in=inbox.team),
        is_for=lambda inbox: bool(inbox.team),
    ),
    Entry(
        tab=Tab.ALL,
        label=gettext_lazy("All"),
        rows=lambda inbox: inbox.asking,
        is_for=lambda inbox: inbox.sees_all,
    ),
    Entry(
        tab=Tab.QUEUE,
        label=gettext_lazy("Without owner"),
        rows=lambda inbox: inbox.visible.without_owner().due_first(),
        is_alarm=True,
        stays=False,
    ),
    Entry(
        tab=Tab.LATE,
        label=gettext_lazy("Late"),
        rows=lambda inbox: inbox.asking.overdue(inbox.now),
        is_alarm=True,
    ),
    Entry(
        tab=Tab.TO_ASK,
        label=gettext_lazy("To ask"),
        rows=lambda inbox: inbox.asking.filter(group=Group.POSITIVE),
        stays=False,
    ),
    Entry(
        tab=Tab.LEADS,
        label=gettext_lazy("Leads"),
        rows=lambda inbox: inbox.leads.open().in_order(),
        whole=lambda inbox: inbox.leads.in_order(),
        stays=False,
    ),
    Entry(
        tab=Tab.HELD,
        label=gettext_lazy("On hold"),
        rows=lambda inbox: HeldAnswer.objects.visible_to(inbox.user).on_hold(),
        page="held:list",
        stays=False,
    ),
    Entry(
        tab=Tab.LATER,
        label=pgettext_lazy("put off", "Later"),
        rows=lambda inbox: inbox.visible.snoozed(inbox.now).order_by("snoozed_until", "pk"),
        stays=False,
    ),
    Entry(
        tab=Tab.CLOSED,
        label=gettext_lazy("Closed"),
        rows=lambda inbox: inbox.visible.closed().order_by("-closed_at", "-pk"),
        is_counted=False,
    ),
)
