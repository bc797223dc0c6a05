"""What a package above knows of asks: which + alerts are still to be asked, and which come back.

``alerts`` knows nothing of asks: whoever keeps them registers a ledger when its app is ready, as
with ``panels``. Without one every open + is to be asked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

Keys = Callable[[], QuerySet[Any]]


@dataclass(frozen=True, kw_only=True)
class AskLedger:
    """``asked`` returns the keys of the alerts from which something was asked; ``again`` when those
    may be asked again whose answer was "later", and of which nothing was asked since, by alert:
    from the first day on, up to and including the second (None: from the beginning)."""

    asked: Keys
    again: Callable[[date | None, date], dict[int, date]]


_LEDGERS: list[AskLedger] = []


def register(ledger: AskLedger) -> None:
    """Let the tab "to ask" and the digest listen to ``ledger``; a second time changes nothing."""
    if ledger not in _LEDGERS:
        _LEDGERS.append(ledger)


def comes_back(first: date | None, last: date) -> dict[int, date]:
    """Return the alerts to ask again from ``first`` to ``last``, each with its day."""
    found: dict[int, date] = {}
    for ledger in _LEDGERS:
        found |= ledger.again(first, last)
    return found


def not_asked() -> Q:
    """Return the condition on alerts from which nothing was asked yet."""
    condition = Q()
    for ledger in _LEDGERS:
        condition &= ~Q(pk__in=ledger.asked())
    return condition
