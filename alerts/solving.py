"""What follows when a client says, after the closing of a –, whether it is solved (PRODUCT, 7).

Only their yes makes a – recovered; a "not yet" opens it again, whatever it was closed with. All of
it runs in the transaction that stores what they said, with the invitation locked before the alert.
"""

import logging
from datetime import datetime

from django.utils import timezone

from alerts.actions import reopen
from alerts.mailing import count_on
from alerts.mails import Change, compose_wish
from alerts.models import Alert, AlertEvent, EventKind, Outcome
from alerts.routing import route_for
from outbox.models import Delivery, Lane
from outbox.queueing import queue_message
from staff.models import User, first_active
from staff.standing_in import Presence
from surveys.actions.solving import withdraw_questions
from surveys.models import Response, SolvedAnswer

logger = logging.getLogger(__name__)


def heed_client(*, response: Response, answer: SolvedAnswer, now: datetime) -> None:
    """Let the alert of ``response`` follow what the client says now, and tell who acts on it."""
    own = Alert.objects.select_for_update(of=("self",)).filter(response=response)
    alert = own.select_related("owner__supervisor").first()
    if alert is None:  # its answer raised none: nobody was asked through it
        return
    if answer.is_yes:
        _solved(alert, response, answer, now)
    else:
        _not_solved(alert, response, answer, now)


def _solved(alert: Alert, response: Response, answer: SolvedAnswer, now: datetime) -> None:
    """Make the alert recovered if it stands closed as solved; else only write down what was said.

    An open alert stays open: a colleague took it up, and decides.
    """
    stands = Alert.objects.filter(
        pk=alert.pk, outcome=Outcome.RECOVERED, recovered_at__isnull=True, closed_at__lte=now
    )
    is_new = bool(stands.update(recovered_at=now))
    kind = EventKind.CONFIRMED if is_new else EventKind.SAID_SOLVED
    if is_new:
        withdraw_questions(response=response, now=now)  # of a later closing: it is answered now
    AlertEvent.objects.create(alert=alert, kind=kind, at=now, data={"answer": answer.pk})
    owner, _informed = _readers(alert, response, now)
    if owner is not None:
        change = Change(kind=kind, line=answer.line)
        _mail(alert, response, change, answer, owner, Lane.DIGEST, now)


def _not_solved(alert: Alert, response: Response, answer: SolvedAnswer, now: datetime) -> None:
    """Open a closed alert again and mail owner and supervisor, whatever way they chose."""
    kind = EventKind.NOT_SOLVED
    AlertEvent.objects.create(alert=alert, kind=kind, at=now, data={"answer": answer.pk})
    was_closed = alert.is_closed
    if was_closed:
        reopen(alert=alert, actor=None, reason="", now=now)
        alert.refresh_from_db(fields=["state", "version", "acknowledge_by", "speak_by"])
    change = Change(kind=kind, line=answer.line, is_again=not was_closed)
    owner, informed = _readers(alert, response, now)
    if owner is None:
        logger.error("alert %s: nobody can be told that it is not solved", alert.pk)
        return
    for reader in (owner, *informed):
        delivery = _mail(alert, response, change, answer, reader, Lane.ALERT, now)
        count_on(delivery, alert=alert, recipient=reader, is_owner=reader == owner)


def _readers(alert: Alert, response: Response, now: datetime) -> tuple[User | None, list[User]]:
    """Return who acts and who is informed: the owner, or who stands in, and their supervisor."""
    presence = Presence(timezone.localdate(now))
    route = route_for(response.project, presence=presence)
    mine = alert.owner
    owner = presence.acting_for(mine) or first_active(mine) or route.owner
    supervisor = presence.acting_for(mine.supervisor) if mine and mine.is_active else None
    informed = [supervisor] if supervisor else route.informed
    return owner, [one for one in informed if one != owner]


def _mail(
    alert: Alert,
    response: Response,
    change: Change,
    answer: SolvedAnswer,
    reader: User,
    lane: Lane,
    now: datetime,
) -> Delivery:
    return queue_message(
        compose_wish(change, response=response, alert=alert, recipient=reader),
        dedupe_key=f"alert:{alert.pk}:said:{answer.pk}:{reader.pk}",
        lane=lane,
        recipient_name=reader.name,
        recipient_address=reader.email,
        template="wish",
        about=response.invitation.project_contact.about,
        is_confidential=True,
        now=now,
    )
