"""What a refusal means: only what is plainly about the address may mark a person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbox.models import ReportKind
from outbox.refusals import Kind, kind_of_refusal, status_in

HARD, OTHER, SOFT = Kind.HARD_BOUNCE, Kind.UNDELIVERED, Kind.SOFT_BOUNCE


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("550 5.1.1 <a@b.example>: Recipient address rejected: User unknown", HARD),
        ("550 5.1.1 User unknown in relay recipient table", HARD),  # names a relay, and means it
        ("550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP lookup", HARD),
        ("550 5.4.1 Recipient address rejected: Access denied. [AM7EUR06FT040]", HARD),
        ("550-5.1.1 The email account that you tried to reach does not exist.", HARD),
        ("550 5.2.1 The email account that you tried to reach is inactive", HARD),
        ("550 No such user here", HARD),
        ("550 Unrouteable address", HARD),
        ("554 5.4.4 Host not found", HARD),
        ("556 5.1.10 Recipient address has null MX", HARD),
        ("550 5.7.1 Relaying denied", OTHER),
        ("550 5.7.1 user unknown or not allowed", OTHER),  # 5.7 is about permission, whatever else
        ("554 Relay access denied", OTHER),
        ("550 5.7.26 Unauthenticated email is not accepted due to domain's DMARC policy", OTHER),
        ("554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen", OTHER),
        ("550 5.1.1 spam detected", OTHER),
        ("550 5.1.8 Sender address rejected: Domain not found", OTHER),
        ("552 5.2.2 Mailbox full", OTHER),
        ("552-5.2.2 The email account that you tried to reach is over quota", OTHER),
        ("550 5.0.0 rejected", OTHER),
        ("550 spam@blocked.example: no such user", HARD),  # an address says nothing by its letters
        ("550 unknown@user.example: rejected", OTHER),
        ("451 4.7.1 Greylisted, try again", SOFT),
        ("421 try again later", SOFT),
        ("", OTHER),
    ],
)
def test_words_and_codes(words, expected):
    assert kind_of_refusal(words) == expected


def test_whoever_gave_up_after_days_of_trying_blames_no_address():
    """Postfix reports "failed" with a status of 4 when the time is over."""
    words = "connect to mx.gemeente.example: Connection timed out"
    assert kind_of_refusal(words, status="4.4.1", is_final=True) == OTHER
    assert kind_of_refusal(words, status="4.4.1", is_final=False) == SOFT


def test_a_provider_that_quotes_no_server_is_believed():
    assert kind_of_refusal("", otherwise=HARD) == HARD
    assert kind_of_refusal("554 Message blocked", otherwise=HARD) == OTHER
    assert kind_of_refusal("550 5.7.1 no", otherwise=HARD) == OTHER


@pytest.mark.parametrize(
    ("words", "status"),
    [("550 5.1.1 no", "5.1.1"), ("(#5.1.1)", "5.1.1"), ("10.5.1.1 said no", ""), ("550 no", "")],
)
def test_the_code_in_the_words(words, status):
    assert status_in(words) == status


@given(st.text())
def test_5_7_never_marks_anybody(words):
    assert kind_of_refusal(words, status="5.7.1", is_final=True) == OTHER


def test_the_pure_kinds_and_those_of_the_table_are_the_same():
    assert {kind.value for kind in Kind} == set(ReportKind.values)
