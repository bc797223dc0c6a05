"""Act: one alert for every + and every –, and the ledger of what was done about it."""

from alerts.chat_models import ChatNotice, DivisionChat, OwnChatRule, PersonChat
from alerts.digest_models import DigestItem, DigestTime
from alerts.models.alerts import NEXT_STEP_MAX, REASON_MAX, Alert, AlertQuerySet
from alerts.models.causes import CAUSE_MAX, Cause, CauseName
from alerts.models.fixes import Fix, FixChange, FixState
from alerts.models.guides import GUIDE_MAX, CallGuide
from alerts.models.ledger import AlertEvent, EventKind, Notification
from alerts.models.saved import SavedView
from alerts.models.states import (
    MOVES,
    OUTCOMES,
    REACHED,
    UNTOUCHED,
    ContactKind,
    Move,
    Outcome,
    RootCause,
    State,
)
from alerts.preferences import NewsRule, Preference

__all__ = [
    "CAUSE_MAX",
    "GUIDE_MAX",
    "MOVES",
    "NEXT_STEP_MAX",
    "OUTCOMES",
    "REACHED",
    "REASON_MAX",
    "UNTOUCHED",
    "Alert",
    "AlertEvent",
    "AlertQuerySet",
    "CallGuide",
    "Cause",
    "CauseName",
    "ChatNotice",
    "ContactKind",
    "DigestItem",
    "DigestTime",
    "DivisionChat",
    "EventKind",
    "Fix",
    "FixChange",
    "FixState",
    "Move",
    "NewsRule",
    "Notification",
    "Outcome",
    "OwnChatRule",
    "PersonChat",
    "Preference",
    "RootCause",
    "SavedView",
    "State",
]
