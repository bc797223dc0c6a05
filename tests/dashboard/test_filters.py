"""The filter of the dashboard: what it lets through, what stands as a chip, what it refuses."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from ambassadors.dashboard import forms
from tests.dashboard.conftest import answered, asked
from tests.factories import (
    make_client,
    make_division,
    make_invitation,
    make_project,
    make_project_contact,
    make_questionnaire,
    make_response,
    make_sector,
    make_service,
    make_user,
)

PAGE = "/dashboard/"


def words(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def numbers(browser, **query):
    """How many were closed and answered, the names, by the page's own figures."""
    context = browser.get(PAGE, query).context
    return (
        context["tally"].closed,
        context["tally"].answered,
        [name.response.contact.name for name in context["names"]],
    )


@pytest.fixture
def parts(manager):
    """Two projects that differ in everything that one can filter on."""
    questionnaire = make_questionnaire(touchpoint="project_close", is_active=True)
    one = {
        "division": make_division(),
        "service": make_service(),
        "sector": make_sector(),
        "client": make_client(name="Provincie Zeeland"),
        "value": 30_000,
    }
    inside, outside = answered(**one), answered(value=None)
    inside.invitation.questionnaire = questionnaire
    inside.invitation.save(update_fields=["questionnaire"])
    asked(**{**one, "value": 600_000, "client": make_client(name="Zeeland Havens")})
    return {"questionnaire": questionnaire, **one, "inside": inside, "outside": outside}


@pytest.mark.parametrize(
    ("name", "closed"),
    [("division", 2), ("service", 2), ("sector", 2), ("client", 1), ("questionnaire", 1)],
)
def test_each_filter_holds_for_names_and_figures(client, parts, name, closed):
    found = numbers(client, **{name: parts[name].pk})
    assert found == (closed, 1, [parts["inside"].contact.name])
    assert numbers(client)[:2] == (3, 2)


@pytest.mark.parametrize(("band", "closed"), [("25", 1), ("500", 1), ("9999", 1), ("0", 0)])
def test_the_value_of_a_project(client, parts, band, closed):
    assert client.get(PAGE, {"band": band}).context["tally"].closed == closed


def test_filters_add_up(client, parts):
    query = {"division": parts["division"].pk, "band": "500", "period": "30d"}
    assert numbers(client, **query) == (1, 0, [])


@pytest.mark.parametrize(
    "typed", ["Provincie Zeeland", "provincie zeeland", "Provincie", " vincie "]
)
def test_a_client_is_found_by_name_or_by_a_part_that_only_one_has(client, parts, typed):
    page = client.get(PAGE, {"client": typed})
    assert page.context["tally"].closed == 1
    assert page.context["form"]["client"].value() == "Provincie Zeeland"
    assert "Klant: Provincie Zeeland" in words(page)


def test_of_several_clients_one_is_chosen(client, parts):
    page = client.get(PAGE, {"client": "zeeland", "period": "30d"})
    assert "Meer klanten heten zo. Kies er een, of typ meer van de naam." in words(page)
    assert "U ziet de pagina zonder dat filter: Klant." in words(page)
    assert page.context["tally"].closed == 3
    assert [chip.text for chip in page.context["clients_meant"]] == [
        "Provincie Zeeland",
        "Zeeland Havens",
    ]
    chosen = client.get(PAGE + page.context["clients_meant"][0].address)
    assert chosen.context["tally"].closed == 1
    assert chosen.context["form"]["period"].value() == "30d"


def test_never_more_clients_than_can_be_read(client, manager):
    answered(client=make_client(name="Provincie Zeeland"))
    for number in range(30):
        make_client(name=f"Gemeente {number:02}")
    page = client.get(PAGE, {"client": "gemeente"})
    assert len(page.context["clients_meant"]) == forms.CLIENTS_SHOWN + 1
    assert page.content.decode().count("Gemeente") == forms.CLIENTS_SHOWN + 1


@pytest.mark.parametrize(
    ("name", "label"),
    [
        *(("division", "Divisie"), ("service", "Dienst"), ("sector", "Sector")),
        *(("client", "Klant"), ("questionnaire", "Vragenlijst"), ("band", "Projectwaarde")),
        *(("touchpoint", "Contactmoment"), ("compare", "Vergelijk met")),
    ],
)
@pytest.mark.parametrize("value", ["999999", "weg", "9" * 40, "-1", "²", "\x00"])
def test_what_is_gone_does_not_filter_and_says_so(client, parts, name, label, value):
    query = {name: value, "period": "30d"}
    if name != "division":
        query["division"] = parts["division"].pk
    page = client.get(PAGE, query)
    assert page.status_code == 200
    assert f"U ziet de pagina zonder dat filter: {label}." in words(page)
    assert page.context["tally"].closed == (3 if name == "division" else 2)  # the rest still holds
    assert page.context["form"]["period"].value() == "30d"


