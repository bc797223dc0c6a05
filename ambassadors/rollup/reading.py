"""The figures of a page: sums of settled days, plus a live tail.

What is stored is read as it stands; then every stale project is taken out of it by its stored
facts and put back as the rows say now. So a page equals the plain computation at every moment,
whether the background work runs or not (tests/rollup compares the two). Beyond ``TAIL`` stale
projects the tail is left out, and the page says how far behind it is.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, cached_property
from typing import Any, TypeVar

from django.db.models import Count, F, Q, QuerySet
from django.db.models import Sum as Total
from django.db.models.functions import TruncMonth

from alerts.models import Stage, StageTotal
from ambassadors.rollup import plain
from ambassadors.rollup.counters import COLUMNS, COUNTERS, count
from ambassadors.rollup.cuts import BITS, KEPT, SINGLE, cut_of
from ambassadors.rollup.models import Fact, Grain, Of, Progress, Spread, Sum, Yield
from ambassadors.rollup.refreshing import stale_projects
from ambassadors.rollup.scope import Scope
from ambassadors.rollup.spreads import BETWEEN, KINDS
from ambassadors.rollup.tally import Tally
from surveys.models import Touchpoint

TAIL = 2_000  # projects: computing them takes about a second
_TRIES = 3  # of reading while somebody brings the figures up to date
_CORE = tuple(name for name in COUNTERS if not name.startswith("score_"))
_BESIDE = {"questionnaire", "moment"}  # what every sum knows beside its cut

By = Callable[[Any], Any]
Found = TypeVar("Found")


@dataclass(frozen=True, kw_only=True)
class Tail:
    """The stale projects: their facts as stored, and as the rows say now."""

    projects: frozenset[int] = frozenset()
    stored: tuple[Fact, ...] = ()
    live: tuple[Fact, ...] = ()
    stored_yields: tuple[Yield, ...] = ()
    live_yields: tuple[Yield, ...] = ()
    behind: int = 0  # projects that are stale and are left out here, being too many

    @classmethod
    def at(cls, now: datetime) -> "Tail":
        """Read the tail. Twelve queries at most, three when nothing is stale."""
        stale = stale_projects(now=now, limit=TAIL + 1)
        if len(stale) > TAIL:
            return cls(behind=len(stale))
        if not stale:
            return cls()
        return cls(
            projects=frozenset(stale),
            stored=tuple(Fact.objects.filter(project__in=stale)),
            live=tuple(plain.facts(stale, now=now)),
            stored_yields=tuple(Yield.objects.filter(project__in=stale)),
            live_yields=tuple(plain.yields(stale)),
        )


class Figures:
    """What one page shows of ``scope``. Each property is read once, in one or two queries."""

    def __init__(self, scope: Scope, *, now: datetime, tail: Tail | None = None) -> None:
        self.scope, self.now = scope, now
        self.tail = Tail.at(now) if tail is None else tail

    @cached_property
    def months(self) -> dict[date, Tally]:
        """The counts by the first day of each month that has any, in order."""
        moment = self.scope.moment
        found = {month: tally for (month, at), tally in self._moments.items() if at == moment}
        return {month: found[month] for month in sorted(found)}

    @cached_property
    def _moments(self) -> dict[tuple[date, Touchpoint], Tally]:
        """The counts by month and touchpoint."""
        return self._by("moment", tuple(COUNTERS), any_moment=True)

    @cached_property
    def total(self) -> Tally:
        """The counts of everything in the scope."""
        return Tally.of(tally.counts for tally in self.months.values())

    @cached_property
    def divisions(self) -> dict[int, Tally]:
        """The counts by the key of each division."""
        return self._by("division", _CORE)

    @cached_property
    def services(self) -> dict[int, Tally]:
        """The counts by the key of each service; 0 is "no service"."""
        return self._by("service", _CORE)

    @cached_property
    def touchpoints(self) -> dict[Touchpoint, Tally]:
        """The counts of every touchpoint, in the order of a project."""
        parts: dict[Touchpoint, list[Counter[str]]] = defaultdict(list)
        for (_month, moment), tally in self._moments.items():
            parts[moment].append(tally.counts)
        found = {moment: Tally.of(counts) for moment, counts in parts.items()}
        return {moment: found[moment] for moment in JOURNEY if moment in found}

    @cached_property
    def hours(self) -> Counter[int]:
        """How many signals waited each number of whole hours for the first talk. Exact."""
        found = self._spread(Of.HOURS)
        return Counter({int(hours): number for hours, (number, _worth) in found.items()})

    @cached_property
    def root_causes(self) -> Counter[str]:
        """How many closed – signals name each root cause."""
        found = self._spread(Of.ROOT_CAUSE)
        return Counter({cause: number for cause, (number, _worth) in found.items()})

    @cached_property
    def asks(self) -> dict[str, Counter[str]]:
        """How many asks of each kind have each answer."""
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for value, (number, _worth) in self._spread(Of.ASK).items():
            kind, answer = value.split(BETWEEN)
            found[kind][answer] = number
        return found

    @cached_property
    def leads(self) -> list[StageTotal]:
        """Count and worth of the leads in every stage, in their order, also of those with none.

        Of what nobody put a value on, the worth is not in the sum.
        """
        found, none = self._spread(Of.LEAD), (0, Decimal(0))
        totals = [(stage, *found.get(stage.value, none)) for stage in Stage]
        return [
            StageTotal(stage=stage, count=number, value=worth) for stage, number, worth in totals
        ]

    def _spread(self, of: Of) -> dict[str, tuple[int, Decimal]]:
        """Return number and worth of each value that occurs."""
        return {value: found for value, found in self._spreads[of].items() if found[0]}

    @cached_property
    def _spreads(self) -> dict[Of, dict[str, tuple[int, Decimal]]]:
        """Number and worth of each value of everything that is spread, corrected by the tail."""
        found: dict[Of, dict[str, tuple[int, Decimal]]] = {of: {} for of in KINDS}

        def add(of: Of, value: str, number: int, worth: Decimal) -> None:
            so_far = found[of].get(value, (0, Decimal(0)))
            found[of][value] = so_far[0] + number, so_far[1] + worth

        for of, value, number, worth in _kept_spreads(self.scope):
            add(of, value, number, worth)
        for kind in KINDS.values():
            rows = self._corrections() if kind.model is Fact else self._yields()
            for row, sign in rows:
                said = kind.said(row)
                if said is not None:
                    one = (row.value if kind.has_worth else None) or Decimal(0)
                    add(kind.of, said, sign, sign * one)
        return found

    def _yields(self) -> Iterator[tuple[Any, int]]:
        """Yield what came, as ``_corrections`` does the facts."""
        for yields, sign in ((self.tail.stored_yields, -1), (self.tail.live_yields, 1)):
            for row in filter(self.scope.holds_yield, yields):
                yield row, sign

    def _corrections(self, *, any_moment: bool = False) -> Iterator[tuple[Any, int]]:
        """Yield the facts of the tail within the scope: -1 as stored, 1 as the rows say."""
        for facts, sign in ((self.tail.stored, -1), (self.tail.live, 1)):
            for fact in facts:
                if self.scope.holds(fact, any_moment=any_moment):
                    yield fact, sign

    def _by(
        self, key: str, counters: tuple[str, ...], *, any_moment: bool = False
    ) -> dict[Any, Tally]:
        found: dict[Any, Counter[str]] = defaultdict(Counter)
        for value, counts in _stored(self.scope, key, counters, any_moment=any_moment):
            found[value].update(counts)
        for fact, sign in self._corrections(any_moment=any_moment):
            row = {column: getattr(fact, column) for column in COLUMNS}
            count([{**row, "number": sign}], into=found[_OF_FACT[key](fact)])
        return {value: Tally(counts) for value, counts in found.items() if any(counts.values())}


JOURNEY = (
    Touchpoint.MID_PROJECT,
    Touchpoint.DELIVERY,
    Touchpoint.PROJECT_CLOSE,
    Touchpoint.AFTERCARE,
)
_OF_FACT: dict[str, By] = {
    "moment": lambda fact: (fact.day.replace(day=1), Touchpoint(fact.touchpoint)),
    "division": lambda fact: fact.division_id,
    "service": lambda fact: fact.service_id or 0,
}


def read(scope: Scope, *, now: datetime, read_all: Callable[[Figures], Any]) -> Figures:
    """Return figures of which ``read_all`` has looked at all that the page shows.

    When somebody brought the figures up to date meanwhile, part of them may be from before and
    part from after: then they are read again.
    """
    for _try in range(_TRIES):
        before = _version()
        figures = Figures(scope, now=now)
        read_all(figures)
        if _version() == before:
            break
    return figures


def unchanged(read_all: Callable[[], Found]) -> Found:
    """Return what ``read_all`` reads; again when somebody brought the figures up to date meanwhile.

    For pages that make their own figures; ``read`` is for those that need nothing else.
    """
    for _try in range(_TRIES):
        before = _version()
        found = read_all()
        if _version() == before:
            break
    return found


def _version() -> int:
    return Progress.objects.values_list("version", flat=True).first() or 0


def _stored(
    scope: Scope, key: str, counters: tuple[str, ...], *, any_moment: bool
) -> Iterable[tuple[Any, Mapping[str, int]]]:
    """Yield what is kept, by ``key``: from sums where a cut knows the filters, else from facts."""
    keys = scope.keys
    columns = {*keys, key} - _BESIDE
    if not columns <= set(BITS) or cut_of(columns) not in KEPT:
        yield from _from_facts(scope.of_facts(any_moment=any_moment), key)
        return
    months, ends = _split(scope.first, scope.last)
    wanted = Q(grain=Grain.MONTH) & months | Q(grain=Grain.DAY) & _any(ends, "starts_on")
    limits: dict[str, Any] = {} if any_moment else {"touchpoint": scope.moment}
    wanted &= Q(cut=cut_of(columns), **keys, **limits)
    yield from _from_sums(wanted, key, counters)


def _kept_spreads(scope: Scope) -> Iterator[tuple[Of, str, int, Decimal]]:
    """Yield what is kept of each kind: months where a cut knows the filters, the rest from rows."""
    months, ends = _split(scope.first, scope.last)
    kept = Q(pk__in=())
    for model, keys, whole, limits in (
        (Fact, scope.keys, scope.of_facts(), {"touchpoint": scope.moment}),
        (Yield, scope.keys_of_yields, scope.of_yields(), {}),
    ):
        columns = set(keys) - _BESIDE
        is_kept = columns <= set(BITS) and cut_of(columns) in SINGLE
        kinds = [kind for kind in KINDS.values() if kind.model is model]
        if is_kept:
            of = Q(of__in=[kind.of for kind in kinds])
            kept |= of & Q(cut=cut_of(columns), **keys, **limits) & months
        rest = _any(ends, "day") if is_kept else Q()
        for kind in kinds if ends or not is_kept else ():
            yield from ((kind.of, *row) for row in kind.stored(whole & rest))
    totals = Spread.objects.filter(kept).order_by().values_list("of", "value")
    for name, *row in totals.annotate(Total("number"), Total("worth")):
        yield Of(name), *row


def _from_sums(
    wanted: Q, key: str, counters: tuple[str, ...]
) -> Iterable[tuple[Any, Mapping[str, int]]]:
    width = len(_BY[key](""))
    for row in _added_up(key, counters).filter(wanted):
        yield _value(key, row[:width]), dict(zip(counters, row[width:], strict=True))


@cache  # sixty expressions are longer in the making than the database needs for them
def _added_up(key: str, counters: tuple[str, ...]) -> QuerySet[Any, Any]:
    """Return the sums of ``counters`` by ``key``, of every row; whoever asks narrows them down."""
    by = _BY[key]("starts_on")
    # Sums get names of their own: a counter is called like its column.
    totals = {f"n_{name}": Total(name) for name in counters}
    grouped: QuerySet[Any, Any] = Sum.objects.order_by().annotate(**by).values(*by)
    added: QuerySet[Any, Any] = grouped.annotate(**totals).values_list(*by, *totals)
    return added


def _from_facts(wanted: Q, key: str) -> Iterable[tuple[Any, Mapping[str, int]]]:
    by = _BY[key]("day")
    rows: QuerySet[Any, Any] = Fact.objects.filter(wanted).order_by().annotate(**by)
    for row in rows.values(*by, *COLUMNS).annotate(number=Count("pk")):
        yield _value(key, [row[name] for name in by]), count([row])


# By what counts are split, where the day stands in the column that is named.
_BY: dict[str, Callable[[str], dict[str, Any]]] = {
    "moment": lambda day: {"by_month": TruncMonth(day), "by_moment": F("touchpoint")},
    "division": lambda day: {"by": F("division")},
    "service": lambda day: {"by": F("service")},
}


def _value(key: str, by: Sequence[Any]) -> Any:
    if key == "moment":
        return by[0], Touchpoint(by[1])
    return by[0] or 0 if key == "service" else by[0]


def _split(first: date | None, last: date | None) -> tuple[Q, list[tuple[date, date]]]:
    """Return the whole months of a period, and the days at its ends that are less than a month."""
    months, ends = Q(), []
    if first is not None and last is not None and _month(first) == _month(last):
        if first.day == 1 and _is_last_of_month(last):
            return Q(starts_on=first), []
        return Q(pk__in=()), [(first, last)]
    if first is not None:
        from_month = first if first.day == 1 else _next_month(first)
        months &= Q(starts_on__gte=from_month)
        if from_month != first:
            ends.append((first, from_month - timedelta(days=1)))
    if last is not None:
        whole = _is_last_of_month(last)
        months &= Q(starts_on__lte=last) if whole else Q(starts_on__lt=_month(last))
        if not whole:
            ends.append((_month(last), last))
    return months, ends


def _any(spans: Iterable[tuple[date, date]], column: str) -> Q:
    found = Q(pk__in=())
    for first, last in spans:
        found |= Q(**{f"{column}__range": (first, last)})
    return found


def _month(day: date) -> date:
    return day.replace(day=1)


def _next_month(day: date) -> date:
    return _month(_month(day) + timedelta(days=32))


def _is_last_of_month(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1
