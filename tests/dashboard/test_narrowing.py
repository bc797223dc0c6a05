"""Names narrowed down to who was never asked, and to who gave a permission that stands."""

import csv
import io
import random
from datetime import timedelta
from itertools import product

import openpyxl
import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.actions import raise_alert
from alerts.models import Alert
from ambassadors.dashboard import people
from ambassadors.dashboard.narrowing import Narrowing
from ambassadors.dashboard.people import Order, Selection
from ambassadors.programme.models import Ask
from ambassadors.rollup import plain
from ambassadors.rollup.reading import Figures
from ambassadors.rollup.refreshing import refresh
from ambassadors.rollup.scope import Scope
from outbox.searching import words_of
from surveys.models import Consent, ConsentKind, Group, Project, Response
from tests.dashboard.conftest import answered
from tests.dashboard.test_lists import paged
from tests.dashboard.test_page import words
from tests.factories import make_ask
from tests.rollup import deeds

pytestmark = pytest.mark.django_db
NAMES = "/dashboard/names/"
NEVER, GIVEN = {"asked": "never"}, {"consent": "given"}
QUERIES = ("", "asked=never", "consent=given", "asked=never&consent=given")
NOBODY = "Met deze filters blijft niemand over."


def consent(response, kind=ConsentKind.QUOTE, **fields):
    return Consent.objects.create(
        response=response, kind=kind, wording="U mag mij citeren", language="nl", **fields
    )


def ask_of(response):
    """Something was asked of whoever gave this answer."""
    make_ask(
        alert=raise_alert(response=response, now=timezone.now()), asked_on=timezone.localdate()
    )


def ask_somebody(dice):
    """Ask one who was not asked yet."""
    asked = Ask.objects.values("contact")
    alerts = Alert.objects.exclude(response__invitation__project_contact__contact__in=asked)
    if alert := alerts.order_by("?").first():
        make_ask(alert=alert, asked_on=timezone.localdate())


def let_somebody_consent(dice):
    """Whoever gave some answer, perhaps one that was replaced since, allows something."""
    answers = list(Response.objects.order_by("pk"))
    if answers:
        response, kind = dice.choice(answers), dice.choice(ConsentKind.values)
        if not Consent.objects.standing().filter(response=response, kind=kind):
            consent(response, kind)


def let_somebody_take_it_back(dice):
    given = Consent.objects.standing().order_by("?").first()
    if given:
        Consent.objects.filter(pk=given.pk).update(withdrawn_at=timezone.now())


OWN_DEEDS = (ask_somebody, let_somebody_consent, let_somebody_take_it_back)


