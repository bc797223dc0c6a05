"""Five years of closed projects: who was asked and who was not, what came of it, day after day.

The shape is that of a firm that asks well: four in five contacts of closed projects are asked,
two in five of those answer (PRODUCT, reference figures: 40%), a third of them +, one in ten –.
Divisions, clients and persons differ, and drift slowly, so that there is something to see.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from math import sin
from random import Random

from django.conf import settings
from django.db import transaction

from ambassadors.scale.answers import Answers
from ambassadors.scale.bulk import Table, follow_sequences
from ambassadors.scale.firm import Account, Firm, Person, Unit
from outbox.models import Delivery, Lane, State
from staff.working_hours import is_working_day
from surveys.models import Invitation, LeftOut, Omission, Project, ProjectContact, Touchpoint

_ROLES = ("decider", "adviser", "user", "buyer", "")
_AT_ONCE = 40_000  # rows of the longest table in memory
_ACCEPTED, _CAME_BACK = 0.975, 0.985  # of the mails; the rest is refused
_AFTERCARE = 0.06  # of the contacts who answered at the close
_NOT_ALL_ANSWERED = timedelta(days=40)
_PROJECTS_AN_ANSWER = 30  # at most; three suffice where people can be asked
_NOT_FOUND = "550 5.1.1 User unknown"


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far it is: the day that was made last, and the answers so far."""

    day: date
    responses: int


