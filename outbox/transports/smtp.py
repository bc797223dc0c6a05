"""SMTP, one recipient a message, over the server that EMAIL_URL names."""

import logging
import smtplib
from collections.abc import Callable
from email.utils import parseaddr
from types import TracebackType
from typing import Any, Self

from django.conf import settings
from django.core.mail import get_connection

from outbox.mail import ascii_address
from outbox.models import Delivery
from outbox.transports.base import LeaseLostError, PermanentError, TemporaryError

logger = logging.getLogger(__name__)

# 421: the server is going down. The others: it does not accept *us*, whoever the recipient is.
_REFUSES_EVERYTHING = {421, 530, 534, 535, 538}


class SmtpTransport:
    """Sends frozen bytes as they are; keeps one connection open for as long as it is used."""

    name = "smtp"

    def __init__(self) -> None:
        self._backend: Any = get_connection()
        _name, self._sender = parseaddr(settings.DEFAULT_FROM_EMAIL)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._hang_up()

    def send(self, delivery: Delivery, *, renew: Callable[[], bool]) -> tuple[str, str]:
        """See Transport. The reply is the server's answer to the final dot."""
        recipient = ascii_address(delivery.recipient_address)
        if not recipient.isascii() or recipient.split() != [recipient]:
            raise PermanentError("not an address that SMTP can carry", phase="RCPT")
        server = self._connected()
        phase = "MAIL"
        try:
            self._expect(server.mail(self._sender), phase=phase, is_sender=True)
            phase = "RCPT"
            self._expect(server.rcpt(recipient), phase=phase)
            if not renew():
                raise LeaseLostError
            phase = "DATA"
            code, reply = server.data(bytes(delivery.message))
            self._expect((code, reply), phase=phase)
        except (PermanentError, TemporaryError, LeaseLostError):
            self._reset(server)
            raise
        except smtplib.SMTPDataError as error:  # refused before the first byte of the message
            self._reset(server)
            self._expect((error.smtp_code, _bytes(error.smtp_error)), phase=phase)
            raise TemporaryError(_words(error), phase=phase) from error
        except (smtplib.SMTPException, OSError) as error:
            self._hang_up()
            raise TemporaryError(_words(error), phase=phase, is_everything=True) from error
        except Exception:
            self._hang_up()  # a fault of ours: the next message must not begin inside this one
            raise
        return "accepted", f"{code} {_text(reply)}"

    def _connected(self) -> smtplib.SMTP:
        try:
            self._backend.open()
            server: smtplib.SMTP = self._backend.connection
            server.ehlo_or_helo_if_needed()
        except smtplib.SMTPAuthenticationError as error:
            self._hang_up()
            raise TemporaryError(_words(error), phase="AUTH", is_everything=True) from error
        except (smtplib.SMTPException, OSError) as error:
            self._hang_up()
            raise TemporaryError(_words(error), phase="connect", is_everything=True) from error
        return server

    def _expect(self, answer: tuple[int, bytes], *, phase: str, is_sender: bool = False) -> None:
        """Raise what ``answer`` means unless it is a yes (2xx)."""
        code, reply = answer
        if 200 <= code < 300:
            return
        detail = f"{code} {_text(reply)}"
        if code in _REFUSES_EVERYTHING:
            raise TemporaryError(detail, phase=phase, is_everything=True)
        if 500 <= code < 600 and not is_sender:
            raise PermanentError(detail, phase=phase)
        # A relay that refuses our own sender refuses everybody: wait for its administrator.
        raise TemporaryError(detail, phase=phase, is_everything=is_sender)

    def _reset(self, server: smtplib.SMTP) -> None:
        """Make the connection fit for the next message, or drop it."""
        try:
            server.rset()
        except (smtplib.SMTPException, OSError):
            self._hang_up()

    def _hang_up(self) -> None:
        try:
            self._backend.close()
        except (smtplib.SMTPException, OSError) as error:
            logger.info("smtp: closing failed (%s)", type(error).__name__)
        self._backend = get_connection()


def _text(reply: bytes) -> str:
    return reply.decode("utf-8", "replace").replace("\n", " ")


def _bytes(reply: bytes | str) -> bytes:
    return reply if isinstance(reply, bytes) else reply.encode()


def _words(error: BaseException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(_bytes(error.smtp_error))}"
    return str(error) or type(error).__name__
