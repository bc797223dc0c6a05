"""Facts added up by the database: written into the sums that are kept, or taken out of them."""

from typing import Any

from django.db import connection, models
from django.db.models import Count, ExpressionWrapper, F, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, TruncMonth

from ambassadors.rollup.counters import COUNTERS
from ambassadors.rollup.models import Axis, Fact, Grain, Sum

KEY = (
    "grain",
    "starts_on",
    "axis",
    "part",
    "touchpoint",
    "questionnaire",
    "division",
    "service",
)
# What is kept: days for the ends of a period, months for what lies between.
_KEPT = (
    (Grain.DAY, Axis.ALL),
    (Grain.MONTH, Axis.ALL),
    (Grain.MONTH, Axis.SECTOR),
    (Grain.MONTH, Axis.BAND),
)


def counted(sign: int = 1) -> dict[str, Any]:
    """Return every counter as an annotation over ``Fact``, taken ``sign`` times."""
    return {
        name: ExpressionWrapper(
            Count("pk", filter=Q(**{column: value})) * sign, output_field=models.IntegerField()
        )
        for name, (column, value) in COUNTERS.items()
    }


def add(facts: QuerySet[Fact], *, sign: int = 1) -> None:
    """Add the stored ``facts`` to the sums; with ``sign`` -1 take them out. Four statements."""
    for grain, axis in _KEPT:
        _upsert(_grouped(facts, grain, axis, sign))


def _grouped(facts: QuerySet[Fact], grain: Grain, axis: Axis, sign: int) -> QuerySet[Any, Any]:
    starts_on = TruncMonth("day") if grain == Grain.MONTH else F("day")
    part = Coalesce(Cast(F(axis.value), models.BigIntegerField()), 0) if axis else Value(0)
    text = models.CharField()
    keys = {
        "a_grain": Value(grain.value, output_field=text),
        "a_starts_on": Cast(starts_on, models.DateField()),
        "a_axis": Value(axis.value, output_field=text),
        "a_part": part,
        "a_touchpoint": F("touchpoint"),
        "a_questionnaire": Coalesce(F("questionnaire_id"), 0),
        "a_division": F("division_id"),
        "a_service": Coalesce(F("service_id"), 0),
    }
    totals = {f"n_{name}": value for name, value in counted(sign).items()}
    grouped: QuerySet[Any, Any] = facts.order_by().annotate(**keys).values(*keys)
    rows: QuerySet[Any, Any] = grouped.annotate(**totals).values_list(*keys, *totals)
    return rows


def _upsert(rows: QuerySet[Any, Any]) -> None:
    """Insert ``rows`` into the sums, or add them to the row of the same key."""
    quote = connection.ops.quote_name
    table = quote(Sum._meta.db_table)
    columns = ", ".join(quote(name) for name in (*KEY, *COUNTERS))
    keys = ", ".join(quote(name) for name in KEY)
    sums = ", ".join(f"{quote(n)} = {table}.{quote(n)} + excluded.{quote(n)}" for n in COUNTERS)
    select, parameters = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns}) {select} ON CONFLICT ({keys}) DO UPDATE SET {sums}",
            parameters,
        )
