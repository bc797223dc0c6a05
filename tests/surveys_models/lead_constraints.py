"""The two cases of each constraint on leads."""

from datetime import UTC, date, datetime

from alerts.models import Lead
from tests.factories import make_response

NOW = datetime(2026, 11, 20, 14, 2, tzinfo=UTC)
DAY = date(2026, 11, 24)
WON = {"stage": "won", "closed_at": NOW, "value": 1}
LOST = {"stage": "lost", "closed_at": NOW, "lost_reason": "Geen budget"}


def make(**fields):
    return lambda: Lead.objects.create(response=make_response(interest="yes"), **fields)


CASES = {
    "lead_closed_has_moment": (make(**{**WON, "closed_at": None}), make(**WON)),
    "lead_value_not_negative": (make(value="-0.01"), make(value=0)),
    "lead_won_has_value": (make(**{**WON, "value": None}), make(**WON)),
    "lead_lost_has_reason": (make(**{**LOST, "lost_reason": ""}), make(**LOST)),
    "lead_next_step_has_day": (
        make(next_step="Offerte sturen"),
        make(next_step="Offerte sturen", next_step_on=DAY),
    ),
    "lead_closed_waits_for_nothing": (make(**WON, next_step_on=DAY), make(next_step_on=DAY)),
}
