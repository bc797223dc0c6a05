"""What the inbox says about time and about what happened, in the active language.

Pure: no database, no clock; the moment is an argument.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alerts.clocks import Calendar, business_time_between
from staff.wording import day, deadline

_LONG_AGO = timedelta(days=60)  # counting working days beyond this tells nobody more
_FAR = timedelta(days=7)  # from here on a date says more than a number of days


def clock_in_words(
    due: datetime, now: datetime, *, is_closed: bool = False, calendar: Calendar | None = None
) -> str:
    """Return how long is left or how late it is: ``nog 3 uur``, ``1 dag te laat``.

    Rounded down, so that it never promises more time than there is; a deadline a week or more
    away is a date, and a closed alert has no clock. With a ``calendar`` another day is told in
    working time, as the clock runs: on Friday at 16:00 a deadline of Monday 11:00 is ``nog 3
    werkuren``, and on Monday at 9:30 one of Friday 17:00 is ``30 minuten te laat``.
    """
    if is_closed:
        return _("closed")
    if calendar is not None and _is_near(due, now, calendar):
        return _in_working_time(due, now, calendar)
    if due - now >= _FAR:
        return _("before %(day)s") % {
            "day": day(timezone.localtime(due).date(), today=timezone.localdate(now))
        }
    return _late_in_words(now - due) if due < now else _left_in_words(due - now)


def _is_near(due: datetime, now: datetime, calendar: Calendar) -> bool:
    """Tell whether working time says more than the clock on the wall: another day, not far off."""
    is_today = due.astimezone(calendar.zone).date() == now.astimezone(calendar.zone).date()
    return not is_today and due - now < _FAR and now - due < _LONG_AGO


def _in_working_time(due: datetime, now: datetime, calendar: Calendar) -> str:
    is_late = due < now
    ends = (due, now) if is_late else (now, due)
    length = business_time_between(*ends, calendar)
    minutes = int(length.total_seconds() // 60)
    days = length // calendar.length_of_day
    if days:
        if is_late:
            words = ngettext("%(count)s working day late", "%(count)s working days late", days)
        else:
            words = ngettext("%(count)s working day left", "%(count)s working days left", days)
        return words % {"count": days}
    if minutes < 60:
        return _late_in_words(length) if is_late else _left_in_words(length)
    hours = minutes // 60
    if is_late:
        words = ngettext("%(count)s working hour late", "%(count)s working hours late", hours)
    else:
        words = ngettext("%(count)s working hour left", "%(count)s working hours left", hours)
    return words % {"count": hours}


def _left_in_words(left: timedelta) -> str:
    minutes = int(left.total_seconds() // 60)
    if minutes >= 24 * 60:
        days = minutes // (24 * 60)
        return ngettext("%(count)s day left", "%(count)s days left", days) % {"count": days}
    if minutes >= 60:
        hours = minutes // 60
        return ngettext("%(count)s hour left", "%(count)s hours left", hours) % {"count": hours}
    return ngettext("%(count)s minute left", "%(count)s minutes left", minutes) % {"count": minutes}


def _late_in_words(late: timedelta) -> str:
    minutes = max(int(late.total_seconds() // 60), 1)
    if minutes >= 24 * 60:
        days = minutes // (24 * 60)
        return ngettext("%(count)s day late", "%(count)s days late", days) % {"count": days}
    if minutes >= 60:
        hours = minutes // 60
        return ngettext("%(count)s hour late", "%(count)s hours late", hours) % {"count": hours}
    return ngettext("%(count)s minute late", "%(count)s minutes late", minutes) % {"count": minutes}


def received_in_words(at: datetime, now: datetime) -> str:
    """Return ``Binnengekomen vandaag om 14:02.`` or ``Binnengekomen op 12 nov. om 14:02.``"""
    local, today = timezone.localtime(at), timezone.localdate(now)
    if local.date() == today:
        return _("Received today at %(time)s.") % {"time": f"{local:%H:%M}"}
    return _("Received on %(day)s at %(time)s.") % {
        "day": day(local.date(), today=today),
        "time": f"{local:%H:%M}",
    }


def closed_in_words(at: datetime, now: datetime) -> str:
    """Return what follows ``Afgesloten``: ``om 19:48``, ``op 12 nov. om 19:48``."""
    local, today = timezone.localtime(at), timezone.localdate(now)
    if local.date() == today:
        return _("at %(time)s") % {"time": f"{local:%H:%M}"}
    return _("on %(day)s at %(time)s") % {
        "day": day(local.date(), today=today),
        "time": f"{local:%H:%M}",
    }


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """One thing to do and before when."""

    action: str
    before: str
    is_late: bool


def deadlines_in_words(
    *,
    is_negative: bool,
    is_taken_up: bool,
    is_spoken: bool = False,
    first_by: datetime,
    second_by: datetime,
    now: datetime,
) -> list[Deadline]:
    """Return what is still to be done before when (PRODUCT, from close to follow-up, 6).

    A – is taken up, then spoken to; a + is thanked, then asked. Once an alert is taken up only
    the second is left, and of a – that was spoken to neither: what is next is its next step.
    """
    if is_negative and is_spoken:
        return []
    first = _("take up") if is_negative else _("thank")
    second = _("speak") if is_negative else _("ask for something")
    steps = [(second, second_by)] if is_taken_up else [(first, first_by), (second, second_by)]
    return [
        Deadline(action=action, before=deadline(by, now=now), is_late=by < now)
        for action, by in steps
    ]


def list_in_words(names: list[str]) -> str:
    """Return ``u``, ``u en Joost`` or ``u, Joost en Karim``."""
    if len(names) < 2:
        return "".join(names)
    return _("%(names)s and %(last)s") % {"names": ", ".join(names[:-1]), "last": names[-1]}
