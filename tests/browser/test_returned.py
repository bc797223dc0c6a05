"""What came back of a mail, in a real browser."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from outbox.models import Delivery, ReportKind
from tests.browser.conftest import Watched
from tests.factories import make_user
from tests.returned.conftest import make_asked
from tests.returned.test_reaching import tell

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("doorbell"),
]


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1280, "light")])
def test_an_administrator_finds_what_came_back(
    live_server: Any, open_page: Callable[..., Watched], client: Client, width: int, scheme: str
) -> None:
    delivery = Delivery.objects.get(invitation=make_asked())
    tell(delivery, detail="550 5.1.1 " + "x" * 200)
    away = {"subject": "Automatisch antwoord: Hoe?", "text": "Afwezig tot maandag.\n\nAnneke"}
    tell(delivery, ReportKind.OUT_OF_OFFICE, number=2, **away)
    client.force_login(make_user(is_administrator=True))
    watched = open_page(width=width, color_scheme=scheme)
    page = watched.page
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
    )
    page.goto(f"{live_server.url}/outbox/")
    page.get_by_role("link", name="1 teruggekomen").click()
    assert watched.axe_findings() == []
    assert not watched.is_too_wide
    page.get_by_role("link", name="Hoe kijkt u terug?").click()
    assert page.get_by_role("heading", name="Wat terugkwam").is_visible()
    subject = page.get_by_text("Automatisch antwoord: Hoe?").bounding_box()
    text = page.get_by_text("Afwezig tot maandag.").bounding_box()
    assert subject is not None
    assert text is not None
    assert text["y"] >= subject["y"] + subject["height"] - 1  # each on a line of its own
    assert watched.axe_findings() == []
    assert not watched.is_too_wide
