"""Stop asking me, in a real browser."""

from collections.abc import Callable
from typing import Any

import pytest

from surveys.actions import stop_asking
from surveys.models import Contact
from tests.browser.conftest import Watched
from tests.factories import (
    make_contact,
    make_invitation,
    make_project,
    make_project_contact,
    make_token,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("doorbell"),
]

Open = Callable[..., Watched]


def address(live_server: Any, language: str = "nl") -> str:
    contact = make_contact(name="Marijke Vermeulen", language=language)
    project = make_project(client=contact.client)
    invitation = make_invitation(
        project_contact=make_project_contact(project=project, contact=contact)
    )
    return f"{live_server.url}/s/{make_token(invitation)}/"


def test_stopped_and_back_by_keyboard_without_javascript(live_server: Any, open_page: Open) -> None:
    page = open_page(java_script_enabled=False).page
    page.goto(address(live_server))
    page.get_by_role("link", name="Geen vragen meer ontvangen").click()
    for time in range(2):
        page.get_by_role("checkbox").focus()
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        if time == 0:
            assert "U ontvangt geen vragen meer van ons" in page.inner_text("h1")
            assert Contact.objects.get().opted_out_at is not None
    assert "U ontvangt weer vragen van ons" in page.inner_text("h1")
    assert Contact.objects.get().opted_out_at is None
    assert page.context.cookies() == []


def test_a_scanner_that_presses_every_button_stops_nobody(
    live_server: Any, open_page: Open
) -> None:
    watched = open_page()
    url = address(live_server) + "stop/"
    for state in ("asked", "stopped"):
        if state == "stopped":
            stop_asking(contact=Contact.objects.get())
        before = Contact.objects.values().get()
        watched.page.goto(url)
        for number in range(watched.page.get_by_role("button").count()):
            watched.page.get_by_role("button").nth(number).click()
            watched.page.wait_for_selector("[role=alert]")
        assert Contact.objects.values().get() == before


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["nl", "en", "de", "fr"])
def test_axe_finds_nothing_in_any_state(
    live_server: Any, open_page: Open, language: str, scheme: str
) -> None:
    watched = open_page(color_scheme=scheme)
    page = watched.page
    url = address(live_server, language) + "stop/"
    page.goto(url)
    assert watched.requests == [f"GET {url}"]
    assert watched.axe_findings() == []
    page.get_by_role("button").click()
    page.wait_for_selector("[role=alert]")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    assert watched.axe_findings() == []
    for _state in ("stopped", "back"):
        page.get_by_role("checkbox").check()
        page.get_by_role("button").click()
        page.wait_for_url("**/stop/?*")
        assert watched.axe_findings() == []
    assert watched.console == []


def test_nothing_scrolls_sideways_and_targets_fit_a_thumb(
    live_server: Any, open_page: Open
) -> None:
    watched = open_page(width=320, height=256)
    watched.page.goto(address(live_server) + "stop/")
    watched.page.get_by_role("button").click()
    watched.page.wait_for_selector("[role=alert]")
    assert not watched.is_too_wide
    for target in watched.page.query_selector_all(".pick > label, button"):
        assert target.bounding_box()["height"] >= 44
