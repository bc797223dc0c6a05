"""What becomes of the leads of the made-up years: most are lost in time, some bring work."""

from datetime import date, datetime, timedelta
from random import Random

from alerts.models import Lead, LeadEvent, LeadEventKind, Stage
from ambassadors.scale.bulk import Table

_DECIDED_WITHIN = timedelta(days=150)
_SEED = 2026
_STILL_OPEN = 0.02  # of those that are older
_WON = 0.3
_REASONS = ("Geen budget dit jaar", "Een ander bureau gekozen", "Plan gaat niet door")
_STEPS = ("Offerte sturen", "Bellen na de vergadering", "Kennismaken met de directeur")


class Leads:
    """Keeps the leads to be written, with their ledger."""

    def __init__(self, *, now: datetime) -> None:
        # Its own, so that what comes of leads does not shift what clients answer.
        self._random, self._now = Random(_SEED), now  # noqa: S311  (invented leads)
        self._leads, self._events = Table(Lead), Table(LeadEvent)
        self.tables = [self._leads, self._events]

    def make(self, response: int, at: datetime, *, owner: int) -> None:
        """Make the lead of ``response``, which came at ``at``; old ones are mostly decided."""
        random = self._random
        is_old = at < self._now - _DECIDED_WITHIN
        if is_old and random.random() >= _STILL_OPEN:
            stage = Stage.WON if random.random() < _WON else Stage.LOST
        else:
            stage = random.choice((Stage.NEW, Stage.NEW, Stage.TALKING, Stage.OFFERED))
        closed_at = moved_at = at + timedelta(days=random.uniform(5, 140))
        is_closed = stage in (Stage.WON, Stage.LOST)
        plans = stage in (Stage.TALKING, Stage.OFFERED)
        has_value = stage in (Stage.WON, Stage.OFFERED) or random.random() < 0.3
        lead = self._leads.add(
            response_id=response,
            owner_id=owner,
            stage=stage.value,
            value=f"{random.lognormvariate(9.8, 1):.2f}" if has_value else None,
            lost_reason=random.choice(_REASONS) if stage == Stage.LOST else "",
            next_step=random.choice(_STEPS) if plans else "",
            next_step_on=self._day() if plans else None,
            created_at=at,
            closed_at=closed_at if is_closed else None,
            version=0 if stage == Stage.NEW else 1,
        )
        self._events.add(lead_id=lead, kind=LeadEventKind.CREATED.value, at=at)
        if stage != Stage.NEW:
            self._events.add(
                lead_id=lead,
                kind=LeadEventKind.STAGE.value,
                actor_id=owner,
                at=min(moved_at, self._now),
                data={"version": 1, "old": Stage.NEW.value, "new": stage.value},
            )

    def _day(self) -> date:
        return (self._now + timedelta(days=self._random.randrange(-5, 40))).date()
