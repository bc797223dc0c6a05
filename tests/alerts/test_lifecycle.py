"""Where an alert can go from where: the table, each move tried, and the ledger replayed."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from alerts import actions
from alerts.models import MOVES, REACHED, Alert, EventKind, Move, State
from tests.factories import make_alert, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]
NOW = datetime(2026, 11, 20, 15, 0, tzinfo=ZoneInfo("Europe/Amsterdam"))
N, A, C, W, X, R = (
    State.NEW,
    State.ACKNOWLEDGED,
    State.CONTACTED,
    State.WAITING,
    State.CLOSED,
    State.REOPENED,
)
# From each state, in this order, to which; None is refused. Written out, not taken from MOVES.
FROM = (N, A, C, W, X, R)
TABLE = {
    Move.TAKE_UP: (A, None, None, None, None, A),
    Move.TRY: (A, A, C, W, None, A),
    Move.SPEAK: (C, C, C, C, None, C),
    Move.WAIT: (W, W, W, W, None, W),
    Move.CLOSE: (X, X, X, X, None, X),
    Move.REOPEN: (None, None, None, None, R, None),
}
CASES = [
    pytest.param(move, start, end, id=f"{move}-from-{start}")
    for move, ends in TABLE.items()
    for start, end in zip(FROM, ends, strict=True)
]


def make(move: Move, alert: Alert, actor, now=NOW) -> None:
    if move is Move.TAKE_UP:
        actions.acknowledge(alert=alert, actor=actor, now=now)
    elif move is Move.CLOSE:
        outcome = {"outcome": "partly", "root_cause": "cost"}
        actions.close(alert=alert, actor=actor, now=now, **outcome)
    elif move is Move.REOPEN:
        actions.reopen(alert=alert, actor=actor, reason="De klant belde", now=now)
    else:
        how = "no_answer" if move is Move.TRY else "spoke"
        is_waiting = move is Move.WAIT
        actions.log_contact(alert=alert, actor=actor, how=how, is_waiting=is_waiting, now=now)


ROUTES = {
    N: (),
    A: (Move.TAKE_UP,),
    C: (Move.SPEAK,),
    W: (Move.WAIT,),
    X: (Move.CLOSE,),
    R: (Move.CLOSE, Move.REOPEN),
}


@pytest.mark.parametrize(("move", "start", "end"), CASES)
def test_each_move_from_each_state(move, start, end):
    alert, actor = make_alert(now=NOW), make_user()
    for step in ROUTES[start]:
        make(step, alert, actor)
    alert.refresh_from_db()
    assert alert.state == start
    before = Alert.objects.values().get(pk=alert.pk), alert.events.count()
    if end is None:
        with pytest.raises(actions.Conflict):
            make(move, alert, actor)
        assert (Alert.objects.values().get(pk=alert.pk), alert.events.count()) == before
        return
    make(move, alert, actor)
    alert.refresh_from_db()
    assert alert.state == end
    assert alert.version == before[0]["version"] + 1
    assert alert.events.order_by("pk").last().actor == actor


def test_the_table_is_the_one_in_use():
    assert {move: tuple(ends.get(start) for start in FROM) for move, ends in MOVES.items()} == TABLE


@pytest.mark.parametrize("verb", ["snooze", "reassign", "wake"])
def test_a_closed_alert_cannot_be_put_off_or_handed_over(verb):
    alert, actor = make_alert(now=NOW), make_user()
    make(Move.CLOSE, alert, actor)
    given = {
        "snooze": {"until": NOW + timedelta(days=3), "reason": "Met verlof"},
        "reassign": {"owner": make_user(), "comment": "Jouw klant"},
        "wake": {},
    }
    with pytest.raises(actions.Conflict):
        getattr(actions, verb)(alert=alert, actor=actor, now=NOW, **given[verb])


def replay(alert: Alert) -> dict:
    """Tell what an alert must be by its ledger alone."""
    is_as = {"state": "new", "owner": None, "asleep": None, "outcome": "", "spoken": False}
    is_as["version"] = 0
    for event in alert.events.order_by("pk"):
        data, kind = event.data, event.kind
        is_as["version"] = data.get("version", is_as["version"])
        if kind == EventKind.ACKNOWLEDGED:
            is_as["state"] = "acknowledged"
        elif kind == EventKind.CONTACTED:
            is_as |= {"state": data["state"], "asleep": None}
            is_as["spoken"] = is_as["spoken"] or data["how"] in REACHED
        elif kind == EventKind.SNOOZED:
            is_as["asleep"] = datetime.fromisoformat(data["until"])
        elif kind == EventKind.WOKEN:
            is_as["asleep"] = None
        elif kind == EventKind.REASSIGNED:
            is_as["owner"] = data["new_owner"]
        elif kind == EventKind.CLOSED:
            is_as |= {"state": "closed", "asleep": None, "outcome": data["outcome"]}
        elif kind == EventKind.REOPENED:
            is_as |= {"state": "reopened", "outcome": "", "spoken": False}
    return is_as


class Working(RuleBasedStateMachine):
    """Colleagues work one alert in any order; the model beside it knows only the table."""

    people: list = []
    alert: Alert

    def __init__(self):
        super().__init__()
        self.now, self.state, self.first_owner = NOW, N, Working.people[0]
        self.alert = make_alert(owner=self.first_owner, now=NOW)

    @rule(move=st.sampled_from(list(Move)), person=st.integers(0, 2), minutes=st.integers(1, 600))
    def move(self, move, person, minutes):
        self.now += timedelta(minutes=minutes)
        end = TABLE[move][FROM.index(self.state)]
        try:
            make(move, self.alert, Working.people[person], self.now)
        except actions.Conflict:
            assert end is None
        else:
            assert end is not None
            self.state = end

    @precondition(lambda self: self.state != X)
    @rule(days=st.integers(1, 30))
    def sleep(self, days):
        until = self.now + timedelta(days=days)
        who = Working.people[0]
        actions.snooze(alert=self.alert, actor=who, until=until, reason="Met verlof", now=self.now)

    @precondition(lambda self: self.state != X)
    @rule(to=st.integers(0, 2))
    def hand_over(self, to):
        owner = Working.people[to]
        row = Alert.objects.get(pk=self.alert.pk)
        if row.owner_id != owner.pk:
            actions.reassign(
                alert=row, actor=Working.people[0], owner=owner, comment="Hier", now=self.now
            )

    @rule()
    def note(self):
        actions.add_note(alert=self.alert, actor=Working.people[1], note="Tja", now=self.now)

    @rule()
    def page_of_yesterday(self):
        row = Alert.objects.get(pk=self.alert.pk)
        with pytest.raises(actions.Conflict):
            actions.close(
                alert=row,
                actor=Working.people[1],
                outcome="partly",
                root_cause="cost",
                seen=row.version - 1,
            )

    @invariant()
    def the_ledger_replays_to_the_row(self):
        row = Alert.objects.get(pk=self.alert.pk)
        told = replay(row)
        assert told["state"] == row.state == self.state
        assert told["version"] == row.version
        assert told["outcome"] == row.outcome
        assert told["spoken"] == (row.first_spoken_at is not None)
        assert told["asleep"] == row.snoozed_until
        assert (told["owner"] or self.first_owner.pk) == row.owner_id
        assert row.is_closed or row.due_at == row.next_due


def test_events_replay_to_the_state():
    Working.people = [make_user(supervisor=make_user()), make_user(), make_user()]
    run(
        Working,
        settings=settings(
            max_examples=15,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
