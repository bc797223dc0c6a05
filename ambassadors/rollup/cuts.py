"""By what the sums are split: every filter alone, and beside it what the page sets side by side.

A page adds up the coarsest cut that knows its filters, a few rows for each month. Filters that no
cut knows together are counted from the facts themselves, by an index. A cut is a number: the sum
of the bits of its columns.
"""

from collections.abc import Iterable

BITS = {"division": 1, "service": 2, "sector": 4, "band": 8}


def cut_of(columns: Iterable[str]) -> int:
    """Return the cut that is split by exactly ``columns``."""
    return sum(BITS[column] for column in set(columns))


SINGLE = (0, *BITS.values())
KEPT = (
    *SINGLE,
    *map(
        cut_of,
        (
            ("division", "service"),
            ("division", "sector"),
            ("division", "band"),
            ("service", "sector"),
            ("service", "band"),
        ),
    ),
)
