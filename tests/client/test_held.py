"""Answers on hold: what the client sees, what staff sees and decides."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from alerts.models import Alert
from surveys.actions import Answers, Kind, confirm_held, dismiss_held, hold_answer, record_response
from surveys.models import HeldAnswer, LaterAnswer, ProjectContact, Response
from surveys.suspicion import Sign
from tests.client.test_page import COMPLETE, address, counts, invited, text_of
from tests.factories import (
    make_invitation,
    make_project,
    make_project_contact,
    make_response,
    make_service,
    make_token,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

MINUS = Answers(satisfaction="dissatisfied", recommendation="no", interest="not_now")
TRAPPED = {**COMPLETE, "satisfaction": "dissatisfied", "recommendation": "no", "remark": "x"}


def invited_too():
    """A second invitation for the same person about the same project."""
    part = ProjectContact.objects.first()
    if part is None:
        return invited()
    project = make_project(
        account_manager=part.project.account_manager,
        client=part.project.client,
        name=part.project.name,
    )
    return make_invitation(
        project_contact=make_project_contact(project=project, contact=part.contact)
    )


def hold(invitation=None, answers: Answers = MINUS, **fields) -> HeldAnswer:
    held = hold_answer(
        invitation=invitation or invited(), answers=answers, signs={Sign.TRAP}, **fields
    )
    assert held is not None
    return held


# The client -----------------------------------------------------------------------------------


def test_what_looks_automatic_is_thanked_stored_and_raises_nothing(client: Client) -> None:
    token = make_token(invited())
    response = client.post(address(token), TRAPPED)
    assert response["Location"] == reverse("surveys:thanks", args=[token])
    thanks = text_of(client.get(response["Location"]))
    assert "Dank u wel. Uw antwoorden zijn verstuurd." in thanks
    assert "Sanne de Wit belt u binnen één werkdag" in thanks
    held = HeldAnswer.objects.get()
    assert (held.state, held.decided_at, held.group) == ("held", None, "negative")
    assert held.answers["satisfaction"] == "dissatisfied"
    assert "trap" in held.signs
    assert not Response.objects.exists()
    assert not Alert.objects.exists()


def said(page: str) -> str:
    """Return ``page`` without the second step: nobody is asked for more while on hold."""
    page = re.sub(r"<form.*?</form>", "", page, flags=re.DOTALL)
    page = re.sub(r'<p class="q honest.*?</p>', "", page, flags=re.DOTALL)
    return " ".join(page.split())


def test_its_pages_say_the_same_as_of_a_recorded_answer(client: Client) -> None:
    """A program is thanked like a person. Only the optional second step waits for a person."""
    recorded, held = make_token(invited()), make_token(invited_too())
    pages = []
    for token, remark in ((recorded, ""), (held, "x")):
        response = client.post(address(token), {**TRAPPED, "remark": remark})
        pages.append((response.status_code, said(text_of(client.get(response["Location"])))))
    assert pages[0] == pages[1]
    assert Response.objects.count() == HeldAnswer.objects.count() == 1


def test_the_same_answer_again_is_kept_once(client: Client) -> None:
    token = make_token()
    for _time in range(3):
        assert client.post(address(token), TRAPPED).status_code == 302
    assert HeldAnswer.objects.count() == 1


@pytest.mark.parametrize("change", [{}, {"satisfaction": "satisfied"}])
def test_the_persons_own_answer_replaces_it(client: Client, change: dict[str, str]) -> None:
    token = make_token()
    client.post(address(token), TRAPPED)
    assert client.get(address(token)).status_code == 200  # the questions, not the thank-you page
    client.post(address(token), {**TRAPPED, "remark": "", **change})
    assert Response.objects.count() == 1
    assert not LaterAnswer.objects.exists()
    held = HeldAnswer.objects.get()
    assert held.state == HeldAnswer.State.REPLACED
    assert held.decided_at is not None
    assert held.decided_by is None


def test_after_a_response_a_replay_by_a_program_leaves_nothing(client: Client) -> None:
    token = make_token()
    client.post(address(token), {**TRAPPED, "remark": ""})
    before = counts()
    client.post(address(token), TRAPPED)
    assert counts() == before


def test_an_incomplete_form_with_the_hidden_field_is_only_asked_again(client: Client) -> None:
    page = text_of(client.post(address(make_token()), {"remark": "x\x00"}))
    assert "Nog niet verstuurd" in page
    assert "id_remark_error" not in page
    assert not HeldAnswer.objects.exists()


def test_the_hidden_field_is_out_of_sight_and_reach(client: Client) -> None:
    page = text_of(client.get(address(make_token())))
    part = page[page.index('<div class="leave"') :]
    part = part[: part.index("</div>")]
    assert 'aria-hidden="true"' in part
    assert "Laat dit veld leeg" in part
    for attribute in ('type="text"', 'name="remark"', 'tabindex="-1"', 'autocomplete="off"'):
        assert attribute in part


# The verbs ------------------------------------------------------------------------------------


def test_confirming_records_it_with_its_own_time_and_raises_the_alert_now() -> None:
    now = timezone.now()
    held = hold(now=now - timedelta(hours=3), language="en")
    actor = make_user()
    recorded = confirm_held(held=held, actor=actor, now=now)
    assert recorded is not None
    assert recorded.kind is Kind.FIRST
    assert recorded.response.submitted_at == now - timedelta(hours=3)
    assert recorded.response.language == "en"
    assert Alert.objects.get().raised_at == now
    held.refresh_from_db()
    assert (held.state, held.decided_at, held.decided_by) == ("confirmed", now, actor)


def test_confirming_keeps_services() -> None:
    service = make_service()
    answers = Answers(
        satisfaction="satisfied", recommendation="yes", interest="yes", services=(service.pk,)
    )
    recorded = confirm_held(held=hold(answers=answers), actor=make_user())
    assert recorded is not None
    assert list(recorded.response.services.all()) == [service]
    assert recorded.response.digest == answers.digest


def test_whoever_decides_second_changes_nothing() -> None:
    held, first, second = hold(), make_user(), make_user()
    assert dismiss_held(held=held, actor=first)
    assert confirm_held(held=held, actor=second) is None
    assert not dismiss_held(held=held, actor=second)
    held.refresh_from_db()
    assert (held.state, held.decided_by) == ("dismissed", first)
    assert not Response.objects.exists()


def test_what_the_client_replaced_can_no_longer_be_confirmed() -> None:
    held = hold()
    record_response(invitation=held.invitation, answers=MINUS)
    assert confirm_held(held=held, actor=make_user()) is None
    assert Alert.objects.count() == 1


def test_confirmed_beside_a_response_it_is_a_later_answer() -> None:
    response = make_response(satisfaction="satisfied")
    recorded = confirm_held(held=hold(response.invitation), actor=make_user())
    assert recorded is not None
    assert recorded.kind is Kind.DIFFERENT
    assert Response.objects.get().satisfaction == "satisfied"


def test_confirming_one_of_two_ends_the_other() -> None:
    held = hold()
    other = hold(held.invitation, Answers(**COMPLETE))
    assert confirm_held(held=held, actor=make_user()) is not None
    other.refresh_from_db()
    assert other.state == HeldAnswer.State.REPLACED


# The page of staff ----------------------------------------------------------------------------


@pytest.fixture
def firm():
    held = hold(now=timezone.now())
    manager = held.invitation.project.account_manager
    return {
        "held": held,
        "manager": manager,
        "supervisor": manager.supervisor,
        "management": make_user(is_management=True),
        "outsider": make_user(),
        "administrator": make_user(is_administrator=True),
    }


@pytest.mark.parametrize("who", ["manager", "supervisor", "management"])
def test_the_page_shows_who_what_and_why(client: Client, firm, who: str) -> None:
    client.force_login(firm[who])
    page = text_of(client.get("/held/"))
    for text in (
        "Marijke Vermeulen",
        "Meerzicht &amp; Oost",
        "Gemeente Zoetermeer",
        "Ontevreden · Nee · Nu niet",
        "Een veld dat niemand kan zien, is ingevuld",
        reverse("held:confirm", args=[firm["held"].pk]),
        reverse("held:dismiss", args=[firm["held"].pk]),
    ):
        assert text in page


@pytest.mark.parametrize("who", ["outsider", "administrator"])
def test_others_see_nothing_and_find_nothing(client: Client, firm, who: str) -> None:
    client.force_login(firm[who])
    assert "Marijke" not in text_of(client.get("/held/"))
    assert "Er staat niets in de wacht" in text_of(client.get("/held/"))
    for verb in ("confirm", "dismiss"):
        assert client.post(f"/held/{firm['held'].pk}/{verb}/").status_code == 404
    assert HeldAnswer.objects.on_hold().count() == 1


def test_somebody_who_left_sees_nothing(firm) -> None:
    manager = firm["manager"]
    manager.is_active = False
    assert not HeldAnswer.objects.visible_to(manager).exists()


def test_confirming_and_putting_aside_on_the_page(client: Client, firm) -> None:
    client.force_login(firm["manager"])
    other = hold(firm["held"].invitation, Answers(**COMPLETE))
    done = client.post(f"/held/{other.pk}/dismiss/", follow=True)
    assert "terzijde gelegd" in text_of(done)
    done = client.post(f"/held/{firm['held'].pk}/confirm/", follow=True)
    assert "Het antwoord is vastgelegd" in text_of(done)
    assert Alert.objects.get().owner == firm["manager"]
    again = client.post(f"/held/{firm['held'].pk}/confirm/", follow=True)
    assert "staat niet meer in de wacht" in text_of(again)
    assert Response.objects.count() == 1
    assert "Er staat niets in de wacht" in text_of(again)


def test_the_inbox_leads_there_only_while_something_is_on_hold(client: Client, firm) -> None:
    client.force_login(firm["manager"])
    assert 'href="/held/"' in text_of(client.get("/alerts/"))
    dismiss_held(held=firm["held"], actor=firm["manager"])
    assert 'href="/held/"' not in text_of(client.get("/alerts/"))
    client.force_login(firm["outsider"])
    assert 'href="/held/"' not in text_of(client.get("/alerts/"))


def test_the_page_costs_the_same_however_many(client: Client, django_assert_num_queries) -> None:
    service = make_service()
    answers = Answers(
        satisfaction="satisfied", recommendation="yes", interest="yes", services=(service.pk,)
    )
    client.force_login(make_user(is_management=True))
    for _number in range(2):
        hold(invited_too(), answers)
        # session, user, count, rows, services
        with django_assert_num_queries(5):
            assert service.label in text_of(client.get("/held/"))
