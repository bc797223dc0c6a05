"""An alert without an active owner: its queue, its keeper, and that nothing is ever nobody's."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.actions import acknowledge, close, raise_alert, reassign, reconcile
from alerts.inbox import Inbox, Tab
from alerts.models import Alert, EventKind
from alerts.queueing import unkept_alerts
from outbox.models import Delivery
from tests.factories import (
    make_absence,
    make_alert,
    make_division,
    make_invitation,
    make_project,
    make_project_contact,
    make_response,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]


def leave(user):
    user.is_active = False
    user.save()


def queue_mails():
    found = Delivery.objects.filter(dedupe_key__contains=":queue:").order_by("pk")
    return list(found.values_list("recipient_address", flat=True))


@pytest.fixture
def supervisor():
    return make_user(name="Lida Leiding")


@pytest.fixture
def alert(supervisor):
    return make_alert(owner=make_user(name="Wim Weg", supervisor=supervisor))


def test_the_open_alerts_of_who_leaves_go_to_the_queue_and_the_supervisor_is_told(
    alert, supervisor, client
):
    owner = alert.owner
    closed = make_alert(owner=owner)
    close(alert=closed, actor=owner, outcome="partly", root_cause="cost")
    leave(owner)
    assert reconcile() == 1
    alert.refresh_from_db()
    assert (alert.owner, alert.keeper) == (None, supervisor)
    assert queue_mails() == [supervisor.email]
    closed.refresh_from_db()
    assert closed.owner == owner
    assert reconcile() == 0
    client.force_login(supervisor)
    page = client.get("/alerts/?tab=queue").content.decode()
    assert "Zonder eigenaar" in page
    assert "Wim Weg werkt hier niet meer: zonder eigenaar, Lida Leiding" in page


def test_the_queue_is_not_for_everybody(alert):
    leave(alert.owner)
    reconcile()
    tabs = {link.tab for link in Inbox(make_user(), now=timezone.now()).tabs(Tab.MINE)}
    assert Tab.QUEUE not in tabs
    boss = Inbox(make_user(is_management=True), now=timezone.now())
    assert boss.rows(Tab.QUEUE).get() == alert


def test_whoever_takes_it_up_owns_it(alert, supervisor):
    leave(alert.owner)
    reconcile()
    alert.refresh_from_db()
    acknowledge(alert=alert, actor=supervisor)
    alert.refresh_from_db()
    assert alert.owner == supervisor
    assert not Alert.objects.without_owner().exists()


def test_taking_up_somebody_elses_alert_does_not_make_it_yours(alert, supervisor):
    acknowledge(alert=alert, actor=supervisor)
    alert.refresh_from_db()
    assert alert.owner.name == "Wim Weg"


def test_when_the_keeper_leaves_too_the_next_one_looks_after_it(alert, supervisor):
    boss = make_user(is_management=True)
    leave(alert.owner)
    reconcile()
    leave(supervisor)
    assert reconcile() == 1
    alert.refresh_from_db()
    assert alert.keeper == boss
    assert queue_mails() == [supervisor.email, boss.email]


def test_without_anybody_it_waits_until_somebody_is_there(caplog):
    alert = make_alert(owner=make_user())
    leave(alert.owner)
    assert reconcile() == 1  # it is in the queue, and nobody looks after it yet
    assert "nobody is there" in caplog.text
    assert reconcile() == 0
    boss = make_user(is_management=True)
    assert reconcile() == 1
    alert.refresh_from_db()
    assert alert.keeper == boss
    assert queue_mails() == [boss.email]


def test_who_is_away_without_stand_in_looks_after_it_when_nobody_else_can(alert, supervisor):
    other = make_user()
    make_absence(user=supervisor, stand_in=other)
    make_absence(user=other, stand_in=supervisor)
    leave(alert.owner)
    reconcile()
    alert.refresh_from_db()
    assert alert.keeper == supervisor


def test_somebody_who_took_it_meanwhile_keeps_it(alert, supervisor, monkeypatch):
    leave(alert.owner)
    found = unkept_alerts()
    Alert.objects.filter(pk=alert.pk).update(owner=supervisor)
    monkeypatch.setattr("alerts.actions.unkept_alerts", lambda: found)
    assert reconcile() == 0
    assert not alert.events.filter(kind=EventKind.OWNER_LOST).exists()


def test_looking_for_them_costs_the_same_however_many_there_are(supervisor):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            unkept_alerts()
        return len(captured)

    few = queries()
    for _number in range(5):
        leave(make_alert(owner=make_user(supervisor=supervisor)).owner)
    assert len(unkept_alerts()) == 5
    assert queries() == few


people = st.integers(min_value=0, max_value=5)
organisations = st.fixed_dictionaries(
    {
        "above": st.lists(st.none() | people, min_size=6, max_size=6),
        "is_management": st.lists(st.booleans(), min_size=6, max_size=6),
        "leaves_first": st.sets(people, max_size=4),
        "leaves_later": st.sets(people, max_size=4),
        "away": st.lists(st.tuples(people, people), max_size=4),
        "manager": people,
        "fallback": st.none() | people,
    }
)


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(organisations)
def test_nothing_is_ever_nobodys(firm):
    with transaction.atomic():
        _check(firm)
        transaction.set_rollback(True)


def _check(firm):
    """Whoever could look after the alert exists: then somebody does, sees it, and was mailed."""
    staff = [make_user(is_management=is_boss) for is_boss in firm["is_management"]]
    for number, above in enumerate(firm["above"]):
        if above is not None and above < number:  # no circles of supervisors: the form refuses them
            staff[number].supervisor = staff[above]
            staff[number].save()
    for absent, stand_in in dict(firm["away"]).items():
        if absent != stand_in:
            make_absence(user=staff[absent], stand_in=staff[stand_in])
    for number in firm["leaves_first"]:
        leave(staff[number])
    fallback = None if firm["fallback"] is None else staff[firm["fallback"]]
    project = make_project(
        account_manager=staff[firm["manager"]], division=make_division(fallback=fallback)
    )
    part = make_project_contact(project=project)
    response = make_response(
        invitation=make_invitation(project_contact=part),
        satisfaction="dissatisfied",
        recommendation="no",
    )
    raise_alert(response=response, now=timezone.now())
    for number in firm["leaves_later"]:
        leave(staff[number])
    reconcile()
    reconcile(now=timezone.now() + timedelta(minutes=1))

    alert = Alert.objects.get(response=response)
    manager = staff[firm["manager"]]
    line = [manager, manager.supervisor, manager.supervisor and manager.supervisor.supervisor]
    could = [one for one in (*line, fallback) if one is not None]
    could += [one for one, is_boss in zip(staff, firm["is_management"], strict=True) if is_boss]
    for one in could:
        one.refresh_from_db()
    responsible = alert.owner or alert.keeper
    if responsible is None:
        assert not any(one.is_active for one in could)
        return
    assert responsible.is_active
    assert alert in Alert.objects.visible_to(responsible)
    assert Delivery.objects.filter(recipient_address=responsible.email).exists()


def test_a_keeper_who_hands_it_on_is_relieved_and_may_still_look(alert, supervisor, client):
    leave(alert.owner)
    reconcile()
    heir = make_user(name="Eva Erfgenaam")
    reassign(alert=alert, actor=supervisor, owner=heir, comment="Jouw klant")
    alert.refresh_from_db()
    assert (alert.owner, alert.keeper) == (heir, None)
    client.force_login(supervisor)
    assert client.get(f"/alerts/{alert.pk}/").status_code == 200
