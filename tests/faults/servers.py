"""Servers of a run's own: PostgreSQL and Redis, to be stopped, wiped and killed at will.

Each is a child of this process on a port of its own, with its data in the folder of the run; never
the machine's shared servers.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg2
import redis

from tests.outbox.servers import free_port

_POSTGRES_BINARIES = Path("/usr/lib/postgresql")
_STARTS_WITHIN = 60.0  # seconds
_ENDS_WITHIN = 20.0


class MissingError(Exception):
    """A server is not installed; the text names it."""


def until(look: Callable[[], bool], *, what: str, within: float) -> None:
    """Wait until ``look`` says yes. Raises TimeoutError, which names ``what``."""
    deadline = time.monotonic() + within
    while not look():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {within:.0f} seconds: {what}")
        time.sleep(0.05)


class Server(ABC):
    """One server process that can be stopped and started again."""

    name = ""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def command(self) -> tuple[list[str], dict[str, Any]]:
        """Return what starts it, and how."""

    @abstractmethod
    def answers(self) -> bool:
        """Tell whether it is up."""

    def start(self) -> None:
        """Start it and wait until it answers; what is left of its predecessor may be in the way."""
        deadline = time.monotonic() + _STARTS_WITHIN
        while not self.answers():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.name} did not start")
            if self._process is None or self._process.poll() is not None:
                command, how = self.command()
                self._process = subprocess.Popen(
                    command, stdout=sys.stderr, stderr=sys.stderr, **how
                )
            time.sleep(0.1)

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """End it by ``number`` and wait until it has."""
        if self._process is None:
            return
        self._process.send_signal(number)
        try:
            self._process.wait(_ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


class Postgres(Server):
    """PostgreSQL from Debian's binaries, with everything as it comes out of the box."""

    name = "PostgreSQL"
    database = "ambassadors"

    def __init__(self, folder: Path) -> None:
        super().__init__()
        found = sorted(_POSTGRES_BINARIES.glob("*/bin"), key=lambda path: float(path.parent.name))
        if not found:
            raise MissingError(f"no PostgreSQL in {_POSTGRES_BINARIES}")
        self._bin, self._data, self._port = found[-1], folder / "postgresql", free_port()
        # It refuses to run as root; then it runs as the user that Debian made for it.
        self._how: dict[str, Any] = {"cwd": "/"}
        if os.geteuid() == 0:
            self._how.update(user="postgres", group="postgres", extra_groups=[])
        self._data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(self._data, "postgres", "postgres")
        initdb = [str(self._bin / "initdb"), "-D", str(self._data), "-A", "trust", "-U", "postgres"]
        options = ["-E", "UTF8", "--locale=C.UTF-8"]
        subprocess.run(
            [*initdb, *options], check=True, stdout=sys.stderr, stderr=sys.stderr, **self._how
        )

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self._port}/{self.database}"

    def command(self) -> tuple[list[str], dict[str, Any]]:
        options = ["-D", str(self._data), "-p", str(self._port), "-h", "127.0.0.1", "-k", ""]
        many = ["-c", "max_connections=200"]
        return [str(self._bin / "postgres"), *options, *many], self._how

    def answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg2.OperationalError:
            return False
        return True

    def make_database(self) -> None:
        connection = self._connect()
        connection.autocommit = True
        connection.cursor().execute(f"CREATE DATABASE {self.database}")
        connection.close()

    def _connect(self) -> Any:
        return psycopg2.connect(
            host="127.0.0.1", port=self._port, user="postgres", dbname="postgres", connect_timeout=2
        )


class Redis(Server):
    """Redis that keeps nothing: a doorbell."""

    name = "Redis"

    def __init__(self, folder: Path) -> None:
        super().__init__()
        found = shutil.which("redis-server")
        if found is None:
            raise MissingError("no redis-server")
        self._binary, self._folder, self._port = found, folder, free_port()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._port}/0"

    def command(self) -> tuple[list[str], dict[str, Any]]:
        where = ["--bind", "127.0.0.1", "--port", str(self._port), "--dir", str(self._folder)]
        return [self._binary, *where, "--save", "", "--appendonly", "no"], {}

    def answers(self) -> bool:
        try:
            return bool(self._client().ping())
        except redis.RedisError:
            return False

    def wipe(self) -> None:
        self._client().flushall()

    def _client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url, socket_connect_timeout=2, socket_timeout=2)
