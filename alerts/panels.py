"""What packages above this one show on the page of an alert.

``alerts`` knows nothing of them: whoever has something to show registers a function when its app is
ready. It gets the alert and who looks, and returns a template with its context, or None.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from alerts.models import Alert
from staff.models import User


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A part of the page: the template reads ``panel.context``."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)


Source = Callable[[Alert, User], Panel | None]
_SOURCES: list[Source] = []


def register(source: Source) -> None:
    """Let ``source`` show something with every alert; a second time changes nothing."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def panels_of(alert: Alert, user: User) -> list[Panel]:
    """Return what is shown with ``alert`` to ``user``, in the order of registration."""
    shown = (source(alert, user) for source in _SOURCES)
    return [panel for panel in shown if panel is not None]
