"""Segmentation: which group an answer belongs to, and why.

Pure: no Django, no database, no clock. The rule is a decision table (PRODUCT, the three groups)
over satisfaction and recommendation. Every rule has a version; a response stores its group, the
version and the reason's code, so that old groups never change by themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Satisfaction(StrEnum):
    """Question 1."""

    DISSATISFIED = "dissatisfied"
    SATISFIED = "satisfied"
    MORE_THAN_SATISFIED = "more_than_satisfied"


class Recommendation(StrEnum):
    """Question 3. ``NOT_ALLOWED``: public officers often may not recommend."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"
    NOT_ALLOWED = "not_allowed"


SCORES = range(11)  # of the 0–10 scale


def recommendation_of(score: int) -> Recommendation:
    """Return what a score on the 0–10 scale says about recommending.

    PRODUCT, the four questions, 3: 9–10 = yes, 7–8 = maybe, 0–6 = no. Raises ValueError for a
    number that is not on the scale.
    """
    if score not in SCORES:
        raise ValueError(f"{score} is not on the scale of 0 to 10.")
    if score >= 9:
        return Recommendation.YES
    return Recommendation.MAYBE if score >= 7 else Recommendation.NO


class Group(StrEnum):
    """How somebody behaves: as a positive ambassador, as neither, as a negative one."""

    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"


GLYPHS: Mapping[Group, str] = {Group.POSITIVE: "+", Group.NEUTRAL: "0", Group.NEGATIVE: "–"}


class Reason(StrEnum):
    """Why a cell of the table belongs to its group."""

    DELIGHTED_AND_RECOMMENDS = "delighted_and_recommends"
    NEARLY = "nearly"
    CONTRADICTION = "contradiction"
    DELIGHTED_MAY_NOT = "delighted_may_not"
    SATISFIED_AND_RECOMMENDS = "satisfied_and_recommends"
    SATISFIED_AND_HESITATES = "satisfied_and_hesitates"
    SATISFIED_BUT_WOULD_NOT = "satisfied_but_would_not"
    SATISFIED_MAY_NOT = "satisfied_may_not"
    RELATION_HOLDS = "relation_holds"
    DISSATISFIED_AND_HESITATES = "dissatisfied_and_hesitates"
    DISSATISFIED_AND_WOULD_NOT = "dissatisfied_and_would_not"
    DISSATISFIED_MAY_NOT = "dissatisfied_may_not"
    NOT_JUDGED = "not_judged"  # of no cell: the rule failed


# The reason in words, as a colleague would say it. Kept here and not in the translation files:
# they belong to the rule, and a response's reason must read the same next to its rule's version.
REASONS: Mapping[Reason, Mapping[str, str]] = {
    Reason.DELIGHTED_AND_RECOMMENDS: {
        "nl": "Meer dan tevreden en beveelt ons aan.",
        "en": "More than satisfied and recommends us.",
    },
    Reason.NEARLY: {
        "nl": "Bijna een ambassadeur: meer dan tevreden, beveelt ons misschien aan.",
        "en": "Nearly an ambassador: more than satisfied, might recommend us.",
    },
    Reason.CONTRADICTION: {
        "nl": "Tegenstrijdig: meer dan tevreden, maar beveelt ons niet aan. Vraag waarom.",
        "en": "Contradiction: more than satisfied, yet would not recommend us. Ask why.",
    },
    Reason.DELIGHTED_MAY_NOT: {
        "nl": "Meer dan tevreden, maar mag niemand aanbevelen. Vraag geen aanbeveling.",
        "en": "More than satisfied but may not recommend anyone. Do not ask for it.",
    },
    Reason.SATISFIED_AND_RECOMMENDS: {
        "nl": "Tevreden en beveelt ons aan.",
        "en": "Satisfied and recommends us.",
    },
    Reason.SATISFIED_AND_HESITATES: {
        "nl": "Tevreden, beveelt ons misschien aan.",
        "en": "Satisfied, might recommend us.",
    },
    Reason.SATISFIED_BUT_WOULD_NOT: {
        "nl": "Zegt tevreden te zijn, maar beveelt ons niet aan.",
        "en": "Says satisfied, but would not recommend us.",
    },
    Reason.SATISFIED_MAY_NOT: {
        "nl": "Tevreden, mag niemand aanbevelen.",
        "en": "Satisfied, may not recommend anyone.",
    },
    Reason.RELATION_HOLDS: {
        "nl": "Ontevreden, maar beveelt ons wel aan: de relatie houdt, het project stelde teleur.",
        "en": "Dissatisfied, yet recommends us: the relation holds, the project failed.",
    },
    Reason.DISSATISFIED_AND_HESITATES: {
        "nl": "Ontevreden, beveelt ons misschien aan.",
        "en": "Dissatisfied, might recommend us.",
    },
    Reason.DISSATISFIED_AND_WOULD_NOT: {
        "nl": "Ontevreden en beveelt ons niet aan.",
        "en": "Dissatisfied and would not recommend us.",
    },
    Reason.DISSATISFIED_MAY_NOT: {
        "nl": "Ontevreden; mag niemand aanbevelen.",
        "en": "Dissatisfied; may not recommend anyone.",
    },
    Reason.NOT_JUDGED: {
        "nl": "Nog niet ingedeeld: de regel gaf een fout.",
        "en": "Not put in a group yet: the rule failed.",
    },
}

