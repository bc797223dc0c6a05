"""The rule of the three groups: PRODUCT's table, and what must hold for any such table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.segmentation import (
    DEFAULT_RULE,
    GLYPHS,
    REASONS,
    Group,
    Reason,
    Recommendation,
    Rule,
    Satisfaction,
    reason_in_words,
    recommendation_of,
    segment,
)

# PRODUCT, the three groups. Columns: yes, maybe, no, not allowed.
TABLE = """
more_than_satisfied  +  0  0  +
satisfied            0  0  –  0
dissatisfied         –  –  –  –
"""
CELLS = [
    (Satisfaction(row[0]), recommendation, glyph)
    for row in (line.split() for line in TABLE.strip().splitlines())
    for recommendation, glyph in zip(Recommendation, row[1:], strict=True)
]
# From worst to best. "Not allowed" says nothing about liking and has no place in the order.
WORST_TO_BEST = [Recommendation.NO, Recommendation.MAYBE, Recommendation.YES]
GROUPS = [Group.NEGATIVE, Group.NEUTRAL, Group.POSITIVE]

satisfactions = st.sampled_from(Satisfaction)
recommendations = st.sampled_from(Recommendation)


def _height(satisfaction: Satisfaction, recommendation: Recommendation) -> int:
    return GROUPS.index(segment(satisfaction, recommendation).group)


@pytest.mark.parametrize(("satisfaction", "recommendation", "glyph"), CELLS)
def test_the_table_of_the_product(satisfaction, recommendation, glyph):
    assert GLYPHS[segment(satisfaction, recommendation).group] == glyph


@pytest.mark.parametrize(
    ("satisfaction", "recommendation", "reason"),
    [
        ("more_than_satisfied", "maybe", Reason.NEARLY),
        ("more_than_satisfied", "no", Reason.CONTRADICTION),
        ("more_than_satisfied", "not_allowed", Reason.DELIGHTED_MAY_NOT),
        ("dissatisfied", "yes", Reason.RELATION_HOLDS),
    ],
)
def test_the_cells_that_carry_a_remark(satisfaction, recommendation, reason):
    assert segment(Satisfaction(satisfaction), Recommendation(recommendation)).reason == reason


@given(satisfactions, recommendations)
def test_every_answer_has_a_verdict_with_the_rules_version(satisfaction, recommendation):
    verdict = segment(satisfaction, recommendation)
    assert verdict.group in Group
    assert verdict.rule_version == DEFAULT_RULE.version


@given(satisfactions, st.sampled_from(WORST_TO_BEST), st.sampled_from(WORST_TO_BEST))
def test_recommending_less_never_improves_the_group(satisfaction, one, other):
    worse, better = sorted((one, other), key=WORST_TO_BEST.index)
    assert _height(satisfaction, worse) <= _height(satisfaction, better)


@given(recommendations, satisfactions, satisfactions)
def test_being_more_satisfied_never_worsens_the_group(recommendation, one, other):
    worse, better = sorted((one, other), key=list(Satisfaction).index)
    assert _height(worse, recommendation) <= _height(better, recommendation)


def test_every_cell_has_its_own_reason():
    reasons = [reason for _group, reason in DEFAULT_RULE.table.values()]
    assert sorted(reasons) == sorted(set(Reason) - {Reason.NOT_JUDGED})


@given(st.sets(st.sampled_from(sorted(DEFAULT_RULE.table)), min_size=1))
def test_a_rule_that_leaves_an_answer_out_is_refused(left_out):
    table = {cell: verdict for cell, verdict in DEFAULT_RULE.table.items() if cell not in left_out}
    with pytest.raises(ValueError, match="Rule 2 says nothing about"):
        Rule(version="2", table=table)


def test_another_rule_decides_and_signs_with_its_own_version():
    cell = (Satisfaction.SATISFIED, Recommendation.YES)
    table = {**DEFAULT_RULE.table, cell: (Group.POSITIVE, Reason.SATISFIED_AND_RECOMMENDS)}
    verdict = segment(*cell, Rule(version="firm-2", table=table))
    assert (verdict.group, verdict.rule_version) == (Group.POSITIVE, "firm-2")
    assert segment(*cell).group == Group.NEUTRAL


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_reason_is_a_sentence_of_its_own_in_both_languages(language):
    sentences = [REASONS[reason][language] for reason in Reason]
    assert len(set(sentences)) == len(Reason)
    assert all(sentence[0].isupper() and sentence.endswith(".") for sentence in sentences)


def test_the_reason_in_words_follows_the_language_and_falls_back_to_dutch():
    assert reason_in_words("nearly", "en").startswith("Nearly an ambassador")
    assert reason_in_words("nearly", "nl").startswith("Bijna een ambassadeur")
    assert reason_in_words("nearly", "de") == reason_in_words("nearly", "nl")


def test_a_reason_of_a_newer_version_comes_back_as_it_is():
    assert reason_in_words("not_invented_yet", "nl") == "not_invented_yet"


@pytest.mark.parametrize(
    ("scores", "recommendation"),
    [
        (range(7), Recommendation.NO),
        (range(7, 9), Recommendation.MAYBE),
        (range(9, 11), Recommendation.YES),
    ],
)
def test_a_score_says_whether_somebody_recommends(scores, recommendation):
    assert {recommendation_of(score) for score in scores} == {recommendation}


@pytest.mark.parametrize("score", [-1, 11])
def test_what_is_not_on_the_scale_says_nothing(score):
    with pytest.raises(ValueError, match="scale"):
        recommendation_of(score)
