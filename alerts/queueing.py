"""Alerts without an owner: the queue of a division, and who looks after it meanwhile."""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from alerts.chain import Chain
from alerts.escalation_mails import compose_without_owner
from alerts.models import Alert, AlertEvent, EventKind
from alerts.posting import queue_mail
from staff.models import User

logger = logging.getLogger(__name__)

_AT_ONCE = 200
_IS_UNKEPT = Q(owner__isnull=False) | Q(keeper__isnull=True) | Q(keeper__is_active=False)


def unkept_alerts() -> list[Alert]:
    """Return open alerts that nobody who works here owns or looks after, the oldest first."""
    unkept = Alert.objects.without_owner().filter(_IS_UNKEPT)
    project = "response__invitation__project_contact__project"
    found = unkept.with_story().select_related(
        "owner__supervisor__supervisor",
        "on_behalf_of__supervisor__supervisor",
        f"{project}__account_manager__supervisor__supervisor",
        f"{project}__division__fallback",
    )
    return list(found.order_by("pk")[:_AT_ONCE])


@transaction.atomic
def move_to_queue(alert: Alert, *, now: datetime) -> bool:
    """Put ``alert`` in its division's queue with a keeper, who is mailed.

    False when there is nothing to change: nobody is there who could look after it, or somebody
    took it meanwhile. The keeper is the supervisor of who owned it, else theirs, else the
    division's fallback, else somebody of management.
    """
    # Locked first: who takes it up at this moment, or puts it here too, changes the same row.
    unkept = Alert.objects.without_owner().filter(_IS_UNKEPT)
    mine = unkept.select_for_update(of=("self",)).filter(pk=alert.pk, owner=alert.owner_id)
    if not mine.values_list("pk", flat=True):
        return False
    keeper = Chain(now).keeper(alert)
    if keeper is None:
        logger.error("alert %s: nobody is there to look after it", alert.pk)
        if alert.owner_id is None:
            return False
    Alert.objects.filter(pk=alert.pk).update(owner=None, keeper=keeper)
    left = alert.owner
    AlertEvent.objects.create(
        alert=alert,
        kind=EventKind.OWNER_LOST,
        at=now,
        data={"left": left.name if left else "", "name": keeper.name if keeper else ""},
    )
    if keeper is not None:
        _tell(alert, keeper, left, now)
    return True


def _tell(alert: Alert, keeper: User, left: User | None, now: datetime) -> None:
    queue_mail(
        compose_without_owner(alert, left=left, recipient=keeper),
        alert=alert,
        to=keeper,
        dedupe_key=f"alert:{alert.pk}:queue:{keeper.pk}:{alert.owner_id or 0}",
        template="without_owner",
        now=now,
    )
