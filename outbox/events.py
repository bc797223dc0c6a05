"""What a mail provider's event tells, from the form that Anymail gives it.

Pure. Providers differ in what they call a bounce: where they quote the receiving server, its words
decide (``outbox.refusals``); where they do not, the provider does.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Protocol

from outbox.refusals import Kind, kind_of_refusal

_MESSAGE_ID = re.compile(r"<?([^<>\s@]+@[^<>\s@]+)>?")
_ID_NAMES = {"messageid", "smtpid", "smtpmessageid", "originalmessageid"}
_SORT_NAMES = {"type", "event", "bouncetype", "severity", "classification"}
_SOFT = re.compile(r"soft|transient|temporary", re.IGNORECASE)
_DEPTH = 6
_UNDELIVERED = {
    "invalid": Kind.HARD_BOUNCE,
    "bounced": Kind.HARD_BOUNCE,  # it bounced before, and the provider tries no more
    "spam": Kind.COMPLAINT,
    "unsubscribed": Kind.UNSUBSCRIBED,
}
_KINDS = {
    "deferred": Kind.SOFT_BOUNCE,
    "complained": Kind.COMPLAINT,
    "unsubscribed": Kind.UNSUBSCRIBED,
    "autoresponded": Kind.AUTO_REPLY,
    "failed": Kind.UNDELIVERED,
}


class Event(Protocol):
    """The part of ``anymail.signals.AnymailTrackingEvent`` that counts here."""

    event_type: str
    timestamp: datetime | None
    event_id: str | None
    message_id: str | None
    recipient: str | None
    reject_reason: str | None
    description: str | None
    mta_response: str | None
    esp_event: Any


def kind_of(event: Event) -> Kind | None:
    """Return what ``event`` tells; None when it is nothing that failed or came back."""
    if event.event_type == "rejected":
        return _UNDELIVERED.get(event.reject_reason or "", Kind.UNDELIVERED)
    if event.event_type != "bounced":
        return _KINDS.get(event.event_type)
    if _is_soft(event.esp_event):
        return Kind.SOFT_BOUNCE
    otherwise = Kind.UNDELIVERED if event.reject_reason == "blocked" else Kind.HARD_BOUNCE
    return kind_of_refusal(event.mta_response or "", otherwise=otherwise)


def words_of(event: Event) -> str:
    """Return what the receiving server said, else what the provider says; on one line."""
    return " ".join((event.mta_response or event.description or "").split())


def message_ids_of(event: Event) -> tuple[str, ...]:
    """Return every Message-ID in ``event``, with angle brackets, wherever a provider puts it."""
    found = [event.message_id or "", *_values(event.esp_event, _ID_NAMES)]
    matches = (_MESSAGE_ID.fullmatch(value.strip()) for value in found)
    return tuple(dict.fromkeys(f"<{match[1]}>" for match in matches if match))


def identity_of(event: Event, provider: str) -> str:
    """Return what is the same when a provider tells ``event`` again.

    Not its ``event_id`` where there is a time: some providers sign every attempt with another.
    """
    when = event.timestamp.isoformat() if event.timestamp else event.event_id or ""
    parts = (provider, event.event_type, event.message_id, event.recipient, when)
    return hashlib.sha256(repr(parts).encode("utf-8", "replace")).hexdigest()


def _is_soft(payload: Any) -> bool:
    if isinstance(payload, Mapping) and payload.get("hard_bounce") is False:
        return True  # Mailjet
    return any(_SOFT.search(value) for value in _values(payload, _SORT_NAMES))


def _values(payload: Any, names: set[str], depth: int = 0) -> Iterator[str]:
    """Yield every text under one of ``names``, also in lists of {name, value}."""
    if depth > _DEPTH:
        return
    if isinstance(payload, Mapping):
        header, value = payload.get("name"), payload.get("value")
        if _plain(header) in names and isinstance(value, str):
            yield value
        for key, value in payload.items():
            if isinstance(value, str):
                if _plain(key) in names:
                    yield value
            else:
                yield from _values(value, names, depth + 1)
    elif isinstance(payload, list | tuple):
        for value in payload:
            yield from _values(value, names, depth + 1)


def _plain(name: Any) -> str:
    return re.sub(r"[^a-z]", "", name.lower()) if isinstance(name, str) else ""