def test_a_questionnaire_of_another_touchpoint_stands_for_its_own(client, parts):
    query = {"questionnaire": parts["questionnaire"].pk, "touchpoint": "aftercare"}
    page = client.get(PAGE, query)
    assert "Deze vragenlijst hoort bij een ander contactmoment." in words(page)
    assert page.context["tally"].closed == 1


def test_a_questionnaire_says_which_it_is(client, parts):
    make_questionnaire(touchpoint="delivery")  # a draft that nobody was asked
    text = words(client.get(PAGE))
    assert "Projectafsluiting, versie 1 (ja, misschien, nee, sinds" in text
    assert "versie 1 (ja, misschien, nee, sinds" in text
    assert text.count("versie 1 (") == 1


class TestTouchpoint:
    """At other moments than the close, only who was asked is known."""

    @pytest.fixture
    def aftercare(self, manager):
        response = answered()
        part = response.invitation.project_contact
        make_project_contact(project=part.project)  # not asked
        days_ago = timezone.now() - timedelta(days=3)
        invitation = make_invitation(
            project_contact=part, touchpoint="aftercare", invited_at=days_ago
        )
        make_response(
            invitation=invitation, satisfaction="more_than_satisfied", recommendation="yes"
        )
        return response

    def test_coverage_begins_with_the_invitations(self, client, aftercare):
        page = client.get(PAGE, {"touchpoint": "aftercare"})
        steps = [step.label for step in page.context["coverage"].steps]
        assert steps == ["uitgenodigd", "bezorgd", "beantwoord"]
        assert "Begint bij wie is uitgenodigd" in words(page)
        assert "Alles op deze pagina gaat over het contactmoment “nazorg”." in words(page)
        assert "Wie van" in words(page)

    def test_the_close_begins_with_closed_projects(self, client, aftercare):
        page = client.get(PAGE)
        assert len(page.context["coverage"].steps) == 5
        assert "Wie bij twee projecten hoort, telt twee keer." in words(page)

    def test_nobody_asked_is_said_so(self, client, aftercare):
        assert "In deze selectie is niemand gevraagd." in words(
            client.get(PAGE, {"touchpoint": "delivery"})
        )


class TestChips:
    """What is on stands above the figures, and comes off with one click."""

    def test_without_filters_there_are_none(self, client, manager):
        assert client.get(PAGE).context["chips"] == []
        assert client.get(PAGE, {"period": "12m", "division": ""}).context["chips"] == []

    def test_each_takes_off_itself_alone(self, client, parts):
        query = {
            "period": "90d",
            "compare": "year",
            "division": parts["division"].pk,
            "band": "25",
            "names": "both",
            "page": 2,
        }
        page = client.get(PAGE, query)
        chips = {chip.text: chip.address for chip in page.context["chips"]}
        assert list(chips) == [
            "Laatste 90 dagen",
            "vergeleken met een jaar eerder",
            f"Divisie: {parts['division']}",
            "Projectwaarde: € 25.000 tot € 100.000",
        ]
        without = client.get(PAGE + chips[f"Divisie: {parts['division']}"])
        assert len(without.context["chips"]) == 3
        assert without.context["selection"] == "both"
        assert "page=" not in chips["Laatste 90 dagen"]
        bare = client.get(PAGE + page.context["no_filters"])
        assert bare.context["chips"] == []
        assert bare.context["selection"] == "both"

    def test_own_dates_are_one_chip(self, client, manager):
        page = client.get(PAGE, {"first": "2024-01-05", "last": "2024-03-31"})
        (chip,) = page.context["chips"]
        assert chip.text.replace("\u00a0", " ") == "5 jan. 2024 – 31 mrt. 2024"
        assert chip.address == "?"

    def test_what_is_wrong_is_no_chip(self, client, manager):
        assert client.get(PAGE, {"division": "weg", "period": "ooit"}).context["chips"] == []


