"""No mail server is set: the message stays here, and administrators read it at /outbox/."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from outbox.models import KEPT, Delivery


class KeepTransport:
    """Hands nothing over. The delivery counts as sent at the moment it could have left."""

    name = circuit = KEPT

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    def send(
        self, delivery: Delivery, *, renew: Callable[[], bool], mark: Callable[[], bool]
    ) -> tuple[str, str]:
        """See Transport."""
        return KEPT, ""
