"""What an HTTP status of an endpoint is about: this message, or the endpoint (RFC 9110, 15).

Pure. As with mail: what is wrong with one message must not stop the others, and an endpoint that
lets nobody in must not make all that waits for it undeliverable.
"""

from enum import StrEnum


class Answer(StrEnum):
    """What a status means."""

    ACCEPTED = "accepted"
    LATER = "later"  # the endpoint cannot take anything just now
    NOBODY = "nobody"  # it takes nothing from us until somebody repairs the address
    NEVER = "never"  # not this message


_LATER = {408, 425, 429}
_NOBODY = {401, 402, 403, 404, 405, 407, 410}


def answer_of(status: int) -> Answer:
    """Return what ``status`` means. A redirect is followed nowhere: the address has changed."""
    if 200 <= status < 300:
        return Answer.ACCEPTED
    if status in _LATER or status >= 500:
        return Answer.LATER
    if status in _NOBODY or 300 <= status < 400:
        return Answer.NOBODY
    return Answer.NEVER
