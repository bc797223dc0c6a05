"""Who is still to be asked, who comes back after "later", and answers that are set right."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from alerts.actions import acknowledge, close
from alerts.digest_models import DigestTime
from alerts.digests import queue_due_digests
from alerts.models import Alert
from ambassadors.programme.actions import Conflict, correct_answer
from ambassadors.programme.models import AskCorrection
from outbox.ledger import AppendOnlyError
from outbox.models import Delivery
from tests.factories import make_alert, make_ask, make_user
from tests.telling.test_digests import MONDAY, SUNDAY, bodies

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]
PLUS = {"satisfaction": "more_than_satisfied", "recommendation": "yes"}


@pytest.fixture
def owner():
    return make_user(name="Sanne de Wit", supervisor=make_user(name="Joost Bakker"))


@pytest.fixture
def alert(owner):
    return make_alert(owner=owner, **PLUS)


def day(days):
    return timezone.localdate() + timedelta(days=days)


def answered(alert, answer, again_on=None, **fields):
    return make_ask(
        alert=alert,
        asked_on=day(-100),
        answer=answer,
        answered_on=day(-99),
        answer_recorded_by=alert.owner,
        again_on=again_on,
        **fields,
    )


def to_ask(client, user):
    client.force_login(user)
    response = client.get(f"{reverse('alerts:list')}?tab=ask")
    return list(response.context["page"]), response.content.decode()


@pytest.mark.parametrize("answer", ["yes", "no", "open"])
def test_whoever_was_asked_leaves_the_tab(client, owner, alert, answer):
    assert to_ask(client, owner)[0] == [alert]
    make_ask(alert=alert) if answer == "open" else answered(alert, answer)
    assert to_ask(client, owner)[0] == []


@pytest.mark.parametrize(("days", "is_back"), [(1, False), (0, True), (-3, True)])
def test_later_comes_back_on_its_day(client, owner, alert, days, is_back):
    answered(alert, "later", day(days))
    found, content = to_ask(client, owner)
    assert found == ([alert] if is_back else [])
    assert ("Zei “later”: opnieuw vragen sinds" in content) == is_back


def test_later_comes_back_also_when_the_alert_was_closed(client, owner, alert):
    answered(alert, "later", day(0))
    acknowledge(alert=alert, actor=owner)
    close(alert=alert, actor=owner, outcome="later")
    assert to_ask(client, owner)[0] == [alert]
    assert to_ask(client, make_user())[0] == []


def test_whoever_was_asked_again_since_does_not_come_back(client, owner, alert):
    answered(alert, "later", day(-5))
    make_ask(alert=alert, kind="reference", asked_on=day(-1))
    assert to_ask(client, owner)[0] == []


def test_the_digest_names_who_comes_back_that_day_once(owner):
    queue_due_digests(now=SUNDAY)
    alert = make_alert(owner=owner, now=SUNDAY - timedelta(days=200), **PLUS)
    answered(alert, "later", MONDAY.date())
    Alert.objects.filter(pk=alert.pk).update(
        state="closed", closed_at=SUNDAY, outcome="later", acknowledged_at=SUNDAY
    )
    queue_due_digests(now=MONDAY)
    mail = Delivery.objects.get(template="daily", recipient_address=owner.email)
    assert mail.subject == "Uw dag: 1 voor vandaag"
    for body in bodies(mail):
        assert "Zei “later” op een vraag: vanaf vandaag opnieuw vragen" in body
    DigestTime.objects.filter(user=owner).update(told_until=MONDAY)
    queue_due_digests(now=MONDAY + timedelta(days=1))
    assert Delivery.objects.filter(template="daily").count() == 1


def page(ask):
    return reverse("programme:answer", args=[ask.pk])


def test_an_answer_is_set_right_with_a_line_that_stays(client, owner, alert):
    ask = answered(alert, "yes")
    client.force_login(owner)
    data = {"answer": "no", "answered_on": day(-98).isoformat(), "was": "yes"}
    assert "Schrijf waarom u het verbetert." in client.post(page(ask), data).content.decode()
    client.post(page(ask), {**data, "reason": "Verkeerd gehoord"})
    ask.refresh_from_db()
    assert (ask.answer, ask.answered_on) == ("no", day(-98))
    (line,) = AskCorrection.objects.all()
    assert (line.actor, line.old_answer, line.new_answer) == (owner, "yes", "no")
    shown = client.get(reverse("alerts:detail", args=[alert.pk])).content.decode()
    assert "Verbeterd door Sanne de Wit" in shown
    assert "van ja naar nee. Verkeerd gehoord" in shown
    with pytest.raises(AppendOnlyError):
        line.save()


def test_an_older_page_corrects_nothing(client, owner, alert):
    ask = answered(alert, "no")
    client.force_login(owner)
    data = {"answer": "later", "answered_on": day(-98).isoformat(), "again_on": day(9).isoformat()}
    content = client.post(page(ask), {**data, "was": "yes", "reason": "Typfout"}).content.decode()
    assert "Een collega heeft het intussen verbeterd: nee." in content
    assert "Typfout" in content
    assert not AskCorrection.objects.exists()


def test_of_two_who_correct_at_once_the_second_hears_of_the_first(owner, alert):
    ask = answered(alert, "yes")
    given = {"ask": ask, "answered_on": day(-98), "reason": "Typfout"}
    correct_answer(actor=owner, answer="no", **given)
    with pytest.raises(Conflict, match="Sanne de Wit heeft het antwoord intussen verbeterd: nee"):
        correct_answer(actor=make_user(), answer="no", **given)
    assert AskCorrection.objects.count() == 1
