"""A tab that was opened three days and two deployments ago still sends its answer."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from surveys.models import HeldAnswer, Response
from surveys.observing import unseal
from tests.factories import make_invitation, make_service, make_token

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]


def hidden_fields(page: str) -> dict[str, str]:
    return dict(re.findall('<input type="hidden" name="([^"]+)" value="([^"]*)"', page))


@pytest.mark.parametrize("comment", ["", "Goed werk"])
def test_an_old_tab_is_recorded(client: Client, settings, monkeypatch, comment: str) -> None:
    kept, gone = make_service(name="Bruggen"), make_service(name="Sluizen")
    token = make_token(make_invitation())
    page = client.get(f"/s/{token}/?satisfaction=satisfied").content.decode()
    fields = hidden_fields(page)
    assert unseal(token, fields["seen"]) is not None

    settings.SECRET_KEY = "the next one"
    gone.delete()
    make_service(name="Dijken")
    kept.is_offered = False
    kept.save()
    later = timezone.now() + timedelta(days=3)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert unseal(token, fields["seen"]) is None

    response = client.post(
        f"/s/{token}/?satisfaction=satisfied",
        {
            **fields,
            "satisfaction": "satisfied",
            "motivation": comment,
            "recommendation": "maybe",
            "interest": "yes",
            "services": [kept.pk, gone.pk or 4711],
            "remark": "",
        },
    )
    assert response["Location"] == f"/s/{token}/thanks/"
    assert Response.objects.get().motivation == comment
    assert not HeldAnswer.objects.exists()


def test_a_tab_from_before_there_was_a_signed_time_is_recorded(client: Client) -> None:
    token = make_token()
    answers = {"satisfaction": "satisfied", "recommendation": "maybe", "interest": "not_now"}
    assert client.post(f"/s/{token}/", answers).status_code == 302
    assert Response.objects.count() == 1


def test_a_form_with_errors_keeps_the_time_it_was_opened(client: Client) -> None:
    token = make_token()
    seen = hidden_fields(client.get(f"/s/{token}/").content.decode())["seen"]
    again = hidden_fields(client.post(f"/s/{token}/", {"seen": seen}).content.decode())
    assert again["seen"] == seen
    fresh = hidden_fields(client.post(f"/s/{token}/", {"seen": '"><b>'}).content.decode())["seen"]
    assert unseal(token, fresh) is not None
