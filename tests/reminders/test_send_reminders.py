"""Who is reminded, when, and when not any more."""

from datetime import datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from outbox.actions import claim_next
from outbox.models import Delivery, Lane, State
from surveys.actions import Answers, record_response, send_invitations, send_reminders, stop_asking
from surveys.models import Contact, Invitation, Link, Suppression
from surveys.tasks import send_reminders as task
from tests.factories import (
    make_contact,
    make_invitation,
    make_project,
    make_project_contact,
    make_response,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

INVITED = datetime(2026, 11, 2, 10, 0, tzinfo=ZoneInfo("Europe/Amsterdam"))
ANSWERS = Answers(satisfaction="satisfied", recommendation="maybe", interest="not_now")


def day(number: int, hour: int = 9) -> datetime:
    """The morning of the ``number``-th day after the first mail."""
    return INVITED.replace(hour=hour) + timedelta(days=number)


def asked(*, sent: bool = True, invited_at: datetime = INVITED, **contact) -> Invitation:
    """An invitation whose mail has left (or waits), with its token in it."""
    project = make_project(name="Meerzicht", closed_on=invited_at.date() - timedelta(days=3))
    person = make_contact(client=project.client, **contact)
    part = make_project_contact(project=project, contact=person)
    invitation = make_invitation(project_contact=part, invited_at=invited_at)
    number = invitation.pk
    Delivery.objects.create(
        dedupe_key=invitation.delivery_key,
        lane=Lane.INVITATION,
        recipient_address=person.email,
        message_id=f"<{number}@waterkant.example>",
        message=b"Subject: Een\r\n\r\nEen\r\n",
        digest="0" * 64,
        state=State.SENT if sent else State.QUEUED,
        sent_at=invited_at if sent else None,
        created_at=invited_at,
    )
    Link.objects.create(invitation=invitation, token_hash=f"{number:064}", created_at=invited_at)
    return invitation


def reminders() -> QuerySet[Delivery]:
    return Delivery.objects.filter(lane=Lane.REMINDER).order_by("pk")


def numbers(invitation: Invitation) -> list[int]:
    links = invitation.links.filter(reminder__gt=0).order_by("pk")
    return list(links.values_list("reminder", flat=True))


# When ------------------------------------------------------------------------------------------


def test_reminded_after_6_and_13_days_and_then_never_again():
    invitation = asked()
    sent = {number for number in range(30) if send_reminders(now=day(number))}
    assert sent == {6, 13}
    assert numbers(invitation) == [1, 2]


def test_the_days_are_a_setting(settings):
    settings.REMIND_AFTER_DAYS = [3]
    asked()
    assert {number for number in range(30) if send_reminders(now=day(number))} == {3}
    settings.REMIND_AFTER_DAYS = []
    asked()
    assert send_reminders(now=day(20)) == 0


def test_a_day_is_a_day_of_the_calendar():
    """Sent at 10:00; on the sixth day the run at 9:00 reminds."""
    asked()
    assert send_reminders(now=day(5, hour=23)) == 0
    assert send_reminders(now=day(6, hour=9)) == 1


@pytest.mark.parametrize(("late", "second"), [(6, 13), (7, 14), (15, 22), (20, 27)])
def test_after_missed_days_one_reminder_follows_and_the_next_keeps_its_distance(late, second):
    invitation = asked()
    assert send_reminders(now=day(late)) == 1
    assert numbers(invitation) == [1]
    assert send_reminders(now=day(late)) == 0
    assert send_reminders(now=day(second - 1)) == 0
    assert send_reminders(now=day(second)) == 1


def test_days_are_counted_from_when_the_mail_left():
    invitation = asked()
    Delivery.objects.update(sent_at=day(2))
    assert send_reminders(now=day(6)) == 0
    assert send_reminders(now=day(8)) == 1
    assert numbers(invitation) == [1]


# Who not ---------------------------------------------------------------------------------------


def suppress(invitation: Invitation, **fields) -> None:
    Suppression.objects.create(
        project_contact=invitation.project_contact,
        reason="dispute",
        actor=make_user(),
        **fields,
    )


def change_contact(**fields):
    return lambda one: Contact.objects.filter(pk=one.contact.pk).update(**fields)


def change_delivery(**fields):
    return lambda one: Delivery.objects.filter(dedupe_key=one.delivery_key).update(**fields)


def change_invitation(**fields):
    return lambda one: Invitation.objects.filter(pk=one.pk).update(**fields)


@pytest.mark.parametrize(
    "arrange",
    [
        lambda one: make_response(invitation=one),
        change_invitation(withdrawn_at=day(1)),
        change_invitation(expires_at=day(6)),
        change_contact(opted_out_at=day(1)),
        change_contact(bounced_at=day(1)),
        change_delivery(state="undeliverable", sent_at=None),
        change_delivery(state="queued", sent_at=None),
        change_delivery(state="cancelled", sent_at=None, cancelled_at=day(1)),
        lambda one: Delivery.objects.filter(dedupe_key=one.delivery_key).delete(),
        suppress,
    ],
    ids=[
        "answered",
        "withdrawn",
        "expired",
        "opted out",
        "bounced",
        "undeliverable",
        "waiting",
        "taken back",
        "no mail",
        "held back",
    ],
)
def test_left_alone_while_a_neighbour_is_reminded(arrange):
    arrange(asked())
    neighbour = asked()
    assert send_reminders(now=day(6)) == 1
    assert reminders().get().recipient_address == neighbour.contact.email


def test_a_decision_that_was_lifted_holds_nobody_back():
    suppress(asked(), lifted_at=day(1), lifted_by=make_user())
    assert send_reminders(now=day(6)) == 1


# Once ------------------------------------------------------------------------------------------


def test_a_second_run_reminds_nobody_again():
    asked()
    assert [send_reminders(now=day(6)) for _run in range(3)] == [1, 0, 0]
    assert reminders().count() == 1


def test_two_runs_at_once_send_one(monkeypatch):
    """The other run is through between our look and our link."""
    from surveys.actions import reminding

    invitation = asked()
    honest = reminding._due

    def due(now):
        found = honest(now)
        monkeypatch.setattr(reminding, "_due", honest)
        assert send_reminders(now=now) == 1
        return found

    monkeypatch.setattr(reminding, "_due", due)
    assert send_reminders(now=day(6)) == 0
    assert numbers(invitation) == [1]
    assert reminders().count() == 1


def test_an_answer_between_the_look_and_the_link_is_seen(monkeypatch):
    from surveys.actions import reminding

    invitation = asked()
    honest = reminding._due

    def due(now):
        found = honest(now)
        record_response(invitation=invitation, answers=ANSWERS, now=now)
        return found

    monkeypatch.setattr(reminding, "_due", due)
    assert send_reminders(now=day(6)) == 0
    assert not reminders().exists()


def test_both_links_lead_to_the_same_single_response(client):
    make_project_contact(project=make_project(closed_on=INVITED.date() - timedelta(days=3)))
    send_invitations(now=INVITED)
    first = Delivery.objects.get()
    token = token_in(first)
    Delivery.objects.update(state=State.SENT, sent_at=INVITED)
    Invitation.objects.update(expires_at=timezone.now() + timedelta(days=30))
    send_reminders(now=day(6))
    again = token_in(reminders().get())

    assert token != again
    answers = {"satisfaction": "satisfied", "recommendation": "maybe", "interest": "not_now"}
    assert client.get(f"/s/{token}/").status_code == 200
    record_response(invitation=Invitation.objects.get(), answers=Answers(**answers))
    for one in (token, again):
        assert client.get(f"/s/{one}/").url == f"/s/{one}/thanks/"
        assert client.get(f"/s/{one}/thanks/").status_code == 200


def token_in(delivery: Delivery) -> str:
    text = delivery.parsed().get_body(("plain",)).get_content()
    return text.split("/s/")[1].split("/")[0]


# What leaves no more ---------------------------------------------------------------------------


def test_an_answer_takes_the_waiting_reminder_back():
    invitation, other = asked(), asked()
    send_reminders(now=day(6), moments=[day(6, hour=15)] * 2)

    record_response(invitation=invitation, answers=ANSWERS, now=day(6, hour=10))

    mine = Delivery.objects.get(dedupe_key=invitation.reminder_key(1))
    assert (mine.state, mine.cancelled_at) == (State.CANCELLED, day(6, hour=10))
    assert mine.is_blanked
    assert claim_next(now=day(7)).delivery.dedupe_key == other.reminder_key(1)
    assert claim_next(now=day(7)) is None


def test_an_opt_out_takes_waiting_invitations_and_reminders_back():
    invitation, other = asked(sent=False), asked(sent=False)
    reminded = asked(invited_at=INVITED)
    send_reminders(now=day(6))

    stop_asking(contact=invitation.contact, now=day(6))
    stop_asking(contact=reminded.contact, now=day(6))

    states = dict(Delivery.objects.values_list("dedupe_key", "state"))
    assert states == {
        invitation.delivery_key: State.CANCELLED,
        other.delivery_key: State.QUEUED,
        reminded.delivery_key: State.SENT,
        reminded.reminder_key(1): State.CANCELLED,
    }


# The run ---------------------------------------------------------------------------------------


def test_mails_leave_at_the_moments_given_and_the_run_ends_where_they_end():
    first, second, third = asked(), asked(), asked()
    moments = [day(6, hour=10), day(6, hour=11)]
    assert send_reminders(now=day(6), moments=moments) == 2
    assert list(reminders().values_list("dedupe_key", "not_before")) == [
        (first.reminder_key(1), moments[0]),
        (second.reminder_key(1), moments[1]),
    ]
    assert numbers(third) == []
    assert send_reminders(now=day(7)) == 1


def test_queries_per_reminder_stay_the_same():
    def queries(people: int) -> int:
        for _number in range(people):
            asked()
        with CaptureQueriesContext(connection) as captured:
            assert send_reminders(now=day(6)) == people
        return len(captured)

    few, many = queries(2), queries(12)
    assert (many - few) % 10 == 0
    assert (many - few) // 10 <= 9


def test_the_command_and_the_task_do_the_same():
    now = timezone.now()
    asked(invited_at=now - timedelta(days=7))
    out = StringIO()
    call_command("send_reminders", stdout=out)
    assert "1 herinnering klaargezet." in out.getvalue()
    assert "de herinneringen blijven in het postvak uit" in out.getvalue()
    assert task() == 0
    asked(invited_at=now - timedelta(days=7))
    assert task() == 1


def test_the_command_spreads_when_asked_to(settings):
    settings.INVITATIONS_PER_MINUTE = 2
    for _number in range(3):
        asked(invited_at=timezone.now() - timedelta(days=7))
    call_command("send_reminders", "--spread", stdout=StringIO())
    at = [one.not_before for one in reminders()]
    assert [later - at[0] for later in at] == [timedelta(seconds=30 * n) for n in range(3)]
