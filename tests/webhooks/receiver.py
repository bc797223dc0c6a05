"""A real HTTP server on the loopback that takes webhooks, or does what a bad one does."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """``answers`` are used up one by one, the last one again and again: (status, headers, text).

    ``dribbles`` sends a byte of the status line now and then and never a whole one;
    ``dribbles_text`` does so with the text, after an honest head.
    """

    answers: list[tuple[int, dict[str, str], bytes]] = field(
        default_factory=lambda: [(200, {}, b"ok")]
    )
    dribbles: bool = False
    dribbles_text: bool = False
    pause: float = 0.05  # seconds between two bytes
    received: list[Received] = field(default_factory=list)
    port: int = 0
    scheme: str = "http"
    is_over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/hooks"


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.received.append(Received(self.path, headers, self.rfile.read(length)))
            if receiver.dribbles:
                self._dribble(b"HTTP/1.1 200 ")
                return
            status, more, text = receiver.answers[0]
            if len(receiver.answers) > 1:
                receiver.answers.pop(0)
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text) or 100_000))
            self.end_headers()
            self.wfile.flush()
            if receiver.dribbles_text:
                self._dribble(b"")
                return
            self.wfile.write(text)

        def _dribble(self, start: bytes) -> None:
            self.wfile.write(start)
            while not receiver.is_over.wait(receiver.pause):
                try:
                    self.wfile.write(b"x")
                    self.wfile.flush()
                except OSError:
                    return

        def log_message(self, *args: Any) -> None:
            return

    return Handler


@contextmanager
def receiving(
    *, certificate: tuple[Path, Path] | None = None, **options: Any
) -> Iterator[Receiver]:
    """Run a receiver; with ``certificate`` (its file and its key's) by https."""
    receiver = Receiver(**options)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(receiver))
    server.daemon_threads = True
    receiver.port = server.server_address[1]
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*map(str, certificate))
        server.socket = context.wrap_socket(server.socket, server_side=True)
        receiver.scheme = "https"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield receiver
    finally:
        receiver.is_over.set()
        server.shutdown()
        server.server_close()


def wait_until(is_so: Callable[[], Any], *, seconds: float = 30.0) -> None:
    """Wait for what another thread does."""
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.01)
