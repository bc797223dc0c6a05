"""Works-council mode, a team challenge and views of the dashboard, in a real browser."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from ambassadors.steering.models import Challenge
from staff.works_council import decide
from tests.browser.test_inbox import assert_clean, sign_in
from tests.factories import PASSWORD, make_user
from tests.steering.factories import make_challenge, make_dashboard_view, make_team

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("doorbell"),
]


@pytest.fixture
def user():
    cache.clear()  # the rate limit of signing in counts there
    return make_user(
        name="Joost van der Meer", password=PASSWORD, is_management=True, is_administrator=True
    )


@pytest.fixture
def start(live_server, settings):
    settings.SITE_URL = live_server.url
    return live_server.url


def test_a_challenge_is_started_on_a_phone_without_javascript(open_page, start, user):
    make_team(name="Water")
    make_team(name="Bodem")
    watched = open_page(width=390, java_script_enabled=False)
    page = watched.page
    sign_in(page, start, user)
    page.goto(f"{start}{reverse('challenge:list')}")
    page.get_by_role("link", name="Uitdaging beginnen").click()
    page.get_by_label("Naam").fill("Wie belt er het eerst?")
    page.get_by_label("Eerste dag").fill("2999-01-01")
    page.get_by_label("Laatste dag").fill("2999-01-31")
    for name in ("Water", "Bodem", "Kansen"):
        page.get_by_role("checkbox", name=name).check(force=True)
    page.get_by_role("button", name="Beginnen").click()
    page.get_by_text("De uitdaging is opgeslagen.").wait_for()
    assert Challenge.objects.get().divisions.count() == 2


@pytest.mark.parametrize(
    ("width", "scheme", "language"),
    [(320, "light", "nl"), (390, "dark", "en"), (1280, "light", "en"), (1280, "dark", "nl")],
)
def test_the_pages_are_accessible_and_quiet(open_page, start, user, width, scheme, language):
    user.language = language
    user.save()
    running = make_challenge(pot="taart voor de hele divisie")
    decide(actor=user, is_on=False, reason="Akkoord van de OR van 12 november.")
    make_dashboard_view(owner=user)
    watched = open_page(width=width, color_scheme=scheme)
    sign_in(watched.page, start, user)
    for address in (
        reverse("council:detail"),
        reverse("challenge:list"),
        reverse("challenge:new"),
        reverse("challenge:end", args=[running.pk]),
        reverse("dashboard-views:views"),
    ):
        watched.page.goto(f"{start}{address}")
        assert watched.axe_findings() == []
        assert_clean(watched, start)
