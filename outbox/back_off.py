"""How long a message waits before it is tried again."""

from datetime import timedelta

from outbox.durations import BACK_OFF, BACK_OFF_LATER


def back_off(attempts: int) -> timedelta:
    """Return how long to wait after the ``attempts``-th failed attempt (DESIGN, deliveries)."""
    index = max(attempts - 1, 0)
    return BACK_OFF[index] if index < len(BACK_OFF) else BACK_OFF_LATER
