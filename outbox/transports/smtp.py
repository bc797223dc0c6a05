"""SMTP by phases, one recipient a message, over the server that EMAIL_URL names.

connect · TLS · AUTH · MAIL · RCPT · DATA · dot. Each has EMAIL_TIMEOUT seconds; the server's
answer to the dot may take longer, because it looks through the message first, and to give up on
it leaves a message that perhaps arrived.
"""

import logging
import smtplib
import ssl
import time
from collections.abc import Callable
from email.utils import parseaddr
from types import TracebackType
from typing import NoReturn, Self

from django.conf import settings
from django.core.mail.utils import DNS_NAME

from outbox.circuit import MAIL, Reason
from outbox.durations import DOT, MARK_TO_DOT
from outbox.mail import ascii_address
from outbox.models import Delivery
from outbox.transports.base import (
    LeaseLostError,
    PermanentError,
    PolicyError,
    RefusesAllError,
    TemporaryError,
    TransportError,
    UncertainError,
)
from outbox.transports.client import Client, TlsClient
from outbox.transports.replies import About, about

logger = logging.getLogger(__name__)

DOT_SECONDS = DOT.total_seconds()
_MARK_TO_DOT = MARK_TO_DOT.total_seconds()
_REASONS = {About.CREDENTIALS: Reason.CREDENTIALS, About.SENDER: Reason.SENDER}


