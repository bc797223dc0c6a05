"""Facts added up by the database: written into the sums that are kept, or taken out of them."""

from typing import Any

from django.db import connection, models
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Cast, Coalesce

from ambassadors.rollup.counters import COUNTERS
from ambassadors.rollup.cuts import BITS, KEPT
from ambassadors.rollup.models import Fact, Grain, Sum

_MOMENT = ("touchpoint", "questionnaire")
KEY = ("grain", "starts_on", "cut", *_MOMENT, *BITS)
# As they stand in a fact, where the name of the sum's column is taken by the fact's own.
_OF_FACT = {
    "a_day": F("day"),
    "a_touchpoint": F("touchpoint"),
    "a_questionnaire": Coalesce(F("questionnaire_id"), 0),
    "a_division": F("division_id"),
    "a_service": Coalesce(F("service_id"), 0),
    "a_sector": Coalesce(F("sector_id"), 0),
    "a_band": F("band"),
}
_FIRST_OF_MONTH = {
    "postgresql": "CAST(date_trunc('month', a_day) AS date)",
    "sqlite": "substr(a_day, 1, 8) || '01'",
}


def counted() -> dict[str, Any]:
    """Return every counter as an annotation over ``Fact``."""
    return {
        name: Cast(Count("pk", filter=Q(**{column: value})), models.IntegerField())
        for name, (column, value) in COUNTERS.items()
    }


def add(facts: QuerySet[Fact], *, sign: int = 1) -> None:
    """Add the stored ``facts`` to the sums; with ``sign`` -1 take them out. One statement.

    They are counted once by all that any cut is split by, and those counts are added up by day and
    month for each cut.
    """
    quote = connection.ops.quote_name
    table = quote(Sum._meta.db_table)
    names = [quote(name) for name in COUNTERS]
    columns = ", ".join([*map(quote, KEY), *names])
    totals = ", ".join(f"SUM(base.n_{name}) * {sign:d}" for name in COUNTERS)
    places = ", ".join(str(place) for place in range(1, len(KEY) + 1))
    kept = ", ".join(f"('{grain}', {cut:d})" for grain in Grain for cut in KEPT)
    added = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in names)
    select, parameters = _base(facts)
    parts = [
        f"WITH kept (grain, cut) AS (VALUES {kept}), base AS ({select})",
        f"INSERT INTO {table} ({columns})",
        # Names of our own columns, and numbers. SQLite takes ON CONFLICT for a join without WHERE.
        f"SELECT {_keys()}, {totals} FROM base CROSS JOIN kept WHERE 1=1 GROUP BY {places}",  # noqa: S608
        f"ON CONFLICT ({', '.join(map(quote, KEY))}) DO UPDATE SET {added}",
    ]
    with connection.cursor() as cursor:
        cursor.execute("\n".join(parts), parameters)


def _base(facts: QuerySet[Fact]) -> tuple[str, Any]:
    """Return the statement that counts ``facts`` by every column that some cut is split by."""
    totals = {f"n_{name}": value for name, value in counted().items()}
    grouped: QuerySet[Any, Any] = facts.order_by().annotate(**_OF_FACT).values(*_OF_FACT)
    rows: QuerySet[Any, Any] = grouped.annotate(**totals).values_list(*_OF_FACT, *totals)
    select, parameters = rows.query.sql_with_params()
    return select, parameters


def _keys() -> str:
    """Return the key of a sum of a row of ``base`` and one of ``kept``, as ``KEY`` has it."""
    month = _FIRST_OF_MONTH[connection.vendor]
    keys = {
        "grain": "kept.grain",
        "starts_on": f"CASE WHEN kept.grain = '{Grain.MONTH}' THEN {month} ELSE a_day END",
        "cut": "kept.cut",
        **{name: f"a_{name}" for name in _MOMENT},
        **{
            name: f"CASE WHEN (kept.cut & {bit:d}) <> 0 THEN a_{name} ELSE 0 END"
            for name, bit in BITS.items()
        },
    }
    return ", ".join(keys[name] for name in KEY)
