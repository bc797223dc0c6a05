"""The published figures that ours may stand beside, each with its source (PRODUCT, reference
figures). Pure; what a reference is called stands in ``findings``.

A reference has no interval: the sources print none. So only ours decides, and only when it leaves
the reference out altogether.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum

from ambassadors.dashboard.statistics import Interval


class Figure(StrEnum):
    """What a reference may stand beside, and so in which unit it is."""

    RESPONSE_RATE = "response rate"  # a share between 0 and 1
    NPS = "NPS"  # points between -100 and 100, only of questionnaires with the scale of 0 to 10
    FIRST_CONTACT = "first contact"  # hours on the clock, nights and weekends counted


class Name(StrEnum):
    """Which reference it is; ``findings.reference_label`` has the words."""

    PILOT = "pilot"
    TEN_SECTORS = "ten sectors"
    DUTCH_B2B = "dutch b2b"
    CULTURE_OF_SEVENS = "culture of sevens"
    MARKET_TARGET = "market target"
    MARKET_AVERAGE = "market average"


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A published figure from ``low`` to ``high``; of a single value the two are equal.

    ``year`` is empty where the source is a book without a measurement of its own.
    """

    name: Name
    beside: Figure
    low: float
    high: float
    source: str
    year: str

    @property
    def is_range(self) -> bool:
        """Whether the source gives a range rather than one value."""
        return self.low < self.high


REFERENCES = (
    Reference(
        name=Name.PILOT,
        beside=Figure.RESPONSE_RATE,
        low=0.40,
        high=0.40,
        source="Royal Haskoning",
        year="2007–08",
    ),
    Reference(
        name=Name.TEN_SECTORS,  # 1,390 client experiences, 7% promoters
        beside=Figure.NPS,
        low=-30,
        high=-30,
        source="TNS NIPO, spotONvision",
        year="2014–15",
    ),
    Reference(
        name=Name.DUTCH_B2B,  # +17 in the reports of both years
        beside=Figure.NPS,
        low=17,
        high=17,
        source="Integron",
        year="2024, 2025",
    ),
    Reference(
        name=Name.CULTURE_OF_SEVENS,
        beside=Figure.NPS,
        low=-10,
        high=20,
        source="Veldhoen, Van Slooten: Klanthelden",
        year="",
    ),
    Reference(
        name=Name.MARKET_TARGET,
        beside=Figure.FIRST_CONTACT,
        low=24,
        high=48,
        source="CustomerGauge",
        year="2013",
    ),
    Reference(
        name=Name.MARKET_AVERAGE,  # 9 days
        beside=Figure.FIRST_CONTACT,
        low=9 * 24,
        high=9 * 24,
        source="CustomerGauge",
        year="2013",
    ),
)


def beside(figure: Figure) -> tuple[Reference, ...]:
    """Return the references that may stand beside ``figure``.

    There is none for + minus –: that scale has three steps and is set beside nothing.
    """
    return tuple(reference for reference in REFERENCES if reference.beside is figure)


class Standing(Enum):
    """How a figure of ours stands to a reference."""

    ABOVE = "above"
    BELOW = "below"
    WITHIN = "within"
    NOT_DEMONSTRABLE = "not demonstrable"


def standing(interval: Interval, reference: Reference) -> Standing:
    """Return where the figure with this 95% interval demonstrably lies.

    ``WITHIN`` is said of ranges only: one value cannot be proven equal.
    """
    if interval.low > reference.high:
        return Standing.ABOVE
    if interval.high < reference.low:
        return Standing.BELOW
    if reference.is_range and reference.low <= interval.low and interval.high <= reference.high:
        return Standing.WITHIN
    return Standing.NOT_DEMONSTRABLE
