"""The battery, plain programs: whatever they fetch or post records no answer and raises nothing.

``tests/browser/test_scanners.py`` is its other half: programs with a browser.
"""

from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from alerts.models import Alert
from outbox.models import Delivery
from surveys.mails import compose_invitation
from surveys.models import HeldAnswer, Link, Response
from tests.client.test_page import COMPLETE
from tests.factories import make_invitation, make_service, make_token

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

AGENTS = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130 Safari/537.36",
    "Mozilla/4.0 (compatible; ms-office; MSOffice 16)",
    "Barracuda Sentinel (EE)",
    "Googlebot/2.1 (+http://www.google.com/bot.html)",
    "curl/8.5.0",
    "",
]


class Elements(HTMLParser):
    """Every link, and every field with what it would send untouched and its other values."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.preset: dict[str, str] = {}
        self.names: dict[str, list[str]] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(found.get("href", ""))
        if tag in {"input", "textarea"} and (name := found.get("name")):
            self.names.setdefault(name, []).append(found.get("value", ""))
            is_choice = found.get("type") in {"radio", "checkbox"}
            if not is_choice or "checked" in found:
                self.preset[name] = found.get("value", "")


def mailed() -> tuple[str, list[str]]:
    """A token and the addresses of all links in its mail."""
    make_service()
    invitation = make_invitation()
    token = make_token(invitation)
    html = str(compose_invitation(invitation, token).alternatives[0][0])
    links = [link for link in Elements(html).links if f"/s/{token}/" in link]
    assert len({link for link in links if "satisfaction=" in link}) == 3
    return token, [link[link.index("/s/") :] for link in links]


def survey(links: list[str]) -> list[str]:
    """The links to the questions, without those to other pages."""
    return [link for link in links if link.partition("?")[0].count("/") == 3]


def nothing_happened() -> bool:
    is_quiet = not (Response.objects.exists() or Alert.objects.exists())
    return is_quiet and not Delivery.objects.filter(template="alert").exists()


def person_can_answer(token: str) -> bool:
    client = Client()
    page = client.get(f"/s/{token}/")
    seen = Elements(page.content.decode()).preset["seen"]
    client.post(f"/s/{token}/", {**COMPLETE, "motivation": "Goed werk", "seen": seen})
    return Response.objects.filter(motivation="Goed werk").count() == 1


@pytest.mark.parametrize("agent", AGENTS)
@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_opening_every_link_of_the_mail(client: Client, agent: str, method: str) -> None:
    token, links = mailed()
    for link in links * 2:
        getattr(client, method)(link, headers={"user-agent": agent})
        getattr(client, method)(f"/s/{token}/thanks/", headers={"user-agent": agent})
    assert nothing_happened()
    assert not HeldAnswer.objects.exists()
    assert person_can_answer(token)


@pytest.mark.parametrize(
    "headers",
    [
        {"purpose": "prefetch"},
        {"sec-purpose": "prefetch;prerender"},
        {"x-moz": "prefetch"},
        {"range": "bytes=0-0"},
    ],
)
def test_fetching_ahead(client: Client, headers: dict[str, str]) -> None:
    token, links = mailed()
    for link in survey(links):
        assert client.get(link, headers=headers).status_code == 200
    assert nothing_happened()
    assert person_can_answer(token)


def as_served(elements: Elements) -> dict[str, str]:
    return elements.preset


def the_first_of_each_but_no_choice(elements: Elements) -> dict[str, str]:
    return {name: values[0] or "x" for name, values in elements.names.items() if len(values) == 1}


def junk_in_everything(elements: Elements) -> dict[str, str]:
    return dict.fromkeys(elements.names, "test@example.com")


def the_first_of_everything(elements: Elements) -> dict[str, str]:
    return {name: values[0] or "test" for name, values in elements.names.items()}


def the_last_of_everything(elements: Elements) -> dict[str, str]:
    return {name: values[-1] or "http://x.example" for name, values in elements.names.items()}


@pytest.mark.parametrize(
    "fill",
    [
        lambda elements: {},
        as_served,
        the_first_of_each_but_no_choice,
        junk_in_everything,
        the_first_of_everything,
        the_last_of_everything,
    ],
)
def test_posting_the_form_of_every_link(
    client: Client, fill: Callable[[Elements], dict[str, Any]]
) -> None:
    token, links = mailed()
    for link in survey(links):
        page = client.get(link).content.decode()
        client.post(link, fill(Elements(page)))
    assert nothing_happened()
    assert person_can_answer(token)
    assert not HeldAnswer.objects.on_hold().exists()


def test_choosing_at_random_as_the_mail_arrives_is_held(client: Client) -> None:
    token, links = mailed()
    Delivery.objects.create(
        dedupe_key=Link.objects.by_token(token).get().invitation.delivery_key,
        lane=30,
        recipient_address="a@b.example",
        subject="s",
        message_id="<1@b.example>",
        digest="0" * 64,
        state="sent",
        sent_at=timezone.now(),
        transport="smtp",
    )
    for link in survey(links):
        chosen = the_first_of_everything(Elements(client.get(link).content.decode()))
        client.post(link, {**chosen, "remark": "", "motivation": ""})
    assert nothing_happened()
    assert HeldAnswer.objects.on_hold().exists()
    assert person_can_answer(token)
