"""The verbs of acting on an answer: raise, take up, note, close, repair."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from alerts.clocks import Calendar, add_business_days, add_business_hours
from alerts.mails import compose_alert
from alerts.models import Alert, AlertEvent, EventKind, Notification, State
from alerts.routing import Route, route_for
from alerts.story import story_of
from outbox.actions import queue_message
from outbox.models import Lane
from staff.models import User
from staff.working_hours import is_public_holiday
from surveys.actions.adding import write_follow_up
from surveys.models import Group, Response

logger = logging.getLogger(__name__)
Row = TypeVar("Row", Response, Alert)

# PRODUCT, from close to follow-up, 6.
MINUS_ACKNOWLEDGE_HOURS = 4
MINUS_SPEAK_DAYS = 1
PLUS_THANK_DAYS = 2
PLUS_ASK_DAYS = 10


class Conflict(Exception):  # noqa: N818  (two people at once: not an error of either)
    """Somebody else was first; the text says what happened, in the active language."""


def calendar() -> Calendar:
    """Return when the firm works."""
    return Calendar(zone=ZoneInfo(settings.TIME_ZONE), is_holiday=is_public_holiday)


def deadlines(group: str, now: datetime) -> tuple[datetime, datetime]:
    """Return until when an alert raised at ``now`` is taken up, and the client spoken to.

    For + the second is the moment by which something concrete has been asked.
    """
    days = calendar()
    if group == Group.NEGATIVE:
        return (
            add_business_hours(now, MINUS_ACKNOWLEDGE_HOURS, days),
            add_business_days(now, MINUS_SPEAK_DAYS, days),
        )
    return add_business_days(now, PLUS_THANK_DAYS, days), add_business_days(
        now, PLUS_ASK_DAYS, days
    )


def raise_alert(*, response: Response, now: datetime) -> Alert | None:
    """Create the alert of a + or – response with its deliveries; None for a 0.

    Runs in the transaction that stores the response: either all of it stands, or nothing.
    """
    if not response.is_alerting:
        return None
    acknowledge_by, speak_by = deadlines(response.group, now)
    with transaction.atomic():
        route = route_for(response.project)
        alert = Alert.objects.create(
            response=response,
            group=response.group,
            owner=route.owner,
            raised_at=now,
            acknowledge_by=acknowledge_by,
            speak_by=speak_by,
            due_at=acknowledge_by,
        )
        AlertEvent.objects.create(alert=alert, kind=EventKind.RAISED, at=now)
        queue_alert_mails(alert=alert, route=route, now=now)
    return alert


def queue_alert_mails(*, alert: Alert, route: Route, now: datetime) -> int:
    """Queue one mail per recipient of ``route``; return how many recipients there are."""
    if not route.recipients:
        logger.error("alert %s: nobody can be mailed; management sees it in the inbox", alert.pk)
        return 0
    story = story_of(alert.response)
    prefetch_related_objects([alert.response], "services")  # each part of each mail names them
    notifications = []
    for recipient in route.recipients:
        delivery = queue_message(
            compose_alert(alert, recipient=recipient, route=route, story=story),
            dedupe_key=alert.delivery_key(recipient),
            lane=Lane.ALERT,
            recipient_name=recipient.name,
            recipient_address=recipient.email,
            template="alert",
            now=now,
        )
        is_owner = recipient == route.owner
        notifications.append(
            Notification(alert=alert, recipient=recipient, delivery=delivery, is_owner=is_owner)
        )
    # Ignored: what a run that was repaired halfway has told already.
    Notification.objects.bulk_create(notifications, ignore_conflicts=True)
    return len(route.recipients)


def acknowledge(*, alert: Alert, actor: User, now: datetime | None = None) -> None:
    """Take ``alert`` up. Raises Conflict when it was taken up or closed already."""
    now = now or timezone.now()
    with transaction.atomic():
        changed = Alert.objects.filter(pk=alert.pk, state=State.NEW).update(
            state=State.ACKNOWLEDGED, acknowledged_at=now, due_at=alert.speak_by
        )
        if not changed:
            raise Conflict(_what_happened(alert, EventKind.ACKNOWLEDGED))
        AlertEvent.objects.create(alert=alert, kind=EventKind.ACKNOWLEDGED, actor=actor, at=now)


def add_note(*, alert: Alert, actor: User, note: str, now: datetime | None = None) -> None:
    """Write ``note`` down with the alert, open or closed."""
    AlertEvent.objects.create(
        alert=alert, kind=EventKind.NOTED, actor=actor, at=now or timezone.now(), note=note
    )


def note_answered_anew(*, replaced: Response, response: Response, now: datetime) -> None:
    """Tell the alert of an answer that ``response`` replaced. Nothing else of it changes."""
    for alert in Alert.objects.filter(response=replaced):
        AlertEvent.objects.create(
            alert=alert,
            kind=EventKind.ANSWERED_ANEW,
            at=now,
            data={"response": response.pk, "group": response.group},
        )


def close(
    *,
    alert: Alert,
    actor: User,
    outcome: str,
    root_cause: str = "",
    note: str = "",
    follow_up: str = "",
    now: datetime | None = None,
) -> None:
    """Close ``alert`` with what came of it. Raises Conflict when it was closed already.

    ``outcome`` is one of ``alert.outcomes``; a – also takes a ``root_cause``. The form explains
    both; named constraints hold them. ``follow_up`` is what the client's next invitation may say.
    """
    now = now or timezone.now()
    with transaction.atomic():
        changed = (
            Alert.objects.open()
            .filter(pk=alert.pk)
            .update(state=State.CLOSED, closed_at=now, outcome=outcome, root_cause=root_cause)
        )
        if not changed:
            raise Conflict(_what_happened(alert, EventKind.CLOSED))
        AlertEvent.objects.create(
            alert=alert,
            kind=EventKind.CLOSED,
            actor=actor,
            at=now,
            note=note,
            data={"outcome": outcome, "root_cause": root_cause},
        )
        if follow_up:
            write_follow_up(response=alert.response, author=actor, text=follow_up, now=now)


def _what_happened(alert: Alert, kind: EventKind) -> str:
    """Say who was first."""
    done = AlertEvent.objects.filter(
        alert=alert, kind__in=[kind, EventKind.CLOSED], actor__isnull=False
    )
    event = done.select_related("actor").last()
    if event is None or event.actor is None:
        return _("This alert has changed meanwhile.")
    if event.kind == EventKind.CLOSED:
        return _("%(name)s closed this alert already.") % {"name": event.actor.name}
    return _("%(name)s took this alert up already.") % {"name": event.actor.name}


def reconcile(*, now: datetime | None = None) -> int:
    """Repair what must never be missing; return how many repairs were made.

    1. A + or – response that stands without an alert gets one.
    2. An alert without any mail is routed and mailed after all.
    Both are impossible in one transaction's life; a restored backup, a hand at the database or
    a firm without any active colleague can still lead here.
    """
    now = now or timezone.now()
    standing = Response.objects.standing().exclude(group=Group.NEUTRAL)
    orphans = standing.filter(alert__isnull=True)
    repairs = sum(_repaired(_alert_after_all, response, now) for response in orphans)
    for alert in Alert.objects.open().without_mail():
        repairs += _repaired(_mail_after_all, alert, now)
    return repairs


def _repaired(repair: Callable[[Row, datetime], bool], row: Row, now: datetime) -> bool:
    """Try one repair; a row that cannot be repaired is logged and does not stop the others."""
    try:
        return repair(row, now)
    except Exception:
        logger.exception("reconcile: %s %s could not be repaired", type(row).__name__, row.pk)
        return False


def _alert_after_all(response: Response, now: datetime) -> bool:
    logger.error("reconcile: response %s had no alert", response.pk)
    return raise_alert(response=response, now=now) is not None


def _mail_after_all(alert: Alert, now: datetime) -> bool:
    with transaction.atomic():
        route = route_for(alert.response.project)
        if not queue_alert_mails(alert=alert, route=route, now=now):
            return False
        logger.error("reconcile: alert %s had no mail", alert.pk)
        if alert.owner_id is None:
            Alert.objects.filter(pk=alert.pk, owner__isnull=True).update(owner=route.owner)
        AlertEvent.objects.create(alert=alert, kind=EventKind.REPAIRED, at=now)
    return True
