"""What a run of faults tells: one row a variant, and under the table what was done to it."""

from collections.abc import Sequence
from dataclasses import dataclass

TAKEOVER = 60.0  # seconds of life within which a dead worker's claim is somebody else's
_COLUMNS = (
    ("variant", 9),
    ("kills", 6),
    ("thanked", 12),
    ("deliveries", 10),
    ("lost", 5),
    ("half sets", 9),
    ("copies", 6),
    ("not flagged", 11),
    ("slowest takeover", 22),
    ("verdict", 7),
)
_NAMED = 10  # of each kind of fault


@dataclass(frozen=True, kw_only=True)
class Row:
    """One variant. ``broken`` holds what breaks the promise, by its name."""

    variant: str
    kills: int
    asked: int
    thanked: int
    deliveries: int
    lost: int
    half_sets: int
    copies: int
    unflagged: int
    takeover: float | None
    takeovers: int
    haste: int
    uncertain: int
    died_alone: int
    seconds: float
    done: dict[str, int]
    broken: dict[str, list[str]]

    @property
    def is_kept(self) -> bool:
        """Whether the promise held: every client thanked, and nothing broken."""
        return not self.faults()

    def faults(self) -> dict[str, list[str]]:
        """Return all that is wrong, by its name."""
        found = dict(self.broken)
        if self.thanked < self.asked:
            found["never thanked"] = [f"{self.asked - self.thanked} of {self.asked} clients"]
        if self._is_takeover_judged and (self.takeover or 0) > TAKEOVER:
            found["takeover"] = [f"{self.takeover:.1f} s, not within {TAKEOVER:.0f} s"]
        return found

    @property
    def _is_takeover_judged(self) -> bool:
        """Not in haste, where starting a process takes as long as a lease, nor where one process
        is all there is, and is killed again before it can take over anything."""
        return self.haste == 1 and self.variant != "embedded"

    def cells(self) -> tuple[str, ...]:
        takeover = "none" if self.takeover is None else f"{self.takeover:.1f} s"
        return (
            self.variant,
            str(self.kills),
            f"{self.thanked} of {self.asked}",
            str(self.deliveries),
            str(self.lost),
            str(self.half_sets),
            str(self.copies),
            str(self.unflagged),
            f"{takeover} ({self.takeovers})" + (" of 60 s" if self._is_takeover_judged else ""),
            "kept" if self.is_kept else "BROKEN",
        )

    def story(self) -> str:
        """Return what was done to it, in words."""
        done = ", ".join(f"{name} {count}" for name, count in self.done.items())
        missed = f"{self.uncertain} replies missed"
        how = f"{self.seconds:.0f} s, waits divided by {self.haste}"
        return f"{self.variant} ({how}): {done}; {missed}."


def heading() -> str:
    """Return the first two lines of the table."""
    return (
        _line([name for name, _width in _COLUMNS])
        + "\n"
        + _line(["-" * width for _name, width in _COLUMNS])
    )


def line(row: Row) -> str:
    """Return the line of ``row``."""
    return _line(row.cells())


def complaints(row: Row) -> list[str]:
    """Return what is wrong, a line each, the first few of a kind by name."""
    return [
        f"  {row.variant}, {name}: {len(found)}: " + "; ".join(found[:_NAMED])
        for name, found in row.faults().items()
    ]


def _line(cells: Sequence[str]) -> str:
    columns = zip(cells, _COLUMNS, strict=True)
    return " | ".join(cell.ljust(width) for cell, (_name, width) in columns).rstrip()
