"""Background work of asking."""

from datetime import date

from celery import shared_task

from surveys.actions import send_invitations as invite


@shared_task(name="surveys.tasks.send_invitations")
def send_invitations(closed_since: str | None = None) -> int:
    """Do what the command ``send_invitations`` does; ``closed_since`` is an ISO date."""
    since = date.fromisoformat(closed_since) if closed_since else None
    return invite(closed_since=since).invited
