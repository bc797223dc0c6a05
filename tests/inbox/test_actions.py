"""Working an alert through the pages: take up, note, close, and two people at once."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from alerts import actions
from tests.factories import make_alert, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return make_user(name="Sanne de Wit", supervisor=make_user(name="Joost Bakker"))


@pytest.fixture
def alert(owner):
    return make_alert(owner=owner)


def post(client, user, action, alert, data=None, query=""):
    client.force_login(user)
    return client.post(f"{reverse(f'alerts:{action}', args=[alert.pk])}{query}", data or {})


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.mark.parametrize(
    "action",
    "acknowledge contact snooze wake reassign note close reopen follow-up".split(),
)
def test_a_link_never_acts(client, owner, alert, action):
    client.force_login(owner)
    assert client.get(reverse(f"alerts:{action}", args=[alert.pk])).status_code == 405
    assert alert.events.count() == 1


def test_take_up(client, owner, alert):
    response = post(client, owner, "acknowledge", alert, query="?tab=mine")
    assert response.url == f"{reverse('alerts:detail', args=[alert.pk])}?tab=mine"
    assert said(response) == ["U heeft dit signaal opgepakt."]
    alert.refresh_from_db()
    assert alert.state == "acknowledged"
    event = alert.events.get(kind="acknowledged")
    assert event.actor == owner
    assert "Opgepakt door Sanne de Wit" in client.get(response.url).content.decode()


def test_the_tab_in_an_address_cannot_lead_elsewhere(client, owner, alert):
    response = post(client, owner, "acknowledge", alert, query="?tab=mine%26next=//evil.example")
    assert response.url == reverse("alerts:detail", args=[alert.pk])


def test_somebody_else_was_first(client, owner, alert):
    actions.acknowledge(alert=alert, actor=owner.supervisor)
    response = post(client, owner, "acknowledge", alert)
    assert said(response) == ["Joost Bakker heeft dit signaal al opgepakt."]
    assert alert.events.filter(kind="acknowledged").count() == 1


def test_note(client, owner, alert):
    response = post(client, owner, "note", alert, {"note": "Belt dinsdag terug.\n<b>"})
    assert response.status_code == 302
    assert alert.events.get(kind="noted").note == "Belt dinsdag terug.\n<b>"
    assert "Belt dinsdag terug.\n&lt;b&gt;" in client.get(response.url).content.decode()


def test_an_empty_note_is_refused(client, owner, alert):
    response = post(client, owner, "note", alert, {"note": "  "})
    assert response.status_code == 200
    assert "Schrijf op wat het onthouden waard is." in response.content.decode()
    assert not alert.events.filter(kind="noted").exists()


def test_close_a_minus(client, owner, alert):
    data = {"outcome": "recovered", "root_cause": "communication", "note": "Excuses gemaakt."}
    response = post(client, owner, "close", alert, data)
    assert said(response) == ["Dit signaal is afgesloten."]
    alert.refresh_from_db()
    assert (alert.state, alert.outcome, alert.root_cause) == (
        "closed",
        "recovered",
        "communication",
    )
    event = alert.events.get(kind="closed")
    assert (event.actor, event.note) == (owner, "Excuses gemaakt.")
    content = client.get(response.url).content.decode()
    assert "Afgesloten door Sanne de Wit: Opgelost, naar ons idee, oorzaak: Communicatie" in content
    assert reverse("alerts:close", args=[alert.pk]) not in content


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({"outcome": "recovered", "note": "Getypt"}, "Kies waardoor het kwam"),
        ({"root_cause": "cost", "note": "Getypt"}, "Kies wat eruit kwam."),
        ({"outcome": "thanked", "root_cause": "cost", "note": "Getypt"}, "thanked"),
    ],
)
def test_closing_a_minus_takes_an_outcome_and_a_cause(client, owner, alert, data, error):
    response = post(client, owner, "close", alert, data)
    assert response.status_code == 200
    content = response.content.decode()
    assert error in content
    assert "Getypt" in content
    alert.refresh_from_db()
    assert alert.state == "new"


def test_close_a_plus_without_cause(client, owner):
    alert = make_alert(owner=owner, satisfaction="more_than_satisfied", recommendation="yes")
    assert post(client, owner, "close", alert, {"outcome": "thanked"}).status_code == 302
    alert.refresh_from_db()
    assert (alert.state, alert.outcome, alert.root_cause) == ("closed", "thanked", "")


def test_closed_by_somebody_else_meanwhile(client, owner, alert):
    actions.close(alert=alert, actor=owner.supervisor, outcome="recovered", root_cause="quality")
    data = {"version": 0, "outcome": "partly", "root_cause": "cost", "note": "Mijn <b>tekst"}
    response = post(client, owner, "close", alert, data)
    assert response.status_code == 409
    content = response.content.decode()
    assert "Afgesloten door Joost Bakker: Opgelost, naar ons idee, oorzaak: Kwaliteit" in content
    assert "Mijn &lt;b&gt;tekst" in content
    alert.refresh_from_db()
    assert (alert.outcome, alert.root_cause) == ("recovered", "quality")


def test_a_closed_alert_still_takes_notes(client, owner, alert):
    actions.close(alert=alert, actor=owner, outcome="recovered", root_cause="quality")
    assert post(client, owner, "note", alert, {"note": "Klant belde."}).status_code == 302
    assert alert.events.get(kind="noted").note == "Klant belde."


def test_an_account_that_was_switched_off_cannot_act(client, owner, alert):
    client.force_login(owner)
    owner.is_active = False
    owner.save(update_fields=["is_active"])
    response = client.post(reverse("alerts:acknowledge", args=[alert.pk]))
    assert response.status_code in {302, 403}
    alert.refresh_from_db()
    assert alert.state == "new"
