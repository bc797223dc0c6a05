"""The verbs of asking: invite, and record what was answered."""

from surveys.actions.answering import (
    Answers,
    Kind,
    Recorded,
    confirm_held,
    dismiss_held,
    hold_answer,
    record_response,
)
from surveys.actions.inviting import InvitationRun, send_invitations
from surveys.actions.judging import judge_again
from surveys.actions.opting_out import ask_again, stop_asking
from surveys.actions.reminding import cancel_reminders, send_reminders
from surveys.actions.reopening import reopen, undo_reopening
from surveys.actions.wishing import ask_for_call, give_consents, withdraw_call, withdraw_consent

__all__ = [
    "Answers",
    "InvitationRun",
    "Kind",
    "Recorded",
    "ask_again",
    "ask_for_call",
    "cancel_reminders",
    "confirm_held",
    "dismiss_held",
    "give_consents",
    "hold_answer",
    "judge_again",
    "record_response",
    "reopen",
    "send_invitations",
    "send_reminders",
    "stop_asking",
    "undo_reopening",
    "withdraw_call",
    "withdraw_consent",
]
