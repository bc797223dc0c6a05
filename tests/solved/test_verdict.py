"""What the client's word does to the alert: only a yes recovers it, a "not yet" opens it again."""

from datetime import timedelta

import pytest

from alerts import actions, solving
from alerts.models import Alert, AlertEvent, Notification
from alerts.weekly import Weekly
from outbox.models import Lane, State
from surveys.actions.solving import answer_question
from surveys.models import Contact, SolvedAnswer, SolvedQuestion
from tests.factories import make_absence, make_user
from tests.solved.cases import (
    CLOSED,
    HEARD,
    asked,
    bodies,
    close,
    closed_alert,
    colleague_mails,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]
LATER = HEARD + timedelta(hours=2)


def say(question, verdict, line="", now=HEARD):
    answer = answer_question(question=question, verdict=verdict, line=line, now=now)
    alert = Alert.objects.get(response=question.response)
    return answer, alert


def kinds(alert: Alert) -> list[str]:
    return list(AlertEvent.objects.filter(alert=alert).values_list("kind", flat=True))


def page_of(client, alert: Alert) -> str:
    client.force_login(alert.owner)
    return client.get(f"/alerts/{alert.pk}/").content.decode()


class TestYes:
    def test_makes_it_recovered_with_its_moment(self):
        question = asked(alert := closed_alert())
        assert not Alert.objects.recovered().exists()
        _answer, alert = say(question, "yes")
        assert alert.recovered_at == HEARD
        assert alert.state == "closed"
        assert list(Alert.objects.recovered()) == [alert]
        assert kinds(alert)[-1] == "confirmed"

    def test_tells_the_owner_in_a_quiet_mail(self):
        question = asked()
        _answer, alert = say(question, "yes", "Goed gedaan <b>")
        (mail,) = colleague_mails()
        assert (mail.recipient_address, mail.lane) == (alert.owner.email, Lane.DIGEST)
        assert mail.is_confidential
        assert mail.subject.endswith("zegt dat het is opgelost")
        text, html = bodies(mail)
        assert "“Goed gedaan <b>”" in text
        assert "“Goed gedaan &lt;b&gt;”" in html

    def test_shows_in_the_inbox(self, client):
        question = asked(alert := closed_alert())
        assert "Opgelost, naar ons idee" in page_of(client, alert)
        assert "Klant gevraagd" not in page_of(client, alert)  # the mail has not left
        say(question, "yes", "Prima opgelost")
        page = page_of(client, alert)
        assert "Zoë van Dijk bevestigde op" in page
        assert "Prima opgelost" in page
        assert "Opgelost, bevestigt de klant" in page
        listed = client.get("/alerts/?tab=closed").content.decode()
        assert '<span class="again">Opgelost, bevestigt de klant</span>' in listed

    def test_counts_apart_in_the_weekly_digest(self):
        digest = Weekly(since=CLOSED.date())
        digest.closed["negative", "recovered", True] += 1
        digest.closed["negative", "recovered", False] += 2
        assert [(str(label), n) for _group, label, n in digest.outcomes] == [
            ("Opgelost, naar ons idee", 2),
            ("Opgelost, bevestigt de klant", 1),
        ]

    def test_of_an_alert_that_is_open_again_recovers_nothing(self):
        question = asked()
        say(question, "not_yet")
        _answer, alert = say(question, "yes", now=LATER)
        assert (alert.state, alert.recovered_at) == ("reopened", None)
        assert kinds(alert)[-1] == "said_solved"
        assert "nog open: sluit het af" in bodies(colleague_mails()[-1])[0]


