"""No log line holds a client's token, wherever in the line it came from."""

import logging
from collections.abc import Iterator
from io import StringIO

import pytest
from django.conf import settings
from django.test import Client

from ambassadors.logs import RedactTokens, redact

TOKEN = "Qc55hpdOcBA5GneH47KZm9WP5rhATRj1"


@pytest.fixture
def log() -> Iterator[tuple[logging.Logger, StringIO]]:
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(RedactTokens())
    logger = logging.getLogger("test.redaction")
    logger.addHandler(handler)
    yield logger, stream
    logger.removeHandler(handler)


@pytest.mark.parametrize(
    "text",
    [
        f"GET /s/{TOKEN}/ 404",
        f"https://klanten.example.nl/s/{TOKEN}/thanks/",
        f"/s/{TOKEN}?satisfaction=satisfied",
        f"first /s/{TOKEN}/ second /s/{TOKEN}/",
    ],
)
def test_a_token_in_an_address_is_replaced(text: str) -> None:
    assert TOKEN not in redact(text)
    assert "/s/…" in redact(text)


def test_other_addresses_stay() -> None:
    assert redact("GET /alerts/12/ and /static/css/staff.css") == (
        "GET /alerts/12/ and /static/css/staff.css"
    )


def test_a_token_in_an_argument_is_replaced(log: tuple[logging.Logger, StringIO]) -> None:
    logger, stream = log
    logger.warning("Not Found: %s (%s)", f"/s/{TOKEN}/", 404)
    assert stream.getvalue() == "Not Found: /s/…/ (404)\n"


def test_a_token_in_a_traceback_is_replaced(log: tuple[logging.Logger, StringIO]) -> None:
    logger, stream = log
    try:
        raise ValueError(f"cannot open /s/{TOKEN}/")
    except ValueError:
        logger.exception("failed")
    assert "ValueError: cannot open /s/…/" in stream.getvalue()
    assert TOKEN not in stream.getvalue()


def test_a_wrong_log_call_is_still_told_without_token(
    log: tuple[logging.Logger, StringIO],
) -> None:
    logger, stream = log
    logger.warning(f"/s/{TOKEN}/ %s %s", "one")  # noqa: G004
    assert "malformed" in stream.getvalue()
    assert TOKEN not in stream.getvalue()


def test_every_handler_of_the_product_redacts() -> None:
    for handler in settings.LOGGING["handlers"].values():
        assert "redact" in handler["filters"]


@pytest.mark.django_db
def test_a_refused_page_leaves_no_token_in_the_log(
    client: Client, log: tuple[logging.Logger, StringIO]
) -> None:
    _logger, stream = log
    handler = logging.StreamHandler(stream)
    handler.addFilter(RedactTokens())
    logging.getLogger("django.request").addHandler(handler)
    try:
        assert client.get(f"/s/{TOKEN}/").status_code == 404
    finally:
        logging.getLogger("django.request").removeHandler(handler)
    assert "Not Found: /s/…" in stream.getvalue()
    assert TOKEN not in stream.getvalue()


@pytest.mark.parametrize(
    "path",
    [
        "/s/AbCdEfGhIjKlMnOpQrStUvWxYz012345/",
        "/s//AbCdEfGhIjKlMnOpQrStUvWxYz012345/",
        "/S/AbCdEfGhIjKlMnOpQrStUvWxYz012345/",
        "/s/=3DAbCdEfGhIjKlMnOpQrStUvWxYz012345/",
        "/s/(AbCdEfGhIjKlMnOpQrStUvWxYz012345/",
        "/accounts/password/reset/key/2-AbCdEfGhIjKlMnOpQrStUvWxYz012345/",
    ],
)
def test_mangled_links_are_redacted_too(path: str) -> None:
    assert "AbCdEf" not in redact(f"Not Found: {path}")
