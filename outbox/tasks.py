"""The doorbell's other side. Both tasks may run twice, late, or side by side."""

from celery import shared_task
from celery.worker import state as worker
from django.utils import timezone

from outbox.actions import give_back_expired
from outbox.dispatching import dispatch_due
from outbox.models import Delivery


@shared_task(name="outbox.tasks.dispatch")
def dispatch() -> int:
    """Send everything that is due; return how many were handed over."""
    return dispatch_due(is_stopping=_is_stopping)


@shared_task(name="outbox.tasks.sweep")
def sweep() -> int:
    """Free the claims of dead workers and send what nobody rang for."""
    give_back_expired()
    if not Delivery.objects.due(timezone.now()).exists():
        return 0
    return dispatch_due(is_stopping=_is_stopping)


def _is_stopping() -> bool:
    """Whether this worker was told to end: the mail in hand is its last."""
    sign: int | bool | None = worker.should_stop  # 0 says stop, too: it is the exit code
    return sign is not None and sign is not False
