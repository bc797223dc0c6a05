"""What stands in a daily digest: what needs doing, then the news that its reader put off."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import Q

from alerts.clocks import Calendar, add_business_days
from alerts.digest_models import DigestItem, DigestTime
from alerts.models import Alert, Lead
from alerts.preferences import OF_ALERTS, News
from alerts.wishes import CALL_WITHIN_DAYS
from surveys.models import CallRequest, Group, Response

SHOWN = 25  # of each list: what does not fit is counted, and stands in the inbox
_CALLS_FROM = timedelta(days=14)  # older ones were promised for a day that is over


@dataclass(frozen=True, kw_only=True)
class Call:
    """A client who was promised a call, by when, and the alert if there is one."""

    request: CallRequest
    by: datetime
    alert: Alert | None


@dataclass(kw_only=True)
class Daily:
    """One reader's digest of one day. ``items`` is all news it takes, also what it need not say."""

    late: list[Alert] = field(default_factory=list)
    today: list[Alert] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    leads: list[Lead] = field(default_factory=list)  # whose next step is due
    items: list[DigestItem] = field(default_factory=list)

    @property
    def is_silent(self) -> bool:
        """Whether there is nothing to say."""
        return not (self.late or self.today or self.calls or self.leads or self.news)

    @property
    def news(self) -> list[DigestItem]:
        """What is new and still true, and not said above: – before +, then calls and leads."""
        above = {alert.pk for alert in (*self.late, *self.today)}
        told = {lead.response_id for lead in self.leads} | self._answers_of_alerts()
        called = {call.request.pk for call in self.calls}
        kept = [
            item
            for item in self.items
            if item.alert_id is None
            or item.news in (News.CALL, News.CONSENT)
            or item.alert_id not in above
        ]
        kept = [item for item in kept if item.data.get("call") not in called]
        kept = [item for item in kept if item.news != News.LEAD or item.response_id not in told]
        return sorted((item for item in kept if is_true(item)), key=_urgency)

    def _answers_of_alerts(self) -> set[int]:
        """The answers whose alert is told here as well: it says that they want more."""
        items = {item.response_id for item in self.items if item.news in OF_ALERTS}
        return items | {alert.response_id for alert in (*self.late, *self.today)}


def is_true(item: DigestItem) -> bool:
    """Whether ``item`` still holds: what was answered anew or taken back is no news."""
    if item.news == News.CONSENT:
        return bool(still_allowed(item))
    if item.news == News.LEAD:
        return _is_open_lead(item)
    return item.response.replaced_at is None or item.alert_id is not None


def _is_open_lead(item: DigestItem) -> bool:
    """Whether the lead of ``item`` still stands, is not closed, and still its reader's.

    Before there were rows of leads the answer alone was one.
    """
    if item.response.replaced_at is not None:
        return False
    lead: Lead | None = getattr(item.response, "lead", None)
    if lead is None:
        return True
    return not lead.is_closed and item.recipient_id in (lead.owner_id, lead.keeper_id)


def still_allowed(item: DigestItem) -> list[str]:
    """Return the kinds of permission of ``item`` that were not taken back since."""
    standing = {one.kind for one in item.response.consents.all() if one.withdrawn_at is None}
    return [kind for kind in item.data.get("kinds", ()) if kind in standing]


_ORDER = list(News)


def _urgency(item: DigestItem) -> tuple[bool, int, datetime]:
    is_minus = item.response.group == Group.NEGATIVE
    return not is_minus, _ORDER.index(News(item.news)), item.at


def dailies(rows: Sequence[DigestTime], *, now: datetime, calendar: Calendar) -> dict[int, Daily]:
    """Return the digest of each row's user, in a fixed number of queries."""
    readers = [row.user_id for row in rows]
    found: dict[int, Daily] = defaultdict(Daily)
    midnight = _midnight(now, calendar)
    for alert in _due_alerts(readers, midnight):
        assert alert.owner_id is not None
        mine = found[alert.owner_id]
        (mine.late if alert.due_at < now else mine.today).append(alert)
    for call in _calls_of(readers, now, calendar):
        reader = call.alert.owner_id if call.alert else call.request.project.account_manager_id
        if reader is not None:
            found[reader].calls.append(call)
    for lead in _due_leads(readers, now.astimezone(calendar.zone).date()):
        found[lead.owner_id or lead.keeper_id or 0].leads.append(lead)
    for item in _items_of(readers):
        found[item.recipient_id].items.append(item)
    return found


def _midnight(now: datetime, calendar: Calendar) -> datetime:
    """Return the end of the day that ``now`` is in."""
    tomorrow = now.astimezone(calendar.zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), tzinfo=calendar.zone)


def _due_alerts(readers: Iterable[int], until: datetime) -> Iterable[Alert]:
    due = Alert.objects.open().filter(owner__in=readers, due_at__lt=until)
    return due.with_story().order_by("due_at", "pk")


def _due_leads(readers: Iterable[int], today: date) -> Iterable[Lead]:
    """Return the leads of these people whose next step is for today, or was."""
    mine = Q(owner__in=readers) | Q(owner=None, keeper__in=readers)
    return Lead.objects.due(today).filter(mine).with_story().in_order()


def _items_of(readers: Iterable[int]) -> Iterable[DigestItem]:
    waiting = DigestItem.objects.waiting().filter(recipient__in=readers)
    return waiting.select_related(
        "alert__owner",
        "response__lead",
        "response__invitation__project_contact__contact__client",
        "response__invitation__project_contact__project__client",
    ).prefetch_related("response__services", "response__consents", "response__call_requests")


def _calls_of(readers: list[int], now: datetime, calendar: Calendar) -> Iterable[Call]:
    """Yield the calls that were promised for today."""
    part = "response__invitation__project_contact"
    mine = Q(response__alert__owner__in=readers) | Q(
        response__alert=None, **{f"{part}__project__account_manager__in": readers}
    )
    asked = CallRequest.objects.standing().filter(mine, asked_at__gt=now - _CALLS_FROM)
    today = now.astimezone(calendar.zone).date()
    for request in asked.select_related(
        f"{part}__contact__client", f"{part}__project__client", "response__alert"
    ):
        by = add_business_days(request.asked_at, CALL_WITHIN_DAYS, calendar)
        alert = _alert_of(request.response)
        is_done = alert is not None and alert.is_closed
        if by.astimezone(calendar.zone).date() == today and not is_done:
            yield Call(request=request, by=by, alert=alert)


def _alert_of(response: Response) -> Alert | None:
    alert: Alert | None = getattr(response, "alert", None)
    return alert
