"""Webhooks by Standard Webhooks 1.0.0: the frozen JSON, signed at each attempt, to one endpoint.

The address and the secrets are looked up now: one that was changed is followed. What a status
means is the specification's ("Delivery success and failure"): 2xx is success and all else failure;
no redirect is followed; 410 switches the endpoint off; Retry-After is heeded. A reply that is
missed is a failure too, not "perhaps delivered": the same ``webhook-id`` lets the receiver
know a copy, so the next attempt comes by the ordinary back-off.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import NoReturn

from django.utils import timezone
from django.utils.translation import gettext as _

from outbox.circuit import Reason
from outbox.endpoint_actions import note_fault, note_success, postpone
from outbox.endpoint_notices import switch_off_gone
from outbox.endpoint_rules import why_refused
from outbox.endpoints import Endpoint, endpoint_of
from outbox.models import GIVE_UP_AFTER, Delivery
from outbox.signing import headers
from outbox.transports.base import (
    LeaseLostError,
    PermanentError,
    RefusesAllError,
    TemporaryError,
    TransportError,
    UncertainError,
    WithoutConnection,
)
from outbox.transports.http import Reply, Request, exchange
from outbox.transports.statuses import Answer, answer_of

logger = logging.getLogger(__name__)

_GONE = 410
_READ_AT_MOST = 4 * 1024


class WebhookTransport(WithoutConnection):
    """Hands over one delivery to the one endpoint that it names."""

    name = "webhook"

    def __init__(self, delivery: Delivery) -> None:
        self.circuit = delivery.recipient_address

    def send(
        self, delivery: Delivery, *, renew: Callable[[], bool], mark: Callable[[], bool]
    ) -> tuple[str, str]:
        """See Transport. The reply is the status with the beginning of the endpoint's text."""
        endpoint = endpoint_of(delivery.recipient_address)
        if endpoint is None:
            raise PermanentError(_("The webhook was deleted."), phase="address")
        if not endpoint.is_active:
            raise PermanentError(_("The webhook is switched off."), phase="address")
        if not renew():
            raise LeaseLostError
        try:
            return "accepted", _hand_over(endpoint, delivery, mark)
        except TransportError as fault:
            note_fault(endpoint, str(fault), now=timezone.now())
            raise


def _hand_over(endpoint: Endpoint, delivery: Delivery, mark: Callable[[], bool]) -> str:
    """Sign and send; return what the endpoint said to accept it. Raises TransportError."""
    if reason := why_refused(endpoint.url):
        raise RefusesAllError(reason, phase="address", reason=Reason.REFUSED)
    now = timezone.now()
    request = _signed(endpoint, delivery, now)
    try:
        reply = exchange(request, mark=mark)
    except UncertainError as fault:
        raise TemporaryError(str(fault), phase=fault.phase, is_everything=True) from fault
    if answer_of(reply.status) is not Answer.ACCEPTED:
        _refuse(endpoint, reply, timezone.now())
    note_success(endpoint, now=timezone.now())
    return reply.words


def _signed(endpoint: Endpoint, delivery: Delivery, now: datetime) -> Request:
    """Return the request of one attempt: the frozen body, signed with every valid secret."""
    body = bytes(delivery.message)
    signed = headers(
        endpoint.valid_secrets(now),
        message_id=_webhook_id(delivery),
        timestamp=int(now.timestamp()),
        body=body,
    )
    return Request(
        url=endpoint.url,
        body=body,
        headers={"Content-Type": "application/json", **signed},
        read_at_most=_READ_AT_MOST,
    )


def _webhook_id(delivery: Delivery) -> str:
    """Return the id of the event: one that is sent again by hand keeps that of the first."""
    while delivery.again_of is not None:
        delivery = delivery.again_of
    return delivery.message_id


def _refuse(endpoint: Endpoint, reply: Reply, now: datetime) -> NoReturn:
    """Raise what a status other than 2xx means, for this message and those behind it.

    Whoever lets nobody in (401, 403, 404, a redirect) is probed until an administrator has looked;
    whoever is overloaded is left alone; any other refusal is about this message, which is tried
    again by its back-off, for 72 hours.
    """
    words = reply.words
    if reply.status == _GONE:
        switch_off_gone(endpoint, now=now)
        raise PermanentError(words, phase="reply")
    if 300 <= reply.status < 400:
        moved = _("%(status)s: the other system has moved. Change the address of the webhook.")
        detail = moved % {"status": reply.status}
        raise RefusesAllError(detail, phase="reply", reason=Reason.REFUSED)
    if until := _asked_to_wait(reply, now):
        postpone(endpoint, until=until)
        raise TemporaryError(words, phase="reply", is_everything=True, not_before=until)
    answer = answer_of(reply.status)
    if answer is Answer.NOBODY:
        raise RefusesAllError(words, phase="reply", reason=Reason.REFUSED)
    raise TemporaryError(words, phase="reply", is_everything=answer is Answer.LATER)


def _asked_to_wait(reply: Reply, now: datetime) -> datetime | None:
    """Return until when a Retry-After asks us to wait, in seconds or as a date (RFC 9110, 10.2.3).

    None without one, or with one that cannot be read; never beyond the time after which we give up.
    """
    given = {name.lower(): value for name, value in reply.headers.items()}.get("retry-after", "")
    given = given.strip()
    latest = now + GIVE_UP_AFTER
    if given.isascii() and given.isdigit():
        seconds = min(int(given[:9]), int(GIVE_UP_AFTER.total_seconds()))
        return now + timedelta(seconds=seconds)
    try:
        moment = parsedate_to_datetime(given)
    except (ValueError, TypeError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(moment, latest) if moment > now else None
