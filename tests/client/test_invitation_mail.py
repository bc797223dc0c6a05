"""The invitation as it arrives, in both languages and both bodies."""

import re
from datetime import UTC, date, datetime

import pytest

from surveys.mails import compose_invitation
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
PAGE = f"https://klanten.waterkant.example/s/{TOKEN}/"


def composed(*, language: str = "nl", project: str = "Meerzicht & Oost", **manager: object):
    """The mail of one invitation as (subject, text, html)."""
    manager.setdefault("supervisor", make_user(name="Joost Bakker"))
    client = make_client()
    part = make_project_contact(
        project=make_project(
            account_manager=make_user(name="Sanne O'Neil", phone="0795550142", **manager),
            client=client,
            name=project,
            closed_on=date(2025, 11, 13),
        ),
        contact=make_contact(client=client, name="Marijke Vermeulen", language=language),
    )
    invitation = make_invitation(
        project_contact=part,
        invited_at=datetime(2025, 11, 18, 9, tzinfo=UTC),
    )
    mail = compose_invitation(invitation, TOKEN)
    (html, mimetype), *others = mail.alternatives
    assert (mimetype, others) == ("text/html", [])
    return mail.subject, mail.body, html


@pytest.fixture(autouse=True)
def _site(settings) -> None:
    settings.SITE_URL = "https://klanten.waterkant.example"
    settings.FIRM_NAME = "Waterkant Advies"


def test_subject_is_one_line_as_written() -> None:
    assert composed()[0] == "Hoe kijkt u terug op Meerzicht & Oost?"
    assert composed(language="en")[0] == "How do you look back on Meerzicht & Oost?"
    assert composed(project="Plan\nB\tzuid")[0] == "Hoe kijkt u terug op Plan B zuid?"


def test_dutch_text_reads_as_a_letter() -> None:
    text = composed()[1]
    assert text.startswith("Beste Marijke Vermeulen,\n\nOp 13\u00a0november\u00a02025 rondden wij")
    assert (
        f"Ontevreden:\n{PAGE}?satisfaction=dissatisfied\n\n"
        f"Tevreden:\n{PAGE}?satisfaction=satisfied\n\n"
        f"Meer dan tevreden:\n{PAGE}?satisfaction=more_than_satisfied\n"
    ) in text
    flat = " ".join(text.split())
    assert "Uw keuze staat alvast ingevuld; u verstuurt pas op de pagina zelf." in flat
    assert "Antwoorden kan tot 18 december 2025." in flat
    assert "mijn leidinggevende Joost Bakker en onze directie ook" in flat
    assert "bel ik u binnen één werkdag" in flat
    assert "Sanne O'Neil\naccountmanager, 079\u00a0555\u00a00142\nWaterkant Advies" in text


def test_text_is_wrapped_and_holds_no_markup() -> None:
    name = "Haalbaarheidsonderzoek bedrijventerreinen Noord-Holland Noord, derde fase en nazorg"
    for language in ("nl", "en"):
        text = composed(language=language, project=name)[1]
        too_long = [line for line in text.splitlines() if len(line) > 78]
        assert [line for line in too_long if not line.startswith("https://")] == []
        assert "\n\n\n" not in text
        assert not re.search(r"&\w+;|<\w|[<(\[]https?:", text)


def test_english_is_complete() -> None:
    _subject, text, html = composed(language="en")
    flat = " ".join(text.split())
    assert text.startswith("Dear Marijke Vermeulen,")
    assert "We completed Meerzicht & Oost on 13 November 2025." in flat
    assert f"More than satisfied:\n{PAGE}?satisfaction=more_than_satisfied\n" in text
    assert "Kind regards,\nSanne O'Neil\naccount manager," in text
    for dutch in ("Beste", "Ontevreden", "groet", "werkdag", "leidinggevende"):
        assert dutch not in text
        assert dutch not in html
    assert '<html lang="en">' in html


def test_html_carries_question_1_as_three_links_and_nothing_from_outside() -> None:
    html = composed()[2]
    links = re.findall('href="([^"]*)"', html)
    assert links == [
        f"{PAGE}?satisfaction=dissatisfied",
        f"{PAGE}?satisfaction=satisfied",
        f"{PAGE}?satisfaction=more_than_satisfied",
        PAGE,
        f"{PAGE}stop/",
    ]
    assert "<b>Meerzicht &amp; Oost</b>" in html
    assert "src=" not in html
    assert "url(" not in html


def test_project_name_is_inert_in_html() -> None:
    html = composed(project="<a href='http://evil.example'>x</a>")[2]
    assert "<a href='http" not in html


@pytest.mark.parametrize("state", ["absent", "inactive"])
def test_supervisor_who_does_not_read_is_not_named(state: str) -> None:
    nobody = make_user(name="Joost Bakker", is_active=False) if state == "inactive" else None
    _subject, text, html = composed(supervisor=nobody)
    assert "Joost" not in text + html
    assert "en onze directie ook" in text


@pytest.mark.parametrize("language", ["nl", "en", "de", "fr"])
def test_both_bodies_open_the_questions_without_a_choice(language: str) -> None:
    _subject, text, html = composed(language=language)
    assert PAGE in text.splitlines()
    assert f'href="{PAGE}"' in html
