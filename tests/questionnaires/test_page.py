"""The client's page and mails of an invitation that has a questionnaire."""

import gzip
import hashlib
import re
from dataclasses import replace

import pytest
from django.test import Client
from django.utils import timezone

from outbox.models import Delivery
from surveys.actions.answering import Answers
from surveys.actions.questionnaires import start_version
from surveys.mails import compose_invitation, compose_reminder
from surveys.models import HeldAnswer, Invitation, LaterAnswer, Response
from tests.client.test_database_away import away, away_when_storing
from tests.client.test_old_tab import hidden_fields
from tests.factories import (
    make_invitation,
    make_project,
    make_project_contact,
    make_questionnaire,
    make_service,
    make_token,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

OWN = {
    "satisfaction": "Hoe kijkt u terug op onze <b>nazorg</b>?",
    "motivation": "Waarom vindt u dat?",
    "recommendation": "Beveelt u ons aan?",
    "interest": "Nog iets nodig?",
}
TEN = {
    "satisfaction": "satisfied",
    "motivation": "Prima",
    "recommendation": "8",
    "interest": "not_now",
}


def asked(**fields) -> Invitation:
    fields.setdefault("frozen_at", timezone.now())
    return make_invitation(questionnaire=make_questionnaire(**fields), touchpoint="aftercare")


def page(client: Client, invitation: Invitation, query: str = "") -> str:
    return client.get(f"/s/{make_token(invitation)}/{query}").content.decode()


# Words ------------------------------------------------------------------------------------------


def test_own_words_stand_on_the_page_as_text_and_only_in_their_language(client):
    invitation = asked(nl=OWN)
    dutch = page(client, invitation)
    for text in OWN.values():
        assert text.replace("<b>", "&lt;b&gt;").replace("</b>", "&lt;/b&gt;") in dutch
    assert "Wat maakte voor u het verschil" not in dutch
    german = page(client, invitation, "?language=de")
    assert "nazorg" not in german
    assert "Sind Sie mit unseren Leistungen in diesem Projekt zufrieden?" in german


def test_a_blank_question_is_asked_in_the_standard_words(client):
    text = page(client, asked(nl={"interest": "Nog iets nodig?"}))
    assert "Nog iets nodig?" in text
    assert "Bent u tevreden over onze dienstverlening bij dit project?" in text
    assert 'class="l3"' in text


def test_own_words_stand_in_both_bodies_of_the_mails():
    invitation = asked(nl=OWN)
    for mail in (
        compose_invitation(invitation, "t" * 32),
        compose_reminder(invitation, "t" * 32, number=1, sent_at=timezone.now()),
    ):
        (html, _kind), *_others = mail.alternatives
        assert OWN["satisfaction"] in mail.body
        assert "onze &lt;b&gt;nazorg&lt;/b&gt;?" in html
        assert "dienstverlening bij dit project" not in mail.body + html


def test_more_projects_are_asked_about_in_the_plural(client):
    invitation = make_invitation()
    other = make_project(client=invitation.project.client, name="Kade Noord")
    invitation.also_about.add(make_project_contact(project=other, contact=invitation.contact))
    plural = "dienstverlening bij deze projecten?"
    assert plural in page(client, invitation)
    mail = compose_invitation(Invitation.objects.get(), "t" * 32)
    assert plural in mail.body
    assert plural in mail.alternatives[0][0]
    assert "bij dit project?" not in mail.body


@pytest.mark.parametrize(
    ("touchpoint", "said"),
    [
        ("mid_project", "hoe u ons werk tot nu toe ervaart"),
        ("delivery", "hoe u ons werk ervaart"),
    ],
)
def test_who_works_with_us_still_is_not_told_that_it_is_over(client, touchpoint, said):
    project = make_project(state="running", name="Kade Noord")
    part = make_project_contact(project=project)
    invitation = make_invitation(
        project_contact=part,
        touchpoint=touchpoint,
        questionnaire=make_questionnaire(touchpoint=touchpoint, frozen_at=timezone.now()),
    )
    mail = compose_invitation(invitation, "t" * 32)
    again = compose_reminder(invitation, "t" * 32, number=1, sent_at=timezone.now())
    assert said in " ".join(mail.body.split())
    assert mail.subject == "Hoe ervaart u ons werk aan Kade Noord?"
    for text in (mail.subject, mail.body, mail.alternatives[0][0], again.subject, again.body):
        assert "afgerond" not in text
        assert "terug op" not in text
        assert "heeft ervaren" not in text
    assert "hoe ervaart u ons werk tot nu toe?" in page(client, invitation)


def test_aftercare_looks_back_from_now():
    invitation = make_invitation(
        touchpoint="aftercare", questionnaire=make_questionnaire(frozen_at=timezone.now())
    )
    mail = compose_invitation(invitation, "t" * 32)
    assert "hoe u er nu op terugkijkt" in " ".join(mail.body.split())


# Services ---------------------------------------------------------------------------------------


def test_a_version_offers_its_own_services_as_long_as_they_are_offered(client):
    mine, gone = make_service(name="Beheer"), make_service(name="Sloop", is_offered=False)
    make_service(name="Ontwerp")
    text = page(client, asked(services=(mine, gone)))
    assert "Beheer" in text
    assert "Sloop" not in text
    assert "Ontwerp" not in text
    assert "Ontwerp" in page(client, asked())


def test_a_service_of_another_list_is_dropped_without_an_error(client):
    mine, other = make_service(), make_service()
    token = make_token(asked(services=(mine,)))
    answers = {**TEN, "recommendation": "yes", "interest": "yes", "services": [mine.pk, other.pk]}
    assert client.post(f"/s/{token}/", answers).status_code == 302
    assert list(Response.objects.get().services.all()) == [mine]


# 0 to 10 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "recommendation", "score"),
    [
        ("0", "no", 0),
        ("6", "no", 6),
        ("7", "maybe", 7),
        ("8", "maybe", 8),
        ("9", "yes", 9),
        ("10", "yes", 10),
        ("not_allowed", "not_allowed", None),
    ],
)
def test_a_number_is_stored_with_what_it_says(client, given, recommendation, score):
    token = make_token(asked(scale="zero_to_ten"))
    assert client.post(f"/s/{token}/", {**TEN, "recommendation": given}).status_code == 302
    response = Response.objects.get()
    assert (response.recommendation, response.score) == (recommendation, score)


