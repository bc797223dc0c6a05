"""What the tests of webhooks share."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from outbox.endpoint_actions import add_endpoint
from outbox.endpoints import Endpoint
from tests.webhooks.receiver import Receiver, receiving

NOW = datetime(2026, 11, 20, 14, 2, 31, 417_000, tzinfo=UTC)
EVERYTHING = (
    "response.received",
    "alert.raised",
    "alert.acknowledged",
    "alert.closed",
    "lead.created",
    "lead.changed",
    "consent.given",
    "consent.withdrawn",
)
_numbers = count(1)


def make_endpoint(
    *,
    url: str = "https://crm.example/hooks",
    events: tuple[str, ...] = EVERYTHING,
    now: datetime | None = None,
    **fields: Any,
) -> Endpoint:
    """An endpoint that has listened since the beginning of the year, unless ``now`` says else."""
    fields.setdefault("name", f"CRM {next(_numbers)}")
    since = now or datetime(2026, 1, 1, tzinfo=UTC)
    endpoint, _secret = add_endpoint(url=url, event_types=events, now=since, **fields)
    return endpoint


@pytest.fixture(autouse=True)
def _silent(doorbell: list[str]) -> None:
    """Nobody rings by accident."""


@pytest.fixture(autouse=True)
def _named(settings: Any) -> None:
    """This machine is a host inside the firm's network, which an administrator named."""
    settings.PRIVATE_HOSTS = ["127.0.0.1"]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found
