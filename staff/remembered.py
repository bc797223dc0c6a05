"""What the firm set and seldom changes, at no query in the steady state.

Each process keeps what it read for a few seconds. The process that saves forgets at once; others
follow when theirs runs out. For what must never be late, such as who is absent, ask the database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import monotonic
from typing import Any, ClassVar, Generic, TypeVar

from django.db import transaction
from django.db.models import Model
from django.db.models.signals import post_delete, post_save

Value = TypeVar("Value")

KEPT_FOR = 5.0  # seconds


class Remembered(Generic[Value]):
    """The answer of ``read``, asked again when it is old or one of ``rows`` was saved or deleted.

    Whoever changes rows in bulk, of which Django tells nobody, calls ``forget``. Call the object
    for the value; what ``read`` raises goes to the caller, and ``last`` holds what was known.
    """

    _all: ClassVar[list[Remembered[Any]]] = []

    def __init__(self, read: Callable[[], Value], *, rows: Iterable[type[Model]] = ()) -> None:
        self._read = read
        self._until, self._forgotten = 0.0, 0
        self.last: Value | None = None
        self._all.append(self)
        for model in rows:
            for signal in (post_save, post_delete):
                signal.connect(self._on_change, sender=model)

    def __call__(self) -> Value:
        """Return what the firm set, at most a few seconds old."""
        if self.last is not None and self.is_fresh:
            return self.last
        forgotten = self._forgotten
        value = self._read()
        if forgotten == self._forgotten:  # else somebody saved meanwhile: this may be the old one
            self.keep(value)
        return value

    @property
    def is_fresh(self) -> bool:
        """Whether the next call asks nothing of the database."""
        return monotonic() < self._until

    def keep(self, value: Value, *, seconds: float = KEPT_FOR) -> None:
        """Believe ``value`` for so long."""
        self.last, self._until = value, monotonic() + seconds

    def forget(self) -> None:
        """Read anew at the next occasion."""
        self._forgotten += 1
        self._until = 0.0

    def forget_with_commit(self) -> None:
        """Forget now and once the transaction is committed: whoever read in between read the
        old."""
        self.forget()
        transaction.on_commit(self.forget, robust=True)

    def _on_change(self, **kwargs: Any) -> None:
        self.forget_with_commit()

    @classmethod
    def forget_all(cls) -> None:
        """Forget whatever is remembered in this process."""
        for one in cls._all:
            one.forget()
