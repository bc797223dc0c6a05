"""Dashboard and outbox in a real browser: axe, a silent console, no sideways scrolling."""

import pytest
from django.core.mail import EmailMultiAlternatives

from outbox.models import Lane
from outbox.queueing import queue_message
from tests.dashboard.conftest import answered, filled
from tests.dashboard.firm import Firm
from tests.factories import make_user

__all__ = ["filled"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def sign_in(client, live_server):
    """``sign_in(watched, language=…)``: management and administrator in one, in the browser."""

    def signed(watched, *, language="nl"):
        user = make_user(
            name="Ingrid Mulder", is_management=True, is_administrator=True, language=language
        )
        client.force_login(user)
        session = client.cookies["sessionid"].value
        cookie = {"name": "sessionid", "value": session, "url": live_server.url}
        watched.page.context.add_cookies([cookie])

    return signed


def inspect(watched, address):
    """Open ``address`` and find nothing wrong with it."""
    watched.page.goto(address)
    watched.page.wait_for_load_state("networkidle")
    assert watched.axe_findings() == []
    assert watched.console == []
    assert not watched.is_too_wide


@pytest.mark.parametrize(
    ("width", "scheme", "language"),
    [(390, "light", "nl"), (320, "dark", "en"), (1280, "light", "en"), (1280, "dark", "nl")],
)
def test_a_full_dashboard(open_page, live_server, sign_in, filled, width, scheme, language):
    response = answered()
    contact = response.contact
    contact.name = (
        "Prof. mr. dr. Wilhelmina van Bouvigne-Schimmelpenninck van der Oye tot Nijenbeek"
    )
    contact.save()
    watched = open_page(width=width, color_scheme=scheme)
    sign_in(watched, language=language)
    inspect(watched, f"{live_server.url}/dashboard/?period=all")
    for summary in watched.page.locator("summary").all():
        summary.click()
    assert not watched.is_too_wide


@pytest.mark.parametrize(
    ("width", "scheme", "language", "query"),
    [
        (320, "light", "nl", "?period=12m&compare=before"),
        (1280, "dark", "en", "?period=all&touchpoint=aftercare"),
        (390, "dark", "nl", "?first=2026-02-31&division=999999&client=gemeente&manager=1"),
    ],
)
def test_filtered_and_compared(open_page, live_server, sign_in, width, scheme, language, query):
    Firm(projects=60)
    watched = open_page(width=width, color_scheme=scheme)
    sign_in(watched, language=language)
    inspect(watched, f"{live_server.url}/dashboard/{query}")
    for summary in watched.page.locator("summary").all():
        summary.click()
    assert not watched.is_too_wide
    assert watched.axe_findings() == []


def test_filters_fold_away_on_a_phone_without_script(open_page, live_server, sign_in):
    answered()
    watched = open_page(width=390)
    sign_in(watched)
    watched.page.goto(f"{live_server.url}/dashboard/")
    period = watched.page.locator("#id_period")
    assert not period.is_visible()
    watched.page.locator("#show-filters").focus()
    watched.page.keyboard.press("Space")
    assert period.is_visible()
    watched.page.goto(f"{live_server.url}/dashboard/?division=999999")
    assert period.is_visible()  # what is wrong is in sight
    watched.page.set_viewport_size({"width": 1280, "height": 800})
    watched.page.goto(f"{live_server.url}/dashboard/")
    assert period.is_visible()


@pytest.mark.parametrize("query", ["", "?first=2026-02-31", "?names=more&page=1"])
def test_an_almost_empty_dashboard(open_page, live_server, sign_in, query):
    answered("dissatisfied")
    watched = open_page()
    sign_in(watched)
    inspect(watched, f"{live_server.url}/dashboard/{query}")


@pytest.mark.parametrize("width", [390, 1280])
def test_the_outbox(open_page, live_server, sign_in, width):
    message = EmailMultiAlternatives(
        subject="– Anneke van ’t Hof: " + "lang" * 30, body="Bel vandaag.", to=["a@b.example"]
    )
    message.attach_alternative(
        "<html lang='nl'><title>Signaal</title><main><h1>Bel</h1></main><script>alert(1)</script>",
        "text/html",
    )
    delivery = queue_message(
        message,
        dedupe_key="browser",
        lane=Lane.ALERT,
        recipient_name="Sanne de Wit",
        recipient_address="sanne@waterkant.example",
    )
    watched = open_page(width=width)
    sign_in(watched)
    inspect(watched, f"{live_server.url}/outbox/")
    watched.page.goto(f"{live_server.url}/outbox/{delivery.pk}/")
    watched.page.wait_for_load_state("networkidle")
    assert watched.page.frames[1].evaluate("document.title") == "Signaal"
    assert not watched.is_too_wide
    # The frame refuses the script in the mail; that refusal is all the console may tell.
    assert all("sandbox" in line or "Content Security Policy" in line for line in watched.console)


LISTS = [
    "/dashboard/names/?period=all",
    "/dashboard/names/?period=all&q=niemand-heet-zo",
    "/dashboard/contacts/?period=all&step=closed",
    "/dashboard/lists/open/?period=all",
    "/dashboard/lists/asks/?period=all",
    "/dashboard/lists/silent/?period=all",
    "/dashboard/lists/causes/?period=all",
]


@pytest.mark.parametrize(
    ("width", "scheme", "language"), [(320, "dark", "nl"), (1280, "light", "en")]
)
def test_the_lists_a_person_and_a_client(
    open_page, live_server, sign_in, filled, width, scheme, language
):
    contact = answered("more_than_satisfied").contact
    contact.name = "Prof. mr. dr. Wilhelmina van Bouvigne-Schimmelpenninckvanderoyetotnijenbeek"
    contact.save()
    watched = open_page(width=width, color_scheme=scheme)
    sign_in(watched, language=language)
    persons = [f"/dashboard/people/{contact.pk}/", f"/dashboard/clients/{contact.client_id}/"]
    for address in [*LISTS, *persons]:
        inspect(watched, f"{live_server.url}{address}")
