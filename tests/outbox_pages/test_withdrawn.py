"""A mail that was withdrawn, as administrators see it."""

import pytest

from outbox.queueing import cancel_queued
from tests.factories import make_user
from tests.outbox.conftest import make_delivery

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]


def test_list_filter_and_page_say_that_it_was_withdrawn(client):
    client.force_login(make_user(is_administrator=True))
    gone, other = make_delivery(key="gone"), make_delivery(key="other", to="bram@b.example")
    cancel_queued(["gone"])
    listed = client.get("/outbox/", {"state": "cancelled"}).content.decode()
    assert "ingetrokken" in listed
    assert gone.recipient_address in listed
    assert other.recipient_address not in listed
    page = client.get(f"/outbox/{gone.pk}/").content.decode()
    assert "omdat het bericht niet meer nodig was" in page
    assert "was handed over" not in page