Cell = tuple[Satisfaction, Recommendation]


@dataclass(frozen=True, kw_only=True)
class Segment:
    """The verdict on one answer."""

    group: Group
    reason: Reason
    rule_version: str


# Of an answer whose rule failed; it has no rule's version, and is judged again until it has.
UNJUDGED = Segment(group=Group.NEUTRAL, reason=Reason.NOT_JUDGED, rule_version="")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A versioned decision table with exactly one verdict for every possible answer."""

    version: str
    table: Mapping[Cell, tuple[Group, Reason]]

    def __post_init__(self) -> None:
        missing = {(s, r) for s in Satisfaction for r in Recommendation} - set(self.table)
        if missing:
            raise ValueError(f"Rule {self.version} says nothing about {sorted(missing)}.")


_S, _R = Satisfaction, Recommendation

DEFAULT_RULE = Rule(
    version="1",
    table={
        (_S.MORE_THAN_SATISFIED, _R.YES): (Group.POSITIVE, Reason.DELIGHTED_AND_RECOMMENDS),
        (_S.MORE_THAN_SATISFIED, _R.MAYBE): (Group.NEUTRAL, Reason.NEARLY),
        (_S.MORE_THAN_SATISFIED, _R.NO): (Group.NEUTRAL, Reason.CONTRADICTION),
        (_S.MORE_THAN_SATISFIED, _R.NOT_ALLOWED): (Group.POSITIVE, Reason.DELIGHTED_MAY_NOT),
        (_S.SATISFIED, _R.YES): (Group.NEUTRAL, Reason.SATISFIED_AND_RECOMMENDS),
        (_S.SATISFIED, _R.MAYBE): (Group.NEUTRAL, Reason.SATISFIED_AND_HESITATES),
        (_S.SATISFIED, _R.NO): (Group.NEGATIVE, Reason.SATISFIED_BUT_WOULD_NOT),
        (_S.SATISFIED, _R.NOT_ALLOWED): (Group.NEUTRAL, Reason.SATISFIED_MAY_NOT),
        (_S.DISSATISFIED, _R.YES): (Group.NEGATIVE, Reason.RELATION_HOLDS),
        (_S.DISSATISFIED, _R.MAYBE): (Group.NEGATIVE, Reason.DISSATISFIED_AND_HESITATES),
        (_S.DISSATISFIED, _R.NO): (Group.NEGATIVE, Reason.DISSATISFIED_AND_WOULD_NOT),
        (_S.DISSATISFIED, _R.NOT_ALLOWED): (Group.NEGATIVE, Reason.DISSATISFIED_MAY_NOT),
    },
)


def segment(
    satisfaction: Satisfaction, recommendation: Recommendation, rule: Rule = DEFAULT_RULE
) -> Segment:
    """Return the group of an answer under ``rule``, with its reason. Total: never raises."""
    group, reason = rule.table[satisfaction, recommendation]
    return Segment(group=group, reason=reason, rule_version=rule.version)


def reason_in_words(reason: str, language: str) -> str:
    """Return a stored reason code as a sentence in ``language``, Dutch when it has no text.

    An unknown code, written by a newer version, comes back as it is.
    """
    if reason not in set(Reason):
        return reason
    texts = REASONS[Reason(reason)]
    return texts.get(language, texts["nl"])
