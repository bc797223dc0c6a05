"""The administrator's pages: wording, versions, putting to use, and the preview."""

import re

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from surveys.actions import questionnaires as actions
from surveys.models import Invitation, Questionnaire
from tests.factories import (
    make_invitation,
    make_questionnaire,
    make_response,
    make_service,
    make_user,
)

pytestmark = pytest.mark.django_db
LIST = reverse("questionnaires:list")


@pytest.fixture
def administrator(client):
    user = make_user(name="Joost Visser", is_administrator=True)
    client.force_login(user)
    return user


def address(version: Questionnaire, name: str = "detail") -> str:
    return reverse(f"questionnaires:{name}", args=[version.pk])


def stored(version: Questionnaire) -> Questionnaire:
    return Questionnaire.objects.get(pk=version.pk)


def test_a_version_is_worded_put_to_use_and_listed(client, administrator):
    service = make_service(name="Beheer")
    client.post(reverse("questionnaires:new", args=["aftercare"]))
    draft = Questionnaire.objects.get()
    assert (draft.version, draft.created_by, draft.is_draft) == (1, administrator, True)
    response = client.post(
        address(draft),
        {
            "scale": "zero_to_ten",
            "services": [service.pk],
            "nl_satisfaction": "  Hoe bevalt\r\n het nu? ",
            "fr_interest": "Autre chose ?",
            "use": "1",
        },
        follow=True,
    )
    assert "In gebruik: wie vanaf nu" in response.content.decode()
    draft = stored(draft)
    since = date_format(timezone.localtime(draft.activated_at), "j F Y")
    assert f"In gebruik sinds {since}.</b>" in response.content.decode()
    assert (draft.scale, draft.is_active, draft.is_frozen) == ("zero_to_ten", True, False)
    assert list(draft.services.all()) == [service]
    assert draft.wording("nl").satisfaction == "Hoe bevalt het nu?"
    assert draft.wording("fr").interest == "Autre chose ?"
    assert draft.wordings.count() == 2
    assert "0 tot 10" in client.get(LIST).content.decode()


def test_a_question_that_is_too_long_says_so_and_keeps_what_was_typed(client, administrator):
    draft = make_questionnaire(nl={"interest": "Nog iets?"})
    long = "x" * 201
    text = client.post(
        address(draft), {"scale": "three_step", "de_interest": long, "nl_motivation": "Hoezo?"}
    ).content.decode()
    assert "Duits, vraag 4: 201 tekens, er passen er 200" in text
    assert 'href="#id_de_interest"' in text
    assert long in text
    assert "Hoezo?" in text
    assert stored(draft).wording("nl").motivation == ""


def test_words_are_inert_on_every_page(client, administrator):
    nasty = '"><script>alert(1)</script>{{ 7|add:7 }}'
    draft = make_questionnaire(nl={"satisfaction": nasty, "interest": nasty})
    frozen = make_questionnaire(
        touchpoint="delivery", frozen_at=timezone.now(), nl={"satisfaction": nasty}
    )
    pages = [address(draft), address(frozen)]
    pages += [reverse("questionnaires:preview", args=[one.pk, "nl"]) for one in (draft, frozen)]
    for page in pages:
        text = client.get(page).content.decode()
        assert "<script>alert" not in text
        assert "{{ 7|add:7 }}" in text


def test_a_version_that_was_sent_can_only_be_read(client, administrator):
    frozen = make_questionnaire(
        is_active=True, frozen_at=timezone.now(), nl={"interest": "Nog iets?"}
    )
    text = client.get(address(frozen)).content.decode()
    assert "<textarea" not in text
    assert "Nog iets?" in text
    assert "Zou u ons aanbevelen" in text
    answer = client.post(address(frozen), {"scale": "zero_to_ten"}, follow=True)
    assert "Deze versie is verstuurd en blijft zoals zij is" in answer.content.decode()
    assert stored(frozen).scale == "three_step"
    assert stored(frozen).wording("nl").interest == "Nog iets?"


def test_changing_a_sent_version_copies_it_to_the_next(client, administrator):
    service = make_service()
    first = make_questionnaire(
        is_active=True,
        frozen_at=timezone.now(),
        scale="zero_to_ten",
        services=(service,),
        nl={"interest": "Nog iets?"},
    )
    new = reverse("questionnaires:new", args=["aftercare"])
    client.post(new)
    client.post(new)  # again: the one that is open
    second = Questionnaire.objects.get(version=2)
    assert Questionnaire.objects.count() == 2
    assert (second.scale, list(second.services.all())) == ("zero_to_ten", [service])
    assert second.wording("nl").interest == "Nog iets?"
    assert stored(first).is_active
    client.post(address(second), {"scale": "three_step", "use": "1"})
    assert not stored(first).is_active
    assert stored(second).is_active


