"""How somebody wants to be told, in a real browser: on a phone, by keyboard, without script."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from alerts.preferences import News, Way
from alerts.ways import way_of
from tests.browser.conftest import Watched
from tests.factories import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Watched]


def opened(live_server: Any, open_page: Open, client: Client, user: Any, **options: Any) -> Watched:
    client.force_login(user)
    watched = open_page(**options)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    watched.page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
    )
    watched.page.goto(f"{live_server.url}/alerts/")
    watched.page.get_by_role("link", name="Mijn gegevens").click()
    watched.page.get_by_role("link", name="Meldingen").click()
    return watched


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_a_supervisor_chooses(
    live_server: Any, open_page: Open, client: Client, width: int, scheme: str
) -> None:
    boss = make_user(name="Joost Bakker", is_administrator=True)
    make_user(supervisor=boss)
    watched = opened(live_server, open_page, client, boss, width=width, color_scheme=scheme)
    page = watched.page
    assert watched.axe_findings() == []
    assert not watched.is_too_wide
    group = page.get_by_role("radiogroup", name="Een + signaal van mijn team")
    group.get_by_label("in het dagoverzicht").check()
    page.get_by_label("Tijd van het dagoverzicht").select_option("17:00")
    page.get_by_role("button", name="Opslaan").click()
    page.get_by_text("Opgeslagen.").wait_for()
    assert way_of(boss, News.TEAM_PLUS) == Way.DIGEST
    assert group.get_by_label("in het dagoverzicht").is_checked()
    page.goto(f"{live_server.url}/notifications/rules/")
    assert watched.axe_findings() == []
    assert not watched.is_too_wide
    assert watched.console == []
    assert all(live_server.url in request for request in watched.requests)


def test_all_of_it_works_without_script(live_server: Any, open_page: Open, client: Client) -> None:
    user = make_user(name="Sanne de Wit")
    watched = opened(live_server, open_page, client, user, java_script_enabled=False)
    group = watched.page.get_by_role("radiogroup", name="Een klant wil gebeld worden")
    group.get_by_label("in het dagoverzicht").check()
    watched.page.get_by_role("button", name="Opslaan").click()
    watched.page.get_by_text("Opgeslagen.").wait_for()
    assert way_of(user, News.CALL) == Way.DIGEST
