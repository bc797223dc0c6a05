"""Start real processes for a test, wait for what they should do, and leave none behind."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import psycopg2
import pytest
import redis

ROOT = Path(__file__).resolve().parent.parent.parent
BIN = Path(sys.executable).parent
POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"
REDIS = "redis://127.0.0.1:6379/15"
Found = TypeVar("Found")


def missing(what: str) -> None:
    """Skip here with a reason; in CI nothing may be missing."""
    if os.environ.get("CI"):
        pytest.fail(f"CI needs {what}")
    pytest.skip(f"needs {what}")


def eventually(look: Callable[[], Found], *, what: str, within: float = 60) -> Found:
    """Return the first truthy result of ``look``; fail when there is none in time."""
    deadline = time.monotonic() + within
    while not (found := look()):
        assert time.monotonic() < deadline, f"not within {within} seconds: {what}"
        time.sleep(0.1)
    return found


def clean_environment(folder: Path, **settings: str) -> dict[str, str]:
    """The settings of an installation of its own, nothing inherited but the way to programs."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "DJANGO_SETTINGS_MODULE": "ambassadors.settings",
        "DATA_DIR": str(folder),
        "SECRET_KEY": "only-for-this-test",
        "FIRM_NAME": "Waterkant",
        "SITE_URL": "",
        "DATABASE_URL": "",
        "REDIS_URL": "",
        "EMAIL_URL": "",
        "DEFAULT_FROM_EMAIL": "Waterkant <mening@waterkant.example>",
        **settings,
    }


def manage(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``manage.py`` to its end."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@contextmanager
def running(
    environment: dict[str, str], *command: str, log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``command`` in a session of its own; end it, and whatever it started, afterwards."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=output, start_new_session=True
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(30)
        with suppress(ProcessLookupError):  # nothing of its session is left, as it should be
            os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def fresh_database() -> Iterator[str]:
    """Make an empty PostgreSQL database, yield its address, and drop it."""
    server = os.environ.get("TEST_DATABASE_URL") or os.environ.get("DATABASE_URL") or POSTGRES
    name = f"ambassadors_chain_{uuid.uuid4().hex[:12]}"
    try:
        connection = psycopg2.connect(server, connect_timeout=3)
    except psycopg2.OperationalError:
        missing("a PostgreSQL server")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{server.rpartition('/')[0]}/{name}"
        finally:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
            connection.close()


def reachable_redis() -> str:
    """Return the address of a Redis server."""
    url = os.environ.get("TEST_REDIS_URL") or os.environ.get("REDIS_URL") or REDIS
    try:
        redis.Redis.from_url(url, socket_connect_timeout=3).ping()
    except redis.RedisError:
        missing("a Redis server")
    return url
