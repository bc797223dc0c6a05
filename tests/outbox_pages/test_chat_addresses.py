"""Chat addresses as administrators set them. What is secret in them comes in, and never out."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from outbox.addresses import ChatAddress
from outbox.breaking import interrupt
from outbox.circuit import Circuit, Reason
from outbox.dispatching import dispatch_due
from outbox.models import Channel, Delivery, State
from tests.factories import make_user
from tests.outbox.chats import TOKEN, make_address, make_chat
from tests.outbox.web_server import web_server
from tests.outbox_pages.test_pages import words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

SECRET = "TIiajkdnlazkcOXrIdevi7FQ"
SLACK = f"https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/{SECRET}"


@pytest.fixture(autouse=True)
def _loopback(settings):
    settings.PRIVATE_HOSTS = ["127.0.0.1"]


@pytest.fixture
def administrator(client):
    user = make_user(is_administrator=True)
    client.force_login(user)
    return user


def test_an_address_is_added_and_never_shown_again(client, administrator):
    assert "Nog geen chatadres" in words(client.get("/settings/chat/"))
    answer = client.post("/settings/chat/add/", {"name": "Slack #klanten", "url": SLACK})
    address = ChatAddress.objects.get()
    assert answer.url == f"/settings/chat/{address.pk}/"
    assert (address.service, address.url, address.is_active) == ("slack", SLACK, True)
    for page in (answer.url, "/settings/chat/"):
        content = client.get(page).content.decode()
        assert "Slack #klanten" in content
        assert "…i7FQ" in content
        assert SECRET not in content
        assert "T1JJ3T3L2" not in content


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"name": "x", "url": f"json://example.nl/{SECRET}"}, "geen adres van een dienst"),
        ({"name": "x", "url": f"mmosts://10.0.0.1/{TOKEN}"}, "besloten netwerk"),
        ({"name": "x", "url": ""}, "Vul het adres in"),
        ({"name": "kanaal", "url": SLACK}, "al een adres met deze naam"),
    ],
)
def test_what_is_refused_says_why_and_shows_no_secret(client, administrator, given, told):
    make_address(name="Kanaal")
    answer = client.post("/settings/chat/add/", given)
    assert answer.status_code == 200
    assert told in words(answer)
    assert SECRET not in answer.content.decode()
    assert TOKEN not in answer.content.decode()
    assert ChatAddress.objects.count() == 1


def test_a_test_message_goes_through_the_outbox_and_its_result_is_shown(client, administrator):
    with web_server() as server:
        address = make_address(server.port)
        page = f"/settings/chat/{address.pk}/"
        answer = client.post(f"{page}test/", follow=True)
        assert "Een testbericht is onderweg" in words(answer)
        assert "wacht" in words(answer)
        server.status, server.text = 403, "invalid_token"
        dispatch_due(channel=Channel.CHAT)
        shown = words(client.get(page))
        assert "403 invalid_token" in shown
        assert "laat ons niet toe" in shown
        assert "1 chatadres neemt nu niets aan" in words(client.get("/outbox/"))
        server.status = 200
        client.post(f"{page}test/")  # lifts the interruption: somebody is looking
        assert dispatch_due(channel=Channel.CHAT) == 2
        (arrived, *_more) = server.arrived
        assert "Testbericht" in arrived.json["text"]
    shown = words(client.get("/settings/chat/"))
    assert "in gebruik" in shown
    assert TOKEN not in client.get(page).content.decode()


def test_nothing_is_sent_by_looking(client, administrator):
    address = make_address()
    for verb in ("test", "on", "off", "delete"):
        assert client.get(f"/settings/chat/{address.pk}/{verb}/").status_code == 405
    assert not Delivery.objects.exists()


def test_a_blank_address_stays_and_a_new_one_takes_what_waits(client, administrator):
    address = make_address()
    make_chat(address)
    interrupt(address.reference, reason=Reason.REFUSED, detail="404")
    page = f"/settings/chat/{address.pk}/"
    client.post(page, {"name": "Anders", "url": ""})
    before, address = address.url, ChatAddress.objects.get()
    assert (address.name, address.url) == ("Anders", before)
    client.post(page, {"name": "Anders", "url": SLACK})
    address.refresh_from_db()
    assert (address.url, address.service) == (SLACK, "slack")
    assert not Circuit.objects.interrupted().exists()
    assert Delivery.objects.get().state == State.QUEUED


@pytest.mark.parametrize("verb", ["off", "delete"])
def test_what_waits_for_it_becomes_undeliverable_and_is_shown(client, administrator, verb):
    address, other = make_address(), make_address()
    sent, waits, kept = make_chat(address), make_chat(address), make_chat(other)
    Delivery.objects.filter(pk=sent.pk).update(state=State.SENT, sent_at=sent.created_at)
    interrupt(address.reference, reason=Reason.DOWN)
    answer = client.post(f"/settings/chat/{address.pk}/{verb}/", follow=True)
    assert "1 bericht dat erop wachtte is onbestelbaar" in words(answer)
    states = dict(Delivery.objects.values_list("pk", "state"))
    assert states == {
        sent.pk: State.SENT,
        waits.pk: State.UNDELIVERABLE,
        kept.pk: State.QUEUED,
    }
    assert "chatadres" in words(client.get(f"/outbox/{waits.pk}/"))
    assert ChatAddress.objects.filter(pk=address.pk).exists() is (verb == "off")


def test_one_that_is_switched_off_gets_no_test_and_comes_back(client, administrator):
    address = make_address(is_active=False)
    page = f"/settings/chat/{address.pk}/"
    assert "uitgezet" in words(client.post(f"{page}test/", follow=True))
    assert not Delivery.objects.exists()
    client.post(f"{page}on/")
    client.post(f"{page}test/")
    assert Delivery.objects.count() == 1


def test_the_list_costs_as_many_queries_for_any_number(
    client, administrator, django_assert_num_queries
):
    make_chat(make_address())
    client.get("/settings/chat/")
    with CaptureQueriesContext(connection) as first:
        client.get("/settings/chat/")
    for _ in range(5):
        make_chat(make_address())
    with django_assert_num_queries(len(first.captured_queries)):
        client.get("/settings/chat/")


def test_a_chat_message_is_read_in_the_outbox_without_its_address(client, administrator):
    delivery = make_chat(make_address(name="Slack #klanten"), body="Zoë de Vries")
    page = words(client.get(f"/outbox/{delivery.pk}/"))
    assert "Slack #klanten (chat of sms)" in page
    assert "Zoë de Vries" in page
    assert "Message-ID" not in page
    assert TOKEN not in client.get("/outbox/").content.decode()