@pytest.mark.parametrize("given", ["", "11", "-1", "yes", "8.0", "٨"])
def test_what_is_not_on_the_scale_is_asked_again(client, given):
    token = make_token(asked(scale="zero_to_ten"))
    again = client.post(f"/s/{token}/", {**TEN, "recommendation": given}).content.decode()
    assert '<a href="#id_recommendation_0">Vraag 3: kies een cijfer van 0 tot 10' in again
    assert "Prima</textarea>" in again
    assert not Response.objects.exists()


def test_a_number_is_no_answer_where_words_were_asked(client):
    token = make_token(asked())
    assert client.post(f"/s/{token}/", TEN).status_code == 200
    assert not Response.objects.exists()


def test_eleven_numbers_say_what_their_ends_mean(client):
    text = page(client, asked(scale="zero_to_ten"))
    values = re.findall(r'name="recommendation" value="(\w+)"', text)
    assert values == [*map(str, range(11)), "not_allowed"]
    assert "0: zeer onwaarschijnlijk" in text
    assert "10: zeer waarschijnlijk" in text
    assert "Hoe waarschijnlijk is het dat u ons aanbeveelt" in text


def test_the_page_stays_within_its_size(client):
    services = tuple(make_service(name=f"Een dienst met een lange naam {n}") for n in range(12))
    long = {name: (text + " en nog veel meer" * 20)[:200] for name, text in OWN.items()}
    invitation = asked(scale="zero_to_ten", services=services, nl=long)
    response = client.get(f"/s/{make_token(invitation)}/", headers={"accept-encoding": "gzip"})
    assert "veel meer" in gzip.decompress(response.content).decode()
    assert len(response.content) <= 14 * 1024