class SmtpTransport:
    """Sends frozen bytes as they are; keeps one connection open for as long as it is used."""

    name = "smtp"
    circuit = MAIL

    def __init__(self) -> None:
        self._client: Client | None = None
        self._phase = "connect"
        _name, self._sender = parseaddr(settings.DEFAULT_FROM_EMAIL)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._client is None:
            return
        try:
            self._enter("QUIT", self._client)
            self._client.quit()
        except (smtplib.SMTPException, OSError) as fault:
            logger.info("smtp: closing failed (%s)", type(fault).__name__)
        self._hang_up()

    def send(
        self, delivery: Delivery, *, renew: Callable[[], bool], mark: Callable[[], bool]
    ) -> tuple[str, str]:
        """See Transport. The reply is the server's answer to the final dot."""
        recipient = ascii_address(delivery.recipient_address)
        if not recipient.isascii() or recipient.split() != [recipient]:
            raise PermanentError("not an address that SMTP can carry", phase="RCPT")
        client = self.connected()
        try:
            self._introduce(client, recipient, renew)
            self._enter("DATA", client)
            self._expect_data(client)
            client.send_body(bytes(delivery.message))
        except (TransportError, LeaseLostError):
            self._reset(client)  # between two commands: the connection serves the next message
            raise
        except (smtplib.SMTPException, OSError) as error:
            self._hang_up()
            raise TemporaryError(_words(error), phase=self._phase, is_everything=True) from error
        except BaseException:
            self._hang_up()  # a fault of ours: the next message must not begin inside this one
            raise
        return "accepted", self._complete(client, mark)

    def connected(self) -> Client:
        """Return the open connection, or make it: connect, TLS, AUTH. Raises TransportError."""
        if self._client is not None:
            return self._client
        self._phase = "connect"
        try:
            self._client = client = self._connect()
            client.ehlo_or_helo_if_needed()
            if settings.EMAIL_USE_TLS:
                self._enter("TLS", client)
                client.starttls(context=ssl.create_default_context())
                client.ehlo_or_helo_if_needed()
            if settings.EMAIL_HOST_USER and settings.EMAIL_HOST_PASSWORD:
                self._enter("AUTH", client)
                self._sign_in(client)
        except TransportError:
            self._hang_up()
            raise
        except (smtplib.SMTPException, OSError) as error:
            self._hang_up()
            raise TemporaryError(_words(error), phase=self._phase, is_everything=True) from error
        return client

    def offer_sender(self) -> None:
        """Ask whether mail from our address is taken, and send none. Raises TransportError."""
        client = self.connected()
        try:
            self._enter("MAIL", client)
            self._expect(client.mail(self._sender))
        except (smtplib.SMTPException, OSError) as error:
            self._hang_up()
            raise TemporaryError(_words(error), phase=self._phase, is_everything=True) from error
        finally:
            if self._client is not None:
                self._reset(client)

    def _connect(self) -> Client:
        where = (settings.EMAIL_HOST, settings.EMAIL_PORT)
        seconds, name = settings.EMAIL_TIMEOUT, DNS_NAME.get_fqdn()
        if settings.EMAIL_USE_SSL:
            context = ssl.create_default_context()
            return TlsClient(*where, seconds=seconds, local_hostname=name, context=context)
        return Client(*where, seconds=seconds, local_hostname=name)

    def _sign_in(self, client: Client) -> None:
        try:
            client.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
        except smtplib.SMTPAuthenticationError as error:
            if error.smtp_code < 500:  # it cannot tell just now
                raise
            self._refuses_all(_words(error), Reason.CREDENTIALS)
        except (smtplib.SMTPNotSupportedError, UnicodeError) as error:
            self._refuses_all(_words(error), Reason.CREDENTIALS)

    def _introduce(self, client: Client, recipient: str, renew: Callable[[], bool]) -> None:
        self._enter("MAIL", client)
        self._expect(client.mail(self._sender))
        self._enter("RCPT", client)
        self._expect(client.rcpt(recipient))
        if not renew():
            raise LeaseLostError

    def _expect_data(self, client: Client) -> None:
        client.putcmd("data")
        code, reply = client.getreply()
        if code == 354:
            return
        if 200 <= code < 300:  # neither go on nor a refusal: nobody knows where we are
            raise smtplib.SMTPDataError(code, reply)
        self._expect((code, reply))

    def _complete(self, client: Client, mark: Callable[[], bool]) -> str:
        """Write the marker, send the final dot, return the reply. Nothing else comes between.

        1. The server is gone, or there is no marker: hang up. Without dot none keeps a message.
        2. Asleep between marker and dot: hang up too; who wakes late must not send.
        3. From the first byte of the dot on, only a reply says what happened.
        """
        before = time.monotonic()
        try:
            if not client.is_there():
                detail = "the connection ended before the final dot"
                raise TemporaryError(detail, phase=self._phase, is_everything=True)
            if not mark():
                raise LeaseLostError
            if time.monotonic() - before > _MARK_TO_DOT:
                raise TemporaryError("held up before the final dot", phase=self._phase)
        except BaseException:
            self._hang_up()
            raise
        self._enter("dot", client, seconds=max(settings.EMAIL_TIMEOUT, DOT_SECONDS))
        try:
            client.send_dot()
            code, reply = client.getreply()
        except (smtplib.SMTPException, OSError) as error:
            self._hang_up()
            raise UncertainError(_words(error), phase=self._phase) from error
        except BaseException:
            self._hang_up()
            raise
        if not 200 <= code < 600 or 300 <= code < 400:
            self._hang_up()
            raise UncertainError(f"{code} {_text(reply)}", phase=self._phase)
        try:
            self._expect((code, reply))
        except TransportError:
            self._reset(client)
            raise
        return f"{code} {_text(reply)}"

    def _enter(self, phase: str, client: Client, *, seconds: float | None = None) -> None:
        self._phase = phase
        client.allow(settings.EMAIL_TIMEOUT if seconds is None else seconds)

    def _expect(self, answer: tuple[int, bytes]) -> None:
        """Raise what ``answer`` means unless it is a yes (2xx)."""
        code, reply = answer
        detail = f"{code} {_text(reply)}"
        meaning = about(code, _text(reply), self._phase)
        if meaning is About.NOBODY:
            return
        if meaning in _REASONS:
            self._refuses_all(detail, _REASONS[meaning])
        if meaning in {About.RELAY, About.POLICY}:
            raise PolicyError(detail, phase=self._phase, is_relay=meaning is About.RELAY)
        if meaning is About.MESSAGE:
            raise PermanentError(detail, phase=self._phase)
        is_everything = meaning is About.SERVER_NOW
        raise TemporaryError(detail, phase=self._phase, is_everything=is_everything)

    def _refuses_all(self, detail: str, reason: Reason) -> NoReturn:
        raise RefusesAllError(detail, phase=self._phase, reason=reason)

    def _reset(self, client: Client) -> None:
        """Make the connection fit for the next message, or drop it."""
        phase = self._phase
        try:
            self._enter("RSET", client)
            client.rset()
        except (smtplib.SMTPException, OSError):
            self._hang_up()
        self._phase = phase

    def _hang_up(self) -> None:
        """Leave without a word: inside a message a QUIT would be a line of it."""
        client, self._client = self._client, None
        if client is None:
            return
        try:
            client.close()
        except OSError as error:
            logger.info("smtp: closing failed (%s)", type(error).__name__)


def _text(reply: bytes) -> str:
    return reply.decode("utf-8", "replace").replace("\n", " ")


def _words(error: BaseException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return f"{error.smtp_code} {_text(said if isinstance(said, bytes) else said.encode())}"
    return str(error) or type(error).__name__
