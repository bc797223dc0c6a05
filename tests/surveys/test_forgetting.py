"""Invitations that were only kept are no invitations once there is a mail server."""

from datetime import timedelta

import pytest
from django.utils import timezone

from outbox.dispatching import dispatch_due
from outbox.models import Delivery, State
from surveys.actions import send_invitations
from surveys.models import Invitation, Link, Response
from tests.factories import make_project, make_project_contact, make_response

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]


@pytest.fixture
def kept():
    """An invitation that was made, and kept, before there was a mail server."""
    closed_on = timezone.localdate() - timedelta(days=1)
    make_project_contact(project=make_project(closed_on=closed_on))
    assert send_invitations().invited == 1
    dispatch_due()
    return Invitation.objects.get()


def test_without_a_server_it_stays_and_nobody_is_asked_twice(kept):
    assert send_invitations().invited == 0
    assert Invitation.objects.get() == kept


def test_with_a_server_it_is_made_anew_with_a_new_link(kept, settings):
    old_links = set(Link.objects.values_list("token_hash", flat=True))
    settings.EMAIL_URL = "smtp://127.0.0.1:2525"
    assert send_invitations().invited == 1
    fresh = Invitation.objects.get()
    assert fresh.pk != kept.pk
    assert not old_links & set(Link.objects.values_list("token_hash", flat=True))
    states = dict(Delivery.objects.values_list("pk", "state"))
    assert states == {kept.delivery_id: State.CANCELLED, fresh.delivery_id: State.QUEUED}
    assert bytes(Delivery.objects.get(pk=kept.delivery_id).message) == b""


def test_what_was_answered_stays(kept, settings):
    make_response(invitation=kept)
    settings.EMAIL_URL = "smtp://127.0.0.1:2525"
    assert send_invitations().invited == 0
    assert Response.objects.get().invitation == kept


def test_what_really_left_stays(kept, settings):
    Delivery.objects.update(transport="smtp")
    settings.EMAIL_URL = "smtp://127.0.0.1:2525"
    assert send_invitations().invited == 0
    assert Invitation.objects.get() == kept
