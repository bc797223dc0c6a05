"""Working hours and terms as sentences with an example, in the active language."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from alerts.clocks import Terms, hours_clock
from alerts.timing import calendar_of
from staff.hours import Closing
from staff.models import Division
from staff.working_hours import Hours, WorkingHours

_FRIDAY = 4
_EXAMPLE_AT = time(16, 40)


@dataclass(frozen=True, kw_only=True)
class Workplace:
    """The firm, or one of its divisions, with its hours in words and what it inherits."""

    division: Division | None
    hours: str
    example: str
    closings: list[Closing]


def workplaces(terms: Terms, *, today: date) -> list[Workplace]:
    """Return the firm and then each division, in a fixed number of queries."""
    working = WorkingHours()
    closings: dict[int | None, list[Closing]] = {}
    for closing in Closing.objects.filter(last_on__gte=today):
        closings.setdefault(closing.division_id, []).append(closing)
    everybody: list[Division | None] = [None, *Division.objects.all()]
    places = []
    for division in everybody:
        pk = None if division is None else division.pk
        hours = working.of(pk)
        places.append(
            Workplace(
                division=division,
                hours=hours_in_words(hours),
                example=example_in_words(terms, hours, today=today),
                closings=closings.get(pk, []),
            )
        )
    return places


def hours_in_words(hours: Hours) -> str:
    """Return ``maandag t/m vrijdag, 09:00–17:00``, with the zone when it is another one."""
    days = sorted(hours.weekdays)
    if len(days) > 1 and days == list(range(days[0], days[-1] + 1)):
        span = _("%(first)s to %(last)s") % {
            "first": WEEKDAYS[days[0]],
            "last": WEEKDAYS[days[-1]],
        }
    else:
        span = ", ".join(str(WEEKDAYS[day]) for day in days)
    text = f"{span}, {hours.opens:%H:%M}–{hours.closes:%H:%M}"
    return f"{text} ({hours.zone})" if hours.zone else text


def example_in_words(terms: Terms, hours: Hours, *, today: date) -> str:
    """Return until when a – of next Friday 16:40 is taken up, as the clock itself says.

    >>> Een – op vrijdag 16:40: oppakken vóór maandag 12:40.
    """
    calendar = calendar_of(hours)
    friday = today + timedelta(days=(_FRIDAY - today.weekday()) % 7)
    start = datetime.combine(friday, _EXAMPLE_AT, tzinfo=calendar.zone)
    due = hours_clock(start, terms.acknowledge_hours, calendar).due_at
    if due.date() >= friday + timedelta(days=7):
        before = f"{due.day}-{due.month} {due:%H:%M}"
    else:
        before = f"{WEEKDAYS[due.weekday()]} {due:%H:%M}"
    return _("An answer – on %(day)s at %(time)s: take up before %(before)s.") % {
        "day": WEEKDAYS[_FRIDAY],
        "time": f"{_EXAMPLE_AT:%H:%M}",
        "before": before,
    }
