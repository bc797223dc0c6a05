"""Team challenges: who may take part, starting and ending one, and how it stands."""

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import DatabaseError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ambassadors.dashboard.statistics import MINIMUM_N, Share
from ambassadors.steering import measures
from ambassadors.steering.models import Challenge
from staff.menu import Link
from staff.models import Division, User
from staff.remembered import Remembered
from surveys.models import Project

logger = logging.getLogger(__name__)

LEAST_DIVISIONS = 2
LEAST_PEOPLE = 2  # behind the figures of a division, so that they are not about one of them
_IN_MENU = timedelta(days=30)  # after its last day; the page itself stays
_PER = 10


class OverlapError(Exception):
    """Another challenge has a day in common; the text names it."""


class OverError(Exception):
    """There is nothing left to end; the text says so."""


def able_divisions() -> QuerySet[Division]:
    """Return the divisions whose figures are about two people or more: members, or who manage
    their projects."""
    members = User.objects.active()
    managers = Project.objects.filter(account_manager__is_active=True)
    pairs = set(members.values_list("division", "pk"))
    pairs |= set(managers.order_by().values_list("division", "account_manager").distinct())
    people = Counter(division for division, _person in pairs if division is not None)
    able = [division for division, number in people.items() if number >= LEAST_PEOPLE]
    return Division.objects.filter(pk__in=able)


@transaction.atomic
def start_challenge(
    *,
    actor: User,
    name: str,
    first_on: date,
    last_on: date,
    divisions: Iterable[Division],
    counts: Iterable[str],
    pot: str = "",
) -> Challenge:
    """Start a challenge of at least two ``divisions``; ``counts`` names the fields of what counts.

    Raises OverlapError when another one has a day in common: there is one page, for one challenge.
    """
    taking_part = list(divisions)
    if len(taking_part) < LEAST_DIVISIONS:
        raise ValueError("A challenge takes two divisions or more.")
    # Of two who start at once the second finds the first: both wait for the same rows.
    list(Division.objects.select_for_update().order_by("pk").values_list("pk", flat=True))
    other = Challenge.objects.overlapping(first_on, last_on).first()
    if other is not None:
        said = _("In these days “%(name)s” runs already. Choose others, or end that one first.")
        raise OverlapError(said % {"name": other.name})
    challenge = Challenge.objects.create(
        name=name,
        first_on=first_on,
        last_on=last_on,
        pot=pot,
        started_by=actor,
        **{f"has_{one}": True for one in counts},
    )
    challenge.divisions.set(taking_part)
    logger.info("challenge %s started by user %s", challenge.pk, actor.pk)
    return challenge


@transaction.atomic
def end_challenge(*, challenge: Challenge, actor: User, now: datetime | None = None) -> None:
    """End ``challenge`` early, or call it off before it began. Raises OverError when it is over."""
    now = now or timezone.now()
    open_still = Challenge.objects.filter(
        pk=challenge.pk, ended_at__isnull=True, last_on__gte=timezone.localdate(now)
    )
    if not open_still.update(ended_at=now, ended_by=actor):
        raise OverError(_("This challenge is over already."))
    menu.forget_with_commit()
    logger.info("challenge %s ended by user %s", challenge.pk, actor.pk)


# How it stands ------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Count:
    """A number, and what it is for every ten answers, so that small divisions count as much."""

    number: int
    answers: int

    @property
    def per_ten(self) -> float | None:
        """For every ten answers; None when there are too few to say so."""
        return self.number * _PER / self.answers if self.answers >= MINIMUM_N else None


@dataclass(frozen=True, kw_only=True)
class Line:
    """How one division stands; None is what the challenge does not count. Never of a person."""

    division: str
    answers: int
    leads: Count | None
    follow_up: measures.FollowUp | None
    introductions: Count | None


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a challenge stands: its divisions by name, without a rank, and all of them together."""

    lines: list[Line]
    together: Line


def standing_of(challenge: Challenge, *, now: datetime) -> Standing:
    """Return how ``challenge`` stands at ``now``. Five queries at most, however much there is."""
    names = dict(challenge.divisions.order_by("name").values_list("pk", "name"))
    period = measures.Period(begins_at=challenge.begins_at, ends_at=challenge.ends_at)
    keys = list(names)
    answered = measures.answers(keys, period)
    leads = measures.leads(keys, period) if challenge.has_leads else None
    followed = measures.follow_up(keys, period, now=now) if challenge.has_follow_up else None
    introduced = measures.introductions(keys, period) if challenge.has_introductions else None

    def line(name: str, of: list[int]) -> Line:
        number = sum(answered.get(key, 0) for key in of)
        return Line(
            division=name,
            answers=number,
            leads=_count(leads, of, number),
            follow_up=_follow_up(followed, of),
            introductions=_count(introduced, of, number),
        )

    return Standing(
        lines=[line(name, [key]) for key, name in names.items()],
        together=line(_("Together"), keys),
    )


def _count(numbers: dict[int, int] | None, of: list[int], answers: int) -> Count | None:
    if numbers is None:
        return None
    return Count(number=sum(numbers.get(key, 0) for key in of), answers=answers)


def _follow_up(
    found: dict[int, measures.FollowUp] | None, of: list[int]
) -> measures.FollowUp | None:
    if found is None:
        return None
    each = [found[key] for key in of if key in found]
    return measures.FollowUp(
        in_time=Share(
            count=sum(one.in_time.count for one in each), n=sum(one.in_time.n for one in each)
        ),
        running=sum(one.running for one in each),
    )


# In the menu --------------------------------------------------------------------------------------


def _recent() -> tuple[tuple[date, date], ...]:
    """Return the first and the last day of what is planned, runs, or ended lately."""
    since = timezone.localdate() - 2 * _IN_MENU
    rows = Challenge.objects.filter(last_on__gte=since)
    return tuple((one.first_on, one.until_on) for one in rows if one.until_on >= one.first_on)


menu = Remembered(_recent, rows=(Challenge,))


def menu_link() -> Link | None:
    """Return the entry of the menu while a challenge runs and a month after; else None."""
    try:
        recent = menu()
    except DatabaseError:
        logger.exception("challenges cannot be read: left out of the menu")
        return None
    today = timezone.localdate()
    if any(first <= today <= until + _IN_MENU for first, until in recent):
        return Link(address=reverse("challenge:list"), label=_("Challenge"), entry="challenge")
    return None
