"""The list behind a number holds as many as were counted, and as the rows say."""

import csv
import io
import random
from datetime import date, timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.core.paginator import Paginator
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.models import Alert
from ambassadors.dashboard import people
from ambassadors.dashboard.contacts import Step, facts_of, which_of
from ambassadors.dashboard.people import Order, Selection
from ambassadors.rollup import plain
from ambassadors.rollup.fates import Fate
from ambassadors.rollup.reading import Figures
from ambassadors.rollup.refreshing import refresh
from ambassadors.rollup.scope import Scope
from outbox.models import Delivery
from outbox.searching import words_of
from surveys.models import Client, Consent, Contact, Project
from tests.dashboard.conftest import answered, asked
from tests.dashboard.test_page import words
from tests.factories import make_alert, make_ask, make_client, make_contact, make_project, make_user
from tests.rollup import deeds

pytestmark = pytest.mark.django_db
NAMES, CONTACTS = "/dashboard/names/", "/dashboard/contacts/"


class _Asked:
    """What ``facts_of`` reads of a request."""

    def __init__(self, scope, now):
        self.figures = Figures(scope, now=now)
        self.scope, self.tail, self.now = scope, self.figures.tail, now


def from_rows(scope, now):
    """The facts of the scope, computed from the rows one by one."""
    found = plain.facts(Project.objects.values_list("pk", flat=True), now=now)
    return [fact for fact in found if scope.holds(fact)]


def key_of(fact):
    return fact.project_id, fact.project_contact_id, fact.touchpoint


QUESTIONS = [
    *(f"step={step}" for step in Step),
    *(f"fate={fate}" for fate in Fate),
    *(f"group={group}" for group in ("positive", "neutral", "negative")),
    "score=7",
    "cause=quality",
    "step=invited&group=positive",
]


def paged(found, size):
    pages = Paginator(found, size)
    return [fact for number in pages.page_range for fact in pages.page(number)]


@settings(
    max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    seed=st.integers(0, 10**9), steps=st.lists(st.sampled_from(sorted(deeds.DEEDS)), max_size=12)
)
def test_pages_of_stored_and_live_rows_equal_sorting_all_in_python(seed, steps, db):
    dice = random.Random(seed)
    with deeds.firm_for(dice) as now:
        for step in [*steps, "answer", "refresh", "answer", "move_project"]:
            if step == "refresh":
                refresh(now=now)
            elif step == "wait":
                now += timedelta(days=dice.randrange(1, 20))
            else:
                deeds.DEEDS[step](dice, now)
        for scope in (Scope(), Scope(first=timezone.localdate(now) - timedelta(days=300))):
            contacts_agree(scope, now, dice)
            names_agree(scope, now, dice)


def contacts_agree(scope, now, dice):
    every = from_rows(scope, now)
    for question in QUESTIONS:
        which = which_of(QueryDict(question))
        expected = [fact for fact in every if which.holds(fact)]
        expected.sort(key=lambda f: (-f.day.toordinal(), f.project_id, f.project_contact_id or 0))
        found = facts_of(_Asked(scope, now), which)
        assert found.count() == len(expected), question
        assert [*map(key_of, paged(found, dice.choice([1, 2, 5])))] == [*map(key_of, expected)]
        assert [*map(key_of, found)] == [*map(key_of, expected)]


def names_agree(scope, now, dice):
    projects = Project.objects.values_list("pk", flat=True)
    every = [
        fact
        for fact in plain.facts(projects, now=now)
        if fact.is_latest and scope.holds(fact, any_moment=True)
    ]
    tail = Figures(scope, now=now).tail
    newest = lambda fact: -fact.response_id  # noqa: E731
    ranks = {
        Order.LATEST: lambda fact: (-fact.submitted_at.timestamp(), newest(fact)),
        Order.NAME: lambda fact: (fact.search, newest(fact)),
        Order.CLIENT: lambda fact: (fact.by_client, fact.search, newest(fact)),
        Order.SINCE: lambda fact: (fact.since, newest(fact)),
        Order.ASKED: newest,
    }
    said = dice.choice(["", "contact", "1", "gemeente 2"])
    for selection in Selection:
        mine = [
            fact
            for fact in every
            if people.belongs(fact, selection)
            and all(word in fact.search for word in words_of(said))
        ]
        numbers = people.count_names(scope, tail, words_of(said))
        assert numbers.by_selection[selection] == len(mine)
        for order, rank in ranks.items():
            found = people.names(scope, selection, tail, words=words_of(said), order=order)
            expected = [fact.response_id for fact in sorted(mine, key=rank)]
            assert [fact.response_id for fact in paged(found, dice.choice([1, 3]))] == expected
            assert [fact.response_id for fact in found] == expected


