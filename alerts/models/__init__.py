"""Act: one alert for every + and every –, and the ledger of what was done about it."""

from alerts.models.alerts import Alert, AlertQuerySet
from alerts.models.ledger import AlertEvent, EventKind, Notification
from alerts.models.states import OUTCOMES, Outcome, RootCause, State

__all__ = [
    "OUTCOMES",
    "Alert",
    "AlertEvent",
    "AlertQuerySet",
    "EventKind",
    "Notification",
    "Outcome",
    "RootCause",
    "State",
]
