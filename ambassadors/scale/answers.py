"""What clients answer in the made-up years, and what colleagues then do about it."""

from datetime import datetime, timedelta
from functools import cache
from random import Random

from alerts.clocks import Clock, Terms, clocks_for
from alerts.escalation import AlertClock, ClockKind, StepKind
from alerts.models import Alert, AlertEvent, EventKind, Notification, Outcome, RootCause
from alerts.models import State as AlertState
from alerts.timing import calendar_of
from ambassadors.scale.asks import Asks
from ambassadors.scale.bulk import Table
from ambassadors.scale.leads import Leads
from outbox.models import Lane
from outbox.models import State as MailState
from staff.models import User
from staff.working_hours import Hours
from surveys.models import Group, Response
from surveys.segmentation import Recommendation, Satisfaction, segment

_ANSWERING = 0.40
_CLOSED_WITHIN = timedelta(days=21)
_CONFIRMING = 0.45  # of the – that were closed as solved: about as many as answer any question
_SPEAKING = 0.85  # of those that were closed
_FIXING = 0.05  # of the – that were closed
_FIXES = ("Eén vast aanspreekpunt", "Meerwerk vooraf melden", "Planning wekelijks delen")
_MORE, _JUST, _NOT = (
    Satisfaction.MORE_THAN_SATISFIED,
    Satisfaction.SATISFIED,
    Satisfaction.DISSATISFIED,
)
_YES, _MAYBE, _NO, _MAY_NOT = (
    Recommendation.YES,
    Recommendation.MAYBE,
    Recommendation.NO,
    Recommendation.NOT_ALLOWED,
)
_POSITIVE = ((_MORE, _YES),) * 4 + ((_MORE, _MAY_NOT),)
_NEUTRAL = ((_JUST, _MAYBE), (_JUST, _YES), (_JUST, _MAYBE), (_MORE, _MAYBE), (_JUST, _MAY_NOT))
_NEGATIVE = ((_NOT, _NO), (_NOT, _MAYBE), (_JUST, _NO))
_VERDICTS = {pair: segment(*pair) for pair in {*_POSITIVE, *_NEUTRAL, *_NEGATIVE}}
_WORDS = {
    Group.POSITIVE: (
        "Jullie dachten mee voordat wij het vroegen.",
        "Op tijd, binnen budget en met een helder verhaal.",
        "Prettige samenwerking, korte lijnen, goed rapport.",
        "",
        "",
    ),
    Group.NEUTRAL: ("Gedaan wat is afgesproken.", "De oplevering had iets vlotter gemogen.", ""),
    Group.NEGATIVE: (
        "Het rapport kwam drie weken te laat en niemand belde.",
        "Twee keer een andere projectleider; wij begonnen steeds opnieuw.",
        "Meerwerk waar wij niet om hadden gevraagd.",
    ),
}
_OUTCOMES = {
    Group.POSITIVE: (Outcome.THANKED, Outcome.ASKED, Outcome.LATER),
    Group.NEGATIVE: (Outcome.RECOVERED, Outcome.PARTLY, Outcome.NOT_RECOVERABLE),
}


