"""Signing in by e-mail, one's own password, and the doors that are closed."""

import re

import pytest
from django.contrib.auth.password_validation import password_validators_help_texts
from django.core.cache import cache
from django.urls import NoReverseMatch, reverse
from django.utils import translation

from outbox.models import Delivery, Lane
from staff.models import User
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_limits():
    """Rate limits count in the cache; no test inherits another's."""
    cache.clear()


def sign_in(client, email, password=PASSWORD):
    return client.post(reverse("account_login"), {"login": email, "password": password})


def link_in(delivery: Delivery) -> str:
    found = re.search(r"http://localhost:8000(/accounts/password/reset/key/\S+)", text_of(delivery))
    assert found
    return found[1]


def text_of(delivery: Delivery) -> str:
    return delivery.parsed().get_body(("plain",)).get_content()


def test_sign_in_by_email_whatever_its_capitals(client):
    make_user(email="sanne@waterkant.example", password=PASSWORD)
    response = sign_in(client, "Sanne@Waterkant.example")
    assert response.status_code == 302
    assert response.url == reverse("home")
    assert client.get(reverse("alerts:list")).status_code == 200


def test_the_link_of_a_mail_survives_signing_in(client):
    user = make_user(password=PASSWORD)
    to_login = client.get(reverse("alerts:detail", args=[7]))
    page = client.get(to_login.url)
    assert 'name="next" value="/alerts/7/"' in page.content.decode()
    data = {"login": user.email, "password": PASSWORD, "next": "/alerts/7/"}
    assert client.post(reverse("account_login"), data).url == "/alerts/7/"


@pytest.mark.parametrize("email", ["sanne@waterkant.example", "niemand@waterkant.example"])
def test_a_wrong_password_and_an_unknown_address_read_the_same(client, email):
    make_user(email="sanne@waterkant.example", password=PASSWORD)
    response = sign_in(client, email, "verkeerd")
    assert response.status_code == 200
    assert "Dit e-mailadres en wachtwoord horen niet bij elkaar." in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_failing_logins_are_limited(client):
    user = make_user(password=PASSWORD)
    for _attempt in range(10):
        sign_in(client, user.email, "verkeerd")
    response = sign_in(client, user.email)
    assert response.status_code == 200
    assert "Te veel mislukte pogingen." in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_an_account_that_is_switched_off_does_not_open(client):
    user = make_user(password=PASSWORD, is_active=False)
    sign_in(client, user.email)
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_signs_up(client, method):
    data = {"email": "a@b.example", "password1": PASSWORD, "password2": PASSWORD}
    response = getattr(client, method)(reverse("account_signup"), data)
    assert "Accounts maakt uw beheerder" in response.content.decode()
    assert not User.objects.exists()


def test_the_sign_in_page_offers_no_sign_up(client):
    assert reverse("account_signup") not in client.get(reverse("account_login")).content.decode()


