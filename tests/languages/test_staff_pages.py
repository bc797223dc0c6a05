"""A colleague's page is Dutch or English, whatever the browser asks for."""

import pytest
from django.test import Client
from django.urls import reverse

from staff.languages import firm_language, for_staff
from tests.factories import make_user


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("de", "nl"),
        ("fr-BE,fr;q=0.9", "nl"),
        ("de-DE,de;q=0.9,en;q=0.8", "en"),
        ("fr,nl;q=0.7,en;q=0.3", "nl"),
        ("en-GB", "en"),
        ("", "nl"),
        ("*", "nl"),
        ("en;q=nonsense", "nl"),
        ("x" * 5000, "nl"),
    ],
)
def test_page_before_sign_in_speaks_a_language_of_colleagues(
    client: Client, accepted: str, language: str
) -> None:
    response = client.get(reverse("account_login"), headers={"accept-language": accepted})
    assert response["Content-Language"] == for_staff(accepted) == language
    assert f'<html lang="{language}"' in response.content.decode()


@pytest.mark.django_db
def test_unknown_address_is_not_explained_in_german(client: Client) -> None:
    response = client.get("/nowhere/", headers={"accept-language": "de"})
    assert "Deze pagina bestaat niet" in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["nl", "en"])
def test_account_decides_after_sign_in(client: Client, language: str) -> None:
    client.force_login(make_user(language=language))
    response = client.get(reverse("alerts:list"), headers={"accept-language": "de"})
    assert f'<html lang="{language}"' in response.content.decode()


@pytest.mark.parametrize(
    ("firm", "colleague"), [("nl", "nl"), ("en", "en"), ("de", "nl"), ("fr", "nl")]
)
def test_new_colleague_works_in_the_firms_language_where_there_is_one(
    settings, firm: str, colleague: str
) -> None:
    settings.FIRM_LANGUAGE = firm
    assert firm_language() == colleague
