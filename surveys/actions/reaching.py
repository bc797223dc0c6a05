"""What follows when a contact cannot be reached, and when they can be again."""

import hashlib
import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from outbox.models import Lane, Report, ReportKind, State
from outbox.queueing import cancel_queued, queue_message
from staff.models import User
from surveys.actions.opting_out import stop_asking
from surveys.actions.reminding import reminder_keys
from surveys.actions.solving import ask_those_anew, question_keys, questions_to
from surveys.models import Contact, Invitation
from surveys.page import readers_of
from surveys.returned import invitation_of
from surveys.staff_mails import compose_unreachable

logger = logging.getLogger(__name__)

_WANTS_NO_MAIL = (ReportKind.COMPLAINT, ReportKind.UNSUBSCRIBED)


def heed_report(*, report: Report, now: datetime) -> None:
    """Act on a report about an invitation or a reminder; about other mail it does nothing.

    An address that does not work marks its contact. Whoever reports our mail as spam is asked
    nothing more, and whoever unsubscribed at the provider neither. Everything else is only shown.
    A guess from a mailbox marks nobody: anybody can write there.
    """
    if report.is_guess and report.source == "mailbox":
        return
    invitation = invitation_of(report.delivery)
    if invitation is None:
        return
    if report.kind == ReportKind.HARD_BOUNCE:
        mark_unreachable(invitation=invitation, report=report, now=now)
    elif report.kind in _WANTS_NO_MAIL:
        _take_for_opt_out(invitation, report, now=now)


@transaction.atomic
def mark_unreachable(*, invitation: Invitation, report: Report, now: datetime) -> bool:
    """Mark the contact of ``invitation`` as bounced, withdraw their reminders, tell colleagues.

    Returns False, and does nothing, when the contact is marked already, or has another address by
    now than the mail went to.
    """
    contact = Contact.objects.select_for_update().get(pk=invitation.contact.pk)
    if contact.email.lower() != report.delivery.recipient_address.lower():
        return False
    marked = Contact.objects.filter(pk=contact.pk, bounced_at__isnull=True)
    if not marked.update(bounced_at=report.at):
        return False
    own = Invitation.objects.filter(project_contact__contact=contact)
    keys = [key for one in own for key in reminder_keys(one)]
    cancel_queued([*keys, *question_keys(questions_to(contact))], now=now)
    _tell(invitation, report, key=f"{_digest(contact.email)}:{report.at.timestamp():.0f}", now=now)
    logger.info("contact %s: cannot be reached, says %s", contact.pk, report.source)
    return True


def _take_for_opt_out(invitation: Invitation, report: Report, *, now: datetime) -> None:
    contact = Contact.objects.select_for_update().get(pk=invitation.contact.pk)
    if contact.opted_out_at is not None:
        return
    stop_asking(contact=contact, now=now)
    if report.kind == ReportKind.COMPLAINT:
        _tell(invitation, report, key=f"complaint:{now.timestamp():.0f}", now=now)


def _tell(invitation: Invitation, report: Report, *, key: str, now: datetime) -> None:
    """Queue one mail to the account manager and one to the supervisor, or who stands in."""
    readers = readers_of(invitation.project)
    for reader in (readers.first, readers.second):
        if reader is None:
            continue
        queue_message(
            compose_unreachable(invitation, report, reader, readers),
            dedupe_key=f"contact:{invitation.contact.pk}:unreachable:{key}:{reader.pk}",
            lane=Lane.NOTICE,
            recipient_name=reader.name,
            recipient_address=reader.email,
            template="unreachable",
            about=invitation.project_contact.about,
            now=now,
        )


def _digest(address: str) -> str:
    return hashlib.sha256(address.lower().encode()).hexdigest()[:16]


@transaction.atomic
def trust_address(*, contact: Contact, actor: User, now: datetime | None = None) -> int | None:
    """Take the mark of an address that did not work away: it was corrected, or works again.

    Returns None when there was no mark, else how many invitations were taken back because no
    mail of theirs arrived: their contact was never asked, so the next run asks them. What was
    answered, or is on hold, stays.
    """
    now = now or timezone.now()
    Contact.objects.select_for_update().get(pk=contact.pk)
    marked = Contact.objects.filter(pk=contact.pk, bounced_at__isnull=False)
    if not marked.update(bounced_at=None):
        return None
    contact.refresh_from_db(fields=["bounced_at"])
    came_back = Q(delivery__bounced_at__isnull=False) | Q(delivery__state=State.UNDELIVERABLE)
    unread = Invitation.objects.filter(
        came_back,
        project_contact__contact=contact,
        responses__isnull=True,
        held_answers__isnull=True,
    )
    own = Invitation.objects.filter(project_contact__contact=contact)
    locked = list(own.order_by("pk").select_for_update().values_list("pk", flat=True))
    still = list(unread.filter(pk__in=locked))  # an answer may have come in meanwhile
    cancel_queued([key for one in still for key in reminder_keys(one)], now=now)
    Invitation.objects.filter(pk__in=[one.pk for one in still]).delete()
    ask_those_anew(contact=contact)
    logger.info(
        "contact %s: address trusted again by user %s, %s invitations taken back",
        contact.pk,
        actor.pk,
        len(still),
    )
    return len(still)