@pytest.fixture
def three(manager):
    """Three ambassadors, one of them asked and with a consent."""
    people_ = {}
    for name, client, days in (
        ("Zoë de Wit", "Ymere", 30),
        ("anne Çelik", "ProRail", 20),
        ("Émile Bos", "Éneco", 10),
    ):
        contact = make_contact(client=make_client(name=client), name=name)
        response = answered(
            client=contact.client, closed_on=timezone.localdate() - timedelta(days=days)
        )
        part = response.invitation.project_contact
        part.contact = contact
        part.save()
        response.submitted_at = timezone.now() - timedelta(days=days)
        response.save()
        people_[name] = response
    return people_


def shown(client, **query):
    return [name.response.contact.name for name in client.get(NAMES, query).context["names"]]


def test_names_are_sorted_as_asked_with_accents_and_capitals_folded(client, three):
    newest = ["Émile Bos", "anne Çelik", "Zoë de Wit"]
    by_name = ["anne Çelik", "Émile Bos", "Zoë de Wit"]
    for refreshed in (False, True):
        if refreshed:
            refresh()
        assert shown(client) == newest
        assert shown(client, sort="name") == by_name
        assert shown(client, sort="client") == ["Émile Bos", "anne Çelik", "Zoë de Wit"]
        assert shown(client, sort="since") == newest[::-1]
        assert shown(client, sort="nonsense") == newest


def test_who_was_asked_last_comes_first(client, three):
    contact = three["anne Çelik"].contact
    make_ask(asked_on=date(2026, 3, 1)).__class__.objects.update(contact=contact)
    for _refreshed in (False, True):
        assert shown(client, sort="asked")[0] == "anne Çelik"
        refresh()


@pytest.mark.parametrize(
    ("asked_for", "found"),
    [
        ("zoe", ["Zoë de Wit"]),
        ("CELIK", ["anne Çelik"]),
        ("eneco", ["Émile Bos"]),
        ("wit ymere", ["Zoë de Wit"]),
        ("%", []),
        ("_", []),
    ],
)
def test_names_are_found_by_words_of_name_and_client(client, three, asked_for, found):
    for _refreshed in (False, True):
        assert shown(client, q=asked_for) == found
        refresh()


def test_a_renamed_client_is_found_at_once_and_after_a_refresh(client, three):
    refresh()
    Client.objects.filter(name="Ymere").update(name="Eigen Haard")
    for _refreshed in (False, True):
        assert shown(client, q="ymere") == []
        assert shown(client, q="haard") == ["Zoë de Wit"]
        refresh()


def test_what_somebody_allows_stands_with_the_name_until_taken_back(client, three):
    response = three["Zoë de Wit"]
    given = Consent.objects.create(
        response=response, kind="quote", wording="U mag mij citeren", language="nl"
    )
    by_name = {name.response.pk: name for name in client.get(NAMES).context["names"]}
    assert [kind.value for kind in by_name[response.pk].consents] == ["quote"]
    assert "citaat" in words(client.get(NAMES))
    given.withdrawn_at = timezone.now()
    given.save()
    assert "citaat" not in words(client.get(NAMES))


