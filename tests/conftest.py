"""Fixtures that every test may use."""

from collections.abc import Iterator

import hypothesis
import pytest
from django.conf import settings
from django.utils import translation

from alerts import chats, timing, ways
from alerts.clocks import Terms
from ambassadors.steering import challenges
from outbox import publishing
from staff import branding, working_hours, works_council
from staff.remembered import Remembered
from staff.working_hours import WorkingHours

# No time limit: on a busy machine it would fail tests that are right.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")


@pytest.fixture(autouse=True)
def _fast_and_alone(settings: settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No hashing cost, no mail server, and no language left behind by the test before."""
    translation.activate("nl")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.EMAIL_URL = ""


@pytest.fixture(autouse=True)
def _nothing_set() -> Iterator[None]:
    """A firm that set nothing, and known: as in a process that has been running for a while."""
    Remembered.forget_all()
    branding.memory.keep(branding.Look(), seconds=3600)
    publishing.memory.keep(frozenset(), seconds=3600)
    working_hours.hours_in_force.keep(WorkingHours((), ()), seconds=3600)
    timing.terms_in_force.keep(Terms(), seconds=3600)
    ways.who_chose.keep(frozenset(), seconds=3600)
    chats.with_channels.keep(frozenset(), seconds=3600)
    works_council.mode.keep(True, seconds=3600)
    challenges.menu.keep((), seconds=3600)
    yield
    branding.memory.keep(branding.Look())
    Remembered.forget_all()


@pytest.fixture
def doorbell(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Record every ring instead of sending it to a broker."""
    rung: list[str] = []
    monkeypatch.setattr("outbox.doorbell.ring", lambda: rung.append("ring"))
    monkeypatch.setattr("outbox.doorbell.ring_for_chat", lambda: rung.append("chat"))
    monkeypatch.setattr("outbox.doorbell.ring_for_webhooks", lambda: rung.append("webhooks"))
    return rung
