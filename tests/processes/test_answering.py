"""Answers through a running server on PostgreSQL: a hundred at once, and while it is away."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from threading import Barrier
from urllib.parse import urlencode

import psycopg2
import pytest

from tests.outbox.servers import free_port
from tests.processes.running import (
    BIN,
    clean_environment,
    eventually,
    fresh_database,
    manage,
    running,
)
from tests.processes.test_full_chain import HEADINGS, is_healthy, project_list

pytestmark = [
    pytest.mark.processes,
    pytest.mark.postgres,
    pytest.mark.xdist_group("processes"),
]

ANSWER = urlencode(
    {
        "satisfaction": "dissatisfied",
        "motivation": "Te laat, zonder één telefoontje.",
        "recommendation": "no",
        "interest": "not_now",
    }
)
LINK = re.compile(r"/s/[A-Za-z0-9_-]{32}/")


def send(
    port: int, method: str, path: str, barrier: Barrier | None = None
) -> tuple[int, str | None, str]:
    """Return status, where it leads to, and the page."""
    with closing(HTTPConnection("localhost", port, timeout=60)) as connection:
        connection.connect()
        if barrier is not None:
            barrier.wait(60)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept-Language": "nl"}
        connection.request(method, path, ANSWER if method == "POST" else None, headers)
        response = connection.getresponse()
        return response.status, response.headers["Location"], response.read().decode()


@contextmanager
def serving(environment: dict[str, str], folder: Path, port: int) -> Iterator[None]:
    granian = (str(BIN / "granian"), "--interface=wsgi", "--host=127.0.0.1", f"--port={port}")
    command = (
        *granian,
        "--workers=2",
        "--blocking-threads=8",
        "--no-ws",
        "ambassadors.wsgi:application",
    )
    with running(environment, *command, log=folder / "log"):
        yield


def links(database: str) -> list[str]:
    """Return the paths that the invitations lead to, from the outbox: the only place with them."""
    with closing(psycopg2.connect(database)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT message FROM outbox_delivery ORDER BY id")
        mails = [bytes(row[0]).decode() for row in cursor.fetchall()]
    return [LINK.findall(mail.replace("=\r\n", ""))[0] for mail in mails]


def invite(environment: dict[str, str], folder: Path) -> None:
    path = project_list(folder)
    (_headings, line) = path.read_text(encoding="utf-8").splitlines()
    other = line.replace("W1;", "W2;").replace("zoe@", "bo@").replace("Zoë de Vries", "Bo Smit")
    path.write_text(HEADINGS + f"{line}\n{other}\n", encoding="utf-8")
    for command in (("migrate",), ("import_projects", str(path)), ("send_invitations",)):
        done = manage(environment, *command)
        assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def refusing(database: str) -> Iterator[None]:
    """The server closes every connection to ``database`` and takes no new one."""
    server, _slash, name = database.rpartition("/")
    with closing(psycopg2.connect(f"{server}/postgres")) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
            )
            try:
                yield
            finally:
                cursor.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")


def count(database: str, table: str) -> int:
    with closing(psycopg2.connect(database)) as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def test_a_hundred_equal_posts_and_a_database_that_goes_away(tmp_path: Path) -> None:
    port = free_port()
    with fresh_database() as database:
        site = f"http://localhost:{port}"
        environment = clean_environment(tmp_path, DATABASE_URL=database, SITE_URL=site)
        invite(environment, tmp_path)
        first, second = links(database)
        with serving(environment, tmp_path, port):
            eventually(lambda: is_healthy(site), what="the pages")

            barrier = Barrier(100)
            with ThreadPoolExecutor(100) as pool:
                answers = list(pool.map(lambda _n: send(port, "POST", first, barrier), range(100)))
            assert {(status, where) for status, where, _page in answers} == {
                (302, f"{first}thanks/")
            }
            assert count(database, "surveys_response") == 1
            assert count(database, "surveys_lateranswer") == 0
            assert count(database, "surveys_heldanswer") == 0
            assert count(database, "alerts_alert") == 1
            assert count(database, "alerts_notification") == 2

            with refusing(database):
                status, _where, page = send(port, "POST", second)
                assert status == 503
                assert "Te laat, zonder één telefoontje.</textarea>" in page
                assert "Verstuur opnieuw" in page
                assert send(port, "GET", second)[0] == 503
            status, where, _page = send(port, "POST", second)
            assert (status, where) == (302, f"{second}thanks/")
            assert count(database, "surveys_response") == 2


@pytest.mark.parametrize(
    ("method", "says"), [("GET", "Wij zijn zo terug"), ("POST", "Verstuur opnieuw")]
)
def test_without_any_database_server(tmp_path: Path, method: str, says: str) -> None:
    port = free_port()
    url = f"postgres://nobody@127.0.0.1:{free_port()}/nothing"
    environment = clean_environment(tmp_path, DATABASE_URL=url)
    with serving(environment, tmp_path, port):
        status, _where, page = eventually(
            lambda: answered(port, method), what="an answer without a database"
        )
    assert status == 503
    assert says in page


def answered(port: int, method: str) -> tuple[int, str | None, str] | None:
    try:
        return send(port, method, f"/s/{'a' * 32}/")
    except OSError:
        return None  # not up yet