def test_whoever_works_for_a_client_with_an_open_minus_is_called_first(client, three):
    warning, column = "– open bij deze klant: eerst bellen", "Open – bij deze klant"

    def warned():
        rows = list(client.get("/dashboard/export/names.csv").streaming_content)
        rows = list(csv.reader(io.StringIO(b"".join(rows).decode()[1:]), delimiter=";"))
        header, *lines = rows[rows.index([]) + 1 :]
        place = header.index(column)
        return {line[1]: line[place] for line in lines if line[place]}

    assert warning not in words(client.get(NAMES))
    contact = Contact.objects.get(name="Zoë de Wit")
    alert = make_alert(client=contact.client)
    assert words(client.get(NAMES)).count(warning) == 1
    assert warned() == {"Zoë de Wit": "eerst bellen"}
    Alert.objects.filter(pk=alert.pk).update(
        state="closed", closed_at=timezone.now(), outcome="partly", root_cause="cost"
    )
    assert warning not in words(client.get(NAMES))
    assert not warned()


def test_a_list_of_mail_that_was_only_kept_does_not_say_delivered(client, manager):
    asked()
    Delivery.objects.update(transport="kept")
    assert "van wie de uitnodiging is bewaard" in words(client.get(CONTACTS, {"step": "delivered"}))
    asked()
    assert "van wie de uitnodiging is bewaard" not in words(
        client.get(CONTACTS, {"step": "delivered"})
    )


def test_who_became_negative_is_never_listed(client, three):
    refresh()
    answered("dissatisfied", "yes", "yes")
    for selection in Selection:
        page = client.get(NAMES, {"names": selection.value})
        assert page.context["negative"] == 1
        assert all(name.response.group != "negative" for name in page.context["names"])
        refresh()


def test_the_number_that_was_clicked_is_the_number_of_the_list(client, manager, filled):
    for _refreshed in (False, True):
        tally = client.get("/dashboard/?period=all").context["tally"]
        for step in Step:
            page = client.get(CONTACTS, {"period": "all", "step": step.value})
            assert page.context["page"].paginator.count == getattr(tally, step.value), step
            listed = Paginator(page.context["table"].source, 1000).page(1)
            assert len(list(listed)) == getattr(tally, step.value)
        for fate, number in tally.fates.items():
            page = client.get(CONTACTS, {"period": "all", "fate": fate.value})
            assert page.context["page"].paginator.count == number
            assert len(list(page.context["table"].source)) == number
        refresh()


@pytest.mark.parametrize(
    "query", ["step=x", "fate=x", "group=x", "score=11", "score=-1", "cause=x"]
)
def test_what_no_figure_counts_is_not_found(client, manager, query):
    assert client.get(f"{CONTACTS}?{query}").status_code == 404


def test_a_list_names_who_what_when_and_leads_to_the_invitation(client, manager):
    invitation = asked(name="Kade Zuidpolder")
    page = client.get(CONTACTS, {"step": "delivered"})
    text = words(page)
    for expected in (
        invitation.contact.name,
        "Kade Zuidpolder",
        invitation.project.client.name,
        invitation.project.division.name,
        "Kan nog antwoorden",
    ):
        assert expected in text
    assert f"/invitations/{invitation.pk}/" in page.content.decode()


def test_queries_do_not_grow_with_the_rows(client, manager):
    def cost(address):
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert client.get(address).status_code == 200
        return len(caught)

    addresses = [NAMES, CONTACTS, *(f"/dashboard/lists/{which}/" for which in LISTED)]
    answered()
    answered("dissatisfied")
    make_ask(asked_on=timezone.localdate())
    refresh()
    before = [cost(address) for address in addresses]
    for _number in range(4):
        answered()
        answered("dissatisfied")
        make_ask(asked_on=timezone.localdate())
    refresh()
    assert [cost(address) for address in addresses] == before
    assert max(before) <= 20


LISTED = ("open", "asks", "leads", "silent", "causes")


