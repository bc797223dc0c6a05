"""The list: tabs, filters, what an empty result says, and the place that survives an action."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from alerts import actions
from alerts.leads import follow_answer
from tests.client.test_held import hold
from tests.factories import (
    make_alert,
    make_client,
    make_contact,
    make_division,
    make_invitation,
    make_project,
    make_project_contact,
    make_response,
    make_service,
    make_user,
)

pytestmark = pytest.mark.django_db
PLUS = {"satisfaction": "more_than_satisfied", "recommendation": "yes"}


def look(client, user, **query):
    client.force_login(user)
    response = client.get(f"{reverse('alerts:list')}?{urlencode(query)}")
    assert response.status_code == 200
    return response


def listed(client, user, **query):
    return list(look(client, user, **query).context["page"])


def make_lead(*, account_manager=None, interest="yes", **answer):
    """Return the answer of a client, with its lead if it makes one."""
    project = make_project(account_manager=account_manager or make_user())
    part = make_project_contact(project=project)
    response = make_response(
        invitation=make_invitation(project_contact=part), interest=interest, **answer
    )
    follow_answer(response=response, now=timezone.now())
    return response


@pytest.fixture
def owner():
    return make_user(name="Sanne de Wit", supervisor=make_user(name="Joost Bakker"))


# Tabs


def test_to_ask_are_the_open_positive_ones(client, owner):
    plus, _minus = make_alert(owner=owner, **PLUS), make_alert(owner=owner)
    thanked, closed = make_alert(owner=owner, **PLUS), make_alert(owner=owner, **PLUS)
    actions.acknowledge(alert=thanked, actor=owner)
    actions.close(alert=closed, actor=owner, outcome="asked")
    assert set(listed(client, owner, tab="ask")) == {plus, thanked}


def test_what_is_put_off_leaves_the_tabs_with_work_until_it_wakes(client, owner):
    late = timezone.now() - timedelta(days=20)
    awake, asleep, woken = (make_alert(owner=owner, now=late, **PLUS) for _number in range(3))
    for alert, days in ((asleep, 3), (woken, -1)):
        alert.snoozed_until = timezone.now() + timedelta(days=days)
        alert.snooze_reason = "Met verlof"
        alert.save(update_fields=["snoozed_until", "snooze_reason"])
    for tab in ("mine", "late", "ask"):
        assert set(listed(client, owner, tab=tab)) == {awake, woken}, tab
    assert set(listed(client, owner.supervisor, tab="team")) == {awake, woken}
    response = look(client, owner, tab="later")
    assert list(response.context["page"]) == [asleep]
    assert '<span class="d ok">later, ' in response.content.decode()
    opened = client.get(reverse("alerts:detail", args=[asleep.pk]))
    assert opened.context["tab"] == "later"


def test_leads_are_answers_with_interest_of_own_projects(client, owner):
    lead = make_lead(account_manager=owner).lead
    positive = make_lead(account_manager=owner, **PLUS).lead
    make_lead()  # of somebody else
    make_lead(account_manager=owner, interest="not_now")
    make_lead(account_manager=owner, satisfaction="dissatisfied")
    for user in (owner, owner.supervisor):
        assert set(listed(client, user, tab="leads")) == {lead, positive}
    assert len(listed(client, make_user(is_management=True), tab="leads")) == 3
    assert listed(client, make_user(is_administrator=True), tab="leads") == []


def test_a_lead_says_whom_to_phone_about_what(client, owner):
    lead = make_lead(account_manager=owner, motivation="<b>Kort</b> rapport.")
    lead.services.add(make_service(name="Assetmanagement"))
    content = look(client, owner, tab="leads").content.decode()
    for text in (
        lead.contact.name,
        "Wil meer weten over: Assetmanagement",
        "&lt;b&gt;Kort",
        "tel:+31612345678",
        reverse("alerts:lead", args=[lead.lead.pk]),
    ):
        assert text in content, text


def test_tabs_with_nothing_in_them_show_only_where_they_say_something(client, owner):
    def tabs(**query):
        return [link.tab.value for link in look(client, owner, **query).context["tabs"]]

    assert tabs() == ["mine", "late", "closed"]
    assert tabs(tab="leads") == ["mine", "late", "leads", "closed"]
    make_lead(account_manager=owner)
    part = make_project_contact(project=make_project(account_manager=owner))
    hold(make_invitation(project_contact=part))
    assert tabs() == ["mine", "late", "leads", "held", "closed"]
    content = look(client, owner).content.decode()
    assert f'href="{reverse("held:list")}"' in content


def test_a_clock_is_read_out_as_a_term(client, owner):
    make_alert(owner=owner, now=timezone.now() - timedelta(days=20))
    content = look(client, owner).content.decode()
    assert '<span class="d late"><span class="sr">Termijn: </span>' in content
    assert "dagen te laat" in content


# Filters


@pytest.fixture
def two(owner):
    """Two alerts that differ in everything there is a filter for."""
    division, service = make_division(name="Water"), make_service(name="Ontwerp")
    organisation = make_client(name="Provincie Zeeland")
    contact = make_contact(client=organisation, name="Marijke Vermeulen")
    one = make_alert(owner=owner, contact=contact, project_name="Kade Zuidpolder")
    project = one.response.project
    project.division, project.service, project.number = division, service, "W24118"
    project.save(update_fields=["division", "service", "number"])
    other = make_alert(owner=owner, now=timezone.now() - timedelta(days=40), **PLUS)
    return {"one": one, "other": other, "division": division, "service": service}


@pytest.mark.parametrize(
    "query",
    [
        {"q": "vermeulen"},
        {"q": "zeeland"},
        {"q": "ZUIDPOLDER marijke"},
        {"q": "w24118"},
        {"group": "negative"},
        {"division": "division"},
        {"service": "service"},
        {"period": "30"},
        {"q": "kade", "group": "negative", "division": "division", "period": "7"},
    ],
)
def test_each_filter_leaves_one(client, owner, two, query):
    query = {name: two[value].pk if value in two else value for name, value in query.items()}
    assert set(listed(client, owner, tab="mine")) == {two["one"], two["other"]}
    response = look(client, owner, tab="mine", **query)
    assert list(response.context["page"]) == [two["one"]]
    assert len(response.context["chips"]) == len(query)


def test_filters_work_on_leads_too(client, owner):
    lead, other = make_lead(account_manager=owner), make_lead(account_manager=owner)
    division = lead.project.division.pk
    assert listed(client, owner, tab="leads", division=division) == [lead.lead]
    found = listed(client, owner, tab="leads", q=other.contact.name, period="7")
    assert found == [other.lead]


def test_a_chip_takes_its_own_filter_off_and_keeps_the_rest(client, owner, two):
    response = look(client, owner, tab="mine", q="kade", group="negative", page="1")
    chips = {chip.text: chip.address for chip in response.context["chips"]}
    assert chips == {
        "“kade”": f"{reverse('alerts:list')}?tab=mine&group=negative",
        "–groep": f"{reverse('alerts:list')}?tab=mine&q=kade",
    }
    assert "tab=late&amp;q=kade&amp;group=negative" in response.content.decode()


def test_tabs_count_without_filters(client, owner, two):
    context = look(client, owner, tab="mine", q="kade").context
    assert next(link.count for link in context["tabs"]) == 2
    assert context["page"].paginator.count == 1


def test_nothing_found_says_which_filter_to_take_off(client, owner, two):
    response = look(client, owner, tab="mine", q="kade", group="positive")
    content = response.content.decode()
    assert "Niets gevonden met deze filters." in content
    assert "Zonder “kade”: 1 gevonden" in content
    assert "Zonder +groep: 1 gevonden" in content
    content = look(client, owner, tab="mine", q="kade", period="7", group="positive")
    assert [one.text for one in content.context["relaxed"]] == ["+groep"]


@pytest.mark.parametrize("query", [{"group": "neutral"}, {"division": "0"}, {"period": "x"}])
def test_a_filter_that_does_not_exist_is_said_and_does_not_filter(client, owner, two, query):
    response = look(client, owner, tab="mine", **query)
    assert len(response.context["page"].object_list) == 2
    assert response.context["chips"] == []
    assert "Een van de filters bestaat niet" in response.content.decode()


def test_words_that_are_looked_for_are_inert(client, owner):
    content = look(client, owner, q="<script>alert(1)</script>").content.decode()
    assert "<script>alert" not in content


def test_the_place_in_the_list_survives_an_action(client, owner, two):
    alert, place = two["one"], "?tab=mine&q=kade&group=negative"
    content = look(
        client, owner, tab="mine", q="kade", group="negative", other="x"
    ).content.decode()
    escaped = place.replace("&", "&amp;")
    assert f'href="{reverse("alerts:detail", args=[alert.pk])}{escaped}"' in content
    assert f'action="{reverse("alerts:acknowledge", args=[alert.pk])}{escaped}"' in content
    response = client.post(f"{reverse('alerts:acknowledge', args=[alert.pk])}{place}&next=//evil")
    assert response.url == reverse("alerts:detail", args=[alert.pk]) + place
    assert list(client.get(response.url).context["page"]) == [alert]


# Size


@pytest.mark.parametrize("tab", ["mine", "late", "ask", "closed", "leads"])
@pytest.mark.parametrize("words", ["", "gemeente"])
def test_queries_do_not_grow_with_rows(client, owner, tab, words):
    def make(number):
        at = timezone.now() - timedelta(days=20)
        for _number in range(number):
            organisation = make_client()
            make_alert(owner=owner, client=organisation, now=at, **PLUS)
            closed = make_alert(owner=owner, client=organisation, **PLUS)
            actions.close(alert=closed, actor=owner, outcome="thanked")
            make_lead(account_manager=owner).services.add(make_service())
        owner.saved_views.create(name=f"Weergave {owner.saved_views.count()}", place={})

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert listed(client, owner, tab=tab, q=words)
        return len(captured)

    make(2)
    listed(client, owner, tab=tab, q=words)
    few = queries()
    make(6)
    assert queries() == few


def test_who_is_absent_and_who_is_in_the_team_is_asked_once_for_list_and_alert(client, owner):
    make_alert(owner=owner)
    client.force_login(owner)
    with CaptureQueriesContext(connection) as captured:
        client.get(reverse("alerts:list"), {"tab": "mine"})
    asked = [query["sql"] for query in captured.captured_queries]
    assert sum('FROM "staff_absence"' in sql for sql in asked) == 1
