"""Mails that come back, read: which mail of ours, what became of it, and never an exception."""

import dataclasses
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from outbox.autoreplies import TEXT_MAX
from outbox.incoming import read_mail
from outbox.refusals import Kind
from tests.returned import samples
from tests.returned.samples import AUTO, OURS, TO, postfix, reply

TOKEN = "Qc55hpdOcBA5GneH47KZm9WP5rhATRj1"


@pytest.mark.parametrize(
    "raw",
    [postfix(), samples.MICROSOFT, samples.GMAIL, samples.EXIM, samples.QMAIL],
    ids=["postfix", "microsoft", "gmail", "exim", "qmail"],
)
def test_an_unknown_address_in_the_words_of_each_server(raw):
    told = read_mail(raw)
    assert told.kind == Kind.HARD_BOUNCE
    assert told.message_ids[0] == OURS
    assert told.address == TO
    assert told.status.startswith("5.1.1")
    assert told.detail
    assert told.text == ""


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (postfix(action="delayed", status="4.4.1", said="timed out"), Kind.SOFT_BOUNCE),
        (postfix(status="4.4.1", said="connect: Connection timed out"), Kind.UNDELIVERED),
        (postfix(status="5.2.2", said="552 5.2.2 Mailbox full"), Kind.UNDELIVERED),
        (postfix(status="5.7.1", said="554 5.7.1 Message refused by policy"), Kind.UNDELIVERED),
        (postfix(action="error", status="5.1.1"), Kind.HARD_BOUNCE),  # opensmtpd
    ],
)
def test_what_does_not_concern_the_address(raw, kind):
    told = read_mail(raw)
    assert told.kind == kind
    assert OURS in told.message_ids


def test_a_receipt_tells_nothing():
    assert read_mail(samples.RECEIPT) is None


def test_the_bounces_own_message_id_is_not_taken_for_ours():
    assert "<20261122.A1@mx.waterkant.example>" not in read_mail(postfix()).message_ids


AWAY = {
    "nl": "Ik ben met vakantie tot en met 5 december. Bij spoed: 030 555 01 02.",
    "nl2": "Goedemiddag, op vrijdag ben ik niet aanwezig.",
    "en": "I am out of the office until Monday with limited access to mail.",
    "de": "Ich bin bis zum 5. Dezember nicht im Büro.",
    "fr": "Je suis actuellement en congés, de retour le 5 décembre.",
}
LEFT = {
    "nl": "Anneke van 't Hof is niet meer werkzaam bij de gemeente. Neem contact op met Piet.",
    "nl2": "Met ingang van 1 november ben ik niet langer in dienst van de gemeente.",
    "nl3": "Anneke werkt sinds 1 mei niet meer bij ons.",
    "nl4": "Mevrouw Van 't Hof heeft onze organisatie per 1 mei verlaten.",
    "en": "Anneke no longer works for the municipality. Please contact Piet.",
    "en2": "Thank you for your mail. Anneke has left the company.",
    "en3": "Please note that I am no longer with the firm.",
    "de": "Frau Schmidt ist nicht mehr in unserem Unternehmen tätig.",
    "fr": "Madame Martin ne travaille plus dans notre société.",
    "fr2": "Monsieur Petit a quitté l'entreprise.",
}


@pytest.mark.parametrize("text", AWAY.values(), ids=AWAY)
def test_who_is_away(text):
    told = read_mail(reply(text, subject="Re: uw mail", headers=AUTO))
    assert (told.kind, told.text, told.message_ids) == (Kind.OUT_OF_OFFICE, text, (OURS,))


@pytest.mark.parametrize("text", LEFT.values(), ids=LEFT)
def test_who_has_left(text):
    told = read_mail(reply(text, headers=AUTO))
    assert (told.kind, told.text) == (Kind.LEFT, text)


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Hoe kijkt u terug?",
        "Automatisch antwoord: Hoe kijkt u terug?",
        "Afwezigheidsbericht",
        "Automatische Antwort: Ihre Meinung",
        "Abwesenheitsnotiz",
        "Réponse automatique : Votre avis",
        "Out of Office: Hoe kijkt u terug?",
    ],
)
def test_a_subject_alone_says_that_a_program_answers(subject):
    """Exchange on a firm's own machine sends no header of RFC 3834."""
    told = read_mail(reply("Tot maandag.", subject=subject))
    assert told.kind == Kind.OUT_OF_OFFICE


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-generated"},
        {"Auto-Submitted": "auto-replied; owner-email=a@b.example"},
        {"X-Autoreply": "yes"},
        {"X-Autorespond": "yes"},
        {"Precedence": "auto_reply"},
    ],
)
def test_a_header_alone_says_that_a_program_answers(headers):
    told = read_mail(reply("Uw bericht is ontvangen.", subject="Ontvangen", headers=headers))
    assert (told.kind, told.text) == (Kind.AUTO_REPLY, "Uw bericht is ontvangen.")