class TestNotYet:
    def test_opens_it_again_with_new_clocks(self):
        question = asked(before := closed_alert())
        _answer, alert = say(question, "not_yet", "De pomp lekt weer")
        assert alert.state == "reopened"
        assert alert.version == before.version + 1
        assert alert.acknowledge_by > HEARD
        assert alert.clocks.running().count() == 2
        assert kinds(alert)[-2:] == ["not_solved", "reopened"]
        assert alert.events.last().actor is None

    def test_mails_owner_and_supervisor_at_once_with_the_clients_line(self):
        question = asked()
        _answer, alert = say(question, "not_yet", "De pomp lekt weer")
        first, second = colleague_mails()
        assert first.recipient_address == alert.owner.email
        assert second.recipient_address == alert.owner.supervisor.email
        for mail in (first, second):
            assert (mail.lane, mail.state) == (Lane.ALERT, State.QUEUED)
            assert all("De pomp lekt weer" in body for body in bodies(mail))
            assert all("zegt dat het nog niet is opgelost" in body for body in bodies(mail))
        assert "Pak het op vóór" in bodies(first)[0]
        assert f"{alert.owner.name} is eigenaar" in bodies(second)[0]
        told = Notification.objects.filter(alert=alert, delivery__in=[first, second])
        assert told.count() == 2  # refused, they are passed on as an alert mail is

    def test_shows_in_the_course_and_on_top(self, client):
        question = asked()
        _answer, alert = say(question, "not_yet", "De pomp lekt weer")
        page = page_of(client, alert)
        assert "Zoë van Dijk zei op" in page
        assert "Klant zegt dat het nog niet is opgelost" in page
        assert "Heropend, omdat de klant dat zegt" in page
        assert page.count("De pomp lekt weer") == 2

    def test_of_an_absent_owner_goes_to_who_stands_in(self):
        question = asked(alert := closed_alert())
        stand_in = make_user()
        day = HEARD.date()
        make_absence(user=alert.owner, stand_in=stand_in, first_on=day, last_on=day)
        _answer, alert = say(question, "not_yet")
        first, second = colleague_mails()
        assert first.recipient_address == stand_in.email
        assert second.recipient_address == alert.owner.supervisor.email
        assert alert.owner.name in bodies(first)[0]  # who still owns it

    def test_after_a_yes_is_heard(self):
        question = asked()
        say(question, "yes")
        _answer, alert = say(question, "not_yet", "Toch niet", now=LATER)
        assert (alert.state, alert.recovered_at) == ("reopened", None)
        assert len(colleague_mails()) == 3

    def test_after_another_outcome_is_heard_too(self):
        question = asked(alert := closed_alert())
        say(question, "yes")
        actions.reopen(alert=alert, actor=alert.owner, reason="x", now=HEARD)
        alert.refresh_from_db()
        close(alert, outcome="partly", now=HEARD + timedelta(hours=1))
        _answer, alert = say(question, "not_yet", now=LATER)
        assert alert.state == "reopened"


def test_the_same_again_is_one_answer_and_one_telling():
    question = asked()
    first, _alert = say(question, "not_yet", "Nog niet")
    again, alert = say(question, "not_yet", "Nog niet", now=LATER)
    assert again == first
    assert kinds(alert).count("not_solved") == 1
    assert len(colleague_mails()) == 2


def test_a_yes_withdraws_the_question_of_a_later_closing():
    question = asked(alert := closed_alert())
    say(question, "not_yet")
    alert.refresh_from_db()
    close(alert, now=HEARD + timedelta(hours=1))
    assert SolvedQuestion.objects.unanswered().count() == 1
    _answer, alert = say(question, "yes", now=LATER)
    assert alert.recovered_at == LATER
    assert not SolvedQuestion.objects.unanswered().exists()


def test_what_colleagues_cannot_learn_is_not_stored(monkeypatch):
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("no mail")

    question = asked(alert := closed_alert())
    monkeypatch.setattr(solving, "compose_wish", broken)
    for verdict in ("yes", "not_yet"):
        with pytest.raises(RuntimeError):
            say(question, verdict)
    alert.refresh_from_db()
    assert (alert.state, alert.recovered_at) == ("closed", None)
    assert not SolvedAnswer.objects.exists()


def test_the_clients_words_stay_with_their_answer(caplog):
    caplog.set_level("INFO")
    question = asked()
    _answer, alert = say(question, "not_yet", "Geheim")
    assert "Geheim" not in caplog.text
    assert "Geheim" not in str(list(alert.events.values()))


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_form_says_that_the_client_will_be_asked(client, language):
    alert = closed_alert()
    actions.reopen(alert=alert, actor=alert.owner, reason="x")
    alert.owner.language = language
    alert.owner.save()
    said = {
        "nl": "dan vragen wij Zoë van Dijk na 5 werkdagen per mail of dat klopt",
        "en": "we ask Zoë van Dijk by mail after 5 working days",
    }
    assert said[language] in page_of(client, alert)
    Contact.objects.update(opted_out_at=HEARD)
    assert said[language] not in page_of(client, alert)
