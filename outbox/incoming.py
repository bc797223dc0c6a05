"""What came back to the sender's mailbox: a bounce, an automatic answer, a person's letter.

Pure, and never raises, whatever the bytes. Bounces are read as RFC 3464 has them; those of
servers that speak no RFC by the detectors of flufl.bounce. Which of our mails is meant follows from
its Message-ID, in the part that was returned or in the headers that name what is answered.
"""

import email
import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr
from html.parser import HTMLParser

from flufl.bounce import all_failures

from outbox.autoreplies import is_automatic, kept_text, kind_of_reply
from outbox.refusals import Kind, kind_of_refusal, status_in

DETAIL_MAX = 1000
_SUBJECT_MAX = 300
_PARTS_READ = 50
_HEADER_READ = 10_000  # characters: decoding a longer one takes a stranger's time, not ours
_MESSAGE_ID = re.compile(r"<[^<>\s@]+@[^<>\s@]+>")
_OWN_LINE = re.compile(
    r"^[^\S\n]*Message-ID:\s*(<[^<>\s@]+@[^<>\s@]+>)", re.IGNORECASE | re.MULTILINE
)
_TELLING = re.compile(r"(?:^|\D)[45]\d\d[ -]|[45]\.\d{1,3}\.\d{1,3}|unrouteable|unknown", re.I)
_ROBOTS = {"", "mailer-daemon", "postmaster", "maildaemon", "mail-daemon"}
_DIED = ("failed", "error")  # opensmtpd says error
_BROKEN = (
    *(ValueError, LookupError, AttributeError, TypeError, UnicodeError, RecursionError),
    MessageError,  # a charset that is not even ASCII
)


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """What one mail tells about one that we sent.

    ``message_ids`` are the mails it may be about, the likeliest first. ``address``: whose mailbox
    it is about, empty if it does not say. A person's letter (REPLY) has no text here: it is theirs.
    ``identity`` is the same for the same mail, read again.
    """

    kind: Kind
    message_ids: tuple[str, ...]
    address: str
    identity: str
    status: str = ""
    detail: str = ""
    subject: str = ""
    text: str = ""

    @property
    def is_automatic(self) -> bool:
        """Whether nobody wrote it, so that nobody needs to read it in the mailbox."""
        return self.kind is not Kind.REPLY


def read_mail(raw: bytes) -> Incoming | None:
    """Return what ``raw``, an incoming mail, tells about a mail of ours; None when nothing.

    What cannot be read tells nothing: it stays in the mailbox for a person.
    """
    try:
        message = email.message_from_bytes(raw)
        return _bounce(message, raw) or _reply(message, raw)
    except _BROKEN:
        return None


# Bounces -----------------------------------------------------------------------------------------
def _bounce(message: Message, raw: bytes) -> Incoming | None:
    """Return the bounce that ``message`` is; None when it is something else."""
    for block in _status_blocks(message):
        action = _header(block, "Action").lower()
        if action.startswith((*_DIED, "delayed")):
            return _standard_bounce(message, block, raw, is_final=action.startswith(_DIED))
    return _other_bounce(message, raw) if _is_from_robot(message) else None


def _standard_bounce(
    message: Message, block: Message, raw: bytes, *, is_final: bool
) -> Incoming | None:
    diagnostic = _header(block, "Diagnostic-Code").partition(";")[2].strip()
    status = status_in(_header(block, "Status")) or status_in(diagnostic)
    recipient = _header(block, "Original-Recipient") or _header(block, "Final-Recipient")
    words = " ".join((diagnostic or _telling_lines(message)).split())
    return Incoming(
        kind=kind_of_refusal(words, status=status, is_final=is_final),
        message_ids=_ids_of_bounce(message),
        address=_plain_address(recipient.rpartition(";")[2]),
        identity=_identity(message, raw),
        status=status,
        detail=words[:DETAIL_MAX],
        subject=_subject(message),
    )


def _other_bounce(message: Message, raw: bytes) -> Incoming | None:
    """Return a bounce in a form of its own: Exim's header, or what flufl.bounce recognises."""
    failed = _plain_address(_header(message, "X-Failed-Recipients").partition(",")[0])
    is_final = bool(failed)
    if not failed:
        try:
            temporary, permanent = all_failures(message)
        except Exception:  # noqa: BLE001  (twenty detectors over a stranger's bytes)
            return None
        is_final = bool(permanent)
        failed = next((one.decode("ascii", "replace") for one in permanent or temporary), "")
    if not failed:
        return None
    words = " ".join(_telling_lines(message).split())
    return Incoming(
        kind=kind_of_refusal(words, is_final=is_final),
        message_ids=_ids_of_bounce(message),
        address=failed,
        identity=_identity(message, raw),
        status=status_in(words),
        detail=words[:DETAIL_MAX],
        subject=_subject(message),
    )


