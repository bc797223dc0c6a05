"""What the figures say in words, in English and in Dutch, and what stands beside what."""

import pytest
from django.utils import translation

from ambassadors.dashboard import findings
from ambassadors.dashboard.references import (
    REFERENCES,
    Figure,
    Name,
    Reference,
    Standing,
    beside,
    standing,
)
from ambassadors.dashboard.statistics import (
    Change,
    Interval,
    Median,
    Nps,
    Share,
    median_of_counts,
)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def median(low, value, high, n=40):
    return Median(value=value, interval=Interval(low=low, high=high), n=n)


ENOUGH = Share(count=30, n=84)
FEW = Share(count=3, n=9)


@pytest.mark.parametrize(
    ("points", "words"), [(12.4, "+12"), (0.5, "+1"), (0.4, "0"), (-0.4, "0"), (-3, "–3")]
)
def test_points_carry_their_sign(points, words):
    assert findings.signed_points(points) == words
    assert findings.signed(points / 100) == words


def test_a_score_is_said_with_interval_and_n():
    score = Nps(promoters=30, passives=34, detractors=20)
    assert findings.of_nps(score) == "NPS +12 (–4 to +27), n = 84"
    with translation.override("nl"):
        assert findings.of_nps(score) == "NPS +12 (–4 tot +27), n = 84"


def test_nine_scores_say_nothing_and_stand_beside_nothing():
    score = Nps(promoters=9, passives=0, detractors=0)
    assert findings.of_nps(score) == "NPS: too few answers to say anything about"
    assert findings.nps_beside_references(score) == []
    with translation.override("nl"):
        assert findings.of_nps(score) == "NPS: te weinig reacties om iets over te zeggen"


def test_a_score_stands_beside_its_three_references_with_their_source():
    assert findings.nps_beside_references(Nps(promoters=30, passives=34, detractors=20)) == [
        "Demonstrably higher than –30, the Dutch average between businesses, over ten sectors "
        "(TNS NIPO, spotONvision, 2014–15)",
        "Not demonstrably different from +17, the Dutch average between businesses "
        "(Integron, 2024, 2025)",
        "Not demonstrably different from –10 to +20, what a culture of sevens scores "
        "(Veldhoen, Van Slooten: Klanthelden)",
    ]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (21, 30, Standing.ABOVE),
        (-30, -11, Standing.BELOW),
        (-10, 20, Standing.WITHIN),
        (20, 30, Standing.NOT_DEMONSTRABLE),  # they touch
        (-30, -10, Standing.NOT_DEMONSTRABLE),
        (-50, 50, Standing.NOT_DEMONSTRABLE),
    ],
)
def test_only_an_interval_that_leaves_the_reference_out_is_above_or_below(low, high, expected):
    (sevens,) = (found for found in REFERENCES if found.name is Name.CULTURE_OF_SEVENS)
    assert standing(Interval(low=low, high=high), sevens) is expected


def test_no_interval_proves_that_a_single_value_is_equalled():
    (average,) = (found for found in REFERENCES if found.name is Name.DUTCH_B2B)
    assert standing(Interval(low=17, high=17), average) is Standing.NOT_DEMONSTRABLE


def test_the_references_are_those_of_the_product():
    found = {
        figure: [(reference.low, reference.high) for reference in beside(figure)]
        for figure in Figure
    }
    assert found == {
        Figure.RESPONSE_RATE: [(0.40, 0.40)],
        Figure.NPS: [(-30, -30), (17, 17), (-10, 20)],
        Figure.FIRST_CONTACT: [(24, 48), (216, 216)],
    }


@pytest.mark.parametrize("reference", REFERENCES, ids=lambda found: found.name)
@pytest.mark.parametrize("language", ["en", "nl"])
def test_every_reference_is_named_with_its_source(reference: Reference, language):
    with translation.override(language):
        words = findings.reference_words(reference)
    assert reference.source in words
    assert reference.year in words
    assert str(findings.reference_label(reference)) not in ("", reference.name)


def test_follow_up_says_share_and_median_with_their_intervals():
    words = findings.of_follow_up(Share(count=69, n=84), median(4, 6.5, 9))
    assert words == (
        "82% (73–89%) of the alerts was followed up in time; "
        "half of the clients was spoken to within 7 hours (4–9 hours)"
    )
    with translation.override("nl"):
        assert findings.of_follow_up(Share(count=69, n=84), median(4, 6, 9)) == (
            "82% (73–89%) van de signalen is op tijd opgevolgd; "
            "de helft van de klanten is gesproken binnen 6 uur (4–9 uur)"
        )


