"""Stop asking me: who may say so, what it does, and what a scanner cannot do by accident."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from outbox.models import Delivery, State
from surveys.actions import ask_again, send_invitations, stop_asking
from surveys.models import Contact, Invitation, LeftOut
from surveys.page_style import client_style, source_of
from tests.factories import (
    make_alert,
    make_contact,
    make_invitation,
    make_project,
    make_project_contact,
    make_response,
    make_token,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

TICKED = {"is_sure": "on", "lift": "", "language": "nl"}
BACK = {"is_sure": "on", "lift": "1", "language": "nl"}
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
BUTTON = "Stuur mij geen vragen meer"
STOPPED = "U ontvangt geen vragen meer van ons"


def invited(**fields) -> Invitation:
    contact = make_contact(name="Marijke Vermeulen", language=fields.pop("language", "nl"))
    project = make_project(client=contact.client)
    part = make_project_contact(project=project, contact=contact)
    return make_invitation(project_contact=part, **fields)


def address(token: str) -> str:
    return f"/s/{token}/stop/"


def text_of(response) -> str:
    return response.content.decode()


def has_stopped(invitation: Invitation) -> bool:
    return Contact.objects.get(pk=invitation.contact.pk).opted_out_at is not None


def everything() -> dict[str, list]:
    return {
        model._meta.label: list(model.objects.order_by("pk").values())
        for model in apps.get_models()
    }


# Looking ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_writes_nothing(client: Client, method: str) -> None:
    token = make_token(invited())
    before = everything()
    with CaptureQueriesContext(connection) as captured:
        assert getattr(client, method)(address(token)).status_code == 200
    assert everything() == before
    assert len(captured) == 1


def test_the_page_says_what_stops_and_offers_one_button(client: Client) -> None:
    page = text_of(client.get(address(make_token(invited()))))
    assert "Wij sturen Marijke Vermeulen dan geen vragen en geen herinneringen meer" in page
    assert page.count("<button") == 1
    assert BUTTON in page
    assert " checked" not in page


def test_nothing_leaks_or_stays_behind(client: Client) -> None:
    for response in (
        client.get(address(make_token(invited()))),
        client.post(address(make_token(invited())), ONE_CLICK),
    ):
        assert response["Referrer-Policy"] == "no-referrer"
        assert response["Cache-Control"] == "no-store"
        assert response["X-Robots-Tag"] == "noindex"
        assert source_of(client_style()) in response["Content-Security-Policy"]
        assert not response.cookies
        assert "src=" not in text_of(response)
        assert "<script" not in text_of(response)


def test_an_unknown_link_gets_the_answer_of_a_link_that_never_existed(client: Client) -> None:
    token = make_token()
    for method, data in (("get", None), ("post", ONE_CLICK), ("post", TICKED)):
        answer = getattr(client, method)(address("x" * 32), data)
        plain = client.get("/s/nonsense/")
        assert (answer.status_code, text_of(answer)) == (404, text_of(plain))
    assert client.get(address(token)).status_code == 200


def test_the_language_is_the_invitations_and_can_be_chosen(client: Client) -> None:
    english = make_token(invited(language="en"))
    assert "Send me no more questions" in text_of(client.get(address(english)))
    assert BUTTON in text_of(client.get(address(english), {"language": "nl"}))
    answer = client.post(address(english), {**TICKED, "language": "nl"}, follow=True)
    assert answer["Content-Language"] == "nl"


# Stopping --------------------------------------------------------------------------------------


def test_the_tick_and_the_button_stop_the_questions(client: Client) -> None:
    invitation = invited()
    token = make_token(invitation)
    answer = client.post(address(token), TICKED, follow=True)
    assert [status for _url, status in answer.redirect_chain] == [302]
    assert has_stopped(invitation)
    assert STOPPED in text_of(answer)
    assert BUTTON not in text_of(answer)


@pytest.mark.parametrize("data", [{}, {"lift": ""}, {"is_sure": ""}, {"x": "1"}])
def test_the_button_alone_does_nothing(client: Client, data: dict) -> None:
    """What a scanner does: open the page, press the button, send the form as it came."""
    invitation = invited()
    answer = client.post(address(make_token(invitation)), data)
    assert answer.status_code == 200
    assert not has_stopped(invitation)
    assert "Zet eerst het vinkje en druk dan op de knop." in text_of(answer)


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart"])
def test_one_click_of_a_mail_program(kind: str) -> None:
    """RFC 8058: a POST with this body, without cookie, referrer or token of ours, is enough."""
    stranger = Client(enforce_csrf_checks=True)
    invitation = invited()
    url = address(make_token(invitation))
    if kind == "multipart":
        answer = stranger.post(url, ONE_CLICK)
    else:
        answer = stranger.post(url, "List-Unsubscribe=One-Click", content_type=kind)
    assert answer.status_code == 200
    assert STOPPED in text_of(answer)
    assert has_stopped(invitation)
    assert not answer.cookies


@pytest.mark.parametrize("value", ["", "one-click", "1", "One-Click "])
def test_only_the_exact_body_is_one_click(client: Client, value: str) -> None:
    invitation = invited()
    client.post(address(make_token(invitation)), {"List-Unsubscribe": value})
    assert not has_stopped(invitation)


def test_a_second_time_changes_nothing(client: Client) -> None:
    invitation = invited()
    token = make_token(invitation)
    client.post(address(token), TICKED)
    first = Contact.objects.get(pk=invitation.contact.pk).opted_out_at
    for data in (TICKED, ONE_CLICK, TICKED):
        assert STOPPED in text_of(client.post(address(token), data, follow=True))
    assert Contact.objects.get(pk=invitation.contact.pk).opted_out_at == first


@pytest.mark.parametrize("state", ["expired", "answered", "withdrawn"])
def test_any_link_of_the_contact_will_do(client: Client, state: str) -> None:
    now = timezone.now()
    invitation = invited(
        invited_at=now - timedelta(days=60),
        expires_at=now + timedelta(days=-30 if state == "expired" else 30),
        withdrawn_at=now if state == "withdrawn" else None,
    )
    if state == "answered":
        make_response(invitation=invitation)
    assert client.post(address(make_token(invitation)), TICKED).status_code == 302
    assert has_stopped(invitation)


def test_nobody_else_is_stopped(client: Client) -> None:
    invitation, other = invited(), invited()
    client.post(address(make_token(invitation)), TICKED)
    assert not has_stopped(other)


def test_what_is_open_can_still_be_answered(client: Client) -> None:
    invitation = invited()
    token = make_token(invitation)
    client.post(address(token), TICKED)
    assert client.get(f"/s/{token}/").status_code == 200


def test_who_stopped_is_not_invited() -> None:
    contact = make_contact()
    make_project_contact(project=make_project(), contact=contact)
    stop_asking(contact=contact)
    run = send_invitations(closed_since=timezone.localdate() - timedelta(days=9))
    assert run.invited == 0
    assert run.left_out[LeftOut.OPTED_OUT] == 1


# The way back ----------------------------------------------------------------------------------


def test_only_the_tick_on_the_same_page_lifts_it(client: Client) -> None:
    invitation = invited()
    token = make_token(invitation)
    stop_asking(contact=invitation.contact)
    page = text_of(client.get(address(token)))
    assert "Stuur mij weer vragen" in page
    assert 'name="lift" value="1"' in page
    client.post(address(token), {"lift": "1"})
    assert has_stopped(invitation)

    answer = client.post(address(token), BACK, follow=True)
    assert not has_stopped(invitation)
    assert "U ontvangt weer vragen van ons" in text_of(answer)


def test_a_double_click_does_not_undo_itself(client: Client) -> None:
    invitation = invited()
    token = make_token(invitation)
    for _click in range(2):
        client.post(address(token), TICKED)
    assert has_stopped(invitation)
    for _click in range(2):
        client.post(address(token), BACK)
    assert not has_stopped(invitation)


def test_what_was_withdrawn_stays_so() -> None:
    contact = make_contact()
    make_project_contact(project=make_project(), contact=contact)
    send_invitations(closed_since=timezone.localdate() - timedelta(days=9))
    Delivery.objects.update(state=State.QUEUED)
    stop_asking(contact=contact)
    ask_again(contact=contact)
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.CANCELLED}


# What colleagues see ---------------------------------------------------------------------------


def test_the_inbox_tells_it_beside_the_name(client: Client) -> None:
    owner = make_user()
    alert = make_alert(owner=owner)
    client.force_login(owner)
    page = reverse("alerts:detail", args=[alert.pk])
    assert "geen vragen meer" not in text_of(client.get(page))
    stop_asking(contact=alert.response.contact)
    assert "geen vragen meer" in text_of(client.get(page))


def test_an_administrator_finds_them_and_cannot_lift_it(client: Client) -> None:
    contact, other = make_contact(name="Marijke Vermeulen"), make_contact(name="Bram Visser")
    stop_asking(contact=contact)
    client.force_login(make_user(is_administrator=True))
    listed = text_of(client.get("/admin/surveys/contact/?opted_out_at__isempty=0"))
    assert contact.name in listed
    assert other.name not in listed
    form = text_of(client.get(f"/admin/surveys/contact/{contact.pk}/change/"))
    assert 'name="email"' in form
    assert 'name="opted_out_at' not in form
