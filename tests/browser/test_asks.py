"""Asking an ambassador in a real browser, from a + alert until the answer stands there."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from ambassadors.programme.models import Ask
from tests.browser.test_inbox import assert_clean, sign_in
from tests.factories import PASSWORD, make_alert, make_ask, make_user

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("doorbell"),
]
PLUS = {"satisfaction": "more_than_satisfied", "recommendation": "yes"}


@pytest.fixture
def owner():
    cache.clear()  # the rate limit of signing in counts there
    return make_user(name="Sanne de Wit", password=PASSWORD, supervisor=make_user())


@pytest.fixture
def start(live_server, settings):
    settings.SITE_URL = live_server.url
    return live_server.url


def test_from_a_plus_to_a_yes_on_a_phone_without_javascript(open_page, start, owner):
    alert = make_alert(owner=owner, **PLUS)
    watched = open_page(width=390, java_script_enabled=False)
    page = watched.page
    sign_in(page, start, owner)
    page.goto(f"{start}{reverse('alerts:detail', args=[alert.pk])}")
    page.get_by_role("link", name="Vraag vastleggen").click()
    page.get_by_role("radio", name="introductie").check(force=True)
    page.get_by_role("button", name="Opslaan").click()
    page.get_by_text("Uw vraag is vastgelegd.").wait_for()
    page.get_by_role("link", name="Antwoord vastleggen").click()
    page.get_by_role("radio", name="ja", exact=True).check(force=True)
    page.get_by_role("button", name="Opslaan").click()
    page.get_by_text("Introductie: ja").wait_for()
    ask = Ask.objects.get()
    assert (ask.kind, ask.answer, ask.asked_by) == ("introduction", "yes", owner)
    assert [line for line in watched.requests if start not in line] == []


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
def test_the_pages_of_asking_are_accessible_and_quiet(open_page, start, owner, width, scheme):
    alert = make_alert(owner=owner, **PLUS)
    make_alert(client=alert.response.project.client, owner=make_user(name="Joost Bakker"))
    today = timezone.localdate()
    ask = make_ask(alert=alert, kind="story", asked_on=today - timedelta(days=20), note="Gebeld.")
    watched = open_page(width=width, color_scheme=scheme)
    sign_in(watched.page, start, owner)
    for address in (
        reverse("alerts:detail", args=[alert.pk]),
        reverse("programme:ask", args=[alert.pk]),
        reverse("programme:answer", args=[ask.pk]),
    ):
        watched.page.goto(f"{start}{address}")
        assert watched.axe_findings() == []
        assert_clean(watched, start)
