"""Who is invited, who is not and why, and what is queued for it."""

from datetime import date, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from outbox.models import Delivery, Lane
from surveys.actions import send_invitations
from surveys.eligibility import LeftOut
from surveys.models import Invitation, Link
from surveys.tasks import send_invitations as task
from tests.factories import (
    make_contact,
    make_invitation,
    make_project,
    make_project_contact,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=ZoneInfo("Europe/Amsterdam"))
TODAY = NOW.date()


def closed(days_ago: int, **fields):
    return make_project(closed_on=TODAY - timedelta(days=days_ago), **fields)


def test_contact_of_recently_closed_project_is_invited_with_a_mail_that_holds_the_link():
    part = make_project_contact(project=closed(3))

    run = send_invitations(now=NOW)

    invitation = Invitation.objects.get()
    assert (run.invited, run.left_out.total()) == (1, 0)
    assert invitation.project_contact == part
    assert invitation.expires_at == NOW + timedelta(days=30)
    mail = Delivery.objects.get()
    assert (mail.dedupe_key, mail.lane) == (invitation.delivery_key, Lane.INVITATION)
    assert (mail.recipient_address, mail.is_secret) == (part.contact.email, True)
    text = mail.parsed().get_body(("plain",)).get_content()
    token = text.split("/s/")[1].split("/")[0]
    assert Link.objects.by_token(token).get().invitation == invitation
    for value in ("dissatisfied", "satisfied", "more_than_satisfied"):
        assert f"/s/{token}/?satisfaction={value}" in text


def test_token_is_stored_only_in_the_mail():
    make_project_contact(project=closed(3))
    send_invitations(now=NOW)
    text = Delivery.objects.get().parsed().get_body(("plain",)).get_content()
    token = text.split("/s/")[1].split("/")[0]
    stored = [
        str(value)
        for model in (Invitation, Link)
        for row in model.objects.values()
        for value in row.values()
    ]
    assert len(token) == 32
    assert not any(token in value for value in stored)


@pytest.mark.parametrize(
    ("reason", "arrange"),
    [
        (LeftOut.CLOSED_LONG_AGO, lambda: make_project_contact(project=closed(31))),
        (LeftOut.CLOSES_LATER, lambda: make_project_contact(project=closed(-1))),
        (
            LeftOut.INVITED_BEFORE,
            lambda: make_invitation(
                project_contact=make_project_contact(project=closed(3)),
                invited_at=NOW - timedelta(days=2),
            ),
        ),
        (
            LeftOut.OPTED_OUT,
            lambda: make_project_contact(project=closed(3), contact=make_contact(opted_out_at=NOW)),
        ),
        (
            LeftOut.BOUNCED,
            lambda: make_project_contact(project=closed(3), contact=make_contact(bounced_at=NOW)),
        ),
    ],
)
def test_left_out_with_its_reason_while_a_neighbour_is_invited(reason, arrange):
    arrange()
    neighbour = make_project_contact(project=closed(3))

    run = send_invitations(now=NOW)

    assert dict(run.left_out) == {reason: 1}
    assert run.invited == 1
    assert Delivery.objects.get().recipient_address == neighbour.contact.email


@pytest.mark.parametrize(("days", "is_asked"), [(89, False), (91, True)])
def test_nobody_is_asked_twice_within_ninety_days(days, is_asked):
    contact = make_contact()
    make_invitation(
        project_contact=make_project_contact(contact=contact, project=closed(days + 2)),
        invited_at=NOW - timedelta(days=days),
    )
    make_project_contact(contact=contact, project=closed(1))

    run = send_invitations(now=NOW)

    assert run.invited == int(is_asked)
    assert run.left_out[LeftOut.ASKED_RECENTLY] == int(not is_asked)


def test_two_projects_of_one_contact_give_one_invitation_about_the_latest():
    contact = make_contact()
    make_project_contact(contact=contact, project=closed(9))
    latest = make_project_contact(contact=contact, project=closed(2))

    run = send_invitations(now=NOW)

    assert Invitation.objects.get().project_contact == latest
    assert run.left_out == {LeftOut.ASKED_RECENTLY: 1}


def test_second_run_invites_nobody_again():
    make_project_contact(project=closed(3))
    send_invitations(now=NOW)
    again = send_invitations(now=NOW + timedelta(hours=1))
    assert again.invited == 0
    assert Delivery.objects.count() == 1


def test_closed_since_widens_the_window():
    make_project_contact(project=closed(200))
    assert send_invitations(now=NOW).invited == 0
    assert send_invitations(now=NOW, closed_since=TODAY - timedelta(days=200)).invited == 1


def test_running_project_is_not_asked_about():
    make_project_contact(project=make_project(state="running"))
    run = send_invitations(now=NOW)
    assert (run.invited, run.left_out.total()) == (0, 0)


def test_contact_s_language_decides_the_mail():
    make_project_contact(project=closed(3), contact=make_contact(language="en"))
    send_invitations(now=NOW)
    text = Delivery.objects.get().parsed().get_body(("plain",)).get_content()
    assert "More than satisfied" in text
    assert "tevreden" not in text


def test_mail_comes_in_the_account_manager_s_name_from_the_firm_s_address(settings):
    settings.DEFAULT_FROM_EMAIL = "Waterkant <klanten@waterkant.example>"
    project = closed(3, account_manager=make_user(name="Sanne de Wit"))
    make_project_contact(project=project)
    send_invitations(now=NOW)
    assert Delivery.objects.get().parsed()["From"] == "Sanne de Wit <klanten@waterkant.example>"


def test_a_crafted_name_cannot_add_a_header():
    project = closed(3, account_manager=make_user(name="Sanne\nBcc: alle@example.org"))
    make_project_contact(project=project)
    send_invitations(now=NOW)
    assert Delivery.objects.get().parsed()["Bcc"] is None


def test_queries_per_invitation_stay_the_same(django_assert_max_num_queries):
    for _number in range(12):
        make_project_contact(project=closed(3))
    with django_assert_max_num_queries(12 * 11 + 10):
        assert send_invitations(now=NOW).invited == 12


def test_command_says_how_many_and_why_not():
    today = timezone.localdate()
    make_project_contact(project=make_project(closed_on=today - timedelta(days=1)))
    make_project_contact(project=make_project(closed_on=today - timedelta(days=400)))
    out = StringIO()
    call_command("send_invitations", stdout=out)
    assert "1 contactpersoon uitgenodigd." in out.getvalue()
    assert "1 niet uitgenodigd:" in out.getvalue()
    assert "project te lang geleden afgesloten" in out.getvalue()


def test_command_takes_a_date_and_refuses_what_is_none():
    closing = timezone.localdate() - timedelta(days=400)
    make_project_contact(project=make_project(closed_on=closing))
    out = StringIO()
    call_command("send_invitations", "--closed-since", closing.isoformat(), stdout=out)
    assert "1 contactpersoon uitgenodigd." in out.getvalue()
    with pytest.raises(CommandError, match="“gisteren” is geen datum"):
        call_command("send_invitations", "--closed-since", "gisteren")


def test_task_does_the_same_as_the_command():
    make_project_contact(project=make_project(closed_on=date(2026, 1, 5)))
    assert task() == 0
    assert task(closed_since="2026-01-05") == 1