@pytest.mark.parametrize(
    "contact",
    [None, median_of_counts({4: 5}), median_of_counts({4: 9})],
    ids=["none", "no interval", "nine"],
)
def test_follow_up_leaves_out_a_median_of_too_few(contact):
    words = findings.of_follow_up(Share(count=69, n=84), contact)
    assert words == "82% (73–89%) of the alerts was followed up in time"
    assert findings.follow_up_beside_references(contact) == []


def test_nine_alerts_say_nothing_about_follow_up():
    words = findings.of_follow_up(FEW, median(4, 6, 9))
    assert words == "Follow-up: too few alerts to say anything about"


@pytest.mark.parametrize(
    ("contact", "target", "average"),
    [
        (median(4, 6, 9), "Demonstrably faster", "Demonstrably faster"),
        (median(26, 30, 40), "Demonstrably within", "Demonstrably faster"),
        (median(20, 30, 60), "Not demonstrably different from", "Demonstrably faster"),
        (median(220, 240, 300), "Demonstrably slower", "Demonstrably slower"),
    ],
)
def test_first_contact_stands_beside_target_and_average(contact, target, average):
    one, other = findings.follow_up_beside_references(contact)
    assert one.startswith(target)
    assert one.endswith("24–48 hours, the target in the market (CustomerGauge, 2013)")
    assert other.startswith(average)
    assert other.endswith("9 days, the average in the market (CustomerGauge, 2013)")


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        *((0, "less than an hour"), (0.5, "1 hour"), (1, "1 hour"), (71, "71 hours")),
        *((72, "3 days"), (216, "9 days"), (24_000, "1,000 days")),
    ],
)
def test_hours_become_days_from_three_days_on(hours, words):
    assert findings.hours_words(hours) == words


@pytest.mark.parametrize(
    ("confirmed", "waiting", "words"),
    [
        (Share(count=0, n=0), 0, "No – was closed yet"),
        (
            Share(count=6, n=9),
            0,
            "6 of 9 closed – solved by the client's own word: too few to say anything about",
        ),
        (
            Share(count=6, n=14),
            0,
            "Of the closed –, 43% (21–67%) is solved by the client's own word",
        ),
        (
            Share(count=6, n=14),
            3,
            "Of the closed –, 43% (21–67%) is solved by the client's own word; "
            "3 wait for the client's word",
        ),
    ],
)
def test_recovery_is_what_clients_say(confirmed, waiting, words):
    assert findings.of_recovery(confirmed, waiting) == words


HIGH, LOW = Share(count=60, n=100), Share(count=20, n=100)


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        ([HIGH], "Not yet two touchpoints with enough answers to compare"),
        ([HIGH, FEW], "Not yet two touchpoints with enough answers to compare"),
        ([LOW, HIGH], "No touchpoint is demonstrably lower than the one before"),
        ([HIGH, HIGH], "No touchpoint is demonstrably lower than the one before"),
        ([HIGH, LOW], "“B” is demonstrably lower than “A”"),
        ([HIGH, FEW, LOW], "“C” is demonstrably lower than “A”"),
        (
            [HIGH, LOW, HIGH, LOW],
            "“B” is demonstrably lower than “A”; “D” is demonstrably lower than “C”",
        ),
    ],
)
def test_the_journey_names_where_it_falls(shares, words):
    touchpoints = list(zip("ABCD", shares, strict=False))
    assert findings.of_journey(touchpoints) == words


def test_more_than_satisfied_is_said_with_its_interval():
    assert findings.of_more_than_satisfied(ENOUGH) == "36% (26–46%) is more than satisfied"
    assert findings.of_more_than_satisfied(FEW) == (
        "More than satisfied: too few answers to say anything about"
    )


@pytest.mark.parametrize("found", Change)
@pytest.mark.parametrize("language", ["en", "nl"])
def test_every_change_has_words(found, language):
    with translation.override(language):
        assert findings.of_change(found)


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ([], "Nobody yet"),
        ([0, 0], "Nobody yet"),
        ([9, 9], "9 of 9: b"),
        ([1200, 700, 600], "600 of 1,200: c. Most fall away before “b”: 500"),
    ],
)
def test_the_steps_say_where_most_fall_away(numbers, words):
    assert findings.of_steps(list(zip("abc", numbers, strict=False))) == words
