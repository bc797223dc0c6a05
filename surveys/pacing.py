"""When mails leave that nobody waits for: so many a minute, until the office closes. Pure."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from itertools import islice, repeat

OPENS, CLOSES = time(9), time(17)  # wall times of the firm
# The automatic runs of every office hour begin at these minutes: reminders half an hour later, so
# that they take their turn behind the invitations.
INVITES_AT, REMINDS_AT = 15, 45
_MINUTE = timedelta(minutes=1)


def spread(n: int, start: datetime, per_minute: int) -> list[datetime]:
    """Return ``n`` moments from ``start`` on, at most ``per_minute`` a minute (0: no limit)."""
    return list(islice(moments(start, per_minute), n))


def moments(start: datetime, per_minute: int, until: datetime | None = None) -> Iterator[datetime]:
    """Yield one moment a mail: the first at ``start``, evenly, all before ``until``.

    ``per_minute`` 0 yields ``start`` again and again. Each moment is reckoned from ``start``, so
    that no rounding adds up, and rounded up, so that no minute ever holds one too many.
    """
    if until is not None and start >= until:
        return
    if per_minute <= 0:
        yield from repeat(start)
    number = 0
    while until is None or _after(start, number, per_minute) < until:
        yield _after(start, number, per_minute)
        number += 1


def _after(start: datetime, number: int, per_minute: int) -> datetime:
    whole, rest = divmod(number, per_minute)
    microseconds = -(-rest * 60_000_000 // per_minute)
    return start + whole * _MINUTE + timedelta(microseconds=microseconds)
