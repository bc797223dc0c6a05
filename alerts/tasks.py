"""Background work of acting."""

from celery import shared_task

from alerts import actions
from outbox.health import RECONCILE, beat


@shared_task(name="alerts.tasks.reconcile")
def reconcile() -> int:
    """Repair responses without alert and alerts without mail; return how many."""
    repairs = actions.reconcile()
    beat(RECONCILE, done=repairs)
    return repairs
