"""Signatures, against the vectors that the specification's own libraries are tested with."""

import base64
import re

import pytest

from outbox.signing import headers, key_of, masked, new_secret, new_webhook_id, signature

# github.com/standard-webhooks/standard-webhooks, libraries/*/…test…: the same in every language.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE_ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
TIMESTAMP = 1614265330
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_published_vector():
    signed = signature(SECRET, message_id=MESSAGE_ID, timestamp=TIMESTAMP, body=BODY)
    assert signed == SIGNATURE


@pytest.mark.parametrize(
    "change",
    [
        {"message_id": "msg_other"},
        {"timestamp": TIMESTAMP + 1},
        {"body": BODY + b" "},
    ],
)
def test_whatever_changes_the_signature_does(change):
    given = {"message_id": MESSAGE_ID, "timestamp": TIMESTAMP, "body": BODY, **change}
    assert signature(SECRET, **given) != SIGNATURE


def test_two_secrets_sign_in_one_header():
    other = new_secret()
    made = headers([other, SECRET], message_id=MESSAGE_ID, timestamp=TIMESTAMP, body=BODY)
    first, second = made["webhook-signature"].split(" ")
    assert first == signature(other, message_id=MESSAGE_ID, timestamp=TIMESTAMP, body=BODY)
    assert second == SIGNATURE
    assert made["webhook-id"] == MESSAGE_ID
    assert made["webhook-timestamp"] == "1614265330"


def test_a_full_stop_in_the_id_is_refused():
    with pytest.raises(ValueError, match="full stop"):
        signature(SECRET, message_id="<1.2@klanten.example>", timestamp=TIMESTAMP, body=BODY)


def test_a_fresh_secret_is_as_the_specification_wants_it():
    secret = new_secret()
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]+={0,2}", secret)
    assert 24 <= len(key_of(secret)) <= 64
    assert new_secret() != secret


@pytest.mark.parametrize(
    "secret",
    [
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_geen base64!",
        "whsec_" + base64.b64encode(b"x" * 23).decode(),
        "whsec_" + base64.b64encode(b"x" * 65).decode(),
    ],
)
def test_what_is_no_secret(secret):
    with pytest.raises(ValueError, match="webhook secret"):
        key_of(secret)


def test_masked_shows_the_end_only():
    assert masked(SECRET) == "whsec_…LaSw"


def test_ids_differ_and_hold_no_full_stop():
    ids = {new_webhook_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(re.fullmatch(r"msg_[0-9a-f]{32}", one) for one in ids)
