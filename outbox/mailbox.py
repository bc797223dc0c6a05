"""Read the mailbox to which bounces and automatic answers come back (BOUNCE_MAILBOX_URL), by IMAP.

The mailbox stays the firm's: nothing is deleted or moved. What a program wrote and was stored is
marked as read; a person's letter stays unread, and only the fact is noted at the mail it answers.
How far we are is a bookmark of ours, moved on after each mail is stored; a mail that is read twice
is stored once.
"""

import imaplib
import logging
import re
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db import Error as DatabaseFault
from django.utils import timezone
from django.utils.translation import gettext as _

from outbox.incoming import Incoming, read_mail
from outbox.mail import ascii_address
from outbox.models import Bookmark, Delivery, ReportKind
from outbox.refusals import Kind
from outbox.reporting import MAILBOX, find_delivery, guess_delivery, record_report

logger = logging.getLogger(__name__)

TIMEOUT = 20  # seconds for each answer of the server
_BATCH = 200  # mails in one round
_ROUND = 120.0  # seconds: a slow server does not keep a worker for long
_BYTES = 262_144  # of one mail: what is told stands in front, however much is attached
_FIRST_LOOK = timedelta(days=7)  # a mailbox that we see for the first time
_PORTS = {"imaps": 993, "imap+tls": 143, "imap": 143}
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_UID = re.compile(rb"\d+")


class MailboxError(Exception):
    """The mailbox cannot be read; the text says why and names the setting.

    ``is_temporary``: it may work the next time without anybody doing something.
    """

    def __init__(self, words: str, *, is_temporary: bool) -> None:
        super().__init__(words)
        self.is_temporary = is_temporary


@dataclass(frozen=True, kw_only=True)
class Address:
    """A mailbox, as BOUNCE_MAILBOX_URL names it."""

    scheme: str
    host: str
    port: int
    user: str
    password: str
    folder: str

    def __str__(self) -> str:
        return f"{self.user}@{self.host}:{self.port}/{self.folder}"  # never the password


@dataclass
class Round:
    """What one round did."""

    seen: int = 0
    stored: int = 0
    failed: int = 0


