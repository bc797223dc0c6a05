"""What the ambassadors of the made-up years were asked, and what they said to it."""

from datetime import datetime, timedelta
from random import Random

from ambassadors.programme.models import Ask, AskAnswer, AskKind
from ambassadors.scale.bulk import Table

_SEED = 2027
_UNDECIDED_FOR = timedelta(days=30)  # what is older was answered
_ANSWERS = (AskAnswer.YES,) * 3 + (AskAnswer.NO,) * 2 + (AskAnswer.LATER,)
_KINDS = (AskKind.INTRODUCTION,) * 3 + tuple(AskKind)


class Asks:
    """Keeps the asks to be written."""

    def __init__(self, *, now: datetime) -> None:
        # Its own, so that what is asked does not shift what clients answer.
        self._random, self._now = Random(_SEED), now  # noqa: S311  (invented asks)
        self._asks = Table(Ask)
        self._open: set[tuple[int, AskKind]] = set()  # nobody is asked twice for the same
        self.tables = [self._asks]

    def make(self, alert: int, at: datetime, *, contact: int, asked_by: int) -> None:
        """Ask ``contact`` for something when ``alert`` is closed, at ``at``."""
        random = self._random
        kind = random.choice(_KINDS)
        is_open = at > self._now - _UNDECIDED_FOR
        if is_open and (contact, kind) in self._open:
            return
        answer = AskAnswer.OPEN if is_open else random.choice(_ANSWERS)
        answered_on = None if is_open else at.date() + timedelta(days=random.randrange(10))
        if is_open:
            self._open.add((contact, kind))
        self._asks.add(
            contact_id=contact,
            alert_id=alert,
            kind=kind.value,
            asked_by_id=asked_by,
            asked_on=at.date(),
            recorded_at=at,
            answer=answer.value,
            answered_on=answered_on,
            answer_recorded_by_id=None if is_open else asked_by,
            again_on=at.date() + timedelta(days=90) if answer == AskAnswer.LATER else None,
        )
