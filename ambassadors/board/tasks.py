"""Background work of the board report."""

from celery import shared_task

from ambassadors.board.sending import queue_due_reports


@shared_task(name="ambassadors.board.tasks.queue_board_reports")
def queue_board_reports() -> int:
    """Queue the reports whose moment has come; return how many."""
    return queue_due_reports()
