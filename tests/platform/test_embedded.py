"""Worker and beat as threads: they work, come back when they die, and end warmly."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from celery import Celery, _state
from celery.worker import state
from django.db import connection

from ambassadors import embedded
from ambassadors.embedded import Background


@pytest.fixture
def app() -> Iterator[Celery]:
    app = Celery("embedded-test", broker="memory://localhost", set_as_current=False)
    app.conf.update(
        broker_transport_options={"polling_interval": 0.01},
        task_ignore_result=True,
        task_default_queue="embedded-test",
        beat_scheduler="celery.beat:Scheduler",
    )
    ours = _state.default_app
    app.set_default()  # what the threads of the pool, which know no other, take as theirs
    yield app
    _state.set_default_app(ours)
    state.should_stop = None


def make_task(app: Celery, done: threading.Event) -> Any:
    @app.task(name="test.done", shared=False)
    def task() -> None:
        done.set()

    return task


def until(look: Callable[[], bool], within: float = 30) -> bool:
    deadline = time.monotonic() + within
    while not look() and time.monotonic() < deadline:
        time.sleep(0.01)
    return look()


def test_a_task_that_is_rung_for_runs(app: Celery) -> None:
    done = threading.Event()
    task = make_task(app, done)
    background = Background(app)
    background.start()
    try:
        task.delay()
        assert done.wait(30)
    finally:
        assert background.stop(within=30)


def test_beat_rings_by_the_clock(app: Celery) -> None:
    done = threading.Event()
    make_task(app, done)
    app.conf.beat_schedule = {"often": {"task": "test.done", "schedule": 0.1}}
    background = Background(app)
    background.start()
    try:
        assert done.wait(30)
    finally:
        assert background.stop(within=30)


@pytest.mark.django_db(transaction=True)
def test_a_thread_whose_connection_broke_gets_another(app: Celery) -> None:
    seen: list[bool] = []

    @app.task(name="test.breaking", shared=False)
    def breaking() -> None:
        connection.ensure_connection()
        seen.append(connection.errors_occurred)
        connection.errors_occurred = True

    background = Background(app, restart_after=0.01)
    background.start()
    try:
        for number in range(4):  # more than there are threads
            breaking.delay()
            assert until(lambda wanted=number + 1: len(seen) == wanted)
    finally:
        assert background.stop(within=30)
    assert not any(seen)


def test_stopping_waits_for_the_task_in_hand(app: Celery) -> None:
    begun, go_on, finished = threading.Event(), threading.Event(), threading.Event()

    @app.task(name="test.slow", shared=False)
    def slow() -> None:
        begun.set()
        go_on.wait(30)
        finished.set()

    background = Background(app)
    background.start()
    slow.delay()
    assert begun.wait(30)
    assert not background.stop(within=0.2)
    assert not finished.is_set()
    go_on.set()
    assert background.stop(within=30)
    assert finished.is_set()


def test_what_dies_is_started_again_with_a_line_in_the_log(
    app: Celery, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    starts: dict[str, int] = {"worker": 0, "beat": 0}
    is_over = threading.Event()

    class Mortal:
        def __init__(self, name: str) -> None:
            self.name = name

        def start(self) -> None:
            starts[self.name] += 1
            if starts[self.name] == 1:
                raise RuntimeError("broken")
            if starts[self.name] == 2:
                raise SystemExit(1)
            if starts[self.name] > 3:
                is_over.wait(30)

        def stop(self) -> None:
            is_over.set()

    monkeypatch.setattr(embedded, "WorkController", lambda **_: Mortal("worker"))
    monkeypatch.setattr(embedded, "Service", lambda *_, **__: Mortal("beat"))
    background = Background(app, restart_after=0.01)
    background.start()
    try:
        assert until(lambda: starts == {"worker": 4, "beat": 4})
    finally:
        assert background.stop(within=30)
    for name in ("embedded-worker", "embedded-beat"):
        assert f"{name} ended, starting it again" in caplog.text
    assert "RuntimeError: broken" in caplog.text
