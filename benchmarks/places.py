"""Where a benchmark runs: an installation of its own, made for it and removed after it.

No Django here: this runs before any setting is read.
"""

import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg2  # type: ignore[import-untyped]
import redis

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "ambassadors.sqlite3"
_POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"
_REDIS = "redis://127.0.0.1:6379/13"


class MissingError(Exception):
    """A part is not there; the text names it."""


def settings(folder: Path, **changes: str) -> dict[str, str]:
    """Return the environment of an installation in ``folder``; nothing of a person's own."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "ambassadors.settings",
        "DATA_DIR": str(folder),
        "SECRET_KEY": "only-for-this-run-and-for-nothing-else-0123456789",
        "FIRM_NAME": "Waterkant Advies",
        "DEFAULT_FROM_EMAIL": "Waterkant Advies <klanten@waterkant.example>",
        "SITE_URL": "http://localhost:8000",
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "DEBUG": "off",
        "DATABASE_URL": "",
        "REDIS_URL": "",
        "EMAIL_URL": "",
        **changes,
    }


class Embedded:
    """SQLite and ``manage.py serve``."""

    title = "SQLite"

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Make an empty, migrated database once; each benchmark gets a copy of it."""
        with TemporaryDirectory(prefix="bench-") as folder:
            self._model = Path(folder) / DATABASE
            _migrate(settings(Path(folder)))
            yield

    @contextmanager
    def fresh(self) -> Iterator[dict[str, str]]:
        """Yield the environment of an empty installation; remove it afterwards."""
        with TemporaryDirectory(prefix="bench-") as folder:
            shutil.copy(self._model, folder)
            yield settings(Path(folder))


class Full:
    """PostgreSQL, Redis, granian, a Celery worker and beat."""

    title = "PostgreSQL"

    def __init__(self) -> None:
        address = os.environ.get("BENCH_DATABASE_URL") or _POSTGRES
        self._server = address.rpartition("/")[0]
        self._redis = os.environ.get("BENCH_REDIS_URL") or _REDIS

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Make an empty, migrated database once. Raises MissingError without the servers."""
        try:
            redis.Redis.from_url(self._redis, socket_connect_timeout=3).ping()
        except redis.RedisError as error:
            raise MissingError("no Redis server") from error
        with self._database() as self._model, TemporaryDirectory(prefix="bench-") as folder:
            _migrate(settings(Path(folder), DATABASE_URL=f"{self._server}/{self._model}"))
            yield

    @contextmanager
    def fresh(self) -> Iterator[dict[str, str]]:
        """Yield the environment of an empty installation; remove it afterwards."""
        queue = f"bench-{uuid.uuid4().hex[:12]}"
        with self._database(self._model) as name, TemporaryDirectory(prefix="bench-") as folder:
            try:
                yield settings(
                    Path(folder),
                    DATABASE_URL=f"{self._server}/{name}",
                    REDIS_URL=self._redis,
                    CELERY_QUEUE=queue,
                )
            finally:
                self._forget(queue)

    @contextmanager
    def _database(self, model: str = "template1") -> Iterator[str]:
        """Make a database like ``model``, yield its name, and drop it."""
        name = f"ambassadors_bench_{uuid.uuid4().hex[:12]}"
        self._execute(f'CREATE DATABASE {name} TEMPLATE "{model}"')
        try:
            yield name
        finally:
            self._execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        try:
            connection = psycopg2.connect(f"{self._server}/postgres", connect_timeout=3)
        except psycopg2.OperationalError as error:
            raise MissingError("no PostgreSQL server, or it lets nobody in") from error
        try:
            connection.autocommit = True
            connection.cursor().execute(statement)
        finally:
            connection.close()

    def _forget(self, queue: str) -> None:
        """Take away what Celery left of this queue."""
        broker = redis.Redis.from_url(self._redis, socket_connect_timeout=3)
        if keys := list(broker.scan_iter(f"*{queue}*")):
            broker.delete(*keys)


def _migrate(environment: dict[str, str]) -> None:
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=300)  # noqa: S603
