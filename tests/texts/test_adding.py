"""A personal line, and what was done with an earlier answer: who writes it, who reads it, once."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from outbox.dispatching import dispatch_due
from outbox.models import Delivery
from surveys.actions import send_invitations
from surveys.actions.adding import write_follow_up, write_line
from surveys.actions.holding import Conflict, suppress
from surveys.mails import compose_invitation, compose_reminder
from surveys.models import FollowUp, Invitation, PersonalLine, Touchpoint
from tests.factories import (
    make_contact,
    make_invitation,
    make_project,
    make_project_contact,
    make_questionnaire,
    make_response,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]
LINE = "Fijn dat de bewonersavond zo goed verliep."
DONE = "U heeft nu één vast aanspreekpunt."


@pytest.fixture
def manager():
    return make_user(name="Sanne de Wit", supervisor=make_user(name="Joost Bakker"))


def due(manager=None, *, contact=None, days_ago=10, **project):
    contact = contact or make_contact(name="Marijke Vermeulen")
    closed_on = timezone.localdate() - timedelta(days=days_ago)
    if manager is not None:
        project["account_manager"] = manager
    project = make_project(closed_on=closed_on, client=contact.client, **project)
    return make_project_contact(project=project, contact=contact)


def answered(contact=None, *, days_ago=200, **project):
    """An answer of long ago, so that its contact may be asked again."""
    part = due(contact=contact, days_ago=days_ago + 5, **project)
    at = timezone.now() - timedelta(days=days_ago)
    return make_response(
        invitation=make_invitation(project_contact=part, invited_at=at), submitted_at=at
    )


def mail_to(contact):
    """Both parts of the newest invitation mail to ``contact``, each with single blanks."""
    mails = Delivery.objects.filter(recipient_address=contact.email, template="invitation")
    mail = mails.latest("pk").parsed()
    return [" ".join(mail.get_body((kind,)).get_content().split()) for kind in ("plain", "html")]


class TestPersonalLine:
    def post(self, client, user, part, text):
        client.force_login(user)
        address = reverse("invitations:line", args=[part.pk])
        return client.post(f"{address}?tab=next", {"text": text}, follow=True)

    def test_it_stands_right_after_the_opening_in_both_parts(self, client, manager):
        part, other = due(manager), due(manager)
        answer = self.post(client, manager, part, f"  {LINE} ".replace(" dat ", "\n dat "))
        assert answer.redirect_chain == [(f"{reverse('invitations:list')}?tab=next", 302)]
        assert f"“{LINE}”" in answer.content.decode()
        send_invitations()
        text, html = mail_to(part.contact)
        assert f"samen een halve minuut. {LINE} Bent u tevreden" in text
        assert f'<p style="margin:0 0 16px">{LINE}</p>' in html
        assert all(LINE not in body for body in mail_to(other.contact))

    def test_a_reminder_does_not_repeat_it(self, manager):
        part = due(manager)
        write_line(project_contact=part, author=manager, text=LINE)
        send_invitations()
        invitation = Invitation.objects.get()
        assert LINE in compose_invitation(invitation, "t" * 32).body
        mail = compose_reminder(invitation, "t" * 32, number=1, sent_at=timezone.now())
        assert LINE not in mail.body + mail.alternatives[0][0]

    def test_it_is_inert(self, manager):
        part = due(manager)
        write_line(project_contact=part, author=manager, text="<b>{project}</b> {{ x }}")
        send_invitations()
        text, html = mail_to(part.contact)
        assert "<b>{project}</b> {{ x }}" in text
        assert "&lt;b&gt;{project}&lt;/b&gt; {{ x }}" in html

    @pytest.mark.parametrize(
        "text", ["Zie https://evil.example", "zie HTTP://x", "ga naar www.evil.example", "x" * 201]
    )
    def test_addresses_and_long_stories_are_refused(self, client, manager, text):
        part = due(manager)
        answer = self.post(client, manager, part, text)
        assert answer.context["form"].errors["text"]
        assert not PersonalLine.objects.exists()

    def test_words_that_only_look_like_an_address_pass(self, client, manager):
        self.post(client, manager, due(manager), "De httpd-server en het wwwoord zijn klaar")
        assert PersonalLine.objects.exists()

    def test_an_empty_line_takes_it_away(self, client, manager):
        part = due(manager)
        self.post(client, manager, part, LINE)
        answer = self.post(client, manager, part, " ")
        assert "krijgt geen persoonlijke zin" in answer.content.decode()
        assert not PersonalLine.objects.exists()

    def test_it_changes_until_the_invitation_is_made(self, client, manager):
        part = due(manager)
        self.post(client, manager, part, "Eerste zin.")
        self.post(client, manager, part, LINE)
        send_invitations()
        assert LINE in mail_to(part.contact)[0]
        answer = self.post(client, manager, part, "Te laat.")
        assert "De uitnodiging is al gemaakt" in answer.content.decode()
        assert PersonalLine.objects.get().text == LINE

    def test_it_does_not_change_either_when_another_invitation_names_the_project(self, manager):
        contact = make_contact()
        due(manager, contact=contact)
        named = due(manager, contact=contact, days_ago=16)
        send_invitations()
        with pytest.raises(Conflict):
            write_line(project_contact=named, author=manager, text=LINE)

    def test_it_goes_with_the_close_and_is_not_said_again_later(self, manager):
        part = due(manager)
        make_invitation(project_contact=part, touchpoint=Touchpoint.MID_PROJECT)
        write_line(project_contact=part, author=manager, text=LINE)
        said = [
            LINE in compose_invitation(one, "t" * 32).body
            for one in (
                make_invitation(project_contact=part),
                make_invitation(project_contact=part, touchpoint=Touchpoint.AFTERCARE),
            )
        ]
        assert said == [True, False]

    def test_who_is_asked_at_another_moment_gets_no_button(self, client, manager):
        today = timezone.localdate()
        project = make_project(
            state="running",
            account_manager=manager,
            started_on=today - timedelta(days=100),
            planned_end_on=today + timedelta(days=98),
        )
        part = make_project_contact(project=project)
        make_questionnaire(touchpoint=Touchpoint.MID_PROJECT, is_active=True)
        client.force_login(manager)
        response = client.get(reverse("invitations:list"))
        assert [row.part for row in response.context["rows"]] == [part]
        assert "/line/" not in response.content.decode()

    def test_a_line_is_not_said_in_the_name_of_the_next_account_manager(self, client, manager):
        part, successor = due(manager), make_user(name="Karim Smit")
        self.post(client, manager, part, LINE)
        part.project.account_manager = successor
        part.project.save()
        client.force_login(successor)
        assert LINE not in client.get(reverse("invitations:list")).content.decode()
        assert LINE not in client.get(reverse("invitations:line", args=[part.pk])).content.decode()
        assert client.get(reverse("invitations:line", args=[part.pk])).status_code == 200
        send_invitations()
        assert all(LINE not in body for body in mail_to(part.contact))

    def test_the_successor_writes_their_own(self, client, manager):
        part, successor = due(manager), make_user(name="Karim Smit")
        self.post(client, manager, part, LINE)
        part.project.account_manager = successor
        part.project.save()
        self.post(client, successor, part, "Ik neem het stokje over.")
        send_invitations()
        assert "Ik neem het stokje over." in mail_to(part.contact)[0]

    @pytest.mark.parametrize("who", ["supervisor", "management", "outsider"])
    def test_nobody_writes_in_somebody_elses_name(self, client, manager, who):
        part = due(manager)
        users = {
            "supervisor": manager.supervisor,
            "management": make_user(is_management=True),
            "outsider": make_user(),
        }
        assert self.post(client, users[who], part, LINE).status_code == 404
        assert not PersonalLine.objects.exists()

    def test_an_account_manager_sees_the_own_contacts_and_holds_nobody_back(self, client, manager):
        part = due(manager)
        due(make_user())
        client.force_login(manager)
        response = client.get(reverse("invitations:list"))
        assert [row.part for row in response.context["rows"]] == [part]
        assert f"/{part.pk}/line/" in response.content.decode()
        assert "/hold/" not in response.content.decode()
        hold = reverse("invitations:hold", args=[part.pk])
        assert client.post(hold, {"reason": "left"}).status_code == 403

    def test_a_supervisor_does_not_hold_back_the_own_contacts_either(self, client, manager):
        own, of_team = due(manager.supervisor), due(manager)
        client.force_login(manager.supervisor)
        page = client.get(reverse("invitations:list"))
        assert {row.part for row in page.context["rows"]} == {own, of_team}
        hold = [reverse("invitations:hold", args=[part.pk]) for part in (own, of_team)]
        assert [client.get(address).status_code for address in hold] == [404, 200]

    def test_who_is_not_asked_gets_no_button(self, client, manager):
        waiting, held = due(manager, days_ago=0), due(manager)
        suppress(project_contacts=[held], actor=manager.supervisor, reason="left")
        client.force_login(manager)
        page = client.get(reverse("invitations:list"), {"tab": "not"}).content.decode()
        assert f"/{waiting.pk}/line/" in page
        assert f"/{held.pk}/line/" not in page


class TestFollowUp:
    def test_the_next_invitation_tells_it_once_in_both_parts(self):
        response = answered(name="Verkeersstudie N209")
        write_follow_up(response=response, author=make_user(), text=DONE)
        part = due(contact=response.contact)
        send_invitations()
        text, html = mail_to(part.contact)
        said = f"Wat wij met uw antwoord over Verkeersstudie N209 hebben gedaan: {DONE}"
        assert f"{said} Ik lees uw antwoord zelf" in text
        assert f">{said}</p>" in html
        invitation = Invitation.objects.latest("pk")
        assert FollowUp.objects.get().told_in == invitation
        # Composed anew for the same invitation it says the same; the next one does not.
        assert DONE in " ".join(compose_invitation(invitation, "t" * 32).body.split())
        later = timezone.now() + timedelta(days=100)
        due(contact=part.contact, days_ago=-95)
        assert send_invitations(now=later).invited == 1
        assert DONE not in mail_to(part.contact)[0]

    def test_a_reminder_does_not_repeat_it(self):
        response = answered()
        write_follow_up(response=response, author=make_user(), text=DONE)
        due(contact=response.contact)
        send_invitations()
        invitation = Invitation.objects.latest("pk")
        mail = compose_reminder(invitation, "t" * 32, number=1, sent_at=timezone.now())
        assert DONE not in mail.body

    @pytest.mark.parametrize(
        ("language", "lead"),
        [
            ("en", "What we did with your answer about N209: "),
            ("de", "Was wir aus Ihrer Antwort zu N209 gemacht haben: "),
            ("fr", "Ce que nous avons fait de votre réponse sur N209 : "),
        ],
    )
    def test_it_is_led_in_in_the_language_of_the_invitation(self, language, lead):
        response = answered(make_contact(language=language), name="N209")
        write_follow_up(response=response, author=make_user(), text=DONE)
        due(contact=response.contact)
        send_invitations()
        assert lead + DONE in mail_to(response.contact)[0]

    def test_the_newest_of_several_is_told(self):
        contact, author = make_contact(), make_user()
        old, new = answered(contact, days_ago=400), answered(contact, days_ago=200)
        at = timezone.now() - timedelta(days=190)
        write_follow_up(response=new, author=author, text="Het nieuwste.", now=at)
        at -= timedelta(days=200)
        write_follow_up(response=old, author=author, text="Het oudste.", now=at)
        due(contact=contact)
        send_invitations()
        assert "Het nieuwste." in mail_to(contact)[0]
        assert "Het oudste." not in mail_to(contact)[0]
        assert FollowUp.objects.get(told_in__isnull=True).response == old

    def test_a_colleague_at_the_client_does_not_read_it(self):
        response = answered()
        write_follow_up(response=response, author=make_user(), text=DONE)
        other = due(contact=make_contact(client=response.contact.client))
        send_invitations()
        assert DONE not in mail_to(other.contact)[0]
        assert FollowUp.objects.get().told_in is None

    def test_it_is_correctable_until_told(self):
        response, author = answered(), make_user()
        write_follow_up(response=response, author=author, text="Fout.")
        write_follow_up(response=response, author=author, text=DONE)
        due(contact=response.contact)
        send_invitations()
        assert DONE in mail_to(response.contact)[0]
        for text in ("Anders.", ""):
            with pytest.raises(Conflict, match="De klant heeft dit al"):
                write_follow_up(response=response, author=author, text=text)
        assert FollowUp.objects.get().text == DONE

    def test_it_can_be_taken_back_until_told(self):
        response = answered()
        write_follow_up(response=response, author=make_user(), text=DONE)
        write_follow_up(response=response, author=make_user(), text="")
        write_follow_up(response=response, author=make_user(), text="")
        assert not FollowUp.objects.exists()

    def test_an_invitation_that_was_only_kept_has_told_nothing(self, settings):
        response = answered()
        write_follow_up(response=response, author=make_user(), text=DONE)
        part = due(contact=response.contact)
        write_line(project_contact=part, author=part.project.account_manager, text=LINE)
        send_invitations()
        dispatch_due()
        settings.EMAIL_URL = "smtp://127.0.0.1:2525"
        assert send_invitations().invited == 1
        assert FollowUp.objects.get().told_in == Invitation.objects.latest("pk")
        assert DONE in mail_to(response.contact)[0]
        assert LINE in mail_to(response.contact)[0]

    def test_a_failed_batch_tells_nothing(self, monkeypatch):
        response = answered()
        write_follow_up(response=response, author=make_user(), text=DONE)
        due(contact=response.contact)

        def broken(*args, **fields):
            raise RuntimeError

        monkeypatch.setattr("surveys.actions.inviting.queue_message", broken)
        with pytest.raises(RuntimeError):
            send_invitations()
        assert FollowUp.objects.get().told_in is None


def test_what_is_added_takes_as_many_queries_for_many_as_for_few():
    """Texts, lines and follow-ups of a batch: the mails are queued one by one, as before."""

    def queries(people):
        author = make_user()
        for _number in range(people):
            response = answered()
            write_follow_up(response=response, author=author, text=DONE)
            part = due(contact=response.contact)
            write_line(project_contact=part, author=part.project.account_manager, text=LINE)
        with CaptureQueriesContext(connection) as captured:
            assert send_invitations().invited == people
        about = ("mailtext", "personalline", "followup")
        added = [one for one in captured if any(f"surveys_{name}" in one["sql"] for name in about)]
        return len(added)

    assert queries(2) == queries(12) == 5


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_correction_and_a_run_do_not_cross():
    """Either the client reads the correction, or it is refused: the mail and the row agree."""
    if not connection.features.has_select_for_update:
        pytest.skip("needs row locks (PostgreSQL)")
    for _round in range(5):
        response, author = answered(), make_user()
        write_follow_up(response=response, author=author, text="Eerst.")
        due(contact=response.contact)
        refused: list[Conflict] = []

        def correct(response=response, author=author, refused=refused):
            try:
                write_follow_up(response=response, author=author, text="Verbeterd.")
            except Conflict as conflict:
                refused.append(conflict)
            finally:
                connection.close()

        other = threading.Thread(target=correct)
        other.start()
        send_invitations()
        other.join()
        stored = FollowUp.objects.get(response=response)
        assert stored.text == ("Eerst." if refused else "Verbeterd.")
        assert stored.text in mail_to(response.contact)[0]
