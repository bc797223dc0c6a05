"""Who is invited, who is not and why, and what is queued for it."""

from datetime import date, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from outbox.models import Delivery, Lane
from surveys.actions import send_invitations
from surveys.models import Invitation, LeftOut, Link, Omission
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


def test_two_projects_of_one_contact_give_one_invitation_that_names_both():
    contact = make_contact()
    earlier = make_project_contact(contact=contact, project=closed(9, name="Sluis Zuid"))
    latest = make_project_contact(contact=contact, project=closed(2, name="Kade Noord"))

    run = send_invitations(now=NOW)

    invitation = Invitation.objects.get()
    assert invitation.project_contact == latest
    assert list(invitation.also_about.all()) == [earlier]
    assert (run.invited, run.left_out) == (1, {LeftOut.ASKED_TOGETHER: 1})
    mail = Delivery.objects.get().parsed()
    assert mail["Subject"] == "Hoe kijkt u terug op Kade Noord, en ook op Sluis Zuid?"
    for kind in ("plain", "html"):
        words = " ".join(mail.get_body((kind,)).get_content().split())
        assert "Deze mail gaat ook over Sluis Zuid: één antwoord" in words


def test_the_subject_of_more_than_two_projects_counts_them():
    contact = make_contact()
    for days, name in ((9, "Sluis Zuid"), (5, "Brug West"), (2, "Kade Noord")):
        make_project_contact(contact=contact, project=closed(days, name=name))
    send_invitations(now=NOW)
    mail = Delivery.objects.get().parsed()
    assert mail["Subject"] == "Hoe kijkt u terug op Kade Noord, en op nog 2 projecten?"
    words = " ".join(mail.get_body(("plain",)).get_content().split())
    assert "Deze mail gaat ook over Brug West, Sluis Zuid: één antwoord" in words


def test_the_project_that_was_named_is_never_asked_about_again():
    contact = make_contact()
    for days in (9, 2):
        make_project_contact(contact=contact, project=closed(days))
    send_invitations(now=NOW)
    much_later = NOW + timedelta(days=200)
    run = send_invitations(now=much_later, closed_since=TODAY - timedelta(days=30))
    assert (run.invited, Invitation.objects.count()) == (0, 1)
    assert Omission.objects.get().reason == LeftOut.ASKED_TOGETHER


def test_a_project_whose_wait_is_not_over_goes_along_with_one_that_is_due():
    contact = make_contact()
    due = make_project_contact(contact=contact, project=closed(9))
    fresh = make_project_contact(contact=contact, project=closed(0))
    send_invitations(now=NOW, after_working_days=2)
    invitation = Invitation.objects.get()
    assert invitation.project_contact == due
    assert list(invitation.also_about.all()) == [fresh]


# NOW is Friday 20 November 2026; Good Friday was 3 April and Easter Monday 6 April.
@pytest.mark.parametrize(
    ("today", "closed_on", "is_due"),
    [
        (date(2026, 11, 20), date(2026, 11, 18), True),
        (date(2026, 11, 20), date(2026, 11, 19), False),
        (date(2026, 11, 24), date(2026, 11, 20), True),  # over the weekend
        (date(2026, 11, 23), date(2026, 11, 20), False),
        (date(2026, 4, 7), date(2026, 4, 2), False),  # Easter Monday is no working day
        (date(2026, 4, 8), date(2026, 4, 3), True),
    ],
)
def test_the_automatic_run_waits_some_working_days(today, closed_on, is_due):
    make_project_contact(project=make_project(closed_on=closed_on))
    now = datetime.combine(today, NOW.timetz())
    run = send_invitations(now=now, after_working_days=2)
    assert run.invited == int(is_due)
    assert run.left_out == ({} if is_due else {LeftOut.WAITING: 1})


def test_mails_leave_at_their_moments_and_who_has_none_is_left_for_the_next_run():
    for _number in range(3):
        make_project_contact(project=closed(3))
    moments = [NOW, NOW + timedelta(minutes=1)]
    run = send_invitations(now=NOW, moments=moments)
    assert (run.invited, run.postponed) == (2, 1)
    assert sorted(Delivery.objects.values_list("not_before", flat=True)) == moments
    assert not Omission.objects.exists()
    assert send_invitations(now=NOW + timedelta(hours=1)).invited == 1


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
    with django_assert_max_num_queries(12 * 5 + 30):  # the mail is queued one by one
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


def test_command_can_wait_as_the_automatic_run_does():
    make_project_contact(project=make_project(closed_on=timezone.localdate()))
    out = StringIO()
    call_command("send_invitations", "--wait", stdout=out)
    assert "0 contactpersonen uitgenodigd." in out.getvalue()
    assert "wordt enkele werkdagen na afsluiting gevraagd" in out.getvalue()
    call_command("send_invitations", stdout=out)
    assert "1 contactpersoon uitgenodigd." in out.getvalue()


def test_task_does_the_same_as_the_command():
    make_project_contact(project=make_project(closed_on=date(2026, 1, 5)))
    assert task() == 0
    assert task(closed_since="2026-01-05") == 1
