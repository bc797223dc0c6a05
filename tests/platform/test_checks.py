"""Unsafe or incomplete settings are reported, each with what to do."""

from typing import Any

import pytest
from django.core.checks import run_checks

SAFE = {
    "ALLAUTH_TRUSTED_PROXY_COUNT": 1,
    "SITE_URL": "https://klanten.example.nl",
    "DEBUG": False,
    "EMAIL_URL": "smtp://mail.example.nl:25",
    "FIRM_NAME": "Waterkant",
    "DATABASE_URL": "postgres://db/ambassadors",
    "REDIS_URL": "redis://redis:6379/0",
    "REPLY_TO": "none",
    "REMIND_AFTER_DAYS": [6, 13],
    "FIRM_LANGUAGE": "de",
}
UNSAFE = {
    "ambassadors.W001": {"SITE_URL": "http://klanten.example.nl"},
    "ambassadors.E001": {"DEBUG": True},
    "ambassadors.W002": {"EMAIL_URL": ""},
    "ambassadors.W003": {"FIRM_NAME": "Ambassadors"},
    "ambassadors.W004": {"REDIS_URL": ""},
    "ambassadors.W006": {"SITE_URL": "http://localhost:8000"},
    "ambassadors.W005": {"ALLAUTH_TRUSTED_PROXY_COUNT": 0},
    "ambassadors.E002": {"EMAIL_URL": "console://"},
    "ambassadors.E003": {"REPLY_TO": "firm", "FIRM_REPLY_TO": ""},
    "ambassadors.E004": {"REMIND_AFTER_DAYS": [13, 6]},
    "ambassadors.E005": {"FIRM_LANGUAGE": "es"},
    "ambassadors.E008": {"METRICS_TOKEN": "kort"},
}


def own_ids(settings: Any, **changes: Any) -> list[str]:
    for name, value in {**SAFE, **changes}.items():
        setattr(settings, name, value)
    return [m.id for m in run_checks() if (m.id or "").startswith("ambassadors.")]


def test_a_complete_installation_is_not_warned(settings: Any) -> None:
    assert own_ids(settings) == []


@pytest.mark.parametrize(("expected", "changes"), UNSAFE.items())
def test_each_unsafe_setting_is_reported(
    settings: Any, expected: str, changes: dict[str, Any]
) -> None:
    assert own_ids(settings, **changes) == [expected]


def test_every_report_says_what_to_do(settings: Any) -> None:
    for changes in UNSAFE.values():
        own_ids(settings, **changes)
        (message,) = [m for m in run_checks() if (m.id or "").startswith("ambassadors.")]
        assert message.hint


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8123", "[::1]:8000"])
def test_trying_out_on_this_machine_is_not_warned(settings: Any, host: str) -> None:
    changes = {
        "SITE_URL": f"http://{host}",
        "DEBUG": True,
        "EMAIL_URL": "",
        "FIRM_NAME": "Ambassadors",
        "REDIS_URL": "",
    }
    assert own_ids(settings, **changes) == []
