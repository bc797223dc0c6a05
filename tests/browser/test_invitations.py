"""The page of the invitations in a real browser: on a phone, on a desk, in both languages."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from surveys.actions import Answers, holding, record_response, reopen
from surveys.models import Suppression
from tests.browser.test_inbox import sign_in
from tests.factories import (
    PASSWORD,
    make_contact,
    make_invitation,
    make_project,
    make_project_contact,
    make_response,
    make_user,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("doorbell"),
]


@pytest.fixture
def supervisor():
    cache.clear()  # the rate limit of signing in counts there
    return make_user(name="Joost Bakker", password=PASSWORD)


@pytest.fixture
def parts(supervisor):
    manager = make_user(name="Sanne de Wit", supervisor=supervisor)
    day = timezone.localdate() - timedelta(days=10)
    made = []
    for number, name in enumerate(("Marijke Vermeulen", "Piet Stam", "Jo Kuipers")):
        contact = make_contact(name=name)
        for _project in range(1 + number % 2):
            project = make_project(
                account_manager=manager,
                closed_on=day,
                client=contact.client,
                name="Haalbaarheidsonderzoek bedrijventerreinen Noord-Holland Noord",
            )
            made.append(make_project_contact(contact=contact, project=project))
    old = make_project(account_manager=manager, closed_on=day - timedelta(days=60))
    make_project_contact(project=old)
    make_project(account_manager=manager, closed_on=day)
    return made


_PAGES = ("detail", "reopen")


def answered_anew(part, supervisor):
    """An invitation with a long answer, which was reopened and answered once more."""
    invitation = make_invitation(project_contact=part)
    answers = {"recommendation": "no", "interest": "not_now", "motivation": "Te laat. " * 60}
    make_response(invitation=invitation, satisfaction="dissatisfied", **answers)
    reopen(invitation=invitation, actor=supervisor, reason="De klant belde: verkeerd bureau.")
    again = Answers(satisfaction="more_than_satisfied", recommendation="yes", interest="not_now")
    record_response(invitation=invitation, answers=again)
    return invitation


def test_reopening_without_javascript(open_page, live_server, supervisor, parts):
    invitation = answered_anew(parts[1], supervisor)
    page = open_page(width=390, java_script_enabled=False).page
    sign_in(page, live_server.url, supervisor)
    page.goto(f"{live_server.url}{reverse('invitations:detail', args=[invitation.pk])}")
    page.get_by_role("link", name="Opnieuw laten antwoorden").click()
    page.get_by_role("button", name="Heropenen").click()
    page.get_by_text("Noteer waarom de klant opnieuw antwoordt.").first.wait_for()
    page.get_by_label("Waarom heropenen?").fill("De klant wil iets toevoegen.")
    page.get_by_label("Mail de klant een nieuwe link").uncheck()
    page.get_by_role("button", name="Heropenen").click()
    page.get_by_text("De klant wil iets toevoegen.").wait_for()
    page.get_by_role("button", name="Heropening terugdraaien").click()
    page.get_by_text("Heropening teruggedraaid door Joost Bakker").wait_for()
    invitation.refresh_from_db()
    assert invitation.reopened_at is None


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("width", [320, 1280])
def test_every_tab_is_accessible_and_fits(
    open_page, live_server, supervisor, parts, language, width
):
    note = "Loopt via de directie."
    holding.suppress(project_contacts=[parts[0]], actor=supervisor, reason="other", note=note)
    answered = answered_anew(parts[1], supervisor)
    opened = open_page(width=width, locale=language)
    page = opened.page
    sign_in(page, live_server.url, supervisor)
    tabs = ("next", "not", "held", "invited")
    addresses = [f"{reverse('invitations:list')}?tab={tab}" for tab in tabs]
    addresses += [reverse("invitations:hold", args=[parts[-1].pk])]
    addresses += [reverse(f"invitations:{name}", args=[answered.pk]) for name in _PAGES]
    for address in addresses:
        page.goto(f"{live_server.url}{address}")
        assert opened.axe_findings() == [], address
        assert not opened.is_too_wide, address
    assert opened.console == []


def test_holding_somebody_back_and_asking_after_all(open_page, live_server, supervisor, parts):
    page = open_page(width=390).page
    sign_in(page, live_server.url, supervisor)
    page.goto(f"{live_server.url}{reverse('invitations:list')}")
    page.get_by_role("link", name=re.compile("Niet vragen.*Marijke Vermeulen")).click()
    page.get_by_label("een andere reden").check()
    page.get_by_role("button", name="Niet vragen").click()
    page.get_by_text("Noteer welke reden.").first.wait_for()
    page.get_by_label("Toelichting").fill("Loopt via de directie.")
    page.get_by_role("button", name="Niet vragen").click()
    page.get_by_text("Marijke Vermeulen wordt niet gevraagd.").wait_for()
    page.get_by_role("link", name="Tegengehouden").click()
    page.get_by_text("“Loopt via de directie.”").wait_for()
    page.get_by_role("button", name=re.compile("Toch vragen.*Marijke Vermeulen")).click()
    page.get_by_text("opgeheven door Joost Bakker").wait_for()
    assert Suppression.objects.get().lifted_by == supervisor
