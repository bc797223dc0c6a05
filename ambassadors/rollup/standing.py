"""Who somebody is now, by the latest of all their answers: what the names are counted by."""

from enum import StrEnum

from surveys.models import Group, Interest, Recommendation


class Standing(StrEnum):
    """The group, and of who is not negative whether they recommend us and want more."""

    MINUS = "minus"
    ZERO = "zero"
    ZERO_RECOMMENDS = "zero_recommends"
    ZERO_WANTS_MORE = "zero_wants_more"
    ZERO_BOTH = "zero_both"
    PLUS = "plus"
    PLUS_RECOMMENDS = "plus_recommends"
    PLUS_WANTS_MORE = "plus_wants_more"
    PLUS_BOTH = "plus_both"


_GROUPS = {Group.NEUTRAL.value: "ZERO", Group.POSITIVE.value: "PLUS"}
_WISHES = {
    (False, False): "",
    (True, False): "_RECOMMENDS",
    (False, True): "_WANTS_MORE",
    (True, True): "_BOTH",
}


def standing_of(group: str, recommendation: str, interest: str) -> Standing:
    """Return the standing that an answer gives. Whoever is negative is asked for nothing."""
    if group == Group.NEGATIVE:
        return Standing.MINUS
    wishes = recommendation == Recommendation.YES, interest == Interest.YES
    return Standing[_GROUPS[group] + _WISHES[wishes]]
