"""The firm's branding in a real browser: on its page, and on the client's."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from staff.branding import Look, current_brand, save_brand
from staff.logo_upload import clean_logo
from tests.brand.files import WAVE, png
from tests.browser.conftest import Watched
from tests.browser.test_client_page import address, invited
from tests.factories import make_token, make_user

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("doorbell"),
]

Open = Callable[..., Watched]
LOGO = {"name": "logo.png", "mimeType": "image/png", "buffer": png()}


def opened(live_server: Any, open_page: Open, client: Client, **options: Any) -> Watched:
    client.force_login(make_user(name="Joost Visser", is_administrator=True))
    watched = open_page(**options)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    watched.page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
    )
    watched.page.goto(f"{live_server.url}/settings/")
    watched.page.get_by_role("link", name="Huisstijl").click()
    return watched


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_the_example_follows_by_itself(
    live_server: Any, open_page: Open, client: Client, width: int, scheme: str
) -> None:
    watched = opened(live_server, open_page, client, width=width, color_scheme=scheme)
    page = watched.page
    assert watched.axe_findings() == []
    page.go_back()
    assert watched.axe_findings() == []  # the list of settings
    page.go_forward()
    page.get_by_label("Naam van het bureau").fill("Waterkant")
    page.locator(".sheet.dark .letter").get_by_text("Waterkant", exact=True).wait_for()
    page.get_by_label("Logo", exact=True).set_input_files(LOGO)
    page.locator(".sheet.light img").first.wait_for()
    page.get_by_label("Accentkleur", exact=True).fill("#ffcc00")
    page.get_by_role("button", name="Neem").wait_for()
    assert watched.axe_findings() == []
    page.get_by_label("Kies de accentkleur").fill("#0b5e75")
    page.get_by_text("Contrast 6,8 op licht papier").wait_for()
    assert page.get_by_label("Accentkleur", exact=True).input_value() == "#0b5e75"
    page.wait_for_function(
        "getComputedStyle(document.querySelector('.letter .name')).color == 'rgb(11, 94, 117)'"
    )
    assert watched.axe_findings() == []
    assert not watched.is_too_wide
    assert current_brand() == Look()
    page.get_by_role("button", name="Opslaan").click()
    page.get_by_text("Opgeslagen.").wait_for()
    assert current_brand() == Look(
        own_name="Waterkant", accent="#0b5e75", logo=clean_logo(LOGO["buffer"])
    )
    assert watched.console == []
    assert all(live_server.url in request for request in watched.requests)


def test_all_of_it_works_without_script(live_server: Any, open_page: Open, client: Client) -> None:
    watched = opened(live_server, open_page, client, java_script_enabled=False)
    page = watched.page
    page.get_by_label("Accentkleur", exact=True).fill("#ffcc00")
    page.get_by_label("Logo", exact=True).set_input_files(LOGO)
    page.get_by_role("button", name="Voorbeeld").click()
    page.get_by_role("button", name="Neem").click()
    page.get_by_role("button", name="Opslaan").click()
    page.get_by_text("Opgeslagen.").wait_for()
    assert current_brand().logo == clean_logo(LOGO["buffer"])
    assert current_brand().accent.startswith("#")


@pytest.mark.parametrize("data", [WAVE, png()])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_the_clients_page_wears_it(
    live_server: Any, open_page: Open, width: int, scheme: str, data: bytes
) -> None:
    look = Look(logo=clean_logo(data), accent="#0b5e75", signature="Kadeplein 1\nZoetermeer")
    save_brand(look, actor=None)
    watched = open_page(width=width, color_scheme=scheme)
    page = watched.page
    page.goto(address(live_server, make_token(invited())))
    size = page.get_by_role("img", name="Ambassadors").evaluate("i => [i.naturalWidth, i.width]")
    assert size[0] > 0
    assert size[1] > 100
    rule = page.evaluate("getComputedStyle(document.body, '::before').backgroundColor")
    colour = look.accent if scheme == "light" else look.accent_in_dark
    parts = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    assert rule == "rgb({}, {}, {})".format(*parts)
    overlap = page.evaluate(
        "document.querySelector('.logo').getBoundingClientRect().bottom"
        " > document.querySelector('.langs').getBoundingClientRect().top + 12"
    )
    assert not overlap
    assert watched.axe_findings() == []
    assert watched.console == []
    assert not watched.is_too_wide
    assert len(watched.requests) == 1
