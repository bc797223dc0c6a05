"""Signing in with our own user: by address, whatever its capitals, through allauth."""

import pytest
from django.contrib.auth import authenticate
from django.urls import reverse

from staff.models import User
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def sign_in(client, address, password=PASSWORD):
    return client.post(reverse("account_login"), {"login": address, "password": password})


@pytest.fixture
def zoe():
    return make_user(email="Zoe.Smit@Waterkant.Example", password=PASSWORD)


def is_signed_in(client):
    return "_auth_user_id" in client.session


def test_an_address_is_stored_in_lower_case(zoe):
    assert zoe.email == "zoe.smit@waterkant.example"
    zoe.email = "ZOE@waterkant.example "
    zoe.save()
    zoe.refresh_from_db()
    assert zoe.email == "zoe@waterkant.example"


@pytest.mark.parametrize(
    "typed",
    ["zoe.smit@waterkant.example", "Zoe.Smit@Waterkant.Example", "ZOE.SMIT@WATERKANT.EXAMPLE"],
)
def test_signing_in_by_address_in_any_case(client, zoe, typed):
    response = sign_in(client, typed)
    assert (response.status_code, response.url) == (302, reverse("home"))
    assert is_signed_in(client)
    assert User.objects.get_by_natural_key(typed) == zoe


@pytest.mark.parametrize("reason", ["wrong password", "unknown address", "inactive", "no password"])
def test_nobody_else_signs_in(client, zoe, reason):
    address, password = zoe.email, PASSWORD
    if reason == "wrong password":
        password = "iets-heel-anders-31"
    elif reason == "unknown address":
        address = "iemand@waterkant.example"
    elif reason == "inactive":
        User.objects.filter(pk=zoe.pk).update(is_active=False)
    else:
        zoe.set_unusable_password()
        zoe.save()
    sign_in(client, address, password)
    assert not is_signed_in(client)


def test_an_account_that_is_switched_off_is_out_at_once(client, zoe):
    sign_in(client, zoe.email)
    assert client.get(reverse("home")).url == reverse("alerts:list")
    User.objects.filter(pk=zoe.pk).update(is_active=False)
    assert client.get(reverse("home")).url.startswith(reverse("account_login"))


def test_guessing_closes_one_address_for_a_while_and_no_other(client, zoe):
    other = make_user(password=PASSWORD)
    for n in range(5):
        sign_in(client, zoe.email, f"gok-{n}")
    sign_in(client, zoe.email)  # the right password, too late
    assert not is_signed_in(client)
    sign_in(client, other.email)
    assert is_signed_in(client)


def test_a_user_without_permission_tables_has_the_backends_answers(zoe):
    assert authenticate(email=zoe.email, password=PASSWORD) == zoe
    administrator = make_user(is_administrator=True)
    assert administrator.has_perm("surveys.change_client")
    assert administrator.has_module_perms("surveys")
    assert administrator.is_staff
    assert not zoe.has_perm("surveys.change_client")
    assert not zoe.is_staff


def test_the_first_account_may_do_everything():
    first = User.objects.create_superuser("first@waterkant.example", PASSWORD, name="Eerste")
    assert first.is_administrator
    assert first.is_management


def test_a_user_needs_an_address():
    with pytest.raises(ValueError, match="needs an e-mail address"):
        User.objects.create_user("")


@pytest.mark.parametrize(
    ("fields", "opens"),
    [
        ({"is_administrator": True}, True),
        ({"is_management": True}, False),
        ({}, False),
        ({"is_administrator": True, "is_active": False}, False),
    ],
    ids=["administrator", "management", "employee", "former administrator"],
)
def test_the_admin_opens_for_administrators_only(client, fields, opens):
    client.force_login(make_user(**fields))
    assert (client.get("/admin/").status_code == 200) is opens