class Answers:
    """Keeps the responses to be written, with their alerts."""

    def __init__(self, random: Random, mails: Table, *, now: datetime) -> None:
        self._random, self._mails, self._now = random, mails, now
        self._responses, self._alerts = Table(Response), Table(Alert)
        self._events, self._told = Table(AlertEvent), Table(Notification)
        self._addresses = dict(User.objects.values_list("pk", "email"))
        self._clocks = Table(AlertClock)
        self._leads, self._asks = Leads(now=now), Asks(now=now)
        self.tables = [
            *(self._responses, self._alerts, self._clocks, self._events, self._told),
            *self._leads.tables,
            *self._asks.tables,
        ]
        self.count = 0

    def give(
        self,
        invitation: int,
        asked_at: datetime,
        chance: float,
        *,
        is_counted: bool,
        contact: int,
        people: tuple[int, int],
    ) -> bool:
        """Answer ``invitation``, or stay silent; return whether it was answered by now.

        ``chance`` is added to that of a +; ``people`` are the account manager and the supervisor.
        """
        random = self._random
        at = asked_at + timedelta(hours=random.expovariate(1 / 60))
        if random.random() >= _ANSWERING or at > min(self._now, asked_at + timedelta(days=30)):
            return False
        draw = random.random() - chance
        pairs = _POSITIVE if draw < 0.33 else _NEUTRAL if draw < 0.90 else _NEGATIVE
        pair = random.choice(pairs)
        group = Group(_VERDICTS[pair].group.value)
        self.count += is_counted
        wants_more = random.random() < 0.2
        response = self._respond(invitation, pair, at, wants_more=wants_more)
        if wants_more and group != Group.NEGATIVE:
            self._leads.make(response, at, owner=people[0])
        if group != Group.NEUTRAL:
            self._raise(response, group, at, contact, people)
        return True

    def _respond(
        self,
        invitation: int,
        pair: tuple[Satisfaction, Recommendation],
        at: datetime,
        *,
        wants_more: bool,
    ) -> int:
        """Store the four answers; return the key of the response."""
        satisfaction, recommendation = pair
        verdict = _VERDICTS[pair]
        return self._responses.add(
            invitation_id=invitation,
            satisfaction=satisfaction.value,
            motivation=self._random.choice(_WORDS[Group(verdict.group.value)]),
            recommendation=recommendation.value,
            interest="yes" if wants_more else "not_now",
            group=verdict.group.value,
            reason=verdict.reason.value,
            rule_version=verdict.rule_version,
            language="nl",
            digest=f"{invitation:064}",
            submitted_at=at,
        )

    def _raise(
        self, response: int, group: Group, at: datetime, contact: int, people: tuple[int, int]
    ) -> None:
        """Raise the alert of ``response``; what is older than three weeks is mostly closed."""
        random = self._random
        clocks = _clocks_of(group, at.replace(minute=0, second=0, microsecond=0))
        acknowledge_by, speak_by = (clock.due_at for clock in clocks)
        taken_up = min(at + timedelta(hours=random.expovariate(1 / 8)), self._now)
        closed = min(taken_up + timedelta(hours=random.expovariate(1 / 40)), self._now)
        is_closed = at < self._now - _CLOSED_WITHIN and random.random() < 0.998
        outcome = random.choice(_OUTCOMES[group]) if is_closed else ""
        recovered = self._recovered(closed) if outcome == Outcome.RECOVERED else None
        spoken = self._spoken(taken_up, closed) if is_closed else None
        alert = self._alerts.add(
            response_id=response,
            group=group.value,
            owner_id=people[0],
            state=AlertState.CLOSED if is_closed else AlertState.NEW,
            raised_at=at,
            acknowledge_by=acknowledge_by,
            speak_by=speak_by,
            due_at=speak_by if is_closed else acknowledge_by,
            acknowledged_at=taken_up if is_closed else None,
            first_spoken_at=spoken,
            last_contact_at=spoken,
            closed_at=closed if is_closed else None,
            outcome=outcome,
            root_cause=self._cause(group) if is_closed else "",
            structural_fix=self._fix(group) if is_closed else "",
            recovered_at=recovered,
        )
        self._events.add(alert_id=alert, kind=EventKind.RAISED, at=at)
        if not is_closed:
            self._await(alert, at, clocks, people)
            return
        self._events.add(alert_id=alert, kind=EventKind.CLOSED, actor_id=people[0], at=closed)
        if outcome == Outcome.ASKED:
            self._asks.make(alert, closed, contact=contact, asked_by=people[0])
        if recovered is not None:
            self._events.add(alert_id=alert, kind=EventKind.CONFIRMED, at=recovered)

    def _await(
        self, alert: int, at: datetime, clocks: tuple[Clock, Clock], people: tuple[int, int]
    ) -> None:
        """Store what an open alert has: its mails and its clocks."""
        self._tell(alert, at, people)
        for kind, clock in zip(ClockKind, clocks, strict=True):
            self._run(alert, kind, clock)

    def _spoken(self, taken_up: datetime, closed: datetime) -> datetime | None:
        """Return when the client was spoken to first; None: closed without a talk."""
        if self._random.random() >= _SPEAKING:
            return None
        return taken_up + (max(closed, taken_up) - taken_up) * self._random.random()

    def _recovered(self, closed: datetime) -> datetime | None:
        """Return when the client confirmed what was closed as solved; None: not, or not yet."""
        at = closed + timedelta(days=7 + self._random.expovariate(1 / 3))
        return at if self._random.random() < _CONFIRMING and at < self._now else None

    def _run(self, alert: int, kind: ClockKind, clock: Clock) -> None:
        """Store a clock of an open alert. What it did before now mailed nobody."""
        row = AlertClock.of(clock, kind=kind, alert_id=alert)
        ahead = [step for step in StepKind if row.at(step) > self._now]
        self._clocks.add(
            alert_id=alert,
            kind=kind.value,
            **vars(clock),
            next_step=ahead[0].value if ahead else "",
            next_step_at=row.at(ahead[0]) if ahead else None,
        )

    def _cause(self, group: Group) -> str:
        return self._random.choice(RootCause.values) if group == Group.NEGATIVE else ""

    def _fix(self, group: Group) -> str:
        is_asked = group == Group.NEGATIVE and self._random.random() < _FIXING
        return self._random.choice(_FIXES) if is_asked else ""

    def _tell(self, alert: int, at: datetime, people: tuple[int, int]) -> None:
        """Store the mails of an open alert: without them they would be made after all."""
        for place, user in enumerate(people):
            key = f"alert:{alert}:email:{user}"
            mail = self._mails.add(
                dedupe_key=key,
                lane=Lane.ALERT,
                recipient_address=self._addresses[user],
                subject="Signaal",
                template="alert",
                message_id=f"<{key}@localhost>",
                message=b"",
                digest="0" * 64,
                state=MailState.SENT,
                transport="smtp",
                attempts=1,
                created_at=at,
                not_before=at,
                sent_at=at,
            )
            self._told.add(alert_id=alert, recipient_id=user, delivery_id=mail, is_owner=place == 0)


@cache
def _clocks_of(group: Group, hour: datetime) -> tuple[Clock, Clock]:
    """Return the clocks of an alert that was raised in the hour after ``hour``."""
    return clocks_for(
        is_negative=group == Group.NEGATIVE,
        start=hour,
        calendar=calendar_of(Hours()),
        terms=Terms(),
    )
