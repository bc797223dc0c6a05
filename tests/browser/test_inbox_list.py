"""The list in a real browser: by keyboard only, with new alerts coming in, without JavaScript."""

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.urls import reverse

from tests.factories import make_alert, make_contact, make_user

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("doorbell"),
]

LONG = "Hoogheemraadschap van Schieland en de Krimpenerwaard, afdeling Waterveiligheid"
HALF_A_MINUTE = 31_000


@pytest.fixture
def owner():
    return make_user(name="Sanne de Wit", supervisor=make_user(name="Joost Bakker"))


@pytest.fixture
def alerts(owner):
    """Three alerts, in the order of the list."""
    return [
        make_alert(owner=owner, contact=make_contact(name=name), motivation="Ging mis.")
        for name in ("Anneke Bos", "Bram Kuipers", "Cees Postma")
    ]


@pytest.fixture
def enter(live_server, client, open_page):
    """``enter(user, path, width=…)``: a page of somebody who is signed in already."""

    def entered(user, path="", **options):
        client.force_login(user)
        watched = open_page(**options)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        watched.page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
        )
        watched.start = live_server.url + reverse("alerts:list")
        watched.page.goto(watched.start + path)
        return watched

    return entered


def focused(page) -> str:
    """Return the words, or the id, of what has the focus; nothing when nothing has."""
    return page.evaluate(
        "(({ tagName, innerText, id }) => tagName === 'BODY' ? '' : innerText || id)"
        "(document.activeElement)"
    )


# Keyboard


def test_an_alert_is_worked_by_keys_only(enter, owner, alerts):
    page = enter(owner, "?tab=mine&q=gemeente", width=1280).page
    page.keyboard.press("j")
    assert "Bram Kuipers" in focused(page)
    for key in ("j", "j", "k"):  # the last row is the end
        page.keyboard.press(key)
    assert "Bram Kuipers" in focused(page)
    page.keyboard.press("o")
    page.wait_for_url(f"**/alerts/{alerts[1].pk}/?tab=mine&q=gemeente")

    page.keyboard.press("c")
    assert page.evaluate("document.activeElement.href") == "tel:+31612345678"
    page.keyboard.press("n")
    page.keyboard.type("Gebeld, j k a o?")  # in a field a key only types
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("Gebeld, j k a o?").first.wait_for()
    page.keyboard.press("a")
    page.get_by_text("U heeft dit signaal opgepakt.").wait_for()
    alerts[1].refresh_from_db()
    assert alerts[1].state == "acknowledged"
    assert page.url.endswith("?tab=mine&q=gemeente")

    page.keyboard.press("k")  # on from where one is: its term moved it down
    assert "Cees Postma" in focused(page)
    page.keyboard.press("/")
    assert focused(page) == "id_q"


def test_nothing_is_taken_up_unseen(enter, owner, alerts):
    page = enter(owner, width=1280).page
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.wait_for_url(f"**/alerts/{alerts[1].pk}/*")
    assert focused(page) == "Oppakken"
    alerts[1].refresh_from_db()
    assert alerts[1].state == "new"
    page.keyboard.press("Enter")
    page.get_by_text("U heeft dit signaal opgepakt.").wait_for()


def test_on_a_phone_the_first_row_comes_first(enter, owner, alerts):
    page = enter(owner, width=390).page
    page.keyboard.press("j")
    assert "Anneke Bos" in focused(page)
    page.keyboard.press("n")
    page.wait_for_url(f"**/alerts/{alerts[0].pk}/*")
    assert page.evaluate("document.activeElement.name") == "note"


def test_keys_can_be_looked_up_and_switched_off(enter, owner, alerts):
    watched = enter(owner, width=1280)
    page = watched.page
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Toetsen voor de signalen").wait_for()
    assert watched.axe_findings() == []
    page.keyboard.press("j")  # behind the sheet nothing moves
    page.get_by_label("Deze toetsen gebruiken in deze browser").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("j")
    assert focused(page) == ""
    page.get_by_role("button", name="Toetsen").click()
    page.get_by_label("Deze toetsen gebruiken in deze browser").check()
    page.get_by_role("button", name="Sluiten").click()
    page.keyboard.press("j")
    assert "Bram Kuipers" in focused(page)


# New alerts


