"""One's own account, behind one's name in the bar, and which entry of the menu a page marks."""

import re

import pytest
from django.urls import resolve, reverse

from staff.menu import entry_of
from tests.factories import make_division, make_user

pytestmark = pytest.mark.django_db
PAGE = reverse("account")


def current_in(content: str) -> list[str]:
    """Return the addresses in the bar that are marked as the page at hand."""
    bar = content[content.index('<header class="bar">') : content.index("</header>")]
    return re.findall(r'href="([^"]*)" aria-current="page"', bar)


def test_the_name_in_the_bar_leads_to_what_is_ones_own(client):
    boss = make_user(name="Joost Bakker")
    user = make_user(
        name="Sanne de Wit",
        phone="+31 6 12345678",
        supervisor=boss,
        division=make_division(name="Water"),
    )
    client.force_login(user)
    bar = client.get(reverse("alerts:list")).content.decode()
    assert f'<a class="me" href="{PAGE}">' in bar
    content = client.get(PAGE).content.decode()
    for said in ("Sanne de Wit", "Water", user.email, "+31 6 12345678", "Joost Bakker"):
        assert said in content
    for name in ("notifications:preferences", "absence:list", "account_change_password"):
        assert f'href="{reverse(name)}"' in content
    assert f'action="{reverse("account_logout")}"' in content
    assert reverse("admin:index") not in content


def test_an_administrator_changes_what_others_must_ask_for(client):
    user = make_user(is_administrator=True)
    client.force_login(user)
    address = reverse("admin:staff_user_change", args=[user.pk])
    assert f'href="{address}"' in client.get(PAGE).content.decode()
    assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("account", "account"),
        ("account_change_password", "account"),
        ("notifications:preferences", "account"),
        ("absence:list", "account"),
        ("held:list", "alerts:list"),
        ("alerts:views", "alerts:list"),
        ("notifications:rules", "settings:list"),
        ("clocks:terms", "settings:list"),
        ("endpoints:list", "settings:list"),
        ("outbox:list", "outbox:list"),
    ],
)
def test_each_page_marks_one_entry(client, name, entry):
    client.force_login(make_user(is_administrator=True, password="rivier-dijk-sluis"))
    assert current_in(client.get(reverse(name)).content.decode()) == [reverse(entry)]


def test_an_error_page_marks_none(client):
    client.force_login(make_user())
    assert current_in(client.get("/nowhere/").content.decode()) == []
    assert entry_of(None) == ""


def test_every_page_of_settings_belongs_to_the_settings(client):
    client.force_login(make_user(is_administrator=True))
    content = client.get(reverse("settings:list")).content.decode()
    listed = re.findall(r'<li><a href="([^"]+)"', content)
    elsewhere = {reverse("admin:index"), reverse("healthz")}
    assert len(listed) == len(set(listed)) > len(elsewhere)
    assert {entry_of(resolve(path)) for path in set(listed) - elsewhere} == {"settings"}
