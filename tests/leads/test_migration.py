"""The leads of answers from before there were rows: all of them, quietly."""

from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from alerts.actions import reconcile
from alerts.digest_models import DigestItem
from alerts.models import Lead, LeadEvent
from outbox.models import Channel, Delivery
from tests.factories import (
    make_alert,
    make_invitation,
    make_project,
    make_project_contact,
    make_response,
    make_user,
)
from tests.webhooks.conftest import make_endpoint

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]
PLUS = {"satisfaction": "more_than_satisfied", "recommendation": "yes"}


def test_earlier_answers_get_their_lead_without_digest_or_webhook():
    migration = import_module("alerts.migrations.0012_make_the_leads_of_earlier_answers")
    gone = make_user(supervisor=make_user())
    alert = make_alert(owner=make_user(), interest="yes", **PLUS)
    part = make_project_contact(project=make_project(account_manager=gone))
    zero = make_response(invitation=make_invitation(project_contact=part), interest="yes")
    make_response()  # wants nothing more
    make_response(interest="yes", satisfaction="dissatisfied")
    gone.is_active = False
    gone.save()
    make_endpoint(now=timezone.now())  # it could not listen before the upgrade
    migration.make_leads(apps, None)
    migration.make_leads(apps, None)  # once more changes nothing
    owners = dict(Lead.objects.values_list("response", "owner"))
    assert owners == {alert.response_id: alert.owner_id, zero.pk: None}
    assert LeadEvent.objects.filter(kind="created").count() == 2
    assert zero.lead.created_at == zero.submitted_at
    assert not DigestItem.objects.filter(news="lead").exists()
    reconcile()
    assert Lead.objects.get(response=zero).keeper == gone.supervisor
    told = Delivery.objects.filter(channel=Channel.WEBHOOK, template="lead.created")
    assert not told.exists()
