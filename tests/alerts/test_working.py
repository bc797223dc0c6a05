"""Contact, put off, hand over, reopen; two colleagues at once."""

import threading
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, connections

from alerts import actions
from alerts.models import Alert, EventKind
from alerts.wishes import tell_of_call
from outbox.models import Delivery
from surveys.models import CallRequest, Moment
from tests.factories import make_alert, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]
FRIDAY = datetime(2026, 11, 20, 15, 0, tzinfo=ZoneInfo("Europe/Amsterdam"))
DAY = timedelta(days=1)
PLUS = {"satisfaction": "more_than_satisfied", "recommendation": "yes"}


@pytest.fixture
def owner():
    return make_user(name="Sanne de Wit", supervisor=make_user(name="Joost Bakker"))


@pytest.fixture
def alert(owner):
    return make_alert(owner=owner, now=FRIDAY)


def fresh(alert) -> Alert:
    return Alert.objects.get(pk=alert.pk)


def test_who_phones_at_once_has_taken_it_up(alert, owner):
    at = FRIDAY + timedelta(minutes=5)
    actions.log_contact(alert=alert, actor=owner, how="spoke", note="Boos, terecht.", now=at)
    row = fresh(alert)
    assert (row.state, row.acknowledged_at) == ("contacted", at)
    assert (row.first_spoken_at, row.last_contact_at) == (at, at)
    event = alert.events.get(kind=EventKind.CONTACTED)
    assert (event.note, event.data["how"], event.actor) == ("Boos, terecht.", "spoke", owner)


def test_the_first_talk_stays_the_first(alert, owner):
    for days in (1, 2):
        actions.log_contact(alert=alert, actor=owner, how="visited", now=FRIDAY + days * DAY)
    assert fresh(alert).first_spoken_at == FRIDAY + DAY
    assert fresh(alert).last_contact_at == FRIDAY + 2 * DAY


@pytest.mark.parametrize(
    ("how", "answer", "expected"),
    [
        ("spoke", {}, "step"),  # spoken to: the next step is what is due
        ("no_answer", {}, "speak_by"),  # an attempt moves no deadline of a –
        ("mailed", {}, "speak_by"),
        ("spoke", PLUS, "step"),
        ("no_answer", PLUS, "step"),  # within the ten days in which a + is asked
    ],
)
def test_the_next_step_moves_the_due_moment(owner, how, answer, expected):
    alert, step = make_alert(owner=owner, now=FRIDAY, **answer), FRIDAY + 6 * DAY
    actions.log_contact(
        alert=alert, actor=owner, how=how, next_step="Bezoek", next_step_at=step, now=FRIDAY
    )
    row = fresh(alert)
    assert row.due_at == (step if expected == "step" else row.speak_by)
    assert (row.next_step, row.next_step_at) == ("Bezoek", step)


def test_a_snooze_sleeps_and_wakes_by_the_clock_alone(alert, owner):
    until = FRIDAY + 10 * DAY
    actions.snooze(alert=alert, actor=owner, until=until, reason="Met verlof", now=FRIDAY)
    row = fresh(alert)
    assert (row.snoozed_until, row.snooze_reason, row.due_at) == (until, "Met verlof", until)
    asleep, awake = Alert.objects.snoozed, Alert.objects.awake
    assert (asleep(FRIDAY).count(), awake(FRIDAY).count()) == (1, 0)
    assert (asleep(until).count(), awake(until).count()) == (0, 1)
    assert Alert.objects.overdue(until + DAY).count() == 1
    assert (row.sleeps(FRIDAY), row.sleeps(until)) == (True, False)


@pytest.mark.parametrize(("days", "is_past"), [(0.5, False), (10, True)])
def test_a_minus_that_sleeps_past_its_deadline_says_so(alert, owner, days, is_past):
    Alert.objects.update(acknowledge_by=FRIDAY + DAY)
    actions.snooze(
        alert=alert, actor=owner, until=FRIDAY + days * DAY, reason="Met verlof", now=FRIDAY
    )
    event = alert.events.get(kind=EventKind.SNOOZED)
    assert (event.data["is_past_deadline"], event.note) == (is_past, "Met verlof")


def test_waking_brings_the_old_deadline_back(alert, owner):
    actions.snooze(alert=alert, actor=owner, until=FRIDAY + 9 * DAY, reason="Vrij", now=FRIDAY)
    actions.wake(alert=alert, actor=owner, now=FRIDAY)
    assert fresh(alert).due_at == alert.acknowledge_by
    with pytest.raises(actions.Conflict):
        actions.wake(alert=alert, actor=owner, now=FRIDAY)


def test_a_client_who_wants_to_be_called_wakes_it(alert, owner):
    actions.snooze(alert=alert, actor=owner, until=FRIDAY + 9 * DAY, reason="Vrij", now=FRIDAY)
    call = CallRequest.objects.create(response=alert.response, moment=Moment.values[0])
    tell_of_call(response=alert.response, call=call, replaced=None, now=FRIDAY + DAY)
    assert fresh(alert).snoozed_until is None
    assert alert.events.get(kind=EventKind.WOKEN).actor is None


def test_the_new_owner_is_mailed_at_once_with_everything(alert, owner):
    karim = make_user(name="Karim Smit", language="nl")
    comment = "Jij kent <haar> van Meerzicht"
    actions.reassign(alert=alert, actor=owner, owner=karim, comment=comment, now=FRIDAY)
    assert fresh(alert).owner == karim
    mail = Delivery.objects.get(recipient_address=karim.email).parsed()
    text = mail.get_body(("plain",)).get_content()
    html = mail.get_body(("html",)).get_content()
    assert f"Sanne de Wit draagt dit signaal aan u over: {comment}" in text
    assert "U bent nu eigenaar van dit signaal: Sanne de Wit droeg het aan u over." in text
    assert alert.response.contact.name in text
    assert "Jij kent &lt;haar&gt; van Meerzicht" in html
    event = alert.events.get(kind=EventKind.REASSIGNED)
    assert (event.actor, event.note) == (owner, comment)
    assert (event.data["old_owner"], event.data["new_owner"]) == (owner.pk, karim.pk)


