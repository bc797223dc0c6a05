"""A clock that can be stepped while processes run: an offset in a file, added to ``timezone.now``.

The product reads the time from that one place; Celery's own timers go on as they were.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

VARIABLE = "FAULTS_CLOCK"


def install() -> None:
    """Let this process read the stepped clock. Before any model is imported: defaults keep it."""
    path = Path(os.environ[VARIABLE])
    honest = timezone.now

    def now() -> datetime:
        return honest() + timedelta(seconds=float(path.read_text(encoding="ascii") or 0))

    timezone.now = now


def step(path: Path, seconds: float) -> None:
    """Set the clock of every process ``seconds`` off; at once for all of them."""
    fresh = path.with_suffix(".fresh")
    fresh.write_text(str(seconds), encoding="ascii")
    fresh.replace(path)