def test_new_alerts_are_offered_and_nothing_moves(enter, owner, alerts, open_page):
    watched = enter(owner, width=390)
    page = watched.page
    page.clock.install()
    page.reload()
    title = page.title()
    make_alert(owner=owner, contact=make_contact(name="Dirk Vos"))
    make_alert(owner=make_user())
    page.clock.fast_forward(HALF_A_MINUTE)
    bar = page.get_by_role("link", name="1 nieuw signaal – tonen")
    bar.wait_for()
    assert page.title() == f"(1) {title}"
    assert page.get_by_role("status").filter(has_text="1 nieuw signaal").count() == 1
    assert page.get_by_text("Dirk Vos").count() == 0
    assert watched.axe_findings() == []

    make_alert(owner=owner)
    page.clock.fast_forward(HALF_A_MINUTE)
    page.get_by_role("link", name="2 nieuwe signalen – tonen").wait_for()
    assert page.locator("#fresh-said").inner_text() == "1 nieuw signaal – tonen"  # said once
    page.locator("#fresh a").click()
    page.get_by_text("Dirk Vos").wait_for()
    assert page.title() == title


def test_a_page_that_hears_nothing_new_is_quiet(enter, owner, alerts):
    watched = enter(owner, width=1280)
    page = watched.page
    page.clock.install()
    page.reload()
    heard = []
    page.on("response", lambda one: heard.append(one.status) if "/fresh/" in one.url else None)
    for _try in range(50):
        page.clock.fast_forward(HALF_A_MINUTE)
        page.wait_for_timeout(100)
        if len(heard) > 1:
            break
    assert heard[:2] == [200, 304]
    assert not page.locator("#fresh").is_visible()
    assert watched.console == []


def test_who_is_signed_out_is_told_and_asks_no_more(enter, owner, alerts):
    watched = enter(owner, width=1280)
    page = watched.page
    page.clock.install()
    page.reload()
    Session.objects.all().delete()
    page.clock.fast_forward(HALF_A_MINUTE)
    page.get_by_role("link", name="U bent afgemeld").wait_for()
    asked = len(watched.requests)
    page.clock.fast_forward(10 * HALF_A_MINUTE)
    assert len(watched.requests) == asked


# Without anything, small, and read out loud


def test_filters_and_views_work_on_a_phone_without_javascript(enter, owner, alerts):
    watched = enter(owner, width=390, java_script_enabled=False)
    page = watched.page
    assert not page.get_by_role("button", name="Toetsen").is_visible()
    page.get_by_label("Zoek op persoon, klant of project").fill("bram")
    page.locator("summary", has_text="Filters").click()
    page.get_by_label("Groep", exact=True).select_option("negative")
    page.get_by_role("button", name="Toon").click()
    assert page.locator(".list .row").count() == 1
    page.locator("summary", has_text="Weergaven").click()
    page.get_by_label("Sla deze filters op onder een naam").fill("Bram")
    page.get_by_role("button", name="Bewaren").click()
    page.get_by_text("De weergave “Bram” is opgeslagen.").wait_for()
    page.get_by_role("link", name="–groep weghalen").click()
    page.get_by_role("link", name="“bram” weghalen").click()
    assert page.locator(".list .row").count() == 3
    page.locator("summary", has_text="Weergaven").click()
    page.get_by_role("link", name="Weergaven beheren").click()
    page.get_by_role("button", name="Beginnen met Bram").click()
    page.goto(watched.start)
    assert page.locator(".list .row").count() == 1


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (390, "dark"), (1280, "dark")])
def test_every_state_of_the_list_is_accessible(enter, owner, language, width, scheme):
    owner.language = language
    owner.save(update_fields=["language"])
    owner.saved_views.create(name=LONG[:60], place={"tab": "mine", "q": "x" * 90})
    make_alert(owner=owner, contact=make_contact(name=LONG), project_name=LONG)
    watched = enter(owner, width=width, color_scheme=scheme)
    page = watched.page
    findings = []
    for path in (
        "",
        "?tab=leads",
        f"?tab=mine&q={'x' * 90}&group=positive",
        "?group=neutral",
        "views/",
    ):
        page.goto(watched.start + path)
        for summary in page.locator(".tools summary").all():
            summary.click()
            findings += [f"{path} {finding}" for finding in watched.axe_findings()]
            assert not watched.is_too_wide, path
        findings += [f"{path} {finding}" for finding in watched.axe_findings()]
        assert not watched.is_too_wide, path
    assert findings == []
    assert watched.console == []
