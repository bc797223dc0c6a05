"""Background work of acting."""

from celery import shared_task

from alerts import actions, digests, escalating
from outbox.health import RECONCILE, beat


@shared_task(name="alerts.tasks.reconcile")
def reconcile() -> int:
    """Repair responses without alert and alerts without mail; return how many."""
    repairs = actions.reconcile()
    beat(RECONCILE, done=repairs)
    return repairs


@shared_task(name="alerts.tasks.queue_digests")
def queue_digests() -> int:
    """Queue the digests whose moment has come; return how many."""
    return digests.queue_due_digests()


@shared_task(name="alerts.tasks.escalate")
def escalate() -> int:
    """Take the steps of clocks that are due; return how many."""
    return escalating.escalate()
