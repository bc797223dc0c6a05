"""What follows when a contact cannot be reached, and when they can be again."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from ambassadors.rollup.fates import Fate
from ambassadors.rollup.reading import Figures
from ambassadors.rollup.scope import Scope
from outbox.actions import Result, claim_next, record
from outbox.mail import Mail
from outbox.models import Delivery, Lane, Outcome, Report, ReportKind, State
from outbox.queueing import queue_message
from outbox.reporting import record_report, report_refusals
from surveys.actions import send_invitations, send_reminders
from surveys.actions.reaching import heed_report, trust_address
from surveys.models import Contact, Invitation, LeftOut
from surveys.returned import invitation_of, reports_of
from tests.factories import (
    make_invitation,
    make_project,
    make_project_contact,
    make_response,
    make_user,
)
from tests.returned.conftest import mail_of
from tests.returned.samples import TO

pytestmark = pytest.mark.django_db
SAID = "550 5.1.1 <anneke@gemeente.example>: User unknown"


def tell(delivery, kind=ReportKind.HARD_BOUNCE, *, number=1, **fields):
    fields = {"source": "mailbox", "detail": SAID, **fields}
    return record_report(
        delivery=delivery, kind=kind, external_id=f"test:{delivery.pk}:{number}", **fields
    )


def contact_of(invitation):
    return Contact.objects.get(pk=invitation.contact.pk)


def notices():
    return list(Delivery.objects.filter(template="unreachable").order_by("pk"))


def texts(delivery):
    """Both bodies of a mail, with single spaces."""
    message = delivery.parsed()
    parts = (message.get_body((kind,)) for kind in ("plain", "html"))
    return [" ".join(part.get_content().split()) for part in parts]


def fate_of(invitation):
    tally = Figures(Scope(), now=timezone.now()).total
    (fate,) = [fate for fate, number in tally.fates.items() if number]
    return fate, tally


# A hard bounce -----------------------------------------------------------------------------------


def test_the_contact_is_marked_and_not_asked_again(invitation, delivery):
    at = timezone.now() - timedelta(minutes=5)
    tell(delivery, at=at)
    assert contact_of(invitation).bounced_at == at
    make_project_contact(
        project=make_project(client=invitation.contact.client), contact=invitation.contact
    )
    Invitation.objects.update(invited_at=timezone.now() - timedelta(days=200))
    run = send_invitations()
    assert (run.invited, run.left_out[LeftOut.BOUNCED]) == (0, 1)


def test_waiting_reminders_are_withdrawn_and_no_more_follow(invitation, delivery):
    reminder = mail_of(invitation, key=invitation.reminder_key(1), state=State.QUEUED)
    tell(delivery)
    reminder.refresh_from_db()
    assert reminder.state == State.CANCELLED
    assert send_reminders(now=timezone.now() + timedelta(days=10)) == 0


def test_account_manager_and_supervisor_are_told_once(invitation, delivery):
    tell(delivery)
    tell(delivery, number=2)  # the same bounce, told by a second source
    manager = invitation.project.account_manager
    first, second = notices()
    assert first.recipient_address == manager.email
    assert second.recipient_address == manager.supervisor.email
    assert first.subject.startswith("Niet bereikt: Anneke van ’t Hof, ")
    assert (first.lane, first.is_secret) == (Lane.NOTICE, False)
    assert Report.objects.count() == 2


def test_the_mail_tells_who_what_where_and_what_to_do(invitation, delivery):
    tell(delivery)
    project, contact = invitation.project, invitation.contact
    for text in texts(notices()[0]):
        for expected in (
            "Anneke van ’t Hof",
            contact.client.name,
            "Gemaal Noord",
            project.number,
            TO,
            "User unknown",
            "tel:+31612345678",
            "Erik ter Horst kreeg dezelfde mail.",
            "geef het aan een beheerder",
            f"/admin/surveys/contact/{contact.pk}/change/",
        ):
            assert expected in text, expected


def test_each_is_told_in_their_own_language(invitation, delivery):
    manager = invitation.project.account_manager
    type(manager).objects.filter(pk=manager.pk).update(language="en")
    tell(delivery)
    english, dutch = notices()
    assert english.subject.startswith("Not reached: ")
    assert dutch.subject.startswith("Niet bereikt: ")
    assert "Ask for the right address" in texts(english)[0]


def test_what_a_server_says_is_inert(invitation, delivery):
    tell(delivery, detail="550 5.1.1 <script>alert(1)</script> unknown")
    plain, html = texts(notices()[0])
    assert "<script>" in plain
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_whoever_left_the_firm_is_not_told(invitation, delivery):
    stand_in = make_user(name="Fatima")
    project = invitation.project
    project.division.fallback = stand_in
    project.division.save(update_fields=["fallback"])
    manager = project.account_manager
    type(manager).objects.filter(pk=manager.pk).update(is_active=False)
    tell(delivery)
    assert [one.recipient_address for one in notices()] == [
        stand_in.email,
        manager.supervisor.email,
    ]


def test_a_bounce_of_a_reminder_counts_as_well(invitation):
    tell(mail_of(invitation, key=invitation.reminder_key(1)))
    assert contact_of(invitation).bounced_at


def test_a_late_bounce_of_an_earlier_address_marks_nobody(invitation, delivery):
    Contact.objects.update(email="anneke.vanthof@gemeente.example")
    assert tell(delivery)
    assert contact_of(invitation).bounced_at is None
    assert notices() == []


# What is only shown ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind",
    [one for one in ReportKind if one not in {"hard_bounce", "complaint", "unsubscribed"}],
)
def test_everything_else_is_only_shown(invitation, delivery, kind):
    tell(delivery, kind)
    contact = contact_of(invitation)
    assert (contact.bounced_at, contact.opted_out_at) == (None, None)
    assert notices() == []
    assert [one.kind for one in reports_of(invitation)] == [kind]


def test_a_guess_from_the_mailbox_marks_nobody(invitation, delivery):
    """Anybody can write to a mailbox, and name any address."""
    tell(delivery, is_guess=True)
    assert contact_of(invitation).bounced_at is None
    tell(delivery, is_guess=True, source="Postmark", number=2)
    assert contact_of(invitation).bounced_at


def test_mail_to_colleagues_marks_nobody(invitation):
    alert = mail_of(invitation, key="alert:1:email:2")
    tell(alert)
    assert contact_of(invitation).bounced_at is None
    assert notices() == []
    assert invitation_of(alert) is None
    alert.refresh_from_db()
    assert alert.bounced_at


def test_a_personal_link_is_taken_out_of_what_is_kept(delivery):
    report = tell(
        delivery,
        ReportKind.OUT_OF_OFFICE,
        detail="http://localhost/s/Qc55hpdOcBA5GneH47KZm9WP5rhATRj1/",
        subject="Re: /s/Qc55hpdOcBA5GneH47KZm9WP5rhATRj1/",
        text="zie http://localhost/s/Qc55hpdOcBA5GneH47KZm9WP5rhATRj1/",
    )
    assert "Qc55" not in report.detail + report.subject + report.text


def test_a_report_that_is_from_the_future_is_from_now(delivery):
    now = timezone.now()
    report = tell(delivery, at=now + timedelta(days=900), now=now)
    assert report.at == now


# Complaints --------------------------------------------------------------------------------------


def test_whoever_reports_spam_is_asked_nothing_more(invitation, delivery):
    tell(delivery, ReportKind.COMPLAINT, detail="")
    contact = contact_of(invitation)
    assert contact.opted_out_at
    assert contact.bounced_at is None
    assert [one.subject.partition(":")[0] for one in notices()] == ["Wil geen mail meer"] * 2
    assert "als spam gemeld" in texts(notices()[0])[1]


def test_a_second_complaint_tells_nobody_again(invitation, delivery):
    tell(delivery, ReportKind.COMPLAINT)
    tell(delivery, ReportKind.COMPLAINT, number=2)
    assert len(notices()) == 2


def test_whoever_unsubscribes_at_the_provider_is_asked_nothing_more(invitation, delivery):
    tell(delivery, ReportKind.UNSUBSCRIBED)
    assert contact_of(invitation).opted_out_at
    assert notices() == []


# Refused while it was sent -----------------------------------------------------------------------


def refuse(invitation, words, outcome=Outcome.PERMANENT):
    Delivery.objects.all().delete()
    queue_message(
        Mail(subject="Hoe", body="Hoe\n", to=[TO]),
        dedupe_key=invitation.delivery_key,
        lane=Lane.INVITATION,
        recipient_name="Anneke",
        recipient_address=TO,
    )
    record(claim_next(), Result(outcome=outcome, phase="RCPT", detail=words, transport="smtp"))
    return Delivery.objects.get(dedupe_key=invitation.delivery_key)


def test_an_unknown_user_at_rcpt_marks_like_a_bounce(invitation):
    delivery = refuse(invitation, SAID)
    assert report_refusals() == 1
    assert contact_of(invitation).bounced_at
    assert len(notices()) == 2
    (report,) = delivery.reports.all()
    assert (report.kind, report.source, report.status) == ("hard_bounce", "smtp", "5.1.1")
    assert report_refusals() == 0


@pytest.mark.parametrize("words", ["554 5.7.1 Relay access denied", "550 5.7.1 spam", "552 5.2.2"])
def test_a_policy_refusal_marks_nobody(invitation, words):
    delivery = refuse(invitation, words)
    assert report_refusals() == 1
    assert delivery.reports.get().kind == "undelivered"
    assert contact_of(invitation).bounced_at is None


def test_a_temporary_fault_is_no_refusal(invitation):
    refuse(invitation, "450 4.1.1 later", Outcome.TEMPORARY)
    assert report_refusals() == 0


def test_one_that_fails_does_not_stop_the_others(invitation, monkeypatch, caplog):
    refuse(invitation, SAID)
    other = mail_of(invitation, key="alert:1:email:1", state=State.UNDELIVERABLE)

    def fail(**fields):
        raise RuntimeError("a fault of ours")

    with monkeypatch.context() as broken:
        broken.setattr("surveys.receivers.heed_report", fail)
        assert report_refusals() == 0
    assert "could not be reported" in caplog.text
    assert report_refusals() == 2
    assert other.reports.get().kind == "undelivered"


# The figures -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [ReportKind.HARD_BOUNCE, ReportKind.UNDELIVERED])
def test_a_mail_that_came_back_is_not_delivered(invitation, delivery, kind):
    assert fate_of(invitation)[0] == Fate.OPEN
    tell(delivery, kind)
    fate, tally = fate_of(invitation)
    assert (fate, tally.invited, tally.delivered) == (Fate.UNDELIVERABLE, 1, 0)


def test_whoever_answered_was_reached(invitation, delivery):
    tell(delivery)
    make_response(invitation=invitation)
    fate, tally = fate_of(invitation)
    assert (fate, tally.delivered, tally.answered) == (Fate.ANSWERED, 1, 1)


@pytest.mark.parametrize("kind", [ReportKind.SOFT_BOUNCE, ReportKind.OUT_OF_OFFICE])
def test_a_delay_or_an_absence_is_delivered(invitation, delivery, kind):
    tell(delivery, kind)
    assert fate_of(invitation)[0] == Fate.OPEN


# Reached again -----------------------------------------------------------------------------------


@pytest.fixture
def administrator(client):
    user = make_user(is_administrator=True)
    client.force_login(user)
    return user


def save_in_admin(client, contact, **changes):
    fields = {
        "client": contact.client_id,
        "name": contact.name,
        "email": contact.email,
        "phone": contact.phone,
        "job_title": contact.job_title,
        "language": contact.language,
        "details_as_of": "2026-01-01",
        **changes,
    }
    answer = client.post(reverse("admin:surveys_contact_change", args=[contact.pk]), fields)
    assert answer.status_code == 302
    return client.get(answer.url).content.decode()


def test_a_corrected_address_lifts_the_mark_and_the_next_run_asks(
    client, administrator, invitation, delivery, caplog
):
    caplog.set_level("INFO")
    tell(delivery)
    page = save_in_admin(client, contact_of(invitation), email="a.vanthof@gemeente.example")
    assert "Anneke van ’t Hof kan weer worden gevraagd." in page
    assert contact_of(invitation).bounced_at is None
    assert f"by user {administrator.pk}" in caplog.text
    assert TO not in caplog.text
    assert send_invitations().invited == 1
    fresh = Invitation.objects.get()
    assert fresh.delivery.recipient_address == "a.vanthof@gemeente.example"
    assert Delivery.objects.filter(pk=delivery.pk).exists()  # what happened stays in the outbox


def test_another_change_leaves_the_mark(client, administrator, invitation, delivery):
    tell(delivery)
    save_in_admin(client, contact_of(invitation), phone="+31301234567")
    assert contact_of(invitation).bounced_at
    assert Invitation.objects.exists()


def test_an_address_that_works_again_without_a_change(client, administrator, invitation, delivery):
    tell(delivery)
    changelist = reverse("admin:surveys_contact_changelist")
    posted = {"action": "trust_addresses", "_selected_action": [invitation.contact.pk]}
    page = client.post(changelist, posted, follow=True).content.decode()
    assert "kan weer worden gevraagd" in page
    assert contact_of(invitation).bounced_at is None


def test_what_was_answered_stays(invitation, delivery):
    tell(delivery)
    make_response(invitation=invitation)
    assert trust_address(contact=invitation.contact, actor=make_user()) == 0
    assert Invitation.objects.exists()


def test_an_invitation_that_did_arrive_stays(invitation, delivery):
    """The reminder bounced, after the first mail had arrived."""
    tell(mail_of(invitation, key=invitation.reminder_key(1)))
    assert trust_address(contact=invitation.contact, actor=make_user()) == 0
    assert Invitation.objects.exists()


def test_whoever_was_not_marked_is_left_alone(invitation, delivery):
    tell(delivery, ReportKind.UNDELIVERED)
    assert trust_address(contact=invitation.contact, actor=make_user()) is None
    assert Invitation.objects.exists()


def test_a_later_bounce_of_the_new_address_is_told_again(invitation, delivery):
    tell(delivery)
    trust_address(contact=invitation.contact, actor=make_user())
    Contact.objects.update(email="b@gemeente.example")
    part = invitation.project_contact
    again = make_invitation(project_contact=type(part).objects.get(pk=part.pk))
    tell(mail_of(again))
    assert len(notices()) == 4


def test_heeding_twice_does_nothing_more(invitation, delivery):
    report = tell(delivery)
    heed_report(report=report, now=timezone.now())
    assert len(notices()) == 2
