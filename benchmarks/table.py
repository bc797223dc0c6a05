"""What a benchmark tells: rows of one table."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles

WIDTHS = (46, 26, 32, 7, 28)
HEADINGS = ("name", "measured", "beside", "ratio", "budget")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One figure. ``is_within`` is None where nothing was promised; then ``budget`` is empty."""

    name: str
    measured: str
    beside: str = ""
    ratio: float | None = None
    budget: str = ""
    is_within: bool | None = None

    def cells(self) -> tuple[str, ...]:
        """Return what stands in the table."""
        verdict = {True: "within", False: "over", None: ""}[self.is_within]
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        budget = ": ".join(filter(None, (self.budget, verdict)))
        return self.name, self.measured, self.beside, ratio, budget


def line(cells: Sequence[str]) -> str:
    """Return one line of the table; a text that is too long pushes the rest to the right."""
    columns = [cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True)]
    return " | ".join(columns).rstrip()


def heading() -> str:
    """Return the first two lines of the table."""
    return line(HEADINGS) + "\n" + "-+-".join("-" * width for width in WIDTHS)


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the value that ``percent`` of ``values`` do not exceed; of few values, the highest."""
    if len(values) < 2:
        return max(values, default=float("nan"))
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def milliseconds(seconds: float) -> str:
    """Return ``seconds`` as text in milliseconds."""
    return f"{seconds * 1000:.0f} ms"
