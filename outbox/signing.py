"""Signatures by the Standard Webhooks specification, version 1.0.0 (standardwebhooks.com).

Pure. Symmetric scheme ``v1``: HMAC-SHA256 over ``id.timestamp.body``, keyed with the bytes that the
secret's base64 stands for ("Signature scheme"). Several signatures stand in one header, separated
by a space, so that a receiver can change its secret without missing anything ("Webhook headers").
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"
_BYTES_MADE = 32
_BYTES_MIN, _BYTES_MAX = 24, 64  # 192 to 512 bits, says the specification
_SHOWN = 4


def new_secret() -> str:
    """Return a fresh random secret as it is given to a receiver: ``whsec_`` and base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES_MADE)).decode("ascii")


def new_webhook_id() -> str:
    """Return a fresh ``webhook-id``: one fact for one receiver, without a full stop."""
    return f"msg_{secrets.token_hex(16)}"


def key_of(secret: str) -> bytes:
    """Return the bytes that ``secret`` stands for. Raises ValueError for what is no secret."""
    if not secret.startswith(PREFIX):
        raise ValueError("a webhook secret begins with whsec_")
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("a webhook secret is whsec_ and base64") from error
    if not _BYTES_MIN <= len(key) <= _BYTES_MAX:
        raise ValueError("a webhook secret has 24 to 64 bytes")
    return key


def masked(secret: str) -> str:
    """Return enough of ``secret`` to tell it from another, and no more."""
    return f"{PREFIX}…{secret[-_SHOWN:]}"


def signature(secret: str, *, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the ``v1`` signature of one attempt. ``timestamp``: seconds since 1970 (UTC).

    An id with a full stop could be moved into the timestamp, so it raises ValueError.
    """
    if "." in message_id:
        raise ValueError("a webhook id holds no full stop")
    content = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(key_of(secret), content, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode('ascii')}"


def headers(
    valid_secrets: Iterable[str], *, message_id: str, timestamp: int, body: bytes
) -> dict[str, str]:
    """Return the three headers of one attempt, signed with every secret that is valid now."""
    signed = [
        signature(secret, message_id=message_id, timestamp=timestamp, body=body)
        for secret in valid_secrets
    ]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signed),
    }
