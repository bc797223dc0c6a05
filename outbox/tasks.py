"""The doorbell's other side. Each task may run twice, late, or side by side."""

import logging

from celery import shared_task
from celery.worker import state as worker
from django.utils import timezone

from outbox.actions import give_back_expired
from outbox.breaking import give_up_stale
from outbox.dispatching import dispatch_due
from outbox.doorbell import bell_of
from outbox.health import SWEEP, beat
from outbox.mailbox import MailboxError
from outbox.mailbox import read_mailbox as read
from outbox.models import TO_ENDPOINTS, Channel, Delivery
from outbox.reporting import report_refusals as report
from outbox.uncertain import settle_uncertain

logger = logging.getLogger(__name__)


@shared_task(name="outbox.tasks.dispatch")
def dispatch() -> int:
    """Send all mail that is due; return how many were handed over."""
    return dispatch_due(is_stopping=_is_stopping)


@shared_task(name="outbox.tasks.dispatch_chat")
def dispatch_chat() -> int:
    """Send what is due to chat addresses; apart, so that mail waits for none of their servers."""
    return dispatch_due(channel=Channel.CHAT, is_stopping=_is_stopping)


@shared_task(name="outbox.tasks.dispatch_webhooks")
def dispatch_webhooks() -> int:
    """Send what is due to webhooks; apart, as chat."""
    return dispatch_due(channel=Channel.WEBHOOK, is_stopping=_is_stopping)


@shared_task(name="outbox.tasks.sweep")
def sweep() -> int:
    """Free the claims of dead workers and send what nobody rang for.

    Mail here and now; for the other channels it rings, since it must not wait for their servers.
    """
    beat(SWEEP)
    give_back_expired()
    give_up_stale()
    due = Delivery.objects.due(timezone.now())
    for channel in TO_ENDPOINTS:
        if due.filter(channel=channel).exists():
            bell_of(channel)()
    if not due.filter(channel=Channel.EMAIL).exists():
        return 0
    return dispatch_due(is_stopping=_is_stopping)


@shared_task(name="outbox.tasks.report_refusals")
def report_refusals() -> int:
    """Tell the apps above which mails were refused while they were sent; return how many."""
    return report()


@shared_task(name="outbox.tasks.read_mailbox")
def read_mailbox() -> int:
    """Read what came back by mail; return how many reports it gave. A fault waits for next time."""
    try:
        done = read()
    except MailboxError as error:
        logger.log(logging.WARNING if error.is_temporary else logging.ERROR, "mailbox: %s", error)
        return 0
    return done.stored if done else 0


@shared_task(name="outbox.tasks.settle")
def settle() -> int:
    """Settle what perhaps arrived; return how many were. Apart from the sweep: it may wait."""
    return settle_uncertain()


def _is_stopping() -> bool:
    """Whether this worker was told to end: the mail in hand is its last."""
    sign: int | bool | None = worker.should_stop  # 0 says stop, too: it is the exit code
    return sign is not None and sign is not False