class TestComparing:
    """A second period beside the first."""

    def test_too_few_are_not_compared(self, client, manager):
        for number in range(10):
            page = words(client.get(PAGE, {"compare": "before"}))
            assert ("te weinig om te vergelijken." in page) == (number > 0)
            assert "vorige periode, n = 0" not in page  # neither says anything
            answered()
        page = words(client.get(PAGE, {"compare": "before"}))
        assert "vorige periode, n = 0: te weinig om iets over te zeggen" in page

    def test_a_difference_is_named_only_when_it_is_one(self, client, manager):
        today, division = timezone.localdate(), make_division()
        for _number in range(12):
            answered(division=division, closed_on=today - timedelta(days=5))
            answered("dissatisfied", "no", division=division, closed_on=today - timedelta(days=40))
        page = words(client.get(PAGE, {"period": "30d", "compare": "before"}))
        assert "vorige periode 0% (0–24%), n = 12: nu aantoonbaar hoger" in page
        assert "vorige periode 100% (76–100%), n = 12: nu aantoonbaar lager" in page
        assert "aandeel +, meer dan tevreden nu aantoonbaar hoger; aandeel – nu aantoonbaar" in page
        said = client.get(PAGE, {"period": "30d", "compare": "before"}).context["comparison"]
        assert "respons" not in said
        assert said.endswith("Te weinig om te vergelijken: op tijd gesproken.")

    def test_without_a_difference_it_says_so(self, client, manager):
        today, division = timezone.localdate(), make_division()
        for _number in range(12):
            answered(division=division, closed_on=today - timedelta(days=5))
            answered(division=division, closed_on=today - timedelta(days=40))
        page = client.get(PAGE, {"period": "30d", "compare": "before"})
        assert "(vorige periode): niets verschilt aantoonbaar." in page.context["comparison"]

    def test_the_other_period_is_of_the_same_part_of_the_firm(self, client, manager):
        ago = timezone.localdate() - timedelta(days=40)
        division = make_division()
        answered(closed_on=ago)
        answered(division=division, closed_on=ago)
        answered(division=division)
        query = {"period": "30d", "compare": "before", "division": division.pk}
        assert client.get(PAGE, query).context["other"].tally.closed == 1

    @pytest.mark.parametrize("compare", ["before", "year"])
    def test_everything_has_nothing_beside_it(self, client, manager, compare):
        answered()
        page = client.get(PAGE, {"period": "all", "compare": compare})
        assert "Er is geen andere periode om mee te vergelijken" in words(page)
        assert page.context["other"] is None


class TestPersons:
    """No figures of one account manager while works-council mode is on."""

    def test_the_filter_is_ignored_and_said_so(self, client, manager):
        owner = make_user(name="Karim Smit")
        answered(account_manager=owner)
        answered()
        page = client.get(PAGE, {"manager": owner.pk})
        assert page.context["tally"].closed == 2
        assert "De OR-stand staat aan" in words(page)
        assert page.context["chips"] == []
        assert 'name="manager"' not in page.content.decode()

    def test_without_works_council_mode_it_filters(self, client, manager, monkeypatch):
        monkeypatch.setattr(forms, "may_compare_persons", lambda user: True)
        owner = make_user(name="Karim Smit")
        answered(account_manager=owner)
        make_project_contact(project=make_project())
        page = client.get(PAGE, {"manager": owner.pk})
        assert page.context["tally"].closed == 1
        assert [chip.text for chip in page.context["chips"]] == ["Accountmanager: Karim Smit"]
        assert "De OR-stand staat aan" not in words(page)


def test_figures_that_are_behind_say_so(client, manager, monkeypatch):
    monkeypatch.setattr("ambassadors.rollup.reading.TAIL", 1)
    for _number in range(3):
        answered()
    page = words(client.get(PAGE))
    assert re.search(r"De cijfers worden bijgewerkt: nog \d+ projecten\.", page)
    monkeypatch.undo()
    assert "De cijfers worden bijgewerkt" not in words(client.get(PAGE))


ENDS = (("first", "0001-01-01"), ("last", "9999-12-31"), ("last", "0001-01-31"))


@pytest.mark.parametrize("compare", ["before", "year"])
@pytest.mark.parametrize(("name", "day"), ENDS)
def test_a_day_at_the_end_of_all_days_is_no_period(client, manager, name, day, compare):
    answered()
    query = {name: day, "compare": compare}
    found = client.get(PAGE, query)
    assert (found.status_code, found.context["form"].has_wrong_period) == (200, True)
    for path in ("names/", "contacts/", "lists/leads/", "lists/causes/", "export/leads.csv"):
        assert client.get(PAGE + path, query).status_code == 200, path
    far = {"first": "1900-01-01", "last": "2999-12-31", "compare": compare}
    assert not client.get(PAGE, far).context["form"].has_wrong_period
