"""Wording a questionnaire, and answering on the 0–10 scale, in a real browser."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from surveys.models import Questionnaire, Response
from tests.browser.conftest import Watched
from tests.factories import make_invitation, make_questionnaire, make_service, make_token, make_user

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("doorbell"),
]

Open = Callable[..., Watched]


def scale_link(live_server: Any) -> str:
    version = make_questionnaire(scale="zero_to_ten", frozen_at=timezone.now())
    token = make_token(make_invitation(questionnaire=version, touchpoint="aftercare"))
    return f"{live_server.url}/s/{token}/"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [256, 320, 390, 700, 1280])
@pytest.mark.parametrize("language", ["nl", "de", "fr"])
def test_every_number_has_room_for_a_thumb(
    live_server: Any, open_page: Open, width: int, language: str, scheme: str
) -> None:
    watched = open_page(width=width, color_scheme=scheme)
    page = watched.page
    page.goto(f"{scale_link(live_server)}?language={language}")
    boxes = [label.bounding_box() for label in page.locator(".scale label").all()]
    assert len(boxes) == 12
    assert min(box["width"] for box in boxes) >= 44
    assert min(box["height"] for box in boxes) >= 44
    page.get_by_role("radio", name="8", exact=True).check()
    assert watched.axe_findings() == []
    assert not watched.is_too_wide


def test_the_scale_is_answered_by_keyboard_without_javascript(
    live_server: Any, open_page: Open
) -> None:
    page = open_page(width=320, java_script_enabled=False).page
    page.goto(f"{scale_link(live_server)}?satisfaction=satisfied")
    page.get_by_role("radio", name=re.compile("^0.*zeer onwaarschijnlijk")).focus()
    page.keyboard.press("Space")
    for _step in range(10):
        page.keyboard.press("ArrowRight")
    page.get_by_role("radio", name="Nu niet").check()
    page.locator("textarea").fill("Ja")
    page.get_by_role("button", name="Verstuur mijn antwoorden").click()
    page.wait_for_url("**/thanks/")
    assert Response.objects.get().score == 10


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_an_administrator_words_the_questions_and_sees_them(
    live_server: Any, open_page: Open, client: Client, width: int, scheme: str
) -> None:
    make_service(name="Beheer")
    client.force_login(make_user(is_administrator=True))
    watched = open_page(width=width, color_scheme=scheme)
    page = watched.page
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
    )
    page.goto(f"{live_server.url}/questionnaires/")
    assert watched.axe_findings() == []
    assert not watched.is_too_wide
    page.get_by_role("button", name=re.compile("Vragen opstellen.*nazorg")).click()
    page.get_by_label("0 tot 10").check()
    page.locator("#id_nl_interest").fill("Kunnen wij nog iets doen?")
    page.locator("#id_de_interest").fill("x" * 201)
    page.get_by_role("button", name="Opslaan", exact=True).click()
    page.get_by_text("201 tekens").first.wait_for()
    assert watched.axe_findings() == []
    page.locator("#id_de_interest").fill("Noch etwas?")
    page.get_by_role("button", name="Opslaan en in gebruik nemen").click()
    page.get_by_text("In gebruik: wie vanaf nu").wait_for()
    assert Questionnaire.objects.get().is_active
    frame = page.frame_locator("iframe")
    frame.get_by_text("Kunnen wij nog iets doen?").wait_for()
    page.get_by_role("link", name="Duits").click()
    frame.get_by_text("Noch etwas?").wait_for()
    assert watched.axe_findings() == []
    assert not watched.is_too_wide
    assert watched.console == []
