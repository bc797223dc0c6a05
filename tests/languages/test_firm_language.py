"""The contact's language, else the client's, else the firm's: what each of them leads to."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from outbox.models import Delivery, Lane
from staff.models import User
from surveys.actions import send_invitations
from surveys.models import Client as Organisation
from surveys.models import Contact, Invitation
from tests.factories import (
    make_alert,
    make_client,
    make_contact,
    make_invitation,
    make_project,
    make_project_contact,
    make_token,
    make_user,
)
from tests.imports.lists import line, run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]


@pytest.mark.parametrize(
    ("cell", "client", "firm", "language"),
    [
        ("Duits", "fr", "en", "de"),
        ("fr", "", "nl", "fr"),
        ("", "fr", "de", "fr"),
        ("", "", "de", "de"),
        ("", "", "nl", "nl"),
    ],
)
def test_the_list_decides_then_the_client_then_the_firm(
    settings, cell: str, client: str, firm: str, language: str
) -> None:
    settings.FIRM_LANGUAGE = firm
    run(line(Taal=cell))
    Organisation.objects.update(language=client)
    contact = Contact.objects.get()
    assert (contact.language == "") is (cell == "")
    assert contact.spoken_language == language


def test_the_invitation_keeps_the_language_that_counted_when_it_was_made(settings) -> None:
    settings.FIRM_LANGUAGE = "de"
    client = make_client(language="fr")
    closed = timezone.localdate() - timedelta(days=3)
    project = make_project(client=client, closed_on=closed)
    make_project_contact(project=project, contact=make_contact(client=client, language=""))
    assert send_invitations().invited == 1
    client.language = "en"
    client.save()
    assert Invitation.objects.get().language == "fr"
    mail = Delivery.objects.get().parsed().get_body(("plain",)).get_content()
    assert "Insatisfait" in mail


def test_who_phones_reads_the_language_that_counts(client: Client) -> None:
    owner = make_user()
    contact = make_contact(client=make_client(language="fr"), language="")
    alert = make_alert(owner=owner, contact=contact)
    client.force_login(owner)
    page = client.get(reverse("alerts:detail", args=[alert.pk])).content.decode()
    assert "spreekt Frans" in page
    mail = Delivery.objects.filter(lane=Lane.ALERT).first()
    assert mail is not None
    assert "spreekt Frans" in mail.parsed().get_body(("plain",)).get_content()


def test_the_mail_of_an_alert_asks_nothing_more_for_the_language(client: Client) -> None:
    """Most lists say nothing of languages: the client's own must come with the page."""
    counts = []
    for language in ("nl", ""):
        part = make_project_contact(contact=None)
        Contact.objects.filter(pk=part.contact_id).update(language=language)
        token = make_token(make_invitation(project_contact=part))
        answers = {"satisfaction": "dissatisfied", "recommendation": "no", "interest": "not_now"}
        with CaptureQueriesContext(connection) as queries:
            client.post(f"/s/{token}/", {**answers, "motivation": "Te laat."})
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_list_that_is_silent_later_keeps_the_language(settings) -> None:
    settings.FIRM_LANGUAGE = "de"
    run(line(Taal="fr"))
    run(line(Taal=""))
    assert Contact.objects.get().language == "fr"


def test_colleagues_of_a_list_never_get_a_language_that_only_clients_read(settings) -> None:
    settings.FIRM_LANGUAGE = "de"
    run(line())
    assert set(User.objects.values_list("language", flat=True)) == {"nl"}


@pytest.mark.parametrize(
    ("model", "hint"), [("contact", "Dan geldt die van de klant"), ("client", "Leeg: die van het")]
)
def test_made_by_hand_the_language_is_not_known_and_the_form_says_what_counts(
    client: Client, model: str, hint: str
) -> None:
    client.force_login(make_user(is_administrator=True))
    page = client.get(reverse(f"admin:surveys_{model}_add")).content.decode()
    assert '<option value="" selected>' in page
    assert '<option value="fr">' in page
    assert hint in page


def test_colleague_cannot_choose_a_language_that_only_clients_read(client: Client) -> None:
    client.force_login(make_user(is_administrator=True))
    page = client.get(reverse("admin:staff_user_add")).content.decode()
    assert '<option value="en">' in page
    assert '<option value="de">' not in page
