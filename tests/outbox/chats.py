"""Chat addresses for tests, at servers of the tests' own."""

from itertools import count
from typing import Any

from outbox.addresses import ChatAddress
from outbox.chat import queue_chat
from outbox.models import Delivery, Lane

TOKEN = "3ccdd113474722377935511fc85d3dd4"
_numbers = count(1)


def make_address(
    port: int = 9, *, name: str = "", service: str = "mmost", url: str = "", **fields: Any
) -> ChatAddress:
    """Make one of Mattermost's kind, whose host is part of its address."""
    return ChatAddress.objects.create(
        name=name or f"kanaal {next(_numbers)}",
        service=service,
        url=url or f"mmost://127.0.0.1:{port}/{TOKEN}",
        **fields,
    )


def make_chat(
    address: ChatAddress,
    *,
    title: str = "Signaal: Gemeente Delft",
    body: str = "Zoë de Vries, groep –",
    key: str = "",
    lane: Lane = Lane.ALERT,
    **fields: Any,
) -> Delivery:
    return queue_chat(
        address,
        title=title,
        body=body,
        dedupe_key=key or f"chat-test:{next(_numbers)}",
        lane=lane,
        **fields,
    )
