"""The reminder as it arrives, and the headers of every mail to a client."""

import re
from datetime import UTC, date, datetime

import pytest

from outbox.models import Lane
from outbox.queueing import queue_message
from staff.models import User
from surveys.mails import compose_invitation, compose_reminder
from tests.factories import (
    make_client,
    make_contact,
    make_invitation,
    make_project,
    make_project_contact,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

TOKEN = "t" * 32
PAGE = f"https://klanten.waterkant.example/s/{TOKEN}/"
SENT = datetime(2025, 11, 18, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _site(settings) -> None:
    settings.SITE_URL = "https://klanten.waterkant.example"
    settings.FIRM_NAME = "Waterkant Advies"
    settings.DEFAULT_FROM_EMAIL = "Waterkant <klanten@waterkant.example>"


def invited(*, language: str = "nl", project: str = "Meerzicht & Oost", manager: str = "Sanne"):
    client = make_client()
    address = "sanne@waterkant.example"
    user = User.objects.filter(email=address).first() or make_user(
        name=manager, phone="0795550142", email=address
    )
    part = make_project_contact(
        project=make_project(
            account_manager=user, client=client, name=project, closed_on=date(2025, 11, 13)
        ),
        contact=make_contact(client=client, name="Marijke Vermeulen", language=language),
    )
    return make_invitation(project_contact=part, invited_at=SENT)


def reminder(*, number: int = 1, **fields):
    return compose_reminder(invited(**fields), TOKEN, number=number, sent_at=SENT)


def sent(mail):
    """The mail as its bytes leave."""
    delivery = queue_message(
        mail,
        dedupe_key="test",
        lane=Lane.REMINDER,
        recipient_name="Marijke",
        recipient_address="m@b.example",
    )
    return delivery.parsed()


def test_dutch_refers_to_the_first_mail_and_has_the_three_links() -> None:
    mail = reminder()
    text = mail.body
    flat = " ".join(text.split())
    assert mail.subject == "Herinnering: hoe kijkt u terug op Meerzicht & Oost?"
    assert text.startswith("Beste Marijke Vermeulen,\n\nOp 18\u00a0november\u00a02025 vroeg ik u")
    for answer in ("dissatisfied", "satisfied", "more_than_satisfied"):
        assert f":\n{PAGE}?satisfaction={answer}\n" in text
    assert "Antwoorden kan tot 18 december 2025." in flat
    assert "Sanne\naccountmanager, 079\u00a0555\u00a00142\nWaterkant Advies" in text
    assert text.endswith(f"Geen vragen meer ontvangen:\n{PAGE}stop/\n")


def test_english_is_complete() -> None:
    mail = reminder(language="en")
    flat = " ".join(mail.body.split())
    assert mail.subject == "Reminder: how do you look back on Meerzicht & Oost?"
    assert "On 18 November 2025 I asked you how you experienced our work" in flat
    assert f"Receive no more questions: {PAGE}stop/" in flat
    for dutch in ("Beste", "Ontevreden", "groet", "Geen", "Herinnering"):
        assert dutch not in mail.body + mail.alternatives[0][0]


def test_the_last_one_says_that_it_is() -> None:
    last = "Na deze mail vraag ik er niet meer naar."
    first_mail = compose_reminder(one := invited(), TOKEN, number=1, sent_at=SENT)
    last_mail = compose_reminder(one, TOKEN, number=2, sent_at=SENT)
    assert [last in " ".join(mail.body.split()) for mail in (first_mail, last_mail)] == [
        False,
        True,
    ]
    assert last in last_mail.alternatives[0][0]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_text_is_wrapped_and_holds_no_markup(language: str) -> None:
    name = "Haalbaarheidsonderzoek bedrijventerreinen Noord-Holland Noord, derde fase en nazorg"
    text = reminder(number=2, language=language, project=name).body
    too_long = [line for line in text.splitlines() if len(line) > 78]
    assert [line for line in too_long if not line.startswith("https://")] == []
    assert "\n\n\n" not in text
    assert not re.search(r"&\w+;|<\w|[<(\[]https?:", text)


def test_html_holds_the_same_links_and_nothing_from_outside() -> None:
    html = reminder().alternatives[0][0]
    assert re.findall('href="([^"]*)"', html) == [
        f"{PAGE}?satisfaction=dissatisfied",
        f"{PAGE}?satisfaction=satisfied",
        f"{PAGE}?satisfaction=more_than_satisfied",
        PAGE,
        f"{PAGE}stop/",
    ]
    assert "Meerzicht &amp; Oost" in html
    assert "src=" not in html
    inert = reminder(project="<a href='http://evil.example'>x</a>").alternatives[0][0]
    assert "<a href='http" not in inert


def test_other_projects_are_named_as_in_the_first_mail() -> None:
    invitation = invited()
    other = make_project(client=invitation.project.client, name="Oeverwal Zuid")
    contact = invitation.contact
    invitation.also_about.add(make_project_contact(project=other, contact=contact))
    mail = compose_reminder(invitation, TOKEN, number=1, sent_at=SENT)
    assert "Oeverwal Zuid" in mail.body
    assert "Oeverwal Zuid" in mail.alternatives[0][0]


def test_the_privacy_statement_is_linked_only_when_there_is_one(settings, client) -> None:
    invitation = invited()

    def parts():
        mail = compose_invitation(invitation, TOKEN)
        return (mail.body, mail.alternatives[0][0])

    assert all("rivacy" not in part for part in parts())
    settings.PRIVACY_URL = "https://www.waterkant.example/privacy?a=1&b=2"
    text, html = parts()
    assert "Privacyverklaring:\nhttps://www.waterkant.example/privacy?a=1&b=2\n" in text
    assert 'href="https://www.waterkant.example/privacy?a=1&amp;b=2"' in html


# Headers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["invitation", "reminder"])
def test_mail_programs_can_unsubscribe_with_one_click(kind: str) -> None:
    mail = compose_invitation(invited(), TOKEN) if kind == "invitation" else reminder()
    headers = sent(mail)
    assert headers["List-Unsubscribe"].strip() == f"<{PAGE}stop/>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["From"] == "Sanne <klanten@waterkant.example>"


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("none", None),
        ("account_manager", "Zoë O'Neil <sanne@waterkant.example>"),
        ("firm", "Waterkant Advies <antwoord@waterkant.example>"),
    ],
)
def test_a_reply_goes_where_the_setting_says(settings, setting, expected) -> None:
    settings.REPLY_TO = setting
    settings.FIRM_REPLY_TO = "antwoord@waterkant.example"
    mail = compose_invitation(invited(manager="Zoë O'Neil"), TOKEN)
    assert sent(mail)["Reply-To"] == expected


def test_a_crafted_name_cannot_add_a_header(settings) -> None:
    settings.REPLY_TO = "account_manager"
    headers = sent(reminder(manager="Sanne\nBcc: alle@example.org"))
    assert headers["Bcc"] is None
