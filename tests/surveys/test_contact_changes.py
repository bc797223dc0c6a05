"""Contacts of a project are fixed early: a change, by hand or by a list, is logged."""

import pytest
from django.urls import reverse

from surveys.models import ContactChange, Project, ProjectContact
from tests.factories import make_contact, make_invitation, make_project_contact, make_user
from tests.imports.lists import colleague, line, run

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    user = make_user(name="Anja Admin", is_administrator=True)
    client.force_login(user)
    return user


def contacts_of(project):
    return reverse("admin:surveys_project_contacts", args=[project.pk])


def test_a_project_that_exists_shows_its_contacts_but_no_way_to_change_them(client, administrator):
    part = make_project_contact()
    address = reverse("admin:surveys_project_change", args=[part.project_id])
    html = client.get(address).content.decode()
    assert part.contact.name in html
    assert contacts_of(part.project) in html
    assert 'name="project_contacts-0-contact"' not in html
    assert 'name="project_contacts-0-DELETE"' not in html
    assert 'name="project_contacts-0-role"' in html


def test_a_new_project_takes_its_contacts_at_once(client, administrator):
    html = client.get(reverse("admin:surveys_project_add")).content.decode()
    assert 'name="project_contacts-__prefix__-contact"' in html


def test_adding_needs_a_reason_and_is_logged(client, administrator):
    part = make_project_contact()
    contact = make_contact(client=part.project.client)
    given = {"act": "add", "contact": contact.pk, "role": "buyer"}
    refused = client.post(contacts_of(part.project), {**given, "reason": " "})
    assert refused.status_code == 200
    assert part.project.project_contacts.count() == 1
    answer = client.post(contacts_of(part.project), {**given, "reason": "vergeten"}, follow=True)
    change = ContactChange.objects.get()
    assert (change.contact, change.kind, change.reason, change.actor) == (
        contact,
        "added",
        "vergeten",
        administrator,
    )
    assert "Anja Admin: vergeten" in answer.content.decode()


def test_a_contact_of_another_client_is_not_on_offer(client, administrator):
    part = make_project_contact()
    given = {"act": "add", "contact": make_contact().pk, "reason": "vriend"}
    assert client.post(contacts_of(part.project), given).status_code == 200
    assert part.project.project_contacts.count() == 1


def test_taking_off_needs_a_reason_and_is_logged(client, administrator):
    part = make_project_contact()
    given = {"act": "remove", "part": part.pk}
    client.post(contacts_of(part.project), given)
    assert ProjectContact.objects.count() == 1
    client.post(contacts_of(part.project), {**given, "reason": "vertrokken"})
    assert ProjectContact.objects.count() == 0
    assert ContactChange.objects.get().kind == "removed"


def test_whoever_was_invited_is_not_taken_off(client, administrator):
    part = make_invitation().project_contact
    given = {"act": "remove", "part": part.pk, "reason": "wil niet"}
    assert client.post(contacts_of(part.project), given).status_code == 200
    assert ProjectContact.objects.filter(pk=part.pk).exists()


def test_a_first_list_logs_nothing():
    run(line(), colleague(2))
    assert not ContactChange.objects.exists()


def test_a_later_list_logs_who_came_and_from_which_list():
    run(line())
    report = run(line(), colleague(2), line(Projectnummer="W2"), name="november.csv")
    assert not report.faults
    change = ContactChange.objects.get()
    assert (change.project, change.contact.email) == (
        Project.objects.get(number="W1"),
        "c2@denhaag.example",
    )
    assert (change.kind, change.reason, change.actor) == (
        "added",
        "projectenlijst november.csv",
        None,
    )


def test_a_dry_run_logs_nothing():
    run(line())
    run(line(), colleague(2), dry_run=True)
    assert not ContactChange.objects.exists()
