"""The pages on which administrators set webhooks, and what they show of what was sent."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from outbox.dispatching import dispatch_due
from outbox.endpoint_actions import rotate_secret, switch_off
from outbox.endpoints import Endpoint
from outbox.models import Channel, Delivery, State
from outbox.publishing import queue_test
from outbox.signing import key_of
from tests.factories import make_user
from tests.webhooks.conftest import make_endpoint

pytestmark = pytest.mark.django_db
SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]{30,}")
TYPED = {
    "name": "CRM",
    "url": "https://crm.example/hooks",
    "events": ["alert.raised", "response.received"],
}


@pytest.fixture
def admin(client):
    client.force_login(make_user(is_administrator=True, language="en"))
    return client


def page(client, name: str, *args: object) -> str:
    answer = client.get(reverse(f"endpoints:{name}", args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def post(client, verb: str, *args: object, **data: object):
    return client.post(reverse(f"endpoints:{verb}", args=args), data)


def test_without_any_there_is_one_thing_to_do(admin):
    shown = page(admin, "list")
    assert "No other system listens yet." in shown
    assert reverse("endpoints:add") in shown
    assert reverse("endpoints:list") in admin.get(reverse("settings:list")).content.decode()


def test_adding_one_shows_its_secret_this_once(admin):
    answer = post(admin, "add", **TYPED)
    endpoint = Endpoint.objects.get()
    secret = endpoint.secrets.get().secret
    assert SECRET.findall(answer.content.decode()) == [secret]
    assert "no-store" in answer["Cache-Control"]
    assert len(key_of(secret)) == 32
    assert {one.event_type for one in endpoint.subscriptions.all()} == set(TYPED["events"])
    assert endpoint.sends_words is False
    assert endpoint.created_by is not None
    for name, args in (("list", ()), ("detail", (endpoint.pk,)), ("edit", (endpoint.pk,))):
        assert not SECRET.search(page(admin, name, *args))
    assert f"whsec_…{secret[-4:]}" in page(admin, "detail", endpoint.pk)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"name": ""}, "Give the webhook a name."),
        ({"name": "crm NOORD"}, "There is a webhook with this name already."),
        ({"url": ""}, "Fill in the address"),
        ({"url": "http://crm.example/"}, "Use https://"),
        ({"url": "https://192.168.1.5/"}, "inside a network"),
        ({"events": []}, "Choose at least one event."),
        ({"events": ["alert.invented"]}, "alert.invented"),
    ],
)
def test_what_is_not_right_is_said_and_nothing_is_stored(admin, change, word):
    make_endpoint(name="CRM Noord")
    answer = post(admin, "add", **{**TYPED, **change})
    shown = answer.content.decode()
    assert word in shown
    assert not SECRET.search(shown)
    assert Endpoint.objects.count() == 1


def test_a_form_sent_twice_adds_one(admin):
    post(admin, "add", **TYPED)
    assert "already" in post(admin, "add", **TYPED).content.decode()
    assert Endpoint.objects.count() == 1


def test_changing_one_keeps_its_secret(admin):
    endpoint = make_endpoint(name="CRM")
    before = endpoint.secrets.get().secret
    changed = {"name": "CRM", "url": "https://crm.example/2", "events": ["consent.given"]}
    assert post(admin, "edit", endpoint.pk, sends_words="on", **changed).status_code == 302
    endpoint.refresh_from_db()
    assert (endpoint.url, endpoint.sends_words) == ("https://crm.example/2", True)
    assert [one.event_type for one in endpoint.subscriptions.all()] == ["consent.given"]
    assert endpoint.secrets.get().secret == before


def test_another_secret_is_shown_once_and_a_reload_makes_no_third(admin):
    endpoint = make_endpoint()
    former = endpoint.secrets.get()
    answer = post(admin, "rotate", endpoint.pk, current=former.pk)
    (fresh,) = SECRET.findall(answer.content.decode())
    assert endpoint.valid_secrets(timezone.now()) == [fresh, former.secret]
    assert endpoint.valid_secrets(timezone.now() + timedelta(hours=25)) == [fresh]
    again = post(admin, "rotate", endpoint.pk, current=former.pk)
    assert again.status_code == 302
    assert endpoint.secrets.count() == 2
    shown = page(admin, "detail", endpoint.pk)
    assert "Former secret" in shown
    assert not SECRET.search(shown)


def test_secrets_that_expired_are_removed_at_the_next_change():
    endpoint = make_endpoint()
    for days in range(3):
        current = endpoint.secrets.get(expires_at__isnull=True)
        at = timezone.now() + timedelta(days=2 * days)
        rotate_secret(endpoint=endpoint, current=str(current.pk), now=at)
    assert endpoint.secrets.count() == 2


def test_a_test_event_is_queued_and_its_result_stands_on_the_page(admin, receiver):
    receiver.answers = [(418, {}, b"ik ben een <b>theepot</b>")]
    endpoint = make_endpoint(url=receiver.url)
    answer = post(admin, "test", endpoint.pk)
    delivery = Delivery.objects.get()
    assert answer.url == f"/settings/webhooks/{endpoint.pk}/?test={delivery.pk}#sent"
    assert "See whether it has arrived" in admin.get(answer.url).content.decode()
    dispatch_due(channel=Channel.WEBHOOK)
    shown = admin.get(answer.url).content.decode()
    assert "418 ik ben een &lt;b&gt;theepot&lt;/b&gt;" in shown
    receiver.answers = [(200, {}, b"dank u")]
    Delivery.objects.filter(state=State.QUEUED).update(not_before=timezone.now())
    dispatch_due(channel=Channel.WEBHOOK)
    shown = admin.get(answer.url).content.decode()
    assert "200 dank u" in shown
    assert "See whether it has arrived" not in shown


def test_switching_off_and_on(admin):
    endpoint = make_endpoint()
    queue_test(endpoint)
    post(admin, "off", endpoint.pk)
    assert Delivery.objects.get().state == State.CANCELLED
    shown = page(admin, "detail", endpoint.pk)
    assert "Switched off by an administrator" in shown
    assert reverse("endpoints:test", args=[endpoint.pk]) not in shown
    assert post(admin, "test", endpoint.pk).status_code == 404
    post(admin, "on", endpoint.pk)
    endpoint.refresh_from_db()
    assert endpoint.is_active


def test_deleting_leaves_what_was_sent(admin):
    endpoint = make_endpoint(name="CRM Noord")
    queue_test(endpoint)
    answer = admin.post(reverse("endpoints:delete", args=[endpoint.pk]), follow=True)
    assert "The webhook CRM Noord is deleted." in answer.content.decode()
    assert Endpoint.objects.count() == 0
    assert Delivery.objects.get().recipient_name == "CRM Noord"


def test_a_delivery_is_read_in_the_outbox(admin):
    delivery = queue_test(make_endpoint(name="CRM Noord"))
    shown = admin.get(reverse("outbox:detail", args=[delivery.pk])).content.decode()
    assert "CRM Noord" in shown
    assert "CRM Noord" in admin.get(reverse("outbox:list") + "?q=CRM+Noord").content.decode()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_state_has_words(client, language):
    client.force_login(make_user(is_administrator=True, language=language))
    endpoint = make_endpoint(sends_words=True)
    Endpoint.objects.update(last_fault_at=timezone.now(), last_fault="500 stuk")
    for shown in (page(client, "list"), page(client, "detail", endpoint.pk)):
        assert {"nl": "niet aangenomen", "en": "not accepted"}[language] in shown
    switch_off(endpoint=endpoint)
    for shown in (page(client, "list"), page(client, "detail", endpoint.pk)):
        assert {"nl": "itgezet", "en": "witched off"}[language] in shown


def test_the_pages_ask_as_much_for_many_as_for_few(admin, django_assert_max_num_queries):
    endpoint = make_endpoint()
    for _ in range(3):
        make_endpoint()
        queue_test(endpoint)
    with django_assert_max_num_queries(8):
        page(admin, "list")
    with django_assert_max_num_queries(12):
        page(admin, "detail", endpoint.pk)
