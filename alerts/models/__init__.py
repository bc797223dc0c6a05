"""Act: one alert for every + and every –, and the ledger of what was done about it."""

from alerts.chat_models import ChatNotice, DivisionChat, OwnChatRule, PersonChat
from alerts.digest_models import DigestItem, DigestTime
from alerts.models.alerts import NEXT_STEP_MAX, REASON_MAX, Alert, AlertQuerySet
from alerts.models.causes import CAUSE_MAX, Cause, CauseName
from alerts.models.fixes import Fix, FixChange, FixState
from alerts.models.guides import GUIDE_MAX, CallGuide
from alerts.models.leads import (
    CLOSED_STAGES,
    OPEN_STAGES,
    Lead,
    LeadEvent,
    LeadEventKind,
    LeadQuerySet,
    Stage,
    StageTotal,
    is_lead,
    without_lead,
)
from alerts.models.ledger import AlertEvent, EventKind, Notification
from alerts.models.saved import VIEW_NAME_MAX, SavedView
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
    "CLOSED_STAGES",
    "GUIDE_MAX",
    "MOVES",
    "NEXT_STEP_MAX",
    "OPEN_STAGES",
    "OUTCOMES",
    "REACHED",
    "REASON_MAX",
    "UNTOUCHED",
    "VIEW_NAME_MAX",
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
    "Lead",
    "LeadEvent",
    "LeadEventKind",
    "LeadQuerySet",
    "Move",
    "NewsRule",
    "Notification",
    "Outcome",
    "OwnChatRule",
    "PersonChat",
    "Preference",
    "RootCause",
    "SavedView",
    "Stage",
    "StageTotal",
    "State",
    "is_lead",
    "without_lead",
]
