"""The ways out. One is chosen by the settings; all promise what ``base.Transport`` says."""

from django.conf import settings

from outbox.transports.base import (
    LeaseLostError,
    PermanentError,
    TemporaryError,
    Transport,
)
from outbox.transports.keep import KeepTransport
from outbox.transports.smtp import SmtpTransport

__all__ = ["LeaseLostError", "PermanentError", "TemporaryError", "Transport", "email_transport"]


def email_transport() -> Transport:
    """Return the transport for e-mail: SMTP when EMAIL_URL is set, else keep."""
    return SmtpTransport() if settings.EMAIL_URL else KeepTransport()
