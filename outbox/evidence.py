"""Whether a message that perhaps arrived did arrive, as somebody who can know tells it.

Where a provider or a rule of the mail server puts a copy of every mail that it accepted into one
mailbox, that mailbox answers the question: ARCHIVE_MAILBOX_URL, looked up by Message-ID.
"""

import base64
import imaplib
import logging
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from django.conf import settings

from outbox.models import Delivery

logger = logging.getLogger(__name__)

SCHEMES = {"imap": 143, "imap+tls": 143, "imaps": 993}
_TIMEOUT = 8.0  # seconds for each step
_FOLDER = "INBOX"


class Witness(Protocol):
    """Somebody who knows what the mail server accepted."""

    name: str

    def evidence(self, delivery: Delivery) -> bool | None:
        """Return whether ``delivery`` was accepted; None when that cannot be asked just now."""
        ...


class NoWitness:
    """Nobody knows: no evidence will appear."""

    name = ""

    def evidence(self, delivery: Delivery) -> bool | None:
        """See Witness."""
        return False


class ArchiveMailbox:
    """The mailbox that gets a copy of every accepted mail."""

    name = "archive"

    def __init__(self, server: imaplib.IMAP4 | None) -> None:
        self._server = server

    @property
    def is_open(self) -> bool:
        """Whether it can be asked."""
        return self._server is not None

    def evidence(self, delivery: Delivery) -> bool | None:
        """See Witness. Found by Message-ID; a fault makes this mailbox silent for the round."""
        found = self._found(delivery)
        return None if found is None else bool(found)

    def header(self, delivery: Delivery, name: str) -> bytes | None:
        """Return the lines of the header ``name`` on the copy of ``delivery``; None if unknown."""
        found = self._found(delivery)
        if not found:
            return None
        part = f"(BODY.PEEK[HEADER.FIELDS ({name})])"
        answer = self._asked("FETCH", found[-1].decode("ascii", "replace"), part)
        if answer is None:
            return None
        return b"".join(part[1] for part in answer if isinstance(part, tuple))

    def _found(self, delivery: Delivery) -> list[bytes] | None:
        """Return the UIDs of ``delivery`` in the mailbox; None when it does not tell."""
        answer = self._asked("SEARCH", "HEADER", "Message-ID", _quoted(delivery.message_id))
        if answer is None:
            return None
        return [uid for line in answer if isinstance(line, bytes) for uid in line.split()]

    def _asked(self, *command: str) -> list[Any] | None:
        if self._server is None:
            return None
        try:
            state, answer = self._server.uid(*command)
        except (imaplib.IMAP4.error, OSError, EOFError) as error:
            logger.warning("archive mailbox: search failed (%s)", type(error).__name__)
            self._server = None
            return None
        return answer if state == "OK" else None


@contextmanager
def witness() -> Iterator[Witness]:
    """Yield who can be asked; one connection for all questions of a round."""
    if not settings.ARCHIVE_MAILBOX_URL:
        yield NoWitness()
        return
    server = _opened(urlsplit(settings.ARCHIVE_MAILBOX_URL))
    try:
        yield ArchiveMailbox(server)
    finally:
        if server is not None:
            _leave(server)


def _opened(url: SplitResult) -> imaplib.IMAP4 | None:
    """Return the mailbox, opened read-only and as it is now; None when it does not open."""
    server: imaplib.IMAP4 | None = None
    try:
        host, port = url.hostname or "", url.port or SCHEMES[url.scheme]
        context = ssl.create_default_context()
        if url.scheme == "imaps":
            server = imaplib.IMAP4_SSL(host, port, ssl_context=context, timeout=_TIMEOUT)
        else:
            server = imaplib.IMAP4(host, port, timeout=_TIMEOUT)
        if url.scheme == "imap+tls":
            server.starttls(context)
        server.login(_quoted(unquote(url.username or "")), unquote(url.password or ""))
        folder = unquote(url.path.strip("/")) or _FOLDER
        state, _answer = server.select(_quoted(_folder_name(folder)), readonly=True)
        if state != "OK":
            raise imaplib.IMAP4.error("no such folder")
    except (imaplib.IMAP4.error, OSError, EOFError, ValueError, KeyError) as error:
        logger.error("archive mailbox: cannot be asked (%s)", type(error).__name__)
        if server is not None:
            server.shutdown()
        return None
    return server


def _leave(server: imaplib.IMAP4) -> None:
    try:
        server.logout()
    except (imaplib.IMAP4.error, OSError, EOFError) as error:
        logger.info("archive mailbox: closing failed (%s)", type(error).__name__)


def _folder_name(name: str) -> str:
    """Return ``name`` as IMAP writes it: modified UTF-7 (RFC 3501, 5.1.3)."""

    def encoded(found: re.Match[str]) -> str:
        coded = base64.b64encode(found.group().encode("utf-16-be")).decode().rstrip("=")
        return f"&{coded.replace('/', ',')}-"

    return re.sub(r"[^\x20-\x7e]+", encoded, name.replace("&", "&-"))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
