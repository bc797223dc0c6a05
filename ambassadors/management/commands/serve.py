"""``manage.py serve``: everything in one process, for a trial, a small firm and the demo."""

import errno
import os
import signal
import time
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _
from waitress import wasyncore
from waitress.server import BaseWSGIServer, create_server

from ambassadors.celery import app
from ambassadors.embedded import Background
from ambassadors.wsgi import application

THREADS = 8
CONNECTIONS = 1000  # a visitor who is slow or says nothing holds a connection, not a thread
SILENT_WITHIN = 30  # seconds after which a silent connection is closed
FINISH_PAGES_WITHIN = 5.0  # seconds for requests that are being answered
QUIET_FOR = 0.3  # seconds without a request, after which all of them are taken as answered
FINISH_MAIL_WITHIN = 60.0  # seconds: the lease of a delivery and a little more


class Command(BaseCommand):
    """Serve pages and, without REDIS_URL, do the background work; until SIGTERM or Ctrl-C."""

    help = "Serve the pages and, without REDIS_URL, send the mail, all in one process."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, help="default: the port in SITE_URL, else 8000")
        parser.add_argument("--host", default="127.0.0.1", help="default: this machine only")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 0 after a signal; CommandError when it cannot start, with what to do."""
        is_configured = bool(os.environ.get("SITE_URL"))
        configured = urlsplit(settings.SITE_URL).port if is_configured else None
        port = options["port"] or configured or 8000
        refuse_without_migrations()
        if not is_configured:
            settings.SITE_URL = f"http://localhost:{port}"  # links in mail lead back to here
            settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
            (settings.DATA_DIR / "site_url").write_text(settings.SITE_URL, encoding="utf-8")
        server = Pages(options["host"], port)
        background = None if settings.REDIS_URL else Background(app)
        if background is not None:
            background.start()
        else:
            self.stdout.write(_("REDIS_URL is set: a Celery worker and beat send the mail."))
        self.stdout.write(_("Serving at %(address)s") % {"address": settings.SITE_URL})
        self.stdout.flush()
        server.run_until_signal()
        if background is not None and not background.stop(within=FINISH_MAIL_WITHIN):
            self.stderr.write(
                _("A mail was still being sent: it is tried again after the next start.")
            )


def refuse_without_migrations() -> None:
    """Raise CommandError unless the database is reachable and up to date."""
    try:
        executor = MigrationExecutor(connection)
    except DatabaseError as error:
        raise CommandError(_("The database does not answer: %s") % error) from error
    finally:
        connection.close()
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise CommandError(
            _("The database is not up to date: run “python manage.py migrate” first.")
        )


class Pages:
    """Waitress, ended by a signal in an orderly way: what was asked is still answered."""

    def __init__(self, host: str, port: int) -> None:
        self._map: dict[int, Any] = {}
        try:
            self._server: BaseWSGIServer = create_server(
                application,
                map=self._map,
                host=host,
                port=port,
                threads=THREADS,
                connection_limit=CONNECTIONS,
                channel_timeout=SILENT_WITHIN,
                **_proxy(),
            )
        except OSError as error:
            raise CommandError(_cannot_listen(error, host, port)) from error
        self._is_stopping = False

    def run_until_signal(self) -> None:
        """Answer requests until SIGTERM or Ctrl-C; Ctrl-C after either ends at once."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while not self._is_stopping:
            wasyncore.loop(timeout=1, use_poll=True, map=self._map, count=1)
        self._finish()
        self._server.task_dispatcher.shutdown()
        wasyncore.close_all(self._map)

    def _finish(self) -> None:
        """Answer what was sent before the signal, also what nobody has read yet."""
        deadline = time.monotonic() + FINISH_PAGES_WITHIN
        quiet_since = time.monotonic()
        while (now := time.monotonic()) < deadline and now - quiet_since < QUIET_FOR:
            wasyncore.loop(timeout=0.05, use_poll=True, map=self._map, count=1)
            if self._is_busy():
                quiet_since = time.monotonic()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        if self._is_stopping:
            return
        self._is_stopping = True
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        self._server.pull_trigger()  # wakes the loop

    def _is_busy(self) -> bool:
        channels = self._server.active_channels.values()
        return any(channel.requests or channel.total_outbufs_len for channel in channels)


def _proxy() -> dict[str, Any]:
    """Behind a proxy on this machine that speaks https, believe what it says of the visitor."""
    if not settings.SITE_URL.startswith("https://"):
        return {}
    return {
        "trusted_proxy": "127.0.0.1",
        "trusted_proxy_count": 1,
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
        "clear_untrusted_proxy_headers": True,
    }


def _cannot_listen(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return _("Port %(port)s is in use: choose another with --port.") % {"port": port}
    return _("Cannot listen on %(host)s port %(port)s: %(reason)s") % {
        "host": host,
        "port": port,
        "reason": error.strerror or error,
    }
