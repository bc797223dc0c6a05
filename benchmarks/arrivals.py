"""From a client's answer to the mail server's "250": which mail belongs to which answer."""

import time
from collections.abc import Mapping, Sequence

from alerts.models import Notification
from benchmarks import seed
from benchmarks.load import Fields, LoadError, Request, filled_in, send_all
from benchmarks.servers import Mailbox
from surveys.models import Link

MAX_P95, MAX_P99 = 2.0, 10.0  # seconds (DESIGN, budgets)
_MAILS = 2  # of one alert: the owner's and the supervisor's
_LOOKS_EVERY = 0.05  # seconds
DISSATISFIED: Fields = (
    ("satisfaction", "dissatisfied"),
    ("motivation", seed.COMMENT),
    ("recommendation", "no"),
    ("interest", "not_now"),
)


def open_pages(site: str, tokens: Sequence[str]) -> list[Request]:
    """Look at the page of each of ``tokens``; return the forms, filled in by unhappy clients."""
    addresses = [f"/s/{token}/" for token in tokens]
    seen, _seconds = send_all(site, [Request(path=path) for path in addresses], expected=200)
    return [
        Request(path=path, body=filled_in(page, DISSATISFIED))
        for path, page in zip(addresses, seen, strict=True)
    ]


def answer(
    site: str, tokens: Sequence[str], forms: Sequence[Request], *, per_second: float
) -> tuple[dict[int, float], list[float]]:
    """Send ``forms`` in their own time.

    Returns the moment (monotonic) at which each invitation was answered, and how long each
    visitor waited for the thank-you.
    """
    answers, _seconds = send_all(site, forms, expected=302, per_second=per_second)
    hashes = dict(Link.objects.values_list("token_hash", "invitation_id"))
    moments = {
        hashes[Link.hash_of(token)]: one.began for token, one in zip(tokens, answers, strict=True)
    }
    return moments, [one.seconds for one in answers]


def seconds_to_mail(
    mailbox: Mailbox, moments: Mapping[int, float], *, within: float
) -> list[float]:
    """Wait for both mails about each answer; return how long each took to be accepted.

    Raises LoadError when they have not all come ``within`` so many seconds.
    """
    told = list(
        Notification.objects.filter(alert__response__invitation__in=moments).values_list(
            "delivery__message_id", "alert__response__invitation"
        )
    )
    if len(told) != _MAILS * len(moments):
        raise LoadError(f"{len(moments)} answers were sent, {len(told)} mails were queued")
    deadline = time.monotonic() + within
    while missing := sum(message_id not in mailbox.arrived for message_id, _pk in told):
        if time.monotonic() > deadline:
            raise LoadError(f"{missing} of {len(told)} mails did not come within {within:.0f} s")
        time.sleep(_LOOKS_EVERY)
    return [mailbox.arrived[message_id] - moments[pk] for message_id, pk in told]
