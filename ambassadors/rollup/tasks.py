"""Background work of figures."""

from celery import shared_task

from ambassadors.rollup.refreshing import refresh


@shared_task(name="ambassadors.rollup.tasks.refresh_figures")
def refresh_figures() -> int:
    """Bring facts and sums up to date; return how many projects were done."""
    return refresh()
