"""The switch on the client's page: looking in another language writes nothing, answering does."""

import re

import pytest
from django.apps import apps
from django.test import Client

from surveys.models import Response
from tests.factories import make_invitation, make_response, make_service, make_token

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

COMPLETE = {"satisfaction": "satisfied", "recommendation": "maybe", "interest": "not_now"}
SEND = {
    "nl": "Verstuur mijn antwoorden",
    "en": "Send my answers",
    "de": "Meine Antworten abschicken",
    "fr": "Envoyer mes réponses",
}
ALL = pytest.mark.parametrize("language", SEND)


def text_of(response) -> str:
    return response.content.decode()


def links(page: str) -> list[tuple[str, str]]:
    """Return (address, language) of each link of the switch."""
    found = re.findall(r'<a href="([^"]*)" lang="(\w+)" hreflang="\w+"', page)
    return [(address.replace("&amp;", "&"), language) for address, language in found]


@ALL
@pytest.mark.parametrize("asked_in", SEND)
def test_page_opens_in_the_language_that_is_chosen(
    client: Client, language: str, asked_in: str
) -> None:
    token = make_token(make_invitation(language=asked_in))
    response = client.get(f"/s/{token}/", {"language": language})
    page = text_of(response)
    assert response["Content-Language"] == language
    assert f'<html lang="{language}">' in page
    assert SEND[language] in page
    assert re.findall(r'lang="(\w+)" hreflang="\w+" aria-current="true"', page) == [language]


@pytest.mark.parametrize("unknown", ["", "es", "DE", "de-DE", "nl\x00", "../de"])
def test_unknown_language_is_ignored(client: Client, unknown: str) -> None:
    token = make_token(make_invitation(language="de"))
    assert SEND["de"] in text_of(client.get(f"/s/{token}/", {"language": unknown}))
    client.post(f"/s/{token}/", {**COMPLETE, "language": unknown})
    assert Response.objects.get().language == "de"


def test_switch_names_each_language_in_its_own_words_and_keeps_the_choice(client: Client) -> None:
    page = text_of(client.get(f"/s/{make_token()}/", {"satisfaction": "dissatisfied"}))
    for name in ("Nederlands", "English", "Deutsch", "Français"):
        assert f">{name}</a>" in page
    assert links(page) == [
        (f"?language={code}&satisfaction=dissatisfied", code) for code in ("nl", "en", "de", "fr")
    ]


def test_following_the_switch_keeps_question_1(client: Client) -> None:
    address = f"/s/{make_token()}/"
    page = text_of(client.get(address, {"satisfaction": "more_than_satisfied"}))
    german = text_of(client.get(address + dict(map(reversed, links(page)))["de"]))
    assert re.findall(r'value="(\w+)"[^>]* checked', german) == ["more_than_satisfied"]
    assert links(text_of(client.get(address)))[0][0] == "?language=nl"


def test_looking_in_another_language_writes_nothing_and_sets_no_cookie(client: Client) -> None:
    token = make_token(make_response().invitation)
    for path in (f"/s/{make_token()}/", f"/s/{token}/thanks/"):
        before = {model: model.objects.count() for model in apps.get_models()}
        response = client.get(path, {"language": "fr"})
        assert response["Content-Language"] == "fr"
        assert not response.cookies
        assert {model: model.objects.count() for model in apps.get_models()} == before
    assert not Response.objects.filter(language="fr").exists()


@ALL
def test_language_travels_with_the_form_to_the_errors_and_the_thanks(
    client: Client, language: str
) -> None:
    make_service()
    token = make_token(make_invitation(language="nl"))
    page = text_of(client.get(f"/s/{token}/", {"language": language}))
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    assert hidden["language"] == language
    failed = client.post(f"/s/{token}/", {**hidden, "satisfaction": "satisfied"})
    assert failed["Content-Language"] == language
    assert f'name="language" value="{language}"' in text_of(failed)
    sent = client.post(f"/s/{token}/", {**hidden, **COMPLETE}, follow=True)
    assert sent["Content-Language"] == language
    assert Response.objects.get().language == language


def test_page_with_errors_has_no_switch_that_would_lose_what_was_typed(client: Client) -> None:
    assert not links(text_of(client.post(f"/s/{make_token()}/", {"motivation": "Goed"})))


def test_later_visit_thanks_in_the_language_of_the_answer(client: Client) -> None:
    invitation = make_invitation(language="nl")
    token = make_token(invitation)
    client.post(f"/s/{token}/", {**COMPLETE, "language": "fr"})
    again = client.get(f"/s/{token}/", follow=True)
    assert again["Content-Language"] == "fr"
    assert links(text_of(again))
    dutch = client.get(f"/s/{token}/thanks/", {"language": "nl"})
    assert dutch["Content-Language"] == "nl"


def test_services_keep_their_dutch_name_where_there_is_no_other(client: Client) -> None:
    make_service(name="Bruggen", name_en="Bridges")
    token = make_token()
    for language, name in {"nl": "Bruggen", "en": "Bridges", "de": "Bruggen"}.items():
        assert f">{name}<" in text_of(client.get(f"/s/{token}/", {"language": language}))


@pytest.mark.parametrize(
    ("accepted", "title"),
    [
        ("de-AT,de;q=0.9", "Wir kennen diesen Link nicht"),
        ("fr", "Nous ne connaissons pas ce lien"),
        ("es", "Wij kennen deze link niet"),
    ],
)
def test_link_that_is_unknown_answers_in_the_browsers_language(
    client: Client, accepted: str, title: str
) -> None:
    response = client.get(f"/s/{'a' * 32}/", headers={"accept-language": accepted})
    assert f"<h1>{title}</h1>" in text_of(response)
