"""Fixtures that every test may use."""

from collections.abc import Iterator

import hypothesis
import pytest
from django.conf import settings
from django.utils import translation

from outbox.publishing import memory
from staff import branding

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
def _no_brand() -> Iterator[None]:
    """A firm that set nothing, and known: as in a process that has been running for a while."""
    branding.keep(branding.Look(), seconds=3600)
    yield
    branding.keep(branding.Look(), seconds=0)


@pytest.fixture(autouse=True)
def _no_webhooks() -> Iterator[None]:
    """A firm whose other systems hear nothing, and known: as in a process that runs for a while."""
    memory.keep(frozenset(), seconds=3600)
    yield
    memory.forget()


@pytest.fixture
def doorbell(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Record every ring instead of sending it to a broker."""
    rung: list[str] = []
    monkeypatch.setattr("outbox.doorbell.ring", lambda: rung.append("ring"))
    monkeypatch.setattr("outbox.doorbell.ring_for_chat", lambda: rung.append("chat"))
    monkeypatch.setattr("outbox.doorbell.ring_for_webhooks", lambda: rung.append("webhooks"))
    return rung
