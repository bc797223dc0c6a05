"""The client's page in a real browser."""

from collections.abc import Callable
from typing import Any

import pytest

from surveys.models import Response
from tests.browser.conftest import Watched
from tests.factories import (
    make_contact,
    make_invitation,
    make_project,
    make_project_contact,
    make_response,
    make_service,
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


def invited(language: str = "nl", project: str = "Klimaatadaptatieplan Meerzicht"):
    make_service(name="Water en klimaat", name_en="Water and climate")
    make_service(name="Contractmanagement", name_en="Contract management")
    supervisor = make_user(name="Joost Bakker")
    manager = make_user(name="Sanne de Wit", phone="079 555 0142", supervisor=supervisor)
    part = make_project_contact(
        project=make_project(account_manager=manager, name=project),
        contact=make_contact(name="Marijke Vermeulen", language=language),
    )
    return make_invitation(project_contact=part)


def address(live_server: Any, token: str) -> str:
    return f"{live_server.url}/s/{token}/"


def test_answered_by_keyboard_only(live_server: Any, open_page: Open) -> None:
    watched = open_page()
    page, press = watched.page, watched.page.keyboard.press
    page.goto(address(live_server, make_token(invited())))
    press("Tab")  # skip link
    press("Enter")
    press("Tab")  # question 1
    press("Space")
    press("ArrowRight")
    press("ArrowRight")
    press("Tab")  # question 2
    page.keyboard.type("Dacht mee, ook na oplevering.")
    press("Tab")  # question 3
    press("Space")
    press("Tab")  # question 4
    press("Space")
    press("Tab")  # its first service, unfolded by the answer
    press("Space")
    press("Tab")
    press("Tab")  # the button
    press("Enter")
    page.wait_for_url("**/thanks/#main")  # browsers carry the skip link's fragment along
    answer = Response.objects.get()
    assert answer.satisfaction == "more_than_satisfied"
    assert answer.motivation == "Dacht mee, ook na oplevering."
    assert (answer.recommendation, answer.interest) == ("yes", "yes")
    assert [service.name for service in answer.services.all()] == ["Contractmanagement"]
    assert watched.console == []


def test_answered_without_javascript_or_cookie(live_server: Any, open_page: Open) -> None:
    watched = open_page(java_script_enabled=False)
    page = watched.page
    page.goto(address(live_server, make_token(invited())) + "?satisfaction=dissatisfied")
    page.get_by_label("Nee", exact=True).check()
    page.get_by_label("Nu niet").check()
    page.get_by_role("button").click()
    page.wait_for_url("**/thanks/")
    assert "Sanne de Wit belt u binnen één werkdag" in page.inner_text("body")
    assert Response.objects.get().group == "negative"
    assert page.context.cookies() == []


def test_one_request_and_a_silent_console(live_server: Any, open_page: Open) -> None:
    watched = open_page()
    url = address(live_server, make_token(invited()))
    watched.page.goto(url)
    watched.page.wait_for_load_state("networkidle")
    assert watched.requests == [f"GET {url}"]
    assert watched.console == []
    # The style was let through by its hash: without it the button is not as tall as a thumb.
    assert watched.page.get_by_role("button").bounding_box()["height"] >= 44


def test_question_2_follows_question_1_and_services_unfold(
    live_server: Any, open_page: Open
) -> None:
    page = open_page().page
    page.goto(address(live_server, make_token(invited())))
    services = page.get_by_label("Contractmanagement")
    assert page.get_by_label("Kunt u dat kort toelichten?").is_visible()
    assert not services.is_visible()
    page.get_by_label("Ontevreden").check()
    assert page.get_by_label("Wat hadden wij anders moeten doen?").is_visible()
    page.get_by_label("Meer dan tevreden").check()
    assert page.get_by_label("Wat maakte voor u het verschil?").is_visible()
    assert not page.get_by_text("Kunt u dat kort toelichten?").is_visible()
    page.get_by_role("radio", name="Ja", exact=True).last.check()
    assert services.is_visible()
    page.get_by_label("Nu niet").check()
    assert not services.is_visible()


def test_error_summary_has_the_focus_and_leads_to_the_question(
    live_server: Any, open_page: Open
) -> None:
    watched = open_page()
    page = watched.page
    page.goto(address(live_server, make_token(invited())))
    page.get_by_label("Kunt u dat kort toelichten?").fill("Goed werk")
    page.get_by_role("button").click()
    page.wait_for_selector("[role=alert]")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    page.get_by_role("link", name="Vraag 3").press("Enter")
    assert page.evaluate("document.activeElement.name") == "recommendation"
    assert page.input_value("textarea") == "Goed werk"
    assert watched.console == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["nl", "en", "de", "fr"])
def test_axe_finds_nothing_in_any_state(
    live_server: Any, open_page: Open, language: str, scheme: str
) -> None:
    watched = open_page(color_scheme=scheme)
    page = watched.page
    url = address(live_server, make_token(invited(language)))
    page.goto(url)
    assert watched.axe_findings() == []
    page.check("[name=satisfaction][value=satisfied]")
    page.check("[name=interest][value=yes]")
    assert watched.axe_findings() == []
    page.get_by_role("button").click()
    page.wait_for_selector("[role=alert]")
    assert watched.axe_findings() == []
    page.check("[name=recommendation][value=no]")
    page.get_by_role("button").click()
    page.wait_for_url("**/thanks/")
    assert watched.axe_findings() == []
    page.goto(address(live_server, "a" * 32))
    assert watched.axe_findings() == []


@pytest.mark.parametrize("language", ["nl", "en", "de", "fr"])
def test_nothing_scrolls_sideways_at_320_px_or_400_percent(
    live_server: Any, open_page: Open, language: str
) -> None:
    watched = open_page(width=320, height=256)
    page = watched.page
    invitation = invited(language, project=LONG)
    page.goto(address(live_server, make_token(invitation)))
    page.check("[name=interest][value=yes]")
    assert not watched.is_too_wide
    page.get_by_role("button").click()
    page.wait_for_selector("[role=alert]")
    assert not watched.is_too_wide
    make_response(invitation=invitation, satisfaction="dissatisfied")
    page.goto(address(live_server, make_token(invitation)))
    page.wait_for_url("**/thanks/")
    assert not watched.is_too_wide


def test_targets_are_large_enough_for_a_thumb(live_server: Any, open_page: Open) -> None:
    page = open_page().page
    page.goto(address(live_server, make_token(invited())))
    page.check("[name=interest][value=yes]")
    for target in page.query_selector_all(".pick > label, button, .langs a"):
        box = target.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        assert box["width"] >= 44
