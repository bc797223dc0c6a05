"""Project list → invitation → answer → two alert mails, through real processes and servers."""

import sqlite3
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import date, timedelta
from pathlib import Path

import psycopg2
import pytest

from ambassadors.demo.visitors import Visitor
from tests.outbox.servers import Mailbox, Received, free_port, mail_server
from tests.processes.running import (
    BIN,
    clean_environment,
    eventually,
    fresh_database,
    manage,
    reachable_redis,
    running,
)

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]

COMMENT = "Het rapport van O'Neill & Zn. kwam <drie weken> te laat, zonder één telefoontje."
HEADINGS = (
    "Projectnummer;Projectnaam;Opdrachtgever;Divisie;Accountmanager;E-mail accountmanager;"
    "Leidinggevende;E-mail leidinggevende;Contactpersoon;Functie;Rol;E-mail;Taal;Startdatum;"
    "Einddatum;Status\n"
)
LINE = (
    "W1;Klimaatplan;Gemeente Zaltbommel;Water;Sanne Bakker;sanne@waterkant.example;"
    "Kees Mulder;kees@waterkant.example;Zoë de Vries;Wethouder;beslisser;zoe@gemeente.example;nl;"
    "{start:%d-%m-%Y};{end:%d-%m-%Y};Afgesloten\n"
)
Rows = Callable[[str], list[tuple[object, ...]]]


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as mailbox:
        yield mailbox


def project_list(folder: Path) -> Path:
    yesterday = date.today() - timedelta(days=1)  # noqa: DTZ011  (the day the list was made)
    path = folder / "lijst.csv"
    line = LINE.format(start=yesterday - timedelta(days=90), end=yesterday)
    path.write_text(HEADINGS + line, encoding="utf-8")
    return path


def to(mailbox: Mailbox, address: str) -> list[Received]:
    return [mail for mail in mailbox.received if mail.recipient == address]


def text_of(mail: Received) -> str:
    body = mail.parsed.get_body(("plain",))
    assert body is not None
    return body.get_content()


def check_chain(environment: dict[str, str], mailbox: Mailbox, rows: Rows, folder: Path) -> None:
    """Drive the running installation as its users would, and look at both ends."""
    imported = manage(environment, "import_projects", str(project_list(folder)))
    assert imported.returncode == 0, imported.stdout + imported.stderr
    invited = manage(environment, "send_invitations")
    assert invited.returncode == 0, invited.stdout + invited.stderr

    (invitation,) = eventually(
        lambda: to(mailbox, "zoe@gemeente.example"), what="the invitation at the mail server"
    )
    site = environment["SITE_URL"]
    link = next(word for word in text_of(invitation).split() if f"{site}/s/" in word)
    client = Visitor(site)
    page = client.get(link.removeprefix(site).partition("?")[0])
    client.submit(
        page,
        [
            ("satisfaction", "dissatisfied"),
            ("motivation", COMMENT),
            ("recommendation", "no"),
            ("interest", "not_now"),
        ],
    )
    for colleague in ("sanne@waterkant.example", "kees@waterkant.example"):
        (alert,) = eventually(
            lambda address=colleague: to(mailbox, address), what=f"the alert to {colleague}"
        )
        assert COMMENT in " ".join(text_of(alert).split())

    states = "SELECT template, state FROM outbox_delivery ORDER BY template"
    eventually(
        lambda: {state for _template, state in rows(states)} == {"sent"}, what="every state sent"
    )
    assert [template for template, _state in rows(states)] == ["alert", "alert", "invitation"]
    blanked = "SELECT template, length(message) = 0 FROM outbox_delivery ORDER BY id"
    assert [(t, bool(b)) for t, b in rows(blanked)] == [
        ("invitation", True),
        ("alert", False),
        ("alert", False),
    ]
    assert len(mailbox.received) == 3


def is_healthy(site: str) -> bool:
    try:
        return Visitor(site).get("/healthz").status == 200
    except Exception:  # noqa: BLE001  (not there yet, whatever the reason)
        return False


def test_embedded_in_one_process(tmp_path: Path, mailbox: Mailbox) -> None:
    site = f"http://localhost:{free_port()}"
    environment = clean_environment(
        tmp_path, SITE_URL=site, EMAIL_URL=f"smtp://127.0.0.1:{mailbox.port}"
    )
    assert manage(environment, "migrate").returncode == 0

    def rows(query: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(tmp_path / "ambassadors.sqlite3")) as connection:
            return connection.execute(query).fetchall()

    serve = (sys.executable, "manage.py", "serve")
    with running(environment, *serve, log=tmp_path / "log") as process:
        eventually(lambda: is_healthy(site), what="the pages")
        check_chain(environment, mailbox, rows, tmp_path)
        process.terminate()
        assert process.wait(30) == 0


def test_granian_worker_and_beat_as_separate_processes(tmp_path: Path, mailbox: Mailbox) -> None:
    port = free_port()
    site = f"http://localhost:{port}"
    with ExitStack() as stack:
        database = stack.enter_context(fresh_database())
        environment = clean_environment(
            tmp_path,
            SITE_URL=site,
            DATABASE_URL=database,
            REDIS_URL=reachable_redis(),
            CELERY_QUEUE=f"chain-{uuid.uuid4().hex[:12]}",
            EMAIL_URL=f"smtp://127.0.0.1:{mailbox.port}",
        )
        assert manage(environment, "migrate").returncode == 0

        def rows(query: str) -> list[tuple[object, ...]]:
            with closing(psycopg2.connect(database)) as connection:
                cursor = connection.cursor()
                cursor.execute(query)
                return cursor.fetchall()

        granian = (str(BIN / "granian"), "--interface=wsgi", "--host=127.0.0.1", f"--port={port}")
        celery = (str(BIN / "celery"), "-A", "ambassadors")
        for command in (
            (
                *granian,
                "--workers=1",
                "--blocking-threads=4",
                "--no-ws",
                "ambassadors.wsgi:application",
            ),
            (*celery, "worker", "--pool=threads", "--concurrency=2", "--loglevel=WARNING"),
            (*celery, "beat", "--loglevel=WARNING"),
        ):
            stack.enter_context(running(environment, *command, log=tmp_path / "log"))
        eventually(lambda: is_healthy(site), what="the pages")
        check_chain(environment, mailbox, rows, tmp_path)
