"""What arrives at each service, through Apprise and over a real connection; and what leaks."""

import json
import logging
import socket
import time
from datetime import timedelta

import pytest
import requests
from django.utils import timezone

from outbox.addresses import ChatAddress
from outbox.circuit import Circuit
from outbox.dispatching import dispatch_due
from outbox.models import LEASE, Channel, Delivery, State
from outbox.services import SERVICES, NotAnAddress, opened
from outbox.transports import http
from outbox.transports.chat import hidden
from tests.outbox.chats import TOKEN, make_address, make_chat
from tests.outbox.test_inert import ACTIVE
from tests.outbox.web_server import DRIBBLE, WebServer, web_server

pytestmark = pytest.mark.django_db

LINK = "http://localhost:8000/alerts/12/"
HOSTILE = (
    "*b* _i_ ~s~ `c` <!channel> @everyone <http://evil.example|klik> [x](http://evil.example) "
    "<b>B</b> </b> :boom: evil.nl &lt;i&gt;\n# kop\n- punt\n/giphy nee"
)
ADDRESSES = {
    "slack": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/",
    "slack as a web address": (
        "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    ),
    "slack bot": "slack://xoxb-1234567890-1234567890-4ddbc191d40ee098cbaae6f3523ada2d/#algemeen",
    "workflow": (
        "https://prod-53.westeurope.logic.azure.com:443/workflows/5adf4b2ab8c94d4c8ae2bd59a1a5ec5f"
        "/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun"
        "&sv=1.0&sig=Gx_sig_abcdefghijklm"
    ),
    "tgram": "tgram://123456789:abcdefg_hijklmnop/12315544/",
    "discord": "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js/",
    "mmost": f"mmosts://mattermost.example/{TOKEN}",
    "rocket": "rockets://webhooktoken1abc/webhooktoken2def@rocket.example/#general",
    "gchat": "gchat://workspace/keykeykey/tokentoken",
    "wxteams": "wxteams://" + "a" * 80,
    "pover": "pover://" + "u" * 30 + "@" + "a" * 30,
}
SMS = {
    "twilio": "twilio://AC" + "a" * 32 + ":" + "b" * 32 + "@+31612345678/+31687654321",
    "msgbird": "msgbird://" + "a" * 25 + "/+31612345678/+31687654321",
    "46elks": "46elks://gebruiker:wachtwoord@Waterkant/31687654321",
}


@pytest.fixture
def world(monkeypatch):
    """Every service of the world is one server on the loopback, without TLS."""
    with web_server() as server:
        server.text = json.dumps({"ok": True, "result": {}, "id": "1", "status": "created"})

        def connected(request, *, is_trusted):
            return http._Line(socket.create_connection(("127.0.0.1", server.port)))

        monkeypatch.setattr(http, "_connected", connected)
        yield server


def linked(url: str, **fields) -> ChatAddress:
    found = opened(url)
    service = next(name for name, one in SERVICES.items() if one is found.service)
    return make_address(url=url, service=service, **fields)


def texts(value) -> list[str]:
    """Return every text that a request says, wherever the service wants it."""
    if isinstance(value, dict):
        return [text for one in value.values() for text in texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in texts(one)]
    return [value] if isinstance(value, str) else []


def said(server: WebServer) -> list[str]:
    (arrived,) = server.arrived
    kind = arrived.headers.get("Content-Type", "")
    return texts(arrived.form if "form" in kind else arrived.json)


@pytest.mark.parametrize("url", ADDRESSES.values(), ids=ADDRESSES)
def test_hostile_text_arrives_inert_and_our_link_whole(world, url):
    if "hooks.slack" in url or url.startswith("slack://T"):
        world.text = "ok"
    make_chat(linked(url), title=f"Signaal {HOSTILE}", body=HOSTILE, link=LINK)
    assert dispatch_due(channel=Channel.CHAT) == 1, Delivery.objects.get().last_error
    ours = [text for text in said(world) if "everyone" in text]
    assert sum(text.count(LINK) for text in ours) == 1
    for text in ours:
        rest = text.replace(LINK, "").replace("<b>", "", 1).replace("</b>", "", 1)
        assert not ACTIVE.search(rest), rest


@pytest.mark.parametrize("url", SMS.values(), ids=SMS)
def test_an_sms_is_one_message_of_at_most_two_segments(world, url):
    world.status = 200 if "46elks" in url else 201
    make_chat(linked(url), title=f"Signaal {HOSTILE}", body=HOSTILE * 5, link=LINK)
    assert dispatch_due(channel=Channel.CHAT) == 1, Delivery.objects.get().last_error
    (text,) = [text for text in said(world) if "Signaal" in text]
    assert len(text) <= 306
    assert text.isascii()
    assert text.endswith(LINK)


def test_no_picture_and_no_name_of_a_program_goes_along(world):
    for name in ("discord", "mmost", "workflow", "rocket"):
        make_chat(linked(ADDRESSES[name]))
    dispatch_due(channel=Channel.CHAT)
    bodies = b" ".join(one.body for one in world.arrived)
    assert len(world.arrived) == 4
    assert b"github" not in bodies
    assert b"Apprise" not in bodies


@pytest.mark.parametrize(
    "url",
    [
        "json://93.184.216.34/",
        "mailto://user:password@example.nl",
        "syslog://",
        "dbus://",
        "file:///etc/passwd",
        "exec://rm",
        "xml://localhost",
        "mqtt://localhost/topic",
        "https://example.nl/hook",
        "slack://te/kort",
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/?retry=3",
        "tgram://123456789:abcdefg_hijklmnop/12315544/99315544",
        f"mmosts://10.0.0.1/{TOKEN}",
        f"mmost://[::1]/{TOKEN}",
        "",
        "zomaar wat",
    ],
)
def test_what_is_no_address_here(url):
    with pytest.raises(NotAnAddress) as told:
        opened(url)
    assert not url or url not in str(told.value)


def test_a_private_host_is_refused_when_sending_too_unless_it_is_named(settings):
    with web_server() as server:
        address = make_address(server.port)
        make_chat(address)
        assert dispatch_due(channel=Channel.CHAT) == 0
        assert not server.arrived
        assert Circuit.objects.get().state == "open"
        settings.PRIVATE_HOSTS = ["127.0.0.1"]
        Circuit.objects.update(probe_at=timezone.now())
        Delivery.objects.update(not_before=timezone.now())
        assert dispatch_due(channel=Channel.CHAT) == 1


def test_a_changed_address_is_followed_and_a_deleted_one_undeliverable(settings):
    settings.PRIVATE_HOSTS = ["127.0.0.1"]
    with web_server() as server:
        moved, gone, off = make_address(), make_address(server.port), make_address(server.port)
        for address in (moved, gone, off):
            make_chat(address)
        ChatAddress.objects.filter(pk=moved.pk).update(url=f"mmost://127.0.0.1:{server.port}/nieuw")
        ChatAddress.objects.filter(pk=off.pk).update(is_active=False)
        gone.delete()
        assert dispatch_due(channel=Channel.CHAT) == 1
        assert [one.path for one in server.arrived] == ["/hooks/nieuw"]
    states = Delivery.objects.order_by("pk").values_list("state", "last_error")
    assert list(states) == [
        (State.SENT, ""),
        (State.UNDELIVERABLE, "Het chatadres is verwijderd."),
        (State.UNDELIVERABLE, "Het chatadres is uitgezet."),
    ]


@pytest.mark.parametrize("status", [200, 400, 403, 500])
def test_the_address_leaks_nowhere(world, caplog, status):
    """A service that repeats what it was sent; every log line, at whatever level."""
    caplog.set_level(logging.DEBUG)
    world.status, world.text = status, f"not ok: /hooks/{TOKEN} of mattermost.example"
    address = linked(ADDRESSES["mmost"])
    delivery = make_chat(address)
    dispatch_due(channel=Channel.CHAT)
    delivery.refresh_from_db()
    kept = [delivery.last_error, *delivery.tries.values_list("detail", flat=True)]
    kept += [caplog.text, *Circuit.objects.values_list("detail", flat=True), address.masked]
    assert TOKEN not in " ".join(kept)
    assert any("not ok" in text for text in kept)


def test_a_service_that_says_no_with_status_200_did_not_take_it(world):
    world.text = json.dumps({"ok": False, "error": "invalid_auth"})
    make_chat(linked(ADDRESSES["slack bot"]))
    assert dispatch_due(channel=Channel.CHAT) == 0
    circuit = Circuit.objects.get()
    assert (circuit.state, "invalid_auth" in circuit.detail) == ("open", True)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_nowhere(world, status):
    world.status = status
    world.headers = {"Location": f"{world.url}/elders"}
    make_chat(linked(ADDRESSES["mmost"]))
    assert dispatch_due(channel=Channel.CHAT) == 0
    assert len(world.arrived) == 1
    assert Circuit.objects.get().state == "open"


def test_a_second_post_under_one_marker_is_refused(world, monkeypatch):
    def twice(self, **kwargs):
        for _ in range(2):
            try:
                requests.post("https://mattermost.example/hooks/x", data="{}", timeout=1)
            except requests.RequestException:
                return False
        return True

    address = linked(ADDRESSES["mmost"])
    monkeypatch.setattr(type(opened(address.url).plugin), "send", twice)
    make_chat(address)
    dispatch_due(channel=Channel.CHAT)
    assert len(world.arrived) == 1


def test_a_server_that_dribbles_holds_nobody_past_the_deadline(settings, monkeypatch):
    settings.PRIVATE_HOSTS = ["127.0.0.1"]
    monkeypatch.setattr(http, "REPLY_SECONDS", 0.5)
    with web_server() as server:
        server.status = DRIBBLE
        make_chat(make_address(server.port))
        began = time.monotonic()
        dispatch_due(channel=Channel.CHAT)
    assert time.monotonic() - began < 5
    assert Delivery.objects.get().state == State.UNCERTAIN


def test_all_steps_stay_within_the_lease():
    """Name, connection, TLS and head before the marker; body and reply within its fresh lease."""
    assert timedelta(seconds=4 * http.STEP_SECONDS) < LEASE
    assert timedelta(seconds=http.REPLY_SECONDS + http._MARK_TO_BODY) < LEASE


def test_only_longer_parts_of_an_address_are_hidden():
    words = hidden("404 no_service for abcdef123 at hooks", "slack://T1/abcdef123/x?format=text")
    assert words == "404 no_service for … at hooks"


def test_outside_a_message_requests_goes_its_own_way():
    with web_server() as server:
        assert requests.get(server.url, timeout=5).text == "ok"
