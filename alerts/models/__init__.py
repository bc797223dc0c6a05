"""Act: one alert for every + and every –, and the ledger of what was done about it."""

from alerts.chat_models import ChatNotice, DivisionChat, OwnChatRule, PersonChat
from alerts.digest_models import DigestItem, DigestTime
from alerts.models.alerts import Alert, AlertQuerySet
from alerts.models.ledger import AlertEvent, EventKind, Notification
from alerts.models.states import OUTCOMES, Outcome, RootCause, State
from alerts.preferences import NewsRule, Preference

__all__ = [
    "OUTCOMES",
    "Alert",
    "AlertEvent",
    "AlertQuerySet",
    "ChatNotice",
    "DigestItem",
    "DigestTime",
    "DivisionChat",
    "EventKind",
    "NewsRule",
    "Notification",
    "Outcome",
    "OwnChatRule",
    "PersonChat",
    "Preference",
    "RootCause",
    "State",
]
