"""A mail server with moods, and a ledger of every message that it kept.

Its mood may be changed at any moment. What it keeps it writes down before it answers, so that the
ledger has also what the sender never heard of.
"""

import asyncio
import hashlib
import logging
import random
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from tests.faults.ledgers import Received, Written
from tests.outbox.servers import free_port

_MESSAGE_ID = re.compile(rb"^Message-ID:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Mood:
    """How the server behaves; the shares are of messages, between 0 and 1."""

    slow: float = 0.0  # seconds before a reply, at most
    busy: float = 0.0  # 451 at MAIL: the server cannot just now
    greylists: float = 0.0  # 450 at RCPT
    defers: float = 0.0  # 451 after the final dot: not kept
    drops_before_dot: float = 0.0  # the line goes dead inside the message
    drops_unkept: float = 0.0  # after the final dot, without having kept it
    drops_kept: float = 0.0  # after the final dot, having kept it
    refuses_us: bool = False  # 530 to whatever we bring


FRIENDLY = Mood(slow=0.4)  # so that whoever is killed mostly has a message in hand
MOODS = {
    "slow": Mood(slow=1.0),
    "busy": Mood(slow=0.1, busy=0.5),
    "greylisting": Mood(slow=0.1, greylists=0.5, defers=0.1),
    "dropping before the dot": Mood(slow=0.1, drops_before_dot=0.3),
    "dropping after the dot": Mood(slow=0.1, drops_unkept=0.1, drops_kept=0.1),
    "refusing us": Mood(refuses_us=True),
}


class MoodyServer:
    """The aiosmtpd handler; ``mood`` may be set from any thread."""

    def __init__(self, ledger: Written, seed: int) -> None:
        self.mood = FRIENDLY
        self.port = free_port()
        self.kept: set[str] = set()  # what an archive mailbox would have
        self._ledger = ledger
        self._chance = random.Random(seed)

    def happens(self, share: float) -> bool:
        return self._chance.random() < share

    async def be_slow(self) -> None:
        await asyncio.sleep(self._chance.random() * self.mood.slow)

    async def handle_MAIL(self, server, session, envelope, address, options):
        await self.be_slow()
        if self.mood.refuses_us:
            return "530 5.7.0 Authentication required"
        if self.happens(self.mood.busy):
            return "451 4.3.2 Try again later"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        await self.be_slow()
        if self.happens(self.mood.greylists):
            return "450 4.2.0 Greylisted, try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        """Decide what becomes of a whole message: the final dot has come."""
        mood = self.mood
        if self.happens(mood.drops_unkept):
            server.transport.abort()
            return "250 OK"
        if self.happens(mood.defers):
            return "451 4.3.0 Not now"
        is_replied = not self.happens(mood.drops_kept)
        await self.be_slow()
        self._keep(envelope, is_replied=is_replied)
        if not is_replied:
            server.transport.abort()
        else:
            await self.be_slow()  # here a sender that dies has sent it and does not know
        return "250 2.0.0 kept"

    def _keep(self, envelope: Any, *, is_replied: bool) -> None:
        content = envelope.original_content
        (recipient,) = envelope.rcpt_tos
        found = _MESSAGE_ID.search(content)
        message_id = found[1].decode() if found else ""
        self._ledger.add(
            Received(
                message_id=message_id,
                recipient=recipient,
                digest=hashlib.sha256(content).hexdigest(),
                at=time.time(),
                is_replied=is_replied,
            )
        )
        self.kept.add(message_id)


class _Smtp(SMTP):
    """One conversation. Only this class knows the moment before the final dot."""

    async def smtp_DATA(self, arg: str) -> None:
        server: MoodyServer = self.event_handler
        if server.happens(server.mood.drops_before_dot):
            await self.push("354 go on")
            await asyncio.sleep(0.01)
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _Smtp(self.handler, **self.SMTP_kwargs)


@contextmanager
def moody_server(ledger: Path, *, seed: int = 0) -> Iterator[MoodyServer]:
    """Run the server in a thread of its own; what it keeps is written to ``ledger``."""
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # else every line of every message
    written = Written(ledger)
    server = MoodyServer(written, seed)
    controller = _Controller(server, hostname="127.0.0.1", port=server.port)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
        written.close()
