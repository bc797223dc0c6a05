"""When a client is asked whether it is solved: once a closing, and never while it is open."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alerts import actions
from alerts.models import Alert
from outbox.models import Delivery, Lane, State
from outbox.reporting import record_report
from surveys.actions import send_invitations, stop_asking
from surveys.actions.reaching import trust_address
from surveys.actions.solving import answer_question, ask_due_questions
from surveys.models import Contact, Invitation, Link, Response, SolvedQuestion, Suppression
from surveys.tasks import ask_whether_solved
from tests.factories import (
    make_alert,
    make_contact,
    make_project,
    make_project_contact,
    make_user,
)
from tests.solved.cases import (
    CLOSED,
    DUE,
    HEARD,
    RAISED,
    asked,
    bodies,
    client_mails,
    close,
    closed_alert,
    token_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]


def reopen(alert: Alert, now=HEARD) -> None:
    actions.reopen(alert=alert, actor=alert.owner, reason="De klant belde", now=now)
    alert.refresh_from_db()


@pytest.mark.parametrize("days", [5, 0])
def test_closing_as_solved_asks_some_working_days_later(settings, days):
    settings.ASK_SOLVED_AFTER_WORKING_DAYS = days
    alert, due = closed_alert(), DUE if days else CLOSED
    (question,) = alert.response.solved_questions.all()
    assert question.due_at == due
    assert ask_due_questions(now=due - timedelta(seconds=1)) == 0
    assert ask_due_questions(now=due) == 1
    assert ask_due_questions(now=due + timedelta(days=1)) == 0
    (mail,) = client_mails()
    assert (mail.lane, mail.state, mail.is_secret) == (Lane.INVITATION, State.QUEUED, True)
    assert mail.recipient_address == alert.response.contact.email


def test_a_firm_that_asks_nobody(settings):
    settings.ASK_SOLVED_AFTER_WORKING_DAYS = -1
    alert = closed_alert()
    assert not alert.response.solved_questions.exists()


@pytest.mark.parametrize("outcome", ["partly", "not_recoverable", "no_contact"])
def test_another_outcome_asks_nothing(outcome):
    closed_alert(outcome=outcome)
    assert not SolvedQuestion.objects.exists()


def test_a_plus_is_never_asked():
    alert = make_alert(owner=make_user(), satisfaction="more_than_satisfied", recommendation="yes")
    actions.close(alert=alert, actor=alert.owner, outcome="thanked")
    assert not SolvedQuestion.objects.exists()


class TestMail:
    @pytest.mark.parametrize(
        ("language", "words", "stop"),
        [
            ("nl", "Is het voor u opgelost?", "Ontvang"),
            ("en", "Is it solved for you?", "Receive no more questions"),
            ("de", "Ist es für Sie gelöst?", ""),
            ("fr", "Est-ce résolu pour vous\N{NO-BREAK SPACE}?", ""),
        ],
    )
    def test_is_in_the_account_managers_name_and_the_clients_language(self, language, words, stop):
        alert = closed_alert(contact=make_contact(language=language))
        Response.objects.update(language=language)
        question = asked(alert)
        mail = question.delivery
        manager = alert.response.project.account_manager
        for body in bodies(mail):
            assert words in body
            assert manager.name in body
            assert f"{token_of(question)}/solved/?solved=not_yet" in body
            assert f"/s/{token_of(question)}/stop/" in body
        headers = mail.parsed()
        assert manager.name in str(headers["From"])
        assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    def test_only_a_hash_of_its_link_is_kept_and_it_lives_thirty_days(self):
        question = asked()
        token = token_of(question)
        assert len(token) >= 22  # 128 bits
        assert question.link.token_hash == Link.hash_of(token)
        assert question.expires_at == DUE + timedelta(days=30)
        assert token not in str(list(Link.objects.values()) + list(SolvedQuestion.objects.values()))

    def test_goes_to_the_address_and_in_the_name_of_that_day(self):
        alert = closed_alert()
        contact = alert.response.contact
        Contact.objects.filter(pk=contact.pk).update(email="nieuw@zeeland.example")
        project = alert.response.project
        project.account_manager = make_user(name="Karim Smit")
        project.save()
        mail = asked(alert).delivery
        assert mail.recipient_address == "nieuw@zeeland.example"
        assert all("Karim Smit" in body for body in bodies(mail))

    def test_leaves_in_office_hours_at_the_usual_rate(self, monkeypatch, settings):
        settings.INVITATIONS_PER_MINUTE = 1
        for _number in range(2):
            closed_alert()
        for hour, number in ((7, 0), (18, 0), (10, 2)):
            now = DUE.replace(hour=hour)
            monkeypatch.setattr(timezone, "now", lambda now=now: now)
            assert ask_whether_solved() == number
        first, second = client_mails()
        assert second.not_before - first.not_before == timedelta(minutes=1)
        assert SolvedQuestion.objects.last().asked_at == second.not_before


class TestWithdrawing:
    def test_reopening_withdraws_what_was_not_asked(self):
        alert = closed_alert()
        reopen(alert, now=CLOSED + timedelta(hours=1))
        assert ask_due_questions(now=DUE) == 0

    def test_reopening_withdraws_a_mail_that_has_not_left(self):
        question = asked(alert := closed_alert())
        reopen(alert)
        question.refresh_from_db()
        assert question.withdrawn_at == HEARD
        assert question.delivery.state == State.CANCELLED

    def test_closing_again_asks_again(self):
        asked(alert := closed_alert())
        reopen(alert)
        later = HEARD + timedelta(days=1)
        close(alert, now=later)
        assert ask_due_questions(now=later + timedelta(days=14)) == 1
        assert [mail.state for mail in client_mails()] == [State.CANCELLED, State.QUEUED]

    def test_closing_again_otherwise_asks_nothing(self):
        asked(alert := closed_alert())
        reopen(alert)
        close(alert, outcome="partly", now=HEARD + timedelta(days=1))
        assert ask_due_questions(now=HEARD + timedelta(days=14)) == 0
        assert [mail.state for mail in client_mails()] == [State.CANCELLED]

    def test_what_was_answered_stays(self):
        question = asked(alert := closed_alert())
        answer_question(question=question, verdict="yes", now=HEARD)
        reopen(alert, now=HEARD + timedelta(hours=1))
        question.refresh_from_db()
        assert question.withdrawn_at is None


class TestWhoIsNotAsked:
    @pytest.mark.parametrize("mark", ["opted_out_at", "bounced_at"])
    def test_somebody_who_gets_no_mail(self, client, mark):
        alert = closed_alert()
        Contact.objects.update(**{mark: CLOSED})
        assert ask_due_questions(now=DUE) == 0
        client.force_login(alert.owner)
        page = client.get(f"/alerts/{alert.pk}/").content.decode()
        said = "wil geen vragen van ons" if mark == "opted_out_at" else "werkt niet, dus"
        assert f"{said}" in page

    def test_somebody_who_is_held_back(self):
        alert = closed_alert()
        Suppression.objects.create(
            project_contact=alert.response.invitation.project_contact,
            reason="dispute",
            actor=make_user(),
        )
        assert ask_due_questions(now=DUE) == 0

    def test_somebody_who_answered_anew(self):
        closed_alert()
        Response.objects.update(replaced_at=CLOSED)
        assert ask_due_questions(now=DUE) == 0

    def test_nobody_about_something_of_long_ago(self):
        closed_alert()
        assert ask_due_questions(now=DUE + timedelta(days=31)) == 0

    def test_an_opt_out_withdraws_the_mail_that_waits(self):
        question = asked()
        stop_asking(contact=question.contact, now=HEARD)
        question.delivery.refresh_from_db()
        assert question.delivery.state == State.CANCELLED

    def test_a_mail_that_came_back_marks_the_contact_and_is_sent_anew_to_a_better_address(self):
        question = asked()
        Delivery.objects.filter(pk=question.delivery_id).update(
            state=State.SENT, sent_at=DUE, transport="smtp"
        )
        question.delivery.refresh_from_db()
        record_report(
            delivery=question.delivery,
            kind="hard_bounce",
            source="postmark",
            external_id="1",
            at=HEARD,
        )
        contact = Contact.objects.get(pk=question.contact.pk)
        assert contact.bounced_at is not None
        assert ask_due_questions(now=HEARD) == 0
        trust_address(contact=contact, actor=make_user(), now=HEARD)
        assert ask_due_questions(now=HEARD) == 1
        first, second = client_mails()
        assert first.state == State.SENT
        assert second.state == State.QUEUED


def test_it_counts_as_no_invitation_and_no_response():
    """No fatigue: whoever was asked whether it is solved is invited about the next project."""
    question = asked()
    before = Invitation.objects.count(), Response.objects.count()
    answer_question(question=question, verdict="not_yet", line="Nog niet", now=HEARD)
    assert (Invitation.objects.count(), Response.objects.count()) == before
    next_one = make_project_contact(
        project=make_project(client=question.contact.client, closed_on=HEARD.date()),
        contact=question.contact,
    )
    Invitation.objects.update(invited_at=RAISED - timedelta(days=100))
    assert send_invitations(now=HEARD + timedelta(days=3)).invited == 1
    assert next_one.invitations.exists()
