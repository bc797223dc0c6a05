"""Reopening: the client answers anew, both answers are kept, one stands at every moment."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from alerts.actions import reconcile
from alerts.course import course_of
from alerts.models import Alert, AlertEvent, EventKind
from alerts.story import story_of
from outbox.dispatching import dispatch_due
from outbox.models import Delivery, Lane, State
from surveys.actions import (
    Answers,
    Kind,
    confirm_held,
    dismiss_held,
    hold_answer,
    record_response,
    reopen,
    send_reminders,
    stop_asking,
    undo_reopening,
)
from surveys.actions.holding import Conflict
from surveys.models import Consent, HeldAnswer, Invitation, LaterAnswer, Reopening, Response
from surveys.suspicion import Sign
from tests.factories import make_invitation, make_response, make_token, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

MINUS = Answers(
    satisfaction="dissatisfied",
    recommendation="no",
    interest="not_now",
    motivation="Drie projectleiders in één jaar.",
)
PLUS = Answers(satisfaction="more_than_satisfied", recommendation="yes", interest="not_now")
ZERO = Answers(satisfaction="satisfied", recommendation="maybe", interest="not_now")
WHY = "De klant belde: verkeerd project."
FORM = {
    "satisfaction": "more_than_satisfied",
    "motivation": "Beter dan verwacht.",
    "recommendation": "yes",
    "interest": "not_now",
}


def answered(answers: Answers = MINUS, **invitation) -> Invitation:
    made = make_invitation(**invitation)
    record_response(invitation=made, answers=answers)
    return made


def reopened(**fields) -> Invitation:
    """An invitation with a – that waits for a new answer."""
    invitation = answered()
    reopen(invitation=invitation, actor=make_user(name="Joost Bakker"), reason=WHY, **fields)
    return fresh(invitation)


def fresh(invitation: Invitation) -> Invitation:
    return Invitation.objects.get(pk=invitation.pk)


# Opening again --------------------------------------------------------------------------------


def test_the_earlier_answer_stands_until_the_new_one_comes() -> None:
    invitation = reopened()
    assert invitation.standing is not None
    assert invitation.standing.group == "negative"
    assert not invitation.is_answered
    line = Reopening.objects.get()
    assert (line.kind, line.reason, line.actor.name) == ("reopened", WHY, "Joost Bakker")


@pytest.mark.parametrize(("days_ago", "is_moved"), [(29, True), (0, False)])
def test_the_link_lives_at_least_as_long_as_a_new_one(days_ago: int, is_moved: bool) -> None:
    now = timezone.now()
    asked_at = now - timedelta(days=days_ago)
    invitation = answered(invited_at=asked_at, expires_at=asked_at + timedelta(days=31))
    reopen(invitation=invitation, actor=make_user(), reason=WHY, now=now)
    expected = now + timedelta(days=30) if is_moved else invitation.expires_at
    assert fresh(invitation).expires_at == expected


def test_a_mail_with_a_fresh_link_goes_to_the_client_and_is_secret() -> None:
    invitation = reopened()
    mail = Delivery.objects.get(template="reopened")
    assert (mail.lane, mail.is_secret) == (Lane.INVITATION, True)
    assert mail.recipient_address == invitation.contact.email
    text = mail.parsed().get_body(("plain",)).get_content()
    token = text.split("/s/")[1].split("/")[0]
    page = Client().get(f"/s/{token}/?satisfaction=satisfied")
    assert page.status_code == 200
    assert "Verstuur mijn antwoorden" in page.content.decode()


def test_without_a_mail_the_link_of_the_earlier_one_works() -> None:
    invitation = reopened(is_mailed=False)
    assert not Delivery.objects.filter(template="reopened").exists()
    page = Client().get(f"/s/{make_token(invitation)}/").content.decode()
    assert "Verstuur mijn antwoorden" in page


@pytest.mark.parametrize(
    ("arrange", "complaint"),
    [
        (lambda one: one.responses.all().delete(), "Er is nog geen antwoord"),
        (lambda one: change(one, reopened_at=timezone.now()), "al heropend"),
        (lambda one: change(one, withdrawn_at=timezone.now()), "ingetrokken"),
        (lambda one: stop_asking(contact=one.contact), "wil geen mail meer"),
        (lambda one: bounce(one), "werkt niet"),
    ],
)
def test_what_cannot_be_reopened_says_why_and_changes_nothing(arrange, complaint) -> None:
    invitation = answered(ZERO)
    arrange(invitation)
    before = Invitation.objects.values().get(pk=invitation.pk)
    with pytest.raises(Conflict, match=complaint):
        reopen(invitation=invitation, actor=make_user(), reason=WHY)
    assert Invitation.objects.values().get(pk=invitation.pk) == before
    assert not Reopening.objects.exists()
    assert not Delivery.objects.filter(template="reopened").exists()


def change(invitation, **values) -> None:
    Invitation.objects.filter(pk=invitation.pk).update(**values)


def bounce(invitation) -> None:
    invitation.contact.bounced_at = timezone.now()
    invitation.contact.save(update_fields=["bounced_at"])


def test_who_wants_no_mail_may_still_answer_anew() -> None:
    invitation = answered()
    stop_asking(contact=invitation.contact)
    reopen(invitation=invitation, actor=make_user(), reason=WHY, is_mailed=False)
    assert not fresh(invitation).is_answered


def test_who_opts_out_gets_no_mail_about_it_any_more() -> None:
    invitation = reopened()
    stop_asking(contact=invitation.contact)
    assert Delivery.objects.get(template="reopened").state == State.CANCELLED


def test_nobody_is_reminded_to_answer_anew() -> None:
    asked_at = timezone.now() - timedelta(days=7)
    answered_one = answered(invited_at=asked_at)
    neighbour = make_invitation(invited_at=asked_at)
    for one in (answered_one, neighbour):
        Delivery.objects.create(
            dedupe_key=one.delivery_key,
            lane=Lane.INVITATION,
            recipient_address=one.contact.email,
            message_id=f"<{one.pk}@b.example>",
            digest="0" * 64,
            state=State.SENT,
            sent_at=asked_at,
        )
    reopen(invitation=answered_one, actor=make_user(), reason=WHY)
    assert send_reminders() == 1
    reminder = Delivery.objects.get(lane=Lane.REMINDER)
    assert reminder.recipient_address == neighbour.contact.email


# Answering anew -------------------------------------------------------------------------------


def test_the_new_answer_stands_with_its_own_group_and_alert() -> None:
    invitation = reopened()
    old = Response.objects.get()

    recorded = record_response(invitation=invitation, answers=PLUS)

    assert recorded.kind is Kind.ANEW
    old.refresh_from_db()
    assert old.replaced_at is not None
    assert (old.group, old.motivation) == ("negative", MINUS.motivation)
    now_asked = fresh(invitation)
    assert now_asked.reopened_at is None
    assert now_asked.is_answered
    assert now_asked.standing.pk == recorded.response.pk
    assert recorded.response.alert.group == "positive"
    assert recorded.response.alert.notifications.count() == 2
    assert Delivery.objects.filter(lane=Lane.ALERT).count() == 4


@pytest.mark.parametrize(("answers", "glyph", "alerts"), [(PLUS, "+", 2), (ZERO, "0", 1)])
def test_the_old_alert_is_told_and_stays_as_it_is(answers, glyph, alerts) -> None:
    invitation = reopened()
    before = Alert.objects.values().get()
    record_response(invitation=invitation, answers=answers)
    old = Alert.objects.get(pk=before["id"])
    assert Alert.objects.values().get(pk=old.pk) == before
    assert Alert.objects.count() == alerts
    event = AlertEvent.objects.get(kind=EventKind.ANSWERED_ANEW)
    assert (event.alert, event.actor) == (old, None)
    texts = [step.text for step in course_of(old, reader=make_user())]
    assert f"Opnieuw beantwoord: {glyph}" in texts


def test_who_reads_the_new_alert_sees_the_answer_before() -> None:
    invitation = reopened()
    old = Response.objects.get()
    new = record_response(invitation=invitation, answers=PLUS).response
    story = story_of(new)
    assert story.earlier == [old]
    assert story.open_alerts == [old.alert]


def test_an_answer_that_was_replaced_is_never_given_an_alert_afterwards() -> None:
    old = make_response(satisfaction="dissatisfied", replaced_at=timezone.now())
    new = make_response(invitation=old.invitation, satisfaction="dissatisfied")
    reconcile()
    assert Alert.objects.get().response == new


def test_it_can_be_reopened_time_and_again() -> None:
    invitation = reopened()
    for answers in (PLUS, ZERO):
        record_response(invitation=invitation, answers=answers)
        reopen(invitation=fresh(invitation), actor=make_user(), reason=WHY)
    record_response(invitation=invitation, answers=MINUS)
    given = [(one.group, one.replaced_at is None) for one in Response.objects.order_by("pk")]
    assert given == [
        ("negative", False),
        ("positive", False),
        ("neutral", False),
        ("negative", True),
    ]


def test_the_same_answer_again_confirms_the_one_that_stands() -> None:
    """A lost reply, an old tab, or a client who means it again: nothing new was said."""
    invitation = reopened()
    again = record_response(invitation=invitation, answers=MINUS)
    assert again.kind is Kind.SAME
    assert again.response == Response.objects.get()
    assert fresh(invitation).is_answered
    assert list(Reopening.objects.values_list("kind", flat=True)) == ["reopened", "repeated"]
    assert Alert.objects.count() == 1
    assert not AlertEvent.objects.filter(kind=EventKind.ANSWERED_ANEW).exists()
    other = record_response(invitation=invitation, answers=PLUS)
    assert other.kind is Kind.DIFFERENT  # it is no longer open


def test_after_the_new_answer_another_one_is_only_kept() -> None:
    invitation = reopened()
    new = record_response(invitation=invitation, answers=PLUS).response
    again = record_response(invitation=invitation, answers=PLUS)
    other = record_response(invitation=invitation, answers=replace(ZERO, motivation="Toch niet"))
    assert (again.kind, other.kind) == (Kind.SAME, Kind.DIFFERENT)
    assert LaterAnswer.objects.get().response == new


def test_a_mail_that_has_not_left_is_not_needed_any_more() -> None:
    invitation = reopened()
    record_response(invitation=invitation, answers=PLUS)
    assert Delivery.objects.get(template="reopened").state == State.CANCELLED


def test_a_receiver_that_fails_undoes_no_new_answer_and_the_old_alert_is_told(monkeypatch) -> None:
    invitation = reopened()
    old = Response.objects.get()
    reconcile()  # raises the alert of the old answer, where it has none
    with monkeypatch.context() as patch:
        patch.setattr("alerts.receivers.note_answered_anew", None)
        record_response(invitation=invitation, answers=PLUS)
    old.refresh_from_db()
    assert old.replaced_at is not None
    assert Response.objects.standing().get().group == "positive"
    told = AlertEvent.objects.filter(kind=EventKind.ANSWERED_ANEW, alert__response=old)
    assert not told.exists()
    reconcile()
    assert told.count() == 1


# Over HTTP ------------------------------------------------------------------------------------


def test_the_client_sees_empty_questions_answers_and_is_thanked(client: Client) -> None:
    invitation = reopened()
    token = make_token(invitation)
    thanks = reverse("surveys:thanks", args=[token])
    page = client.get(f"/s/{token}/").content.decode()
    assert " checked" not in page
    assert "Drie projectleiders" not in page
    assert client.get(thanks)["Location"] == f"/s/{token}/"
    assert client.post(f"/s/{token}/", {}).status_code == 200  # incomplete: asked again
    assert client.post(f"/s/{token}/", FORM)["Location"] == thanks
    thanked = client.get(thanks)
    assert thanked.status_code == 200
    assert "binnen één werkdag" not in thanked.content.decode()  # as a – is promised
    assert client.get(f"/s/{token}/").status_code == 302
    assert Response.objects.standing().get().group == "positive"


def test_looking_at_a_reopened_page_costs_no_more_than_any(
    client: Client, django_assert_num_queries
) -> None:
    token = make_token(reopened())
    with django_assert_num_queries(2):
        client.get(f"/s/{token}/")


def test_a_reopened_page_closes_with_its_link(client: Client) -> None:
    invitation = reopened()
    change(invitation, expires_at=timezone.now())
    token = make_token(invitation)
    assert client.get(f"/s/{token}/").status_code == 410
    assert client.post(f"/s/{token}/", FORM).status_code == 410
    assert Response.objects.get().replaced_at is None


def test_what_looks_automatic_waits_and_the_old_answer_stands(client: Client) -> None:
    invitation = reopened()
    token = make_token(invitation)
    posted = client.post(f"/s/{token}/", {**FORM, "remark": "x"})
    thanks = reverse("surveys:thanks", args=[token])
    assert posted["Location"] == thanks
    assert client.get(thanks).status_code == 200  # a program learns nothing
    assert Response.objects.get().group == "negative"
    recorded = confirm_held(held=HeldAnswer.objects.get(), actor=make_user())
    assert recorded is not None
    assert recorded.kind is Kind.ANEW
    assert Response.objects.standing().get().group == "positive"


def test_the_mail_about_it_is_a_mail_that_scanners_press(client: Client) -> None:
    """Sent within seconds after it, at once and without a word: that is held."""
    invitation = reopened()
    dispatch_due()
    Delivery.objects.filter(template="reopened").update(transport="smtp", sent_at=timezone.now())
    token = make_token(invitation)
    page = client.get(f"/s/{token}/").content.decode()
    seen = page.split('name="seen" value="')[1].split('"')[0]
    client.post(f"/s/{token}/", {**FORM, "motivation": "", "seen": seen})
    assert Response.objects.count() == 1
    assert HeldAnswer.objects.get().state == HeldAnswer.State.HELD


def test_what_was_on_hold_before_is_no_new_answer(client: Client) -> None:
    invitation = answered()
    hold_answer(invitation=invitation, answers=PLUS, signs={Sign.TRAP})
    reopen(invitation=invitation, actor=make_user(), reason=WHY)
    token = make_token(invitation)
    assert client.get(reverse("surveys:thanks", args=[token])).status_code == 302
    recorded = confirm_held(held=HeldAnswer.objects.get(), actor=make_user())
    assert recorded is not None
    assert recorded.kind is Kind.DIFFERENT
    assert fresh(invitation).reopened_at is not None
    assert Response.objects.get().group == "negative"


@pytest.mark.parametrize("end", ["held", "confirmed", "dismissed", "replaced"])
def test_the_same_answer_on_hold_after_reopening_is_a_new_one(end: str) -> None:
    """What was decided about it before says nothing about what the client says now."""
    invitation, actor = make_invitation(), make_user()
    before = hold_answer(invitation=invitation, answers=PLUS, signs={Sign.TRAP})
    if end == "confirmed":
        confirm_held(held=before, actor=actor)
    elif end == "dismissed":
        dismiss_held(held=before, actor=actor)
    if end != "confirmed":
        make_response(invitation=invitation)
    if end == "replaced":
        HeldAnswer.objects.update(state=end, decided_at=timezone.now())
    reopen(invitation=fresh(invitation), actor=actor, reason=WHY)
    held = hold_answer(invitation=invitation, answers=PLUS, signs={Sign.TRAP})
    again = hold_answer(invitation=invitation, answers=PLUS, signs={Sign.TRAP})
    assert held == again != before
    assert held.state == HeldAnswer.State.HELD
    recorded = confirm_held(held=held, actor=actor)
    assert recorded.kind is (Kind.SAME if end == "confirmed" else Kind.ANEW)
    assert fresh(invitation).reopened_at is None


def test_nothing_is_offered_beside_the_old_answer_while_a_new_one_is_awaited(
    client: Client,
) -> None:
    invitation = answered(PLUS)
    token = make_token(invitation)
    thanks = reverse("surveys:thanks", args=[token])
    assert 'value="reference"' in client.get(thanks).content.decode()
    reopen(invitation=invitation, actor=make_user(), reason=WHY, is_mailed=False)
    client.post(f"/s/{token}/", {**FORM, "satisfaction": "dissatisfied", "remark": "x"})
    page = client.get(thanks)
    assert page.status_code == 200
    assert 'value="reference"' not in page.content.decode()
    client.post(reverse("surveys:wishes", args=[token]), {"kinds": ["reference"]})
    assert not Consent.objects.exists()


# Undoing --------------------------------------------------------------------------------------


def test_undoing_leaves_it_at_the_answer_that_stands(client: Client) -> None:
    invitation = reopened()
    undo_reopening(invitation=invitation, actor=make_user(name="Joost Bakker"))
    assert fresh(invitation).is_answered
    assert Delivery.objects.get(template="reopened").state == State.CANCELLED
    assert list(Reopening.objects.values_list("kind", flat=True)) == ["reopened", "undone"]
    assert client.get(f"/s/{make_token(invitation)}/").status_code == 302
    assert record_response(invitation=invitation, answers=PLUS).kind is Kind.DIFFERENT


def test_undoing_comes_too_late_once_the_client_answered() -> None:
    invitation = reopened()
    record_response(invitation=invitation, answers=PLUS)
    with pytest.raises(Conflict, match="staat niet meer open"):
        undo_reopening(invitation=invitation, actor=make_user())
    assert Response.objects.standing().get().group == "positive"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs row locks (PostgreSQL)")
def test_a_hundred_posts_at_once_after_reopening_are_one_new_response() -> None:
    invitation = reopened()
    kinds: list[Kind] = []
    start = threading.Barrier(10)

    def post() -> None:
        start.wait(timeout=10)
        try:
            for _time in range(10):
                kinds.append(record_response(invitation=invitation, answers=PLUS).kind)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=post) for _number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert len(kinds) == 100
    assert kinds.count(Kind.ANEW) == 1
    assert kinds.count(Kind.SAME) == 99
    assert Response.objects.count() == 2
    assert Response.objects.standing().count() == 1
    assert Alert.objects.count() == 2
    assert AlertEvent.objects.filter(kind=EventKind.ANSWERED_ANEW).count() == 1
