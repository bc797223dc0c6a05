"""No personal link reaches a screen, however the mail wrote it down."""

from email.message import EmailMessage

import pytest

from outbox.models import Delivery
from outbox.reading import MASK, masked, read, secrets_in

TOKEN = "kD3-f_9aZq8LmN0pQrStUvWxYz012345"
PAGE = f"https://klanten.waterkant.example/s/{TOKEN}/"


def delivery_of(message: EmailMessage) -> Delivery:
    return Delivery(message=message.as_bytes(), is_secret=True)


def mail(text: str, html: str, *, encoding: str = "quoted-printable", **headers) -> Delivery:
    message = EmailMessage()
    message["Subject"] = "Hoe kijkt u terug?"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text, cte=encoding)
    message.add_alternative(html, subtype="html", cte=encoding)
    return delivery_of(message)


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64", "8bit"])
def test_both_parts_are_masked_after_decoding(encoding):
    long_line = "woord " * 30
    delivery = mail(
        f"{long_line}{PAGE}?satisfaction=satisfied\n",
        f'<p>{long_line}<a href="{PAGE}?satisfaction=satisfied">Tevreden</a></p>',
        encoding=encoding,
    )
    reading = read(delivery)
    assert f"/s/{MASK}/?satisfaction=satisfied" in reading.text
    assert f'href="https://klanten.waterkant.example/s/{MASK}/' in reading.html
    assert TOKEN not in reading.text + reading.html
    assert reading.is_masked


@pytest.mark.parametrize(
    "written",
    [
        PAGE,
        PAGE.upper().replace(TOKEN.upper(), TOKEN),
        PAGE.replace("/", "&#47;"),
        PAGE.replace("/", "&#x2F;"),
        f"https://tussen.example/?naar={PAGE.replace(':', '%3A').replace('/', '%2F')}",
        f"/s/{TOKEN}",
        f"/s/{TOKEN}.",
        f"<{PAGE}>",
        f"uw code is {TOKEN}",
    ],
)
def test_every_way_to_write_a_link_is_masked(written):
    delivery = mail(f"Zie {written} of {PAGE}", f"<p>Zie {written}</p>")
    reading = read(delivery)
    assert TOKEN not in reading.text
    assert TOKEN not in reading.html


def test_a_link_that_is_only_written_in_references_is_masked():
    hidden = "".join(f"&#{ord(letter)};" for letter in PAGE)
    reading = read(mail("Geen link hier.", f'<a href="{hidden}">Open</a>'))
    assert hidden not in reading.html
    assert TOKEN not in reading.html
    assert reading.is_masked


def test_headers_are_masked():
    reading = read(mail("Dag.", "<p>Dag.</p>", List_Unsubscribe=f"<{PAGE}afmelden/>"))
    assert ("List-Unsubscribe", f"<https://klanten.waterkant.example/s/{MASK}/afmelden/>") in (
        reading.headers
    )


def test_the_link_to_set_a_password_is_masked():
    key = "1f-c8x2ab-9d0f3a5b7c1e"
    link = f"https://klanten.waterkant.example/accounts/password/reset/key/{key}/"
    reading = read(mail(f"Kies een wachtwoord: {link}", f'<a href="{link}">Kies</a>'))
    assert key not in reading.text + reading.html
    assert f"/reset/key/{MASK}/" in reading.text


def test_a_mail_without_personal_link_is_shown_as_it_is():
    text = "Snelheid 3 m/s/uur, zie https://klanten.waterkant.example/alerts/12/\n"
    reading = read(mail(text, "<p>Ingrid &amp; Co</p>"))
    assert reading.text == text
    assert "Ingrid &amp; Co" in reading.html
    assert not reading.is_masked


def test_a_removed_mail_reads_as_empty():
    reading = read(Delivery(message=b""))
    assert (reading.text, reading.html, reading.headers) == ("", "", ())


def test_masking_is_idempotent():
    secrets = secrets_in([PAGE])
    once = masked(PAGE, secrets)
    assert masked(once, secrets) == once
