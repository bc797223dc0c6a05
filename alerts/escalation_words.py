"""What the clocks did, for the course of an alert, in the active language."""

from typing import Any

from django.utils.translation import gettext as _

from alerts.escalation import ClockKind
from alerts.models import EventKind


def escalation_texts(data: dict[str, Any]) -> dict[EventKind, str]:
    """Return the line for each kind of event, with its ``data``."""
    name = str(data.get("name", "")) or _("nobody")
    is_first = data.get("clock") == ClockKind.FIRST
    late = _("Not taken up in time") if is_first else _("Not closed in time")
    left = str(data.get("left", ""))
    lost = _("%(name)s left: without owner") % {"name": left} if left else _("Without owner")
    return {
        EventKind.NUDGED: _("Half of the time is over: %(name)s reminded") % {"name": name},
        EventKind.NUDGE_SKIPPED: _("Reminder skipped: the deadline had passed already"),
        EventKind.SUPERVISOR_TOLD: _("%(late)s: %(name)s called in") % {"late": late, "name": name},
        EventKind.ABOVE_TOLD: _("%(late)s, twice the time is over: %(name)s called in")
        % {"late": late, "name": name},
        EventKind.OWNER_LOST: _("%(lost)s, %(name)s looks after it") % {"lost": lost, "name": name},
    }
