"""The servers that a benchmark measures, as an installation runs them, and one that gets mail."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from socket import socket
from typing import Any

from aiosmtpd.controller import Controller

from benchmarks.places import ROOT

WORKERS = 1  # of granian: one process then is the bottleneck, on any machine with two cores
_BIN = Path(sys.executable).parent
_MESSAGE_ID = re.compile(rb"^Message-ID:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_READY_WITHIN = 60.0
_STOPPED_WITHIN = 15.0


def is_full() -> bool:
    """Whether this installation has separate processes, on PostgreSQL and Redis."""
    return bool(os.environ["DATABASE_URL"])


@contextmanager
def pages(*, settings: str = "ambassadors.settings", mail_port: int = 0) -> Iterator[str]:
    """Run the web server of this installation; yield its address, once it answers.

    ``settings`` names the settings module; ``mail_port`` is that of the mail server, if there is
    one. Embedded, this process does the background work too, unless the settings say otherwise.
    """
    port = _free_port()
    command = [sys.executable, "manage.py", "serve", "--host=127.0.0.1", f"--port={port}"]
    if is_full():
        command = [str(_BIN / "granian"), "--interface=wsgi", "--host=127.0.0.1", "--no-ws"]
        command += [f"--port={port}", f"--workers={WORKERS}", "ambassadors.wsgi:application"]
    with _running(command, _environment(settings, mail_port)) as process:
        deadline = time.monotonic() + _READY_WITHIN
        while not _is_healthy(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the web server did not start; the log above says why")
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"


@contextmanager
def background(*, mail_port: int) -> Iterator[None]:
    """Run what sends the mail where the web server does not: a worker and beat."""
    with ExitStack() as stack:
        if is_full():
            celery = [str(_BIN / "celery"), "-A", "ambassadors"]
            environment = _environment("ambassadors.settings", mail_port)
            for command in (
                [*celery, "worker", "--pool=threads", "--concurrency=4", "--loglevel=WARNING"],
                [*celery, "beat", "--loglevel=WARNING"],
            ):
                stack.enter_context(_running(command, environment))
        yield


@dataclass
class Mailbox:
    """An aiosmtpd handler that accepts everything and notes when."""

    port: int
    arrived: dict[str, float] = field(default_factory=dict)  # Message-ID: moment (monotonic)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Accept one message. Called by aiosmtpd."""
        found = _MESSAGE_ID.search(envelope.original_content)
        self.arrived[found[1].decode() if found else ""] = time.monotonic()
        return "250 OK"


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """Run a mail server on the loopback; yield what it receives."""
    received = Mailbox(port=_free_port())
    controller = Controller(received, hostname="127.0.0.1", port=received.port)
    controller.start()
    try:
        yield received
    finally:
        controller.stop()


def _environment(settings: str, mail_port: int) -> dict[str, str]:
    email = f"smtp://127.0.0.1:{mail_port}" if mail_port else ""
    return {**os.environ, "DJANGO_SETTINGS_MODULE": settings, "EMAIL_URL": email}


@contextmanager
def _running(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``command`` and end it. It stays in our process group, which our parent ends."""
    process = subprocess.Popen(  # noqa: S603  (our own command)
        command, cwd=ROOT, env=environment, stdout=sys.stderr, stderr=sys.stderr
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_STOPPED_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _is_healthy(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _free_port() -> int:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
