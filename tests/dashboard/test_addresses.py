"""Where a figure leads."""

from urllib.parse import parse_qs, urlsplit

from django.http import QueryDict

from ambassadors.dashboard.addresses import address, changed

SELECTION = "period=30d&division=3&names=both&page=2&compare=year"


def test_a_list_is_about_the_same_selection_and_one_figure_of_it():
    found = urlsplit(address(QueryDict(SELECTION), fate="opted_out"))
    assert found.path == "/dashboard/contacts/"
    assert parse_qs(found.query) == {"period": ["30d"], "division": ["3"], "fate": ["opted_out"]}


def test_a_figure_replaces_the_one_that_the_page_was_about():
    query = QueryDict(SELECTION + "&step=closed")
    assert parse_qs(urlsplit(address(query, fate="open")).query)["fate"] == ["open"]
    assert "step" not in address(query, fate="open")
    assert parse_qs(urlsplit(address(query, division=7)).query)["division"] == ["7"]


def test_a_change_leaves_the_rest_of_the_page_alone():
    query = QueryDict("period=30d&division=3")
    assert changed(query, division=None) == "?period=30d"
    assert changed(query, division=4) == "?period=30d&division=4"
    assert query["division"] == "3"


def test_a_change_keeps_what_occurs_twice_and_writes_as_the_page_does():
    query = QueryDict("names=plus&client=Stad+%26+Co%C3%B6p&names=both&period=30d")
    expected = query.copy()
    expected["period"] = "12m"
    assert changed(query, period="12m", page=None) == f"?{expected.urlencode()}"
