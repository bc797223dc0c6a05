"""Chat per person and per division, and the second channel of a mail that is late."""

import json
import threading
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, connections
from django.template import TemplateSyntaxError

from alerts import chats, second_channel
from alerts.actions import close, reconcile
from alerts.chat_models import ChatNotice, DivisionChat, PersonChat
from alerts.course import course_of
from alerts.models import Notification
from alerts.preferences import News, Way
from alerts.second_channel import send_second
from alerts.ways import choose
from outbox.models import Channel, Delivery, State
from tests.factories import make_alert, make_user
from tests.outbox.chats import make_address

NOW = datetime(2026, 11, 20, 14, 2, tzinfo=ZoneInfo("Europe/Amsterdam"))
LATER = NOW + timedelta(minutes=5)
PLUS = {"satisfaction": "more_than_satisfied", "recommendation": "yes"}
WORDS = "Vertrouwelijk: <@channel> drie projectleiders in één jaar."


def messages() -> list[Delivery]:
    return list(Delivery.objects.filter(channel=Channel.CHAT).order_by("pk"))


def text_of(delivery: Delivery) -> str:
    said = json.loads(bytes(delivery.message))
    return f"{said['title']}\n{said['body']}"


def link(user, **fields):
    address = make_address(**fields)
    PersonChat.objects.create(user=user, address=address)
    return address


def make_people():
    supervisor = make_user(name="Joost Bakker")
    return make_user(name="Sanne de Wit", supervisor=supervisor), supervisor


@pytest.fixture
def people(db, doorbell):
    return make_people()


def open_channel(alert, *, hears="both"):
    address = make_address(name=f"#klanten {hears}")
    division = alert.response.project.division
    DivisionChat.objects.create(division=division, address=address, hears=hears)
    return address


def steps(alert, reader) -> list[str]:
    return [step.text for step in course_of(alert, reader=reader)]


def test_mail_and_chat_say_who_and_what_without_the_clients_words(people):
    owner, _supervisor = people
    address = link(owner)
    choose(owner, {News.OWN_MINUS: Way.MAIL_AND_CHAT})
    alert = make_alert(owner=owner, now=NOW, motivation=WORDS, project_name="Klimaatplan")
    (message,) = messages()
    text = text_of(message)
    assert message.recipient_address == address.reference
    assert text.startswith(f"– –groep: {alert.response.contact.name}")
    assert "Klimaatplan" in text
    assert "Sanne de Wit, vóór" in text
    assert f"/alerts/{alert.pk}/" in text
    assert "Vertrouwelijk" not in text
    assert Delivery.objects.filter(dedupe_key=alert.delivery_key(owner)).exists()
    assert ChatNotice.objects.get().recipient == owner


def test_chat_alone_is_enough_where_the_firm_allows_it(people):
    owner, supervisor = people
    supervisor.language = "en"
    supervisor.save()
    link(supervisor)
    choose(supervisor, {News.TEAM_PLUS: Way.CHAT})
    alert = make_alert(owner=owner, now=NOW, **PLUS)
    (message,) = messages()
    assert "+ group" in text_of(message)
    assert Notification.objects.get(alert=alert, recipient=supervisor).delivery is None
    assert not Delivery.objects.filter(dedupe_key=alert.delivery_key(supervisor)).exists()
    assert reconcile(now=NOW) == 0
    assert "Chatbericht aan" in " ".join(steps(alert, owner))


@pytest.mark.parametrize("state", ["no address", "switched off", "broken"])
def test_without_chat_that_works_it_is_mail(people, monkeypatch, state):
    owner, _supervisor = people
    choose(owner, {News.OWN_PLUS: Way.CHAT})
    if state != "no address":
        link(owner, is_active=state == "broken")

    def fail(*args, **kwargs):
        raise TemplateSyntaxError("broken on purpose")

    if state == "broken":
        monkeypatch.setattr(chats, "render_to_string", fail)
    alert = make_alert(owner=owner, now=NOW, **PLUS)
    assert messages() == []
    assert Delivery.objects.filter(dedupe_key=alert.delivery_key(owner)).exists()


