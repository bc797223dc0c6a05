"""Whether alerts came since a page was made: the light question that an open page asks."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import make_alert, make_user

pytestmark = pytest.mark.django_db
PLUS = {"satisfaction": "more_than_satisfied", "recommendation": "yes"}


@pytest.fixture
def owner():
    return make_user()


def question(client, user, query="?tab=mine") -> str:
    """Return the address that an open page asks, as it stands in the page."""
    client.force_login(user)
    content = client.get(f"{reverse('alerts:list')}{query}").content.decode()
    found = re.search(r'data-ask="([^"]+)"', content)
    assert found
    return unescape(found[1])


def count(client, address) -> int:
    return client.get(address).json()["count"]


def test_only_what_came_since_is_counted(client, owner):
    make_alert(owner=owner)
    ask = question(client, owner)
    assert count(client, ask) == 0
    make_alert(owner=owner)
    make_alert(owner=make_user())
    assert client.get(ask).json() == {"count": 1, "text": "1 nieuw signaal – tonen"}
    make_alert(owner=owner)
    assert client.get(ask).json()["text"] == "2 nieuwe signalen – tonen"
    assert count(client, question(client, owner)) == 0


def test_it_counts_what_the_tab_and_its_filters_show(client, owner):
    minus = question(client, owner, "?tab=mine&group=negative")
    to_ask = question(client, owner, "?tab=ask")
    make_alert(owner=owner, **PLUS)
    assert (count(client, minus), count(client, to_ask)) == (0, 1)


@pytest.mark.parametrize("tab", ["late", "closed", "leads"])
def test_where_no_alert_arrives_it_counts_those_in_the_inbox(client, owner, tab):
    ask = question(client, owner, f"?tab={tab}&q=zeeland")
    make_alert(owner=owner)
    assert count(client, ask) == 1


def test_management_hears_of_all_and_a_supervisor_of_the_team(client):
    supervisor = make_user()
    owner = make_user(supervisor=supervisor)
    make_alert(owner=owner)
    asked = {
        user: question(client, user, "?tab=closed")
        for user in (make_user(is_management=True), supervisor, make_user())
    }
    make_alert(owner=owner)
    counts = []
    for user, ask in asked.items():
        client.force_login(user)
        counts.append(count(client, ask))
    assert counts == [1, 1, 0]


def test_an_answer_that_is_known_costs_no_words(client, owner):
    ask = question(client, owner)
    first = client.get(ask)
    again = client.get(ask, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    make_alert(owner=owner)
    assert client.get(ask, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_it_asks_little_of_the_database_and_writes_nothing(client, owner):
    ask = question(client, owner)
    with CaptureQueriesContext(connection) as captured:
        client.get(ask)
    assert len(captured) <= 7
    assert not [query for query in captured if not query["sql"].startswith("SELECT")]


@pytest.mark.parametrize("after", ["", "x", "-1", "9" * 30])
def test_a_question_that_makes_no_sense_is_refused(client, owner, after):
    client.force_login(owner)
    assert client.get(f"{reverse('alerts:fresh')}?after={after}").status_code == 400


def test_the_signed_out_are_sent_to_sign_in(client, owner):
    ask = question(client, owner)
    client.logout()
    assert client.get(ask).status_code == 302