@settings(
    max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(seed=st.integers(0, 10**9), steps=st.lists(st.sampled_from(sorted(deeds.DEEDS)), max_size=8))
def test_narrowed_names_equal_asking_one_by_one(seed, steps, db):
    dice = random.Random(seed)
    with deeds.firm_for(dice) as now:
        steps = ["invite", "invite", "answer", "answer", *steps, "answer", "refresh", "answer"]
        for step in [*steps, "move_project", "hand_over_project"]:
            if step == "refresh":
                refresh(now=now)
            elif step == "wait":
                now += timedelta(days=dice.randrange(1, 20))
            else:
                deeds.DEEDS[step](dice, now)
            dice.choice(OWN_DEEDS)(dice)
        for scope in (Scope(), Scope(first=timezone.localdate(now) - timedelta(days=300))):
            agree(scope, now, dice)


def agree(scope, now, dice):
    projects = Project.objects.values_list("pk", flat=True)
    shown = [
        fact
        for fact in plain.facts(projects, now=now)
        if fact.is_latest and scope.holds(fact, any_moment=True)
    ]
    asked = {ask.contact_id for ask in Ask.objects.all()}
    allowing = {one.response.contact.pk for one in Consent.objects.all() if not one.withdrawn_at}
    tail = Figures(scope, now=now).tail
    said = words_of(dice.choice(["", "contact", "1"]))
    for query, order in product(QUERIES, (Order.LATEST, Order.ASKED)):
        narrowing = Narrowing.of(QueryDict(query))
        left = [
            fact
            for fact in shown
            if all(word in fact.search for word in said)
            and ("asked" not in query or fact.contact_id not in asked)
            and ("consent" not in query or fact.contact_id in allowing)
        ]
        numbers = people.count_names(scope, tail, said, narrowing=narrowing)
        assert numbers.negative == sum(fact.group == Group.NEGATIVE for fact in left)
        for selection in Selection:
            expected = sorted(f.response_id for f in left if people.belongs(f, selection))
            assert numbers.by_selection[selection] == len(expected), query
            found = people.names(
                scope, selection, tail, words=said, narrowing=narrowing, order=order
            )
            pages = [fact.response_id for fact in paged(found, dice.choice([1, 3]))]
            assert sorted(pages) == expected
            assert [fact.response_id for fact in found] == pages


@pytest.fixture
def four(manager):
    """Four ambassadors: one was asked, one gave a permission, one both, one neither."""
    found = {name: answered() for name in ("asked", "allows", "both", "neither")}
    for name, response in found.items():
        type(response.contact).objects.filter(pk=response.contact.pk).update(name=f"Naam {name}")
    for name in ("asked", "both"):
        ask_of(found[name])
    for name in ("allows", "both"):
        consent(found[name])
    return found


@pytest.fixture(params=[False, True], ids=["live", "stored"])
def state(request, four):
    """The four, as facts that are read anew and as facts that are stored."""
    if request.param:
        refresh()
    return four


def shown(page):
    return {name.response.contact.name.removeprefix("Naam ") for name in page.context["names"]}


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ({}, {"asked", "allows", "both", "neither"}),
        (NEVER, {"allows", "neither"}),
        (GIVEN, {"allows", "both"}),
        (NEVER | GIVEN, {"allows"}),
        (NEVER | {"q": "neither"}, {"neither"}),
        (GIVEN | {"names": "more", "sort": "asked"}, {"allows", "both"}),
        (GIVEN | {"names": "more", "period": "all", "q": "both"}, {"both"}),
        ({"asked": "ooit", "consent": "1"}, {"asked", "allows", "both", "neither"}),
    ],
)
def test_page_numbers_and_files_are_narrowed_alike(client, state, query, left):
    page = client.get(NAMES, query)
    assert shown(page) == left
    assert page.context["page"].paginator.count == len(left)
    for selection, number, address in page.context["selections"]:
        there = client.get(NAMES + address)
        assert there.context["page"].paginator.count == number == len(shown(there)), selection
    head, lines = csv_of(client, query)
    assert {line[1].removeprefix("Naam ") for line in lines} == left
    assert head["Aantal"] == str(len(left))


def csv_of(client, query, which="names"):
    answer = client.get(f"/dashboard/export/{which}.csv", query)
    text = b"".join(answer.streaming_content).decode()
    rows = list(csv.reader(io.StringIO(text[1:]), delimiter=";"))
    head = rows.index([])
    return dict(rows[:head]), rows[head + 2 :]


def test_a_file_says_what_it_is_limited_to(client, four):
    assert "Beperkt tot" not in csv_of(client, {})[0]
    assert csv_of(client, NEVER)[0]["Beperkt tot"] == "Nog niet gevraagd"
    both = "Nog niet gevraagd, Toestemming gegeven"
    assert csv_of(client, NEVER | GIVEN)[0]["Beperkt tot"] == both
    answer = client.get("/dashboard/export/names.xlsx", NEVER | GIVEN)
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    about = {row[0].value: row[1].value for row in book.worksheets[0]}
    assert about["Beperkt tot"] == both
    assert about["Aantal"] == 1
    assert book.worksheets[1].max_row == 2


def test_a_list_that_is_not_narrowed_does_not_say_so(client, four):
    head, lines = csv_of(client, NEVER | {"step": "answered"}, which="contacts")
    assert "Beperkt tot" not in head
    assert len(lines) == 4


def chips(page):
    return {str(limit.label): (is_on, address) for limit, is_on, address in page.context["limits"]}


