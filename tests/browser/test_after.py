"""After answering, in a real browser: what is allowed, when to be called, and taking it back."""

from collections.abc import Callable
from typing import Any

import pytest

from surveys.actions import ask_for_call, give_consents
from surveys.models import CallRequest, Consent, Response
from tests.browser.conftest import Watched
from tests.factories import (
    make_contact,
    make_invitation,
    make_project,
    make_project_contact,
    make_response,
    make_token,
    make_user,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("doorbell"),
]

Open = Callable[..., Watched]
LONG = "Haalbaarheidsonderzoek energietransitiebedrijventerreinontwikkelingsmaatschappij, fase 2"
ANSWERS = {
    "+": {"satisfaction": "more_than_satisfied", "recommendation": "yes"},
    "may not": {"satisfaction": "more_than_satisfied", "recommendation": "not_allowed"},
    "0": {},
    "–": {"satisfaction": "dissatisfied", "recommendation": "no"},
}


@pytest.fixture(autouse=True)
def _as_fast_as_a_test(settings: Any) -> None:
    settings.HOLD_FASTER_THAN_SECONDS = 0


def answered(group: str, language: str = "nl", project: str = "Meerzicht") -> Response:
    manager = make_user(name="Sanne de Wit", supervisor=make_user())
    contact = make_contact(name="Marijke Vermeulen", language=language)
    part = make_project_contact(
        project=make_project(account_manager=manager, client=contact.client, name=project),
        contact=contact,
    )
    return make_response(invitation=make_invitation(project_contact=part), **ANSWERS[group])


def address(live_server: Any, response: Response, place: str = "thanks") -> str:
    return f"{live_server.url}/s/{make_token(response.invitation)}/{place}/"


def with_everything(response: Response) -> None:
    give_consents(response=response, agreed={"quote": "…", "story": "…"})
    ask_for_call(response=response, moment="end_of_day", note="x" * 120, phone="+31687654321")


def test_allowed_and_taken_back_by_keyboard_without_javascript(
    live_server: Any, open_page: Open
) -> None:
    page = open_page(java_script_enabled=False).page
    page.goto(address(live_server, answered("+")))
    page.get_by_label("Een referentie").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Doorgeven").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "Een referentie" in page.inner_text("#stored")
    assert Consent.objects.get().kind == "reference"
    page.get_by_role("link", name="Bekijken of intrekken").click()
    button = page.get_by_role("button", name="Intrekken Een referentie")
    button.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "Eerder ingetrokken" in page.inner_text("main")
    assert not Consent.objects.standing().exists()
    assert page.context.cookies() == []


def test_the_tick_unfolds_moment_and_number(live_server: Any, open_page: Open) -> None:
    watched = open_page(java_script_enabled=False)
    page = watched.page
    page.goto(address(live_server, answered("0")))
    assert not page.get_by_label("Ochtend").is_visible()
    page.get_by_label("Ik word graag gebeld").check()
    page.get_by_label("Ochtend").check()
    page.get_by_label("Op welk nummer?").fill("12")
    page.get_by_role("button").click()
    page.wait_for_selector("[role=alert]")
    assert page.get_by_label("Ochtend").is_checked()  # and unfolded, with what was typed
    assert page.get_by_label("Op welk nummer?").input_value() == "12"
    page.get_by_label("Op welk nummer?").fill("06 87654321")
    page.get_by_role("button").click()
    page.wait_for_url("**/thanks/#stored")
    assert "belt u in de ochtend op" in page.inner_text("#stored")
    assert CallRequest.objects.get().phone == "+31687654321"


def test_a_scanner_that_presses_every_button_stores_nothing(
    live_server: Any, open_page: Open
) -> None:
    page = open_page().page
    for group in ANSWERS:
        url = address(live_server, answered(group))
        page.goto(url)
        for number in range(page.locator("main button").count()):
            page.goto(url)
            with page.expect_navigation():
                page.locator("main button").nth(number).evaluate("button => button.click()")
    assert not Consent.objects.exists()
    assert not CallRequest.objects.exists()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["nl", "en", "de", "fr"])
def test_axe_finds_nothing_in_any_state(
    live_server: Any, open_page: Open, language: str, scheme: str
) -> None:
    watched = open_page(color_scheme=scheme)
    page = watched.page
    for group in ANSWERS:
        response = answered(group, language)
        url = address(live_server, response)
        page.goto(url)
        if group == "0":
            page.check("[name=call_me]")
        assert watched.axe_findings() == []
        page.locator("main button:visible").last.click()
        page.locator("[role=alert], #stored").first.wait_for()
        assert watched.axe_findings() == []
        page.goto(url.replace("thanks", "mine"))
        assert watched.axe_findings() == []
        with_everything(response)
        page.goto(url)
        for fold in page.locator("summary").all():
            fold.click()
        assert watched.axe_findings() == []
        page.goto(url.replace("thanks", "mine"))
        assert watched.axe_findings() == []
    assert watched.console == []


@pytest.mark.parametrize("language", ["nl", "en", "de", "fr"])
def test_nothing_scrolls_sideways_at_320_px_or_400_percent(
    live_server: Any, open_page: Open, language: str
) -> None:
    watched = open_page(width=320, height=256)
    page = watched.page
    for group in ANSWERS:
        response = answered(group, language, project=LONG)
        url = address(live_server, response)
        page.goto(url)
        if page.locator("[name=call_me]").count():
            page.check("[name=call_me]")
        assert not watched.is_too_wide
        with_everything(response)
        for place in ("thanks", "mine"):
            page.goto(url.replace("thanks", place))
            for fold in page.locator("summary").all():
                fold.click()
            assert not watched.is_too_wide


def test_targets_are_large_enough_for_a_thumb(live_server: Any, open_page: Open) -> None:
    page = open_page().page
    response = answered("+")
    url = address(live_server, response)
    page.goto(url)
    page.check("[name=call_me]")
    boxes = [one.bounding_box() for one in page.query_selector_all(".pick > label, button, .inp")]
    with_everything(response)
    for place in ("thanks", "mine"):
        page.goto(url.replace("thanks", place))
        boxes += [one.bounding_box() for one in page.query_selector_all("summary, button:visible")]
    assert len(boxes) > 10
    assert all(box["height"] >= 44 for box in boxes)