def test_a_version_goes_out_of_use_and_back(client, administrator):
    first = make_questionnaire(touchpoint="project_close", is_active=True, frozen_at=timezone.now())
    text = client.post(address(first, "stop"), follow=True).content.decode()
    assert "Nieuwe uitnodigingen stellen weer de standaardvragen." in text
    assert not stored(first).is_active
    again = client.post(address(first, "stop"), follow=True).content.decode()
    assert "niet meer in gebruik" in again
    client.post(address(first, "use"))
    assert stored(first).is_active
    assert "al in gebruik" in client.post(address(first, "use"), follow=True).content.decode()


def test_a_draft_can_be_thrown_away_what_is_in_use_or_was_sent_cannot(client, administrator):
    draft = make_questionnaire(nl={"interest": "Nog iets?"})
    used = make_questionnaire(touchpoint="delivery", is_active=True)
    sent = make_questionnaire(touchpoint="mid_project", frozen_at=timezone.now())
    for one in (draft, used, sent):
        client.post(address(one, "discard"))
    assert set(Questionnaire.objects.all()) == {used, sent}


def test_the_list_counts_what_each_version_brought(client, administrator):
    version = make_questionnaire(is_active=True, frozen_at=timezone.now())
    make_invitation(touchpoint="aftercare", questionnaire=version)
    make_response(invitation=make_invitation(touchpoint="aftercare", questionnaire=version))
    make_response()
    moments = {one.touchpoint: one for one in client.get(LIST).context["moments"]}
    (aftercare,) = moments["aftercare"].versions
    (standard,) = moments["project_close"].versions
    assert (aftercare.use.sent, aftercare.use.answered) == (2, 1)
    assert (standard.use.sent, standard.use.answered, standard.is_in_use) == (1, 1, True)
    assert moments["project_close"].is_asked
    assert not moments["delivery"].is_asked


def test_the_list_costs_the_same_however_many_versions(
    client, administrator, django_assert_num_queries
):
    make_questionnaire(is_active=True, frozen_at=timezone.now())
    with CaptureQueriesContext(connection) as few:
        client.get(LIST)
    for _number in range(4):
        make_questionnaire(frozen_at=timezone.now())
    with django_assert_num_queries(len(few)):
        client.get(LIST)


def test_a_language_without_own_words_is_pointed_out(client, administrator):
    draft = make_questionnaire(nl={"interest": "Nog iets?"}, en={"interest": "Anything?"})
    text = client.get(address(draft)).content.decode()
    assert "Vraag 4 heeft geen eigen tekst in het Duits en Frans." in text
    assert "Vraag 1 heeft geen" not in text


# The preview ------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["nl", "en", "de", "fr"])
@pytest.mark.parametrize("touchpoint", ["project_close", "mid_project", "delivery", "aftercare"])
def test_the_preview_is_the_clients_page_and_leads_nowhere(
    client, administrator, language, touchpoint
):
    draft = make_questionnaire(
        touchpoint=touchpoint, scale="zero_to_ten", nl={"interest": "Nog iets?"}
    )
    before = {model: model.objects.count() for model in apps.get_models()}
    response = client.get(reverse("questionnaires:preview", args=[draft.pk, language]))
    text = response.content.decode()
    assert f'<html lang="{language}">' in text
    assert ("Nog iets?" in text) == (language == "nl")
    assert 'name="recommendation" value="10"' in text
    assert "<script" not in text
    assert re.findall(r'(?:href|action)="(?!#|data:|tel:)[^"]*"', text) == []
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    policy = response["Content-Security-Policy"]
    assert "form-action 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert (
        client.post(response.request["PATH_INFO"], {"satisfaction": "satisfied"}).status_code == 405
    )
    assert {model: model.objects.count() for model in apps.get_models()} == before


def test_the_preview_shows_what_is_stored_now(client, administrator):
    draft = make_questionnaire(nl={"interest": "Nog iets?"})
    address_ = reverse("questionnaires:preview", args=[draft.pk, "nl"])
    assert "Nog iets?" in client.get(address_).content.decode()
    content = actions.Content(scale="three_step", wordings={"nl": {"interest": "En verder?"}})
    actions.change(questionnaire=draft, content=content, actor=administrator)
    assert "En verder?" in client.get(address_).content.decode()
    unknown = reverse("questionnaires:preview", args=[draft.pk, "xx"])
    assert client.get(unknown).status_code == 404
    assert not Invitation.objects.exists()


def test_an_unknown_moment_has_no_versions(client, administrator):
    assert client.post(reverse("questionnaires:new", args=["birthday"])).status_code == 404
