"""Try the mail set-up, phase by phase, and say in words what is wrong and which setting to see."""

import smtplib
import socket
import ssl
import time
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from outbox.circuit import Circuit, Reason
from outbox.mail import Person, compose
from outbox.models import Delivery, Lane, State
from outbox.queueing import queue_message
from outbox.redaction import redact
from outbox.transports import AnymailTransport, RefusesAllError, SmtpTransport, TransportError

_LOOK_EVERY = 0.5  # seconds
_ON_ITS_WAY = (State.QUEUED, State.CLAIMED, State.COMMITTING)


class CheckError(Exception):
    """The mail set-up does not work; the text says what is wrong, and which setting to look at."""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """The phases that went well, in words, and the fault that ended them; empty when none did."""

    done: list[str]
    fault: str


def check_server() -> Checked:
    """Connect, sign in and offer our address as the sender to the server of EMAIL_URL.

    No mail is sent.
    """
    if not settings.EMAIL_URL:
        return Checked(
            done=[], fault=_("EMAIL_URL is not set: nothing leaves, mail is kept in the outbox.")
        )
    if settings.EMAIL_PROVIDER:
        return _check_provider()
    phases = _phases()
    with SmtpTransport() as transport:
        try:
            transport.offer_sender()
        except TransportError as error:
            names = list(phases)
            reached = names.index(error.phase) if error.phase in names else 0
            said = _("What came back: %(words)s") % {"words": redact(str(error))}
            fault = f"{_what_is_wrong(error)} {said}"
            return Checked(done=list(phases.values())[:reached], fault=fault)
    return Checked(done=list(phases.values()), fault="")


def _check_provider() -> Checked:
    """Tell whether the settings of the provider are complete. Only a mail tries its key."""
    transport = AnymailTransport()
    try:
        transport.backend()
    except RefusesAllError as error:
        said = _("What came back: %(words)s") % {"words": redact(str(error))}
        return Checked(done=[], fault=f"{error.reason.label} {said}")
    assert transport.provider is not None, "the backend was made of it"
    who = {"provider": transport.provider.name, "settings": transport.provider.settings}
    text = _("Mail leaves by %(provider)s; %(settings)s is set. Only a test mail tries it: --to.")
    return Checked(done=[text % who], fault="")


def send_test(address: str) -> Delivery:
    """Queue one test mail to ``address``, ahead of everything but sign-in mail and alerts."""
    language = settings.LANGUAGE_CODE
    return queue_message(
        compose("check", {}, to=Person(name="", address=address), language=language),
        dedupe_key=f"check:{uuid.uuid4()}",
        lane=Lane.NOTICE,
        recipient_name="",
        recipient_address=address,
        template="check",
    )


def wait_for(delivery: Delivery, *, seconds: float) -> Delivery:
    """Return ``delivery`` once it left, or after ``seconds``. Raises CheckError when it did not."""
    until = time.monotonic() + seconds
    while True:
        delivery.refresh_from_db()
        if delivery.state not in _ON_ITS_WAY or time.monotonic() >= until:
            break
        time.sleep(_LOOK_EVERY)
    if delivery.state == State.SENT:
        return delivery
    raise CheckError(_why_not_sent(delivery))


def _why_not_sent(delivery: Delivery) -> str:
    circuit = Circuit.objects.interrupted().of_mail().first()
    if delivery.state in _ON_ITS_WAY and circuit is not None:
        text = _("The test mail waits, because sending is interrupted.")
        return f"{text} {Reason(circuit.reason).label}"
    if delivery.attempts == 0:
        return _(
            "The test mail waits, and nobody takes it: does `manage.py serve` run, or a Celery "
            "worker and beat with the same DATABASE_URL and REDIS_URL?"
        )
    text = _("The test mail is not accepted (%(state)s). The mail server said: %(reply)s")
    return text % {"state": delivery.get_state_display(), "reply": delivery.last_error or "–"}


def _phases() -> dict[str, str]:
    """Return the phases of a conversation with these settings, each with what it proves."""
    where = {"host": settings.EMAIL_HOST, "port": settings.EMAIL_PORT}
    phases = {"connect": _("%(host)s answers at port %(port)s.") % where}
    if settings.EMAIL_USE_SSL:
        phases["connect"] = _("%(host)s answers at port %(port)s, encrypted.") % where
    if settings.EMAIL_USE_TLS:
        phases["TLS"] = _("The connection is encrypted (STARTTLS).")
    if settings.EMAIL_HOST_USER and settings.EMAIL_HOST_PASSWORD:
        phases["AUTH"] = _("The user name and password are accepted.")
    phases["MAIL"] = _("Mail from %(sender)s is taken.") % {"sender": settings.DEFAULT_FROM_EMAIL}
    return phases


def _what_is_wrong(error: TransportError) -> str:
    """Say which setting is to be looked at, going by the phase and the fault beneath."""
    if isinstance(error, RefusesAllError):
        return str(error.reason.label)
    where = {"host": settings.EMAIL_HOST, "port": settings.EMAIL_PORT}
    cause = error.__cause__
    if isinstance(cause, smtplib.SMTPServerDisconnected) and cause.__context__ is not None:
        cause = cause.__context__  # smtplib's word for a time limit, too
    if isinstance(cause, ssl.SSLCertVerificationError):
        text = _("The certificate of %(host)s is not trusted: see the host name in EMAIL_URL.")
    elif isinstance(cause, ssl.SSLError):
        text = _("Port %(port)s speaks no TLS at once: EMAIL_URL needs smtp+tls:// (often 587).")
    elif isinstance(cause, smtplib.SMTPNotSupportedError):
        text = _("%(host)s offers no STARTTLS: EMAIL_URL needs smtp+ssl:// (often 465) or smtp://.")
    elif isinstance(cause, socket.gaierror):
        text = _("%(host)s is not known: see the host name in EMAIL_URL.")
    elif isinstance(cause, ConnectionRefusedError):
        text = _("Nobody listens at port %(port)s of %(host)s: see EMAIL_URL.")
    elif isinstance(cause, TimeoutError):
        where["seconds"] = settings.EMAIL_TIMEOUT
        text = _(
            "%(host)s gave no answer at port %(port)s within EMAIL_TIMEOUT (%(seconds)s seconds): "
            "see EMAIL_URL, or a firewall."
        )
    else:
        text = _("%(host)s cannot take mail now, or is no mail server: see EMAIL_URL.")
    return text % where
