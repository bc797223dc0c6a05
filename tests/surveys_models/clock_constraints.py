"""The two cases of each constraint on clocks, terms, working hours and absence."""

import uuid
from datetime import UTC, date, datetime, time, timedelta

from alerts.escalation import AlertClock, EscalationStep, TermsVersion
from alerts.models import Alert
from outbox.models import Delivery
from staff.absence import Absence
from staff.hours import Closing, OpeningHours
from tests.factories import make_division, make_response, make_user

NOW = datetime(2026, 11, 20, 14, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = date(2026, 11, 20)


def make_alert():
    times = dict.fromkeys(("acknowledge_by", "speak_by", "due_at"), NOW)
    return Alert.objects.create(response=make_response(), group="negative", **times)


def make_clock(*, alert=None, **fields):
    times = {"starts_at": NOW, "half_at": NOW, "due_at": NOW, "twice_at": NOW}
    fields = {"kind": "first", "next_step": "nudge", "next_step_at": NOW, **times, **fields}
    return AlertClock.objects.create(alert=alert or make_alert(), **fields)


def two_clocks(kind):
    first = make_clock()
    make_clock(alert=first.alert, kind=kind)


def make_step(*, clock=None, **fields):
    return EscalationStep.objects.create(clock=clock or make_clock(), **{"kind": "nudge", **fields})


def two_steps(kind):
    first = make_step()
    make_step(clock=first.clock, kind=kind)


def skipped_with_mail(*, is_skipped):
    number = uuid.uuid4().hex
    delivery = Delivery.objects.create(
        dedupe_key=number,
        message_id=f"<{number}@b.example>",
        digest="0" * 64,
        lane=10,
        recipient_address="a@b.example",
        subject="s",
    )
    make_step(is_skipped=is_skipped, delivery=delivery)


def hours_of(*divisions):
    for division in divisions:
        OpeningHours.objects.create(division=division)


def make_absence(**fields):
    user = make_user()
    fields = {"stand_in": make_user(), "first_on": DAY, "last_on": DAY, **fields}
    return Absence.objects.create(user=user, recorded_by=user, **fields)


def stands_in(*, for_oneself):
    user = make_user()
    stand_in = user if for_oneself else make_user()
    Absence.objects.create(
        user=user, stand_in=stand_in, recorded_by=user, first_on=DAY, last_on=DAY
    )


CASES = {
    "opening_hours_once_each": (
        lambda: hours_of(None, None),
        lambda: hours_of(None, make_division()),
    ),
    "opening_hours_open_before_close": (
        lambda: OpeningHours.objects.create(opens=time(17), closes=time(9)),
        lambda: OpeningHours.objects.create(opens=time(9), closes=time(17)),
    ),
    "closing_ends_after_it_begins": (
        lambda: Closing.objects.create(name="a", first_on=DAY, last_on=DAY - timedelta(days=1)),
        lambda: Closing.objects.create(name="a", first_on=DAY, last_on=DAY),
    ),
    "absence_ends_after_it_begins": (
        lambda: make_absence(last_on=DAY - timedelta(days=1)),
        lambda: make_absence(last_on=DAY),
    ),
    "absence_stand_in_is_somebody_else": (
        lambda: stands_in(for_oneself=True),
        lambda: stands_in(for_oneself=False),
    ),
    "terms_leave_time": (
        lambda: TermsVersion.objects.create(set_by=make_user(), speak_days=0),
        lambda: TermsVersion.objects.create(set_by=make_user(), speak_days=1),
    ),
    "alert_clock_once_per_kind": (lambda: two_clocks("first"), lambda: two_clocks("second")),
    "alert_clock_runs_forward": (
        lambda: make_clock(half_at=NOW + HOUR),
        lambda: make_clock(twice_at=NOW + HOUR),
    ),
    "alert_clock_waits_for_a_step": (
        lambda: make_clock(next_step=""),
        lambda: make_clock(next_step="", next_step_at=None),
    ),
    "escalation_step_once": (lambda: two_steps("nudge"), lambda: two_steps("supervisor")),
    "escalation_step_skipped_is_silent": (
        lambda: skipped_with_mail(is_skipped=True),
        lambda: skipped_with_mail(is_skipped=False),
    ),
}
