"""Until when a new alert has to be acted on: the terms in force, in the hours of a division."""

from datetime import datetime

from alerts.clocks import Calendar, Clock, Terms, clocks_for
from alerts.escalation import TermsVersion
from staff.remembered import Remembered
from staff.working_hours import Hours, hours_in_force
from surveys.models import Group


def calendar_of(hours: Hours) -> Calendar:
    """Return the calendar by which clocks run in a division with these ``hours``."""
    return Calendar(
        zone=hours.time_zone,
        opens=hours.opens,
        closes=hours.closes,
        weekdays=hours.weekdays,
        is_holiday=hours.is_day_off,
    )


def firm_calendar() -> Calendar:
    """Return when the firm as a whole works."""
    return calendar_of(hours_in_force().firm)


def current_terms() -> Terms:
    """Return how long each step may take now; PRODUCT's own terms where none were set."""
    version = TermsVersion.objects.first()
    return Terms() if version is None else version.terms


# The terms of a new alert. The page on which somebody sets them asks ``current_terms``.
terms_in_force = Remembered(current_terms, rows=(TermsVersion,))


def clocks_of_alert(*, group: str, start: datetime, division_id: int | None) -> tuple[Clock, Clock]:
    """Return both clocks of an alert raised at ``start`` for an owner in a division."""
    return clocks_for(
        is_negative=group == Group.NEGATIVE,
        start=start,
        calendar=calendar_of(hours_in_force().of(division_id)),
        terms=terms_in_force(),
    )
