"""What only signed-in people may see stays theirs."""

import pytest

from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/alerts/", "/dashboard/", "/outbox/"])
def test_closed_pages_stay_out_of_every_cache(client, path):
    client.force_login(make_user(is_management=True, is_administrator=True))
    assert "no-store" in client.get(path)["Cache-Control"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_what_watches_over_it_touches_no_session(client, path):
    client.cookies["sessionid"] = "anything"
    response = client.get(path)
    varies = "Accept, Accept-Language" if path == "/healthz" else "Accept-Language"
    assert (response.status_code, response.get("Vary", "")) == (200, varies)


def test_an_administrator_cannot_search_by_password(client):
    make_user(password="een-wachtwoord-om-te-raden")
    client.force_login(make_user(is_administrator=True))
    response = client.get("/admin/staff/user/?password__startswith=md5")
    assert response.status_code in {302, 400}


def test_reset_mails_nobody_who_has_no_account(client):
    from outbox.models import Delivery

    client.post("/accounts/password/reset/", {"email": "vreemde@elders.example"})
    assert Delivery.objects.count() == 0
