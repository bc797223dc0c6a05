"""The counts of one selection of contacts, and what may be said about them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ambassadors.dashboard.statistics import (
    Interval,
    PlusMinus,
    Share,
    plus_minus_interval,
    silence_bounds,
)
from ambassadors.rollup.counters import SCORES
from ambassadors.rollup.fates import NOT_ELIGIBLE, NOT_INVITED, UNDELIVERED, Fate
from surveys.models import Group

_COLUMN = {Group.POSITIVE: "plus", Group.NEUTRAL: "zero", Group.NEGATIVE: "minus"}


@dataclass(frozen=True)
class Tally:
    """Sums by counter (``counters.COUNTERS``)."""

    counts: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, parts: Iterable[Mapping[str, int]]) -> "Tally":
        """Add up several counts."""
        total: Counter[str] = Counter()
        for part in parts:
            total.update(part)
        return cls(total)

    @property
    def fates(self) -> dict[Fate, int]:
        """How many there are of each fate."""
        return {fate: self.counts[fate.value] for fate in Fate}

    @property
    def groups(self) -> dict[Group, int]:
        """How many answers there are of each group."""
        return {group: self.counts[column] for group, column in _COLUMN.items()}

    @property
    def closed(self) -> int:
        """All contacts of the closed projects; at another touchpoint, all who were asked."""
        return sum(self.fates.values()) - self.counts[Fate.NO_CONTACT.value]

    @property
    def without_contact(self) -> int:
        """Closed projects that name nobody, so that nobody can be asked."""
        return self.counts[Fate.NO_CONTACT.value]

    @property
    def eligible(self) -> int:
        """Those who can be asked by the rules."""
        return self.closed - self._sum(NOT_ELIGIBLE)

    @property
    def invited(self) -> int:
        """Those who have an invitation."""
        return self.closed - self._sum(NOT_INVITED)

    @property
    def delivered(self) -> int:
        """Those whose mail was accepted, or who answered, so the link did reach them."""
        return self.invited - self._sum(UNDELIVERED)

    @property
    def kept(self) -> int:
        """Those whose mail stayed in the outbox."""
        return self.counts["kept"]

    @property
    def is_only_kept(self) -> bool:
        """Whether no mail left at all: each stayed in the outbox, for want of a mail server."""
        return 0 < self.delivered <= self.kept

    @property
    def answered(self) -> int:
        """Those who answered."""
        return self.counts[Fate.ANSWERED.value]

    def share(self, group: Group) -> Share:
        """Return the share of the answers that is in ``group``."""
        return self.share_of(_COLUMN[group])

    def share_of(self, counter: str) -> Share:
        """Return the share of the answers that ``counter`` counts."""
        return Share(count=self.counts[counter], n=self.answered)

    @property
    def coverage(self) -> Share:
        """The share of the contacts of closed projects that was invited."""
        return Share(count=self.invited, n=self.closed)

    @property
    def response_rate(self) -> Share:
        """The share of the delivered invitations that was answered."""
        return Share(count=self.answered, n=self.delivered)

    @property
    def plus_minus(self) -> float:
        """The share of + minus the share of –, between -1 and 1."""
        return self.share(Group.POSITIVE).value - self.share(Group.NEGATIVE).value

    @property
    def plus_minus_interval(self) -> Interval:
        """See ``statistics.plus_minus_interval``."""
        return plus_minus_interval(self.counts["plus"], self.counts["minus"], self.answered)

    @property
    def difference(self) -> PlusMinus:
        """The share of + minus the share of –, with its interval and n."""
        return PlusMinus(plus=self.counts["plus"], minus=self.counts["minus"], n=self.answered)

    @property
    def silence(self) -> Interval:
        """What the share of + can be among everybody whose invitation was delivered."""
        return silence_bounds(self.counts["plus"], self.answered, self.delivered)

    @property
    def scores(self) -> tuple[int, ...]:
        """How many gave each answer from 0 to 10, where that scale was asked."""
        return tuple(self.counts[f"score_{score}"] for score in SCORES)

    @property
    def taken_up(self) -> Share:
        """The share of the signals that was taken up in time, of those whose term is over."""
        in_time = self.counts["taken_up_in_time"]
        return Share(count=in_time, n=in_time + self.counts["taken_up_late"])

    @property
    def spoken(self) -> Share:
        """The share of the signals whose client was spoken to in time, of those that could be."""
        in_time = self.counts["spoken_in_time"]
        return Share(count=in_time, n=in_time + self.counts["spoken_late"])

    @property
    def negatives(self) -> int:
        """All – signals, open and closed."""
        return self.counts["follow_up_open"] + self.closed_negatives

    @property
    def closed_negatives(self) -> int:
        """The – signals that are closed, however they ended."""
        endings = ("follow_up_closed", "recovered_in_our_view", "recovered")
        return sum(self.counts[ending] for ending in endings)

    @property
    def recovered(self) -> Share:
        """The share of the closed – of which the client says that it is solved."""
        return Share(count=self.counts["recovered"], n=self.closed_negatives)

    def _sum(self, fates: Iterable[Fate]) -> int:
        return sum(self.counts[fate.value] for fate in fates)
