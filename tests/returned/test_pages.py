"""What administrators see of what came back."""

import re

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from outbox.mailbox import MailboxError, read_mailbox
from outbox.models import AppendOnlyError, Bookmark, Report, ReportKind
from surveys.returned import reports_of
from tests.factories import make_user
from tests.returned.conftest import mail_of
from tests.returned.test_reaching import tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    user = make_user(is_administrator=True)
    client.force_login(user)
    return user


def words(markup):
    return " ".join(re.sub(r"<[^>]+>", " ", markup).split())


def page_of(client, delivery):
    return client.get(reverse("outbox:detail", args=[delivery.pk])).content.decode()


def test_a_mail_without_reports_says_nothing_of_them(client, administrator, delivery):
    assert "Wat terugkwam" not in page_of(client, delivery)


def test_the_page_of_a_mail_tells_what_came_back(client, administrator, delivery):
    tell(delivery, detail="550 5.1.1 unknown")
    tell(
        delivery,
        ReportKind.OUT_OF_OFFICE,
        number=2,
        detail="",
        subject="Automatisch antwoord: Hoe kijkt u terug?",
        text="Afwezig tot maandag.\n<b>Groet</b>",
        is_guess=True,
    )
    page = page_of(client, delivery)
    for expected in (
        "Wat terugkwam",
        "adres werkt niet",
        "550 5.1.1 unknown",
        "Automatisch antwoord: Hoe kijkt u terug?",
        "Afwezig tot maandag.",
        "gevonden op adres",
    ):
        assert expected in words(page)
    assert "<b>Groet</b>" not in page
    assert "&lt;b&gt;Groet&lt;/b&gt;" in page


def test_the_list_shows_and_filters_what_came_back(client, administrator, invitation, delivery):
    alert = mail_of(invitation, key="alert:1:email:1")
    arrived = mail_of(invitation, key="alert:1:email:2")
    for one in (delivery, alert):
        tell(one)
    answer = client.get("/outbox/")
    assert "2 teruggekomen" in words(answer.content.decode())
    found = client.get("/outbox/?state=came_back")
    assert {one.pk for one in found.context["page"]} == {delivery.pk, alert.pk}
    assert arrived.pk not in {one.pk for one in found.context["page"]}


def test_the_list_does_not_ask_more_for_more_rows(
    client, administrator, invitation, delivery, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    tell(delivery)
    client.get("/outbox/")
    with CaptureQueriesContext(connection) as few:
        client.get("/outbox/")
    for number in range(10):
        tell(mail_of(invitation, key=f"alert:1:email:{number}"))
    with CaptureQueriesContext(connection) as many:
        client.get("/outbox/")
    assert len(many) <= len(few) + 1  # at most the row of the other kind of mail


def test_a_mailbox_that_cannot_be_read_is_said(client, administrator, mailbox):
    assert "laatst gelezen" not in words(client.get("/outbox/").content.decode())
    mailbox.login_answer = "NO [AUTHENTICATIONFAILED] no"
    with pytest.raises(MailboxError):
        read_mailbox()
    page = words(client.get("/outbox/").content.decode())
    assert "BOUNCE_MAILBOX_URL" in page
    assert "nog nooit gelezen" in page
    mailbox.login_answer = ""
    read_mailbox()
    assert "BOUNCE_MAILBOX_URL" not in words(client.get("/outbox/").content.decode())


def test_an_old_fault_of_another_mailbox_is_not_said(client, administrator, settings):
    Bookmark.objects.create(mailbox="old", error="BOUNCE_MAILBOX_URL")
    assert "BOUNCE_MAILBOX_URL" not in client.get("/outbox/").content.decode()
    settings.BOUNCE_MAILBOX_URL = "nonsense"
    assert "BOUNCE_MAILBOX_URL" in client.get("/outbox/").content.decode()


def test_the_part_for_an_invitation(invitation, delivery):
    template = "invitations/reports.html"
    assert render_to_string(template, {"reports": reports_of(invitation)}).strip() == ""
    tell(mail_of(invitation, key=invitation.reminder_key(1)), ReportKind.LEFT, text="Ik ben weg.")
    other = mail_of(invitation, key=f"invitation:{invitation.pk}1:email")
    tell(other, ReportKind.OUT_OF_OFFICE, text="iemand anders")
    markup = words(render_to_string(template, {"reports": reports_of(invitation)}))
    assert "lijkt vertrokken" in markup
    assert "Ik ben weg." in markup
    assert "iemand anders" not in markup


def test_a_report_is_never_changed(delivery):
    report = tell(delivery)
    with pytest.raises(AppendOnlyError):
        Report.objects.update(kind="reply")
    with pytest.raises(AppendOnlyError):
        report.save()
    with pytest.raises(AppendOnlyError):
        report.delete()
