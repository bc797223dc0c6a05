"""A frozen mail as staff may read it: decoded, and with every personal link masked.

A personal link is a capability: whoever has it answers in the client's name or sets a colleague's
password. Staff never see one (DESIGN, access), so it is taken out of every part and header after
decoding, whatever the encoding was.
"""

import base64
import html
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote

from outbox.models import Channel, Delivery

MASK = "…"
# What comes before a secret in an address of this product, and what a secret is made of.
_SECRET = re.compile(r"(?:/s/|/reset/key/)([A-Za-z0-9_-]{8,})", flags=re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class AttachedFile:
    """What is told of a file that travels with a mail; ``size`` in bytes."""

    name: str
    size: int


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What can be shown of a delivery. A part that the mail does not have is empty."""

    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    is_masked: bool
    attachments: tuple[AttachedFile, ...] = ()


def read(delivery: Delivery) -> Reading:
    """Return the mail of ``delivery``; everything is empty when it was removed after handover.

    Of one whose words are hidden only the headers are left, without the subject; that a file
    travels along is told, not what it is called.
    """
    if delivery.channel != Channel.EMAIL:
        return _read_json(delivery)
    message = delivery.parsed()
    headers = [(name, str(value)) for name, value in message.items()]
    if delivery.is_hidden:
        told = [(name, value) for name, value in headers if name.lower() != "subject"]
        files = tuple(AttachedFile(name="", size=one.size) for one in _files(message))
        return Reading(headers=tuple(told), text="", html="", is_masked=False, attachments=files)
    text, markup = _content(message, "text/plain"), _content(message, "text/html")
    secrets = secrets_in([text, markup, *(value for _name, value in headers)])
    return Reading(
        headers=tuple((name, masked(value, secrets)) for name, value in headers),
        text=masked(text, secrets),
        html=_with_pictures(masked(markup, secrets), message),
        is_masked=bool(secrets),
        attachments=_files(message),
    )


def _files(message: EmailMessage) -> tuple[AttachedFile, ...]:
    found = []
    for part in message.walk():
        data = part.get_payload(decode=True)
        if part.is_attachment() and isinstance(data, bytes):
            name = part.get_filename() or part.get_content_type()
            found.append(AttachedFile(name=masked(name, secrets_in([name])), size=len(data)))
    return tuple(found)


def _read_json(delivery: Delivery) -> Reading:
    """Return what goes to an endpoint: the text of a chat message, else all of it, indented."""
    if delivery.is_blanked:
        return Reading(headers=(), text="", html="", is_masked=False)
    said = json.loads(bytes(delivery.message))
    if delivery.channel == Channel.CHAT:
        text = "\n".join(part for part in (said["title"], said["body"]) if part)
    else:
        text = json.dumps(said, ensure_ascii=False, indent=2)
    secrets = secrets_in([text])
    return Reading(headers=(), text=masked(text, secrets), html="", is_masked=bool(secrets))


def secrets_in(texts: Iterable[str]) -> frozenset[str]:
    """Return the secret of every personal link in ``texts``, also where it is written encoded."""
    found: set[str] = set()
    for text in texts:
        for reading in (text, html.unescape(text), unquote(html.unescape(text))):
            found.update(_SECRET.findall(reading))
    return frozenset(found)


def masked(text: str, secrets: frozenset[str]) -> str:
    """Return ``text`` with every one of ``secrets`` replaced, wherever it stands.

    A text that hides one in character references or percent signs is decoded first, because the
    secret must go whatever becomes of the markup.
    """
    for decoded in (text, html.unescape(text), unquote(html.unescape(text))):
        shown = _replace(decoded, secrets)
        if not secrets_in([shown]):
            return shown
    return MASK


def _replace(text: str, secrets: frozenset[str]) -> str:
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def _with_pictures(markup: str, message: EmailMessage) -> str:
    """Return ``markup`` with each PNG that travels inside the mail in place of its ``cid:``."""
    for part in message.walk():
        name = str(part.get("Content-ID", "")).strip("<>")
        data = part.get_payload(decode=True)
        if name and part.get_content_type() == "image/png" and isinstance(data, bytes):
            address = f"data:image/png;base64,{base64.b64encode(data).decode('ascii')}"
            markup = markup.replace(f'"cid:{name}"', f'"{address}"')
    return markup


def _content(message: EmailMessage, kind: str) -> str:
    """Return the decoded text of the first part of ``kind`` that is not an attachment."""
    for part in message.walk():
        if part.get_content_type() == kind and not part.is_attachment():
            return str(part.get_content())
    return ""
