"""What the tests of the outbox share."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives

from outbox.models import Delivery, Lane
from outbox.queueing import queue_message
from tests.outbox.servers import Mailbox, mail_server

NOW = datetime(2026, 11, 20, 14, 2, tzinfo=UTC)
_numbers = count(1)


def make_message(*, to: str = "zoe@gemeente.example", subject: str = "Uw mening") -> Any:
    message = EmailMultiAlternatives(
        subject=subject, body="Beste Zoë,\n\n.een punt vooraan\n", to=[to]
    )
    message.attach_alternative("<p>Beste Zoë,</p>", "text/html")
    return message


def make_delivery(
    *, to: str = "zoe@gemeente.example", lane: Lane = Lane.ALERT, key: str = "", **fields: Any
) -> Delivery:
    return queue_message(
        make_message(to=to),
        dedupe_key=key or f"test:{next(_numbers)}",
        lane=lane,
        recipient_name="Zoë",
        recipient_address=to,
        **fields,
    )


@pytest.fixture(autouse=True)
def _silent(doorbell: list[str]) -> None:
    """Nobody rings by accident: a test that wants to hear it asks for ``doorbell``."""


@pytest.fixture
def use_server(settings: Any) -> Callable[..., None]:
    """Send through the SMTP server on a port, as EMAIL_URL would make it."""

    def use(port: int, *, user: str = "", password: str = "") -> None:
        settings.EMAIL_URL = f"smtp://127.0.0.1:{port}"
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = user, password
        settings.EMAIL_TIMEOUT = 5
        settings.DEFAULT_FROM_EMAIL = "Waterkant <mening@waterkant.example>"

    return use


@pytest.fixture
def mailbox(use_server: Callable[..., None]) -> Iterator[Mailbox]:
    """A real SMTP server that accepts everything, and in use."""
    with mail_server() as mailbox:
        use_server(mailbox.port)
        yield mailbox
