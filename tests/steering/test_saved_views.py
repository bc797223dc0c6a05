"""Cuts of the dashboard under a name: kept, renamed, deleted, started with; each one's own."""

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import reverse

from ambassadors.steering import saved
from ambassadors.steering.models import DashboardView
from ambassadors.steering.saved import saved_views_for, start_address
from tests.factories import make_division, make_user
from tests.steering.factories import make_dashboard_view

pytestmark = pytest.mark.django_db

DASHBOARD = "/dashboard/"


@pytest.fixture
def owner(client):
    owner = make_user(is_management=True)
    client.force_login(owner)
    return owner


def post(client, verb, view=None, query="", **data):
    address = reverse(f"dashboard-views:{verb}", args=[view.pk] if view else [])
    return client.post(address + query, data, follow=True)


def drawn(owner, query):
    return saved_views_for(owner, QueryDict(query))


def test_all_that_the_address_says_is_kept_but_the_page(client, owner):
    division = make_division()
    query = f"period=90d&division={division.pk}&names=both&x=a%26b&x=c"
    answer = post(client, "save-view", query=f"?{query}&page=3", name=" Water ")
    view = owner.dashboard_views.get()
    assert (view.name, view.query) == ("Water", query)
    assert answer.redirect_chain == [(f"{DASHBOARD}?{query}", 302)]
    assert "De weergave “Water” is opgeslagen." in answer.content.decode()


@pytest.mark.parametrize("query", ["", "?page=2", "?period=&division=", "?page=&page=2"])
def test_without_filters_there_is_nothing_to_keep(client, owner, query):
    answer = post(client, "save-view", query=query, name="Alles")
    assert "Filter eerst het dashboard" in answer.content.decode()
    assert not owner.dashboard_views.exists()


def test_what_is_too_long_is_refused_and_not_cut_off(client, owner):
    answer = post(client, "save-view", query=f"?q={'a' * 1000}", name="Lang")
    assert "Dit zijn te veel filters om te bewaren." in answer.content.decode()
    assert not owner.dashboard_views.exists()


@pytest.mark.parametrize(
    ("name", "text"),
    [("", "Geef de weergave een naam."), ("WATER", "U heeft al een weergave met de naam “WATER”.")],
)
def test_a_name_that_cannot_be_is_refused_and_may_be_mended(client, owner, name, text):
    make_dashboard_view(owner=owner)
    make_dashboard_view(name="Bodem")  # somebody else's name is free
    content = post(client, "save-view", query="?period=30d&page=2", name=name).content.decode()
    assert text in content
    assert 'action="/dashboard/views/save/?period=30d"' in content
    assert owner.dashboard_views.count() == 1
    post(client, "save-view", query="?period=30d", name="Bodem")
    assert owner.dashboard_views.count() == 2


def test_there_is_an_end_to_the_number_of_views(client, owner, monkeypatch):
    monkeypatch.setattr(saved, "MOST_VIEWS", 1)
    make_dashboard_view(owner=owner)
    content = post(client, "save-view", query="?period=30d", name="Bodem").content.decode()
    assert "U heeft 1 weergaven" in content
    assert owner.dashboard_views.count() == 1


def test_a_view_is_renamed(client, owner):
    view = make_dashboard_view(owner=owner)
    make_dashboard_view(owner=owner, name="Bodem")
    post(client, "rename-view", view, name="Lucht")
    for name, text in (("", "Geef de weergave een naam."), ("bodem", "U heeft al een weergave")):
        assert text in post(client, "rename-view", view, name=name).content.decode()
    view.refresh_from_db()
    assert view.name == "Lucht"


def test_a_view_is_deleted(client, owner):
    view = make_dashboard_view(owner=owner)
    assert "is verwijderd" in post(client, "delete-view", view).content.decode()
    assert not owner.dashboard_views.exists()


def test_one_view_at_most_is_where_the_dashboard_opens(client, owner):
    assert start_address(owner) == ""
    first = make_dashboard_view(owner=owner, name="a")
    second = make_dashboard_view(owner=owner, name="b", query="period=30d")
    make_dashboard_view(is_start=True)  # somebody else's
    post(client, "start-view", first, start="1")
    post(client, "start-view", second, start="1")
    assert list(owner.dashboard_views.filter(is_start=True)) == [second]
    assert start_address(owner) == f"{DASHBOARD}?period=30d"
    post(client, "start-view", second)
    assert start_address(owner) == ""
    assert DashboardView.objects.filter(is_start=True).count() == 1


def test_views_are_only_the_owners(client, owner):
    theirs = make_dashboard_view(name="Van een ander")
    assert "Van een ander" not in client.get(reverse("dashboard-views:views")).content.decode()
    assert drawn(owner, "")["saved_views"] == []
    for verb in ("rename-view", "delete-view", "start-view"):
        assert post(client, verb, theirs, name="Weg", start="1").status_code == 404
    theirs.refresh_from_db()
    assert (theirs.name, theirs.is_start) == ("Van een ander", False)


@pytest.mark.parametrize(
    ("query", "is_on"),
    [
        ("names=both&period=90d", True),
        ("period=90d&division=&names=both&page=4", True),
        ("period=90d", False),
        ("period=90d&names=both&names=more", False),
    ],
)
def test_the_view_that_the_page_shows_is_marked_in_whatever_order(owner, query, is_on):
    make_dashboard_view(owner=owner, query="period=90d&names=both")
    context = drawn(owner, query)
    assert [one.is_on for one in context["saved_views"]] == [is_on]
    assert bool(context["save_view_address"]) is not is_on  # what is kept already needs no form


def test_the_part_of_the_page_costs_one_query(owner, django_assert_num_queries):
    for number in range(12):
        make_dashboard_view(owner=owner, name=f"Weergave {number}")
    with django_assert_num_queries(1):
        html = render_to_string("steering/saved_views.html", drawn(owner, "period=30d&page=2"))
    assert html.count("<li>") == 12
    assert 'action="/dashboard/views/save/?period=30d"' in html


def test_the_part_of_the_page_says_what_to_do_first(owner):
    html = render_to_string("steering/saved_views.html", drawn(owner, "page=2"))
    assert "Filter eerst." in html
    assert "<form" not in html


def test_names_and_addresses_of_views_are_inert(client, owner):
    bad = "<script>alert(1)</script>"
    post(client, "save-view", query="?q=%22%3E%3Cscript%3Ealert(1)", name=bad)
    view = owner.dashboard_views.get()
    page = client.get(reverse("dashboard-views:views")).content.decode()
    html = render_to_string("steering/saved_views.html", drawn(owner, view.query))
    assert "<script>alert" not in page + html
    assert client.get(view.address).status_code == 200