@pytest.mark.parametrize(
    "name", ["account_email", "account_confirm_email", "account_reauthenticate"]
)
def test_pages_of_allauth_that_make_no_sense_here_do_not_exist(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_sign_out_takes_a_post(client):
    client.force_login(make_user())
    client.get(reverse("account_logout"))
    assert "_auth_user_id" in client.session
    assert client.post(reverse("account_logout")).url == reverse("account_login")
    assert "_auth_user_id" not in client.session


def test_a_forgotten_password_is_mailed_as_a_secret(client):
    user = make_user(name="Sanne O'Neil", password=PASSWORD)
    response = client.post(reverse("account_reset_password"), {"email": user.email})
    assert response.url == reverse("account_reset_password_done")
    delivery = Delivery.objects.get()
    assert (delivery.lane, delivery.is_secret) == (Lane.ACCOUNT, True)
    assert (delivery.recipient_name, delivery.recipient_address) == (user.name, user.email)
    assert delivery.subject == "Kies een nieuw wachtwoord"
    assert "Beste Sanne O'Neil," in text_of(delivery)

    form = client.get(link_in(delivery), follow=True)
    new = "een-heel-ander-wachtwoord-7"
    address = form.redirect_chain[-1][0]
    client.post(address, {"password1": new, "password2": new})
    assert sign_in(client, user.email, new).url == reverse("home")
    assert "Deze link werkt niet meer" in client.get(link_in(delivery)).content.decode()


def test_the_link_in_a_reset_mail_does_not_follow_the_request(client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    user = make_user(password=PASSWORD)
    client.post(reverse("account_reset_password"), {"email": user.email}, HTTP_HOST="evil.example")
    text = text_of(Delivery.objects.get())
    assert "evil.example" not in text
    assert "http://localhost:8000/accounts/password/reset/key/" in text


def test_a_reset_mail_speaks_the_language_of_its_reader(client):
    user = make_user(password=PASSWORD, language="en")
    client.post(reverse("account_reset_password"), {"email": user.email}, HTTP_ACCEPT_LANGUAGE="nl")
    assert Delivery.objects.get().subject == "Choose a new password"


def test_an_unknown_address_sees_the_same_page_and_is_not_mailed(client):
    address = reverse("account_reset_password")
    response = client.post(address, {"email": "niemand@elders.example"})
    assert response.url == reverse("account_reset_password_done")
    assert Delivery.objects.count() == 0


def test_an_account_without_password_gets_one_through_the_mail(client):
    user = make_user()
    assert not user.has_usable_password()
    client.post(reverse("account_reset_password"), {"email": user.email})
    assert link_in(Delivery.objects.get())


def test_change_password(client):
    user = make_user(password=PASSWORD)
    client.force_login(user)
    address = reverse("account_change_password")
    new = "een-heel-ander-wachtwoord-7"
    data = {"oldpassword": "verkeerd", "password1": new, "password2": new}
    assert "Vul uw huidige wachtwoord in." in client.post(address, data).content.decode()
    assert client.post(address, data | {"oldpassword": PASSWORD}).url == reverse("account")
    user.refresh_from_db()
    assert user.check_password(new)


@pytest.mark.parametrize("name", ["account_login", "account_reset_password"])
def test_sign_in_pages_are_complete_in_english(client, name):
    content = client.get(reverse(name), HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert '<html lang="en">' in content
    assert "wachtwoord" not in content.lower()


@pytest.mark.parametrize(
    ("password", "repeated", "dutch"),
    [
        ("Kort-7!", "", "Dit wachtwoord is te kort. Gebruik ten minste 8 tekens."),
        ("sanne.de.wit@firma.example", "", "Het wachtwoord lijkt te veel op uw e-mailadres."),
        ("password1", "", "Dit wachtwoord is te algemeen."),
        ("8675309427", "", "Dit wachtwoord bevat alleen cijfers."),
        ("een-heel-ander-wachtwoord-7", "iets-anders-8", "Vul twee keer hetzelfde wachtwoord in."),
    ],
)
def test_a_refused_password_is_explained_without_a_word_of_english(
    client, password, repeated, dutch
):
    """What the two languages have in common would be English that nobody translated."""
    user = make_user(email="sanne.de.wit@firma.example", password=PASSWORD)
    client.post(reverse("account_reset_password"), {"email": user.email})
    form = client.get(link_in(Delivery.objects.get()), follow=True)
    address = form.redirect_chain[-1][0]
    data = {"password1": password, "password2": repeated or password}
    said = {}
    for language in ("nl", "en"):
        page = client.post(address, data, HTTP_ACCEPT_LANGUAGE=language)
        form = page.context["form"]
        said[language] = {error for errors in form.errors.values() for error in errors}
        said[language] |= {str(field.label) for field in form}
        said[language] |= {str(field.help_text) for field in form if field.help_text}
    assert dutch in " ".join(said["nl"])
    assert not said["nl"] & said["en"]


def test_the_help_beside_a_new_password_is_dutch():
    said = {}
    for language in ("nl", "en"):
        with translation.override(language):
            said[language] = set(password_validators_help_texts())
    assert len(said["nl"]) == 4
    assert not said["nl"] & said["en"]
