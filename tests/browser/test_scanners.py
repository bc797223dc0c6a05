"""The battery, programs with a browser: they run scripts, wait, press and fill in what there is.

They record no answer and raise nothing; at most an answer is put on hold. ``tests/scanners`` is
the other half: plain programs.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from alerts.models import Alert
from outbox.models import Delivery
from surveys.models import HeldAnswer, Response
from tests.browser.conftest import Watched
from tests.browser.test_client_page import address, invited
from tests.factories import make_token

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("doorbell"),
]

Open = Callable[..., Watched]
FILL = """junk => {
  for (const field of document.querySelectorAll('form[method=post] input, form textarea')) {
    if (field.type == 'hidden') continue;
    if (field.type == 'radio' || field.type == 'checkbox') field.checked = true;
    else field.value = junk;
  }
}"""
CHOOSE = """() => {
  for (const field of document.querySelectorAll('[type=radio]')) field.checked = true;
}"""
SUBMIT = "() => document.querySelector('form[method=post]').submit()"


def delivered() -> str:
    """An invitation whose mail left this second; return its token."""
    invitation = invited()
    Delivery.objects.create(
        dedupe_key=invitation.delivery_key,
        lane=30,
        recipient_address="a@b.example",
        subject="s",
        message_id="<1@b.example>",
        digest="0" * 64,
        state="sent",
        sent_at=timezone.now(),
        transport="smtp",
    )
    return make_token(invitation)


def wait_and_press_the_first_button(page: Page) -> None:
    page.clock.install()
    page.reload()
    page.clock.fast_forward(30_000)
    page.get_by_role("button").first.click()


def press_every_button(page: Page) -> None:
    for number in range(page.get_by_role("button").count()):
        page.get_by_role("button").nth(number).click()


def submit_what_is_preselected(page: Page) -> None:
    with page.expect_navigation():
        page.evaluate(SUBMIT)


def fill_in_everything(page: Page) -> None:
    page.evaluate(FILL, "test@example.com")
    with page.expect_navigation():
        page.evaluate(SUBMIT)


def choose_everything_at_once(page: Page) -> None:
    page.reload()
    page.evaluate(CHOOSE)
    with page.expect_navigation():
        page.evaluate(SUBMIT)


@pytest.mark.parametrize(
    ("act", "is_held"),
    [
        (wait_and_press_the_first_button, False),
        (press_every_button, False),
        (submit_what_is_preselected, False),
        (fill_in_everything, True),
        (choose_everything_at_once, True),
    ],
)
def test_it_records_nothing_and_the_person_still_answers(
    live_server: Any, open_page: Open, act: Callable[[Page], None], is_held: bool
) -> None:
    token = delivered()
    url = address(live_server, token)
    for query in ("?satisfaction=dissatisfied", "?satisfaction=more_than_satisfied", ""):
        page = open_page().page
        page.goto(url + query)
        act(page)
        page.wait_for_load_state("networkidle")
    assert not Response.objects.exists()
    assert not Alert.objects.exists()
    assert not Delivery.objects.filter(template="alert").exists()
    assert HeldAnswer.objects.exists() is is_held

    person = open_page().page
    person.goto(f"{url}?satisfaction=dissatisfied")
    person.get_by_label("Wat hadden wij anders moeten doen?").fill("Te laat")
    person.get_by_label("Nee", exact=True).check()
    person.get_by_label("Nu niet").check()
    person.get_by_role("button").click()
    person.wait_for_url("**/thanks/")
    assert Response.objects.get().motivation == "Te laat"
    assert Alert.objects.count() == 1
    assert not HeldAnswer.objects.on_hold().exists()
