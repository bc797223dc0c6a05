"""What is counted of every fact: each counter is "this column has this value".

The one table from which the sums are built, kept, corrected and tested. A counter stands in
``models.Sum`` under its name.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from ambassadors.rollup.fates import Fate
from ambassadors.rollup.standing import Standing
from surveys.models import Group, Interest, Recommendation, Satisfaction

SCORES = range(11)  # question 3 on the 0–10 scale

COUNTERS: dict[str, tuple[str, Any]] = {
    **{fate.value: ("fate", fate.value) for fate in Fate},
    "kept": ("is_kept", True),
    "plus": ("group", Group.POSITIVE.value),
    "zero": ("group", Group.NEUTRAL.value),
    "minus": ("group", Group.NEGATIVE.value),
    "more_than_satisfied": ("satisfaction", Satisfaction.MORE_THAN_SATISFIED.value),
    "satisfied": ("satisfaction", Satisfaction.SATISFIED.value),
    "dissatisfied": ("satisfaction", Satisfaction.DISSATISFIED.value),
    "recommends": ("recommendation", Recommendation.YES.value),
    "wants_more": ("interest", Interest.YES.value),
    **{f"score_{score}": ("score", score) for score in SCORES},
    "taken_up_in_time": ("taken_up", "in_time"),
    "taken_up_late": ("taken_up", "late"),
    "spoken_in_time": ("spoken", "in_time"),
    "spoken_late": ("spoken", "late"),
    "follow_up_open": ("ending", "open"),
    "follow_up_closed": ("ending", "closed"),
    "recovered_in_our_view": ("ending", "solved"),
    "recovered": ("ending", "confirmed"),
    **{f"now_{standing}": ("standing", standing.value) for standing in Standing},
}
COLUMNS: tuple[str, ...] = tuple(dict.fromkeys(column for column, _value in COUNTERS.values()))
_BY_VALUE = {pair: name for name, pair in COUNTERS.items()}


def count(rows: Iterable[Mapping[str, Any]], into: Counter[str] | None = None) -> Counter[str]:
    """Add up rows with the columns of ``COLUMNS`` and, if grouped, ``number``; return the sums."""
    found: Counter[str] = Counter() if into is None else into
    for row in rows:
        number = row.get("number", 1)
        for column in COLUMNS:
            name = _BY_VALUE.get((column, row[column]))
            if name is not None:
                found[name] += number
    return found
