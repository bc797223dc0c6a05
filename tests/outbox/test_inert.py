"""Text in which no chat service finds anything to act on, and SMS of two segments."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbox.inert import SMS_LIMIT, fits_sms, inert, sms

LINK = "https://klanten.example.nl/alerts/12/"
# What Slack, Teams, Telegram, Discord, Mattermost, Rocket.Chat and Webex act on.
ACTIVE = re.compile(
    r"[*_~`<>\[\]{}|#@\\]|://|:[a-z+-]+:|\w\.\w{2,}|(?m:^\s*(?:[-+=]|\d+[.)])\s)|(?m:^\s*/)"
)


@pytest.mark.parametrize(
    "text",
    [
        "*vet* _schuin_ ~door~ `code`",
        "<!channel> <@U123> <http://evil.example|klik>",
        "@everyone @here @[Zoë](user:1)",
        "[x](http://evil.example)",
        "<b>vet</b> <script>alert(1)</script>",
        "# kop\n- punt\n1. een\n+ plus\n=====\n/giphy nee",
        "http://evil.example www.evil.example evil.nl",
        ":boom: mailto:x@evil.example javascript:alert(1)",
        "||geheim|| > citaat\n>>> lang",
        "\\*niet\\* \\<dit\\>",
    ],
)
def test_nothing_active_is_left(text):
    assert ACTIVE.search(text)
    assert not ACTIVE.search(inert(text))


@given(st.text())
def test_of_no_text_whatsoever(text):
    assert not ACTIVE.search(inert(text))


@pytest.mark.parametrize(
    "text",
    ["Zoë de Vries", "Jansen & Zn. B.V.", "Fase 2 (2026), 14:05 uur", "'s-Hertogenbosch – Noord"],
)
def test_ordinary_names_stay_as_they_are(text):
    assert inert(text) == text


def test_what_turns_text_around_or_hides_goes():
    assert inert("goed\u202edoog\u200b\x07\u2066") == "goeddoog"


@given(st.text(), st.text())
def test_an_sms_is_two_segments_of_plain_characters_with_its_link(title, body):
    text = sms(title, body, LINK)
    assert len(text) <= SMS_LIMIT
    assert text.isascii()
    assert not set(text) & set("^{}\\[~]|`$@_\t\r")
    assert text.endswith(LINK)


def test_accents_and_signs_become_what_gsm_holds():
    assert fits_sms("Zoë – “één” € 5… @") == 'Zoe - "een" EUR  5... (at)'


def test_what_is_too_long_loses_its_end_not_its_link():
    text = sms("Signaal", "x" * 500, LINK)
    assert len(text) == SMS_LIMIT
    assert text.endswith(f"...\n{LINK}")
