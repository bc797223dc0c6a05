"""A web server for tests that records what arrives and answers as it is told."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

HANG_UP = -1  # take the body and close without a reply
HANG = -2  # take the body and say nothing
DRIBBLE = -3  # take the body and say a byte now and then


@dataclass
class Arrived:
    """One request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


@dataclass
class WebServer:
    """What arrived, and the answer: a status (or one of the above) and text, for all or by path."""

    port: int = 0
    status: int = 200
    text: str = "ok"
    by_path: dict[str, tuple[int, str]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    arrived: list[Arrived] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def web_server() -> Iterator[WebServer]:
    """Run it on the loopback."""
    seen = WebServer()
    is_over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            self.close_connection = True
            if len(body) < length:  # a head without its body is no message
                return
            seen.arrived.append(Arrived(self.command, self.path, dict(self.headers), body))
            status, text = seen.by_path.get(self.path, (seen.status, seen.text))
            if status == HANG_UP:
                return
            if status == HANG:
                is_over.wait(30)
                return
            if status == DRIBBLE:
                while not is_over.is_set():
                    try:
                        self.wfile.write(b"H")
                        self.wfile.flush()
                    except OSError:
                        return
                    time.sleep(0.05)
                return
            self.send_response(status)
            for name, value in seen.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        do_POST = do_GET = answer  # noqa: N815

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    seen.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield seen
    finally:
        is_over.set()
        server.shutdown()
        server.server_close()
