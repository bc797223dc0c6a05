"""What is added up by the database: written into the sums that are kept, or taken out of them."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection, models
from django.db.models import Count, F, Model, Q, QuerySet, Value
from django.db.models import Sum as Total
from django.db.models.functions import Cast, Coalesce

from ambassadors.rollup import spreads
from ambassadors.rollup.counters import COUNTERS
from ambassadors.rollup.cuts import BITS, KEPT, SINGLE
from ambassadors.rollup.models import Fact, Grain, Spread, Sum

# As they stand in a fact, where the name of the sum's column is taken by the fact's own.
_MOMENT = {"a_touchpoint": F("touchpoint"), "a_questionnaire": Coalesce(F("questionnaire_id"), 0)}
_NO_MOMENT = {"a_touchpoint": Value(""), "a_questionnaire": Value(0)}
_PARTS = {
    "a_day": F("day"),
    "a_division": F("division_id"),
    "a_service": Coalesce(F("service_id"), 0),
    "a_sector": Coalesce(F("sector_id"), 0),
    "a_band": F("band"),
}
_FIRST_OF_MONTH = {
    "postgresql": "CAST(date_trunc('month', a_day) AS date)",
    "sqlite": "substr(a_day, 1, 8) || '01'",
}


def add(facts: QuerySet[Fact], *, sign: int = 1) -> None:
    """Add the stored ``facts`` to the sums; with ``sign`` -1 take them out. One statement.

    They are counted once by all that any cut is split by, and those counts are added up by day and
    month for each cut.
    """
    columns = {**_MOMENT, **_PARTS}
    totals = {
        f"n_{name}": Cast(Count("pk", filter=Q(**{column: value})), models.IntegerField())
        for name, (column, value) in COUNTERS.items()
    }
    month = _FIRST_OF_MONTH[connection.vendor]
    _upsert(
        Sum,
        facts.order_by().annotate(**columns).values(*columns).annotate(**totals),
        kept=((grain, cut) for grain in Grain for cut in KEPT),
        keys={
            "grain": "kept.grain",
            "starts_on": f"CASE WHEN kept.grain = '{Grain.MONTH}' THEN {month} ELSE a_day END",
        },
        totals={name: f"SUM(base.n_{name}) * {sign:d}" for name in COUNTERS},
    )


def add_spreads(wanted: Q, *, sign: int = 1) -> None:
    """Add what is spread of the stored rows that are ``wanted``; with ``sign`` -1 take it out.

    One statement for each kind.
    """
    for kind in spreads.KINDS.values():
        columns = {**(_MOMENT if kind.model is Fact else _NO_MOMENT), **_PARTS}
        worth = Coalesce(Total("value"), Value(0), output_field=models.DecimalField())
        rows = kind.rows(wanted).annotate(**columns).values(*columns, "a_value")
        _upsert(
            Spread,
            rows.annotate(n=Count("pk"), w=worth if kind.has_worth else Value(0)),
            kept=(("", cut) for cut in SINGLE),
            keys={
                "of": f"'{kind.of}'",
                "starts_on": _FIRST_OF_MONTH[connection.vendor],
                "value": "a_value",
            },
            totals={"number": f"SUM(n) * {sign:d}", "worth": f"SUM(w) * {sign:d}"},
        )


def _upsert(
    model: type[Model],
    base: QuerySet[Any, Any],
    *,
    kept: Iterable[tuple[str, int]],
    keys: Mapping[str, str],
    totals: Mapping[str, str],
) -> None:
    """Insert the rows of ``base``, split for each of ``kept``, or add them to those of their key.

    ``keys`` and ``totals`` are columns of ``model`` with what they are made of.
    """
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    keys = {
        **keys,
        "cut": "kept.cut",
        "touchpoint": "a_touchpoint",
        "questionnaire": "a_questionnaire",
        **{
            name: f"CASE WHEN (kept.cut & {bit:d}) <> 0 THEN a_{name} ELSE 0 END"
            for name, bit in BITS.items()
        },
    }
    values = ", ".join(f"('{grain}', {cut:d})" for grain, cut in kept)
    names = [quote(name) for name in totals]
    added = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in names)
    select, parameters = base.query.sql_with_params()
    parts = [
        f"WITH kept (grain, cut) AS (VALUES {values}),",
        f"base AS ({select})",
        f"INSERT INTO {table} ({', '.join(map(quote, [*keys, *totals]))})",
        # Names of our own columns, and numbers. SQLite takes ON CONFLICT for a join without WHERE.
        f"SELECT {', '.join([*keys.values(), *totals.values()])} FROM base CROSS JOIN kept",  # noqa: S608
        f"WHERE 1=1 GROUP BY {', '.join(str(place + 1) for place in range(len(keys)))}",
        f"ON CONFLICT ({', '.join(map(quote, keys))}) DO UPDATE SET {added}",
    ]
    with connection.cursor() as cursor:
        cursor.execute("\n".join(parts), parameters)
