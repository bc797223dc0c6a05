"""Which days the firm works, and from when to when: public holidays, hours, own closing days."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings
from holidays.countries.netherlands import Netherlands

from staff.hours import Closing, LiberationDay, OpeningHours
from staff.remembered import Remembered

_SATURDAY = 5
_MAY = 5


@lru_cache(maxsize=32)
def _holidays_of(year: int) -> dict[date, str]:
    return dict(Netherlands(years=year, language="en_US"))  # type: ignore[no-untyped-call]


def is_public_holiday(
    day: date,
    *,
    has_good_friday_off: bool = True,
    liberation_day: str = LiberationDay.LUSTRUM,
) -> bool:
    """Tell whether ``day`` is a Dutch public holiday (Algemene termijnenwet).

    Firms differ on two: many work on Good Friday, and the state has 5 May off every year but most
    collective agreements every fifth. Without arguments it is as the ``holidays`` library says.
    """
    if (day.day, day.month) == (_MAY, _MAY):
        if liberation_day == LiberationDay.LUSTRUM:
            return day.year % 5 == 0
        return liberation_day == LiberationDay.YEARLY
    name = _holidays_of(day.year).get(day)
    return name is not None and (has_good_friday_off or name != "Good Friday")


@dataclass(frozen=True, kw_only=True)
class Hours:
    """When one division works. ``closed`` holds its own days off and those of the firm."""

    opens: time = time(9)
    closes: time = time(17)
    weekdays: frozenset[int] = frozenset(range(5))  # Monday is 0
    zone: str = ""
    has_good_friday_off: bool = True
    liberation_day: str = LiberationDay.LUSTRUM
    closed: tuple[tuple[date, date], ...] = ()

    @property
    def time_zone(self) -> ZoneInfo:
        """Where the wall times are read; the installation's zone when none is set."""
        return ZoneInfo(self.zone or settings.TIME_ZONE)

    def is_day_off(self, day: date) -> bool:
        """Tell whether ``day`` is a public holiday here, or one of the firm's own closing days."""
        return is_public_holiday(
            day,
            has_good_friday_off=self.has_good_friday_off,
            liberation_day=self.liberation_day,
        ) or any(first <= day <= last for first, last in self.closed)

    def changed_by(self, row: OpeningHours | None, closings: Iterable[Closing]) -> "Hours":
        """Return these hours with what ``row`` sets, and closed on ``closings`` as well."""
        closed = self.closed + tuple((one.first_on, one.last_on) for one in closings)
        if row is None:
            return replace(self, closed=closed)
        free = row.has_good_friday_off
        return Hours(
            opens=row.opens or self.opens,
            closes=row.closes or self.closes,
            weekdays=frozenset(map(int, row.weekdays)) or self.weekdays,
            zone=row.zone or self.zone,
            has_good_friday_off=self.has_good_friday_off if free is None else free,
            liberation_day=row.liberation_day or self.liberation_day,
            closed=closed,
        )


class WorkingHours:
    """The hours of the firm and of every division, as they are now: two queries, however many.

    Or as ``rows`` and ``closings`` have them. What runs by the clock asks ``hours_in_force``.
    """

    def __init__(
        self,
        rows: Iterable[OpeningHours] | None = None,
        closings: Iterable[Closing] | None = None,
    ) -> None:
        rows = OpeningHours.objects.all() if rows is None else rows
        self._rows = {row.division_id: row for row in rows}
        self._closings: dict[int | None, list[Closing]] = {}
        for closing in Closing.objects.all() if closings is None else closings:
            self._closings.setdefault(closing.division_id, []).append(closing)
        self.firm = Hours().changed_by(self._rows.get(None), self._closings.get(None, ()))

    def of(self, division_id: int | None) -> Hours:
        """Return the hours of a division; of the firm for None and for what sets nothing."""
        if division_id is None:
            return self.firm
        return self.firm.changed_by(
            self._rows.get(division_id), self._closings.get(division_id, ())
        )


# The hours that clocks run by. A page on which somebody sets them asks WorkingHours itself.
hours_in_force = Remembered(WorkingHours, rows=(OpeningHours, Closing))


def is_working_day(day: date) -> bool:
    """Tell whether ``day`` is a weekday without public holiday, as the automatic run asks."""
    return day.weekday() < _SATURDAY and not is_public_holiday(day)


def working_days_ago(today: date, days: int) -> date:
    """Return the last day after which ``days`` working days have begun, ``today`` included.

    Two: on a Tuesday that is Sunday, so that what ended on Friday is reached. None: ``today``.
    """
    day = today
    while days > 0:
        days -= is_working_day(day)
        day -= timedelta(days=1)
    return day


def working_days_later(start: date, days: int) -> date:
    """Return the first day on which ``working_days_ago`` reaches back to ``start``."""
    day = start
    while days > 0:
        day += timedelta(days=1)
        days -= is_working_day(day)
    return day
