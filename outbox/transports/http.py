"""One HTTP request to an endpoint, by phases: resolve · connect · TLS · request · reply.

For whatever is handed over by HTTP. As with SMTP every phase has a deadline that no slow byte
moves, and the marker stands right before what completes the message: here the body. It follows no
redirect, uses no proxy of the environment, and connects to the address that ``outbox.reach``
judged, so that no name can lead it astray.
"""

import http.client
import io
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from outbox.circuit import Reason
from outbox.reach import NotAllowed, NotReachable, allowed_addresses
from outbox.transports.base import (
    LeaseLostError,
    PermanentError,
    RefusesAllError,
    TemporaryError,
    UncertainError,
)

STEP_SECONDS = 8.0  # for name, connection and TLS, each
REPLY_SECONDS = 25.0  # for body and reply, together; well within the marker's fresh lease
TEXT_SECONDS = 5.0  # of those, for the text that follows the head of a reply
_MARK_TO_BODY = 10.0  # whoever was asleep for longer between marker and body sends none
_CHUNK = 16 * 1024
_READ_AT_MOST = 64 * 1024  # of a reply; what counts stands in front
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is asked of an endpoint. ``url`` may hold a secret: it is never logged or raised.

    ``read_at_most``: bytes of the reply's text.
    """

    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"
    read_at_most: int = _READ_AT_MOST


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What the endpoint said; at most 64 kB of it."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    reason: str = ""

    @property
    def words(self) -> str:
        """Status and the beginning of the text, on one line, for an Attempt."""
        text = " ".join(self.body.decode("utf-8", "replace").replace("\0", "").split())
        return f"{self.status} {text[:300] or self.reason}".strip()


def exchange(
    request: Request, *, mark: Callable[[], bool] | None = None, is_trusted: bool = False
) -> Reply:
    """Send ``request`` and return the reply, whatever its status.

    ``mark`` is asked once, right before the body; without it (a GET that only looks) nothing is
    completed. ``is_trusted``: the address is ours, from the settings, and may be anywhere. Raises
    TemporaryError (``is_everything``: its server is down), RefusesAllError (its
    address may not be reached), UncertainError (the body left, the reply is missing) or
    LeaseLostError.
    """
    line = _connected(request, is_trusted=is_trusted)
    try:
        try:
            line.send(_head(request))
        except OSError as error:
            raise TemporaryError(_words(error), phase="request", is_everything=True) from error
        if mark is not None:
            _ask(mark)
        line.allow(REPLY_SECONDS)
        try:
            line.send(request.body)
            return _read(line, request)
        except (OSError, http.client.HTTPException) as error:
            if mark is None:
                words = _words(error)
                raise TemporaryError(words, phase="reply", is_everything=True) from error
            raise UncertainError(_words(error), phase="reply") from error
    finally:
        line.close()


def _ask(mark: Callable[[], bool]) -> None:
    before = time.monotonic()
    if not mark():
        raise LeaseLostError
    if time.monotonic() - before > _MARK_TO_BODY:
        raise TemporaryError("held up before the message was sent", phase="request")


def _connected(request: Request, *, is_trusted: bool) -> "_Line":
    parts = urlsplit(request.url)
    try:
        port = parts.port or _PORTS[parts.scheme]
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except (KeyError, ValueError) as error:
        raise PermanentError("not an address of http or https", phase="resolve") from error
    try:
        found = allowed_addresses(
            host,
            port,
            seconds=STEP_SECONDS,
            private_hosts=[host] if is_trusted else settings.PRIVATE_HOSTS,
        )
    except NotReachable as error:
        raise TemporaryError(str(error), phase="resolve", is_everything=True) from error
    except NotAllowed as error:
        raise RefusesAllError(str(error), phase="resolve", reason=Reason.REFUSED) from error
    line = _first_that_answers(found, port)
    if parts.scheme == "https":
        line.encrypt(host)
    return line


def _first_that_answers(addresses: list[str], port: int) -> "_Line":
    """Connect to one of ``addresses``; the deadline is for all."""
    until = time.monotonic() + STEP_SECONDS
    fault: OSError = OSError("no address")
    for address in addresses:
        left = until - time.monotonic()
        if left <= 0:
            break
        try:
            return _Line(socket.create_connection((address, port), left))
        except OSError as error:
            fault = error
    raise TemporaryError(_words(fault), phase="connect", is_everything=True) from fault


def _head(request: Request) -> bytes:
    """Return the head of ``request``. Raises ValueError for a header that would be two."""
    parts = urlsplit(request.url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = (parts.hostname or "").encode("idna").decode("ascii")
    host = f"[{host}]" if ":" in host else host
    headers = {
        "Host": host if parts.port in {None, _PORTS[parts.scheme]} else f"{host}:{parts.port}",
        "Connection": "close",
        "Content-Length": str(len(request.body)),
        "User-Agent": "Ambassadors",
        **{
            name: value
            for name, value in request.headers.items()
            if name.lower() not in {"host", "connection", "content-length", "accept-encoding"}
        },
    }
    lines = [f"{request.method} {path} HTTP/1.1", *(f"{n}: {v}" for n, v in headers.items())]
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError("a line break in a header")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _read(line: "_Line", request: Request) -> Reply:
    response = http.client.HTTPResponse(line, method=request.method)  # type: ignore[arg-type]
    response.begin()
    line.allow(min(TEXT_SECONDS, line.left()))  # a yes whose text never ends is one all the same
    body = b""
    while len(body) < request.read_at_most:
        try:
            chunk = response.read1(request.read_at_most - len(body))
        except (OSError, http.client.HTTPException):
            break  # the status is known: it decides
        if not chunk:
            break
        body += chunk
    headers = dict(response.getheaders())
    return Reply(status=response.status, body=body, headers=headers, reason=response.reason)


class _Line:
    """A connection with a deadline. The time limit of a socket begins anew with every packet."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.allow(STEP_SECONDS)

    def allow(self, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds

    def left(self) -> float:
        seconds = self._deadline - time.monotonic()
        if seconds <= 0:
            raise TimeoutError("timed out")
        return seconds

    def encrypt(self, host: str) -> None:
        context = ssl.create_default_context()
        try:
            self._sock.settimeout(self.left())
            self._sock = context.wrap_socket(self._sock, server_hostname=host)
        except (OSError, ValueError) as error:
            self.close()
            raise TemporaryError(_words(error), phase="TLS", is_everything=True) from error
        self.allow(STEP_SECONDS)

    def send(self, data: bytes) -> None:
        for start in range(0, len(data), _CHUNK):
            self._sock.settimeout(self.left())
            self._sock.sendall(data[start : start + _CHUNK])

    def receive(self, buffer: Any) -> int:
        self._sock.settimeout(self.left())
        return self._sock.recv_into(buffer)

    def makefile(self, mode: str) -> io.BufferedReader:
        """As http.client asks of a socket."""
        return io.BufferedReader(_Incoming(self))

    def close(self) -> None:
        self._sock.close()


class _Incoming(io.RawIOBase):
    """What a line receives, as a file."""

    def __init__(self, line: _Line) -> None:
        self._line = line

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._line.receive(buffer)


def _words(error: BaseException) -> str:
    return str(error) or type(error).__name__
