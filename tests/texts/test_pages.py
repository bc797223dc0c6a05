"""The page of the texts: what is refused, what is shown, and the test mail to oneself."""

import re

import pytest
from django.urls import reverse

from outbox.dispatching import dispatch_due
from outbox.models import Delivery
from surveys.models import BODY_MAX, SUBJECT_MAX, MailText
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]
TYPED = {"subject": "Over {project}", "body": "Hoe was {project}?\r\n\r\nGroet, {firm}"}


@pytest.fixture
def administrator(client):
    user = make_user(name="Joost Visser", email="joost@waterkant.example", is_administrator=True)
    client.force_login(user)
    return user


def address(name="edit", kind="invitation", language="nl"):
    return reverse(f"texts:{name}", args=[kind, language])


def html_of(client, response):
    """The HTML part as the frame shows it."""
    source = re.search(r'<iframe[^>]* src="([^"]+)"', response.content.decode())
    assert source is not None
    return client.get(source[1])


def test_what_is_typed_is_stored_with_who_and_when(client, administrator):
    answer = client.post(address(), TYPED, follow=True)
    assert answer.redirect_chain == [(address(), 302)]
    text = MailText.objects.get()
    assert (text.kind, text.language, text.changed_by) == ("invitation", "nl", administrator)
    assert (text.subject, text.body) == ("Over {project}", "Hoe was {project}?\n\nGroet, {firm}")
    assert "Eigen tekst, door Joost Visser" in answer.content.decode()
    client.post(address(), {**TYPED, "subject": "Anders"})
    assert MailText.objects.get().subject == "Anders"


def test_the_way_back_to_the_standard_text_is_a_post(client, administrator):
    client.post(address(), TYPED)
    client.post(address(language="de"), TYPED)
    assert client.get(address("standard")).status_code == 405
    answer = client.post(address("standard"), follow=True)
    assert "Op {day} rondden wij {project} af." in answer.content.decode()
    assert MailText.objects.get().language == "de"


def test_the_list_says_which_are_own(client, administrator):
    client.post(address(kind="reminder", language="en"), TYPED)
    rows = client.get(reverse("texts:list")).context["rows"]
    assert len(rows) == 12
    own = {(row["kind"], row["language"]): row["is_borrowed"] for row in rows if row["text"]}
    assert own == {("reminder", "en"): False, ("last_reminder", "en"): True}
    assert {row["subject"] for row in rows if row["language"] == "de"} == {
        "Wie blicken Sie auf {project} zurück?",
        "Zur Erinnerung: Wie blicken Sie auf {project} zurück?",
    }


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("subject", "", "Geef de mail een onderwerp."),
        ("subject", "Een\nBcc: alle@example.org", "Schrijf het onderwerp op één regel."),
        ("subject", "Een\u2028twee", "Schrijf het onderwerp op één regel."),
        ("subject", "{klant}", "Hier onbekend: {klant}. U kunt gebruiken: {contact}, {client}"),
        ("subject", "{other_projects}", "Hier onbekend: {other_projects}."),
        ("subject", "x" * (SUBJECT_MAX + 1), "hoogstens 120 tekens"),
        ("body", " \n ", "Schrijf wat voor de eerste vraag staat."),
        ("body", "{asked_on}", "Hier onbekend: {asked_on}."),
        ("body", "{project", "Er staat een losse accolade."),
        ("body", "{project.client.contacts}", "Er staat een losse accolade."),
        ("body", "x" * (BODY_MAX + 1), "1500"),
    ],
)
@pytest.mark.parametrize("name", ["edit", "preview", "test"])
def test_what_cannot_be_sent_is_refused_with_the_reason(
    client, administrator, name, field, value, error
):
    answer = client.post(address(name), {**TYPED, field: value})
    assert answer.status_code == 200
    errors = answer.context["form"].errors
    assert list(errors) == [field]
    if not error.startswith("hoogstens"):
        assert error in errors[field][0]
    assert "iframe" not in answer.content.decode()
    assert not MailText.objects.exists()
    assert not Delivery.objects.exists()


def test_a_reminder_knows_the_day_of_the_first_mail(client, administrator):
    body = {**TYPED, "body": "Op {asked_on} vroeg ik u naar {project}."}
    client.post(address(kind="reminder"), body)
    assert MailText.objects.get().kind == "reminder"