def test_everybody_who_reads_the_answer_reads_the_number(client):
    manager = make_user()
    part = make_project_contact(project=make_project(account_manager=manager))
    invitation = make_invitation(
        project_contact=part,
        touchpoint="aftercare",
        questionnaire=make_questionnaire(scale="zero_to_ten", frozen_at=timezone.now()),
    )
    token = make_token(invitation)
    client.post(f"/s/{token}/", {**TEN, "satisfaction": "dissatisfied", "recommendation": "3"})
    client.post(f"/s/{token}/", {**TEN, "satisfaction": "dissatisfied", "recommendation": "5"})
    assert LaterAnswer.objects.get().answers["score"] == 5
    alert = Response.objects.get().alert
    mail = Delivery.objects.get(recipient_address=manager.email).parsed()
    words = "3 op de schaal van 0 tot 10"
    for kind in ("plain", "html"):
        text = mail.get_body((kind,)).get_content()
        assert words in text
        assert "gevraagd bij: nazorg" in text
    client.force_login(manager)
    inbox = client.get(f"/alerts/{alert.pk}/").content.decode()
    assert words in inbox
    assert "5 op de schaal van 0 tot 10" in inbox
    assert "gevraagd bij: nazorg" in inbox


def test_an_answer_on_hold_keeps_its_number(client):
    token = make_token(asked(scale="zero_to_ten"))
    client.post(f"/s/{token}/", {**TEN, "motivation": "", "remark": "x"})
    held = HeldAnswer.objects.get()
    assert "8 op de schaal van 0 tot 10" in held.choices_in_words
    assert Answers.from_stored(held.answers).score == 8


def test_answers_from_before_the_scores_keep_their_fingerprint():
    """A replay of an answer that was stored before this version is still the same answer."""
    answers = Answers(satisfaction="satisfied", recommendation="yes", interest="not_now")
    content = (
        '{"interest": "not_now", "motivation": "", "recommendation": "yes", '
        '"satisfaction": "satisfied", "services": []}'
    )
    assert answers.digest == hashlib.sha256(content.encode()).hexdigest()
    assert answers.digest != replace(answers, score=9).digest


# For ever its own version, and at what price ----------------------------------------------------


def test_a_tab_of_version_1_is_read_by_version_1(client):
    first = make_questionnaire(
        is_active=True, scale="zero_to_ten", nl=OWN, frozen_at=timezone.now()
    )
    token = make_token(make_invitation(questionnaire=first, touchpoint="aftercare"))
    opened = client.get(f"/s/{token}/").content.decode()
    second = start_version(touchpoint="aftercare", actor=make_user())
    second.scale = "three_step"
    second.save()
    response = client.post(f"/s/{token}/", {**hidden_fields(opened), **TEN})
    assert response.status_code == 302
    assert Response.objects.get().score == 8


def test_a_questionnaire_costs_one_query_more(client, django_assert_num_queries):
    invitation = asked(nl=OWN, services=(make_service(),))
    for _number in range(5):
        make_service()
    standard, own = make_token(), make_token(invitation)
    with django_assert_num_queries(2):
        client.get(f"/s/{standard}/")
    with django_assert_num_queries(3):
        client.get(f"/s/{own}/")


@pytest.mark.parametrize("was_shown", [True, False])
def test_a_number_comes_back_filled_in_while_the_database_is_away(client, monkeypatch, was_shown):
    monkeypatch.setattr("surveys.page._last_questions", {})
    token = make_token(asked(scale="zero_to_ten", nl=OWN))
    fields = {**hidden_fields(client.get(f"/s/{token}/").content.decode()), **TEN}
    if not was_shown:
        monkeypatch.setattr("surveys.page._last_questions", {})
    with away():
        response = client.post(f"/s/{token}/", fields)
    again = response.content.decode()
    assert response.status_code == 503
    assert re.search(r'value="8"[^>]* checked', again)
    assert ("Nog iets nodig?" in again) == was_shown
    fields = {**hidden_fields(again), **TEN}
    with away_when_storing(monkeypatch):
        assert client.post(f"/s/{token}/", fields).status_code == 503
    assert client.post(f"/s/{token}/", fields).status_code == 302
    assert Response.objects.get().score == 8


@pytest.mark.parametrize(
    "posted", ["x", "9" * 5000 + ":zero_to_ten", "7:<b>", ":", "٣:zero_to_ten"]
)
def test_a_made_up_version_does_no_harm_while_the_database_is_away(client, posted):
    with away():
        response = client.post(f"/s/{'t' * 32}/", {**TEN, "questionnaire": posted})
    assert response.status_code == 503
    assert "<b>" not in response.content.decode().split("<form")[1]
