"""One person and one client, as management sees them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from surveys.models import Consent, Response
from tests.dashboard.conftest import answered, asked
from tests.dashboard.test_page import words
from tests.factories import (
    make_alert,
    make_ask,
    make_contact,
    make_invitation,
    make_lead,
    make_project,
    make_project_contact,
    make_response,
)

pytestmark = pytest.mark.django_db


def answers_of(contact, *story):
    """Answers of one person, so many days ago, with the given satisfaction."""
    for days, satisfaction in story:
        at = timezone.now() - timedelta(days=days)
        project = make_project(client=contact.client, closed_on=timezone.localdate(at))
        part = make_project_contact(project=project, contact=contact)
        make_response(
            invitation=make_invitation(project_contact=part, invited_at=at),
            satisfaction=satisfaction,
            recommendation="yes",
            motivation=f"Woorden van {days} dagen geleden",
            submitted_at=at,
        )


def test_a_person_is_shown_with_answers_and_groups_over_time(client, manager):
    contact = make_contact(name="Ruben el Idrissi")
    plus = "more_than_satisfied"
    answers_of(contact, (400, "dissatisfied"), (300, plus), (200, plus), (3, "dissatisfied"))
    page = client.get(f"/dashboard/people/{contact.pk}/")
    runs = page.context["portrait"].runs
    assert [(run.group, run.answers) for run in runs] == [
        ("negative", 1),
        ("positive", 2),
        ("negative", 1),
    ]
    text = words(page)
    assert "Woorden van 400 dagen geleden" in text
    assert "Bel eerst, vraag niets." in text


def test_a_replaced_answer_is_shown_and_does_not_count(client, manager):
    response = answered()
    Response.objects.filter(pk=response.pk).update(replaced_at=timezone.now())
    make_response(invitation=response.invitation)
    page = client.get(f"/dashboard/people/{response.contact.pk}/")
    assert [run.group for run in page.context["portrait"].runs] == ["neutral"]
    assert "vervangen door een latere reactie" in words(page)


def test_asks_consents_alerts_and_leads_stand_with_the_person(client, manager):
    ask = make_ask(asked_on=timezone.localdate())
    Consent.objects.create(
        response=ask.alert.response, kind="quote", wording="U mag mij citeren", language="nl"
    )
    lead = make_lead()
    page = client.get(f"/dashboard/people/{ask.contact_id}/")
    text = words(page)
    assert "“U mag mij citeren”" in text
    assert "Introductie : nog geen antwoord" in text
    assert f"/alerts/{ask.alert_id}/" in page.content.decode()
    page = client.get(f"/dashboard/people/{lead.response.contact.pk}/")
    assert f"/alerts/leads/{lead.pk}/" in page.content.decode()


def test_nothing_may_be_asked_while_a_minus_is_open_at_the_client(client, manager):
    contact = answered().contact
    assert "vraag niets" not in words(client.get(f"/dashboard/people/{contact.pk}/"))
    make_alert(client=contact.client)
    text = words(client.get(f"/dashboard/people/{contact.pk}/"))
    assert "Bij deze klant staat een – open: bel eerst, vraag niets." in text


def test_a_client_shows_who_decides_first_and_silence_as_silence(client, manager):
    firm = answered().project.client
    project = make_project(client=firm)
    buyer = make_contact(client=firm, name="Adviseur Zwijger")
    make_project_contact(project=project, contact=buyer, role="buyer")
    page = client.get(f"/dashboard/clients/{firm.pk}/")
    members = page.context["account"].members
    assert [member.group for member in members] == ["positive", ""]
    assert not members[1].was_asked
    content = page.content.decode()
    assert 'class="tile xs none" role="img" aria-label="geen antwoord">?' in content
    assert "1 nooit geantwoord" in words(page)


def test_a_client_shows_its_projects_with_coverage(client, manager):
    response = answered()
    project = response.project
    make_project_contact(project=project, contact=make_contact(client=project.client))
    page = client.get(f"/dashboard/clients/{project.client_id}/")
    (covered,) = page.context["account"].projects
    assert (covered.contacts, covered.invited, covered.answered) == (2, 1, 1)
    assert "1 van 2 uitgenodigd, 1 beantwoord" in words(page)


def test_open_asks_and_alerts_stand_with_the_client(client, manager):
    ask = make_ask(asked_on=timezone.localdate())
    alert = make_alert(client=ask.contact.client)
    page = client.get(f"/dashboard/clients/{ask.contact.client_id}/")
    assert [one.pk for one in page.context["account"].open_asks] == [ask.pk]
    assert alert.pk in {one.pk for one in page.context["account"].open_alerts}


@pytest.mark.parametrize("path", ["people/999999/", "clients/999999/"])
def test_nobody_is_not_found(client, manager, path):
    assert client.get(f"/dashboard/{path}").status_code == 404


def test_queries_do_not_grow(client, manager):
    response = answered()
    contact, firm = response.contact, response.project.client

    def cost():
        with CaptureQueriesContext(connection) as caught:
            client.get(f"/dashboard/people/{contact.pk}/")
            client.get(f"/dashboard/clients/{firm.pk}/")
        return len(caught)

    answers_of(contact, (5, "dissatisfied"))
    asked(client=firm)
    before = cost()
    answers_of(contact, (9, "satisfied"), (8, "dissatisfied"))
    asked(client=firm)
    answered(client=firm)
    assert cost() == before