def _status_blocks(message: Message) -> Iterator[Message]:
    """Yield the groups of fields of every delivery-status part (RFC 3464)."""
    for part in _parts(message):
        payload = part.get_payload()
        if part.get_content_type() == "message/delivery-status" and isinstance(payload, list):
            yield from (block for block in payload if isinstance(block, Message))


def _is_from_robot(message: Message) -> bool:
    local_part = _plain_address(_header(message, "From")).partition("@")[0].lower()
    return local_part in _ROBOTS or "X-Failed-Recipients" in message


def _ids_of_bounce(message: Message) -> tuple[str, ...]:
    """Return the Message-IDs of what was returned, then of what the bounce says it answers."""
    own = _header(message, "Message-ID").strip()
    found = []
    for part in _parts(message):
        kind = part.get_content_type()
        if part is not message and "Message-ID" in part:  # of a returned message/rfc822
            found += _MESSAGE_ID.findall(_header(part, "Message-ID"))
        elif kind.startswith("text/"):  # its headers alone, or a copy in the text
            found += _OWN_LINE.findall(_content(part))
    return tuple(dict.fromkeys(one for one in [*found, *_answered_ids(message)] if one != own))


def _telling_lines(message: Message) -> str:
    """Return the few lines of the text in which a server says why."""
    for part in _parts(message):
        if part.get_content_type() == "text/plain":
            lines = _content(part)[:20_000].splitlines()
            telling = [line.strip() for line in lines if _TELLING.search(line)]
            return "\n".join(telling[:5])
    return ""


# Answers -----------------------------------------------------------------------------------------
def _reply(message: Message, raw: bytes) -> Incoming | None:
    """Return the answer that ``message`` is, a program's or a person's; None when it is none."""
    if message.get_content_type() == "multipart/report" or _is_from_robot(message):
        return None  # a receipt, or a bounce that says nothing
    subject = _subject(message)
    ids = _answered_ids(message)
    is_robots = is_automatic(lambda name: _header(message, name), subject)
    if not is_robots and not ids:
        return None
    text = _text(message) if is_robots else ""
    return Incoming(
        kind=kind_of_reply(subject, text) if is_robots else Kind.REPLY,
        message_ids=ids,
        address=_plain_address(_header(message, "From")),
        identity=_identity(message, raw),
        subject=subject,
        text=kept_text(text),
    )


def _answered_ids(message: Message) -> tuple[str, ...]:
    ids = _MESSAGE_ID.findall(_header(message, "In-Reply-To"))
    ids += reversed(_MESSAGE_ID.findall(_header(message, "References")))
    return tuple(dict.fromkeys(ids))


def _text(message: Message) -> str:
    """Return the text of a mail; of HTML what one reads of it."""
    markup = ""
    for part in _parts(message):
        if part.get_content_type() == "text/plain" and (text := _content(part)).strip():
            return text
        if part.get_content_type() == "text/html":
            markup = markup or _content(part)
    reader = _TextReader()
    reader.feed(markup)
    return "".join(reader.found)


class _TextReader(HTMLParser):
    """Collects the text of a page, a line for each of its blocks."""

    _BLOCKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "blockquote"})
    _UNREAD = frozenset({"style", "script", "head", "title"})

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._unread = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._UNREAD and not self._unread:
            self._unread = tag
        if tag in self._BLOCKS:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._unread:
            self._unread = ""

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self.found.append(" ".join(data.split()) + " " if data.strip() else " ")


# Of every mail -----------------------------------------------------------------------------------
def _parts(message: Message) -> Iterator[Message]:
    """Yield ``message`` and its parts, as many as an honest mail has."""
    for number, part in enumerate(message.walk()):
        if number >= _PARTS_READ:
            return
        yield part


def _header(message: Message, name: str) -> str:
    """Return a header decoded and on one line; empty without it."""
    value = str(message.get(name, ""))[:_HEADER_READ]
    with suppress(*_BROKEN):  # else it is shown as it came
        value = str(make_header(decode_header(value)))
    return " ".join(value.replace("\0", "").split())


def _content(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    charset = str(part.get_content_charset() or "utf-8")
    try:
        return payload.decode(charset, "replace").replace("\0", "")
    except LookupError:
        return payload.decode("utf-8", "replace").replace("\0", "")


def _subject(message: Message) -> str:
    return _header(message, "Subject")[:_SUBJECT_MAX]


def _plain_address(value: str) -> str:
    return parseaddr(value.strip())[1][:254]


def _identity(message: Message, raw: bytes) -> str:
    """Return what tells this mail from every other: a hash, of its Message-ID if it has one."""
    own = _header(message, "Message-ID").encode("utf-8", "replace")
    return hashlib.sha256(own or raw).hexdigest()
