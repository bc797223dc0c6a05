"""What the client may be told: written at closing, corrected on the closed alert's page."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from alerts import actions
from alerts.models import Alert
from surveys.models import FollowUp
from tests.factories import make_alert, make_contact, make_invitation, make_user

pytestmark = pytest.mark.django_db
CLOSED = {"outcome": "recovered", "root_cause": "staffing"}
DONE = "U heeft nu één vast aanspreekpunt."


@pytest.fixture
def owner():
    return make_user(name="Sanne de Wit", supervisor=make_user(name="Joost Bakker"))


@pytest.fixture
def alert(owner):
    contact = make_contact(name="Marijke Vermeulen", language="fr")
    return make_alert(owner=owner, contact=contact, project_name="Verkeersstudie N209")


def post(client, user, action, alert, data):
    client.force_login(user)
    return client.post(reverse(f"alerts:{action}", args=[alert.pk]), data)


def page(client, alert):
    return client.get(reverse("alerts:detail", args=[alert.pk])).content.decode()


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_closing_stores_what_may_be_told(client, owner, alert):
    post(client, owner, "close", alert, {**CLOSED, "follow_up": f" {DONE}\n"})
    told = FollowUp.objects.get()
    assert (told.response, told.text, told.author) == (alert.response, DONE, owner)
    assert Alert.objects.get().is_closed


def test_closing_without_it_stores_nothing(client, owner, alert):
    post(client, owner, "close", alert, CLOSED)
    assert Alert.objects.get().is_closed
    assert not FollowUp.objects.exists()


@pytest.mark.parametrize("text", ["x" * 301, "Zie www.evil.example"])
def test_what_cannot_be_told_keeps_the_alert_open(client, owner, alert, text):
    response = post(client, owner, "close", alert, {**CLOSED, "follow_up": text})
    assert response.context["forms"]["close"].errors["follow_up"]
    assert not Alert.objects.get().is_closed


def test_who_was_second_tells_nothing(client, owner, alert):
    actions.close(alert=alert, actor=owner.supervisor, **CLOSED)
    post(client, owner, "close", alert, {**CLOSED, "follow_up": DONE})
    assert not FollowUp.objects.exists()


def test_the_form_shows_the_sentence_in_the_language_of_the_client(client, owner, alert):
    client.force_login(owner)
    text = page(client, alert)
    assert "Marijke Vermeulen leest dit eenmaal, in de volgende uitnodiging, in het Frans" in text
    assert "Ce que nous avons fait de votre réponse sur Verkeersstudie N209\u00a0: …" in text


def test_it_is_corrected_on_the_page_of_the_closed_alert(client, owner, alert):
    post(client, owner, "close", alert, {**CLOSED, "follow_up": "Fout."})
    assert "Geschreven door Sanne de Wit. De volgende uitnodiging vertelt het." in page(
        client, alert
    )
    response = post(client, owner.supervisor, "follow-up", alert, {"follow_up": DONE})
    assert said(response) == ["Wat de klant hierover leest, is opgeslagen."]
    told = FollowUp.objects.get()
    assert (told.text, told.author) == (DONE, owner.supervisor)
    refused = post(client, owner, "follow-up", alert, {"follow_up": "http://x"})
    assert "Laat internetadressen weg" in refused.content.decode()


def test_it_can_be_written_after_closing(client, owner, alert):
    actions.close(alert=alert, actor=owner, **CLOSED)
    client.force_login(owner)
    assert "Nog niets." in page(client, alert)
    post(client, owner, "follow-up", alert, {"follow_up": DONE})
    assert DONE in page(client, alert)


def test_what_was_told_stands(client, owner, alert):
    actions.close(alert=alert, actor=owner, follow_up=DONE, **CLOSED)
    FollowUp.objects.update(told_in=make_invitation())
    client.force_login(owner)
    assert "Verteld in de uitnodiging van" in page(client, alert)
    assert "/follow-up/" not in page(client, alert)
    response = post(client, owner, "follow-up", alert, {"follow_up": "Anders."})
    assert said(response)[0].startswith("De klant heeft dit al gelezen")
    assert FollowUp.objects.get().text == DONE


def test_an_open_alert_has_only_the_field_at_closing(client, owner, alert):
    client.force_login(owner)
    assert "/follow-up/" not in page(client, alert)
    assert client.get(reverse("alerts:follow-up", args=[alert.pk])).status_code == 405
