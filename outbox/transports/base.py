"""What every transport promises."""

from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from outbox.circuit import Reason
from outbox.models import Delivery


class TransportError(Exception):
    """A message was not handed over; ``phase`` says how far it came."""

    def __init__(self, detail: str, *, phase: str) -> None:
        super().__init__(detail)
        self.phase = phase


class TemporaryError(TransportError):
    """Try again later. ``is_everything``: the whole transport is down, not this one message.

    ``not_before``: the receiver asked us to wait until then.
    """

    def __init__(
        self,
        detail: str,
        *,
        phase: str,
        is_everything: bool = False,
        not_before: datetime | None = None,
    ) -> None:
        super().__init__(detail, phase=phase)
        self.is_everything = is_everything
        self.not_before = not_before


class PermanentError(TransportError):
    """The receiver refuses this message for good."""


class RefusesAllError(TransportError):
    """The receiver accepts nothing from us, whatever the message, until somebody repairs it."""

    def __init__(self, detail: str, *, phase: str, reason: Reason) -> None:
        super().__init__(detail, phase=phase)
        self.reason = reason


class PolicyError(TransportError):
    """A rule of the receiver forbids it; one refusal does not tell whether it is about us all.

    ``is_relay``: in words that are about us, so that it never is the recipient's fault.
    """

    def __init__(
        self, detail: str, *, phase: str, is_relay: bool, reason: Reason = Reason.RELAY
    ) -> None:
        super().__init__(detail, phase=phase)
        self.is_relay = is_relay
        self.reason = reason


class UncertainError(TransportError):
    """The message was completed, and the receiver's reply is missing: it may have arrived."""


class LeaseLostError(Exception):
    """Another worker may hold the message by now, or it was withdrawn: it was not completed."""


class Transport(Protocol):
    """A way out; a context in which several deliveries can share one connection."""

    name: str
    circuit: str  # which one it opens when the receiver refuses all of us

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def send(
        self, delivery: Delivery, *, renew: Callable[[], bool], mark: Callable[[], bool]
    ) -> tuple[str, str]:
        """Hand over the frozen message; return the phase reached and the receiver's reply.

        ``renew`` is asked before the bytes go out, ``mark`` right before what completes the
        message: False means that it must not be completed. Raises a TransportError or
        LeaseLostError; UncertainError only after ``mark``.
        """
        ...


class WithoutConnection:
    """A transport that holds nothing open between two deliveries: a context of no consequence."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None
