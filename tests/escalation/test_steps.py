"""What happens at half time, at the deadline and at twice the deadline: once each, and no more."""

import threading
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alerts import escalating
from alerts.actions import Conflict, acknowledge, close, reassign, reconcile, snooze, wake
from alerts.escalating import escalate, is_supervisor_told
from alerts.escalation import AlertClock, ClockKind, EscalationStep, StepKind
from alerts.models import Alert, EventKind
from alerts.tasks import escalate as escalate_task
from outbox.models import Delivery
from outbox.models import State as DeliveryState
from tests.factories import make_absence, make_alert, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
# A Wednesday: – is taken up before 13:30 (half time 11:30, twice Thursday 9:30), and spoken to
# before Thursday 9:30 (half time Wednesday 13:30, twice Friday 9:30).
RAISED = datetime(2026, 11, 18, 9, 30, tzinfo=AMSTERDAM)
HALF, DUE = RAISED + timedelta(hours=2), RAISED + timedelta(hours=4)
TWICE = RAISED + timedelta(days=1)


@pytest.fixture
def people():
    """An owner with two levels above."""
    above = make_user(name="Bo Boven")
    supervisor = make_user(name="Lida Leiding", supervisor=above)
    return make_user(name="Evi Eigenaar", supervisor=supervisor), supervisor, above


@pytest.fixture
def alert(people):
    return make_alert(owner=people[0], now=RAISED)


def mails(*, kind="first"):
    """Return who was mailed about a clock, in order."""
    found = Delivery.objects.filter(dedupe_key__contains=f":clock:{kind}:").order_by("pk")
    return [delivery.recipient_address for delivery in found]


def events(alert):
    kinds = ["nudged", "nudge_skipped", "supervisor_told", "above_told"]
    found = alert.events.filter(kind__in=kinds, data__clock="first")
    return list(found.values_list("kind", flat=True))


def test_an_alert_starts_two_clocks(alert):
    first, second = alert.clocks.all()
    assert (first.half_at, first.due_at, first.twice_at) == (HALF, DUE, TWICE)
    assert (second.half_at, second.due_at) == (DUE, TWICE)
    assert first.next_step_at == HALF
    assert (first.due_at, second.due_at) == (alert.acknowledge_by, alert.speak_by)


def test_nothing_happens_before_half_time(alert):
    assert escalate(now=HALF - timedelta(seconds=1)) == 0
    assert mails() == []


def test_each_step_goes_one_level_up_and_happens_once(alert, people):
    owner, supervisor, above = people
    for moment, expected in ((HALF, owner), (DUE, supervisor), (TWICE, above)):
        escalate(now=moment)
        escalate(now=moment + timedelta(minutes=1))
        assert mails()[-1] == expected.email
    assert len(mails()) == 3
    assert events(alert) == ["nudged", "supervisor_told", "above_told"]
    steps = EscalationStep.objects.filter(clock__alert=alert, clock__kind="first")
    assert [step.recipient for step in steps] == [owner, supervisor, above]
    assert all(step.delivery_id for step in steps)
    escalate(now=TWICE + timedelta(days=30))
    assert len(mails()) == 3


def test_the_second_clock_runs_on_when_the_alert_is_taken_up(alert, people):
    owner, supervisor, _above = people
    acknowledge(alert=alert, actor=owner, now=HALF)
    escalate(now=DUE)
    assert mails() == []
    assert mails(kind="second") == [owner.email]
    escalate(now=TWICE)
    assert mails(kind="second") == [owner.email, supervisor.email]


def test_a_plus_has_its_own_clocks(people):
    alert = make_alert(
        owner=people[0], satisfaction="more_than_satisfied", recommendation="yes", now=RAISED
    )
    escalate(now=RAISED + timedelta(days=2))  # to be thanked before Friday 9:30
    assert mails() == [people[1].email]
    assert events(alert) == ["nudge_skipped", "supervisor_told"]


def test_a_closed_alert_is_silent(alert, people):
    close(alert=alert, actor=people[0], outcome="partly", root_cause="cost", now=RAISED)
    assert escalate(now=TWICE + timedelta(days=9)) == 0
    assert not AlertClock.objects.due(TWICE + timedelta(days=9)).exists()
    assert not EscalationStep.objects.exists()


def test_a_clock_that_was_not_settled_is_silent_too(alert):
    # As when a hand at the database, or another verb, changed the state.
    Alert.objects.filter(pk=alert.pk).update(state="acknowledged", acknowledged_at=HALF)
    escalate(now=DUE)
    assert mails() == []
    assert alert.clocks.get(kind="first").next_step_at is None


