"""Every figure on the page, computed a second time from the raw rows by other means."""

import re
import statistics
from collections import Counter
from datetime import date, timedelta

import pytest
from django.utils import translation
from statsmodels.stats.proportion import proportion_confint

from alerts.models import Alert
from ambassadors.dashboard.statistics import plus_minus_interval
from ambassadors.rollup.refreshing import refresh
from surveys.models import Invitation, ProjectContact, Response
from tests.board.conftest import NOW, answered, fill, follow, page_of, score

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

MONTH = (date(2026, 10, 1), date(2026, 10, 31))
YEAR = (date(2025, 11, 1), date(2026, 10, 31))


def answers(period):
    at = "invitation__project_contact__project__closed_on__range"
    return list(Response.objects.filter(**{at: period}).order_by("pk"))


def said(count, n):
    """``36% (28–44%), n = 84``, by statsmodels."""
    if n < 10:
        return f"te weinig om iets over te zeggen, n = {n}"
    low, high = (round_half_up(100 * end) for end in proportion_confint(count, n, method="wilson"))
    return f"{round_half_up(100 * count / n)}% ({low}–{high}%), n = {n}"


def round_half_up(value):
    return int(value + 0.5)


@pytest.fixture
def text():
    fill(number=200, divisions=6)
    score()
    follow()
    return page_of()[1]


def columns(text, label, kind=r"\S+"):
    found = re.search(rf"{re.escape(label)} ({kind}) ({kind})", text)
    assert found, label
    return found.groups()


def test_coverage_and_response(text):
    for place, period in enumerate((MONTH, YEAR)):
        contacts = ProjectContact.objects.filter(project__closed_on__range=period)
        invited = Invitation.objects.filter(project_contact__in=contacts)
        given = answers(period)
        assert columns(text, "Personen bij afgesloten projecten")[place] == str(contacts.count())
        assert columns(text, "Uitgenodigd")[place] == str(invited.count())
        assert columns(text, "Bezorgd")[place] == str(invited.count())
        assert columns(text, "Beantwoord")[place] == str(len(given))
        share = round_half_up(100 * invited.count() / contacts.count())
        assert columns(text, "Dekking: uitgenodigd van alle")[place] == f"{share}%"
        name = ("Oktober", "12 maanden")[place]
        assert f"{name}: {said(len(given), invited.count())}" in text


def test_groups_difference_and_silence(text):
    for name, period in (("Oktober", MONTH), ("12 maanden", YEAR)):
        groups = Counter(response.group for response in answers(period))
        n = groups.total()
        for group in ("positive", "neutral", "negative"):
            assert f"{name}: {said(groups[group], n)}" in text
        plus, minus = groups["positive"], groups["negative"]
        points = round(100 * (plus - minus) / n)
        assert f"{name}: {points:+d} (" in text.replace("–", "-")
        assert plus_minus_interval(plus, minus, n).low <= (plus - minus) / n
        asked = Invitation.objects.filter(project_contact__project__closed_on__range=period).count()
        low, high = (round_half_up(100 * end / asked) for end in (plus, plus + asked - n))
        assert f"{name}: {low}% tot {high}%" in text


def test_follow_up(text):
    for name, period in (("Oktober", MONTH), ("12 maanden", YEAR)):
        alerts = Alert.objects.filter(response__in=answers(period))
        done = [one for one in alerts if one.acknowledged_at or one.acknowledge_by <= NOW]
        in_time = [one for one in done if (one.acknowledged_at or NOW) <= one.acknowledge_by]
        assert f"{name}: {said(len(in_time), len(done))}" in text
        hours = [
            int((one.first_spoken_at - one.response.submitted_at) / timedelta(hours=1))
            for one in alerts.select_related("response")
            if one.first_spoken_at
        ]
        median = round_half_up(statistics.median(hours))
        assert f"{name}: {median} uur (" in text
        closed = alerts.filter(group="negative", state="closed").count()
        assert f"{name}: nog geen klant zei het, afgesloten: {closed} –" in text


def test_open_negatives_and_root_causes(text):
    waiting = Alert.objects.filter(group="negative").exclude(state="closed")
    late = waiting.filter(due_at__lt=NOW).count()
    assert f"Nu staan er {waiting.count()} – open, waarvan {late} te laat; de oudste" in text
    closed = Alert.objects.filter(response__in=answers(YEAR)).exclude(root_cause="")
    counted = Counter(closed.values_list("root_cause", flat=True))
    words = {"cost": "Kosten of facturen", "quality": "Kwaliteit van het werk"}
    for code, name in words.items():
        assert f"{name}: {counted[code]}" in text


def test_divisions_by_coverage(text):
    people, asked, given, plus = (Counter() for _time in range(4))
    for part in ProjectContact.objects.filter(project__closed_on__range=YEAR).select_related(
        "project__division"
    ):
        people[part.project.division.name] += 1
    for invitation in Invitation.objects.filter(
        project_contact__project__closed_on__range=YEAR
    ).select_related("project_contact__project__division"):
        asked[invitation.project_contact.project.division.name] += 1
    for response in answers(YEAR):
        name = response.project.division.name
        given[name] += 1
        plus[name] += response.group == "positive"
    places = []
    for name in sorted(people, key=lambda name: (-asked[name] / people[name], name)):
        share, n = said(plus[name], given[name]).split(", n = ")
        coverage = round_half_up(100 * asked[name] / people[name])
        line = f"{name} {coverage}% {n} {share}"
        assert line in text
        places.append(text.index(line))
    assert places == sorted(places)


def test_nps(text):
    for name, period in (("Oktober", MONTH), ("12 maanden", YEAR)):
        scores = [one.score for one in answers(period) if one.score is not None]
        value = 100 * (sum(s >= 9 for s in scores) - sum(s <= 6 for s in scores)) / len(scores)
        said_value = f"{round(value):+d}".replace("-", "–").replace("+0", "0")
        assert f"{name}: NPS {said_value} (" in text
        assert f"n = {len(scores)}" in text
    assert "Klanthelden" in text


def test_the_same_before_and_after_the_background_work():
    fill(number=60)
    follow()
    before = page_of()[1]
    refresh(now=NOW)
    assert page_of()[1] == before


def test_what_changed_a_moment_ago_is_in_it():
    answered()
    refresh(now=NOW)
    answered(contact="Zojuist")
    assert "Zojuist" in page_of()[1]


def test_both_languages_have_the_same_figures():
    fill(number=60)
    numbers = [re.findall(r"[\d–%]+", page_of(language)[1]) for language in ("nl", "en")]
    assert [one for one in numbers[0] if "%" in one] == [one for one in numbers[1] if "%" in one]


def test_english_is_english():
    fill(number=60)
    score()
    follow()
    with translation.override("nl"):  # whoever is active: the reader's language counts
        text = page_of("en")[1]
    for word in ("maanden", "oktober", "Oktober", "Opvolging", "weinig", "Dekking", "andere"):
        assert word not in text
    assert "12 months" in text
