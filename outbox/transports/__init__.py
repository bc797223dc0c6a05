"""The ways out; all promise what ``base.Transport`` says.

Mail has one, chosen by the settings. The other channels have one for each delivery, since each
address has a server of its own.
"""

from collections.abc import Callable

from django.conf import settings

from outbox.models import Channel, Delivery
from outbox.transports.anymail import AnymailTransport
from outbox.transports.base import (
    LeaseLostError,
    PermanentError,
    PolicyError,
    RefusesAllError,
    TemporaryError,
    Transport,
    TransportError,
    UncertainError,
)
from outbox.transports.chat import ChatTransport
from outbox.transports.keep import KeepTransport
from outbox.transports.smtp import SmtpTransport
from outbox.transports.webhook import WebhookTransport

__all__ = [
    "AnymailTransport",
    "ChatTransport",
    "LeaseLostError",
    "PermanentError",
    "PolicyError",
    "RefusesAllError",
    "SmtpTransport",
    "TemporaryError",
    "Transport",
    "TransportError",
    "UncertainError",
    "WebhookTransport",
    "email_transport",
    "endpoint_transport",
]

_TO_ENDPOINTS: dict[str, Callable[[Delivery], Transport]] = {
    Channel.CHAT: ChatTransport,
    Channel.WEBHOOK: WebhookTransport,
}


def email_transport() -> Transport:
    """Return the transport for e-mail: what EMAIL_URL names; keep when it is not set."""
    if settings.EMAIL_PROVIDER:
        return AnymailTransport()
    return SmtpTransport() if settings.EMAIL_URL else KeepTransport()


def endpoint_transport(delivery: Delivery) -> Transport:
    """Return the transport to the one address of ``delivery``, which is no mail."""
    return _TO_ENDPOINTS[delivery.channel](delivery)
