"""What colleagues do with a client's consents and calls: a line in the ledger, a mail to the owner.

Everything runs in the transaction that stores the wish. A 0 has no alert, so its mail holds all
that is needed to pick up the phone.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from alerts.clocks import add_business_days
from alerts.digest_items import put_by, take_back
from alerts.mails import Change, compose_wish
from alerts.models import Alert, AlertEvent, EventKind
from alerts.preferences import News, Way
from alerts.routing import route_for
from alerts.timing import firm_calendar
from alerts.ways import way_of
from alerts.working import wake
from outbox.models import Lane
from outbox.queueing import cancel_queued, queue_message
from staff.models import User
from surveys.models import CallRequest, Consent, Response

logger = logging.getLogger(__name__)

# What was taken back is mailed at once, whatever they chose: before anybody uses it, or calls.
_CHOSEN = {EventKind.CALL_REQUESTED: News.CALL, EventKind.CONSENTED: News.CONSENT}
CALL_WITHIN_DAYS = 1  # working days, as the thank-you page promises


def tell_of_consents(*, response: Response, consents: Sequence[Consent], now: datetime) -> None:
    """Write down and mail what was allowed in one go: one mail, however many ticks."""
    kinds = [consent.kind for consent in consents]
    change = Change(kind=EventKind.CONSENTED, kinds=kinds)
    _tell(response, change, f"consents:{consents[0].pk}", Lane.DIGEST, {"kinds": kinds}, now)


def tell_of_withdrawal(*, response: Response, consent: Consent, now: datetime) -> None:
    """Write down and mail that something is no longer allowed: before anybody uses it."""
    change = Change(kind=EventKind.CONSENT_WITHDRAWN, kinds=[consent.kind])
    data = {"kinds": [consent.kind]}
    _tell(response, change, f"consent:{consent.pk}:withdrawn", Lane.ALERT, data, now)


def tell_of_call(
    *, response: Response, call: CallRequest, replaced: CallRequest | None, now: datetime
) -> None:
    """Write down and mail that somebody wants to be called, and when.

    The mail of the request that it ``replaced`` is withdrawn if it has not left.
    """
    call_by = add_business_days(now, CALL_WITHIN_DAYS, firm_calendar())
    change = Change(
        kind=EventKind.CALL_REQUESTED, call=call, call_by=call_by, is_again=replaced is not None
    )
    if replaced is not None:
        _withdraw_mail(replaced, now)
    _tell(response, change, f"call:{call.pk}", Lane.ALERT, {"moment": call.moment}, now)


def tell_of_no_call(*, response: Response, call: CallRequest, now: datetime) -> None:
    """Write down and mail that somebody wants no call any more."""
    _withdraw_mail(call, now)
    change = Change(kind=EventKind.CALL_WITHDRAWN, call=call)
    _tell(response, change, f"call:{call.pk}:withdrawn", Lane.ALERT, {}, now)


def _tell(
    response: Response, change: Change, what: str, lane: Lane, data: dict[str, Any], now: datetime
) -> None:
    """Add to the ledger of the response's alert, if it has one, and queue one mail."""
    alert = Alert.objects.filter(response=response).select_related("owner").first()
    if alert is not None:
        AlertEvent.objects.create(alert=alert, kind=change.kind, at=now, data=data)
        if change.kind == EventKind.CALL_REQUESTED and alert.snoozed_until is not None:
            wake(alert=alert, actor=None, now=now)
    reader = _reader(response, alert)
    if reader is None:
        logger.error("wish %s of response %s: nobody can be mailed", what, response.pk)
        return
    news = _CHOSEN.get(change.kind)
    if news is not None and way_of(reader, news) == Way.DIGEST:
        put_by(
            recipient=reader,
            news=news,
            what=what,
            response=response,
            alert=alert,
            data={**data, **({"call": change.call.pk} if change.call else {})},
            now=now,
        )
        return
    queue_message(
        compose_wish(change, response=response, alert=alert, recipient=reader),
        dedupe_key=_key(what),
        lane=lane,
        recipient_name=reader.name,
        recipient_address=reader.email,
        template="wish",
        about=response.invitation.project_contact.about,
        is_confidential=True,
        now=now,
    )


def _key(what: str) -> str:
    """Return the ``dedupe_key`` of a mail: one for each thing a client did."""
    return f"wish:{what}:email"


def _withdraw_mail(call: CallRequest, now: datetime) -> None:
    what = f"call:{call.pk}"
    cancel_queued([_key(what)], now=now)
    take_back(what)


def _reader(response: Response, alert: Alert | None) -> User | None:
    """Return who acts: the alert's owner while active, else who would own a new one."""
    if alert is not None and alert.owner is not None and alert.owner.is_active:
        return alert.owner
    return route_for(response.project).owner
