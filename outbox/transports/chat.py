"""Chat and SMS: what was frozen goes to the address of the delivery, in the form its service wants.

The address is looked up now: one that was changed is followed, one that was deleted or switched
off is undeliverable. What it says itself never comes into a log, an error or an attempt.
"""

import json
import logging
from collections.abc import Callable

from django.conf import settings
from django.utils.translation import gettext as _

from outbox.addresses import ChatAddress, chat_address
from outbox.circuit import Reason
from outbox.models import Delivery
from outbox.services import NotAnAddress, Opened, opened
from outbox.transports.base import (
    LeaseLostError,
    PermanentError,
    RefusesAllError,
    TemporaryError,
    TransportError,
    WithoutConnection,
)
from outbox.transports.carrying import Carrier, carried_by
from outbox.transports.http import Reply
from outbox.transports.statuses import Answer, answer_of

logger = logging.getLogger(__name__)

_SHORTEST_SECRET = 6  # characters: shorter parts of an address are words


class ChatTransport(WithoutConnection):
    """Hands over one delivery to the one address that it names."""

    name = "chat"

    def __init__(self, delivery: Delivery) -> None:
        self.circuit = delivery.recipient_address

    def send(
        self, delivery: Delivery, *, renew: Callable[[], bool], mark: Callable[[], bool]
    ) -> tuple[str, str]:
        """See Transport."""
        address = chat_address(delivery.recipient_address)
        if address is None:
            raise PermanentError(_("The chat address was deleted."), phase="address")
        if not address.is_active:
            raise PermanentError(_("The chat address is switched off."), phase="address")
        try:
            target = opened(address.url, private_hosts=settings.PRIVATE_HOSTS)
        except NotAnAddress as error:
            raise RefusesAllError(str(error), phase="address", reason=Reason.REFUSED) from error
        if not renew():
            raise LeaseLostError
        message = json.loads(bytes(delivery.message))
        return "accepted", _hand_over(target, message, address, mark)


def _hand_over(
    target: Opened, message: dict[str, str], address: ChatAddress, mark: Callable[[], bool]
) -> str:
    """Let Apprise write the request and carry it; return what the service said."""
    carrier = Carrier(mark)
    with carried_by(carrier):
        try:
            # No format is named, so Apprise changes nothing: the text is inert already.
            is_taken = target.plugin.notify(
                title=message["title"], body=message["body"], body_format=None, overflow="upstream"
            )
        except Exception:
            # What left, left: a fault in reading the reply must not send it a second time.
            if carrier.fault is None and carrier.reply is None:
                raise
            is_taken = True
    if isinstance(carrier.fault, LeaseLostError):
        raise carrier.fault
    if carrier.fault is not None:
        raise _without_secrets(carrier.fault, address.url)
    if carrier.reply is None:
        raise PermanentError("nothing was sent", phase="request")
    return _judged(carrier.reply, address.url, is_taken=bool(is_taken))


def _judged(reply: Reply, url: str, *, is_taken: bool) -> str:
    """Return the words of a reply that says yes; raise what any other means.

    Some services say no with status 200: then Apprise, who reads the text, decides.
    """
    words = hidden(reply.words, url)
    answer = answer_of(reply.status)
    if answer is Answer.ACCEPTED and is_taken:
        return words
    if answer is Answer.LATER:
        raise TemporaryError(words, phase="reply", is_everything=True)
    if answer is Answer.NEVER:
        raise PermanentError(words, phase="reply")
    raise RefusesAllError(words, phase="reply", reason=Reason.REFUSED)


def _without_secrets(fault: TransportError, url: str) -> TransportError:
    fault.args = (hidden(str(fault), url),)
    return fault


def hidden(words: str, url: str) -> str:
    """Return ``words`` without any longer part of ``url``: services repeat what they refuse."""
    scheme, _separator, rest = url.partition("://")
    if scheme.startswith("http"):
        rest = rest.partition("/")[2]  # the host is no secret
    for separator in "/?&=@:":
        rest = rest.replace(separator, " ")
    for part in sorted(set(rest.split()), key=len, reverse=True):
        if len(part) >= _SHORTEST_SECRET:
            words = words.replace(part, "…")
    return words