def test_a_chat_that_does_not_arrive_is_mailed_once(people):
    owner, _supervisor = people
    link(owner)
    choose(owner, {News.OWN_PLUS: Way.CHAT})
    alert = make_alert(owner=owner, now=NOW, **PLUS)
    Delivery.objects.filter(channel=Channel.EMAIL).update(state=State.SENT, sent_at=NOW)
    assert reconcile(now=LATER - timedelta(seconds=1)) == 0
    assert reconcile(now=LATER) == 1
    mail = Delivery.objects.get(dedupe_key=alert.delivery_key(owner))
    assert Notification.objects.get(alert=alert, recipient=owner).delivery == mail
    assert reconcile(now=LATER + timedelta(minutes=1)) == 0


@pytest.mark.parametrize(
    ("hears", "answer", "expected"),
    [("both", {}, 1), ("minus", {}, 1), ("plus", {}, 0), ("plus", PLUS, 1), ("minus", PLUS, 0)],
)
def test_a_division_hears_of_what_it_asked_for(people, hears, answer, expected):
    owner, _supervisor = people
    first = make_alert(owner=owner, now=NOW)
    channel = open_channel(first, hears=hears)
    division = first.response.project.division
    part = make_alert(owner=owner, now=NOW, **answer)
    part.response.project.division = division
    assert chats.tell_division(part, now=NOW) == expected
    assert [one.recipient_address for one in messages()] == [channel.reference] * expected
    chats.tell_division(part, now=NOW)
    assert len(messages()) == expected


@pytest.mark.parametrize("state", ["queued", "uncertain"])
def test_a_late_mail_goes_by_the_persons_own_chat_once(people, state):
    owner, _supervisor = people
    address = link(owner)
    alert = make_alert(owner=owner, now=NOW)
    if state == "uncertain":
        Delivery.objects.update(state=State.UNCERTAIN, uncertain_since=NOW)
    assert reconcile(now=LATER - timedelta(seconds=1)) == 0
    assert reconcile(now=LATER) == 1
    assert [one.recipient_address for one in messages()] == [address.reference]
    assert any("was te laat" in text and address.name in text for text in steps(alert, owner))
    assert reconcile(now=LATER + timedelta(minutes=1)) == 0
    assert len(messages()) == 1


def test_else_the_divisions_channel_hears_it_once_for_both(people):
    owner, _supervisor = people
    alert = make_alert(owner=owner, now=NOW)
    channel = open_channel(alert, hears="minus")
    assert reconcile(now=LATER) == 2  # the owner's mail and the supervisor's
    assert [one.recipient_address for one in messages()] == [channel.reference]


def test_without_any_address_nothing_is_done_until_there_is_one(people):
    owner, _supervisor = people
    make_alert(owner=owner, now=NOW)
    assert reconcile(now=LATER) == 0
    assert not Notification.objects.filter(second_at__isnull=False).exists()
    link(owner)
    assert reconcile(now=LATER + timedelta(hours=1)) == 1


@pytest.mark.parametrize("reason", ["sent", "closed", "refused"])
def test_what_left_is_closed_or_refused_needs_no_second_channel(people, reason):
    owner, _supervisor = people
    link(owner)
    alert = make_alert(owner=owner, now=NOW)
    if reason == "sent":
        Delivery.objects.update(state=State.SENT, sent_at=NOW)
    elif reason == "refused":
        Delivery.objects.update(state=State.UNDELIVERABLE)
    else:
        close(alert=alert, actor=owner, outcome="partly", root_cause="cost", now=NOW)
    assert second_channel.late_mails(LATER) == []


def test_a_mail_that_leaves_at_that_moment_is_not_doubled(people):
    owner, _supervisor = people
    link(owner)
    make_alert(owner=owner, now=NOW)
    (late,) = second_channel.late_mails(LATER)
    Delivery.objects.filter(pk=late.delivery_id).update(state=State.SENT, sent_at=LATER)
    assert send_second(late, now=LATER) is False
    assert messages() == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("doorbell")
@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs row locks (PostgreSQL)")
def test_two_workers_tell_once():
    owner, _supervisor = make_people()
    link(owner)
    make_alert(owner=owner, now=NOW)
    done: list[bool] = []
    start = threading.Barrier(2)

    def work() -> None:
        (late,) = second_channel.late_mails(LATER)
        start.wait(5)
        done.append(send_second(late, now=LATER))
        connections.close_all()

    threads = [threading.Thread(target=work) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(done) == [False, True]
    assert len(messages()) == 1
