"""After answering, over HTTP: what is offered, what is stored, and what nobody does by accident."""

import gzip
import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from outbox.models import Delivery
from surveys.actions import Answers, confirm_held, hold_answer
from surveys.models import CallRequest, Consent, Invitation, Response
from surveys.observing import seal
from surveys.suspicion import Sign
from tests.factories import (
    make_contact,
    make_invitation,
    make_project,
    make_project_contact,
    make_response,
    make_token,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

PLUS = {"satisfaction": "more_than_satisfied", "recommendation": "yes"}
MAY_NOT = {"satisfaction": "more_than_satisfied", "recommendation": "not_allowed"}
ZERO = {"satisfaction": "satisfied", "recommendation": "maybe"}
MINUS = {"satisfaction": "dissatisfied", "recommendation": "no"}
ALL = ["introduction", "reference", "story", "quote"]


def invited(*, phone: str = "+31612345678", **fields) -> Invitation:
    manager = make_user(name="Sanne de Wit", supervisor=make_user(name="Joost Bakker"))
    contact = make_contact(name="Marijke Vermeulen", phone=phone)
    project = make_project(account_manager=manager, client=contact.client, name="Meerzicht")
    part = make_project_contact(project=project, contact=contact)
    return make_invitation(project_contact=part, **fields)


def answered(answer: dict[str, str], **fields) -> tuple[Response, str]:
    """A response, and the token of its link."""
    response = make_response(invitation=invited(**fields), **answer)
    return response, make_token(response.invitation)


def post(client: Client, token: str, place: str, data: dict, *, after: int = 60):
    """Post what was filled in on a page that was opened ``after`` seconds ago."""
    seen = seal(token, timezone.now() - timedelta(seconds=after))
    return client.post(f"/s/{token}/{place}/", {"seen": seen, "language": "nl", **data})


def thanks(client: Client, token: str, **query) -> str:
    return client.get(f"/s/{token}/thanks/", query).content.decode()


def everything() -> dict[str, list]:
    return {model._meta.label: list(model.objects.values()) for model in apps.get_models()}


def offered(page: str) -> list[str]:
    return re.findall(r'name="kinds" value="(\w+)"', page)


# What is offered --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "kinds"), [(PLUS, ALL), (MAY_NOT, ["story"]), (ZERO, []), (MINUS, [])]
)
def test_a_plus_is_asked_what_it_allows_and_nobody_else(client, answer, kinds):
    _response, token = answered(answer)
    page = thanks(client, token)
    assert offered(page) == kinds
    assert not re.search(r"<input[^>]* checked", page)


def test_whoever_may_not_recommend_is_told_that_we_do_not_ask(client):
    _response, token = answered(MAY_NOT)
    assert "Een aanbeveling mag u vanuit uw functie niet geven" in thanks(client, token)
    post(client, token, "wishes", {"kinds": ALL})
    assert not Consent.objects.exists()  # tampered: nothing at all
    post(client, token, "wishes", {"kinds": ["story"]})
    (given,) = Consent.objects.all()
    assert given.wording.startswith("Het verhaal van het project: zonder aanbeveling")


def test_everybody_may_ask_for_a_call(client):
    for answer, ticks in ((PLUS, 1), (ZERO, 1), (MINUS, 0)):
        page = thanks(client, answered(answer)[1])
        assert page.count('name="call_me"') == ticks
        assert page.count('value="morning"') == 1


@pytest.mark.parametrize("answer", [PLUS, ZERO, MINUS])
def test_the_page_stays_small_without_cookie_and_changes_nothing(client, answer):
    _response, token = answered(answer)
    before = everything()
    for place in ("thanks", "mine", "wishes", "call"):
        for method in ("get", "head"):
            response = getattr(client, method)(f"/s/{token}/{place}/")
            assert not response.cookies
            assert len(gzip.compress(response.content)) <= 14 * 1024
    assert everything() == before


# What is stored ---------------------------------------------------------------------------------


def test_what_is_ticked_is_stored_and_read_back(client):
    response, token = answered(PLUS)
    answer = post(client, token, "wishes", {"kinds": ["reference", "quote"]})
    assert (answer.status_code, answer["Location"]) == (302, f"/s/{token}/thanks/#stored")
    given = {one.kind: one for one in Consent.objects.filter(response=response)}
    assert set(given) == {"reference", "quote"}
    assert given["reference"].wording == (
        "Een referentie: een nieuwe opdrachtgever mag u een kwartier bellen"
    )
    page = thanks(client, token)
    assert "U gaf toestemming voor:" in page
    assert offered(page) == ["introduction", "story"]
    assert page.count(f"../mine/?language={given['quote'].language}") == 1


