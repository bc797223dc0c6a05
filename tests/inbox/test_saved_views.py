"""Cuts of the inbox under a name: kept, renamed, deleted, started with; each one's own."""

import pytest
from django.urls import reverse

from alerts import saved
from alerts.models import SavedView
from tests.factories import make_alert, make_division, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(client):
    owner = make_user()
    client.force_login(owner)
    return owner


def make_view(owner, name="Mijn –", **place):
    return saved.save_view(owner=owner, name=name, place=place or {"tab": "mine"})


def post(client, verb, view=None, query="", **data):
    address = reverse(f"alerts:{verb}", args=[view.pk] if view else [])
    return client.post(address + query, data, follow=True)


def test_the_filters_that_are_on_are_kept_under_a_name(client, owner):
    division = make_division()
    query = f"?tab=late&q=kade&division={division.pk}&group=wrong&page=3&next=//evil"
    response = post(client, "save-view", query=query, name=" Kades ")
    view = owner.saved_views.get()
    assert view.name == "Kades"
    assert view.place == {"tab": "late", "q": "kade", "division": str(division.pk)}
    assert response.redirect_chain == [(view.address, 302)]
    assert "De weergave “Kades” is opgeslagen." in response.content.decode()
    assert [one["is_on"] for one in response.context["views"]] == [True]


@pytest.mark.parametrize(
    ("name", "text"),
    [("", "Geef de weergave een naam."), ("KADES", "U heeft al een weergave met de naam “KADES”.")],
)
def test_a_name_that_cannot_be_is_refused_and_may_be_mended(client, owner, name, text):
    make_view(owner, "Kades")
    make_view(make_user(), "Bodem")  # somebody else's name is free
    response = post(client, "save-view", query="?tab=mine&q=kade", name=name)
    content = response.content.decode()
    assert text in content
    assert "views/save/?tab=mine&amp;q=kade" in content
    assert owner.saved_views.count() == 1
    post(client, "save-view", query="?tab=mine&q=kade", name="Bodem")
    assert owner.saved_views.count() == 2


def test_there_is_an_end_to_the_number_of_views(client, owner, monkeypatch):
    monkeypatch.setattr(saved, "MOST_VIEWS", 1)
    make_view(owner, "Kades")
    assert "U heeft 1 weergaven" in post(client, "save-view", name="Bodem").content.decode()
    assert owner.saved_views.count() == 1


def test_a_view_is_renamed(client, owner):
    view = make_view(owner, "Kades")
    make_view(owner, "Bodem")
    post(client, "rename-view", view, name="Water")
    assert owner.saved_views.get(pk=view.pk).name == "Water"
    for name, text in (("", "Geef de weergave een naam."), ("bodem", "U heeft al een weergave")):
        assert text in post(client, "rename-view", view, name=name).content.decode()
    assert owner.saved_views.get(pk=view.pk).name == "Water"


def test_a_view_is_deleted(client, owner):
    view = make_view(owner)
    assert "is verwijderd" in post(client, "delete-view", view).content.decode()
    assert not owner.saved_views.exists()


def test_the_inbox_opens_with_the_view_that_is_the_start(client, owner):
    first, second = make_view(owner, "a", tab="closed"), make_view(owner, "b", tab="late")
    post(client, "start-view", first, start="1")
    post(client, "start-view", second, start="1")
    assert list(SavedView.objects.filter(is_start=True)) == [second]
    assert client.get(reverse("alerts:list")).url == f"{reverse('alerts:list')}?tab=late"
    # Whoever asks for a tab gets that.
    assert client.get(f"{reverse('alerts:list')}?tab=mine").status_code == 200
    post(client, "start-view", second)
    assert client.get(reverse("alerts:list")).status_code == 200


def test_views_are_only_the_owners(client, owner):
    theirs = make_view(make_user(supervisor=owner), "Van een ander")
    assert "Van een ander" not in client.get(reverse("alerts:views")).content.decode()
    for verb in ("rename-view", "delete-view", "start-view"):
        assert post(client, verb, theirs, name="Weg", start="1").status_code == 404
    theirs.refresh_from_db()
    assert (theirs.name, theirs.is_start) == ("Van een ander", False)


def test_a_view_with_a_division_that_is_gone_still_opens(client, owner):
    make_alert(owner=owner)
    view = make_view(owner, tab="mine", division="999")
    content = client.get(view.address).content.decode()
    assert "Een van de filters bestaat niet" in content


def test_names_of_views_are_inert(client, owner):
    make_view(owner, "<script>alert(1)</script>")
    for address in (reverse("alerts:views"), reverse("alerts:list")):
        assert "<script>alert" not in client.get(address).content.decode()