def test_who_takes_it_over_needs_no_mail(alert, owner):
    before = Delivery.objects.count()
    boss = owner.supervisor
    actions.reassign(alert=alert, actor=boss, owner=boss, comment="Ik bel", now=FRIDAY)
    assert Delivery.objects.count() == before


def test_each_hand_over_mails_again(alert, owner):
    karim = make_user()
    for to, by in ((karim, owner), (owner, karim), (karim, owner)):
        actions.reassign(alert=alert, actor=by, owner=to, comment="Toch jij", now=FRIDAY)
    assert Delivery.objects.filter(recipient_address=karim.email).count() == 2
    assert alert.notifications.filter(recipient=karim).count() == 1


def test_who_handed_it_over_may_still_look_and_nobody_else(alert, owner):
    karim = make_user()
    actions.reassign(alert=alert, actor=owner, owner=karim, comment="Jouw klant", now=FRIDAY)
    readable, visible = Alert.objects.readable_by, Alert.objects.visible_to
    assert (readable(owner).count(), visible(owner).count()) == (1, 0)
    assert (readable(karim).count(), visible(karim).count()) == (1, 1)
    assert readable(make_user()).count() == 0
    owner.is_active = False
    assert readable(owner).count() == 0


def test_reopening_starts_the_clocks_anew_and_keeps_the_ledger(alert, owner):
    actions.log_contact(alert=alert, actor=owner, how="spoke", now=FRIDAY)
    actions.close(
        alert=alert,
        actor=owner,
        outcome="recovered",
        root_cause="cost",
        structural_fix="Eén factuur per fase",
        now=FRIDAY,
    )
    later = FRIDAY + 14 * DAY
    actions.reopen(alert=alert, actor=owner, reason="De klant belde", now=later)
    row = fresh(alert)
    assert (row.state, row.outcome, row.root_cause, row.structural_fix) == ("reopened", "", "", "")
    assert (row.acknowledged_at, row.first_spoken_at, row.closed_at) == (None, None, None)
    assert later < row.acknowledge_by < row.speak_by
    assert row.due_at == row.acknowledge_by
    assert alert.events.get(kind=EventKind.CLOSED).data["structural_fix"] == "Eén factuur per fase"


@pytest.mark.parametrize("verb", ["acknowledge", "log_contact", "snooze", "reassign", "close"])
def test_an_old_page_changes_nothing(alert, owner, verb):
    actions.add_note(alert=alert, actor=owner.supervisor, note="Ik belde haar", now=FRIDAY)
    given = {
        "acknowledge": {},
        "log_contact": {"how": "spoke"},
        "snooze": {"until": FRIDAY + DAY, "reason": "Vrij"},
        "reassign": {"owner": make_user(), "comment": "Jij"},
        "close": {"outcome": "partly", "root_cause": "cost"},
    }[verb]
    before = Alert.objects.values().get()
    with pytest.raises(actions.Conflict):
        getattr(actions, verb)(alert=alert, actor=owner, seen=0, now=FRIDAY, **given)
    assert Alert.objects.values().get() == before
    getattr(actions, verb)(alert=alert, actor=owner, seen=1, now=FRIDAY, **given)
    assert Alert.objects.get().version == 2


RACES = {
    "two acknowledgements": ("acknowledge", "acknowledge"),
    "acknowledge against close": ("acknowledge", "close"),
    "reassign against acknowledge": ("reassign", "acknowledge"),
    "close against contact": ("close", "log_contact"),
}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs row locks (PostgreSQL)")
@pytest.mark.parametrize("verbs", RACES.values(), ids=RACES)
def test_of_two_at_once_one_is_first_and_the_other_hears_so(verbs):
    alert = make_alert()
    given = {
        "acknowledge": {},
        "close": {"outcome": "partly", "root_cause": "cost"},
        "reassign": {"owner": make_user(), "comment": "Jij"},
        "log_contact": {"how": "spoke"},
    }
    kinds = {
        "acknowledge": EventKind.ACKNOWLEDGED,
        "close": EventKind.CLOSED,
        "reassign": EventKind.REASSIGNED,
        "log_contact": EventKind.CONTACTED,
    }
    tries = [(verb, make_user()) for verb in verbs for _again in range(4)]
    start, done, refused = threading.Barrier(len(tries)), [], []

    def attempt(verb, actor):
        start.wait(timeout=10)
        try:
            getattr(actions, verb)(alert=alert, actor=actor, seen=0, **given[verb])
        except actions.Conflict:
            refused.append(verb)
        else:
            done.append((kinds[verb], actor.pk))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=attempt, args=each) for each in tries]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert (len(done), len(refused)) == (1, len(tries) - 1)
    events = alert.events.exclude(kind=EventKind.RAISED).values_list("kind", "actor")
    assert list(events) == done
    assert fresh(alert).version == 1


def test_the_absent_colleague_whose_client_it_is_may_still_look(alert, owner):
    away = make_user()
    Alert.objects.filter(pk=alert.pk).update(on_behalf_of=away)
    actions.reassign(alert=alert, actor=owner, owner=make_user(), comment="Vak", now=FRIDAY)
    alert.refresh_from_db()
    assert alert.on_behalf_of is None
    assert Alert.objects.readable_by(away).get() == alert
    assert not Alert.objects.visible_to(away).exists()
