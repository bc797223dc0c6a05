"""A worker that is told to end finishes the mail in hand and takes no other."""

from collections.abc import Iterator

import pytest
from celery.worker import state

from outbox import tasks
from outbox.dispatching import dispatch_due
from outbox.models import Delivery, State
from tests.outbox.conftest import make_delivery

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(doorbell: list[str]) -> list[Delivery]:
    return [make_delivery() for _number in range(3)]


@pytest.fixture
def told_to_stop() -> Iterator[None]:
    state.should_stop = 0
    yield
    state.should_stop = None


def left() -> int:
    return Delivery.objects.filter(state=State.SENT).count()


def test_a_full_queue_does_not_hold_a_worker_that_ends(waiting: list[Delivery]) -> None:
    answers = iter([False, True])
    assert dispatch_due(is_stopping=lambda: next(answers)) == 1
    assert left() == 1
    assert Delivery.objects.filter(state=State.QUEUED).count() == 2


@pytest.mark.parametrize("task", [tasks.dispatch, tasks.sweep])
def test_the_tasks_ask_the_worker(waiting: list[Delivery], told_to_stop: None, task) -> None:
    assert task() == 0
    assert left() == 0


@pytest.mark.parametrize("task", [tasks.dispatch, tasks.sweep])
def test_a_worker_that_goes_on_sends_everything(waiting: list[Delivery], task) -> None:
    assert task() == 3
    assert left() == 3
