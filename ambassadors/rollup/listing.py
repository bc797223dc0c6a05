"""Lists of facts as they are now: the stored rows, with those of stale projects read anew.

The stored rows come in their order from an index, the few live ones are sorted beside them, and a
page is cut from both. Nothing is read that the page does not show, except the live ones.
"""

from collections.abc import Callable, Iterator, Sequence
from heapq import merge
from typing import Any

from django.db.models import QuerySet

from ambassadors.rollup.models import Fact
from ambassadors.rollup.reading import Tail

_CHUNK = 2_000


class FactList:
    """Facts of a query and of the tail, as one sequence to count, slice and walk through.

    ``stored`` is ordered by the database as ``rank`` orders in Python, which must be total. It may
    yield named tuples of what is read of a fact, which a long list makes in a tenth of the time.
    ``holds`` says of a fact that is not stored whether the query would find it. ``number`` is how
    many there are, where a figure says so already.
    """

    def __init__(
        self,
        stored: QuerySet[Any, Any],
        tail: Tail,
        *,
        holds: Callable[[Fact], bool],
        rank: Callable[[Fact], Any],
        number: int | None = None,
    ) -> None:
        self._stored = stored.exclude(project__in=tail.projects) if tail.projects else stored
        self._rank = rank
        self._live = sorted((fact for fact in tail.live if holds(fact)), key=rank)
        self._number = number

    def count(self) -> int:
        """Return how many there are. Asked once, if at all."""
        if self._number is None:
            self._number = self._stored.count() + len(self._live)
        return self._number

    __len__ = count

    def __getitem__(self, wanted: slice) -> Sequence[Fact]:
        """Return the facts of a page. At most ``len(live)`` rows more are read than it shows."""
        first, last = wanted.start or 0, wanted.stop
        # Of the first ``first`` facts at most all live ones are not stored rows.
        skipped = max(0, first - len(self._live))
        found = [*self._stored[skipped:last], *self._live]
        found.sort(key=self._rank)
        return found[first - skipped : None if last is None else last - skipped]

    def __iter__(self) -> Iterator[Any]:
        """Yield all, in order, a few thousand in memory at once.

        PostgreSQL holds what it found when it was first asked, so that a file of many minutes is
        of one moment, and keeps no transaction open meanwhile.
        """
        stored = self._stored.iterator(chunk_size=_CHUNK)
        return merge(self._live, stored, key=self._rank) if self._live else stored
