"""The outbox in a real browser: searched, held, resumed; a mail sent again, and cancelled."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone

from outbox.health import LATE_AFTER, SWEEP, beat
from outbox.models import Delivery, Outcome, State
from tests.browser.conftest import Watched
from tests.factories import make_alert, make_client, make_contact, make_user
from tests.outbox_pages.test_pages import attempt, queue

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("doorbell"),
]

Open = Callable[..., Watched]
WORDS = {
    "nl": {
        "search": "Persoon, adres of project",
        "show": "Toon",
        "stop": "Leg alle verzending stil",
        "stopped": "Alle berichten wachten",
        "again": "Opnieuw versturen",
        "resume": "Weer versturen",
        "resumed": "vertrekt nu",
        "queued": "Dit is het nieuwe bericht",
        "cancel": "Niet versturen",
        "cancelled": "wordt niet verstuurd",
        "hidden": "bevat het antwoord van een klant",
        "late": "is na 5 minuten nog niet weg",
        "see": "Bekijk hem in Postvak uit",
    },
    "en": {
        "search": "Person, address or project",
        "show": "Show",
        "stop": "Stop all sending",
        "stopped": "All messages wait",
        "again": "Send again",
        "resume": "Resume sending",
        "resumed": "leaves now",
        "queued": "This is the new message",
        "cancel": "Do not send",
        "cancelled": "will not be sent",
        "hidden": "holds a client's answer",
        "late": "has not left after 5 minutes",
        "see": "See it in the outbox",
    },
}


@pytest.fixture(params=["nl", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def opened(
    live_server: Any, open_page: Open, client: Client, language: str, settings: Any
) -> Callable[..., Watched]:
    """The outbox of an administrator, with a mail server, without JavaScript unless asked."""
    settings.EMAIL_URL = "smtp://127.0.0.1:9"

    def go(
        path: str = "/outbox/",
        *,
        javascript: bool = False,
        is_management: bool = False,
        **options: Any,
    ) -> Watched:
        user = make_user(is_administrator=True, is_management=is_management, language=language)
        client.force_login(user)
        watched = open_page(java_script_enabled=javascript, **options)
        session = client.cookies[django_settings.SESSION_COOKIE_NAME].value
        cookie = {"name": django_settings.SESSION_COOKIE_NAME, "value": session}
        watched.page.context.add_cookies([{**cookie, "url": live_server.url}])
        watched.page.goto(f"{live_server.url}{path}")
        return watched

    return go


def press(watched: Watched, role: str, name: str) -> None:
    """Reach a control with Tab, and press Enter on it."""
    target = watched.page.get_by_role(role, name=name, exact=True).first
    target.wait_for()
    for _step in range(60):
        watched.page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            watched.page.keyboard.press("Enter")
            return
    pytest.fail(f"{name} is not reached by Tab")


def test_a_mail_is_searched_for_by_keyboard(opened: Callable[..., Watched], language: str) -> None:
    words = WORDS[language]
    gemeente = make_client(name="Gemeente Súdwest-Fryslân")
    make_alert(contact=make_contact(client=gemeente, name="Zoë Brontë"))
    queue(1, subject="iets anders", name="Ruben")
    watched = opened(javascript=True)
    page = watched.page
    field = page.get_by_label(words["search"])
    field.focus()
    page.keyboard.type("sudwest zoe")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=sudwest**")
    assert page.get_by_label(words["search"]).input_value() == "sudwest zoe"
    assert page.locator("tbody tr").count() == 2
    assert page.get_by_text(words["hidden"]).first.is_visible()
    assert "[–]" not in page.locator("tbody").inner_text()


def test_sending_is_stopped_and_resumed_by_keyboard(
    opened: Callable[..., Watched], language: str
) -> None:
    words = WORDS[language]
    queue()
    watched = opened(javascript=True)
    press(watched, "button", words["stop"])
    watched.page.get_by_text(words["stopped"]).wait_for()
    assert watched.axe_findings() == []
    press(watched, "button", words["resume"])
    watched.page.get_by_text(words["resumed"]).wait_for()
    watched.page.get_by_role("button", name=words["stop"]).wait_for()


def test_a_mail_is_sent_again_and_that_one_cancelled_without_javascript(
    opened: Callable[..., Watched], language: str
) -> None:
    words = WORDS[language]
    queue()
    first = attempt(Outcome.SENT)
    watched = opened(f"/outbox/{first.pk}/")
    page = watched.page
    page.get_by_role("button", name=words["again"]).click()
    page.get_by_text(words["queued"]).wait_for()
    page.get_by_role("button", name=words["cancel"]).click()
    page.get_by_text(words["cancelled"]).wait_for()
    assert Delivery.objects.get(again_of=first).state == State.CANCELLED


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1280, "light")])
def test_every_page_is_clean_and_fits(
    opened: Callable[..., Watched], language: str, width: int, scheme: str
) -> None:
    beat(SWEEP)
    alert = make_alert(
        owner=make_user(name="Sanne de Wit", supervisor=make_user()),
        project_name="Kadevernieuwing Noord-Oost, fase 2: voorbereiding en begeleiding",
    )
    queue(2, subject="x" * 120)
    hidden = alert.notifications.first().delivery
    options = {"width": width, "color_scheme": scheme, "javascript": True}
    for path in ("/outbox/", f"/outbox/{hidden.pk}/", "/outbox/?q=niets&lane=x", "/healthz"):
        watched = opened(path, **options)
        assert watched.axe_findings() == [], path
        assert not watched.is_too_wide, path
        assert watched.console == [], path


def test_a_late_mail_is_red_in_the_inbox_and_leads_to_the_outbox(
    opened: Callable[..., Watched], language: str
) -> None:
    words = WORDS[language]
    beat(SWEEP)
    make_alert(
        owner=make_user(name="Sanne de Wit", supervisor=make_user()),
        now=timezone.now() - LATE_AFTER - timedelta(seconds=5),
    )
    watched = opened("/alerts/?tab=all", javascript=True, is_management=True, width=1280)
    page = watched.page
    red = page.evaluate("getComputedStyle(document.querySelector('.row .late')).color")
    assert red == page.evaluate("getComputedStyle(document.querySelector('.late-mail b')).color")
    assert page.get_by_text(words["late"]).count() >= 2
    assert watched.axe_findings() == []
    page.get_by_role("link", name=words["see"]).first.click()
    page.wait_for_url("**/outbox/*/")
