"""The page of one invitation, the list of those that were made, and reopening by hand."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from alerts.models import Alert
from outbox.models import Delivery, Lane, ReportKind, State
from outbox.reporting import record_report
from surveys.actions import (
    Answers,
    ask_for_call,
    confirm_held,
    give_consents,
    hold_answer,
    record_response,
    reopen,
    withdraw_consent,
)
from surveys.asked import Stage, stage_of
from surveys.course import course_of
from surveys.models import HeldAnswer, Invitation, Reopening
from surveys.suspicion import Sign
from tests.factories import (
    make_alert,
    make_contact,
    make_invitation,
    make_project,
    make_project_contact,
    make_response,
    make_service,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]
LIST = reverse("invitations:list")
MINUS = Answers(
    satisfaction="dissatisfied",
    recommendation="no",
    interest="not_now",
    motivation="Te laat & <b>te duur</b>.",
)
PLUS = Answers(satisfaction="more_than_satisfied", recommendation="yes", interest="not_now")


@pytest.fixture
def supervisor():
    return make_user(name="Joost Bakker")


@pytest.fixture
def manager(supervisor):
    return make_user(name="Sanne de Wit", supervisor=supervisor)


def invited(manager, *, who="Marijke Vermeulen", project="Kade Noord", **fields) -> Invitation:
    part = make_project_contact(
        project=make_project(account_manager=manager, name=project),
        contact=make_contact(name=who),
    )
    return make_invitation(project_contact=part, **fields)


def mail_of(invitation, key="", **fields) -> Delivery:
    fields = {"state": State.SENT, "transport": "smtp", **fields}
    if fields["state"] == State.SENT:
        fields["sent_at"] = timezone.now()
    key = key or invitation.delivery_key
    made = Delivery.objects.create(
        dedupe_key=key,
        lane=Lane.INVITATION,
        recipient_address="c@b.example",
        message_id=f"<{key}@b.example>",
        digest="0" * 64,
        **fields,
    )
    if key == invitation.delivery_key:
        invitation.delivery = made
        invitation.save(update_fields=["delivery"])
    return made


def page_of(client, user, invitation):
    client.force_login(user)
    return client.get(reverse("invitations:detail", args=[invitation.pk]))


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def course(response) -> list[str]:
    return [step.text for step in response.context["course"]]


# The page of one ------------------------------------------------------------------------------


def test_it_tells_who_was_asked_about_what_and_how_far_it_came(client, supervisor, manager):
    invitation = invited(manager, language="de")
    other = make_project(account_manager=manager, name="Sluis Zuid")
    invitation.also_about.add(make_project_contact(project=other, contact=invitation.contact))
    mail_of(invitation)
    page = text_of(page_of(client, supervisor, invitation))
    for words in (
        "Marijke Vermeulen",
        "Kade Noord",
        "en ook Sluis Zuid",
        "Duits",
        "projectafsluiting",
        "verstuurd, nog niet beantwoord",
        "Sanne de Wit",
    ):
        assert words in page, words


def test_the_course_tells_everything_in_its_order_and_every_answer_in_full(
    client, supervisor, manager
):
    start = timezone.now() - timedelta(hours=9)

    def at(hours):
        return start + timedelta(hours=hours)

    service = make_service(name="Bruggen")
    invitation = invited(manager, invited_at=start)
    mail_of(invitation)
    Delivery.objects.update(sent_at=at(1))
    hold_answer(invitation=invitation, answers=PLUS, signs={Sign.TRAP}, now=at(2))
    record_response(invitation=invitation, answers=MINUS, now=at(3))
    other = Answers(
        satisfaction="satisfied",
        recommendation="maybe",
        interest="yes",
        motivation="Bij nader inzien.",
        services=(service.pk,),
    )
    record_response(invitation=invitation, answers=other, now=at(4))
    reason = "De klant belde: verkeerd project."
    reopen(invitation=invitation, actor=supervisor, reason=reason, is_mailed=False, now=at(5))
    record_response(invitation=invitation, answers=PLUS, now=at(6))

    response = page_of(client, supervisor, invitation)
    assert course(response) == [
        "Beantwoord",
        "Heropend door Joost Bakker",
        "Anders beantwoord via dezelfde link; het eerste antwoord telt",
        "Beantwoord; een later antwoord kwam ervoor in de plaats",
        "Antwoord aangehouden: het lijkt automatisch",
        "Mail met de uitnodiging: verstuurd",
        "Uitgenodigd",
    ]
    page = text_of(response)
    assert "Te laat &amp; &lt;b&gt;te duur&lt;/b&gt;." in page
    for words in ("Bij nader inzien.", "Ja: Bruggen", reason, "Ontevreden", "Meer dan tevreden"):
        assert words in page, words


def test_mails_say_how_they_ended(client, supervisor, manager):
    invitation = invited(manager)
    mail_of(invitation, state=State.UNDELIVERABLE, last_error="550 5.1.1 unknown user")
    mail_of(invitation, invitation.reminder_key(1), transport="kept")
    mail_of(invitation, invitation.reminder_key(2), state=State.QUEUED)
    response = page_of(client, supervisor, invitation)
    texts = course(response)
    assert "Mail met de uitnodiging: kon niet worden bezorgd" in texts
    assert "Herinnering 1: bewaard in het postvak uit: er is geen mailserver ingesteld" in texts
    assert "Herinnering 2: wacht op verzending" in texts
    assert "550 5.1.1 unknown user" in text_of(response)
    assert "mail kon niet worden bezorgd" in text_of(response)


def test_what_came_back_stands_under_its_own_heading(client, supervisor, manager):
    invitation = invited(manager)
    mail = mail_of(invitation)
    assert "Wat terugkwam" not in text_of(page_of(client, supervisor, invitation))
    told = {"kind": ReportKind.HARD_BOUNCE, "source": "mailbox", "external_id": "test:1"}
    assert record_report(delivery=mail, **told) is not None
    page = text_of(page_of(client, supervisor, invitation))
    assert "<h2>Wat terugkwam</h2>" in page
    assert "mail teruggekomen" in page


def test_what_the_client_allowed_and_asked_for_stands_in_the_course(client, supervisor, manager):
    invitation = invited(manager)
    response = record_response(invitation=invitation, answers=PLUS).response
    (consent,) = give_consents(response=response, agreed={"reference": "U mag mij noemen."})
    withdraw_consent(contact=invitation.contact, pk=consent.pk)
    ask_for_call(response=response, moment="morning", note="Liefst dinsdag.")
    page = page_of(client, supervisor, invitation)
    assert {
        "Klant gaf toestemming voor: referentie",
        "Klant trok de toestemming in voor: referentie",
    } <= set(course(page))
    assert any(text.startswith("Klant wil gebeld worden") for text in course(page))
    assert "Liefst dinsdag." in text_of(page)
    hidden = page_of(client, make_user(is_administrator=True), invitation)
    assert "toestemming" not in text_of(hidden)


def test_a_held_answer_shows_who_decided(client, supervisor, manager):
    invitation = invited(manager)
    hold_answer(invitation=invitation, answers=PLUS, signs={Sign.TRAP})
    confirm_held(held=HeldAnswer.objects.get(), actor=supervisor)
    assert "Aangehouden antwoord bevestigd door Joost Bakker" in course(
        page_of(client, supervisor, invitation)
    )


def test_an_administrator_sees_that_there_is_an_answer_and_not_which(client, manager):
    invitation = invited(manager)
    record_response(invitation=invitation, answers=MINUS)
    hold_answer(invitation=invitation, answers=PLUS, signs={Sign.TRAP})
    response = page_of(client, make_user(is_administrator=True), invitation)
    page = text_of(response)
    assert "Beantwoord" in course(response)
    assert "Te laat" not in page
    assert "Ontevreden" not in page
    assert "tile" not in page
    listed = client.get(LIST, {"tab": "invited"})
    assert [row.group for row in listed.context["rows"]] == [""]
    assert 'href="#minus"' not in text_of(listed)


def test_somebody_elses_row_is_not_there(client, manager):
    invitation = invited(manager)
    stranger = make_user()
    make_user(supervisor=stranger)  # a supervisor of another team
    assert page_of(client, stranger, invitation).status_code == 404
    for name in ("reopen", "undo_reopen"):
        address = reverse(f"invitations:{name}", args=[invitation.pk])
        assert client.post(address, {"reason": "x"}).status_code == 404


def test_nobody_reopens_what_they_are_account_manager_of(client, manager):
    """Also not a supervisor of others: who was asked is no friend of theirs to choose."""
    make_user(supervisor=manager)
    invitation = invited(manager)
    make_response(invitation=invitation)
    client.force_login(manager)
    address = reverse("invitations:reopen", args=[invitation.pk])
    assert client.get(address).status_code == 404
    assert client.post(address, {"reason": "x"}).status_code == 404
    assert not Reopening.objects.exists()


def number_of_queries(client, address, **query) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address, query).status_code == 200
    return len(queries)


def test_queries_do_not_grow_with_the_course(client, supervisor, manager):
    invitation = invited(manager)
    mail_of(invitation)
    service = make_service()

    def answer_and_reopen(number):
        answers = Answers(
            satisfaction="satisfied",
            recommendation="maybe",
            motivation=f"{number}",
            interest="yes",
            services=(service.pk,),
        )
        hold_answer(invitation=invitation, answers=answers, signs={Sign.TRAP})
        record_response(invitation=invitation, answers=answers)
        later = replace(answers, motivation=f"{number}, maar anders")
        record_response(invitation=invitation, answers=later)
        fresh = Invitation.objects.get(pk=invitation.pk)
        reopen(invitation=fresh, actor=supervisor, reason="x")

    address = reverse("invitations:detail", args=[invitation.pk])
    client.force_login(supervisor)
    answer_and_reopen(0)
    few = number_of_queries(client, address)
    for number in range(1, 5):
        answer_and_reopen(number)
    assert number_of_queries(client, address) == few


# Reopening by hand ----------------------------------------------------------------------------


def test_reopening_asks_why_and_leads_back_to_the_page(client, supervisor, manager):
    invitation = invited(manager)
    make_response(invitation=invitation)
    address = reverse("invitations:reopen", args=[invitation.pk])
    assert address in text_of(page_of(client, supervisor, invitation))
    silent = client.post(address, {"reason": " ", "is_mailed": "on"})
    assert "Noteer waarom de klant opnieuw antwoordt." in text_of(silent)
    done = client.post(address, {"reason": "Op verzoek.", "is_mailed": "on"}, follow=True)
    page = text_of(done)
    assert "Marijke Vermeulen kan opnieuw antwoorden." in page
    assert "heropend, wacht op een nieuw antwoord" in page
    assert "Heropend door Joost Bakker" in course(done)
    assert "Mail over opnieuw antwoorden: wacht op verzending" in course(done)
    assert address not in page.replace(f"{address}undo/", "")


def test_the_mail_is_asked_for_by_default_and_can_be_left_out(client, supervisor, manager):
    invitation = invited(manager)
    make_response(invitation=invitation)
    client.force_login(supervisor)
    address = reverse("invitations:reopen", args=[invitation.pk])
    assert client.get(address).context["form"]["is_mailed"].value() is True
    client.post(address, {"reason": "Op verzoek."})
    assert Invitation.objects.get().reopened_at is not None
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("field", ["opted_out_at", "bounced_at"])
def test_who_cannot_be_mailed_is_not_and_the_page_says_so(client, supervisor, manager, field):
    invitation = invited(manager)
    make_response(invitation=invitation)
    setattr(invitation.contact, field, timezone.now())
    invitation.contact.save()
    client.force_login(supervisor)
    address = reverse("invitations:reopen", args=[invitation.pk])
    assert "er gaat geen mail uit" in text_of(client.get(address))
    client.post(address, {"reason": "Op verzoek.", "is_mailed": "on"})
    assert Invitation.objects.get().reopened_at is not None
    assert not Delivery.objects.exists()


def test_two_supervisors_at_once_are_told(client, supervisor, manager):
    invitation = invited(manager)
    make_response(invitation=invitation)
    reopen(invitation=invitation, actor=make_user(), reason="x", is_mailed=False)
    client.force_login(supervisor)
    address = reverse("invitations:reopen", args=[invitation.pk])
    page = client.post(address, {"reason": "Op verzoek."}, follow=True)
    assert "al heropend" in text_of(page)
    assert Reopening.objects.count() == 1


def test_undoing_from_the_page(client, supervisor, manager):
    invitation = invited(manager)
    make_response(invitation=invitation)
    reopen(invitation=invitation, actor=supervisor, reason="x", is_mailed=False)
    client.force_login(supervisor)
    address = reverse("invitations:undo_reopen", args=[invitation.pk])
    page = client.post(address, follow=True)
    assert "De heropening is teruggedraaid." in text_of(page)
    assert "Heropening teruggedraaid door Joost Bakker" in course(page)
    assert "staat niet meer open" in text_of(client.post(address, follow=True))


# The list -------------------------------------------------------------------------------------


def make_stage(manager, stage) -> Invitation:
    now = timezone.now()
    if stage is Stage.NO_MAIL:
        return invited(manager)
    ago = timedelta(days=40 if stage is Stage.EXPIRED else 2)
    invitation = invited(manager, invited_at=now - ago)
    states = {
        Stage.UNDELIVERABLE: {"state": State.UNDELIVERABLE},
        Stage.STOPPED: {"state": State.CANCELLED, "cancelled_at": now},
        Stage.WAITING: {"state": State.QUEUED},
        Stage.CAME_BACK: {"transport": "kept", "bounced_at": now},
        Stage.KEPT: {"transport": "kept"},
    }
    mail_of(invitation, **states.get(stage, {}))
    if stage is Stage.WITHDRAWN:
        invitation.withdrawn_at = now
    if stage in (Stage.ANSWERED, Stage.REOPENED):
        make_response(invitation=invitation)
    if stage is Stage.REOPENED:
        invitation.reopened_at = now
    invitation.save()
    return invitation


@pytest.mark.parametrize("stage", list(Stage))
def test_every_stage_shows_in_words(client, supervisor, manager, stage):
    invitation = make_stage(manager, stage)
    fresh = Invitation.objects.select_related("delivery").get(pk=invitation.pk)
    assert stage_of(fresh, timezone.now()) is stage
    client.force_login(supervisor)
    page = client.get(LIST, {"tab": "invited"})
    (row,) = page.context["rows"]
    assert row.stage is stage
    assert str(stage.label) in text_of(page)
    assert reverse("invitations:detail", args=[invitation.pk]) in text_of(page)


def test_a_reopening_that_nobody_used_is_an_answer_again(manager):
    invitation = make_stage(manager, Stage.REOPENED)
    assert stage_of(invitation, invitation.expires_at) is Stage.ANSWERED


def test_newest_first_searchable_and_only_the_team_s(client, supervisor, manager):
    now = timezone.now()
    invited(manager, who="Piet Stam", invited_at=now - timedelta(days=3))
    newest = invited(manager, who="Jo Kuipers", project="Sluis Zuid", invited_at=now)
    invited(make_user(), who="Van een ander")
    client.force_login(supervisor)
    page = client.get(LIST, {"tab": "invited"})
    names = [row.invitation.contact.name for row in page.context["rows"]]
    assert names == ["Jo Kuipers", "Piet Stam"]
    assert page.context["number_invited"] == 2
    found = client.get(LIST, {"tab": "invited", "q": "sluis kuipers"}).context["rows"]
    assert [row.invitation for row in found] == [newest]
    assert "Niemand gevonden." in text_of(client.get(LIST, {"tab": "invited", "q": "zzz"}))


def test_nobody_invited_yet_is_one_sentence(client, supervisor, manager):
    client.force_login(supervisor)
    assert "Er is nog niemand uitgenodigd." in text_of(client.get(LIST, {"tab": "invited"}))


def test_the_list_costs_the_same_for_any_number(client, supervisor, manager):
    client.force_login(supervisor)
    make_stage(manager, Stage.ANSWERED)
    few = number_of_queries(client, LIST, tab="invited")
    for stage in Stage:
        make_stage(manager, stage)
    assert number_of_queries(client, LIST, tab="invited") == few


def test_the_preview_says_when_the_next_run_is(client, supervisor, manager, settings):
    client.force_login(supervisor)
    assert "de beheerder start de ronde" in text_of(client.get(LIST))
    settings.INVITE_AUTOMATICALLY = True
    page = client.get(LIST)
    moment = timezone.localtime(page.context["next_run"])
    assert f"{moment:%H}:15" in text_of(page).split("De volgende ronde is ")[1][:30]


# From the alert -------------------------------------------------------------------------------


def test_an_alert_leads_to_its_invitation_for_whoever_may_open_it(client, supervisor, manager):
    alert = make_alert(owner=manager)
    address = reverse("invitations:detail", args=[alert.response.invitation_id])
    stand_in = make_user()  # works the alert, of a project that is not theirs
    for user, is_shown in ((supervisor, True), (manager, True), (stand_in, False)):
        Alert.objects.filter(pk=alert.pk).update(owner=manager if is_shown else stand_in)
        client.force_login(user)
        page = text_of(client.get(reverse("alerts:detail", args=[alert.pk])))
        assert (address in page) is is_shown


def test_an_alert_says_that_the_client_answered_anew(client, manager):
    alert = make_alert(owner=manager)
    invitation = alert.response.invitation
    reopen(invitation=invitation, actor=make_user(), reason="x", is_mailed=False)
    record_response(invitation=invitation, answers=PLUS)
    client.force_login(manager)
    page = text_of(client.get(reverse("alerts:detail", args=[alert.pk])))
    assert "opnieuw geantwoord" in page
    assert "Opnieuw beantwoord: +" in page
    assert "Sindsdien opnieuw beantwoord" in page


def test_a_number_stands_in_the_course_as_it_was_given() -> None:
    invitation = make_invitation()
    answers = Answers(satisfaction="satisfied", recommendation="yes", interest="not_now", score=9)
    record_response(invitation=invitation, answers=answers)
    other = replace(answers, recommendation="no", score=3)
    record_response(invitation=invitation, answers=other)
    told = [str(step.answer) for step in course_of(invitation, is_reader=True) if step.answer]
    assert ["3 op de schaal" in told[0], "9 op de schaal" in told[1]] == [True, True]
