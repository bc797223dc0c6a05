"""The dashboard as management opens it."""

import re
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from ambassadors.dashboard.findings import of_trend, signed
from ambassadors.dashboard.periods import Period
from ambassadors.dashboard.statistics import Share
from ambassadors.rollup.refreshing import refresh
from outbox.models import State
from tests.dashboard.conftest import answered, asked, mail_of
from tests.factories import (
    make_contact,
    make_division,
    make_invitation,
    make_project,
    make_project_contact,
    make_response,
    make_service,
    make_user,
)

PAGE = "/dashboard/"
TOO_FEW = "te weinig om iets over te zeggen"


def words(response):
    """The text of a page, white space as single spaces."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(text.split())


def test_a_named_ambassador_is_shown_with_everything_needed(client, manager):
    response = answered(
        account_manager=make_user(name="Sanne de Wit"), name="MER dijkversterking Schans"
    )
    contact = response.contact
    contact.name, contact.job_title = "Anneke van ’t Hof", "Programmamanager Water"
    contact.save()
    response.services.add(make_service(name="Omgevingsmanagement"))
    page = words(client.get(PAGE))
    for expected in (
        "Wie praat er goed over ons?",
        "Anneke van ’t Hof",
        "Programmamanager Water, beslisser",
        response.project.client.name,
        "MER dijkversterking Schans",
        "Omgevingsmanagement",
        "Sanne de Wit",
    ):
        assert expected in page
    assert "Beveelt aan en wil meer 1" in page


def test_who_may_not_recommend_is_said_so(client, manager):
    answered(recommendation="not_allowed")
    page = words(client.get(PAGE))
    assert "Mag niet vanuit functie" in page
    assert "vraag geen aanbeveling" in page


def test_selections_show_whom_they_count(client, manager):
    people = {
        "both": answered("satisfied", "yes", "yes"),
        "recommends": answered("more_than_satisfied", "yes", "not_now"),
        "more": answered("more_than_satisfied", "not_allowed", "yes"),
        "nobody": answered("satisfied", "maybe", "not_now"),
        "minus": answered("dissatisfied", "yes", "yes"),
    }
    shown = {
        "plus": {"recommends", "more"},
        "both": {"both"},
        "recommends": {"both", "recommends"},
        "more": {"both", "more"},
    }
    for selection, expected in shown.items():
        page = words(client.get(PAGE, {"names": selection}))
        found = {who for who, response in people.items() if response.contact.name in page}
        assert found == expected, selection
        assert "1 persoon zit in de –groep" in page


def test_since_is_the_first_answer_of_the_unbroken_run(client, manager):
    contact = make_contact(name="Ruben el Idrissi")
    story = [(400, "dissatisfied"), (300, "more_than_satisfied"), (3, "more_than_satisfied")]
    for days, satisfaction in story:
        at = timezone.now() - timedelta(days=days)
        project = make_project(client=contact.client, closed_on=timezone.localdate(at))
        invitation = make_invitation(
            project_contact=make_project_contact(project=project, contact=contact), invited_at=at
        )
        make_response(
            invitation=invitation,
            satisfaction=satisfaction,
            recommendation="yes",
            submitted_at=at,
        )
    names = client.get(PAGE, {"period": "30d"}).context["names"]
    assert [timezone.localdate(name.since) for name in names] == [
        timezone.localdate() - timedelta(days=300)
    ]


def test_an_answer_that_was_replaced_does_not_break_the_run(client, manager):
    contact = make_contact(name="Ruben el Idrissi")
    now = timezone.now()
    story = [(300, "more_than_satisfied", None), (3, "dissatisfied", now - timedelta(days=2))]
    for days, satisfaction, replaced_at in story:
        at = now - timedelta(days=days)
        project = make_project(client=contact.client, closed_on=timezone.localdate(at))
        part = make_project_contact(project=project, contact=contact)
        given = {"satisfaction": satisfaction, "recommendation": "yes", "submitted_at": at}
        response = make_response(
            invitation=make_invitation(project_contact=part, invited_at=at),
            replaced_at=replaced_at,
            **given,
        )
    make_response(
        invitation=response.invitation,
        satisfaction="more_than_satisfied",
        recommendation="yes",
        submitted_at=now - timedelta(days=2),
    )
    (name,) = client.get(PAGE, {"period": "30d"}).context["names"]
    assert name.response.satisfaction == "more_than_satisfied"
    assert timezone.localdate(name.since) == timezone.localdate() - timedelta(days=300)


@pytest.mark.parametrize("number", [9, 10])
def test_a_share_is_shown_from_ten_answers_on(client, manager, number):
    division = make_division(name="Water")
    for _number in range(number):
        answered(division=division)
    page = client.get(PAGE)
    share = "100% (72–100%)"  # Wilson for 10 of 10
    assert (share in words(page)) == (number == 10)
    assert (TOO_FEW in page.context["groups"].lines[0].words) == (number == 9)


def test_the_response_rate_stands_beside_the_pilot(client, manager):
    division = make_division()
    for _number in range(12):
        answered(division=division)
    for _number in range(18):
        asked(division=division)
    page = words(client.get(PAGE))
    assert "Respons 40%, op het niveau van de eerste proef" in page
    assert "12 van 30 bezorgd" in page
    assert "40% (25–58%)" in page  # Wilson for 12 of 30
    assert "Royal Haskoning, 2007–08" in page
    # 12 of 30 answered, all +: the rest may all be + or none of them.
    assert "ten minste 40% en ten hoogste 100%" in page


def test_divisions_are_sorted_by_coverage_and_small_ones_say_nothing(client, manager):
    half, whole, small = (make_division(name=name) for name in ("Half", "Heel", "Klein"))
    for _number in range(10):
        answered(division=half)
        make_project_contact(project=make_project(division=half))
        answered(division=whole)
    answered(division=small)
    units = client.get(PAGE).context["divisions"]
    assert [unit.name for unit in units.lines] == ["Heel", "Half"]
    assert [unit.coverage_words for unit in units.lines] == ["100%", "50%"]
    assert [(unit.name, unit.words) for unit in units.small] == [("Klein", TOO_FEW)]


def test_no_figure_compares_persons(client, manager):
    for name in ("Karim Smit", "Thijs Bos"):
        owner = make_user(name=name)
        for _number in range(10):
            answered("satisfied", "maybe", account_manager=owner)
    page = words(client.get(PAGE))
    assert "Karim Smit" not in page
    assert "Thijs Bos" not in page


def test_what_was_kept_is_not_passed_off_as_sent(client, manager):
    mail_of(make_invitation(), transport="kept")
    assert "1 uitnodiging is bewaard" in words(client.get(PAGE))


def test_the_step_itself_says_when_nothing_was_sent(client, manager):
    mail_of(make_invitation(), transport="kept")
    page = words(client.get(PAGE))
    assert "1 bewaard, niet verstuurd" in page
    assert "0 van 1 bewaard, niet verstuurd" in page
    assert "bezorgd " not in page
    asked()
    page = words(client.get(PAGE))
    assert "2 bezorgd" in page
    assert "1 bezorgde uitnodiging is bewaard" in page


def test_a_loss_reads_number_first_and_says_what_is_counted(client, manager):
    asked()
    for _number in range(2):
        mail_of(make_invitation(), state=State.UNDELIVERABLE)
    page = words(client.get(PAGE))
    assert "3 contactpersonen bij afgesloten projecten" in page
    assert "2 niet: 2× mail geweigerd of teruggekomen" in page


def test_a_project_without_contact_is_mentioned(client, manager):
    answered()
    make_project()
    assert "Bij 1 afgesloten project staat geen contactpersoon" in words(client.get(PAGE))


class TestPeriod:
    """Everything on the page is about projects closed in the period."""

    @pytest.fixture
    def two_closings(self, manager):
        today = timezone.localdate()
        return [answered(closed_on=today - timedelta(days=days)).contact.name for days in (10, 100)]

    @pytest.mark.parametrize(
        ("period", "expected"),
        [
            ("30d", [True, False]),
            ("90d", [True, False]),
            ("12m", [True, True]),
            ("all", [True] * 2),
        ],
    )
    def test_presets(self, client, two_closings, period, expected):
        page = client.get(PAGE, {"period": period})
        assert [name in words(page) for name in two_closings] == expected
        assert page.context["tally"].closed == sum(expected)

    def test_own_dates_win_and_include_both_days(self, client, two_closings):
        day = timezone.localdate() - timedelta(days=100)
        page = client.get(PAGE, {"period": "30d", "first": day, "last": day})
        assert [name in words(page) for name in two_closings] == [False, True]
        assert page.context["form"]["period"].value() == Period.OWN

    @pytest.mark.parametrize(
        ("query", "message"),
        [
            ({"first": "2026-02-31"}, "Voer een geldige datum in."),
            ({"first": "2026-03-02", "last": "2026-03-01"}, "De begindatum ligt na de einddatum."),
            ({"period": "own"}, "Vul een eerste of een laatste dag in."),
            ({"period": "ooit"}, "ooit"),
        ],
    )
    def test_bad_input_says_so_and_shows_the_last_12_months(
        self, client, two_closings, query, message
    ):
        page = client.get(PAGE, query)
        assert page.status_code == 200
        assert message in words(page)
        assert "U ziet de laatste 12 maanden" in words(page)
        assert page.context["tally"].closed == 2

    def test_a_part_of_the_firm(self, client, manager):
        water = make_division(name="Water")
        inside, outside = answered(division=water), answered()
        page = words(client.get(PAGE, {"division": water.pk}))
        assert inside.contact.name in page
        assert outside.contact.name not in page


def test_ten_names_at_first_then_fifty_a_page(client, manager):
    division = make_division()
    for _number in range(52):
        answered(division=division)
    first = client.get(PAGE, {"period": "30d"})
    assert len(first.context["names"]) == 10
    assert "Toon alle 52" in words(first)
    everything = client.get(PAGE + first.context["all_names"])
    assert len(everything.context["names"]) == 50
    rest = client.get(PAGE + everything.context["later"])
    assert len(rest.context["names"]) == 2
    assert "pagina 2 van 2" in words(rest)
    assert rest.context["form"]["period"].value() == "30d"


def test_queries_do_not_grow_with_rows(client, manager):
    def cost(**filters):
        with CaptureQueriesContext(connection) as caught:
            client.get(PAGE, {"page": 1, **filters})
        return len(caught)

    division, service = make_division(), make_service()
    answered(division=division).services.add(service)
    asked(division=division)
    before = cost()
    for _number in range(25):
        answered(division=make_division()).services.add(service)
        asked(division=division)
    assert cost() == before <= 39
    refresh()
    assert cost() <= before - 5  # nothing is read anew
    everything = {"division": division.pk, "compare": "year", "band": "25"}
    assert cost(**everything) <= before + 2


def test_templates_do_not_grow_with_rows(client, manager):
    """A template for each option of a menu, or each unit of a chart, is what makes a page slow."""

    def cost():
        return Counter(template.name for template in client.get(PAGE).templates)

    for _number in range(11):  # as many names as the page shows at first
        answered(division=make_division()).services.add(make_service())
    before = cost()
    for _number in range(10):
        answered(division=make_division()).services.add(make_service())
    assert cost() == before
    assert before["dashboard/units.html"] == 2


def test_without_projects_there_is_one_sentence(client, manager):
    page = words(client.get(PAGE))
    assert "Er zijn nog geen projecten." in page
    assert "Dekking" not in page


def test_an_empty_period_offers_everything(client, manager):
    answered(closed_on=timezone.localdate() - timedelta(days=800))
    page = client.get(PAGE)
    assert "geen project met een contactpersoon afgesloten" in words(page)
    assert 'href="?period=all"' in page.content.decode()


def test_drawings_have_no_style_and_no_dutch_decimals(client, manager, filled):
    html = client.get(PAGE, {"period": "all"}).content.decode()
    drawings = re.findall(r"<svg.*?</svg>", html, flags=re.DOTALL)
    assert "style=" not in html
    coordinates = re.findall(r'\s(?:x|x1|x2|cx|width)="([^"]+)"', " ".join(drawings))
    assert len(coordinates) > 50
    assert all(re.fullmatch(r"\d+(\.\d+)?%?", coordinate) for coordinate in coordinates)
    marked = [drawing for drawing in drawings if 'class="strip' in drawing]
    assert all("aria-label=" in drawing for drawing in marked)


def test_only_management_may_look(client, db):
    for role, status in (
        ({}, 403),
        ({"is_administrator": True}, 403),
        ({"is_management": True}, 200),
    ):
        client.force_login(make_user(**role))
        assert client.get(PAGE).status_code == status
    client.logout()
    assert client.get(PAGE).status_code == 302


def test_a_post_is_refused(client, manager):
    assert client.post(PAGE).status_code == 405


def test_the_page_is_complete_in_english(client, manager):
    manager.language = "en"
    manager.save()
    answered()
    page = words(client.get(PAGE))
    assert "Who speaks well of us?" in page
    assert "too few to say anything about" in page


@pytest.mark.parametrize(
    ("first", "last", "finding"),
    [
        ((2, 40), (30, 40), "aantoonbaar hoger dan in voorjaar"),
        ((30, 40), (2, 40), "aantoonbaar lager dan in voorjaar"),
        ((10, 40), (14, 40), "sinds voorjaar niet aantoonbaar veranderd"),
        ((1, 9), (30, 40), "nog geen twee perioden"),
    ],
)
def test_a_change_is_claimed_only_when_the_intervals_are_apart(first, last, finding):
    periods = [
        ("voorjaar", Share(count=first[0], n=first[1])),
        ("zomer", Share(count=last[0], n=last[1])),
    ]
    with translation.override("nl"):
        assert finding in of_trend(periods, glyph="+")


@pytest.mark.parametrize(
    ("value", "text"), [(0.22, "+22"), (-0.05, "–5"), (0.0, "0"), (0.001, "0"), (-0.001, "0")]
)
def test_differences_carry_their_sign(value, text):
    with translation.override("nl"):
        assert signed(value) == text
