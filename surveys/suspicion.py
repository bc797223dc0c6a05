"""The signs of an automatic answer, and which of them together put an answer on hold.

Mail scanners open every link, run scripts, press buttons and post forms. What they post elsewhere
had empty comments and came seconds after delivery (DESIGN, facts). No single habit of a scanner is
foreign to people: somebody in a hurry writes nothing, somebody at the keyboard is fast, an office
shares one address. So one sign is never enough, except a field that nobody can see; and whoever
wrote a comment is a person.

Pure: no Django, no database, no clock of its own.
"""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Sign(StrEnum):
    """One thing that scanners do and people seldom."""

    # A field off the screen, out of the tab order and labelled "leave empty" is filled in.
    # Programs that fill in whatever a form has do so (DESIGN, access: hidden-field checks).
    TRAP = "trap"
    # Sent sooner after the page was made than anybody reads four questions (DESIGN, access: speed).
    FAST = "fast"
    # The page's own time is missing or not signed by us. Also true of a tab that was opened before
    # the key was replaced, so this weighs least of all.
    NO_TIME = "no_time"
    # Sent within seconds after a mail with this link was handed over: scanners work on arrival,
    # a person has yet to see the mail (DESIGN, facts).
    AT_DELIVERY = "at_delivery"
    # Several people answered without a comment from one address within a minute: the scanner of
    # an organisation meets the mails of all its people at once.
    BURST = "burst"
    # No comment: so was every junk row elsewhere, and so are many answers of people.
    NO_COMMENT = "no_comment"


# Each row is enough. The time alone is never two signs: FAST and NO_TIME exclude one another, and
# NO_TIME beside AT_DELIVERY is also somebody's own program that answers by the link it was sent.
HELD: tuple[frozenset[Sign], ...] = (
    frozenset({Sign.TRAP}),
    frozenset({Sign.NO_COMMENT, Sign.FAST, Sign.AT_DELIVERY}),
    frozenset({Sign.NO_COMMENT, Sign.FAST, Sign.BURST}),
    frozenset({Sign.NO_COMMENT, Sign.AT_DELIVERY, Sign.BURST}),
    frozenset({Sign.NO_COMMENT, Sign.NO_TIME, Sign.BURST}),
)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Where a sign begins (settings)."""

    fast: timedelta
    after_mail: timedelta
    burst: int  # other invitations


@dataclass(frozen=True, kw_only=True)
class Observed:
    """What is known of one answer: when the page was made and the mail handed over, and the rest.

    ``seen_at`` is None when the page's time is missing or forged, ``mailed_at`` when no mail with
    this link left; ``others`` counts the other invitations of a possible burst.
    """

    at: datetime
    is_trapped: bool
    has_comment: bool
    seen_at: datetime | None
    mailed_at: datetime | None
    others: int


def signs_of(observed: Observed, limits: Limits) -> frozenset[Sign]:
    """Return every sign that one answer shows."""
    seen, mailed, at = observed.seen_at, observed.mailed_at, observed.at
    shown = {
        Sign.TRAP: observed.is_trapped,
        Sign.FAST: seen is not None and at - seen < limits.fast,
        Sign.NO_TIME: seen is None,
        Sign.AT_DELIVERY: mailed is not None and at - mailed < limits.after_mail,
        Sign.BURST: observed.others >= limits.burst,
        Sign.NO_COMMENT: not observed.has_comment,
    }
    return frozenset(sign for sign, is_shown in shown.items() if is_shown)


def is_automatic(signs: Set[Sign]) -> bool:
    """Tell whether ``signs`` together put an answer on hold."""
    return any(row <= signs for row in HELD)
