"""Each page and mail of the client, in each language: not a word of another one is left."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import OperationalError
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone, translation

from surveys.actions import ask_for_call, give_consents, stop_asking, withdraw_consent
from surveys.mails import (
    compose_invitation,
    compose_reminder,
    compose_reopened,
    compose_solved,
)
from surveys.models import MOTIVATION_MAX, Link, Service, SolvedAnswer
from surveys.models import Client as Organisation
from surveys.templatetags.client_words import day_in_words
from tests.factories import (
    make_contact,
    make_invitation,
    make_project,
    make_project_contact,
    make_response,
    make_solved_question,
    make_solved_token,
    make_token,
    make_user,
)
from tests.languages.reading import left_over, sayings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

LANGUAGES = pytest.mark.parametrize("language", ["nl", "en", "de", "fr"])
TOKEN = "t" * 32
# Names of people and things; they are the same in every language.
NAMES = {
    *("Waterkant", "Zoetermeer", "Meerzicht", "Oosterheem", "Rokkeveen"),
    *("Vermeulen", "Sanne de Wit", "Joost Bakker"),
}
SIGNS = {"SW", "·", "–", "+", "○", "--", "1", "2", "3", "4", "."}


@pytest.fixture(autouse=True)
def _firm(settings) -> None:
    settings.FIRM_NAME = "Waterkant"
    settings.SITE_URL = "https://klanten.waterkant.example"
    settings.PRIVACY_URL = "https://waterkant.example/privacy"


def invited(
    language: str, *, readers: str = "both", phone: str = "0612345678", others=(), **fields
):
    supervisor = make_user(name="Joost Bakker", is_active=readers == "both")
    manager = make_user(
        name="Sanne de Wit",
        phone="0795550142",
        supervisor=supervisor,
        is_active=readers != "nobody",
    )
    client, _is_new = Organisation.objects.get_or_create(name="Zoetermeer")
    project = make_project(
        account_manager=manager, client=client, name="Meerzicht", closed_on=date(2025, 3, 1)
    )
    contact = make_contact(client=client, name="Vermeulen", language=language, phone=phone)
    part = make_project_contact(project=project, contact=contact)
    invitation = make_invitation(project_contact=part, **fields)
    for name in others:
        other = make_project(account_manager=manager, client=client, name=name)
        invitation.also_about.add(make_project_contact(project=other, contact=contact))
    return invitation


def page(client: Client, language: str, **who) -> str:
    Service.objects.get_or_create(name="Zoetermeer")
    return text_of(client.get(f"/s/{make_token(invited(language, **who))}/"))


def text_of(response) -> str:
    return response.content.decode()


def errors(client: Client, language: str) -> str:
    token = make_token(invited(language))
    return text_of(client.post(f"/s/{token}/", {"motivation": "9" * (MOTIVATION_MAX + 1)}))


def thanks(client: Client, language: str, satisfaction: str, **who) -> str:
    invitation = invited(language, **who)
    make_response(invitation=invitation, satisfaction=satisfaction, recommendation="yes")
    return text_of(client.get(f"/s/{make_token(invitation)}/thanks/"))


def after(client: Client, language: str, state: str) -> str:
    """The second step: asked again, stored, and what was agreed, all of it and none."""
    invitation = invited(language, phone="" if state == "no number" else "+31612345678")
    recommendation = "not_allowed" if state == "may not" else "yes"
    response = make_response(
        invitation=invitation, satisfaction="more_than_satisfied", recommendation=recommendation
    )
    address = f"/s/{make_token(invitation)}/"
    if state in {"mine", "stored"}:
        agreed = dict.fromkeys(("introduction", "reference", "story", "quote"), "…")
        give_consents(response=response, agreed=agreed)
        (first, *_others) = response.consents.all()
        withdraw_consent(contact=invitation.contact, pk=first.pk)
        ask_for_call(response=response, moment="end_of_day", note="9", phone="+31201234567")
    if state in {"wishes", "call", "mine"}:
        return text_of(client.post(f"{address}{state}/", {"phone": "9", "language": language}))
    return text_of(client.get(f"{address}{'mine' if state == 'nothing' else 'thanks'}/"))


def stop(client: Client, language: str, state: str) -> str:
    invitation = invited(language)
    address = f"/s/{make_token(invitation)}/stop/"
    if state in {"stopped", "untick back"}:
        stop_asking(contact=invitation.contact)
    if state.startswith("untick"):
        return text_of(client.post(address, {"lift": "1"} if state == "untick back" else {}))
    return text_of(client.get(address, {"again": ""} if state == "again" else {}))


def solved(client: Client, language: str, said: str) -> str:
    response = make_response(invitation=invited(language))
    question = make_solved_question(response=response)
    address = f"/s/{make_solved_token(question)}/solved/"
    if said in {"yes", "not_yet"}:
        SolvedAnswer.objects.create(question=question, verdict=said, language=language)
    if said == "none":
        return text_of(client.post(address, {"language": language}))
    return text_of(client.get(address))


def nameless(client: Client, language: str, state: str) -> str:
    token = "a" * 32
    if state == "closed":
        past = timezone.now() - timedelta(days=40)
        token = make_token(invited(language, invited_at=past, expires_at=past + timedelta(days=30)))
    return text_of(client.get(f"/s/{token}/", headers={"accept-language": language}))


def database_away(client: Client, language: str, monkeypatch, *, sends: bool) -> str:
    def away(*args: object) -> None:
        raise OperationalError("no database")

    monkeypatch.setattr("surveys.views.find_invitation", away)
    headers = {"accept-language": language}
    if sends:
        return text_of(client.post(f"/s/{TOKEN}/", {"language": language}, headers=headers))
    return text_of(client.get(f"/s/{TOKEN}/", headers=headers))


def our_fault(language: str) -> str:
    with translation.override(language):
        return render_to_string("500.html")


def mail(language: str, kind: str, **who) -> list[str]:
    invitation = invited(language, invited_at=datetime(2025, 3, 4, 9, tzinfo=UTC), **who)
    if kind == "invitation":
        message = compose_invitation(invitation, TOKEN)
    elif kind == "solved":
        response = make_response(invitation=invitation, submitted_at=invitation.invited_at)
        question = make_solved_question(response=response)
        question.open(
            Link.objects.create(invitation=invitation, token_hash=language), at=timezone.now()
        )
        message = compose_solved(question, TOKEN)
    elif kind == "reopened":
        message = compose_reopened(
            invitation, TOKEN, answered_at=datetime(2025, 3, 5, 9, tzinfo=UTC)
        )
    else:
        message = compose_reminder(
            invitation, TOKEN, number=int(kind), sent_at=datetime(2025, 3, 4, 9, tzinfo=UTC)
        )
    (html, _mimetype), *_others = message.alternatives
    return [message.subject, message.body, html]


PAGES = {
    "page": lambda client, language, _patch: page(client, language),
    "page, one reader": lambda client, language, _patch: page(client, language, readers="one"),
    "page, no reader": lambda client, language, _patch: page(client, language, readers="nobody"),
    "page, two projects": lambda client, language, _patch: page(
        client, language, others=["Oosterheem"]
    ),
    "errors": lambda client, language, _patch: errors(client, language),
    "thanks +": lambda client, language, _patch: thanks(client, language, "more_than_satisfied"),
    "thanks 0": lambda client, language, _patch: thanks(client, language, "satisfied"),
    "thanks –": lambda client, language, _patch: thanks(client, language, "dissatisfied"),
    "thanks –, no number": lambda client, language, _patch: thanks(
        client, language, "dissatisfied", phone="", readers="one"
    ),
    "thanks –, no reader": lambda client, language, _patch: thanks(
        client, language, "dissatisfied", readers="nobody"
    ),
    "after, nothing ticked": lambda client, language, _patch: after(client, language, "wishes"),
    "after, call faulty": lambda client, language, _patch: after(client, language, "call"),
    "after, no number": lambda client, language, _patch: after(client, language, "no number"),
    "after, may not": lambda client, language, _patch: after(client, language, "may not"),
    "after, stored": lambda client, language, _patch: after(client, language, "stored"),
    "mine, press again": lambda client, language, _patch: after(client, language, "mine"),
    "mine, nothing": lambda client, language, _patch: after(client, language, "nothing"),
    "solved": lambda client, language, _patch: solved(client, language, ""),
    "solved, nothing chosen": lambda client, language, _patch: solved(client, language, "none"),
    "solved, yes": lambda client, language, _patch: solved(client, language, "yes"),
    "solved, not yet": lambda client, language, _patch: solved(client, language, "not_yet"),
    "stop": lambda client, language, _patch: stop(client, language, "open"),
    "stopped": lambda client, language, _patch: stop(client, language, "stopped"),
    "stop, again": lambda client, language, _patch: stop(client, language, "again"),
    "stop, no tick": lambda client, language, _patch: stop(client, language, "untick"),
    "stopped, no tick": lambda client, language, _patch: stop(client, language, "untick back"),
    "unknown": lambda client, language, _patch: nameless(client, language, "unknown"),
    "closed": lambda client, language, _patch: nameless(client, language, "closed"),
    "away": lambda client, language, patch: database_away(client, language, patch, sends=False),
    "send again": lambda client, language, patch: database_away(
        client, language, patch, sends=True
    ),
    "our fault": lambda _client, language, _patch: our_fault(language),
}
MAILS = ("invitation", "1", "2", "reopened", "solved")


@LANGUAGES
@pytest.mark.parametrize("name", PAGES)
def test_page_says_nothing_in_another_language(
    client: Client, monkeypatch: pytest.MonkeyPatch, name: str, language: str
) -> None:
    source = PAGES[name](client, language, monkeypatch)
    assert f'<html lang="{language}">' in source
    assert left_over(source, language) == []


@LANGUAGES
@pytest.mark.parametrize("kind", MAILS)
@pytest.mark.parametrize(
    "who",
    [{}, {"readers": "one", "others": ["Oosterheem"]}, {"others": ["Oosterheem", "Rokkeveen"]}],
)
def test_mail_says_nothing_in_another_language(kind: str, language: str, who) -> None:
    subject, text, html = mail(language, kind, **who)
    assert [left_over(part, language) for part in (subject, text, html)] == [[], [], []]


@pytest.mark.parametrize("name", PAGES)
def test_no_text_of_a_page_is_written_in_one_language_only(
    client: Client, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Between Dutch and French pages only names, signs and the words of the switch are equal."""
    dutch, french = (
        sayings(PAGES[name](client, language, monkeypatch)) for language in ("nl", "fr")
    )
    assert {text for text in dutch & french if not is_name(text)} == set()


