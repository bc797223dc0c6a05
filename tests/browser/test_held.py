"""Answers on hold, and the page for sending again, in a real browser."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client

from surveys.models import Response
from tests.browser.conftest import Watched
from tests.browser.test_client_page import address, invited
from tests.client.test_held import hold
from tests.factories import make_token

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("doorbell"),
]

Open = Callable[..., Watched]


@pytest.mark.parametrize("width", [320, 1280])
def test_staff_confirms_an_answer(
    live_server: Any, open_page: Open, client: Client, width: int
) -> None:
    held = hold(invited())
    client.force_login(held.invitation.project.account_manager)
    watched = open_page(width=width)
    page = watched.page
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
    )
    page.goto(f"{live_server.url}/alerts/")
    page.get_by_role("link", name="In de wacht 1").click()
    assert page.get_by_role("heading", name="Marijke Vermeulen").is_visible()
    assert watched.axe_findings() == []
    assert not watched.is_too_wide
    page.get_by_role("button", name="Bevestigen").click()
    page.get_by_text("Het antwoord is vastgelegd").wait_for()
    assert Response.objects.count() == 1
    assert watched.axe_findings() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_answer_is_sent_again_when_the_database_is_back(
    live_server: Any, open_page: Open, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    watched = open_page(width=320, color_scheme=scheme)
    page = watched.page
    page.goto(address(live_server, make_token(invited())) + "?satisfaction=dissatisfied")
    page.fill("textarea", "Te laat,\nen duur")
    page.get_by_label("Nee", exact=True).check()
    page.get_by_role("radio", name="Ja", exact=True).last.check()
    page.get_by_label("Contractmanagement").check()

    def fails(**kwargs: object) -> None:
        raise OperationalError("database is locked")

    with monkeypatch.context() as patch:
        patch.setattr("surveys.views.record_response", fails)
        page.get_by_role("button").click()
        page.get_by_role("heading", name="Wij konden uw antwoorden").wait_for()
    assert page.evaluate("document.activeElement.tagName") == "H1"
    assert watched.axe_findings() == []
    assert not watched.is_too_wide
    page.get_by_role("button", name="Verstuur opnieuw").click()
    page.wait_for_url("**/thanks/")
    answer = Response.objects.get()
    assert answer.motivation == "Te laat,\nen duur"
    assert (answer.satisfaction, answer.recommendation) == ("dissatisfied", "no")
    assert [service.name for service in answer.services.all()] == ["Contractmanagement"]