def test_after_downtime_a_reminder_that_comes_too_late_is_skipped_and_recorded(alert, people):
    _owner, supervisor, above = people
    assert escalate(now=TWICE + timedelta(days=3)) == 6  # both clocks
    assert mails() == [supervisor.email, above.email]
    assert events(alert) == ["nudge_skipped", "supervisor_told", "above_told"]
    nudge = EscalationStep.objects.get(clock__alert=alert, clock__kind="first", kind="nudge")
    assert (nudge.is_skipped, nudge.recipient, nudge.delivery) == (True, None, None)


def test_acting_withdraws_what_has_not_left(alert, people):
    escalate(now=DUE)
    acknowledge(alert=alert, actor=people[0], now=DUE + timedelta(seconds=1))
    first = Delivery.objects.filter(dedupe_key__contains=":clock:first:")
    assert set(first.values_list("state", flat=True)) == {DeliveryState.CANCELLED}
    second = Delivery.objects.filter(dedupe_key__contains=":clock:second:")
    assert set(second.values_list("state", flat=True)) == {DeliveryState.QUEUED}


def test_the_alert_shows_that_the_supervisor_knows_until_somebody_acts(alert, people, client):
    client.force_login(people[0])
    assert "leidinggevende is op de hoogte" not in client.get("/alerts/").content.decode()
    escalate(now=DUE)
    assert is_supervisor_told(Alert.objects.get())
    assert "leidinggevende is op de hoogte" in client.get("/alerts/").content.decode()
    page = client.get(f"/alerts/{alert.pk}/").content.decode()
    assert "Niet op tijd opgepakt: Lida Leiding ingeschakeld" in page
    acknowledge(alert=alert, actor=people[0])
    assert "leidinggevende is op de hoogte" not in client.get("/alerts/").content.decode()


def test_without_a_supervisor_the_fallback_is_called_in_then_management():
    fallback, boss = make_user(), make_user(is_management=True)
    owner = make_user()
    alert = make_alert(owner=owner, now=RAISED)
    division = alert.response.project.division
    division.fallback = fallback
    division.save()
    escalate(now=TWICE)
    assert mails() == [fallback.email, boss.email]


def test_nobody_is_told_twice_and_the_owner_is_never_their_own_supervisor():
    boss = make_user(is_management=True)
    owner = make_user(supervisor=boss)
    alert = make_alert(owner=owner, now=RAISED)
    escalate(now=TWICE)
    assert mails() == [boss.email]
    assert events(alert)[-1] == "above_told"  # nobody was there: on the record
    assert alert.events.filter(kind="above_told", data__clock="first").get().data["name"] == ""


def test_a_supervisor_who_left_is_skipped(people):
    owner, supervisor, above = people
    make_alert(owner=owner, now=RAISED)
    supervisor.is_active = False
    supervisor.save()
    escalate(now=DUE)
    assert mails() == [above.email]


def test_whoever_is_called_in_may_open_the_alert(client):
    fallback = make_user()
    alert = make_alert(owner=make_user(), now=RAISED)
    division = alert.response.project.division
    division.fallback = fallback
    division.save()
    client.force_login(fallback)
    assert client.get(f"/alerts/{alert.pk}/").status_code == 404
    escalate(now=DUE)
    assert client.get(f"/alerts/{alert.pk}/").status_code == 200


def test_a_postponed_alert_takes_no_step_and_stays_late_for_the_supervisor(alert, people):
    until = TWICE + timedelta(days=1)
    put_off(alert, until)
    assert escalate(now=DUE) == 0
    assert mails() == []
    assert alert in Alert.objects.visible_to(people[1]).overdue(DUE + timedelta(seconds=1))
    assert set(alert.clocks.values_list("next_step_at", flat=True)) >= {until}
    assert escalate(now=until) > 0
    assert events(alert) == ["nudge_skipped", "supervisor_told", "above_told"]


def put_off(alert, until):
    """As a hand at the database would: ``snooze`` settles the clocks itself."""
    Alert.objects.filter(pk=alert.pk).update(snoozed_until=until, snooze_reason="met verlof")


def test_waking_early_brings_the_clocks_back(alert, people):
    until = TWICE + timedelta(days=1)
    snooze(alert=alert, actor=people[0], until=until, reason="met verlof", now=RAISED)
    assert set(alert.clocks.values_list("next_step_at", flat=True)) == {until}
    wake(alert=alert, actor=people[0], now=RAISED)
    assert alert.clocks.get(kind="first").next_step_at == HALF


def test_one_broken_mail_stops_no_other(people, monkeypatch, caplog):
    broken, sound = (make_alert(owner=people[0], now=RAISED) for _number in range(2))
    compose = escalating.compose_step

    def break_one(step, *, alert, clock, recipient):
        if alert.pk == broken.pk:
            raise RuntimeError("broken on purpose")
        return compose(step, alert=alert, clock=clock, recipient=recipient)

    monkeypatch.setattr(escalating, "compose_step", break_one)
    assert escalate(now=HALF) == 1
    assert events(sound) == ["nudged"]
    assert events(broken) == []
    assert "cannot escalate" in caplog.text
    monkeypatch.setattr(escalating, "compose_step", compose)
    assert escalate(now=HALF) == 1
    assert events(broken) == ["nudged"]


