"""What administrators manage, and what nobody does."""

import pytest
from django.contrib import admin
from django.urls import reverse

from staff.models import User
from surveys.models import Invitation, LaterAnswer, Link, Response
from tests.factories import make_alert, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    user = make_user(is_administrator=True)
    client.force_login(user)
    return user


def user_data(**changes) -> dict[str, str]:
    return {
        "name": "Karim Aziz",
        "email": "Karim@Waterkant.example",
        "phone": "",
        "language": "nl",
        "division": "",
        "supervisor": "",
        "is_active": "on",
        **changes,
    }


def test_a_new_user_has_no_password_and_a_lower_case_address(client, administrator):
    response = client.post(reverse("admin:staff_user_add"), user_data())
    assert response.status_code == 302
    user = User.objects.get(email="karim@waterkant.example")
    assert not user.has_usable_password()


def test_changing_a_user_keeps_the_password(client, administrator):
    user = make_user(email="karim@waterkant.example", password="geheim-en-lang-24")
    client.post(reverse("admin:staff_user_change", args=[user.pk]), user_data(name="K. Aziz"))
    user.refresh_from_db()
    assert user.name == "K. Aziz"
    assert user.check_password("geheim-en-lang-24")


def test_an_address_is_used_once_whatever_its_capitals(client, administrator):
    make_user(email="karim@waterkant.example")
    response = client.post(reverse("admin:staff_user_add"), user_data())
    assert "Er is al een gebruiker met dit adres." in response.content.decode()


def test_nobody_supervises_themselves_not_even_through_another(client, administrator):
    top = make_user(email="karim@waterkant.example")
    below = make_user(supervisor=top)
    address = reverse("admin:staff_user_change", args=[top.pk])
    for supervisor in (top, below):
        client.post(address, user_data(supervisor=str(supervisor.pk)))
        top.refresh_from_db()
        assert top.supervisor is None
    client.post(address, user_data(supervisor=str(administrator.pk)))
    top.refresh_from_db()
    assert top.supervisor == administrator


def test_users_are_not_deleted(client, administrator):
    user = make_user()
    response = client.post(reverse("admin:staff_user_delete", args=[user.pk]), {"post": "yes"})
    assert response.status_code == 403
    assert User.objects.filter(pk=user.pk).exists()


@pytest.mark.parametrize("model", [Response, LaterAnswer, Link, Invitation])
def test_answers_and_links_are_out_of_reach(model):
    assert not admin.site.is_registered(model)


@pytest.mark.parametrize("fields", [{}, {"is_management": True}])
def test_others_do_not_enter(client, fields):
    client.force_login(make_user(**fields))
    assert client.get(reverse("admin:index")).status_code == 302


def test_the_admin_has_no_sign_in_form_of_its_own(client):
    """Its form would go round the limits on failing logins."""
    user = make_user(is_administrator=True, password="geheim-en-lang-24")
    address = reverse("admin:login")
    data = {"username": user.email, "password": "geheim-en-lang-24"}
    assert client.get(address).url.startswith(reverse("account_login"))
    assert client.post(address, data).url.startswith(reverse("account_login"))
    assert "_auth_user_id" not in client.session


def test_only_what_means_something_here_is_listed(client, administrator):
    content = client.get(reverse("admin:index")).content.decode()
    assert "Contactpersonen" in content
    assert "Groepen" not in content
    assert "E-mailadressen" not in content


@pytest.mark.parametrize("model", sorted(admin.site._registry, key=lambda model: model.__name__))
def test_every_list_and_form_opens(client, administrator, model):
    make_alert()
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    assert client.get(reverse(f"{name}_changelist")).status_code == 200
    assert client.get(reverse(f"{name}_add")).status_code in {200, 403}