@pytest.mark.parametrize("headers", [{}, {"Auto-Submitted": "no"}, {"Precedence": "bulk"}])
def test_a_persons_letter_stays_theirs(headers):
    letter = reply("Beste Sanne, ik ben met vakantie.", subject="Re: Hoe?", headers=headers)
    told = read_mail(letter)
    assert (told.kind, told.text, told.subject) == (Kind.REPLY, "", "Re: Hoe?")
    assert not told.is_automatic


def test_an_unrelated_letter_tells_nothing():
    assert read_mail(reply("Hallo", subject="Lunch?", answers="")) is None


def test_of_html_the_text_is_read():
    told = read_mail(
        reply(
            "<html><head><style>p{color:red}</style></head><body><p>Ik ben <b>afwezig</b>.</p>"
            "<script>alert(1)</script><p>Groet</p></body></html>",
            headers=AUTO,
            html=True,
        )
    )
    assert told.text.split() == ["Ik", "ben", "afwezig", ".", "Groet"]


@pytest.mark.parametrize(
    "quoted",
    [
        f"> Beste Anneke,\n> http://localhost:8000/s/{TOKEN}/",
        f"-----Oorspronkelijk bericht-----\nhttp://localhost:8000/s/{TOKEN}/",
        f"Van: Sanne de Wit <klanten@waterkant.example>\nhttp://localhost:8000/s/{TOKEN}/",
        f"http://localhost:8000/s/{TOKEN[:9]}\n{TOKEN[9:]}/",
        f"https://links.example/?url=http%3A%2F%2Flocalhost%2Fs%2F{TOKEN}%2F",
    ],
)
def test_nothing_of_our_own_mail_is_kept(quoted):
    told = read_mail(reply(f"Ik ben afwezig.\n\n{quoted}\n", headers=AUTO))
    assert told.text.startswith("Ik ben afwezig.")
    assert TOKEN[9:] not in told.text
    assert TOKEN[:9] not in told.text


def test_a_long_text_is_cut():
    assert len(read_mail(reply("afwezig " * 900, headers=AUTO)).text) == TEXT_MAX


def test_the_same_mail_is_the_same_and_another_is_not():
    first, second = postfix(), postfix(own_id="<20261122.A2@mx.waterkant.example>")
    assert read_mail(first).identity == read_mail(first).identity
    assert read_mail(first).identity != read_mail(second).identity


def storable(told):
    return all(
        "\0" not in value and value.encode("utf-8") is not None
        for value in map(str, dataclasses.astuple(told))
    )


@given(st.binary(max_size=2000))
@example(b"\xff\xfe")
def test_no_bytes_are_too_strange(raw):
    told = read_mail(raw)
    assert told is None or storable(told)


@given(
    st.sampled_from([postfix(), samples.MICROSOFT, samples.EXIM, reply("afwezig", headers=AUTO)]),
    st.integers(0, 2000),
    st.binary(max_size=40),
)
@example(samples.MICROSOFT, samples.MICROSOFT.index(b"utf-8?"), b"\x80")  # a charset of no letters
def test_no_damage_is_too_strange(raw, place, bytes_):
    """A mail with some bytes written over, as truncation and bad servers leave it."""
    told = read_mail(raw[:place] + bytes_ + raw[place + len(bytes_) :])
    assert told is None or storable(told)


@given(st.text(), st.text(max_size=200))
def test_no_header_is_too_strange(subject, charset):
    raw = (
        f"Subject: {subject}\nFrom: mailer-daemon@b.example\n"
        f"Content-Type: text/plain; charset={charset}\nIn-Reply-To: {OURS}\n\n550 5.1.1 x"
    )
    told = read_mail(raw.encode("utf-8", "surrogatepass"))
    assert told is None or storable(told)


ROBOT = b"From: mailer-daemon@b.example\nX-Failed-Recipients: a@b.example\nSubject: x\n"


@pytest.mark.parametrize(
    "raw",
    [
        reply("afwezig" + "\n" * 200_000, headers=AUTO),
        reply("<p>" * 60_000, headers=AUTO, html=True),
        ROBOT + b"\n" + b"\n" * 200_000,
        ROBOT.replace(b"Subject: x", b"Subject: " + b"=?utf-8?q?a" * 20_000) + b"\nx",
    ],
    ids=["empty lines", "paragraphs", "a bounce", "a header"],
)
def test_no_mail_takes_the_reader_away(raw):
    """Anybody can write to the mailbox: time grows with the length, never with its square."""
    started = time.process_time()
    read_mail(raw)
    assert time.process_time() - started < 5
