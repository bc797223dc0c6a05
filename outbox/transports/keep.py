"""No mail server is set: the message stays here, and administrators read it at /outbox/."""

from collections.abc import Callable

from outbox.models import KEPT, Delivery
from outbox.transports.base import WithoutConnection


class KeepTransport(WithoutConnection):
    """Hands nothing over. The delivery counts as sent at the moment it could have left."""

    name = circuit = KEPT

    def send(
        self, delivery: Delivery, *, renew: Callable[[], bool], mark: Callable[[], bool]
    ) -> tuple[str, str]:
        """See Transport."""
        return KEPT, ""
