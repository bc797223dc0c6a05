"""Where a webhook may go: what is typed, what a name leads to, and where a reply points."""

import socket

import pytest

from outbox.circuit import Circuit
from outbox.dispatching import dispatch_due
from outbox.endpoint_forms import EndpointForm
from outbox.endpoint_rules import why_refused
from outbox.endpoints import Endpoint
from outbox.models import Channel, Delivery, State
from outbox.publishing import queue_test
from tests.webhooks.conftest import make_endpoint
from tests.webhooks.receiver import receiving

GOOD = [
    "https://crm.example",
    "https://crm.example/hooks?key=abc",
    "https://crm.example:443/hooks",
    "https://crm.example:8443/hooks",
    "https://súdwest.example/hooks",
    "https://93.184.216.34/hooks",
    "https://[2606:2800:220:1:248:1893:25c8:1946]/hooks",
]
BAD = [
    ("http://crm.example/hooks", "https"),
    ("ftp://crm.example/hooks", "whole address"),
    ("file:///etc/passwd", "whole address"),
    ("crm.example/hooks", "whole address"),
    ("https:///hooks", "whole address"),
    ("https://user:password@crm.example/", "user name"),
    ("https://crm.example@169.254.169.254/", "user name"),
    ("https://@crm.example/", "user name"),
    ("https://crm.example/#deel", "#"),
    ("https://crm.example:25/", "port"),
    ("https://crm.example:22/", "port"),
    ("https://crm.example:80/", "port"),
    ("https://crm.example:0/", "port"),
    ("https://crm.example:99999/", "no web address"),
    ("https://crm.example:https/", "no web address"),
    ("https://crm example/", "no web address"),
    ("https://crm.example/\r\nX-Key: 1", "no web address"),
    ("https://crm.example/" + "x" * 1000, "no web address"),
    ("https://[::1/", "no web address"),
    ("https://localhost/", "inside a network"),
    ("https://crm.localhost/", "inside a network"),
    ("https://127.0.0.2/", "inside a network"),
    ("https://10.0.0.5/", "inside a network"),
    ("https://172.16.0.5/", "inside a network"),
    ("https://192.168.1.5/", "inside a network"),
    ("https://169.254.169.254/latest/meta-data/", "inside a network"),
    ("https://100.64.0.1/", "inside a network"),
    ("https://0.0.0.0/", "inside a network"),
    ("https://[::1]/", "inside a network"),
    ("https://[::ffff:169.254.169.254]/", "inside a network"),
    ("https://[::ffff:7f00:1]/", "inside a network"),
    ("https://[fd00:ec2::254]/", "inside a network"),
    ("https://[fe80::1]/", "inside a network"),
    ("https://[64:ff9b::a9fe:a9fe]/", "inside a network"),
    ("https://127.0.0.2./", "inside a network"),
]


@pytest.fixture(autouse=True)
def _in_english():
    from django.utils import translation

    with translation.override("en"):
        yield


@pytest.mark.parametrize("url", GOOD)
def test_addresses_that_may_be(url):
    assert why_refused(url) == ""


@pytest.mark.parametrize(("url", "word"), BAD)
def test_addresses_that_may_not_be(url, word):
    assert word in why_refused(url)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:25/", "http://127.0.0.1/hooks", "https://127.0.0.1:8443/"]
)
def test_a_host_that_is_named_may_have_http_and_any_port(settings, url):
    assert why_refused(url) == ""
    settings.PRIVATE_HOSTS = []
    assert why_refused(url)


@pytest.mark.django_db
def test_the_form_says_what_is_wrong_with_an_address():
    typed = {"name": "CRM", "url": "http://10.0.0.5/", "events": ["alert.raised"]}
    form = EndpointForm(typed)
    assert not form.is_valid()
    assert "https" in form.errors["url"][0]


def resolving(monkeypatch, *answers: str) -> list[str]:
    """Let every name lead to each of ``answers`` in turn; record what is connected to."""
    waiting = list(answers)
    connected: list[str] = []

    def look_up(host, port, *args, **kwargs):
        found = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        family = socket.AF_INET6 if ":" in found else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (found, port))]

    def connect(address, *args, **kwargs):
        connected.append(address[0])
        raise ConnectionRefusedError("refused")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket, "create_connection", connect)
    return connected


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.5", "169.254.169.254", "::1", "::ffff:169.254.169.254", "fd00:ec2::254"],
)
def test_a_name_that_leads_inside_is_not_connected_to(monkeypatch, settings, address):
    settings.PRIVATE_HOSTS = []
    connected = resolving(monkeypatch, address)
    endpoint = make_endpoint(url="https://crm.example/hooks")
    queue_test(endpoint)
    dispatch_due(channel=Channel.WEBHOOK)
    assert connected == []
    delivery = Delivery.objects.get()
    assert delivery.state == State.QUEUED
    assert "crm.example" in Endpoint.objects.get().last_fault
    assert Circuit.objects.get(transport=endpoint.reference).reason == "refused"


@pytest.mark.django_db
def test_the_address_that_was_judged_is_the_one_connected_to(monkeypatch, settings):
    """A name that leads elsewhere at a second look (DNS rebinding) gains nothing."""
    settings.PRIVATE_HOSTS = []
    connected = resolving(monkeypatch, "93.184.216.34", "127.0.0.1")
    queue_test(make_endpoint(url="https://crm.example/hooks"))
    dispatch_due(channel=Channel.WEBHOOK)
    assert connected == ["93.184.216.34"]


@pytest.mark.django_db
def test_an_address_that_was_allowed_once_is_judged_again(settings):
    with receiving() as receiver:
        queue_test(make_endpoint(url=receiver.url))
        settings.PRIVATE_HOSTS = []
        dispatch_due(channel=Channel.WEBHOOK)
        assert receiver.received == []
    assert Delivery.objects.get().state == State.QUEUED


@pytest.mark.django_db
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(status):
    with receiving() as inside:
        with receiving(answers=[(status, {"Location": inside.url}, b"ga daarheen")]) as receiver:
            endpoint = make_endpoint(url=receiver.url)
            queue_test(endpoint)
            dispatch_due(channel=Channel.WEBHOOK)
        assert len(receiver.received) == 1
        assert inside.received == []
    delivery = Delivery.objects.get()
    assert delivery.state == State.QUEUED
    assert f"{status}: the other system has moved" in delivery.last_error
    assert Circuit.objects.get(transport=endpoint.reference).state == "open"


@pytest.mark.django_db
def test_no_proxy_of_the_environment_is_used(monkeypatch):
    with receiving() as proxy, receiving() as receiver:
        for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        queue_test(make_endpoint(url=receiver.url))
        dispatch_due(channel=Channel.WEBHOOK)
        assert len(receiver.received) == 1
        assert proxy.received == []
