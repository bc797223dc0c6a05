"""With JavaScript an unsent answer survives a reload, in its own tab, until it is sent."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import Watched
from tests.browser.test_client_page import address, invited
from tests.factories import make_token

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("doorbell"),
]

Open = Callable[..., Watched]
KEPT = "Object.keys(sessionStorage).length"


def test_an_unsent_answer_survives_a_reload(live_server: Any, open_page: Open) -> None:
    watched = open_page()
    page = watched.page
    token = make_token(invited())
    page.goto(address(live_server, token) + "?satisfaction=satisfied")
    assert page.is_checked("[value=satisfied]")
    page.check("[value=dissatisfied]")
    page.fill("textarea", "Te laat,\nen <b>duur</b>")
    page.check("[name=interest][value=yes]")
    page.get_by_label("Contractmanagement").check()
    page.goto("about:blank")
    page.goto(address(live_server, token) + "?satisfaction=satisfied")
    assert page.is_checked("[value=dissatisfied]")
    assert page.input_value("textarea") == "Te laat,\nen <b>duur</b>"
    assert page.is_checked("[name=interest][value=yes]")
    assert page.get_by_label("Contractmanagement").is_checked()
    assert not page.get_by_label("Water en klimaat").is_checked()
    assert token not in page.evaluate("JSON.stringify(sessionStorage)")
    page.check("[name=recommendation][value=no]")
    page.get_by_role("button").click()
    page.wait_for_url("**/thanks/")
    assert page.evaluate(KEPT) == 0
    assert watched.console == []


def test_another_link_in_the_same_tab_starts_empty(live_server: Any, open_page: Open) -> None:
    page = open_page().page
    page.goto(address(live_server, make_token(invited())))
    page.fill("textarea", "Van een ander")
    page.goto(address(live_server, make_token()))
    assert page.input_value("textarea") == ""


def test_what_the_server_sent_back_is_not_overwritten(live_server: Any, open_page: Open) -> None:
    page = open_page().page
    page.goto(address(live_server, make_token(invited())))
    page.fill("textarea", "Eerst")
    page.evaluate("document.querySelector('textarea').value = 'Daarna'")  # unnoticed by the script
    page.get_by_role("button").click()
    page.wait_for_selector("[role=alert]")
    assert page.input_value("textarea") == "Daarna"
