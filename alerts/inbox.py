"""The inbox as somebody sees it: its tabs with counts."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from alerts.models import Alert, AlertQuerySet, State
from staff.models import User
from staff.roles import Right, has_right
from staff.standing_in import Presence
from surveys.models import HeldAnswer


class Tab(StrEnum):
    """A part of the inbox."""

    MINE = "mine"
    TEAM = "team"
    ALL = "all"
    QUEUE = "queue"
    LATE = "late"
    CLOSED = "closed"


_TO_DO = {Tab.MINE, Tab.TEAM, Tab.ALL, Tab.QUEUE}


@dataclass(frozen=True, kw_only=True)
class TabLink:
    """A tab as it is drawn; ``count`` is None where a number says nothing."""

    tab: Tab
    label: str
    count: int | None
    is_late: bool = False


class Inbox:
    """What one user finds in the inbox at one moment."""

    def __init__(self, user: User, *, now: datetime) -> None:
        self.user, self.now = user, now
        # Their own, and of the absent for whom they stand in.
        self.own = {user.pk} | Presence(timezone.localdate(now)).represented_by(user)
        self.team = User.objects.team_ids(user) - self.own
        self.sees_all = has_right(user, Right.SEE_ALL_ALERTS)
        self._counts: dict[str, int] | None = None

    def alerts(self, tab: Tab) -> AlertQuerySet:
        """Return the alerts of ``tab``, the most urgent first and what was closed last first."""
        visible = Alert.objects.visible_to(self.user)
        if tab is Tab.CLOSED:
            return visible.filter(state=State.CLOSED).order_by("-closed_at", "-pk")
        if tab is Tab.LATE:
            return visible.overdue(self.now).due_first()
        if tab is Tab.QUEUE:
            return visible.without_owner().due_first()
        if tab is Tab.ALL:
            return visible.open().due_first()
        owners = self.team if tab is Tab.TEAM else self.own
        return visible.open().filter(owner__in=owners).due_first()

    def counts(self) -> dict[str, int]:
        """Return the number of open alerts per tab, in one query."""
        if self._counts is None:
            self._counts = (
                Alert.objects.visible_to(self.user)
                .open()
                .aggregate(
                    mine=Count("pk", filter=Q(owner__in=self.own)),
                    team=Count("pk", filter=Q(owner__in=self.team)),
                    all=Count("pk"),
                    queue=Count("pk", filter=Q(owner=None) | Q(owner__is_active=False)),
                    late=Count("pk", filter=Q(due_at__lt=self.now)),
                )
            )
        return self._counts

    def has_alerts(self) -> bool:
        """Return whether there is, or ever was, any alert this user may see."""
        return Alert.objects.visible_to(self.user).exists()

    def held_count(self) -> int:
        """Return how many answers look automatic and wait for this user's word."""
        return HeldAnswer.objects.visible_to(self.user).on_hold().count()

    def tabs(self) -> list[TabLink]:
        """Return the tabs this user has: a team's only with a team, everybody's for management."""
        counts = self.counts()
        tabs = [TabLink(tab=Tab.MINE, label=_("Mine"), count=counts["mine"])]
        if self.team:
            tabs.append(TabLink(tab=Tab.TEAM, label=_("Team"), count=counts["team"]))
        if self.sees_all:
            tabs.append(TabLink(tab=Tab.ALL, label=_("All"), count=counts["all"]))
        if counts["queue"]:
            tabs.append(TabLink(tab=Tab.QUEUE, label=_("Without owner"), count=counts["queue"]))
        late = counts["late"]
        tabs.append(TabLink(tab=Tab.LATE, label=_("Late"), count=late, is_late=late > 0))
        tabs.append(TabLink(tab=Tab.CLOSED, label=_("Closed"), count=None))
        return tabs

    def tab(self, asked: str, *, alert: Alert | None = None) -> Tab:
        """Return the tab that was asked for, else the one that holds ``alert``, else the first
        with something to do."""
        own = [link.tab for link in self.tabs()]
        if asked in own:
            return Tab(asked)
        if alert is not None:
            return self._tab_of(alert)
        counts = self.counts()
        candidates = (tab for tab in own if tab in _TO_DO and counts[tab])
        return next(candidates, Tab.MINE)

    def _tab_of(self, alert: Alert) -> Tab:
        if alert.is_closed:
            return Tab.CLOSED
        if alert.owner_id in self.own:
            return Tab.MINE
        if alert.owner_id is None:
            return Tab.QUEUE
        return Tab.TEAM if alert.owner_id in self.team else Tab.ALL
