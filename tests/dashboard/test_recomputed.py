"""Every figure on the page, computed again from the rows, without the product's own sums."""

import re
from collections import Counter
from datetime import date, timedelta
from math import comb, floor, sqrt
from statistics import median

import pytest
from django.utils import timezone, translation
from django.utils.formats import date_format

from alerts.models import Alert
from ambassadors.rollup.fates import Fate
from ambassadors.rollup.refreshing import refresh
from surveys.models import Invitation, Project, ProjectContact, Response
from tests.dashboard.firm import Firm

PAGE = "/dashboard/"
FEW = "te weinig om iets over te zeggen"
Z = 1.959963984540054
STEPS = ("closed", "eligible", "invited", "delivered", "answered")
BEFORE_ELIGIBLE = {"opted_out", "bounced", "asked_together", "asked_elsewhere", "closed_long_ago"}
BEFORE_INVITED = {"suppressed", "not_yet"}
BEFORE_DELIVERED = {"undeliverable", "waiting", "no_mail"}


class Row:
    """One contact of one project at one touchpoint, as the tables have it."""

    def __init__(self, part, invitation, now):
        self.project, self.invitation = part.project, invitation
        is_close = invitation is None or invitation.touchpoint == "project_close"
        self.touchpoint = "project_close" if is_close else invitation.touchpoint
        self.day = self.project.closed_on if is_close else invitation.invited_at.date()
        standing = Response.objects.filter(invitation=invitation, replaced_at=None)
        self.answer = standing.first() if invitation else None
        self.alert = Alert.objects.filter(response=self.answer).first() if self.answer else None
        self.fate = self._fate(part, now)

    def _fate(self, part, now):
        if self.answer:
            return "answered"
        if self.invitation:
            mail = self.invitation.delivery.state
            if mail == "sent":
                return "expired" if self.invitation.expires_at <= now else "open"
            return {"undeliverable": "undeliverable", "queued": "waiting"}[mail]
        omission = getattr(part, "omission", None)
        if omission:
            return {"suppressed": "suppressed", "asked_together": "asked_together"}[omission.reason]
        if part.contact.opted_out_at:
            return "opted_out"
        long_ago = timezone.localdate(now) - timedelta(days=30)
        return "closed_long_ago" if part.project.closed_on < long_ago else "not_yet"


def all_rows(now):
    """All there are, looked up one by one."""
    found = []
    for part in ProjectContact.objects.filter(project__state="closed"):
        invitations = list(Invitation.objects.filter(project_contact=part))
        if not any(one.touchpoint == "project_close" for one in invitations):
            found.append(Row(part, None, now))
        found += [Row(part, one, now) for one in invitations]
    return found


def number(value):
    whole = floor(abs(value) + 0.5)
    text = f"{whole:,}".replace(",", ".")
    return f"–{text}" if value < 0 and whole else text


def points(value):
    text = number(value)
    return text if text == "0" or text[0] == "–" else f"+{text}"


def wilson(count, n):
    middle = (count + Z * Z / 2) / (n + Z * Z)
    spread = Z / (n + Z * Z) * sqrt(count * (n - count) / n + Z * Z / 4)
    return max(middle - spread, 0), min(middle + spread, 1)


def share(count, n):
    if n < 10:
        return FEW
    low, high = wilson(count, n)
    return f"{number(100 * count / n)}% ({number(100 * low)}–{number(100 * high)}%)"


def difference(plus, minus, n):
    more = (plus + 0.75) / (n + 3), (minus + 0.75) / (n + 3)
    middle = more[0] - more[1]
    spread = Z * sqrt((sum(more) - middle * middle) / (n + 3))
    return 100 * (plus - minus) / n, 100 * (middle - spread), 100 * (middle + spread)


def groups(found):
    counts = Counter(row.answer.group for row in found if row.answer)
    return counts["positive"], counts["neutral"], counts["negative"], counts.total()


