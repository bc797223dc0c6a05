"""Where the demo lives: its folder, its settings, its port. No Django: this runs before settings.

Its texts come from Django's catalogue through Python's own gettext, in the language of the demo.

A folder is only ever emptied of files that the demo itself makes, and only when its marker says
that the demo made it.
"""

import fcntl
import gettext
import socket
from pathlib import Path
from typing import TextIO

BASE_DIR = Path(__file__).resolve().parent.parent.parent
HOME = BASE_DIR / "var" / "demo"
MARKER = "made-by-the-demo"
DATABASE = "ambassadors.sqlite3"
LANGUAGE = "nl"
_OWN_FILES = (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", f"{DATABASE}-journal")

_ = gettext.translation("django", BASE_DIR / "locale", languages=[LANGUAGE], fallback=True).gettext


class RefusedError(Exception):
    """The demo does not start; the text says why, in one sentence."""


def prepare(home: Path = HOME) -> TextIO:
    """Make ``home`` empty for a fresh demo; return its marker, locked as long as it stays open.

    Raises RefusedError when the folder holds a database that is not the demo's, and when a demo
    is running there.
    """
    marker = home / MARKER
    if (home / DATABASE).exists() and not marker.exists():
        text = _("%(folder)s holds data that is not the demo's: it is left untouched.")
        raise RefusedError(text % {"folder": home})
    home.mkdir(parents=True, exist_ok=True)
    lock = marker.open("a", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise RefusedError(_("A demo is running already: stop it first with Ctrl-C.")) from error
    for name in _OWN_FILES:
        (home / name).unlink(missing_ok=True)
    return lock


# Whatever the home and the port. Empty means the default.
_FIXED = {
    "FIRM_NAME": "Waterkant Advies",
    "DEFAULT_FROM_EMAIL": "Waterkant Advies <klanten@waterkant.example>",
    "SECRET_KEY": "",
    "DEBUG": "off",
    "ALLOWED_HOSTS": "localhost,127.0.0.1",
    "DATABASE_URL": "",
    "REDIS_URL": "",
    "EMAIL_URL": "",
    "EMAIL_TIMEOUT": "8",
    "OUTBOX_HASTE": "1",
    "ARCHIVE_MAILBOX_URL": "",
    "CELERY_QUEUE": "ambassadors",
    "TIME_ZONE": "Europe/Amsterdam",
    "HSTS_SECONDS": "0",
    "TRUSTED_PROXY_COUNT": "0",
    "FIRM_LANGUAGE": LANGUAGE,
    "INVITE_CLOSED_WITHIN_DAYS": "30",
    "INVITE_AFTER_WORKING_DAYS": "2",
    "MID_PROJECT_FROM_DAYS": "180",
    "AFTERCARE_AFTER_DAYS": "180",
    "INVITATION_EXPIRES_AFTER_DAYS": "30",
    "SURVEY_FATIGUE_DAYS": "90",
    "REMIND_AFTER_DAYS": "6,13",
    "ASK_SOLVED_AFTER_WORKING_DAYS": "5",
    "INVITE_AUTOMATICALLY": "off",
    "INVITATIONS_PER_MINUTE": "30",
    "REPLY_TO": "none",
    "FIRM_REPLY_TO": "",
    "ANYMAIL_WEBHOOK_SECRET": "",
    "BOUNCE_MAILBOX_URL": "",
    "PRIVATE_HOSTS": "",
    "PRIVACY_URL": "",
    "HOLD_FASTER_THAN_SECONDS": "3",
    "HOLD_AFTER_MAIL_SECONDS": "20",
    "HOLD_BURST": "5",
    "RESPONSE_KEPT_YEARS": "2",
    "METRICS_TOKEN": "",
    "LOG_LEVEL": "ERROR",
}


def environment(port: int, home: Path = HOME) -> dict[str, str]:
    """Return every setting of the demo; set first, they win over a ``.env`` file.

    Embedded, on SQLite, with mail kept in the outbox.
    """
    return {"DATA_DIR": str(home), "SITE_URL": f"http://localhost:{port}", **_FIXED}


def free_port(first: int) -> int:
    """Return ``first``, or the next port on which nobody listens."""
    for port in range(first, min(first + 100, 65536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    text = _("Ports %(first)s and up are all in use: choose one with PORT=8123 make demo.")
    raise RefusedError(text % {"first": first})
