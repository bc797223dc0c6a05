"""What people see when an address is wrong, a right is missing, or we fail."""

import pytest
from django.core.exceptions import PermissionDenied
from django.template.loader import get_template
from django.test import Client, RequestFactory
from django.utils import translation
from django.views import defaults

from tests.factories import make_user


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "says"),
    [("nl", "Deze pagina bestaat niet"), ("en", "This page does not exist")],
)
def test_unknown_address_speaks_the_users_language(
    client: Client, language: str, says: str
) -> None:
    client.force_login(make_user(name="Sanne de Wit", language=language))
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert says in response.content.decode()
    assert "Sanne de Wit" in response.content.decode()


@pytest.mark.django_db
def test_unknown_address_is_explained_without_signing_in(client: Client) -> None:
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert "Deze pagina bestaat niet" in response.content.decode()


@pytest.mark.django_db
def test_missing_right_is_explained(rf: RequestFactory) -> None:
    request = rf.get("/outbox/")
    request.user = make_user(name="Sanne de Wit")
    response = defaults.permission_denied(request, PermissionDenied())
    assert response.status_code == 403
    assert "Deze pagina is niet voor u" in response.content.decode()


def test_expired_form_is_explained() -> None:
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {})
    assert response.status_code == 403
    assert "Dit formulier is verlopen" in response.content.decode()


def test_our_fault_needs_no_database_and_no_context() -> None:
    # No database mark: any query would fail this test.
    assert "Er ging bij ons iets mis" in get_template("500.html").render()
    with translation.override("en"):
        assert "Something went wrong on our side" in get_template("500.html").render()
