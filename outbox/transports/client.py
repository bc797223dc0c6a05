"""smtplib with a deadline for each phase.

The time limit of a socket begins anew with every packet: a server that sends one byte every few
seconds holds a worker for ever. A deadline does not move.
"""

import re
import smtplib
import socket
import ssl
import time
from typing import Any

_CHUNK = 16 * 1024  # bytes; TLS begins the limit anew with each of its records
_DOT_FIRST = re.compile(rb"(?m)^\.")


class Client(smtplib.SMTP):
    """A conversation in which every phase has its deadline, set with ``allow``."""

    def __init__(self, host: str, port: int, *, seconds: float, **options: Any) -> None:
        """Connect and read the greeting within ``seconds``. Raises as smtplib.SMTP does."""
        self.allow(seconds)
        super().__init__(host, port, timeout=seconds, **options)

    def allow(self, seconds: float) -> None:
        """Give the next phase ``seconds``."""
        self._deadline = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds left of this phase. Raises TimeoutError when there are none."""
        seconds = self._deadline - time.monotonic()
        if seconds <= 0:
            raise TimeoutError("timed out")
        return seconds

    def getreply(self) -> tuple[int, bytes]:
        """Read one reply within what is left of the phase."""
        if self.file is None and self.sock is not None:
            self.file = _Lines(self, self.sock)
        return super().getreply()

    def send(self, s: Any) -> None:
        """Send within what is left of the phase."""
        if self.sock is not None:
            self.sock.settimeout(self.left())
        super().send(s)

    def send_body(self, message: bytes) -> None:
        """Send ``message`` as DATA wants it, up to where only the final dot is missing."""
        body = _DOT_FIRST.sub(b"..", message)
        if not body.endswith(b"\r\n"):
            body += b"\r\n"
        for start in range(0, len(body), _CHUNK):
            self.send(body[start : start + _CHUNK])

    def is_there(self) -> bool:
        """Whether the server waits for us: it has neither hung up nor said anything unasked."""
        if self.sock is None:
            return False
        self.sock.settimeout(0)
        try:
            self.sock.recv(1)
        except (BlockingIOError, ssl.SSLWantReadError):
            return True
        except OSError:
            return False
        return False

    def send_dot(self) -> None:
        """Complete the message. From here on it may arrive, also when this raises."""
        self.send(b".\r\n")

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """Connect to the first address of ``host`` that answers; the deadline is for all."""
        fault: OSError = OSError(f"{host} has no address")
        for *_family, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            try:
                return socket.create_connection((str(address[0]), port), self.left())
            except OSError as error:
                fault = error
        raise fault


class TlsClient(Client):
    """The same, encrypted from the first byte."""

    def __init__(
        self, host: str, port: int, *, seconds: float, context: ssl.SSLContext, **options: Any
    ) -> None:
        self._context = context
        super().__init__(host, port, seconds=seconds, **options)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = super()._get_socket(host, port, timeout)
        plain.settimeout(self.left())
        try:
            return self._context.wrap_socket(plain, server_hostname=host)
        except BaseException:
            plain.close()
            raise


class _Lines:
    """What smtplib reads replies from: lines, each before the deadline of the phase."""

    def __init__(self, client: Client, sock: socket.socket) -> None:
        self._client, self._sock, self._buffer = client, sock, b""

    def readline(self, limit: int) -> bytes:
        while b"\n" not in self._buffer and len(self._buffer) < limit:
            self._sock.settimeout(self._client.left())
            received = self._sock.recv(4096)
            if not received:
                break
            self._buffer += received
        end = self._buffer.find(b"\n") + 1 or len(self._buffer)
        line, self._buffer = self._buffer[: min(end, limit)], self._buffer[min(end, limit) :]
        return line

    def close(self) -> None:
        self._buffer = b""
