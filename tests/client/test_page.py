"""The client's page over HTTP: showing, answering, refusing, and what it never does."""

import gzip
import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from surveys.actions import record_response
from surveys.models import MOTIVATION_MAX, Invitation, LaterAnswer, Response
from surveys.page import form_markup
from surveys.page_script import client_script
from surveys.page_style import client_style, source_of
from tests.factories import (
    make_client,
    make_contact,
    make_division,
    make_invitation,
    make_project,
    make_project_contact,
    make_response,
    make_service,
    make_token,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

COMPLETE = {
    "satisfaction": "more_than_satisfied",
    "motivation": "",
    "recommendation": "yes",
    "interest": "not_now",
}


def address(token: str) -> str:
    return f"/s/{token}/"


def invited(*, language: str = "nl", contact: dict | None = None, **invitation: object):
    """An invitation whose every name can be recognised."""
    supervisor = make_user(name="Joost Bakker")
    manager = make_user(name="Sanne de Wit", phone="079 555 0142", supervisor=supervisor)
    client = make_client(name="Gemeente Zoetermeer")
    project = make_project(account_manager=manager, client=client, name="Meerzicht & Oost")
    person = make_contact(
        client=client, name="Marijke Vermeulen", language=language, **(contact or {})
    )
    part = make_project_contact(project=project, contact=person)
    return make_invitation(project_contact=part, **invitation)


def text_of(response) -> str:
    return response.content.decode()


def counts() -> dict[str, int]:
    return {model._meta.label: model.objects.count() for model in apps.get_models()}


# Showing --------------------------------------------------------------------------------------


def test_page_names_firm_project_person_and_readers(client: Client, settings) -> None:
    settings.FIRM_NAME = "Waterkant Advies"
    page = text_of(client.get(address(make_token(invited()))))
    assert "Waterkant Advies" in page
    assert "Meerzicht &amp; Oost" in page
    assert "Gemeente Zoetermeer" in page
    assert "Beste Marijke Vermeulen, hoe heeft u ons werk ervaren?" in page
    assert '<a href="tel:+31795550142">' in page
    assert ">SW<" in page
    assert "Sanne de Wit, leidinggevende Joost Bakker en onze directie lezen" in page
    assert "2 jaar" in page


def test_page_tells_how_long_answers_are_kept(client: Client, settings) -> None:
    settings.RESPONSE_KEPT_YEARS = 5
    assert "Wij bewaren ze 5 jaar" in text_of(client.get(address(make_token(invited()))))


@pytest.mark.parametrize("browser", ["nl", "en", "de"])
def test_language_is_the_invitations_not_the_browsers(client: Client, browser: str) -> None:
    headers = {"accept-language": browser}
    dutch = client.get(address(make_token(invited(language="nl"))), headers=headers)
    english = client.get(
        address(make_token(make_invitation(language="en"))),
        headers=headers,
    )
    assert dutch["Content-Language"] == "nl"
    assert '<html lang="nl">' in text_of(dutch)
    assert "Verstuur mijn antwoorden" in text_of(dutch)
    assert english["Content-Language"] == "en"
    assert '<html lang="en">' in text_of(english)
    assert "Send my answers" in text_of(english)
    assert "Verstuur" not in text_of(english)


@pytest.mark.parametrize("value", ["dissatisfied", "satisfied", "more_than_satisfied"])
def test_link_preselects_question_1_only(client: Client, value: str) -> None:
    page = text_of(client.get(address(make_token()), {"satisfaction": value, "interest": "yes"}))
    checked = re.findall(r'name="(\w+)" value="(\w+)"[^>]* checked', page)
    assert checked == [("satisfaction", value)]


@pytest.mark.parametrize("query", ["", "?satisfaction=", "?satisfaction=%00x", "?satisfaction=9"])
def test_unknown_choice_in_link_is_ignored(client: Client, query: str) -> None:
    response = client.get(address(make_token()) + query)
    assert response.status_code == 200
    assert " checked" not in text_of(response)


def test_unknown_choices_do_not_fill_the_memory(client: Client) -> None:
    token = make_token()
    client.get(address(token))
    kept = form_markup.cache_info().currsize
    for number in range(3):
        client.get(address(token), {"satisfaction": f"nonsense{number}"})
    assert form_markup.cache_info().currsize == kept


def test_offered_services_show_at_once_in_the_invitations_language(client: Client) -> None:
    token = make_token(make_invitation(language="en"))
    service = make_service(name="Bruggen", name_en="Bridges")
    make_service(name="Sluizen", is_offered=False)
    assert "Bridges" in text_of(client.get(address(token)))
    assert "Sluizen" not in text_of(client.get(address(token)))
    service.name_en = "Viaducts"
    service.save()
    assert "Viaducts" in text_of(client.get(address(token)))
    service.delete()
    assert 'name="services"' not in text_of(client.get(address(token)))


def test_names_are_inert(client: Client) -> None:
    make_service(name="<script>alert(1)</script>")
    project = make_project(name='<img src=x onerror="1">')
    token = make_token(make_invitation(project_contact=make_project_contact(project=project)))
    page = text_of(client.get(address(token)))
    assert "<script>alert" not in page
    assert "<img" not in page


def test_who_left_is_not_promised(client: Client) -> None:
    fallback = make_user(name="Karim Smit")
    manager = make_user(name="Sanne de Wit", is_active=False, supervisor=None)
    project = make_project(account_manager=manager, division=make_division(fallback=fallback))
    token = make_token(make_invitation(project_contact=make_project_contact(project=project)))
    page = text_of(client.get(address(token)))
    assert "Sanne" not in page
    assert "Karim Smit en onze directie lezen" in page
    assert "uw aanspreekpunt bij ons" in page


def test_page_without_any_active_reader_names_management(client: Client) -> None:
    manager = make_user(name="Sanne de Wit", is_active=False)
    part = make_project_contact(project=make_project(account_manager=manager))
    page = text_of(client.get(address(make_token(make_invitation(project_contact=part)))))
    assert "Sanne" not in page
    assert "Onze directie leest" in page


# What it never does ---------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("path", ["", "thanks/"])
def test_looking_writes_nothing(client: Client, method: str, path: str) -> None:
    token = make_token(invited())
    before = counts()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        getattr(client, method)(f"{address(token)}{path}?satisfaction=satisfied")
    assert counts() == before
    assert [q["sql"] for q in queries if not q["sql"].startswith("SELECT")] == []


def test_page_costs_two_queries_however_many_services(
    client: Client, django_assert_num_queries
) -> None:
    token = make_token(invited())
    for _number in range(7):
        make_service()
    with django_assert_num_queries(2):  # the link with all it names; the services
        client.get(address(token))


def test_thanks_costs_few_queries_and_knows_which_answer_stands(
    client: Client, django_assert_num_queries
) -> None:
    stands = make_response(satisfaction="dissatisfied", recommendation="no")
    at = stands.submitted_at
    make_response(invitation=stands.invitation, submitted_at=at, replaced_at=at)
    token = make_token(stands.invitation)
    with django_assert_num_queries(4):  # the link; the answer, its consents and its calls
        page = client.get(f"{address(token)}thanks/")
    assert "binnen één werkdag" in text_of(page)
    with django_assert_num_queries(1):
        assert client.get(address(token)).status_code == 302


def test_no_cookie_and_no_session(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def touched(*args: object, **kwargs: object) -> None:
        raise AssertionError("the session was read")

    monkeypatch.setattr("django.contrib.sessions.backends.base.SessionBase._get_session", touched)
    monkeypatch.setattr(
        "django.contrib.sessions.backends.base.SessionBase._session", property(touched)
    )
    token = make_token()
    for response in (
        client.get(address(token)),
        client.post(address(token), {}),
        client.post(address(token), COMPLETE),
        client.get(address(token) + "thanks/"),
        client.get(address("x" * 32)),
    ):
        assert not response.cookies
        assert "Cookie" not in response["Vary"]


def test_answering_needs_no_csrf_token() -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post(address(make_token()), COMPLETE).status_code == 302


def test_headers_let_nothing_out(client: Client) -> None:
    answered = make_response().invitation
    for path in (address(make_token()), f"{address(make_token(answered))}thanks/", "/s/nothing/"):
        response = client.get(path)
        assert response["Referrer-Policy"] == "no-referrer"
        assert response["Cache-Control"] == "no-store"
        assert response["X-Robots-Tag"] == "noindex"
        style = re.search(r"<style>(.*?)</style>", text_of(response), re.DOTALL)
        assert style is not None
        script = re.search(r"<script>(.*?)</script>", text_of(response), re.DOTALL)
        assert script is None or script.group(1) == client_script()
        policy = set(response["Content-Security-Policy"].split("; "))
        assert policy >= {
            "default-src 'none'",
            f"style-src {source_of(style.group(1))}",
            f"script-src {source_of(client_script())}",
            "img-src data:",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        }


def test_page_asks_for_nothing_else_and_fits_in_14_kb(client: Client) -> None:
    for number in range(12):
        make_service(name=f"Een dienst met een lange naam {number}")
    response = client.get(address(make_token(invited())), headers={"accept-encoding": "gzip"})
    assert len(response.content) <= 14 * 1024
    page = gzip.decompress(response.content).decode()
    assert page.count("<script") == 1
    assert len(client_script()) <= 1024
    assert "url(" not in client_style()
    addresses = re.findall(r'(?:src|href|action)="([^"]*)"', page)
    elsewhere = [a for a in addresses if not a.startswith(("data:", "tel:", "#", "?"))]
    assert elsewhere == ["stop/?language=nl"]


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
@pytest.mark.parametrize("path", ["", "thanks/"])
def test_other_methods_are_refused(client: Client, method: str, path: str) -> None:
    assert getattr(client, method)(address(make_token()) + path).status_code == 405


# Answering ------------------------------------------------------------------------------------


def test_answer_is_stored_word_for_word_and_thanked(client: Client) -> None:
    water, bridges = make_service(), make_service()
    token = make_token(invited())
    response = client.post(
        address(token),
        {
            "satisfaction": "dissatisfied",
            "motivation": "  Te laat,\r\n\r\nen <b>duur</b> – 100% 😀 ",
            "recommendation": "no",
            "interest": "yes",
            "services": [water.pk, bridges.pk],
        },
    )
    assert response.status_code == 302
    assert response["Location"] == reverse("surveys:thanks", args=[token])
    stored = Response.objects.get()
    assert stored.motivation == "  Te laat,\n\nen <b>duur</b> – 100% 😀 "
    assert (stored.satisfaction, stored.recommendation) == ("dissatisfied", "no")
    assert stored.interest == "yes"
    assert set(stored.services.all()) == {water, bridges}


def test_white_space_only_is_no_motivation(client: Client) -> None:
    client.post(address(make_token()), {**COMPLETE, "motivation": " \r\n\t "})
    assert Response.objects.get().motivation == ""


def test_services_count_only_with_interest(client: Client) -> None:
    service = make_service()
    client.post(address(make_token()), {**COMPLETE, "services": [service.pk]})
    assert list(Response.objects.get().services.all()) == []


def test_service_that_is_not_offered_is_dropped_without_an_error(client: Client) -> None:
    offered, withdrawn = make_service(), make_service(is_offered=False)
    services = [offered.pk, withdrawn.pk, "999999", "x"]
    client.post(address(make_token()), {**COMPLETE, "interest": "yes", "services": services})
    assert list(Response.objects.get().services.all()) == [offered]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("satisfaction", ""),
        ("satisfaction", "ontevreden"),
        ("recommendation", ""),
        ("recommendation", "10"),
        ("interest", ""),
        ("interest", "no"),
    ],
)
def test_incomplete_answer_records_nothing_and_keeps_what_was_typed(
    client: Client, field: str, value: str
) -> None:
    service = make_service()
    typed = {**COMPLETE, "interest": "yes", "services": [service.pk], "motivation": "Goed & snel"}
    response = client.post(address(make_token()), {**typed, field: value})
    assert response.status_code == 200
    assert not Response.objects.exists()
    page = text_of(response)
    assert "<title>Nog niet verstuurd" in page
    assert 'role="alert"' in page
    assert f'<a href="#id_{field}_0">' in page
    assert f'id="id_{field}_0"' in page
    assert page.count('aria-invalid="true"') == 1
    assert re.search(
        f'<fieldset[^>]*aria-invalid="true"[^>]*aria-describedby="id_{field}_error"', page
    )
    assert f'id="id_{field}_error"' in page
    assert "Goed &amp; snel</textarea>" in page
    checked = set(re.findall(r'name="(\w+)" value="(\w+)"[^>]* checked', page))
    kept = {(k, v) for k, v in typed.items() if k not in {field, "motivation", "services"}}
    assert checked == kept | {("services", str(service.pk))}