class Years:
    """Makes the days one after another; each batch of days is one transaction."""

    def __init__(self, firm: Firm, random: Random, *, now: datetime) -> None:
        self._firm, self._random, self._now = firm, random, now
        self._projects, self._parts = Table(Project), Table(ProjectContact)
        self._omissions, self._mails = Table(Omission), Table(Delivery)
        self._invitations = Table(Invitation)
        self.answers = Answers(random, self._mails, now=now)
        self._tables = [
            self._projects,
            self._parts,
            self._omissions,
            self._mails,
            self._invitations,
        ]
        self._weights = list(accumulate(account.weight for account in firm.accounts))
        self._number = 0

    def make(self, *, first_day: date, last_day: date, responses: int) -> Iterator[Progress]:
        """Yield after every batch that was stored, until ``responses`` answers were given.

        The projects of the last weeks come on top, as many a day as before: their clients are
        asked by now or will be, and some have answered.
        """
        settled = _working_days(first_day, last_day - _NOT_ALL_ANSWERED)
        recent = _working_days(settled[-1] + timedelta(days=1), last_day)
        for place, day in enumerate(settled, start=1):
            missing = responses * place // len(settled) - self.answers.count
            self._close_projects(day, answers=missing)
            if len(self._parts) >= _AT_ONCE:
                yield self._write(day)
        a_day = max(1, self._number // len(settled))
        for day in recent:
            for _project in range(a_day):
                self._close_project(day)
            if len(self._parts) >= _AT_ONCE:
                yield self._write(day)
        yield self._write(last_day)
        follow_sequences([*self._tables, *self.answers.tables])

    def _close_projects(self, day: date, *, answers: int) -> None:
        """Close projects until so many more answers were given.

        On a day on which nobody is left who can be asked, the next day makes up for it.
        """
        wanted = self.answers.count + answers
        for _project in range(max(answers, 0) * _PROJECTS_AN_ANSWER):
            if self.answers.count >= wanted:
                return
            self._close_project(day)

    def _write(self, day: date) -> Progress:
        with transaction.atomic():
            for table in [*self._tables, *self.answers.tables]:
                table.write()
        return Progress(day=day, responses=self.answers.count)

    def _close_project(self, day: date) -> None:
        random = self._random
        account = self._account(day)
        unit = account.unit if random.random() < 0.7 else random.choice(self._firm.units)
        self._number += 1
        project = self._projects.add(
            number=f"S{self._number:08}",
            name=f"Opdracht {self._number}",
            client_id=account.pk,
            account_manager_id=(manager := random.choice(unit.managers)),
            division_id=unit.pk,
            service_id=random.choice(unit.services),
            sector_id=account.sector,
            value=f"{random.lognormvariate(10.6, 1):.2f}",
            state=Project.State.CLOSED,
            started_on=day - timedelta(days=random.randrange(40, 500)),
            planned_end_on=day + timedelta(days=random.randrange(-60, 10)),
            closed_on=day,
        )
        for person in self._asked_people(account):
            self._consider(project, person, unit, manager, day)

    def _account(self, day: date) -> Account:
        """Return a client, rather one of whom somebody can be asked: so work is spread."""
        for _try in range(3):
            [account] = self._random.choices(self._firm.accounts, cum_weights=self._weights)
            first = min(person.asked_on for person in account.people)
            if (day - first).days >= settings.SURVEY_FATIGUE_DAYS:
                break
        return account

    def _asked_people(self, account: Account) -> list[Person]:
        """Return whom the project names: mostly those who were not asked lately."""
        number = self._random.choices((1, 2, 3), (65, 25, 10))[0]
        if self._random.random() < 0.85:
            return sorted(account.people, key=lambda person: person.asked_on)[:number]
        return self._random.sample(account.people, min(number, len(account.people)))

    def _consider(self, project: int, person: Person, unit: Unit, manager: int, day: date) -> None:
        """Ask ``person`` about ``project``, or store why not."""
        part = self._parts.add(
            project_id=project, contact_id=person.pk, role=self._random.choice(_ROLES)
        )
        asked_on = day + timedelta(days=3)
        reason = self._reason(person, day)
        if reason is not None:
            self._omissions.add(project_contact_id=part, reason=reason, decided_at=_at(asked_on))
            return
        if asked_on > self._now.date():
            return  # not yet
        person.asked_on = day
        is_answered = self._ask(part, person, unit, manager, asked_on, Touchpoint.PROJECT_CLOSE)
        later = asked_on + timedelta(days=settings.AFTERCARE_AFTER_DAYS)
        if is_answered and later < self._now.date() and self._random.random() < _AFTERCARE:
            self._ask(part, person, unit, manager, later, Touchpoint.AFTERCARE)

    def _reason(self, person: Person, day: date) -> LeftOut | None:
        if person.opted_out_on and person.opted_out_on <= day:
            return LeftOut.OPTED_OUT
        if person.bounced_on and person.bounced_on <= day:
            return LeftOut.BOUNCED
        if (day - person.asked_on).days < settings.SURVEY_FATIGUE_DAYS:
            return LeftOut.ASKED_RECENTLY
        return LeftOut.SUPPRESSED if self._random.random() < 0.01 else None

    def _ask(
        self,
        part: int,
        person: Person,
        unit: Unit,
        manager: int,
        day: date,
        touchpoint: Touchpoint,
    ) -> bool:
        """Invite, deliver, and perhaps answer; return whether an answer was given."""
        at = _at(day, self._random.randrange(9 * 60, 17 * 60))
        fate = self._random.random()
        mail = self._mail(part, person, touchpoint, at, fate)
        invitation = self._invitations.add(
            project_contact_id=part,
            touchpoint=touchpoint,
            language="nl",
            invited_at=at,
            expires_at=at + timedelta(days=settings.INVITATION_EXPIRES_AFTER_DAYS),
            delivery_id=mail,
        )
        if fate >= _ACCEPTED:
            return False
        chance = (
            unit.quality + person.mood + 0.05 * sin((at.timestamp() / 86400 + unit.number) / 200)
        )
        return self.answers.give(
            invitation,
            at,
            chance,
            is_counted=touchpoint == Touchpoint.PROJECT_CLOSE,
            contact=person.pk,
            people=(manager, unit.supervisor),
        )

    def _mail(
        self, part: int, person: Person, touchpoint: Touchpoint, at: datetime, fate: float
    ) -> int:
        """Return the invitation's mail, as it is once it has left: blank, with its headers."""
        key = f"seed:{part}:{touchpoint}"
        is_sent = fate < _CAME_BACK
        return self._mails.add(
            dedupe_key=key,
            lane=Lane.INVITATION,
            recipient_address=person.email,
            subject="Hoe kijkt u terug op ons werk?",
            template="invitation",
            message_id=f"<{key}@localhost>",
            message=b"",
            digest="0" * 64,
            is_secret=True,
            state=State.SENT if is_sent else State.UNDELIVERABLE,
            transport="smtp",
            attempts=1,
            created_at=at,
            not_before=at,
            sent_at=at if is_sent else None,
            bounced_at=at if _ACCEPTED <= fate < _CAME_BACK else None,
            last_error="" if is_sent else _NOT_FOUND,
        )


def _at(day: date, minutes: int = 720) -> datetime:
    return datetime.combine(day, time(minutes // 60, minutes % 60), tzinfo=UTC)


def _working_days(first: date, last: date) -> list[date]:
    days = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
    return [day for day in days if is_working_day(day)]
