"""What a mail server's refusal is about: this message, this recipient, or us (RFC 5321, RFC 3463).

Pure. Whom a refusal concerns decides what waits: a recipient who is gone must not stop the queue,
and a server that trusts us no more must not make a whole queue undeliverable.
"""

import re
from enum import StrEnum


class About(StrEnum):
    """Whom a reply concerns."""

    NOBODY = "nobody"  # accepted
    MESSAGE_NOW = "message now"  # try this one later
    MESSAGE = "message"  # this one never
    SERVER_NOW = "server now"  # try all later
    CREDENTIALS = "credentials"
    SENDER = "sender"
    RELAY = "relay"  # it passes nothing on for us, it says: of one recipient that is no proof
    POLICY = "policy"  # a rule forbids it: about us or about this recipient


MAIL, RCPT = "MAIL", "RCPT"
_GOING_DOWN = 421
# 530 authentication required, 534 mechanism too weak, 535 credentials invalid, 538 encryption
# required for it (RFC 4954, 6).
_UNKNOWN_TO_IT = {530, 534, 535, 538}
_POLICY = re.compile(r"(?<![\d.])5\.7\.\d{1,3}(?![\d.])")
_ADDRESSES = re.compile(r"\S+@\S+")
_RELAY = re.compile(r"\brelay", re.IGNORECASE)


def about(code: int, reply: str, phase: str) -> About:
    """Return whom the ``reply`` with ``code`` at ``phase`` concerns.

    A 5.7.x at the message's end is about its content: what a client wrote into one answer must
    not stop the mail of all.
    """
    if 200 <= code < 300:
        return About.NOBODY
    if code == _GOING_DOWN:
        return About.SERVER_NOW
    if code in _UNKNOWN_TO_IT:
        return About.CREDENTIALS
    is_final = 500 <= code < 600
    if phase == MAIL:  # nothing but our own address was named so far
        return About.SENDER if is_final else About.SERVER_NOW
    if not is_final:
        return About.MESSAGE_NOW
    if phase == RCPT:
        words = _ADDRESSES.sub(" ", reply)  # relay@gemeente.example is somebody
        if _RELAY.search(words):
            return About.RELAY
        if _POLICY.search(words):
            return About.POLICY
    return About.MESSAGE