def test_text_at_the_limit_counts_a_line_end_once(client: Client) -> None:
    text = "a\r\n" * (MOTIVATION_MAX // 2)
    client.post(address(make_token()), {**COMPLETE, "motivation": text})
    assert len(Response.objects.get().motivation) == MOTIVATION_MAX


def test_text_beyond_the_limit_is_explained_and_kept(client: Client) -> None:
    text = "b" * (MOTIVATION_MAX + 1)
    page = text_of(client.post(address(make_token()), {**COMPLETE, "motivation": text}))
    assert not Response.objects.exists()
    assert "uw tekst heeft 5001 tekens, er passen er 5000" in page
    assert text in page
    assert '<a href="#id_motivation">' in page
    assert re.search('<textarea[^>]*aria-describedby="[^"]*id_motivation_error"', page)
    assert re.search('<textarea[^>]*aria-invalid="true"', page)
    assert "maxlength" not in page


def test_same_answer_again_is_thanked_and_kept_once(client: Client) -> None:
    token = make_token()
    first, second = (client.post(address(token), COMPLETE) for _time in range(2))
    assert first["Location"] == second["Location"]
    assert Response.objects.count() == 1
    assert not LaterAnswer.objects.exists()


def test_different_second_answer_is_thanked_and_does_not_replace(client: Client) -> None:
    token = make_token()
    client.post(address(token), COMPLETE)
    second = client.post(address(token), {**COMPLETE, "satisfaction": "dissatisfied"})
    assert second["Location"] == reverse("surveys:thanks", args=[token])
    assert Response.objects.get().satisfaction == "more_than_satisfied"
    assert LaterAnswer.objects.count() == 1


def test_incomplete_second_answer_is_thanked_for_the_first(client: Client) -> None:
    token = make_token(make_response().invitation)
    response = client.post(address(token), {})
    assert response["Location"] == reverse("surveys:thanks", args=[token])


def test_failing_store_is_not_thanked(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(**kwargs: object) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr("surveys.views.record_response", fails)
    client.raise_request_exception = False
    response = client.post(address(make_token()), COMPLETE)
    assert response.status_code == 500
    assert "Er ging bij ons iets mis" in text_of(response)


# Thanking -------------------------------------------------------------------------------------


@pytest.mark.parametrize("late", [False, True])
def test_answered_link_leads_to_thanks_also_when_expired(client: Client, late: bool) -> None:
    invited_at = timezone.now() - timedelta(days=60 if late else 0)
    invitation = make_invitation(invited_at=invited_at)
    make_response(invitation=invitation)
    token = make_token(invitation)
    response = client.get(address(token), follow=True)
    assert response.redirect_chain == [(f"/s/{token}/thanks/", 302)]
    assert "Dank u wel. Uw antwoorden zijn verstuurd." in text_of(response)


def test_thanks_before_an_answer_leads_to_the_questions(client: Client) -> None:
    token = make_token()
    assert client.get(address(token) + "thanks/")["Location"] == address(token)


@pytest.mark.parametrize(
    ("satisfaction", "recommendation", "says", "omits"),
    [
        ("more_than_satisfied", "yes", "Sanne de Wit leest uw antwoorden", "belt u"),
        ("satisfied", "maybe", "Fijn dat u er de tijd voor nam", "belt u"),
        ("dissatisfied", "no", "Sanne de Wit belt u binnen één werkdag", "blij"),
    ],
)
def test_thanks_follow_the_group(
    client: Client, satisfaction: str, recommendation: str, says: str, omits: str
) -> None:
    invitation = invited()
    make_response(invitation=invitation, satisfaction=satisfaction, recommendation=recommendation)
    page = text_of(client.get(address(make_token(invitation)) + "thanks/"))
    main = page.partition("<body")[2]
    assert says in main
    assert omits not in main.lower()
    assert not re.search(r"<input[^>]* checked", main)  # a second step, nothing of it chosen


def test_a_call_is_not_promised_without_a_number(client: Client) -> None:
    invitation = invited(contact={"phone": ""})
    make_response(invitation=invitation, satisfaction="dissatisfied")
    page = text_of(client.get(address(make_token(invitation)) + "thanks/"))
    assert "Sanne de Wit neemt binnen één werkdag contact met u op" in page


# Refusing -------------------------------------------------------------------------------------


def test_closed_link_is_gone_without_names_and_takes_no_answer(client: Client) -> None:
    now = timezone.now()
    expired = invited(invited_at=now - timedelta(days=31), expires_at=now - timedelta(days=1))
    part = expired.project_contact
    token = make_token(expired)
    for state in ("expired", "withdrawn"):
        for method in (client.get, client.head):
            assert method(address(token)).status_code == 410
        response = client.post(address(token), COMPLETE)
        assert response.status_code == 410
        page = text_of(response)
        assert "Deze vragen zijn gesloten" in page
        for name in ("Meerzicht", "Gemeente", "Marijke", "Sanne", "Joost"):
            assert name not in page, state
        expired.expires_at, expired.withdrawn_at = now + timedelta(days=9), now
        expired.save()
    assert part.invitations.count() == 1
    assert not Response.objects.exists()


MALFORMED = ["x", "a" * 15, "a" * 65, "a" * 31 + ".", "%00" * 20, "é" * 20, "../" * 9, "a/b"]


@pytest.mark.parametrize("token", MALFORMED)
def test_malformed_link_looks_like_an_unknown_one(client: Client, token: str) -> None:
    unknown = client.get(address("a" * 32))
    malformed = client.get(address(token))
    assert unknown.status_code == malformed.status_code == 404
    assert malformed.content == unknown.content
    volatile = {"Content-Length"}
    assert {k: v for k, v in malformed.items() if k not in volatile} == {
        k: v for k, v in unknown.items() if k not in volatile
    }
    assert client.post(address(token), COMPLETE).status_code == 404


def test_malformed_link_does_not_reach_the_database(
    client: Client, django_assert_num_queries
) -> None:
    with django_assert_num_queries(0):
        client.get(address("a" * 15))
        client.get(address("a" * 65))


@pytest.mark.parametrize("path", ["/s/", f"/s/{'a' * 32}/thanks/", f"/s/{'a' * 32}/thanks/x/"])
def test_other_addresses_below_s_are_unknown_too(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.content == client.get(address("a" * 32)).content


def test_refusals_speak_the_browsers_language_else_dutch(client: Client) -> None:
    def title(language: str) -> str:
        page = text_of(client.get(address("a" * 32), headers={"accept-language": language}))
        found = re.search("<title>(.*?)</title>", page)
        assert found is not None
        return found.group(1)

    assert title("en-GB,en;q=0.9") == "We do not know this link"
    assert title("nl") == title("es") == title("") == "Wij kennen deze link niet"


def test_link_without_its_last_slash_still_opens(client: Client) -> None:
    token = make_token()
    response = client.get(f"/s/{token}?satisfaction=satisfied")
    assert response["Location"] == f"/s/{token}/?satisfaction=satisfied"


@pytest.mark.parametrize("charset", ["utf-7", "rot13", "zlib", "idna", "no-such-thing"])
def test_a_claimed_charset_is_not_believed(client: Client, charset: str) -> None:
    body = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in {**COMPLETE, "motivation": "Café"}.items()
    )
    response = client.generic(  # ``post`` would encode the body as it claims
        "POST",
        address(make_token(invited())),
        (body + "--x--\r\n").encode(),
        content_type=f"multipart/form-data; boundary=x; charset={charset}",
    )
    assert response.status_code == 302
    assert Response.objects.get().motivation == "Café"


def test_too_many_fields_get_a_page_in_the_visitor_s_language(client: Client) -> None:
    client.raise_request_exception = False
    fields = {f"f{number}": "x" for number in range(2500)}
    response = client.post(address(make_token(invited())), fields)
    assert response.status_code == 400
    assert "Dit kon niet worden gelezen" in text_of(response)
    assert Response.objects.count() == 0


def test_an_invitation_taken_back_under_the_answer_is_an_unknown_link(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = make_token()

    def taken_back(*, invitation: Invitation, **fields: object) -> None:
        Invitation.objects.filter(pk=invitation.pk).delete()
        record_response(invitation=invitation, **fields)

    monkeypatch.setattr("surveys.views.record_response", taken_back)
    monkeypatch.setattr("surveys.views.is_automatic", lambda signs: False)
    assert client.post(f"/s/{token}/", COMPLETE).status_code == 404
