"""The firm's own words in the mails: filled in, inert, and what happens where something lacks."""

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from surveys import texts
from surveys.mails import compose_invitation, compose_reminder
from surveys.models import MailText, Project, TextKind
from tests.factories import (
    make_client,
    make_contact,
    make_invitation,
    make_project,
    make_project_contact,
    make_user,
)

pytestmark = pytest.mark.django_db
TOKEN = "t" * 32
SENT = datetime(2025, 11, 18, 9, tzinfo=UTC)
DAY = "13\u00a0november\u00a02025"


def invited(*, language="nl", project="Meerzicht", others=()):
    client = make_client(name="Gemeente Zoetermeer")
    manager = make_user(name="Sanne de Wit")
    contact = make_contact(client=client, name="Marijke Vermeulen", language=language)

    def part(name, day):
        row = make_project(account_manager=manager, client=client, name=name, closed_on=day)
        return make_project_contact(project=row, contact=contact)

    invitation = make_invitation(project_contact=part(project, date(2025, 11, 13)), invited_at=SENT)
    for name in others:
        invitation.also_about.add(part(name, date(2025, 10, 1)))
    return invitation


def own(*, kind="invitation", language="nl", subject="Over {project}", body="Hoe was {project}?"):
    return MailText.objects.write(
        kind=kind, language=language, subject=subject, body=body, author=make_user()
    )


def parts(mail):
    """Subject, text with single blanks, HTML."""
    return mail.subject, " ".join(mail.body.split(" ")), mail.alternatives[0][0]


def test_own_words_replace_subject_and_opening_and_nothing_else(settings):
    settings.FIRM_NAME = "Waterkant"
    usual = parts(compose_invitation(invitation := invited(), TOKEN))
    own(
        subject="{firm}: {project} voor {client}",
        body="{contact}, {day} was {project} klaar.\n\nWat vond u ervan?\nGroet, {account_manager}",
    )
    subject, text, html = parts(compose_invitation(invitation, TOKEN))
    assert subject == "Waterkant: Meerzicht voor Gemeente Zoetermeer"
    opening = (
        f"Marijke Vermeulen, {DAY} was Meerzicht klaar.\n\n"
        "Wat vond u ervan?\nGroet, Sanne de Wit\n\n"
    )
    assert text.startswith(f"Beste Marijke Vermeulen,\n\n{opening}Bent u tevreden")
    assert f"Marijke Vermeulen, {DAY} was <b>Meerzicht</b> klaar.</p>" in html
    assert "Wat vond u ervan?<br>Groet, Sanne de Wit</p>" in html
    # What an administrator cannot take away is as it was.
    assert text.partition("Bent u tevreden")[2] == usual[1].partition("Bent u tevreden")[2]
    fixed = '<p style="margin:0 0 12px;font:400 21px'
    assert html.partition(fixed)[2] == usual[2].partition(fixed)[2] != ""
    assert "Ik hoor graag hoe" not in text + html


@pytest.mark.parametrize("kind", list(TextKind))
@pytest.mark.parametrize("language", ["nl", "en", "de", "fr"])
def test_the_standard_text_as_own_text_is_the_same_mail(kind, language):
    """Who saves what stands in the form changes nothing."""
    invitation = invited(language=language)

    def mail():
        if kind == TextKind.INVITATION:
            return parts(compose_invitation(invitation, TOKEN))
        number = 2 if kind == TextKind.LAST_REMINDER else 1
        return parts(compose_reminder(invitation, TOKEN, number=number, sent_at=SENT))

    before = mail()
    with translation.override(language):
        standard = texts.standard(kind)
    own(kind=kind, language=language, subject=standard.subject, body=standard.body)
    assert mail() == before


def test_text_and_names_are_inert():
    own(
        subject="<b>{project}</b> {{ secret }}",
        body="<script>x</script> {% now 'Y' %} %(project)s {0.__class__} {project}",
    )
    invitation = invited(project="<i>{client}</i> & Zn {day}")
    subject, text, html = parts(compose_invitation(invitation, TOKEN))
    assert subject == "<b><i>{client}</i> & Zn {day}</b> {{ secret }}"
    assert "<script>x</script> {% now 'Y' %} %(project)s {0.__class__}" in text
    assert "<b>&lt;i&gt;{client}&lt;/i&gt; &amp; Zn {day}</b></p>" in html
    assert "&lt;script&gt;" in html
    assert "<script" not in html