def test_a_chip_is_turned_on_and_off_and_leaves_the_rest_of_the_address(client, four):
    rest = "period=all&names=more&q=naam&sort=name"
    page = client.get(f"{NAMES}?{rest}&page=3")
    is_on, address = chips(page)["Nog niet gevraagd"]
    assert (is_on, address) == (False, f"?{rest}&asked=never")
    page = client.get(NAMES + address)
    is_on, address = chips(page)["Nog niet gevraagd"]
    assert (is_on, address) == (True, f"?{rest}")
    assert chips(page)["Toestemming gegeven"] == (False, f"?{rest}&asked=never&consent=given")
    assert "Nog niet gevraagd × weghalen" in words(page)
    assert ("asked", "never") in page.context["hidden"]  # a search keeps it
    assert all("asked=never" in where for _order, where in page.context["orders"])


def test_the_pages_and_the_files_keep_the_chips_and_the_dashboard_does_not(client, manager):
    for _number in range(51):
        answered()
    refresh()
    html = client.get(NAMES, NEVER).content.decode()
    assert 'href="?asked=never&amp;page=2"' in html
    assert "/dashboard/export/names.csv?asked=never" in html
    assert 'href="/dashboard/"' in html


def test_the_dashboard_itself_is_not_narrowed(client, state):
    page = client.get("/dashboard/", NEVER | GIVEN)
    assert shown(page) == set(state)
    assert page.context["selections"][0][1] == len(state)


def test_nobody_left_says_so_and_offers_everybody(client, manager):
    ask_of(answered())
    for query in (NEVER, GIVEN, NEVER | {"q": "niemand"}):
        page = client.get(NAMES, query | {"period": "all"})
        assert NOBODY in words(page)
        assert page.context["everybody"] == "?period=all"
        assert f'href="{page.context["everybody"]}"' in page.content.decode()
    assert NOBODY not in words(client.get(NAMES, {"q": "niemand"}))
    assert NOBODY not in words(client.get(NAMES, {"names": "both", "period": "30d"}))


def test_an_ask_and_a_consent_hold_at_once(client, state):
    ask_of(state["neither"])
    assert shown(client.get(NAMES, NEVER)) == {"allows"}
    given = consent(state["asked"])
    assert shown(client.get(NAMES, GIVEN)) == {"asked", "allows", "both"}
    given.withdrawn_at = timezone.now()
    given.save()
    assert shown(client.get(NAMES, GIVEN)) == {"allows", "both"}


def test_one_of_two_permissions_taken_back_leaves_the_other(client, four):
    consent(four["allows"], ConsentKind.STORY)
    Consent.objects.filter(kind=ConsentKind.QUOTE).update(withdrawn_at=timezone.now())
    assert shown(client.get(NAMES, GIVEN)) == {"allows"}


def test_what_is_listed_as_allowing_is_what_is_shown_to_allow(client, state):
    for name in client.get(NAMES, GIVEN).context["names"]:
        assert name.consents
    for name in client.get(NAMES, NEVER).context["names"]:
        assert name.last_ask is None


def test_the_negative_that_are_left_out_are_narrowed_too(client, four):
    ask_of(answered("dissatisfied"))
    answered("dissatisfied")
    assert client.get(NAMES).context["negative"] == 2
    assert client.get(NAMES, NEVER).context["negative"] == 1


def test_queries_do_not_grow_with_the_names(client, manager):
    def cost():
        with CaptureQueriesContext(connection) as caught:
            assert client.get(NAMES, NEVER | GIVEN).context["names"]
        return len(caught)

    consent(answered())
    alone = cost()
    for _number in range(5):
        consent(answered())
        ask_of(answered())
    assert cost() == alone
    refresh()
    assert cost() <= alone - 4  # no tail, so nobody to look up


@pytest.mark.parametrize("text", [" ".join(map(str, range(1_500))), "x" * 60_000])
def test_a_search_that_is_longer_than_a_database_takes_finds_nobody(client, manager, text):
    answered()
    refresh()
    assert client.get(NAMES, {"q": text}).context["page"].paginator.count == 0
    assert client.get("/dashboard/export/names.csv", {"q": text}).status_code == 200
