"""The client's page of the one question: looking changes nothing, and a button alone neither."""

import gzip
from datetime import timedelta

import pytest
from django.utils import timezone

from alerts import actions
from outbox.models import Delivery, State
from surveys.models import SolvedAnswer
from surveys.observing import seal
from tests.solved.cases import asked, closed_alert, token_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]


@pytest.fixture
def question(settings):
    settings.ASK_SOLVED_AFTER_WORKING_DAYS = 0
    alert = closed_alert()
    now = timezone.now()
    alert.response.solved_questions.update(due_at=now)
    return asked(alert, now=now)


def address(question) -> str:
    return f"/s/{token_of(question)}/solved/"


def fields(question, *, read_for=10, **more) -> dict:
    seen = seal(token_of(question), timezone.now() - timedelta(seconds=read_for))
    return {"seen": seen, "line": "", "remark": "", "language": "nl", **more}


def post(client, question, **more):
    return client.post(address(question), fields(question, **more))


def answers() -> list[tuple[str, str]]:
    return list(SolvedAnswer.objects.values_list("verdict", "line"))


def test_a_link_of_the_mail_preselects_and_records_nothing(client, question):
    for verdict in ("yes", "not_yet"):
        for method in (client.get, client.head):
            page = method(f"{address(question)}?solved={verdict}")
            assert page.status_code == 200
        page = client.get(f"{address(question)}?solved={verdict}").content.decode()
        assert f'value="{verdict}" id="solved_solved_{int(verdict != "yes")}" checked' in page
    assert answers() == []


def test_is_one_small_request_without_cookie_or_script(client, question):
    response = client.get(address(question))
    assert len(gzip.compress(response.content)) <= 14 * 1024
    assert "<script" not in response.content.decode()
    assert not response.cookies
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["Cache-Control"] == "no-store"


def test_an_answer_is_stored_thanked_and_read_back(client, question):
    response = post(client, question, solved="not_yet", line="  De pomp\tlekt  weer ")
    assert (response.status_code, response["Location"]) == (302, "?language=nl")
    assert answers() == [("not_yet", "De pomp lekt weer")]
    page = client.get(address(question)).content.decode()
    assert "Dank u wel dat u het zegt" in page
    assert "De pomp lekt weer" in page


def test_the_same_again_gets_the_same_thanks(client, question):
    for _time in range(2):
        page = client.post(address(question), fields(question, solved="yes"), follow=True)
        assert "Goed te horen" in page.content.decode()
    assert answers() == [("yes", "")]


def test_another_answer_is_kept_beside_the_first(client, question):
    post(client, question, solved="yes")
    page = client.get(f"{address(question)}?solved=not_yet").content.decode()
    assert '<details class="q" open>' in page
    post(client, question, solved="not_yet")
    assert answers() == [("yes", ""), ("not_yet", "")]


@pytest.mark.parametrize("solved", ["", "perhaps"])
def test_a_button_alone_sends_nothing(client, question, solved):
    page = post(client, question, solved=solved, line="Blijft staan")
    assert page.status_code == 200
    assert "Kies of het voor u is opgelost" in page.content.decode()
    assert "Blijft staan" in page.content.decode()
    assert answers() == []


def test_a_line_that_is_too_long_is_said(client, question):
    page = post(client, question, solved="yes", line="a" * 301)
    assert "301" in page.content.decode()
    assert answers() == []


def test_a_program_that_presses_at_once_is_asked_to_press_again(client, question):
    page = post(client, question, read_for=0, solved="yes")
    assert "Kijk het nog eens na en druk dan opnieuw op de knop" in page.content.decode()
    assert answers() == []
    page = client.post(address(question), {"solved": "yes"})  # it never saw the page
    assert answers() == []


@pytest.mark.parametrize(("line", "stored"), [("", 0), ("Nog steeds nat", 1)])
def test_right_behind_its_mail_only_words_count_at_once(client, question, line, stored):
    Delivery.objects.filter(pk=question.delivery_id).update(
        state=State.SENT, sent_at=timezone.now() - timedelta(seconds=5), transport="smtp"
    )
    token = token_of(question)
    seen = seal(token, timezone.now() - timedelta(seconds=4))
    client.post(f"/s/{token}/solved/", {"solved": "not_yet", "line": line, "seen": seen})
    assert len(answers()) == stored


def test_a_program_that_fills_in_everything_is_thanked_and_not_stored(client, question):
    page = post(client, question, solved="yes", remark="x")
    assert "Dank u wel" in page.content.decode()
    assert answers() == []


def test_a_withdrawn_question_is_closed(client, question):
    link, form = address(question), fields(question, solved="not_yet")
    alert = question.response.alert
    actions.reopen(alert=alert, actor=alert.owner, reason="De klant belde")
    assert client.get(link).status_code == 410
    assert client.post(link, form).status_code == 410
    assert answers() == []


def test_an_expired_question_is_closed_and_what_was_said_stays(client, question):
    question.expires_at = question.asked_at + timedelta(microseconds=1)
    question.save(update_fields=["expires_at"])
    assert client.get(address(question)).status_code == 410
    assert post(client, question, solved="yes").status_code == 410
    SolvedAnswer.objects.create(question=question, verdict="yes", language="nl")
    page = client.get(address(question))
    assert page.status_code == 200
    assert "<form" not in page.content.decode()


def test_an_unknown_link_is_unknown(client, question):
    assert client.get(f"/s/{'a' * 32}/solved/").status_code == 404


def test_the_link_also_opens_the_way_out(client, question):
    response = client.post(f"/s/{token_of(question)}/stop/", {"List-Unsubscribe": "One-Click"})
    assert response.status_code == 200
    question.contact.refresh_from_db()
    assert question.contact.opted_out_at is not None


def test_the_page_of_the_invitation_shows_the_mail_and_the_answer(client, question):
    post(client, question, solved="not_yet", line="De pomp lekt weer")
    client.force_login(question.response.alert.owner)
    page = client.get(f"/invitations/{question.response.invitation_id}/").content.decode()
    assert "Mail met de vraag of het is opgelost" in page
    assert "Gevraagd of het is opgelost: nog niet opgelost" in page
    assert "De pomp lekt weer" in page
