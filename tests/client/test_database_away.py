"""The database is away: looking is told so, and an answer that was sent is not lost."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client

from surveys import page as page_module
from surveys.models import Response
from tests.client.test_page import COMPLETE, address, invited, text_of
from tests.factories import make_service, make_token

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

SAID = 'Te laat & "duur"\r\n</textarea></form><b>x'


@pytest.fixture(autouse=True)
def _nothing_shown_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_module, "_last_offer", {})


@contextmanager
def away(error: type[Exception] = OperationalError) -> Iterator[None]:
    """Every query fails, as on a server that refuses."""

    def fail(*args: object) -> None:
        raise error("connection refused")

    with connection.execute_wrapper(fail):
        yield


@contextmanager
def away_when_storing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The link is found, and then the database goes away: it is locked, or was restarted."""

    def fails(**kwargs: object) -> None:
        raise OperationalError("database is locked")

    with monkeypatch.context() as patch:
        patch.setattr("surveys.views.record_response", fails)
        yield


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
@pytest.mark.parametrize("path", ["", "thanks/", "?satisfaction=satisfied"])
def test_looking_is_told_to_come_back(client: Client, path: str, error: type[Exception]) -> None:
    token = make_token(invited())
    with away(error):
        response = client.get(address(token) + path, headers={"accept-language": "nl"})
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert response["Cache-Control"] == "no-store"
    assert response["Referrer-Policy"] == "no-referrer"
    page = text_of(response)
    assert "Wij zijn zo terug" in page
    assert "Meerzicht" not in page
    assert "<script" not in page  # what is kept in the tab stays kept
    assert not response.cookies


def test_the_log_tells_and_names_no_link(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    token = make_token()
    with away():
        client.get(address(token))
    assert "connection refused" in caplog.text
    assert token not in "".join(
        r.getMessage() for r in caplog.records if r.name != "django.request"
    )


def typed(service_ids: list[int]) -> dict[str, object]:
    return {
        **COMPLETE,
        "motivation": SAID,
        "interest": "yes",
        "services": service_ids,
        "language": "en",
        "seen": 'x"y',
    }


def fields_of(page: str) -> dict[str, list[str]]:
    """Return what the form on ``page`` sends when nothing is touched."""
    found: dict[str, list[str]] = {}
    for tag in re.findall("<input[^>]*>", page):
        name, value = (re.search(f' {key}="([^"]*)"', tag) for key in ("name", "value"))
        is_choice = 'type="radio"' in tag or 'type="checkbox"' in tag
        if name and (not is_choice or " checked" in tag):
            found.setdefault(name[1], []).append(value[1] if value else "")
    text = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", page, re.DOTALL)
    assert text is not None
    found["motivation"] = [text[1]]
    return found


@pytest.mark.parametrize("was_shown", [False, True])
def test_an_answer_comes_back_filled_in_and_can_be_sent_again(
    client: Client, was_shown: bool
) -> None:
    first, second = make_service(name="Bruggen"), make_service(name="Sluizen")
    token = make_token(invited(language="en"))
    if was_shown:
        client.get(address(token))
    with away():
        response = client.post(address(token), typed([first.pk, 4711]))
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert not response.cookies
    assert response["Content-Language"] == "en"
    page = text_of(response)
    assert "We could not store your answers just now" in page
    assert ">Send again</button>" in page
    assert "<form" in page
    assert "action=" not in page  # to the same address
    assert ("Sluizen" in page) is was_shown
    fields = fields_of(page)
    assert fields["satisfaction"] == ["more_than_satisfied"]
    assert (fields["recommendation"], fields["interest"]) == (["yes"], ["yes"])
    assert sorted(fields["services"]) == sorted([str(first.pk), "4711"])
    assert fields["motivation"] == [
        "Te laat &amp; &quot;duur&quot;\r\n&lt;/textarea&gt;&lt;/form&gt;&lt;b&gt;x"
    ]
    assert fields["seen"] == ["x&quot;y"]
    assert fields["language"] == ["en"]
    client.post(address(token), typed([first.pk, 4711]))
    stored = Response.objects.get()
    assert stored.motivation == SAID.replace("\r\n", "\n")
    assert list(stored.services.all()) == [first]
    assert second.pk


def test_an_incomplete_answer_comes_back_too(client: Client) -> None:
    path = address(make_token())
    with away():
        response = client.post(path, {"motivation": "Goed"}, headers={"accept-language": "nl"})
    assert response.status_code == 503
    assert "Verstuur opnieuw" in text_of(response)
    assert fields_of(text_of(response))["motivation"] == ["Goed"]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_without_a_language_in_the_form_the_browsers_counts(client: Client, language: str) -> None:
    path = address(make_token())
    with away():
        response = client.post(path, COMPLETE, headers={"accept-language": language})
    assert response["Content-Language"] == language


def test_a_database_that_goes_away_while_storing_loses_nothing(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = make_token(invited())
    with away_when_storing(monkeypatch):
        response = client.post(address(token), {**COMPLETE, "motivation": "Goed"})
    assert response.status_code == 503
    assert fields_of(text_of(response))["motivation"] == ["Goed"]
    assert "Meerzicht" not in text_of(response)
    assert not Response.objects.exists()
    assert client.post(address(token), {**COMPLETE, "motivation": "Goed"}).status_code == 302


def test_the_page_asks_nothing_of_the_database(
    client: Client, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Callable[..., None]
) -> None:
    def fails(token: str) -> None:
        raise OperationalError

    monkeypatch.setattr("surveys.views.find_invitation", fails)
    with django_assert_num_queries(0):
        assert client.post(address("a" * 32), COMPLETE).status_code == 503
        assert client.get(address("a" * 32)).status_code == 503


def test_the_page_keeps_its_size(client: Client) -> None:
    for number in range(12):
        make_service(name=f"Een dienst met een lange naam {number}")
    token = make_token()
    client.get(address(token))
    with away():
        response = client.post(address(token), COMPLETE, headers={"accept-encoding": "gzip"})
    assert len(response.content) <= 14 * 1024
