"""Where an alert can stand, what came of it and why a client became negative.

```
            take up               speak                 wait
  new ───────────────→ acknowledged ──→ contacted ←───────────→ waiting
   │     try ↗              │  ↺ try        │ ↺ try   speak        │ ↺ try
   │                        │               │                      │
   └────────────── close ───┴───────────────┴──────────────────────┘
                              │
                              ↓        reopen                take up, try
                           closed ──────────────→ reopened ─────────────→ acknowledged
```

Speaking, waiting and closing are possible from every state that is not closed, so whoever phones at
once need not take the alert up first: those moves take it up. Trying without reaching anybody takes
an alert up and else leaves it where it stands. ``MOVES`` is this drawing as a table. A note, a
hand-over to a colleague and a snooze change no state: who owns an alert and until when it sleeps
stand beside it, and it wakes by the clock alone.

Every change raises ``Alert.version`` and adds one ``AlertEvent`` with its actor and moment; the
events replay to the row (tests/alerts/test_lifecycle.py).
"""

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from surveys.models import Group


class State(models.TextChoices):
    """Where an alert stands."""

    NEW = "new", _("new")
    ACKNOWLEDGED = "acknowledged", _("taken up")
    CONTACTED = "contacted", _("spoken")
    WAITING = "waiting", _("waiting for the client")
    CLOSED = "closed", _("closed")
    REOPENED = "reopened", _("reopened")


class Move(StrEnum):
    """What changes where an alert stands."""

    TAKE_UP = "take up"
    TRY = "try"  # a contact that reached nobody
    SPEAK = "speak"
    WAIT = "wait"  # after a contact it is the client's turn
    CLOSE = "close"
    REOPEN = "reopen"


# Nobody has taken these up, so they wait for whoever comes first.
UNTOUCHED = (State.NEW, State.REOPENED)
_OPEN = (State.NEW, State.ACKNOWLEDGED, State.CONTACTED, State.WAITING, State.REOPENED)
MOVES: dict[Move, dict[State, State]] = {
    Move.TAKE_UP: dict.fromkeys(UNTOUCHED, State.ACKNOWLEDGED),
    Move.TRY: {
        State.NEW: State.ACKNOWLEDGED,
        State.REOPENED: State.ACKNOWLEDGED,
        State.ACKNOWLEDGED: State.ACKNOWLEDGED,
        State.CONTACTED: State.CONTACTED,
        State.WAITING: State.WAITING,
    },
    Move.SPEAK: dict.fromkeys(_OPEN, State.CONTACTED),
    Move.WAIT: dict.fromkeys(_OPEN, State.WAITING),
    Move.CLOSE: dict.fromkeys(_OPEN, State.CLOSED),
    Move.REOPEN: {State.CLOSED: State.REOPENED},
}


class ContactKind(models.TextChoices):
    """How the client was contacted, or tried."""

    SPOKE = "spoke", _("Spoke by telephone")
    NO_ANSWER = "no_answer", _("Called, no answer")
    CALLED = "called", _("Called, left a message")
    MAILED = "mailed", _("Mailed")
    VISITED = "visited", _("Visited")


REACHED = (ContactKind.SPOKE, ContactKind.VISITED)  # the client was spoken to


class Outcome(models.TextChoices):
    """What came of an alert (PRODUCT, from close to follow-up, 7)."""

    # for –
    RECOVERED = "recovered", _("Solved, in our view")
    PARTLY = "partly", _("Partly solved")
    NOT_RECOVERABLE = "not_recoverable", _("Cannot be solved")
    MISUNDERSTANDING = "misunderstanding", _("Misunderstanding")
    NOT_OURS = "not_ours", _("Not caused by us")
    # for +
    THANKED = "thanked", _("Thanked")
    ASKED = "asked", _("Thanked, and asked for something")
    LATER = "later", _("Thanked, will ask later")
    DECLINED = "declined", _("Thanked, does not want to be asked")
    NO_CONTACT = "no_contact", _("Could not be reached")


def outcome_label(outcome: str, *, is_confirmed: bool) -> str:
    """Return ``outcome`` in the active language; ``is_confirmed``: the client says so too."""
    if is_confirmed and outcome == Outcome.RECOVERED:
        return gettext("Solved, the client confirms")
    return str(Outcome(outcome).label) if outcome in Outcome.values else ""


OUTCOMES: dict[str, tuple[Outcome, ...]] = {
    Group.NEGATIVE: (
        Outcome.RECOVERED,
        Outcome.PARTLY,
        Outcome.NOT_RECOVERABLE,
        Outcome.MISUNDERSTANDING,
        Outcome.NOT_OURS,
        Outcome.NO_CONTACT,
    ),
    Group.POSITIVE: (
        Outcome.THANKED,
        Outcome.ASKED,
        Outcome.DECLINED,
        Outcome.LATER,
        Outcome.NO_CONTACT,
    ),
}


class RootCause(models.TextChoices):
    """Why a client became negative: the product's own list. The firm's is ``alerts.causes``."""

    QUALITY = "quality", _("Quality of the work")
    PLANNING = "planning", _("Planning or deadlines")
    COMMUNICATION = "communication", _("Communication")
    STAFFING = "staffing", _("Changes of people")
    COST = "cost", _("Costs or invoicing")
    EXPECTATIONS = "expectations", _("Expectations about the assignment")
    OTHER = "other", _("Something else")
