"""Working an alert in a real browser, from the link in the mail until it is closed."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from alerts import actions
from outbox.models import Delivery
from tests.factories import PASSWORD, make_alert, make_contact, make_service, make_user

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("doorbell"),
]

WORDS = "Het plan is goed, maar de bewonersavond ging mis.\n\nJammer."


@pytest.fixture
def owner():
    cache.clear()  # the rate limit of signing in counts there
    supervisor = make_user(name="Joost Bakker")
    return make_user(name="Sanne de Wit", password=PASSWORD, supervisor=supervisor)


@pytest.fixture
def alert(owner):
    alert = make_alert(owner=owner, motivation=WORDS, interest="yes")
    alert.response.services.add(make_service(name="Assetmanagement"))
    make_contact(client=alert.response.project.client)
    return alert


@pytest.fixture
def start(live_server, settings):
    settings.SITE_URL = live_server.url
    return live_server.url


def sign_in(page, start, user):
    page.goto(f"{start}{reverse('account_login')}")
    fill_in(page, user)


def fill_in(page, user):
    page.get_by_label(re.compile("E-mailadres|Email")).fill(user.email)
    page.get_by_label(re.compile("Wachtwoord|Password")).fill(PASSWORD)
    page.locator("main button").click()
    page.wait_for_url(lambda address: "/accounts/" not in address)


def link_in_mail(alert, user) -> str:
    mail = Delivery.objects.get(dedupe_key=alert.delivery_key(user)).parsed()
    found = re.search(r'href="(http://[^"]*/alerts/\d+/)"', mail.get_body(("html",)).get_content())
    assert found
    return found[1]


def assert_clean(watched, start):
    assert watched.console == []
    outside = [line for line in watched.requests if not line.split()[1].startswith(start)]
    assert outside == []
    assert not watched.is_too_wide, watched.page.url


def test_from_mail_to_closed_on_a_phone_without_javascript(open_page, start, owner, alert):
    watched = open_page(width=390, java_script_enabled=False)
    page = watched.page
    page.goto(f"{start}{urlsplit(link_in_mail(alert, owner)).path}")
    fill_in(page, owner)
    assert page.url.endswith(reverse("alerts:detail", args=[alert.pk]))
    assert page.get_by_role("link", name="Bellen").get_attribute("href") == "tel:+31612345678"

    page.get_by_role("button", name="Oppakken").click()
    page.get_by_text("U heeft dit signaal opgepakt.").wait_for()

    page.locator("summary", has_text="Vastleggen").click()
    page.get_by_role("radio", name="Telefonisch gesproken").check(force=True)
    page.get_by_label("Wat is er gezegd").fill("Gebeld, wil dinsdag een nieuwe planning.")
    page.get_by_label("Vervolgstap").fill("Planning sturen")
    page.get_by_role("button", name="Contact vastleggen").click()
    page.get_by_text("Gebeld, wil dinsdag een nieuwe planning.").wait_for()

    page.locator("summary", has_text="Notitie").click()
    page.get_by_label("Notitie", exact=True).fill("Karim stuurt de planning.")
    page.get_by_role("button", name="Notitie bewaren").click()
    page.get_by_text("Karim stuurt de planning.").wait_for()

    page.locator("summary", has_text="Afsluiten").click()
    page.get_by_role("button", name="Signaal afsluiten").click()
    page.get_by_role("link", name="Kies waardoor het kwam").wait_for()
    page.get_by_role("radio", name="Opgelost, naar ons idee").check(force=True)
    page.get_by_label("Oorzaak", exact=True).select_option("communication")
    page.get_by_role("button", name="Signaal afsluiten").click()
    page.get_by_text("Dit signaal is afgesloten.").wait_for()

    alert.refresh_from_db()
    closed = ("closed", "recovered", "communication")
    assert (alert.state, alert.outcome, alert.root_cause) == closed
    assert [event.kind for event in alert.events.all()] == [
        "raised",
        "acknowledged",
        "contacted",
        "noted",
        "closed",
    ]
    assert [line for line in watched.requests if start not in line] == []


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_state_is_accessible_and_quiet(open_page, start, owner, alert, width, scheme):
    plus = make_alert(owner=owner, satisfaction="more_than_satisfied", recommendation="yes")
    actions.close(alert=plus, actor=owner, outcome="thanked", note="Bloemen gestuurd.")
    watched = open_page(width=width, color_scheme=scheme)
    page = watched.page
    page.goto(f"{start}{reverse('account_login')}")
    findings = watched.axe_findings()
    assert_clean(watched, start)
    fill_in(page, owner)
    for address in (
        reverse("alerts:list"),
        f"{reverse('alerts:list')}?tab=closed",
        f"{reverse('alerts:list')}?tab=late",
        reverse("alerts:detail", args=[alert.pk]),
        reverse("alerts:detail", args=[plus.pk]),
        reverse("account_change_password"),
    ):
        page.goto(f"{start}{address}")
        findings += [f"{address} {finding}" for finding in watched.axe_findings()]
        watched.console[:] = [line for line in watched.console if "goo.gl/9p2vKq" not in line]
        assert_clean(watched, start)
    page.goto(f"{start}{reverse('alerts:detail', args=[alert.pk])}")
    page.locator("summary", has_text="Afsluiten").click()
    page.get_by_role("button", name="Signaal afsluiten").click()
    page.get_by_role("link", name="Kies waardoor het kwam").wait_for()
    findings += [f"faulty form {finding}" for finding in watched.axe_findings()]
    assert_clean(watched, start)
    assert findings == []


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_every_form_is_accessible_and_within_reach(open_page, start, owner, alert, width):
    asleep = make_alert(owner=owner)
    until = timezone.now() + timedelta(days=9)
    actions.snooze(alert=asleep, actor=owner, until=until, reason="Met verlof")
    closed = make_alert(owner=owner)
    outcome = {"outcome": "partly", "root_cause": "cost", "structural_fix": "Vaste projectleider"}
    actions.close(alert=closed, actor=owner, **outcome)
    watched = open_page(width=width)
    page = watched.page
    sign_in(page, start, owner)
    forms = [(alert, name) for name in ("contact", "snooze", "reassign", "note", "close")]
    findings = []
    for row, name in [*forms, (asleep, "contact"), (closed, "reopen")]:
        page.goto(f"{start}{reverse('alerts:detail', args=[row.pk])}?do={name}")
        assert page.locator(f"#{name}").is_visible()
        button = page.locator(f"#{name} button")
        button.scroll_into_view_if_needed()
        assert button.is_visible()
        findings += [f"{name} {finding}" for finding in watched.axe_findings()]
        assert_clean(watched, start)
    assert findings == []


def test_the_thumb_reaches_call_mail_and_log(open_page, start, owner, alert):
    page = open_page(width=390).page
    sign_in(page, start, owner)
    page.goto(f"{start}{reverse('alerts:detail', args=[alert.pk])}")
    for name in ("Bellen", "Mail", "Vastleggen"):
        exact = re.compile(rf"^\s*{name}\s*$")
        box = page.locator(".thumb .btn").filter(has_text=exact).bounding_box()
        assert box["y"] + box["height"] <= 800
        assert box["height"] >= 44


def test_who_is_second_finds_both_on_the_page(open_page, start, owner, alert):
    watched = open_page(width=390)
    page = watched.page
    sign_in(page, start, owner)
    page.goto(f"{start}{reverse('alerts:detail', args=[alert.pk])}?do=contact")
    page.get_by_label("Wat is er gezegd").fill("Mijn lange verhaal")
    page.get_by_role("radio", name="Bezocht").check(force=True)
    actions.acknowledge(alert=alert, actor=owner.supervisor)
    page.get_by_role("button", name="Contact vastleggen").click()
    page.get_by_text("Een collega was u voor").wait_for()
    assert "Opgepakt door Joost Bakker" in page.locator(".missed").inner_text()
    top = page.locator(".missed").bounding_box()["y"]
    assert page.locator("#contact").bounding_box()["y"] <= top < 400  # not under the open form
    assert page.get_by_label("Wat is er gezegd").input_value() == "Mijn lange verhaal"
    assert watched.axe_findings() == []
    page.get_by_role("button", name="Contact vastleggen").click()
    page.get_by_text("Het contact is vastgelegd.").wait_for()
    alert.refresh_from_db()
    assert alert.state == "contacted"


def test_english_inbox_is_accessible(open_page, start, owner, alert):
    owner.language = "en"
    owner.save(update_fields=["language"])
    watched = open_page(width=1280, locale="en-GB")
    sign_in(watched.page, start, owner)
    watched.page.goto(f"{start}{reverse('alerts:detail', args=[alert.pk])}")
    assert watched.page.get_by_role("button", name="Take up").is_visible()
    assert watched.axe_findings() == []
    assert_clean(watched, start)


def test_list_and_detail_are_two_pages_on_a_phone_and_one_on_a_desk(open_page, start, owner, alert):
    phone = open_page(width=390).page
    sign_in(phone, start, owner)
    row = phone.get_by_role("link", name=alert.response.contact.name).first
    phone.goto(f"{start}{reverse('alerts:list')}")
    assert not phone.locator("#alert").is_visible()
    row.click()
    phone.wait_for_url("**/alerts/*/**")
    assert phone.locator("#alert").is_visible()
    assert not phone.locator(".list").is_visible()

    desk = open_page(width=1280).page
    sign_in(desk, start, owner)
    desk.goto(f"{start}{reverse('alerts:list')}")
    assert desk.locator("#alert").is_visible()
    assert desk.locator(".list").is_visible()


def test_the_keyboard_reaches_the_alert_first(open_page, start, owner, alert):
    page = open_page(width=1280).page
    sign_in(page, start, owner)
    page.goto(f"{start}{reverse('alerts:detail', args=[alert.pk])}")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "alert"
