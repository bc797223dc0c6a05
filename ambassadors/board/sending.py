"""Queue the reports whose moment has come: once per person and month.

The schedule is a column, ``BoardSubscription.month``. One transaction moves it on and queues the
mail, so a worker that dies leaves both or neither. A month that was missed leaves late, and the
next one as usual.
"""

import logging
from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from alerts.digest_models import USUAL_HOUR
from alerts.timing import firm_calendar
from ambassadors.board import months
from ambassadors.board.mails import compose_report
from ambassadors.board.models import BoardSubscription
from ambassadors.board.reports import forget_old_reports, mailed_report
from ambassadors.board.subscribing import hours_of
from outbox.models import Lane
from outbox.queueing import queue_message
from staff.roles import Right, has_right

logger = logging.getLogger(__name__)


def queue_due_reports(*, now: datetime | None = None) -> int:
    """Queue the report for everybody whose moment has come; return how many.

    One query when nobody's has. Who may not see the figures (any more) is passed over in silence.
    """
    now = now or timezone.now()
    queued = 0
    for subscription in _due(now):
        try:
            queued += _queue(subscription, now)
        except Exception:
            logger.exception(
                "the report of %s for user %s could not be queued",
                subscription.month,
                subscription.user_id,
            )
    if queued:
        forget_old_reports(months.first_of(timezone.localdate(now)))
    return queued


def _due(now: datetime) -> Iterator[BoardSubscription]:
    """Yield those whose report should have left by ``now``, in the order of their months."""
    this_month = months.first_of(timezone.localdate(now))
    waiting = list(
        BoardSubscription.objects.filter(month__lt=this_month)
        .select_related("user")
        .order_by("month", "pk")
    )
    if not waiting:
        return
    hours, calendar = hours_of([one.user_id for one in waiting]), firm_calendar()
    for one in waiting:
        hour = hours.get(one.user_id, USUAL_HOUR)
        if months.leaves_at(one.month, hour=hour, calendar=calendar) <= now:
            yield one


def _queue(subscription: BoardSubscription, now: datetime) -> bool:
    """Queue one report; False when another worker did, or its reader may not have it."""
    user, month = subscription.user, subscription.month
    may_read = has_right(user, Right.SEE_DASHBOARD)
    # Made before the transaction: it takes seconds, and locks nothing.
    pdf = mailed_report(month, language=user.language, now=now) if may_read else b""
    with transaction.atomic():
        as_read = BoardSubscription.objects.filter(pk=subscription.pk, month=month)
        if not as_read.update(month=months.after(month)) or not may_read:
            return False
        queue_message(
            compose_report(month, pdf, to=user),
            dedupe_key=f"board:{month:%Y-%m}:{user.pk}",
            lane=Lane.DIGEST,
            recipient_name=user.name,
            recipient_address=user.email,
            template="board",
            is_confidential=True,  # it names clients and what they answered
            now=now,
        )
    logger.info("report of %s queued for user %s", month, user.pk)
    return True
