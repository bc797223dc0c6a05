"""The page of the invitations: who sees whom, why not, and holding back by hand."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from outbox.models import Delivery
from staff import works_council
from surveys.actions import holding, send_invitations
from surveys.models import Invitation, LeftOut, Omission, Suppression
from tests.factories import (
    make_contact,
    make_invitation,
    make_project,
    make_project_contact,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]
LIST = reverse("invitations:list")


@pytest.fixture
def supervisor():
    return make_user(name="Joost Bakker")


@pytest.fixture
def manager(supervisor):
    return make_user(name="Sanne de Wit", supervisor=supervisor)


def closed(days_ago=10, **fields):
    return make_project(closed_on=timezone.localdate() - timedelta(days=days_ago), **fields)


def due(manager, who="Marijke Vermeulen", **project):
    contact = make_contact(name=who)
    project.setdefault("client", contact.client)
    return make_project_contact(project=closed(account_manager=manager, **project), contact=contact)


def page(client, user, **query):
    client.force_login(user)
    return client.get(LIST, query)


def shown(response):
    return [row.part for row in response.context["rows"]]


def test_what_the_page_foretells_is_what_the_run_does(client, manager):
    contact = make_contact()
    make_project_contact(contact=contact, project=closed(10))
    make_project_contact(contact=contact, project=closed(12))
    due(manager)
    make_project_contact(project=closed(0))
    make_project_contact(project=closed(50))
    make_project_contact(project=closed(4), contact=make_contact(bounced_at=timezone.now()))
    director = make_user(is_management=True)
    foretold = page(client, director).context
    run = send_invitations(after_working_days=2)
    assert foretold["number_asked"] == run.invited == 2
    assert dict(foretold["reasons"]) == run.left_out
    assert run.left_out == {
        LeftOut.ASKED_TOGETHER: 1,
        LeftOut.WAITING: 1,
        LeftOut.CLOSED_LONG_AGO: 1,
        LeftOut.BOUNCED: 1,
    }


def test_looking_changes_nothing(client, manager, supervisor):
    due(manager)
    make_project_contact(project=closed(50, account_manager=manager))
    for tab in ("next", "not", "held"):
        assert page(client, supervisor, tab=tab).status_code == 200
    assert not Invitation.objects.exists()
    assert not Omission.objects.exists()


def test_a_supervisor_sees_the_own_team_at_every_level_and_management_everybody(
    client, manager, supervisor
):
    above = make_user()
    supervisor.supervisor = above
    supervisor.save()
    own, other = due(manager), due(make_user(), "Piet Stam")
    assert shown(page(client, supervisor)) == [own]
    assert shown(page(client, above)) == [own]
    for everybody in ({"is_management": True}, {"is_administrator": True}):
        assert set(shown(page(client, make_user(**everybody)))) == {own, other}


def test_the_row_of_two_projects_names_both(client, manager, supervisor):
    part = due(manager)
    earlier = closed(14, account_manager=manager, client=part.project.client, name="Kade Noord")
    make_project_contact(contact=part.contact, project=earlier)
    response = page(client, supervisor)
    assert shown(response) == [part]
    assert "en ook Kade Noord" in response.content.decode()


def test_each_reason_has_its_list(client, supervisor, manager):
    waiting = make_project_contact(project=closed(0, account_manager=manager))
    old = make_project_contact(project=closed(50, account_manager=manager))
    both = page(client, supervisor, tab="not")
    assert shown(both) == [waiting, old]
    assert shown(page(client, supervisor, tab="not", reason="waiting")) == [waiting]
    assert shown(page(client, supervisor, tab="not", reason="closed_long_ago")) == [old]
    assert "wordt enkele werkdagen na afsluiting gevraagd" in both.content.decode()


def test_whoever_was_invited_is_in_no_list(client, supervisor, manager):
    make_invitation(project_contact=due(manager))
    assert shown(page(client, supervisor)) == []
    assert shown(page(client, supervisor, tab="not")) == []


def test_a_stored_reason_is_told_after_its_time(client, supervisor, manager):
    part = make_project_contact(project=closed(50, account_manager=manager))
    Omission.objects.create(project_contact=part, reason=LeftOut.OPTED_OUT)
    response = page(client, supervisor, tab="not", reason="opted_out")
    assert [(row.part, row.reason) for row in response.context["rows"]] == [
        (part, LeftOut.OPTED_OUT)
    ]
    assert shown(page(client, supervisor, tab="not", reason="closed_long_ago")) == []


@pytest.mark.parametrize("mode_is_on", [True, False])
def test_search_finds_contact_client_project_and_outside_works_council_mode_account_manager(
    client, supervisor, manager, mode_is_on
):
    works_council.mode.keep(mode_is_on, seconds=3600)
    part = due(manager, "Marijke Vermeulen", name="Kade Noord")
    due(manager, "Piet Stam", name="Sluis Zuid")
    client_name = part.project.client.name
    for words in ("marijke", "kade noord", client_name, part.project.number):
        assert part in shown(page(client, supervisor, q=words)), words
    assert (part in shown(page(client, supervisor, q="sanne kade"))) is not mode_is_on
    assert shown(page(client, supervisor, q="kade noord")) == [part]
    assert shown(page(client, supervisor, q="bestaat niet")) == []


def test_projects_without_a_contact_are_counted(client, supervisor, manager):
    closed(5, account_manager=manager, name="Kade Noord")
    closed(5)
    response = page(client, supervisor, tab="not")
    assert response.context["number_without_contact"] == 1
    assert "Kade Noord" in response.content.decode()


@pytest.mark.parametrize("tab", ["next", "not", "held"])
def test_queries_do_not_grow_with_rows(client, supervisor, manager, tab, django_assert_num_queries):
    def fill(number):
        for _number in range(number):
            part = due(manager)
            earlier = closed(14, account_manager=manager, client=part.project.client)
            make_project_contact(contact=part.contact, project=earlier)
            make_project_contact(project=closed(50, account_manager=manager))
            holding.suppress(project_contacts=[due(manager)], actor=supervisor, reason="left")

    fill(2)
    page(client, supervisor, tab=tab)
    with CaptureQueriesContext(connection) as few:
        client.get(LIST, {"tab": tab})
    fill(12)
    with django_assert_num_queries(len(few)):
        client.get(LIST, {"tab": tab})


class TestHold:
    def test_a_reason_holds_somebody_back_and_leads_back_to_the_list(
        self, client, supervisor, manager
    ):
        part = due(manager)
        client.force_login(supervisor)
        address = reverse("invitations:hold", args=[part.pk]) + "?tab=next&page=2"
        answer = client.post(address, {"reason": "dispute"}, follow=True)
        assert answer.redirect_chain == [(f"{LIST}?tab=next&page=2", 302)]
        assert f"{part.contact.name} wordt niet gevraagd." in answer.content.decode()
        suppression = Suppression.objects.get()
        assert (suppression.project_contact, suppression.actor) == (part, supervisor)
        held = page(client, supervisor, tab="held").content.decode()
        assert "er loopt een geschil" in held
        assert "Joost Bakker" in held

    def test_another_reason_needs_words(self, client, supervisor, manager):
        part = due(manager)
        client.force_login(supervisor)
        address = reverse("invitations:hold", args=[part.pk])
        refused = client.post(address, {"reason": "other", "note": " "})
        assert refused.status_code == 200
        assert "Noteer welke reden." in refused.content.decode()
        assert not Suppression.objects.exists()
        client.post(address, {"reason": "other", "note": "Loopt via de directie."})
        assert Suppression.objects.get().note == "Loopt via de directie."

    def test_an_invitation_about_two_projects_is_held_back_as_a_whole(
        self, client, supervisor, manager
    ):
        part = due(manager)
        earlier = closed(14, account_manager=manager, client=part.project.client)
        other = make_project_contact(contact=part.contact, project=earlier)
        client.force_login(supervisor)
        client.post(reverse("invitations:hold", args=[part.pk]), {"reason": "left"})
        held = Suppression.objects.values_list("project_contact", flat=True)
        assert set(held) == {part.pk, other.pk}

    def test_what_came_too_late_says_so(self, client, supervisor, manager):
        part = due(manager)
        make_invitation(project_contact=part)
        client.force_login(supervisor)
        address = reverse("invitations:hold", args=[part.pk])
        answer = client.post(address, {"reason": "left"}, follow=True)
        assert "al uitgenodigd" in answer.content.decode()
        assert not Suppression.objects.exists()

    @pytest.mark.parametrize("verb", ["hold", "lift"])
    def test_somebody_elses_contact_is_not_there(self, client, supervisor, manager, verb):
        make_project_contact(project=closed(account_manager=manager))
        other = due(make_user())
        (suppression,) = holding.suppress(
            project_contacts=[other], actor=make_user(), reason="left"
        )
        client.force_login(supervisor)
        pk = other.pk if verb == "hold" else suppression.pk
        address = reverse(f"invitations:{verb}", args=[pk])
        assert client.post(address, {"reason": "left"}).status_code == 404
        client.force_login(make_user(is_management=True))
        assert client.post(address, {"reason": "left"}).status_code == 302

    def test_looking_at_the_form_holds_nobody_back(self, client, supervisor, manager):
        part = due(manager)
        client.force_login(supervisor)
        assert client.get(reverse("invitations:hold", args=[part.pk])).status_code == 200
        assert not Suppression.objects.exists()

    def test_lifting_shows_by_whom_and_needs_a_post(self, client, supervisor, manager):
        part = due(manager)
        (suppression,) = holding.suppress(project_contacts=[part], actor=supervisor, reason="left")
        client.force_login(supervisor)
        address = reverse("invitations:lift", args=[suppression.pk])
        assert client.get(address).status_code == 405
        client.post(address)
        suppression.refresh_from_db()
        assert suppression.lifted_by == supervisor
        held = page(client, supervisor, tab="held").content.decode()
        assert "opgeheven door Joost Bakker" in held
        assert "Toch vragen" not in held
        assert shown(page(client, supervisor)) == [part]

    def test_an_administrator_looks_but_does_not_decide(self, client, supervisor, manager):
        due(manager)
        text = page(client, make_user(is_administrator=True)).content.decode()
        assert "Marijke Vermeulen" in text
        assert "/hold/" not in text
        assert "/hold/" in page(client, supervisor).content.decode()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_client_s_page_names_every_project(client, manager, language):
    contact = make_contact(language=language)
    for days, name in ((9, "Sluis Zuid"), (5, "Kade Noord")):
        make_project_contact(contact=contact, project=closed(days, name=name))
    send_invitations()
    text = Delivery.objects.get().parsed().get_body(("plain",)).get_content()
    token = text.split("/s/")[1].split("/")[0]
    html = client.get(reverse("surveys:page", args=[token])).content.decode()
    assert "<h1>Kade Noord</h1>" in html
    assert ("en ook Sluis Zuid" if language == "nl" else "and also Sluis Zuid") in html