def test_a_replay_stores_and_mails_once(client):
    _response, token = answered(PLUS)
    for _time in range(5):
        post(client, token, "wishes", {"kinds": ["story"]})
        post(client, token, "call", {"call_me": "on", "moment": "morning"})
    assert Consent.objects.count() == CallRequest.objects.count() == 1
    assert Delivery.objects.count() == 2


def test_nothing_ticked_stores_nothing_and_says_so(client):
    _response, token = answered(PLUS)
    answer = post(client, token, "wishes", {})
    assert answer.status_code == 200
    assert "U hebt niets aangevinkt, dus er is niets vastgelegd." in answer.content.decode()
    assert not Consent.objects.exists()


def test_a_dissatisfied_client_chooses_moment_and_number(client):
    response, token = answered(MINUS)
    data = {"moment": "morning", "note": " niet\r\nop  woensdag ", "phone": "06 87654321"}
    assert post(client, token, "call", data).status_code == 302
    call = CallRequest.objects.get(response=response)
    assert (call.moment, call.note, call.phone) == ("morning", "niet op woensdag", "+31687654321")
    page = thanks(client, token)
    assert "Sanne de Wit belt u in de ochtend op 06\u00a087654321." in page
    assert "U schreef: “niet op woensdag”." in page
    assert "Dat gebeurt binnen één werkdag." in page


def test_the_number_we_know_is_not_shown_to_whoever_got_the_link(client):
    _response, token = answered(ZERO)
    post(client, token, "call", {"call_me": "on"})
    assert CallRequest.objects.get().moment == "soon"
    for page in (thanks(client, token), client.get(f"/s/{token}/mine/").content.decode()):
        assert "zo snel mogelijk op het nummer dat wij van u hebben; dat eindigt op 78." in page
        assert "612345678" not in page.replace("\u00a0", "").replace(" ", "")


@pytest.mark.parametrize(
    ("answer", "data", "says"),
    [
        (ZERO, {"moment": "morning"}, "Vink eerst aan dat u gebeld wilt worden."),
        (MINUS, {}, "Kies het moment dat u het best uitkomt."),
        (MINUS, {"moment": "at night"}, "Kies het moment dat u het best uitkomt."),
        (MINUS, {"moment": "soon", "phone": "12"}, "Dit nummer herkennen wij niet."),
        (MINUS, {"moment": "soon", "note": "x" * 121}, "Uw tekst heeft 121 tekens"),
    ],
)
def test_a_faulty_call_comes_back_as_it_was_typed(client, answer, data, says):
    _response, token = answered(answer)
    answer = post(client, token, "call", data)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert says in page
    assert 'role="alert"' in page
    for text in (data.get("phone"), data.get("note")):
        assert not text or f'value="{text}"' in page
    assert not CallRequest.objects.exists()


def test_without_a_known_number_one_is_needed(client):
    _response, token = answered(MINUS, phone="")
    page = post(client, token, "call", {"moment": "soon"}).content.decode()
    assert "Vul het nummer in waarop wij u kunnen bereiken." in page
    post(client, token, "call", {"moment": "soon", "phone": "+32 2 555 12 34"})
    assert CallRequest.objects.get().phone == "+3225551234"


def test_another_request_replaces_the_first_and_both_are_kept(client):
    response, token = answered(MINUS)
    post(client, token, "call", {"moment": "morning"})
    post(client, token, "call", {"moment": "afternoon"})
    first, second = CallRequest.objects.filter(response=response)
    assert (first.ending, second.ending) == ("replaced", "")
    assert "in de middag" in thanks(client, token)


def test_words_of_the_client_are_inert(client):
    _response, token = answered(MINUS)
    said = "<script>alert(1)</script>{{ 7|add:7 }}"
    post(client, token, "call", {"moment": "soon", "note": said})
    for page in (thanks(client, token), client.get(f"/s/{token}/mine/").content.decode()):
        assert "&lt;script&gt;alert(1)" in page
        assert "{{ 7|add:7 }}" in page
    faulty = post(client, token, "call", {"phone": '"><b>x'}).content.decode()
    assert "<b>x" not in faulty


