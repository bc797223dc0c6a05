"""Who is told when a clock gets somewhere: the line of supervisors, the fallback, management."""

from datetime import datetime
from functools import cached_property

from django.utils import timezone

from alerts.escalation import StepKind
from alerts.models import Alert, Lead
from alerts.routing import management
from staff.models import User, first_active
from staff.standing_in import Presence


class Chain:
    """The lines of a batch of alerts at one moment; absent people are represented.

    Reads who is away and who is management once. The alerts bring owner, account manager and
    their supervisors along.
    """

    def __init__(self, now: datetime) -> None:
        self._presence = Presence(timezone.localdate(now))

    @cached_property
    def _management(self) -> list[User]:
        return management()

    def recipient(self, step: StepKind, alert: Alert, *, told: set[int | None]) -> User | None:
        """Return who is told at ``step``; None when nobody is there.

        A reminder goes to whoever acts for the owner, else to who looks after the alert. The
        deadline goes one level up, twice the deadline two: never to the owner, nor to somebody
        who was ``told`` of this clock already.
        """
        if step == StepKind.NUDGE:
            return self._first((alert.owner, alert.keeper), ())
        line = self._line(alert)
        start = 0 if step == StepKind.SUPERVISOR else 1
        others = (*line[start:], alert.response.project.division.fallback, *self._management)
        owner = self._presence.acting_for(alert.owner)
        not_again = told | {alert.owner_id, owner.pk if owner else None}
        return self._first(others, not_again)

    def keeper(self, alert: Alert | Lead) -> User | None:
        """Return who looks after an alert or a lead that nobody owns."""
        fallback = alert.response.project.division.fallback
        manager = alert.response.project.account_manager  # away, and whoever stood in has left
        everybody = (*self._line(alert), fallback, *self._management, manager)
        return self._first(everybody, {alert.owner_id})

    def _line(self, alert: Alert | Lead) -> list[User]:
        """Return the supervisor and the supervisor's supervisor of whose it is."""
        whose = alert.on_behalf_of or alert.owner or alert.response.project.account_manager
        line: list[User] = []
        above = whose.supervisor
        while above is not None and len(line) < 2:
            line.append(above)
            above = above.supervisor
        return line

    def _first(
        self, people: tuple[User | None, ...], without: set[int | None] | tuple[()]
    ) -> User | None:
        """Return who acts for the first of ``people``; when all are away, the first who works
        here."""
        for somebody in people:
            acting = self._presence.acting_for(somebody)
            if acting is not None and acting.pk not in without:
                return acting
        return first_active(*(one for one in people if one and one.pk not in without))
