"""Mail by the API of a provider: Anymail writes the request, we carry it (``carrying``).

What it says no to is weighed as with SMTP: a key that is refused concerns all; what may be about
the recipient or about us takes a second refusal of another (``breaking.suspect``).
"""

import json
import logging
import uuid
from collections.abc import Callable
from importlib import import_module
from typing import Any

import requests
from anymail.exceptions import AnymailConfigurationError, AnymailError, AnymailRecipientsRefused
from django.conf import settings
from django.utils import timezone

from outbox.circuit import MAIL, Reason
from outbox.mail import ascii_address
from outbox.models import Delivery
from outbox.providers import PROVIDERS, Provider
from outbox.refusals import Kind, kind_of_refusal
from outbox.thawing import thawed
from outbox.transports.base import (
    LeaseLostError,
    PermanentError,
    PolicyError,
    RefusesAllError,
    TemporaryError,
    WithoutConnection,
)
from outbox.transports.carrying import Carrier, carried_by
from outbox.transports.http import Reply

logger = logging.getLogger(__name__)

_NO_KEY = {401, 403}
_LATER = {408, 409, 425, 429}  # 409: the same key is being handled at this moment
_DUPLICATE = "duplicate_parameter"  # Brevo: this key was taken before, so it has the mail


class AnymailTransport(WithoutConnection):
    """Hands frozen mail to the provider of EMAIL_URL, one recipient a request."""

    circuit = MAIL

    def __init__(self) -> None:
        self.name = settings.EMAIL_PROVIDER
        self.provider: Provider | None = PROVIDERS.get(self.name)

    def backend(self) -> Any:
        """Return Anymail's, from the settings. Raises RefusesAllError when a key is missing."""
        try:
            if self.provider is None:
                raise AnymailConfigurationError(f"no mail provider is called {self.name!r}")
            return import_module(f"anymail.backends.{self.provider.module}").EmailBackend()
        except AnymailConfigurationError as error:
            words = str(error).partition("\n")[0]
            raise RefusesAllError(words, phase="settings", reason=Reason.PROVIDER) from error

    def send(
        self, delivery: Delivery, *, renew: Callable[[], bool], mark: Callable[[], bool]
    ) -> tuple[str, str]:
        """See Transport. Notes the provider's own id of the mail on ``delivery``."""
        backend = self.backend()
        if not renew():
            raise LeaseLostError
        self._note_an_old_doubt(delivery)
        carrier = Carrier(mark, is_trusted=True)
        doubt: Exception | None = None
        with carried_by(carrier):
            try:
                delivery.provider_id = self._hand_over(backend, delivery)[:255]
            except Exception as error:
                # What left, left: a fault in reading the reply must not send it a second time.
                is_ours = not isinstance(error, AnymailError)
                if is_ours and carrier.fault is None and carrier.reply is None:
                    raise
                doubt = error
        if carrier.fault is not None:
            raise carrier.fault
        if carrier.reply is None:
            raise PermanentError(type(doubt).__name__, phase="compose") from doubt
        return "accepted", self._judged(carrier.reply, doubt)

    def _hand_over(self, backend: Any, delivery: Delivery) -> str:
        """Give the mail to the provider and return the id that it has there; empty without one."""
        if self.name == "mailgun":
            return _as_it_is(backend, delivery)
        message = thawed(delivery)
        if self.name == "postmark":
            message.extra_headers["X-PM-KeepID"] = "true"
        if self.name == "brevo":
            message.extra_headers["idempotencyKey"] = str(key_of(delivery))
        with backend as opened:
            if self.name == "resend":
                opened.session.headers["Idempotency-Key"] = str(key_of(delivery))
            opened.send_messages([message])
        status: Any = getattr(message, "anymail_status", None)
        return str(getattr(status, "message_id", None) or "")

    def _note_an_old_doubt(self, delivery: Delivery) -> None:
        """Flag a mail whose key no longer protects it: it may arrive a second time now."""
        window = self.provider.idempotent_for if self.provider else None
        since = delivery.uncertain_since
        if window and since and not delivery.is_repeated and timezone.now() - since > window:
            Delivery.objects.filter(pk=delivery.pk).update(is_repeated=True)
            delivery.is_repeated = True

    def _judged(self, reply: Reply, doubt: Exception | None) -> str:
        """Return the words of a yes; raise what any other reply means.

        ``doubt`` is what Anymail read in it: some say no with status 200.
        """
        words, status = reply.words, reply.status
        if self.name == "brevo" and _DUPLICATE in words:
            return words
        if isinstance(doubt, AnymailRecipientsRefused):
            raise PermanentError(words, phase="reply")
        if 200 <= status < 300:
            if doubt is None or _is_api(reply):
                return words
            raise RefusesAllError(words, phase="reply", reason=Reason.PROVIDER)
        if status in _NO_KEY:
            raise RefusesAllError(words, phase="reply", reason=Reason.PROVIDER)
        if status in _LATER or status >= 500:
            raise TemporaryError(words, phase="reply", is_everything=True)
        if kind_of_refusal(words, is_final=True) is Kind.HARD_BOUNCE:
            raise PermanentError(words, phase="reply")
        raise PolicyError(words, phase="reply", is_relay=False, reason=Reason.PROVIDER)


def _is_api(reply: Reply) -> bool:
    """Whether the provider said it, and not a page that a wrong address led to."""
    try:
        json.loads(reply.body or b"{}")
    except ValueError:
        return False
    return True


def key_of(delivery: Delivery) -> uuid.UUID:
    """Return the idempotency key of ``delivery``: the same for every attempt at these bytes."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{delivery.message_id} {delivery.digest}")


def _as_it_is(backend: Any, delivery: Delivery) -> str:
    """Hand the frozen bytes themselves to Mailgun (``messages.mime``): all of it stays ours."""
    response = requests.post(
        f"{backend.api_url}{backend.sender_domain}/messages.mime",
        auth=("api", backend.api_key),
        data={"to": ascii_address(delivery.recipient_address)},
        files={"message": ("message.mime", bytes(delivery.message), "message/rfc822")},
        timeout=settings.EMAIL_TIMEOUT,
    )
    return delivery.message_id if response.ok else ""
