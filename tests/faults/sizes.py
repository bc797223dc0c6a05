"""How much a run does. Every count is an upper bound, so that each run ends by itself."""

from dataclasses import dataclass, replace
from typing import Self


@dataclass(frozen=True, kw_only=True)
class Size:
    """One run of one variant. ``haste`` divides the waits of product and faults alike."""

    answers: int  # ten in eleven raise an alert, with two mails each
    kills: int
    seconds: float  # over which answers and kills are spread
    haste: int
    workers: int = 10
    limit: float  # seconds after which the run has failed

    def share(self, part: float) -> Self:
        """Return ``part`` of it: fewer answers and kills, in less time, just as dense."""
        return replace(
            self,
            answers=max(round(self.answers * part), 11),
            kills=max(round(self.kills * part), 3),
            seconds=self.seconds * part,
        )


SHORT = {
    "full": Size(answers=120, kills=40, seconds=60, haste=6, workers=5, limit=230),
    "embedded": Size(answers=80, kills=15, seconds=60, haste=6, limit=230),
    "archive": Size(answers=80, kills=25, seconds=50, haste=6, workers=4, limit=230),
}
LONG = {
    "full": Size(answers=5_500, kills=1_000, seconds=1_000, haste=1, limit=5_400),
    "embedded": Size(answers=1_375, kills=200, seconds=700, haste=1, limit=5_400),
    "archive": Size(answers=1_100, kills=200, seconds=600, haste=1, workers=5, limit=5_400),
}
TINY = {
    name: Size(answers=11, kills=3, seconds=6, haste=10, workers=2, limit=120) for name in SHORT
}
SIZES = {"tiny": TINY, "short": SHORT, "long": LONG}
VARIANTS = tuple(SHORT)
