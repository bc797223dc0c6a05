"""A mail made after all gives an alert its owner under the fence that every verb has."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alerts import actions
from alerts.models import Alert, Notification
from tests.factories import make_alert, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]


def untold(**changes) -> Alert:
    alert = make_alert(owner=make_user(supervisor=make_user()))
    Notification.objects.all().delete()
    Alert.objects.update(owner=None, is_mail_missing=True, **changes)
    return Alert.objects.get(pk=alert.pk)


def test_the_owner_it_gets_raises_the_version_and_needs_no_keeper():
    alert = untold(keeper=make_user())
    manager = alert.response.project.account_manager
    assert actions._mail_after_all(alert, timezone.now())
    fresh = Alert.objects.get()
    assert (fresh.owner, fresh.keeper, fresh.version) == (manager, None, alert.version + 1)
    with pytest.raises(actions.Conflict):
        actions.acknowledge(alert=alert, actor=make_user(), seen=alert.version)


@pytest.mark.parametrize("is_closed", [False, True])
def test_who_was_first_stays(is_closed):
    alert, colleague = untold(), make_user()
    now = timezone.now()
    if is_closed:
        actions.close(alert=alert, actor=colleague, outcome="partly", root_cause="cost", now=now)
    else:
        actions.acknowledge(alert=alert, actor=colleague, now=now)
    before = Alert.objects.values().get()
    assert not actions._mail_after_all(alert, now + timedelta(seconds=1))
    assert Alert.objects.values().get() == before
    assert not Notification.objects.exists()