def test_reconcile_starts_clocks_that_are_missing_with_the_deadlines_the_alert_has(alert):
    AlertClock.objects.all().delete()
    assert reconcile(now=RAISED) == 1
    first, second = alert.clocks.all()
    assert (first.half_at, first.due_at, first.twice_at) == (HALF, DUE, TWICE)
    assert second.due_at == alert.speak_by
    assert reconcile(now=RAISED) == 0


def test_the_task_looks_at_the_clock_on_the_wall(alert):
    now = timezone.now()
    AlertClock.objects.update(
        starts_at=now - timedelta(days=1),
        half_at=now - timedelta(seconds=1),
        next_step_at=now - timedelta(seconds=1),
        due_at=now + timedelta(days=1),
        twice_at=now + timedelta(days=2),
    )
    assert escalate_task() == 2
    assert escalate_task() == 0


def test_looking_costs_the_same_however_many_clocks_there_are(people):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            escalate(now=HALF)
        return len(captured)

    def make(number):
        for _number in range(number):
            make_alert(owner=people[0], now=RAISED)
        # Taken up, and not settled: each is due, looked at, and stopped.
        Alert.objects.update(state="acknowledged", acknowledged_at=RAISED)

    make(1)
    few = queries()
    make(6)
    assert queries() == few


def test_more_than_one_batch_is_done_in_one_go(people, monkeypatch):
    monkeypatch.setattr(escalating, "AT_ONCE", 2)
    for _number in range(5):
        make_alert(owner=people[0], now=RAISED)
    assert escalate(now=HALF) == 5


needs_locks = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs row locks (PostgreSQL)"),
]


def at_once(*calls):
    """Run each call in a thread of its own, all starting together; return what they raised."""
    start = threading.Barrier(len(calls))
    raised: list[Exception] = []

    def run(call):
        start.wait(timeout=10)
        try:
            call()
        except Exception as error:  # noqa: BLE001  (whatever it is, the test says so)
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return raised


@pytest.mark.parametrize("run", range(3))
class TestRaces:
    pytestmark = needs_locks

    def test_many_workers_take_each_step_once(self, people, run):
        alerts = [make_alert(owner=people[0], now=RAISED) for _number in range(6)]
        assert at_once(*[lambda: escalate(now=TWICE)] * 4) == []
        escalate(now=TWICE)  # what a worker skipped because another held it
        assert EscalationStep.objects.filter(clock__kind="first").count() == 3 * len(alerts)
        assert len(mails()) == 2 * len(alerts)

    def test_no_mail_says_that_nobody_acted_after_somebody_did(self, people, run):
        alerts = [make_alert(owner=people[0], now=RAISED) for _number in range(8)]

        def act():
            for alert in alerts:
                acknowledge(alert=alert, actor=people[0], now=DUE)

        raised = at_once(act, lambda: escalate(now=DUE), lambda: escalate(now=DUE))
        assert [error for error in raised if not isinstance(error, Conflict)] == []
        waiting = Delivery.objects.filter(
            dedupe_key__contains=":clock:first:", state=DeliveryState.QUEUED
        )
        assert list(waiting) == []
        assert not AlertClock.objects.filter(
            kind=ClockKind.FIRST, next_step_at__isnull=False
        ).exists()
        for alert in alerts:
            acted = alert.events.get(kind=EventKind.ACKNOWLEDGED)
            told = alert.events.filter(kind=EventKind.SUPERVISOR_TOLD, data__clock="first")
            assert all(event.pk < acted.pk for event in told)


def test_the_order_of_the_steps_is_that_of_the_clock(alert):
    clock = alert.clocks.get(kind="first")
    assert [clock.at(step) for step in StepKind] == sorted(clock.at(step) for step in StepKind)
    assert clock.steps_due(DUE) == [StepKind.NUDGE, StepKind.SUPERVISOR]


def test_a_handed_over_alert_calls_in_the_supervisor_of_who_has_it_now(people):
    owner, supervisor, _above = people
    away = make_user(name="Anna Afwezig", supervisor=make_user(name="Van Anna"))
    make_absence(user=away, stand_in=make_user(), first_on=RAISED.date(), last_on=RAISED.date())
    alert = make_alert(owner=away, now=RAISED)
    Alert.objects.filter(pk=alert.pk).update(on_behalf_of=away)
    reassign(alert=alert, actor=away, owner=owner, comment="Jouw klant", now=RAISED)
    escalate(now=DUE)
    called = EscalationStep.objects.get(clock__kind=ClockKind.FIRST, kind=StepKind.SUPERVISOR)
    assert called.recipient == supervisor
