"""The marks of the figures and the chips of the names, by keys and under a thumb."""

import re

import pytest

from ambassadors.rollup.refreshing import refresh
from surveys.models import Consent, Response
from tests.browser.test_dashboard import inspect, sign_in
from tests.dashboard.firm import Firm

__all__ = ["sign_in"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SMALLEST = 24  # pixels (WCAG 2.2, 2.5.8)
MARKS = ".lines a, .columns a"


@pytest.fixture
def firm(db):
    """A firm with some permissions, its figures up to date."""
    found = Firm(projects=60)
    for response in Response.objects.standing().filter(group="positive")[:3]:
        Consent.objects.create(response=response, kind="quote", wording="Ja", language="nl")
    refresh()
    return found


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "dark")])
def test_a_mark_is_reached_by_keys_hit_by_a_thumb_and_opens_its_list(
    open_page, live_server, sign_in, firm, width, scheme
):
    watched = open_page(width=width, color_scheme=scheme)
    sign_in(watched)
    page = watched.page
    inspect(watched, f"{live_server.url}/dashboard/?period=all")
    marks = page.locator(MARKS)
    assert marks.count() >= 3 + 6
    for mark in marks.all():
        box = mark.bounding_box()
        assert min(box["width"], box["height"]) >= SMALLEST, mark.get_attribute("aria-label")
    for selector in (".lines a", ".columns a"):
        page.goto(f"{live_server.url}/dashboard/?period=all")
        mark = page.locator(selector).first
        name = mark.get_attribute("aria-label").split(":")[0]
        _tab_to(page, mark)
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/dashboard/contacts/"))
        assert page.locator("h1").inner_text().startswith(name)


def _tab_to(page, mark):
    """Press Tab from the figures' heading until ``mark`` has the focus."""
    mark.scroll_into_view_if_needed()
    page.evaluate("document.querySelector('#figures').tabIndex = -1")
    page.locator("#figures").focus()
    for _time in range(60):
        page.keyboard.press("Tab")
        if mark.evaluate("mark => mark === document.activeElement"):
            return
    pytest.fail("The mark is not reached by Tab.")


def test_the_mark_beside_its_name_is_part_of_the_link(open_page, live_server, sign_in, firm):
    watched = open_page(width=1280)
    sign_in(watched)
    watched.page.goto(f"{live_server.url}/dashboard/?period=all")
    name = watched.page.locator(".lines a").first.get_attribute("aria-label")
    strip = watched.page.locator(".lines .strip").first
    strip.scroll_into_view_if_needed()
    box = strip.bounding_box()
    watched.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    watched.page.wait_for_url(re.compile("/dashboard/contacts/"))
    assert watched.page.locator("h1").inner_text().startswith(name)


@pytest.mark.parametrize(
    ("width", "scheme", "language"), [(320, "dark", "nl"), (1280, "light", "en")]
)
def test_chips_of_the_names_are_turned_on_and_off_without_script(
    open_page, live_server, sign_in, firm, width, scheme, language
):
    watched = open_page(width=width, color_scheme=scheme, java_script_enabled=False)
    sign_in(watched, language=language)
    page = watched.page
    page.goto(f"{live_server.url}/dashboard/names/?period=all")
    everybody = page.locator("table.names tbody tr").count()
    chip = page.locator("a.chip", has_text=r"Toestemming" if language == "nl" else "Permission")
    assert chip.bounding_box()["height"] >= SMALLEST
    chip.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("consent=given"))
    assert page.locator("table.names tbody tr").count() == 3 < everybody
    chip.click()
    page.wait_for_url(re.compile(r"names/\?period=all$"))
    assert page.locator("table.names tbody tr").count() == everybody


@pytest.mark.parametrize(
    ("width", "scheme", "language"), [(320, "dark", "nl"), (1280, "light", "en")]
)
@pytest.mark.parametrize("query", ["asked=never&consent=given", "consent=given&q=niemand"])
def test_narrowed_names(open_page, live_server, sign_in, firm, query, width, scheme, language):
    watched = open_page(width=width, color_scheme=scheme)
    sign_in(watched, language=language)
    inspect(watched, f"{live_server.url}/dashboard/names/?period=all&{query}")
