"""The page of the texts in a real browser: the example follows the typing, and does without."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from surveys.models import MailText
from tests.browser.test_inbox import sign_in
from tests.factories import PASSWORD, make_project, make_project_contact, make_user

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("doorbell"),
]
EDIT = reverse("texts:edit", args=["invitation", "nl"])
FILLED = "Hoe was Klimaatadaptatieplan Meerzicht?"


@pytest.fixture
def administrator():
    cache.clear()  # the rate limit of signing in counts there
    return make_user(name="Joost Visser", password=PASSWORD, is_administrator=True)


def mail_of(page):
    return page.frame_locator("#example iframe")


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1280, "light")])
def test_every_state_is_accessible_and_fits(
    open_page, live_server, administrator, language, width, scheme
):
    MailText.objects.write(
        kind="invitation", language="nl", subject="Over", body="Hoe?", author=administrator
    )
    opened = open_page(width=width, locale=language, color_scheme=scheme)
    page = opened.page
    sign_in(page, live_server.url, administrator)
    for address in (reverse("texts:list"), EDIT, reverse("texts:edit", args=["reminder", "fr"])):
        page.goto(f"{live_server.url}{address}")
        assert opened.axe_findings() == [], address
        assert not opened.is_too_wide, address
    page.locator("[name=body]").fill("{onbekend}")
    page.locator("[name=body]").press("Tab")
    page.locator("form[data-example] .pri").click()
    page.locator(".sum").wait_for()
    assert opened.axe_findings() == []
    assert not opened.is_too_wide


def test_the_example_follows_the_typing_and_stores_nothing(open_page, live_server, administrator):
    opened = open_page(width=1280)
    page = opened.page
    sign_in(page, live_server.url, administrator)
    page.goto(f"{live_server.url}{EDIT}")
    mail_of(page).get_by_text("rondden wij").wait_for()
    page.locator("[name=body]").fill("Hoe was {project}?")
    mail_of(page).get_by_text(FILLED).wait_for()
    page.locator("[name=body]").fill("Hoe was {klant}?")
    page.get_by_text("Hier onbekend: {klant}.").wait_for()
    page.locator("[name=body]").fill("En {project}?")
    mail_of(page).get_by_text("En Klimaatadaptatieplan Meerzicht?").wait_for()
    assert not MailText.objects.exists()
    assert opened.console == []


def test_without_script_the_button_shows_the_example(open_page, live_server, administrator):
    page = open_page(width=390, java_script_enabled=False).page
    sign_in(page, live_server.url, administrator)
    page.goto(f"{live_server.url}{EDIT}")
    page.locator("[name=body]").fill("Hoe was {project}?")
    page.get_by_role("button", name="Voorbeeld").click()
    mail_of(page).get_by_text(FILLED).wait_for()
    assert page.locator("[name=body]").input_value() == "Hoe was {project}?"
    assert not MailText.objects.exists()
    page.get_by_role("button", name="Opslaan").click()
    page.get_by_text("De tekst is opgeslagen").wait_for()
    assert MailText.objects.get().body == "Hoe was {project}?"


def test_the_page_of_a_personal_line_is_accessible(open_page, live_server, administrator):
    manager = make_user(name="Sanne de Wit", password=PASSWORD)
    part = make_project_contact(project=make_project(account_manager=manager))
    opened = open_page(width=320)
    sign_in(opened.page, live_server.url, manager)
    opened.page.goto(f"{live_server.url}{reverse('invitations:line', args=[part.pk])}")
    assert opened.axe_findings() == []
    assert not opened.is_too_wide
    opened.page.get_by_label("Persoonlijke zin").fill("Zie www.evil.example")
    opened.page.get_by_role("button", name="Opslaan").click()
    opened.page.get_by_text("Laat internetadressen weg").first.wait_for()
    assert opened.axe_findings() == []