def text_of(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def year_before(day):
    return date(day.year - 1, day.month, min(day.day, 28 if day.month == 2 else 31))


class Page:
    """The page as it is opened, and the rows of its last twelve months."""

    def __init__(self, client, firm):
        self.client, self.firm, self.all = client, firm, all_rows(timezone.now())
        self.first = year_before(firm.today + timedelta(days=1))
        self.year = self.rows(first=self.first)

    def rows(self, *, first, last=None, touchpoint="project_close"):
        last = last or self.firm.today
        return [
            row for row in self.all if first <= row.day <= last and row.touchpoint == touchpoint
        ]

    def __call__(self, **query):
        response = self.client.get(PAGE, {"period": "12m", **query})
        assert response.status_code == 200
        return text_of(response.content.decode()), response.context


@pytest.mark.parametrize("is_refreshed", [False, True])
def test_every_figure_follows_from_the_rows(client, manager, is_refreshed):
    firm = Firm()
    if is_refreshed:
        refresh()
    page = Page(client, firm)
    for check in CHECKS:
        check(page, page.year)


def check_coverage_and_every_reason(page, year):
    fates = Counter(row.fate for row in year)
    counts = [len(year)]
    for lost in (BEFORE_ELIGIBLE, BEFORE_INVITED, BEFORE_DELIVERED, {"open", "expired"}):
        counts.append(counts[-1] - sum(fates[fate] for fate in lost))
    text, context = page()
    steps = context["coverage"].steps
    assert [step.number for step in steps] == counts
    assert all(f"step={name}" in step.address for step, name in zip(steps, STEPS, strict=True))
    shown = {
        re.search(r"fate=(\w+)", loss.address)[1]: loss.number
        for step in steps
        for loss in step.losses
    }
    assert shown == {fate: n for fate, n in fates.items() if fate != "answered"}
    assert len(shown) >= 7  # or the firm has too little in it
    for fate, lost in shown.items():
        with translation.override("nl"):
            assert f"{lost}× {Fate(fate).label}" in text
    nobody = Project.objects.filter(closed_on__gte=page.first, project_contacts=None).count()
    assert f"Bij {nobody} afgesloten projecten staat geen contactpersoon" in text


def check_shares_response_and_silence(page, year):
    plus, zero, minus, n = groups(year)
    delivered = sum(row.fate in ("answered", "open", "expired") for row in year)
    text, _context = page()
    for name, count in (("+groep", plus), ("0-groep", zero), ("–groep", minus)):
        assert f"{name} {count} van {n} {share(count, n)}" in text
    value, low, high = difference(plus, minus, n)
    expected = f"{points(value)} punten ({points(low)} tot {points(high)})"
    assert f"+ min – n = {n} {expected}" in text
    assert f"Respons {n} van {delivered} bezorgd {share(n, delivered)}" in text
    least, most = 100 * plus / delivered, 100 * (plus + delivered - n) / delivered
    assert f"ten minste {number(least)}% en ten hoogste {number(most)}%" in text


def check_the_trend_by_month(page, year):
    _text, context = page()
    for picture, group in zip(context["trends"], ("positive", "negative"), strict=True):
        shown = {one.label: one.words for one in picture.periods if one.share.n}
        expected = {}
        for month in {row.day.replace(day=1) for row in year if row.answer}:
            inside = [row for row in year if row.answer and row.day.replace(day=1) == month]
            count = sum(row.answer.group == group for row in inside)
            with translation.override("nl"):
                expected[date_format(month, "F Y")] = share(count, len(inside))
        assert shown == expected
        assert set(expected.values()) != {FEW}


def check_the_trend_by_quarter_of_a_longer_period(page, year):
    # One that old makes it longer than what is shown by month.
    found = page.rows(first=page.firm.today - timedelta(days=3_000))
    _text, context = page(period="all")
    picture = context["trends"][0]
    assert len(picture.periods) > 8
    for one in picture.periods:
        quarter, of_year = map(int, re.findall(r"\d+", one.label))
        inside = [
            row.answer.group
            for row in found
            if row.answer and (row.day.year, (row.day.month + 2) // 3) == (of_year, quarter)
        ]
        assert (one.share.count, one.share.n) == (inside.count("positive"), len(inside))
    assert sum(one.share.n for one in picture.periods) == groups(found)[3]


def check_the_other_period_beside_each_share(page, year):
    before = page.rows(first=year_before(page.first), last=page.first - timedelta(days=1))
    text, _context = page(compare="before")
    for now, then in zip(groups(year)[:3], groups(before)[:3], strict=True):
        n_now, n_then = groups(year)[3], groups(before)[3]
        a, b = wilson(now, n_now), wilson(then, n_then)
        change = "geen aantoonbaar verschil"
        if a[0] > b[1] or a[1] < b[0]:
            change = "nu aantoonbaar " + ("hoger" if a[0] > b[1] else "lager")
        assert f"vorige periode {share(then, n_then)}, n = {n_then}: {change}" in text


def check_nps_of_the_answers_on_its_own_scale(page, year):
    scores = [row.answer.score for row in year if row.answer and row.answer.score is not None]
    n, all_answers = len(scores), groups(year)[3]
    value, low, high = difference(sum(s >= 9 for s in scores), sum(s <= 6 for s in scores), n)
    text, context = page()
    assert n >= 10
    expected = f"NPS {points(value)} ({points(low)} tot {points(high)}), n = {n}"
    assert expected in text
    columns = {int(one.label): one.count for one in context["scores"].columns}
    assert +Counter(columns) == Counter(scores)
    assert f"{all_answers - n} andere reacties zijn op de schaal van drie stappen" in text
    for source in ("TNS NIPO, spotONvision, 2014–15", "Integron, 2024, 2025", "Klanthelden"):
        assert source in text


def check_without_that_scale_there_is_no_nps(page, year):
    text, context = page(touchpoint="aftercare")
    assert context["scores"] is None
    assert "NPS" not in text


def check_the_journey(page, year):
    _text, context = page()
    moments = ("project_close", "aftercare")
    for picture, has_it in (
        (context["journey"], lambda answer: answer.group == "positive"),
        (context["satisfaction"], lambda answer: answer.satisfaction == "more_than_satisfied"),
    ):
        assert len(picture.rungs) == len(moments)
        for rung, moment in zip(picture.rungs, moments, strict=True):
            found = page.rows(first=page.first, touchpoint=moment)
            answers = [row.answer for row in found if row.answer]
            count = sum(has_it(answer) for answer in answers)
            assert rung.words == share(count, len(answers))
            assert f"touchpoint={moment}" in rung.address
        assert rung.share.n >= 10


def follow_up(found):
    """Taken up and spoken to in time, as (in time, all whose term is over)."""
    alerts = [row.alert for row in found if row.alert]
    now = timezone.now()
    taken_up = [
        (alert.acknowledged_at or alert.closed_at or now) <= alert.acknowledge_by
        for alert in alerts
        if alert.acknowledged_at or alert.closed_at or alert.acknowledge_by <= now
    ]
    spoken = [
        bool(alert.first_spoken_at and alert.first_spoken_at <= alert.speak_by)
        for alert in alerts
        if alert.first_spoken_at or alert.speak_by <= now or alert.closed_at
    ]
    return (sum(taken_up), len(taken_up)), (sum(spoken), len(spoken))


def check_units_by_coverage_and_then_follow_up(page, year):
    _text, context = page()
    by_name = {"divisions": {}, "services": {}}
    for row in year:
        by_name["divisions"].setdefault(row.project.division.name, []).append(row)
        service = row.project.service
        by_name["services"].setdefault(
            service.name if service else "Geen dienst genoemd", []
        ).append(row)
    for kind, found in by_name.items():
        units = context[kind]
        shown = {unit.name: unit for unit in [*units.lines, *units.small]}
        assert shown.keys() == found.keys()
        order = []
        for name, inside in found.items():
            plus, _zero, _minus, n = groups(inside)
            invited = sum(row.invitation is not None for row in inside)
            spoken = follow_up(inside)[1]
            unit = shown[name]
            assert unit.words == share(plus, n)
            assert unit.coverage_words == f"{number(100 * invited / len(inside))}%"
            assert (unit.spoken.count, unit.spoken.n) == spoken
            if n >= 10:
                in_time = spoken[0] / spoken[1] if spoken[1] >= 10 else -1
                order.append((-invited / len(inside), -in_time, name))
        assert [unit.name for unit in units.lines] == [name for _c, _f, name in sorted(order)]
    assert [unit.name for unit in context["divisions"].small] == ["Klein"]
    keys = [re.search(r"division=(\d+)", unit.address)[1] for unit in context["divisions"].lines]
    assert {int(key) for key in keys} == {division.pk for division in page.firm.divisions[:2]}


def check_follow_up(page, year):
    text, _context = page()
    taken_up, spoken = follow_up(year)
    minus = [row.alert for row in year if row.alert and row.answer.group == "negative"]
    closed = [alert for alert in minus if alert.state == "closed"]
    in_our_view = sum(alert.outcome == "recovered" for alert in closed)
    for label, (count, n) in (
        ("Op tijd opgepakt", taken_up),
        ("Op tijd gesproken", spoken),
        ("– afgesloten", (len(closed), len(minus))),
        ("Hersteld, zegt de klant", (0, len(closed))),
    ):
        assert n, label
        assert f"{label} {count} van {n} {share(count, n)}" in text
    assert in_our_view > 1
    assert f"{in_our_view} wachten op het woord van de klant" in text


def check_the_median_hours_to_the_first_talk(page, year):
    hours = sorted(
        int((row.alert.first_spoken_at - row.answer.submitted_at) / timedelta(hours=1))
        for row in year
        if row.alert and row.alert.first_spoken_at
    )
    n = len(hours)
    outer = max(
        k for k in range(1, n // 2 + 1) if sum(comb(n, below) for below in range(k)) <= 0.025 * 2**n
    )
    low, high = hours[outer - 1], hours[n - outer]
    assert high < 72  # or the page counts in days
    text, _context = page()
    expected = f"Mediaan {number(median(hours))} uur tot het eerste gesprek"
    assert f"{expected} (95%-interval {low}–{high} uur)" in text
    assert f"n = {n}. Wie nog niet is gesproken" in text
    assert "9 dagen, het gemiddelde in de markt (CustomerGauge, 2013)" in text


CHECKS = (
    check_coverage_and_every_reason,
    check_shares_response_and_silence,
    check_the_trend_by_month,
    check_the_trend_by_quarter_of_a_longer_period,
    check_the_other_period_beside_each_share,
    check_nps_of_the_answers_on_its_own_scale,
    check_without_that_scale_there_is_no_nps,
    check_the_journey,
    check_units_by_coverage_and_then_follow_up,
    check_follow_up,
    check_the_median_hours_to_the_first_talk,
)