def parse_address(url: str) -> Address:
    """Return the mailbox that ``url`` names. Raises MailboxError when it does not name one."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
        if parts.scheme not in _PORTS or not (parts.hostname and parts.username):
            raise ValueError(parts.scheme)
    except ValueError:
        raise MailboxError(
            _("BOUNCE_MAILBOX_URL is not an address such as imaps://user:password@host/INBOX."),
            is_temporary=False,
        ) from None
    return Address(
        scheme=parts.scheme,
        host=parts.hostname,
        port=port,
        user=unquote(parts.username),
        password=unquote(parts.password or ""),
        folder=unquote(parts.path.strip("/")) or "INBOX",
    )


def read_mailbox(*, is_from_start: bool = False, now: datetime | None = None) -> Round | None:
    """Read what is new in the mailbox, store what it tells, and move the bookmark on.

    Returns None when BOUNCE_MAILBOX_URL is not set. ``is_from_start`` reads everything again.
    Raises MailboxError, and keeps its words for the outbox page. A mail that cannot be handled is
    flagged in the mailbox and logged, and the others go on.
    """
    if not settings.BOUNCE_MAILBOX_URL:
        return None
    now = now or timezone.now()
    address = parse_address(settings.BOUNCE_MAILBOX_URL)
    bookmark, _is_new = Bookmark.objects.get_or_create(mailbox=str(address)[:300])
    if is_from_start:
        bookmark.uid_validity = bookmark.last_uid = 0
    done = Round()
    try:
        with _opened(address) as server:
            _read(server, bookmark, done, is_from_start=is_from_start, now=now)
    except MailboxError as error:
        Bookmark.objects.filter(pk=bookmark.pk).update(error=str(error))
        raise
    Bookmark.objects.filter(pk=bookmark.pk).update(error="", read_at=now)
    logger.info("mailbox: %s mails read, %s reports stored", done.seen, done.stored)
    return done


def try_mailbox() -> None:
    """Open the mailbox, read nothing, and leave. Raises MailboxError with what is wrong."""
    with _opened(parse_address(settings.BOUNCE_MAILBOX_URL)):
        logger.info("mailbox: opens")


def mailbox_in_trouble() -> Bookmark | None:
    """Return the mailbox if it could not be read the last time; None when all is well."""
    if not settings.BOUNCE_MAILBOX_URL:
        return None
    try:
        mailbox = str(parse_address(settings.BOUNCE_MAILBOX_URL))[:300]
    except MailboxError as error:
        return Bookmark(error=str(error))
    return Bookmark.objects.filter(mailbox=mailbox).exclude(error="").first()


def _read(
    server: imaplib.IMAP4, bookmark: Bookmark, done: Round, *, is_from_start: bool, now: datetime
) -> None:
    """Handle the mails after the bookmark, oldest first, one at a time.

    1. Fetch the first part of a mail without marking it.
    2. Store what it tells; whatever is stored already stays one row.
    3. Mark what a program wrote as read.
    4. Move the bookmark on. Whoever dies before this reads the mail again.
    """
    validity = int(server.response("UIDVALIDITY")[1][0] or 0)
    if validity != bookmark.uid_validity:  # a folder made anew counts from one again
        bookmark.uid_validity, bookmark.last_uid = validity, 0
    started = time.monotonic()
    for uid in _uids_after(server, bookmark, is_from_start=is_from_start, now=now)[:_BATCH]:
        if time.monotonic() - started > _ROUND:
            return
        raw = _fetched(server, uid)
        done.seen += 1
        try:
            told = read_mail(raw)
            taken = take_in(told, now=now) if told is not None else None
        except DatabaseFault:
            raise  # not the mail's fault: it is read again in the next round
        except Exception:
            logger.exception("mailbox: mail %s could not be handled", uid)
            done.failed += 1
            server.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Flagged)")
        else:
            if taken is not None and told is not None:
                done.stored += taken[1]
                if told.is_automatic:
                    server.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)")
        bookmark.last_uid = uid
        bookmark.save(update_fields=["uid_validity", "last_uid"])


def take_in(told: Incoming, *, now: datetime | None = None) -> tuple[Delivery, bool] | None:
    """Store what a mail tells; return of which mail of ours, and whether it was new.

    None when it is about no mail of ours. Anybody can write to a mailbox. So a bounce counts only
    when it names our Message-ID, which none but its receivers know; by address alone it is noted
    as a guess, and marks nobody. A person's letter counts only as the answer to a mail of ours.
    """
    now = now or timezone.now()
    delivery = find_delivery(told.message_ids)
    is_guess = delivery is None
    if delivery is None and told.kind is not Kind.REPLY:
        delivery = guess_delivery(told.address, now=now)
    if delivery is None:
        return None
    report = record_report(
        delivery=delivery,
        kind=_kind_for(delivery, told),
        source=MAILBOX,
        external_id=f"mail:{delivery.pk}:{told.identity}",
        status=told.status,
        detail=told.detail,
        subject=told.subject,
        text=told.text,
        is_guess=is_guess,
        now=now,
    )
    return delivery, report is not None


def _kind_for(delivery: Delivery, told: Incoming) -> ReportKind:
    """Return what ``told`` says of the address that ``delivery`` went to.

    Who passes our mail on to an address that does not work, or reads it in a group of which one
    has left, can be reached: a bounce about another address says nothing of theirs.
    """
    kind = ReportKind(told.kind)
    asked = delivery.recipient_address.lower()
    is_theirs = told.address.lower() in ("", asked, ascii_address(asked))
    return ReportKind.UNDELIVERED if kind == ReportKind.HARD_BOUNCE and not is_theirs else kind


# IMAP --------------------------------------------------------------------------------------------
@contextmanager
def _opened(address: Address) -> Iterator[imaplib.IMAP4]:
    """Yield a connection with the folder open. Raises MailboxError for all that may go wrong."""
    where = {"host": address.host, "port": address.port}
    try:
        server = _connected(address)
        try:
            _sign_in(server, address)
            yield server
        except BaseException:
            server.shutdown()  # no polite goodbye: it may be what hangs
            raise
        _leave(server)
    except ssl.SSLCertVerificationError as error:
        text = _("The certificate of BOUNCE_MAILBOX_URL’s server, %(host)s, cannot be trusted.")
        raise MailboxError(text % where, is_temporary=False) from error
    except (imaplib.IMAP4.error, OSError, EOFError) as error:
        text = _("The server of BOUNCE_MAILBOX_URL, %(host)s:%(port)s, does not answer: %(why)s")
        why = str(error) or type(error).__name__
        raise MailboxError(text % {**where, "why": why[:200]}, is_temporary=True) from error


def _connected(address: Address) -> imaplib.IMAP4:
    if address.scheme == "imaps":
        context = ssl.create_default_context()
        return imaplib.IMAP4_SSL(address.host, address.port, ssl_context=context, timeout=TIMEOUT)
    server = imaplib.IMAP4(address.host, address.port, timeout=TIMEOUT)
    if address.scheme == "imap+tls":
        server.starttls(ssl.create_default_context())
    return server


def _sign_in(server: imaplib.IMAP4, address: Address) -> None:
    try:
        server.login(_quoted(address.user), address.password)
    except imaplib.IMAP4.abort:
        raise  # the connection broke
    except (imaplib.IMAP4.error, UnicodeEncodeError) as error:
        is_temporary = "UNAVAILABLE" in str(error) or "INUSE" in str(error)
        text = _("The server of BOUNCE_MAILBOX_URL, %(host)s, refuses its user name or password.")
        raise MailboxError(text % {"host": address.host}, is_temporary=is_temporary) from error
    state, _answer = server.select(_quoted(address.folder))
    if state != "OK":
        text = _("The mailbox of BOUNCE_MAILBOX_URL has no folder “%(folder)s”.")
        raise MailboxError(text % {"folder": address.folder}, is_temporary=False)


def _leave(server: imaplib.IMAP4) -> None:
    try:
        server.logout()
    except (imaplib.IMAP4.error, OSError, EOFError) as error:
        logger.info("mailbox: closing failed (%s)", type(error).__name__)


def _uids_after(
    server: imaplib.IMAP4, bookmark: Bookmark, *, is_from_start: bool, now: datetime
) -> list[int]:
    """Return the mails after the bookmark, oldest first; of an unknown folder the last days'."""
    if bookmark.last_uid or is_from_start:
        criteria = f"UID {bookmark.last_uid + 1}:*"
    else:
        day = timezone.localdate(now - _FIRST_LOOK)
        criteria = f"SINCE {day.day}-{_MONTHS[day.month - 1]}-{day.year}"
    state, answer = server.uid("SEARCH", criteria)
    if state != "OK":
        raise imaplib.IMAP4.error("SEARCH")
    found = {int(uid) for line in answer if line for uid in _UID.findall(line)}
    return sorted(uid for uid in found if uid > bookmark.last_uid)  # n:* names the last one always


def _fetched(server: imaplib.IMAP4, uid: int) -> bytes:
    """Return the first part of a mail, unmarked; nothing when it is gone meanwhile."""
    state, answer = server.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{_BYTES}>)")
    if state != "OK":
        raise imaplib.IMAP4.error("FETCH")
    parts: list[Any] = list(answer)
    return next((bytes(part[1]) for part in parts if isinstance(part, tuple)), b"")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
