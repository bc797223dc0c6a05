"""The verbs of acting on an answer: raise, reopen, repair; those of working are in ``working``."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.utils import timezone

from alerts.clocks import Clock
from alerts.digest_items import hand_on, news_of_who_left
from alerts.digest_models import DigestItem
from alerts.escalating import restart_clocks, start_clocks, start_missing_clocks
from alerts.leads import follow_answer, follow_forgotten, forgotten, queue_lead, unkept_leads
from alerts.mailing import queue_alert_mails
from alerts.models import Alert, AlertEvent, EventKind, Lead, Move, Notification
from alerts.queueing import move_to_queue, unkept_alerts
from alerts.routing import route_for
from alerts.second_channel import late_chats, late_mails, mail_instead, send_second
from alerts.timing import clocks_of_alert
from alerts.undeliverable import pass_on, refused_notifications
from alerts.working import (
    Conflict,
    acknowledge,
    add_note,
    close,
    locked,
    log_contact,
    reassign,
    snooze,
    state_after,
    store,
    wake,
)
from outbox.publishing import publish_missed
from staff.models import User
from surveys.actions import judge_again
from surveys.models import Group, Project, Response

__all__ = [
    "Conflict",
    "acknowledge",
    "add_note",
    "close",
    "log_contact",
    "note_answered_anew",
    "raise_alert",
    "reassign",
    "reconcile",
    "reopen",
    "snooze",
    "wake",
]

logger = logging.getLogger(__name__)
Row = TypeVar("Row", Response, Alert, Lead, Notification, DigestItem)


def raise_alert(*, response: Response, now: datetime) -> Alert | None:
    """Create the alert of a + or – response with its deliveries; None for a 0.

    Runs in the transaction that stores the response. A mail that cannot be made undoes nothing:
    ``reconcile`` makes it.
    """
    if not response.is_alerting:
        return None
    # No savepoint of its own: the one in which the receivers are called serves.
    with transaction.atomic(savepoint=False):
        route = route_for(response.project)
        first, second = _clocks(response.group, route.owner, response.project, now)
        alert = Alert.objects.create(
            response=response,
            group=response.group,
            owner=route.owner,
            on_behalf_of=route.on_behalf_of,
            raised_at=now,
            acknowledge_by=first.due_at,
            speak_by=second.due_at,
            due_at=first.due_at,
        )
        alert.is_fresh = True
        start_clocks(alert, first, second)
        AlertEvent.objects.create(alert=alert, kind=EventKind.RAISED, at=now)
        queue_alert_mails(alert=alert, route=route, now=now)
    return alert


def _clocks(group: str, owner: User | None, project: Project, now: datetime) -> tuple[Clock, Clock]:
    """Return both clocks of an alert from ``now``, in the hours of its owner's division."""
    division = (owner and owner.division_id) or project.division_id
    return clocks_of_alert(group=group, start=now, division_id=division)


def reopen(
    *,
    alert: Alert,
    actor: User,
    reason: str,
    seen: int | None = None,
    now: datetime | None = None,
) -> None:
    """Open a closed alert again, with clocks that start anew. Raises Conflict unless it is closed.

    What it was closed with stays in the ledger; its times of this round are set again.
    """
    now = now or timezone.now()
    with transaction.atomic():
        row = locked(alert, seen=seen)
        row.state = state_after(row, Move.REOPEN)
        first, second = _clocks(row.group, row.owner, row.response.project, now)
        row.acknowledge_by, row.speak_by = first.due_at, second.due_at
        row.acknowledged_at = row.first_spoken_at = row.closed_at = None
        row.outcome = row.root_cause = row.structural_fix = ""
        store(row, EventKind.REOPENED, actor=actor, now=now, note=reason)
        restart_clocks(row, first, second)


def note_answered_anew(*, replaced: Response, response: Response, now: datetime) -> None:
    """Tell the alert of an answer that ``response`` replaced. Nothing else of it changes."""
    for alert in Alert.objects.filter(response=replaced):
        AlertEvent.objects.create(
            alert=alert,
            kind=EventKind.ANSWERED_ANEW,
            at=now,
            data={"response": response.pk, "group": response.group},
        )