class TestOut:
    """Every list can be taken out as it is filtered."""

    def rows(self, response):
        text = b"".join(response.streaming_content).decode()
        return list(csv.reader(io.StringIO(text[1:]), delimiter=";"))

    @pytest.mark.parametrize("which", ["names", "contacts", *LISTED])
    def test_a_csv_and_an_excel_file_hold_the_rows_of_the_page(
        self, client, manager, filled, which
    ):
        make_ask(asked_on=timezone.localdate())
        for _refreshed in (False, True):
            address = f"/dashboard/export/{which}.csv"
            rows = self.rows(client.get(address, {"period": "all"}))
            head = rows.index([])
            about, lines = dict(rows[:head]), rows[head + 2 :]
            assert int(about["Aantal"]) == len(lines)
            answer = client.get(f"/dashboard/export/{which}.xlsx", {"period": "all"})
            book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
            assert book.worksheets[1].max_row == len(lines) + 1
            assert [cell.value for cell in book.worksheets[1][1]] == rows[head + 1]
            page = client.get(
                NAMES
                if which == "names"
                else CONTACTS
                if which == "contacts"
                else f"/dashboard/lists/{which}/",
                {"period": "all"},
            )
            assert page.context["page"].paginator.count == len(lines)
            refresh()

    def test_a_hostile_name_is_no_formula(self, client, manager):
        contact = answered().contact
        Contact.objects.filter(pk=contact.pk).update(name="=HYPERLINK(1)", job_title="@x")
        Client.objects.filter(pk=contact.client_id).update(name='+31;"x"\r\n=1')
        rows = self.rows(client.get("/dashboard/export/names.csv"))
        row = rows[-1]
        assert row[0] == "+"
        assert row[1:3] == ["'=HYPERLINK(1)", "'@x"]
        assert row[4] == '\'+31;"x"\r\n=1'

    def test_days_have_a_year_and_amounts_have_cents(self, client, manager):
        asked(value=Decimal("1234.5"))
        rows = self.rows(client.get("/dashboard/export/silent.csv", {"period": "12m"}))
        assert ["Tot en met", timezone.localdate().isoformat()] in rows
        assert rows[-1][1] == "1234,50"

    def test_search_and_selection_hold_for_the_file(self, client, manager, three):
        rows = self.rows(client.get("/dashboard/export/names.csv", {"q": "zoe"}))
        assert ["Zoeken", "zoe"] in rows
        assert [row[1] for row in rows[rows.index([]) + 2 :]] == ["Zoë de Wit"]

    def test_who_took_out_how_many_rows_is_logged_without_contents(
        self, client, manager, three, caplog
    ):
        with caplog.at_level("INFO"):
            self.rows(client.get("/dashboard/export/names.csv"))
        (line,) = [r.getMessage() for r in caplog.records if r.getMessage().startswith("export")]
        assert line == f"export of names as csv by user {manager.pk}: 3 rows"

    def test_what_is_broken_off_is_logged_so(self, client, manager, three, caplog):
        answer = client.get("/dashboard/export/names.xlsx")
        with caplog.at_level("INFO"):
            answer.close()
        assert not [r for r in caplog.records if "3 rows" in r.getMessage()]

    @pytest.mark.parametrize("path", ["names.pdf", "users.csv", "names.csv.xlsx"])
    def test_there_is_nothing_else_to_take_out(self, client, manager, path):
        assert client.get(f"/dashboard/export/{path}").status_code == 404

    @pytest.mark.parametrize("which", ["contacts", *LISTED])
    def test_no_column_compares_account_managers(self, client, manager, which):
        answered(account_manager=make_user(name="Karim Smit"))
        answered("dissatisfied", account_manager=make_user(name="Thijs Bos"))
        make_project()
        text = str(self.rows(client.get(f"/dashboard/export/{which}.csv")))
        assert "Karim Smit" not in text
        assert "Thijs Bos" not in text


def test_the_order_needs_no_other_table(db):
    """A relation would sort by that model's own ordering, through a join over every row."""
    tail = Figures(Scope(), now=timezone.now()).tail
    for order in Order:
        sql = str(people.names(Scope(), Selection.POSITIVE, tail, order=order)._stored.query)
        assert " JOIN " not in sql, order
    found = facts_of(_Asked(Scope(), timezone.now()), which_of(QueryDict("")))
    assert " JOIN " not in str(found._stored.query)