def test_changes_have_an_end_and_the_page_says_what_to_do(client, monkeypatch):
    for place in ("surveys.actions.wishing", "surveys.after"):
        monkeypatch.setattr(f"{place}.WISHES_MAX", 2)
    _response, token = answered(MINUS)
    for moment in ("morning", "afternoon", "soon"):
        post(client, token, "call", {"moment": moment})
    assert [one.moment for one in CallRequest.objects.all()] == ["morning", "afternoon"]
    page = thanks(client, token)
    assert "U hebt dit vaak gewijzigd." in page
    assert 'action="../call/"' not in page


# Who can do nothing by accident -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "data"),
    [("wishes", {"kinds": ["quote"]}), ("call", {"call_me": "on", "moment": "soon"})],
)
class TestPrograms:
    def test_what_fills_in_everything_is_thanked_and_not_stored(self, client, place, data):
        _response, token = answered(PLUS)
        assert post(client, token, place, {**data, "remark": "x"}).status_code == 302
        assert not Consent.objects.exists()
        assert not CallRequest.objects.exists()

    def test_what_is_faster_than_reading_is_asked_to_press_again(self, client, place, data):
        response, token = answered(PLUS)
        hasty = post(client, token, place, data, after=0)
        assert hasty.status_code == 200
        assert "druk dan opnieuw op de knop" in hasty.content.decode()
        assert len(re.findall(r"<input[^>]* checked", hasty.content.decode())) == len(data)
        assert not response.consents.exists()
        assert not response.call_requests.exists()
        post(client, token, place, data)
        assert response.consents.exists() or response.call_requests.exists()

    def test_the_second_press_counts_from_the_first_page(self, client, place, data, settings):
        _response, token = answered(PLUS)
        seen = seal(token, timezone.now())
        page = client.post(f"/s/{token}/{place}/", {**data, "seen": seen}).content.decode()
        assert seen in page
        forged = client.post(f"/s/{token}/{place}/", {**data, "seen": "1:x"}).content.decode()
        assert "1:x" not in forged
        settings.HOLD_FASTER_THAN_SECONDS = 0
        assert client.post(f"/s/{token}/{place}/", {**data, "seen": seen}).status_code == 302

    def test_nothing_before_an_answer_stands(self, client, place, data):
        token = make_token(invited())
        answer = post(client, token, place, data)
        assert answer["Location"] == f"/s/{token}/thanks/"
        assert client.get(answer["Location"])["Location"] == f"/s/{token}/"
        assert not Consent.objects.exists()
        assert not CallRequest.objects.exists()

    def test_an_answer_on_hold_is_asked_for_nothing_until_it_is_confirmed(
        self, client, place, data
    ):
        invitation = invited()
        token = make_token(invitation)
        held = hold_answer(
            invitation=invitation,
            answers=Answers(**PLUS, interest="not_now"),
            signs={Sign.TRAP},
        )
        page = thanks(client, token)
        assert "Sanne de Wit leest uw antwoorden persoonlijk." in page
        assert "<form" not in page
        post(client, token, place, data)
        assert not Delivery.objects.exists()
        confirm_held(held=held, actor=make_user())
        assert offered(thanks(client, token)) == ALL

    def test_an_unknown_link_is_unknown(self, client, place, data):
        assert post(client, "x" * 32, place, data).status_code == 404

    def test_a_database_that_goes_away_thanks_for_nothing(self, client, place, data, monkeypatch):
        def away(**kwargs: object) -> None:
            raise OperationalError("database is locked")

        for name in ("give_consents", "ask_for_call"):
            monkeypatch.setattr(f"surveys.after_views.{name}", away)
        _response, token = answered(PLUS)
        assert post(client, token, place, data).status_code == 503


def test_a_zero_that_posts_ticks_stores_none(client):
    _response, token = answered(ZERO)
    assert post(client, token, "wishes", {"kinds": ALL}).status_code == 302
    assert not Consent.objects.exists()


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_the_language_of_the_page_goes_along(client, language):
    _response, token = answered(PLUS)
    answer = post(client, token, "wishes", {"kinds": ["story"], "language": language})
    assert answer["Location"] == f"/s/{token}/thanks/?language={language}#stored"
    assert Consent.objects.get().language == language
