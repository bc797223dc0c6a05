"""Background work of acting."""

from celery import shared_task

from alerts import actions


@shared_task(name="alerts.tasks.reconcile")
def reconcile() -> int:
    """Repair responses without alert and alerts without mail; return how many."""
    return actions.reconcile()
