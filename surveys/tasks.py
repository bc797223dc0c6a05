"""Background work of asking."""

from datetime import date

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from surveys.actions import send_invitations as invite
from surveys.actions import send_reminders as remind
from surveys.actions.solving import ask_due_questions
from surveys.sending_hours import is_open, moments_today


@shared_task(name="surveys.tasks.send_invitations")
def send_invitations(closed_since: str | None = None) -> int:
    """Do what the command ``send_invitations`` does; ``closed_since`` is an ISO date."""
    since = date.fromisoformat(closed_since) if closed_since else None
    return invite(closed_since=since).invited


@shared_task(name="surveys.tasks.send_reminders")
def send_reminders() -> int:
    """Do what the command ``send_reminders`` does."""
    return remind()


@shared_task(name="surveys.tasks.invite_in_office_hours")
def invite_in_office_hours() -> int:
    """Invite whose turn it is, spread over what is left of the day; outside office hours nobody."""
    now = timezone.now()
    if not is_open(now):
        return 0
    wait = settings.INVITE_AFTER_WORKING_DAYS
    return invite(now=now, moments=moments_today(now), after_working_days=wait).invited


@shared_task(name="surveys.tasks.remind_in_office_hours")
def remind_in_office_hours() -> int:
    """Remind whose turn it is, spread over what is left of the day, behind the invitations."""
    now = timezone.now()
    return remind(now=now, moments=moments_today(now)) if is_open(now) else 0


@shared_task(name="surveys.tasks.ask_whether_solved")
def ask_whether_solved() -> int:
    """Ask the clients whose – was closed as solved some days ago; outside office hours nobody."""
    now = timezone.now()
    return ask_due_questions(now=now, moments=moments_today(now)) if is_open(now) else 0
