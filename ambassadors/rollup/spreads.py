"""What has too many values for a counter of its own: hours, root causes, asks, leads.

One table says what is spread by which value, for what is stored, for what is not, and for the
sums by month that are kept of it. At the ends of a period the rows are read, by an index.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import CharField, Count, F, Model, Q, QuerySet, Sum
from django.db.models import Value as Constant
from django.db.models.functions import Cast, Concat

from ambassadors.rollup.models import Fact, Of, Source, Yield

BETWEEN = ":"  # the kind of an ask and its answer

Value = tuple[str, int, Decimal]  # the value, how often it occurs, what that is worth


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What is spread: which rows, by which value, and what they are worth together.

    ``said`` is the value of a row that is not stored, None where it is not one of them.
    """

    of: Of
    model: type[Model]
    wanted: Q
    value: Any
    said: Callable[[Any], str | None]
    has_worth: bool = False

    def rows(self, wanted: Q) -> QuerySet[Any, Any]:
        """Return the stored rows that are ``wanted``, with their value as ``a_value``."""
        rows = self.model._default_manager.filter(self.wanted & wanted).order_by()
        named: QuerySet[Any, Any] = rows.annotate(a_value=self.value)
        return named

    def stored(self, wanted: Q) -> Iterator[Value]:
        """Yield number and worth of each value among the stored rows that are ``wanted``."""
        worth = Sum("value") if self.has_worth else Constant(0)
        rows = self.rows(wanted).values_list("a_value").annotate(Count("pk"), worth=worth)
        for value, number, total in rows:
            yield value, number, total or Decimal(0)


def _ask(row: Yield) -> str | None:
    return f"{row.kind}{BETWEEN}{row.state}" if row.source == Source.ASK else None


KINDS = {
    kind.of: kind
    for kind in (
        Kind(
            of=Of.HOURS,
            model=Fact,
            wanted=Q(hours__isnull=False),
            value=Cast("hours", CharField()),
            said=lambda fact: None if fact.hours is None else str(fact.hours),
        ),
        Kind(
            of=Of.ROOT_CAUSE,
            model=Fact,
            wanted=~Q(root_cause=""),
            value=F("root_cause"),
            said=lambda fact: fact.root_cause or None,
        ),
        Kind(
            of=Of.ASK,
            model=Yield,
            wanted=Q(source=Source.ASK),
            value=Concat("kind", Constant(BETWEEN), "state", output_field=CharField()),
            said=_ask,
        ),
        Kind(
            of=Of.LEAD,
            model=Yield,
            wanted=Q(source=Source.LEAD),
            value=F("state"),
            said=lambda row: row.state if row.source == Source.LEAD else None,
            has_worth=True,
        ),
    )
}
