"""The three ledgers that must agree, and the two that are written to disk as it happens.

What was thanked: written by the visitors. What is stored: read from the database afterwards. What
the mail server took: written by the server. None is made from another.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Thanked:
    """One answer whose visitor was led to the thank-you page."""

    invitation: int
    is_alerting: bool  # a + or a –


@dataclass(frozen=True, kw_only=True)
class Response:
    """One stored answer, with the alerts that it raised."""

    pk: int
    invitation: int
    alerts: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One stored alert mail, with how often its ledger says that it perhaps arrived."""

    alert: int
    message_id: str
    recipient: str
    digest: str
    state: str
    is_repeated: bool = False
    uncertain: int = 0


@dataclass(frozen=True, kw_only=True)
class Received:
    """One message that the server had complete and kept, whether or not it could say so."""

    message_id: str
    recipient: str
    digest: str
    at: float = 0.0
    is_replied: bool = True


@dataclass(frozen=True, kw_only=True)
class Ledgers:
    """What the checker compares."""

    thanked: list[Thanked] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)


class Written:
    """A ledger on disk: one line of JSON an entry, there before anybody is told of it."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")
        self._lock = Lock()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, entry: Any) -> None:
        with self._lock:
            self._file.write(json.dumps(asdict(entry)) + "\n")
            self._file.flush()
            self._count += 1

    def close(self) -> None:
        self._file.close()


def read(path: Path, kind: type[Any]) -> list[Any]:
    """Return the entries of a ledger on disk."""
    return [kind(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
