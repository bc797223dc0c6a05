"""The table: which signs together put an answer on hold, and where each sign begins."""

from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest

from surveys.suspicion import Limits, Observed, Sign, is_automatic, signs_of

AT = datetime(2026, 11, 20, 14, 2, tzinfo=UTC)
LIMITS = Limits(fast=timedelta(seconds=3), after_mail=timedelta(seconds=20), burst=5)
TRAP, FAST, NO_TIME = Sign.TRAP, Sign.FAST, Sign.NO_TIME
AT_DELIVERY, BURST, NO_COMMENT = Sign.AT_DELIVERY, Sign.BURST, Sign.NO_COMMENT


def ago(seconds: float) -> datetime:
    return AT - timedelta(seconds=seconds)


def observed(**known: object) -> Observed:
    """Somebody who wrote a comment a minute after opening the page, long after the mail."""
    usual = {
        "at": AT,
        "is_trapped": False,
        "has_comment": True,
        "seen_at": ago(60),
        "mailed_at": ago(3600),
        "others": 0,
    }
    return Observed(**{**usual, **known})


@pytest.mark.parametrize("signs", [set(), *({sign} for sign in Sign if sign is not TRAP)])
def test_one_sign_alone_holds_nothing(signs: set[Sign]) -> None:
    assert not is_automatic(signs)


@pytest.mark.parametrize(
    "signs",
    [
        {TRAP},
        {TRAP, NO_TIME},
        {NO_COMMENT, FAST, AT_DELIVERY},
        {NO_COMMENT, FAST, BURST},
        {NO_COMMENT, AT_DELIVERY, BURST},
        {NO_COMMENT, NO_TIME, BURST},
        {NO_COMMENT, FAST, AT_DELIVERY, BURST},
    ],
)
def test_these_together_hold(signs: set[Sign]) -> None:
    assert is_automatic(signs)


@pytest.mark.parametrize(
    "signs",
    [
        {NO_COMMENT, FAST},  # somebody in a hurry
        {NO_COMMENT, NO_TIME},  # a tab from before the key was replaced
        {NO_COMMENT, AT_DELIVERY},  # somebody who was waiting for the mail
        {NO_COMMENT, BURST},  # an office behind one address
        {NO_COMMENT, NO_TIME, AT_DELIVERY},  # somebody's own program
    ],
)
def test_these_are_people(signs: set[Sign]) -> None:
    assert not is_automatic(signs)


def test_whoever_wrote_a_comment_is_a_person_unless_trapped() -> None:
    others = [sign for sign in Sign if sign not in {TRAP, NO_COMMENT}]
    for number in range(len(others) + 1):
        for signs in combinations(others, number):
            assert not is_automatic(set(signs))


@pytest.mark.parametrize(
    ("known", "shown"),
    [
        ({}, set()),
        ({"is_trapped": True}, {TRAP}),
        ({"has_comment": False}, {NO_COMMENT}),
        ({"seen_at": None}, {NO_TIME}),
        ({"seen_at": ago(2.9)}, {FAST}),
        ({"seen_at": ago(3)}, set()),
        ({"mailed_at": None}, set()),
        ({"mailed_at": ago(19.9)}, {AT_DELIVERY}),
        ({"mailed_at": ago(20)}, set()),
        ({"others": 4}, set()),
        ({"others": 5}, {BURST}),
    ],
)
def test_where_a_sign_begins(known: dict[str, object], shown: set[Sign]) -> None:
    assert signs_of(observed(**known), LIMITS) == shown