@pytest.mark.parametrize(("kind", "language"), [("thanks", "nl"), ("invitation", "xx")])
def test_what_does_not_exist_is_not_there(client, administrator, kind, language):
    for name in ("edit", "preview", "test", "standard"):
        assert client.post(address(name, kind, language), TYPED).status_code == 404
    assert client.get(address("edit", kind, language)).status_code == 404


@pytest.mark.parametrize("kind", ["invitation", "reminder", "last_reminder"])
@pytest.mark.parametrize("language", ["nl", "en", "de", "fr"])
def test_the_example_is_the_mail_with_what_was_typed(client, administrator, kind, language):
    answer = client.post(address("preview", kind, language), TYPED)
    page = answer.content.decode()
    assert answer.context["example"]["subject"] == "Over Klimaatadaptatieplan Meerzicht"
    assert "Hoe was Klimaatadaptatieplan Meerzicht?" in answer.context["example"]["text"]
    assert "Hoe was {project}?" in page  # what was typed is still there
    frame = html_of(client, answer)
    assert "<b>Klimaatadaptatieplan Meerzicht</b>?</p>" in frame.content.decode()
    assert f'<html lang="{language}">' in frame.content.decode()
    assert not MailText.objects.exists()
    assert not Delivery.objects.exists()


def test_the_example_can_be_about_several_projects(client, administrator):
    answer = client.post(address("preview"), {**TYPED, "several": "on"})
    assert "Verkeersstudie N209, Kadevernieuwing Noord" in answer.context["example"]["text"]
    assert "Verkeersstudie N209" in html_of(client, answer).content.decode()
    assert "Verkeersstudie" not in client.post(address("preview"), TYPED).content.decode()


def test_the_frame_can_do_nothing_and_shows_only_what_we_signed(client, administrator):
    frame = html_of(client, client.get(address()))
    policy = frame["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert frame["X-Frame-Options"] == "SAMEORIGIN"
    draft = frame.request["PATH_INFO"].split("/")[-2]
    for other in (draft[:-1] + ("A" if draft[-1] != "A" else "B"), "x", "x" + draft):
        assert client.get(reverse("texts:frame", args=[other])).status_code == 404


@pytest.mark.parametrize("kind", ["invitation", "reminder", "last_reminder"])
def test_a_test_mail_goes_to_oneself_and_holds_no_personal_link(
    client, administrator, settings, kind
):
    settings.SITE_URL = "https://klanten.waterkant.example"
    settings.EMAIL_URL = "smtp://127.0.0.1:2525"
    answer = client.post(address("test", kind), TYPED)
    assert "Er vertrekt een testmail naar joost@waterkant.example." in answer.content.decode()
    delivery = Delivery.objects.get()
    assert delivery.recipient_address == "joost@waterkant.example"
    assert (delivery.template, delivery.is_secret) == ("test", False)
    mail = delivery.parsed()
    assert mail["Subject"] == "[Test] Over Klimaatadaptatieplan Meerzicht"
    assert mail["To"] == "Joost Visser <joost@waterkant.example>"
    assert mail["List-Unsubscribe"] is None
    assert mail["List-Unsubscribe-Post"] is None
    bodies = [mail.get_body((part,)).get_content() for part in ("plain", "html")]
    links = {link for body in bodies for link in re.findall(r'https?://[^\s"<]+', body)}
    assert links == {f"https://klanten.waterkant.example{address('edit', kind)}"}
    assert client.get(address("edit", kind)).status_code == 200
    assert not MailText.objects.exists()
    assert "Hoe was {project}?" in answer.content.decode()


def test_without_a_mail_server_the_page_says_that_the_test_mail_is_kept(client, administrator):
    answer = client.post(address("test"), TYPED)
    assert "Er is geen mailserver ingesteld" in answer.content.decode()
    dispatch_due()
    assert Delivery.objects.get().transport == "kept"
    shown = client.get(reverse("outbox:detail", args=[Delivery.objects.get().pk]))
    assert "Hoe was Klimaatadaptatieplan Meerzicht?" in shown.content.decode()


def test_two_test_mails_are_two(client, administrator):
    for _number in range(2):
        client.post(address("test"), TYPED)
    assert Delivery.objects.count() == 2


def test_the_page_is_english_for_who_reads_english(client, administrator):
    administrator.language = "en"
    administrator.save()
    page = client.get(address(language="fr")).content.decode()
    assert "Text before the first question" in page
    assert "Invitation, French" in page