def test_a_line_break_in_a_name_does_not_break_a_subject():
    own()
    mail = compose_invitation(invited(project="Plan\nBcc: alle@example.org"), TOKEN)
    assert mail.subject == "Over Plan Bcc: alle@example.org"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Hoe was {project}?", "Hoe was Meerzicht?\n\n{others}\n\n"),
        ("Hoe was {project}? {other_projects}", "Hoe was Meerzicht? {others}\n\n"),
        ("{other_projects}\n\nHoe was {project}?", "{others}\n\nHoe was Meerzicht?\n\n"),
    ],
)
@pytest.mark.parametrize("others", [(), ("Oeverwal Zuid", "Kade Noord")])
def test_every_project_is_named_wherever_the_text_says_so(body, expected, others):
    own(body=body)
    text = compose_invitation(invited(others=others), TOKEN).body
    opening = text.partition("Beste Marijke Vermeulen,\n\n")[2].partition("Bent u tevreden")[0]
    named = (
        "Deze mail gaat ook over Kade Noord, Oeverwal Zuid: één antwoord over deze projecten samen "
        "is genoeg."
    )
    wanted = expected.replace("{others}", named if others else "")
    assert " ".join(opening.split()) == " ".join(wanted.split())
    assert "\n\n\n" not in text


def test_a_project_without_a_closing_day_gets_words_that_need_none():
    own(subject="{project} op {day}", body="Op {day} was {project} klaar.")
    invitation = invited()
    Project.objects.update(state="running", closed_on=None)
    invitation.refresh_from_db()
    subject, text, _html = parts(compose_invitation(invitation, TOKEN))
    assert subject == "Hoe kijkt u terug op Meerzicht?"
    assert "Wij werkten voor u aan Meerzicht. Ik hoor graag" in " ".join(text.split())
    own(subject="Over {project}", body="Hoe was {project}?")
    subject, text, _html = parts(compose_invitation(invitation, TOKEN))
    assert subject == "Over Meerzicht"
    assert "\n\nHoe was Meerzicht?\n\n" in text


def test_a_text_speaks_one_language():
    own(language="de", body="Wie war {project}?")
    assert "Wie war Meerzicht?" in compose_invitation(invited(language="de"), TOKEN).body
    for language in ("nl", "en", "fr"):
        assert "Wie war" not in compose_invitation(invited_again(language), TOKEN).body


def invited_again(language):
    part = make_project_contact(contact=make_contact(language=language))
    return make_invitation(project_contact=part)


def test_the_last_reminder_says_what_the_reminder_says_until_it_has_its_own():
    own(kind="reminder", body="Op {asked_on} vroeg ik u naar {project}.")
    invitation = invited()

    def said(number):
        return compose_reminder(invitation, TOKEN, number=number, sent_at=SENT).body

    asked = "Op 18\u00a0november\u00a02025 vroeg ik u naar Meerzicht."
    assert asked in said(1)
    assert asked in said(2)
    own(kind="last_reminder", body="Een laatste keer over {project}.")
    assert asked in said(1)
    assert "Een laatste keer over Meerzicht." in said(2)
    assert "Na deze mail vraag ik er niet meer naar." in " ".join(said(2).split())
    assert "Ik hoor graag hoe u ons werk" in " ".join(
        compose_invitation(invitation, TOKEN).body.split()
    )


def test_a_text_is_wrapped():
    own(body="Woord " * 60)
    lines = compose_invitation(invited(), TOKEN).body.splitlines()
    assert max(len(line) for line in lines if not line.startswith("http")) <= 78


@pytest.mark.parametrize(
    ("text", "unknown", "is_broken"),
    [
        ("{project} {contact}", [], False),
        ("{klant} {project} {klant} {Project}", ["{klant}", "{Project}"], False),
        ("{project", [], True),
        ("project}", [], True),
        ("{ project }", [], True),
        ("{{project}}", [], True),
        ("{}", [], True),
        ("{project.client}", [], True),
        ("geen", [], False),
    ],
)
def test_what_cannot_be_filled_in_is_found(text, unknown, is_broken):
    assert texts.unknown_in(text, texts.names_for("invitation")) == unknown
    assert texts.is_broken(text) is is_broken
