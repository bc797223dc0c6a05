"""Where one part of acting meets another: nobody is told twice, and nobody is left out."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from alerts.actions import reconcile
from alerts.escalating import escalate
from alerts.escalation import AlertClock, EscalationStep
from alerts.models import Alert
from tests.factories import make_alert, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

NOW = datetime(2026, 11, 18, 9, 30, tzinfo=ZoneInfo("Europe/Amsterdam"))
MINUTE = timedelta(minutes=1)


@pytest.fixture
def owner():
    above = make_user(name="Bo Boven")
    return make_user(supervisor=make_user(name="Lida Leiding", supervisor=above))


def leave(user) -> None:
    user.is_active = False
    user.save()


def test_an_upgrade_mails_nobody_about_what_was_late_before(owner):
    late, recent = make_alert(owner=owner, now=NOW - timedelta(days=90)), make_alert(owner=owner)
    Alert.objects.filter(pk=recent.pk).update(
        raised_at=NOW, acknowledge_by=NOW + timedelta(hours=4), speak_by=NOW + timedelta(days=1)
    )
    AlertClock.objects.all().delete()  # as they were stored before there were clocks
    upgraded = NOW + timedelta(hours=5)  # the first clock of the recent one ran out just now
    assert reconcile(now=upgraded) == 2
    escalate(now=upgraded)
    assert not EscalationStep.objects.exists()
    assert not late.clocks.filter(next_step_at__isnull=False).exists()
    escalate(now=NOW + timedelta(days=1))  # what comes due from now on is told
    assert set(EscalationStep.objects.values_list("clock__alert", flat=True)) == {recent.pk}
