"""What other systems can be told: each kind of event, registered by the app that owns the fact.

The outbox knows none of them. An app registers its own when it is loaded, and publishes with
``outbox.publishing.publish``. Names and fields are a promise to whoever listens: fields are added,
never renamed or removed (docs/webhooks.md).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.functional import Promise

_NAME = re.compile(r"[a-z_]+(\.[a-z_]+)+")  # "hierarchical, full-stop delimited", says the spec


@dataclass(frozen=True, kw_only=True)
class EventType:
    """One kind of event.

    ``rows``: the rows of which each is one such fact, and ``at`` the field with its moment; by
    these what was missed is found again. ``data_of`` makes the payload's ``data`` of one row.
    ``own_words``: the fields of it that hold what a client wrote, which go only to endpoints that
    ask for them, and are null for the others. ``example`` is the ``data`` that the
    documentation shows.
    """

    name: str
    label: str | Promise
    meaning: str  # one English sentence, for docs/webhooks.md
    rows: Callable[[], QuerySet[Any]]
    at: str
    data_of: Callable[[Any], dict[str, Any]]
    example: Mapping[str, Any]
    own_words: tuple[str, ...] = ()

    def moment_of(self, row: Model) -> datetime:
        """Return when the fact of ``row`` happened."""
        moment: datetime = getattr(row, self.at)
        return moment


_registered: dict[str, EventType] = {}


def register(event_type: EventType) -> EventType:
    """Make ``event_type`` known; return it. Raises ValueError for a name that is taken or wrong."""
    if not _NAME.fullmatch(event_type.name):
        raise ValueError(f"{event_type.name}: write it as noun.verb, in small letters")
    if event_type.name in _registered:
        raise ValueError(f"{event_type.name} is registered already")
    _registered[event_type.name] = event_type
    return event_type


def event_types() -> list[EventType]:
    """Return all that are registered, those of one app together."""
    return list(_registered.values())


def event_type(name: str) -> EventType | None:
    """Return the one called ``name``; None when no app registers it (any more)."""
    return _registered.get(name)


def labels_of(names: Collection[str]) -> list[str]:
    """Return what administrators read for ``names``, in the active language.

    In the order of ``event_types``; behind these what no app registers any more, by its name.
    """
    known = [str(kind.label) for kind in event_types() if kind.name in names]
    return known + sorted(name for name in names if name not in _registered)
