"""What every transport promises."""

from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

from outbox.models import Delivery


class TemporaryError(Exception):
    """Try again later. ``is_everything``: the whole transport is down, not this one message."""

    def __init__(self, detail: str, *, phase: str, is_everything: bool = False) -> None:
        super().__init__(detail)
        self.phase = phase
        self.is_everything = is_everything


class PermanentError(Exception):
    """The receiver refuses this message for good."""

    def __init__(self, detail: str, *, phase: str) -> None:
        super().__init__(detail)
        self.phase = phase


class LeaseLostError(Exception):
    """Getting as far as sending took so long that another worker may hold the message by now."""


class Transport(Protocol):
    """A way out; a context in which several deliveries can share one connection."""

    name: str

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def send(self, delivery: Delivery, *, renew: Callable[[], bool]) -> tuple[str, str]:
        """Hand over the frozen message; return the phase reached and the receiver's reply.

        ``renew`` is asked right before the bytes go out: False means that the lease was lost and
        nothing may be sent. Raises TemporaryError, PermanentError or LeaseLostError.
        """
        ...