@pytest.mark.parametrize("kind", MAILS)
def test_no_text_of_a_mail_is_written_in_one_language_only(kind: str) -> None:
    dutch, french = (
        set().union(*(sayings(part) for part in mail(language, kind))) for language in ("nl", "fr")
    )
    assert {text for text in dutch & french if not is_name(text)} == set()


def is_name(text: str) -> bool:
    return (
        text.removesuffix(" ·") in NAMES | SIGNS | {"Nederlands", "English", "Deutsch", "Français"}
        or text.startswith("https://")
        or not any(map(str.isalpha, text))
    )


def test_the_reader_sees_what_is_left() -> None:
    assert left_over("<p>Send my answers</p>", "de") == ["Send my answers"]
    assert left_over("<button aria-label='Verstuur mijn antwoorden'></button>", "fr")
    assert left_over("Guten Tag Vermeulen,\nKind regards,", "de") == ["Kind regards,"]
    assert left_over("<p>Meine Antworten abschicken</p>", "de") == []
    assert left_over("<style>.No{}</style><i>Ja</i>", "de") == []
    assert sayings("<p title='a'>b<br>c</p><style>d</style>") == {"a", "b", "c"}


@pytest.mark.parametrize(
    ("language", "day", "written"),
    [
        ("nl", date(2019, 3, 1), "1 maart 2019"),
        ("en", date(2019, 3, 1), "1 March 2019"),
        ("de", date(2019, 3, 1), "1. März 2019"),
        ("fr", date(2019, 3, 1), "1er mars 2019"),
        ("fr", date(2019, 8, 21), "21 août 2019"),
    ],
)
def test_days_are_written_as_in_the_language(language: str, day: date, written: str) -> None:
    with translation.override(language):
        text = day_in_words(day)
    assert text.replace("\u00a0", " ") == written


@pytest.mark.parametrize(
    ("language", "number"), [("nl", "079 555 0142"), ("de", "+31 79 555 0142")]
)
def test_reader_abroad_sees_the_country_code(client: Client, language: str, number: str) -> None:
    assert number in page(client, language).replace("\u00a0", " ")
