"""Mail servers for tests: one that really receives, one that follows a script."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from socket import socket
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


def free_port() -> int:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Received:
    """One message as the server got it."""

    sender: str
    recipient: str
    content: bytes

    @property
    def parsed(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=policy.default)


@dataclass
class Mailbox:
    """An aiosmtpd handler. ``answers`` gives a reply for an address instead of accepting it.

    Mail to one of ``silent_about`` is taken, and the line goes dead before the reply.
    """

    answers: dict[str, str] = field(default_factory=dict)
    data_answers: dict[str, str] = field(default_factory=dict)
    silent_about: set[str] = field(default_factory=set)
    received: list[Received] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):
        if answer := self.answers.get(address):
            return answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if answer := self.answers.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        (recipient,) = envelope.rcpt_tos
        if answer := self.data_answers.get(recipient):
            return answer
        self.received.append(Received(envelope.mail_from, recipient, envelope.original_content))
        if recipient in self.silent_about:
            server.transport.abort()
        return f"250 queued as {len(self.received)}"


@contextmanager
def mail_server(**options: Any) -> Iterator[Mailbox]:
    """Run an aiosmtpd server; ``options`` go to its SMTP class."""
    mailbox = Mailbox(port=free_port())
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port, **options)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()


def nobody_may_sign_in(server, session, envelope, mechanism, auth_data) -> AuthResult:
    return AuthResult(success=False, handled=False)


HANG = "hang"  # say nothing, and stay
DRIBBLE = "dribble"  # a byte now and then, and never a whole line


@contextmanager
def scripted_server(**replies: str | None) -> Iterator[int]:
    """Run a server that answers each verb with ``replies[verb]``, and hangs up where it is None.

    The final dot counts as the verb ``DOT``, the first line of the message as ``BODY``, which is
    not answered. Yields the port.
    """
    is_over = threading.Event()

    class Script(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 script\r\n")
            in_data = False
            while line := self.rfile.readline():
                if in_data and line != b".\r\n":
                    if replies.get("BODY", "") is None:
                        return
                    continue
                verb = "DOT" if in_data else line.split()[0].decode().upper()
                reply = replies.get(verb, "354 go on" if verb == "DATA" else "250 OK")
                if reply is None:
                    return
                if reply in {HANG, DRIBBLE}:
                    while not is_over.wait(0.05):
                        if reply == DRIBBLE:
                            self.wfile.write(b"2")
                    return
                in_data = verb == "DATA" and reply.startswith("354")
                self.wfile.write(reply.encode() + b"\r\n")

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Script)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        is_over.set()
        server.shutdown()
        server.server_close()
