"""Asking an ambassador: the rule with its reasons, what is recorded, and who is second."""

import threading
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.db import connection, connections
from django.urls import reverse
from django.utils import timezone

from alerts.actions import close, snooze
from ambassadors.programme.actions import Conflict, NotNow, record_answer, record_ask
from ambassadors.programme.models import Ask, AskAnswer, AskKind
from ambassadors.programme.rule import obstacles, situation_of
from tests.factories import make_alert, make_ask, make_response, make_user

pytestmark = pytest.mark.django_db
PLUS = {"satisfaction": "more_than_satisfied", "recommendation": "yes"}
DAY = timedelta(days=1)


@pytest.fixture
def owner():
    return make_user(name="Sanne de Wit", supervisor=make_user())


@pytest.fixture
def alert(owner):
    return make_alert(owner=owner, **PLUS)


@pytest.fixture
def today():
    return timezone.localdate()


def minus_at(alert, **fields):
    return make_alert(client=alert.response.project.client, **fields)


def why_not(alert, on, kind=AskKind.REFERENCE) -> list[str]:
    return [one.key.partition(":")[0] for one in obstacles(situation_of(alert), on=on, kind=kind)]


def ask_page(client, user, alert, **data):
    client.force_login(user)
    address = reverse("programme:ask", args=[alert.pk])
    return client.post(address, data) if data else client.get(address)


def detail(client, user, alert) -> str:
    client.force_login(user)
    return client.get(reverse("alerts:detail", args=[alert.pk])).content.decode()


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_nothing_stands_in_the_way_of_a_first_ask(alert, today):
    assert why_not(alert, today) == []


def test_no_ask_while_a_minus_is_open_at_the_client_also_one_put_off(alert, owner, today):
    make_alert()  # at another client: none of its business
    assert why_not(alert, today) == []
    minus = minus_at(alert, owner=owner)
    now = timezone.now()
    snooze(alert=minus, actor=owner, until=now + 9 * DAY, reason="Vakantie")
    assert why_not(alert, today) == ["minus"]
    close(alert=minus, actor=owner, outcome="partly", root_cause="cost")
    assert why_not(alert, today) == []


@pytest.mark.parametrize(("days", "expected"), [(0, ["asked"]), (89, ["asked"]), (90, [])])
def test_one_person_is_asked_once_in_ninety_days(alert, today, days, expected):
    make_ask(alert=alert, kind="story", asked_on=today - days * DAY)
    assert why_not(alert, today) == expected


def test_another_person_at_the_client_may_be_asked(alert, today):
    make_ask(alert=make_alert(client=alert.response.project.client, **PLUS), asked_on=today)
    assert why_not(alert, today) == []


def test_what_waits_for_an_answer_is_not_asked_again(alert, today):
    make_ask(alert=alert, kind="reference", asked_on=today - 200 * DAY)
    assert why_not(alert, today) == ["open"]
    assert why_not(alert, today, AskKind.QUOTE) == []


def test_who_may_not_recommend_is_only_asked_for_a_story(today):
    alert = make_alert(satisfaction="more_than_satisfied", recommendation="not_allowed")
    refused = [kind for kind in AskKind if why_not(alert, today, kind) == ["position"]]
    assert set(refused) == set(AskKind) - {AskKind.STORY}
    with pytest.raises(NotNow):
        record_ask(
            alert=alert,
            actor=alert.owner,
            kind=AskKind.REFERENCE,
            asked_on=today,
            override_reason="Hij wil het zelf",
            overruled=["position"],
        )


def test_an_answer_that_was_replaced_supports_no_ask(client, alert, owner, today):
    response = alert.response
    response.replaced_at = timezone.now()
    response.save(update_fields=["replaced_at"])
    make_response(invitation=response.invitation)
    assert why_not(alert, today) == ["answer"]
    assert b"asked_on" not in ask_page(client, owner, alert).content


def test_record_an_ask_and_its_answer(client, alert, owner, today):
    data = {"kind": "introduction", "asked_on": today.isoformat(), "note": "Bij <Rijkswaterstaat>"}
    response = ask_page(client, owner, alert, **data)
    assert said(response) == ["Uw vraag is vastgelegd."]
    ask = Ask.objects.get()
    assert (ask.contact, ask.asked_by, ask.answer) == (alert.response.contact, owner, "open")
    page = detail(client, owner, alert)
    assert "Bij &lt;Rijkswaterstaat&gt;" in page
    assert "gevraagd door Sanne de Wit" in page
    address = reverse("programme:answer", args=[ask.pk])
    assert address in page
    client.post(address, {"answer": "yes", "answered_on": today.isoformat()})
    ask.refresh_from_db()
    assert (ask.answer, ask.answered_on, ask.answer_recorded_by) == ("yes", today, owner)
    assert "<b>Introductie</b>: ja" in detail(client, owner, alert)


