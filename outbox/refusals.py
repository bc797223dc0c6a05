"""What a receiver's refusal means: is it the address that does not work, or something else?

Pure. The codes are those of RFC 3463 and its registry; the words are what widespread servers say
beside them. Only what is plainly about the address marks a person: a server that distrusts *us*
must never cost the firm a client's address.
"""

import re
from enum import StrEnum


class Kind(StrEnum):
    """What was reported about a mail that left."""

    HARD_BOUNCE = "hard_bounce"  # the address does not work
    UNDELIVERED = "undelivered"  # given up for another reason: a full mailbox, a policy
    SOFT_BOUNCE = "soft_bounce"  # a delay; the server tries again
    COMPLAINT = "complaint"
    UNSUBSCRIBED = "unsubscribed"
    OUT_OF_OFFICE = "out_of_office"
    LEFT = "left"
    AUTO_REPLY = "auto_reply"
    REPLY = "reply"


_READ = 2000  # characters; what counts stands in front
# Bad mailbox, bad domain, bad syntax, moved, null MX; disabled; no route to the domain.
_ABOUT_THE_ADDRESS = frozenset({"1.1", "1.2", "1.3", "1.4", "1.6", "1.10", "2.1", "4.4"})
_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_BASIC = re.compile(r"(?<![\d.])([45])\d\d(?![\d.])")
_ADDRESSES = re.compile(r"\S+@\S+")
_UNKNOWN = re.compile(
    r"user[ _]unknown|unknown[ _](?:user|recipient|local[ _-]?part|mailbox)"
    r"|no such (?:user|mailbox|recipient|address|person|account)|nosuchuser"
    r"|(?:user|mailbox|account|address|recipient)\b.{0,60}\b(?:does not|doesn't|doesn’t) exist"
    r"|(?:user|mailbox|recipient|account|address)\b.{0,20}\bnot found|recip(?:ient)?notfound"
    r"|invalid (?:recipient|mailbox)|not a valid (?:recipient|mailbox|user)"
    r"|(?:account|mailbox|user|address)\b.{0,30}\b(?:is|been) (?:disabled|deactivated|inactive)"
    r"|no mailbox here|unrouteable address|domain (?:name )?not found"
    # Exchange Online turns unknown people away at its edge with these words and code 5.4.1.
    r"|5\.4\.1\b.{0,40}recipient address rejected: access denied",
    re.IGNORECASE | re.DOTALL,
)
_OURS = ("5.1.7", "5.1.8")
_SENDER = re.compile(r"sender address|sender domain|sender rejected", re.IGNORECASE)
_POLICY = re.compile(
    r"spam|black ?list|block ?list|\bblocked\b|dnsbl|dmarc|\bspf\b|\bdkim\b|reputation|\bpolicy\b"
    r"|relay|grey ?list|rate limit|too many|quota|mailbox (?:is )?full|over ?quota|virus|banned"
    r"|authenticat|\bsender\b",
    re.IGNORECASE,
)


def status_in(words: str) -> str:
    """Return the first enhanced status code in ``words``, such as 5.1.1; empty without one."""
    found = _ENHANCED.search(words)
    return ".".join(found.groups()) if found else ""


def kind_of_refusal(
    words: str,
    *,
    status: str = "",
    is_final: bool | None = None,
    otherwise: Kind = Kind.UNDELIVERED,
) -> Kind:
    """Say what a server's ``words`` mean: HARD_BOUNCE, UNDELIVERED or SOFT_BOUNCE.

    ``status`` is the enhanced code where it is known apart from the words. ``is_final``: whether
    whoever reports has given up; where nobody says, the code's first digit does. ``otherwise`` is
    the answer when neither words nor code decide.

    1. Not final: SOFT_BOUNCE.
    2. 4.x.x, 5.7.x and what is said of our own address: never about theirs.
    3. Words that name an unknown person or domain: HARD_BOUNCE.
    4. Words about policy, quota or the sender: UNDELIVERED.
    5. Else the code decides, if there is one.
    """
    status = status_in(status) or status_in(words)
    words = _ADDRESSES.sub(" ", words[:_READ])
    if is_final is None:
        is_final = _first_digit(status, words) != "4"
    if not is_final:
        return Kind.SOFT_BOUNCE
    if status.startswith(("4.", "5.7.", *_OURS)) or _SENDER.search(words):
        return Kind.UNDELIVERED
    if _UNKNOWN.search(words):
        return Kind.HARD_BOUNCE
    if _POLICY.search(words):
        return Kind.UNDELIVERED
    if not status or status.startswith("5.0."):
        return otherwise
    is_about_it = status.removeprefix("5.") in _ABOUT_THE_ADDRESS
    return Kind.HARD_BOUNCE if is_about_it else Kind.UNDELIVERED


def _first_digit(status: str, words: str) -> str:
    if status:
        return status[0]
    found = _BASIC.search(words)
    return found[1] if found else ""