def reconcile(*, now: datetime | None = None) -> int:
    """Repair what must never be missing; return how many repairs were made.

    1. A response whose rule failed is put in its group.
    2. A + or – response that stands without an alert gets one.
    3. An alert without any mail, or with one that could not be made, is mailed after all.
    4. An alert whose answer was replaced is told so.
    5. An alert mail that was refused for good goes to somebody else; administrators are told.
    6. An alert mail not handed over in time goes by chat as well, and late chat by mail.
    7. A + or 0 with interest without a lead gets one; a lead whose answer was replaced is told,
       and an open one whose owner left has somebody who looks after it.
    8. An open alert without clocks gets them; what they would have done before stays undone.
    9. An open alert whose owner left goes to the queue of its division; its keeper is told.
    10. News that waits for the digest of somebody who left is for who is there now.
    11. What other systems were not told, they are told.
    What leads here is a logged fault of ours, a restored backup, or a firm where nobody is active.
    """
    now = now or timezone.now()
    repairs = judge_again()
    standing = Response.objects.standing().exclude(group=Group.NEUTRAL)
    orphans = standing.filter(alert__isnull=True)
    repairs += sum(_repaired(_alert_after_all, response, now) for response in orphans)
    for alert in Alert.objects.open().without_mail():
        repairs += _repaired(_mail_after_all, alert, now)
    for alert in Alert.objects.untold_of_new_answer():
        repairs += _repaired(_note_after_all, alert, now)
    for notification in refused_notifications():
        repairs += _repaired(_pass_on, notification, now)
    for notification in late_mails(now):
        repairs += _repaired(_second, notification, now)
    for notification in late_chats(now):
        repairs += _repaired(_mail_instead, notification, now)
    repairs += _repair_leads(now)
    for alert in Alert.objects.without_clocks():
        repairs += _repaired(_clocks_after_all, alert, now)
    for alert in unkept_alerts():
        repairs += _repaired(_to_the_queue, alert, now)
    for item in news_of_who_left():
        repairs += _repaired(_hand_on, item, now)
    return repairs + publish_missed(now=now)


def _repair_leads(now: datetime) -> int:
    repairs = sum(_repaired(_lead_after_all, response, now) for response in forgotten())
    for lead in Lead.objects.untold_of_new_answer():
        repairs += _repaired(_follow_after_all, lead, now)
    for lead in unkept_leads():
        repairs += _repaired(_keep_lead, lead, now)
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


def _note_after_all(alert: Alert, now: datetime) -> bool:
    invitation = alert.response.invitation
    standing = Response.objects.standing().filter(invitation=invitation).first()
    if standing is None:
        return False
    note_answered_anew(replaced=alert.response, response=standing, now=now)
    logger.error("reconcile: alert %s was not told of a new answer", alert.pk)
    return True


def _lead_after_all(response: Response, now: datetime) -> bool:
    logger.error("reconcile: response %s had no lead", response.pk)
    return follow_answer(response=response, now=now) is not None


def _follow_after_all(lead: Lead, now: datetime) -> bool:
    return follow_forgotten(lead, now=now)


def _keep_lead(lead: Lead, now: datetime) -> bool:
    return queue_lead(lead, now=now)


def _hand_on(item: DigestItem, now: datetime) -> bool:
    return hand_on(item)


def _second(notification: Notification, now: datetime) -> bool:
    return send_second(notification, now=now)


def _mail_instead(notification: Notification, now: datetime) -> bool:
    return mail_instead(notification, now=now)


def _pass_on(notification: Notification, now: datetime) -> bool:
    return pass_on(notification, now=now)


def _clocks_after_all(alert: Alert, now: datetime) -> bool:
    start_missing_clocks(alert, now=now)
    return True


def _to_the_queue(alert: Alert, now: datetime) -> bool:
    return move_to_queue(alert, now=now)


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
