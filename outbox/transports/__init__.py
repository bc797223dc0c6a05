"""The ways out. One is chosen by the settings; all promise what ``base.Transport`` says."""

from django.conf import settings

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
from outbox.transports.keep import KeepTransport
from outbox.transports.smtp import SmtpTransport

__all__ = [
    "LeaseLostError",
    "PermanentError",
    "PolicyError",
    "RefusesAllError",
    "SmtpTransport",
    "TemporaryError",
    "Transport",
    "TransportError",
    "UncertainError",
    "email_transport",
]


def email_transport() -> Transport:
    """Return the transport for e-mail: SMTP when EMAIL_URL is set, else keep."""
    return SmtpTransport() if settings.EMAIL_URL else KeepTransport()