def test_overruling_takes_a_reason(client, alert, owner, today):
    minus = minus_at(alert, owner=make_user(name="Joost Bakker"))
    page = ask_page(client, owner, alert).content.decode()
    assert "Bij deze klant staat een – open, bij Joost Bakker: eerst bellen." in page
    data = {
        "kind": "quote",
        "asked_on": today.isoformat(),
        "overruled": f"minus:{minus.pk}",
        "override_reason": "",
    }
    refused = ask_page(client, owner, alert, **data)
    assert "Schrijf waarom u toch vroeg." in refused.content.decode()
    assert not Ask.objects.exists()
    ask_page(client, owner, alert, **{**data, "override_reason": "De klant bood het zelf aan"})
    assert Ask.objects.get().override_reason == "De klant bood het zelf aan"


def test_a_reason_overrules_only_what_was_on_the_page(client, alert, owner, today):
    minus = minus_at(alert)
    make_ask(alert=alert, kind="story", asked_on=today, asked_by=make_user(name="Fatima Mulder"))
    data = {
        "kind": "quote",
        "asked_on": today.isoformat(),
        "overruled": f"minus:{minus.pk}",
        "override_reason": "De – is opgelost",
    }
    page = ask_page(client, owner, alert, **data).content.decode()
    assert "Fatima Mulder vroeg deze persoon op" in page
    assert "De – is opgelost" in page
    assert Ask.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({"asked_on": "2020-01-01", "kind": "story"}, "Kies vandaag, of een dag in het afgelopen"),
        ({"asked_on": "9999-01-01", "kind": "story"}, "Kies vandaag, of een dag in het afgelopen"),
        ({"asked_on": "gisteren", "kind": "story"}, "Schrijf een dag"),
        ({"asked_on": "", "kind": "story"}, "Kies een dag."),
        ({"asked_on": "2020-01-01"}, "Kies wat u vroeg."),
    ],
)
def test_a_faulty_ask_is_explained(client, alert, owner, data, error):
    assert error in ask_page(client, owner, alert, **data).content.decode()
    assert not Ask.objects.exists()


@pytest.mark.parametrize("again", [None, 0, 400])
def test_later_takes_a_day_ahead(client, alert, owner, today, again):
    ask = make_ask(alert=alert, asked_on=today)
    client.force_login(owner)
    data = {"answer": "later", "answered_on": today.isoformat()}
    if again is not None:
        data["again_on"] = (today + again * DAY).isoformat()
    page = client.post(reverse("programme:answer", args=[ask.pk]), data).content.decode()
    assert "Kies een dag in de toekomst, hooguit een jaar vooruit." in page
    data["again_on"] = (today + 30 * DAY).isoformat()
    client.post(reverse("programme:answer", args=[ask.pk]), data)
    ask.refresh_from_db()
    assert ask.is_undecided
    assert ask.again_on == today + 30 * DAY


def test_a_second_answer_changes_nothing_and_names_the_first(alert, owner, today):
    ask = make_ask(alert=alert, asked_on=today)
    first, second = Ask.objects.get(pk=ask.pk), Ask.objects.get(pk=ask.pk)
    record_answer(ask=first, actor=owner, answer=AskAnswer.NO, answered_on=today)
    with pytest.raises(Conflict, match="Sanne de Wit"):
        record_answer(ask=second, actor=make_user(), answer=AskAnswer.YES, answered_on=today)
    assert Ask.objects.get().answer == "no"


def test_a_minus_alert_has_no_asks(client, owner):
    minus = make_alert(owner=owner)
    assert ask_page(client, owner, minus).status_code == 404
    assert reverse("programme:ask", args=[minus.pk]) not in detail(client, owner, minus)


def test_a_colleague_sees_what_was_asked_and_cannot_answer_it(client, alert, today):
    colleague = make_user()
    ask = make_ask(alert=alert, asked_on=today)
    same_person = make_alert(owner=colleague, contact=alert.response.contact, **PLUS)
    page = detail(client, colleague, same_person)
    assert "gevraagd door Sanne de Wit" in page
    address = reverse("programme:answer", args=[ask.pk])
    assert address not in page
    assert client.get(address).status_code == 404


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs row locks (PostgreSQL)")
def test_of_two_who_ask_at_once_one_is_first_and_the_other_hears_who():
    alert = make_alert(**PLUS)
    actors = [make_user(name=f"Collega {number}") for number in range(6)]
    start, refused = threading.Barrier(len(actors)), []
    kinds = [AskKind.STORY, AskKind.QUOTE] * 3

    def attempt(actor, kind):
        start.wait(timeout=10)
        try:
            record_ask(alert=alert, actor=actor, kind=kind, asked_on=timezone.localdate())
        except NotNow as advice:
            refused.append(str(advice))
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=attempt, args=each) for each in zip(actors, kinds, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    first = Ask.objects.get().asked_by.name
    assert len(refused) == len(actors) - 1
    assert all(first in text for text in refused)
