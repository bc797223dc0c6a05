"""The outbox as administrators open it."""

import re
from datetime import timedelta

import pytest
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from outbox.actions import Result, claim_next, record
from outbox.models import Delivery, Lane, Outcome, State
from outbox.queueing import queue_message
from surveys.actions import send_invitations
from tests.factories import make_project_contact, make_user

PAGE = "/outbox/"
NOTICE = "Er is geen mailserver ingesteld: berichten blijven hier en worden niet verstuurd."


@pytest.fixture
def administrator(client, db):
    user = make_user(is_administrator=True)
    client.force_login(user)
    return user


def queue(number=1, **fields) -> Delivery:
    """A message in the outbox, to Sanne unless told otherwise."""
    message = EmailMultiAlternatives(
        subject=fields.get("subject", f"+ Anneke van ’t Hof ({number})"),
        body="Bel vandaag: <b>0612345678</b>\n",
        to=["sanne@waterkant.example"],
    )
    message.attach_alternative("<p style='color:red'>Bel vandaag</p>", "text/html")
    return queue_message(
        message,
        dedupe_key=f"test:{number}",
        lane=fields.get("lane", Lane.ALERT),
        recipient_name=fields.get("name", "Sanne de Wit"),
        recipient_address=fields.get("address", "sanne@waterkant.example"),
        is_secret=fields.get("is_secret", False),
        now=fields.get("now"),
    )


def attempt(outcome: Outcome, *, phase="end", detail="250 2.0.0 Ok", transport="smtp") -> Delivery:
    """Try what is due once, with the given result."""
    claim = claim_next()
    record(claim, Result(outcome=outcome, phase=phase, detail=detail, transport=transport))
    return Delivery.objects.get(pk=claim.delivery.pk)


def words(response):
    """The text of a page, white space as single spaces."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(text.split())


def listed(client, **query):
    """The subjects on the page, in order."""
    return [delivery.subject for delivery in client.get(PAGE, query).context["page"]]


def test_the_list_is_newest_first_and_pages(client, administrator):
    start = timezone.now()
    for number in range(53):
        queue(number, subject=f"bericht {number}", now=start + timedelta(seconds=number))
    first, second = listed(client), listed(client, page=2)
    assert first[0] == "bericht 52"
    assert len(first) == 50
    assert second == ["bericht 2", "bericht 1", "bericht 0"]


def test_a_line_tells_what_to_whom_and_in_what_state(client, administrator):
    queue()
    page = words(client.get(PAGE))
    for expected in ("+ Anneke van ’t Hof (1)", "Sanne de Wit", "sanne@waterkant.example"):
        assert expected in page
    assert "1 wacht" in page


def test_filters_by_state_kind_and_words(client, administrator):
    queue(1, subject="geweigerd", lane=Lane.ALERT)
    attempt(Outcome.PERMANENT, phase="rcpt", detail="550 user unknown")
    queue(2, subject="verstuurd", lane=Lane.INVITATION, name="Ruben el Idrissi")
    attempt(Outcome.SENT)
    queue(3, subject="bewaard", lane=Lane.INVITATION, address="noor@ymere.example")
    attempt(Outcome.SENT, transport="kept", phase="kept")
    queue(4, subject="wachtend", lane=Lane.ACCOUNT)
    assert listed(client, state="undeliverable") == ["geweigerd"]
    assert listed(client, state="sent") == ["verstuurd"]
    assert listed(client, state="kept") == ["bewaard"]
    assert listed(client, state="queued") == ["wachtend"]
    assert listed(client, lane=Lane.INVITATION.value) == ["bewaard", "verstuurd"]
    assert listed(client, q="RUBEN") == ["verstuurd"]
    assert listed(client, q="ymere.example") == ["bewaard"]
    assert listed(client, q="geweig") == ["geweigerd"]
    assert listed(client, lane=Lane.INVITATION.value, state="undeliverable") == []
    assert "1 niet te bezorgen" in words(client.get(PAGE))


def test_a_filter_that_cannot_be_read_says_so_and_shows_all(client, administrator):
    queue()
    page = client.get(PAGE, {"state": "weg", "page": "x"})
    assert page.status_code == 200
    assert len(page.context["page"]) == 1
    assert "weg" in words(page)


def test_the_list_is_decent_when_empty(client, administrator):
    assert "Er is nog niets verstuurd." in words(client.get(PAGE))
    assert "Geen bericht past bij dit filter." in words(client.get(PAGE, {"q": "niets"}))


def test_queries_do_not_grow_and_the_messages_stay_in_the_database(
    client, administrator, django_assert_num_queries
):
    queue(1)
    with django_assert_num_queries(17) as few:
        client.get(PAGE)
    for number in range(2, 40):
        queue(number)
    with django_assert_num_queries(17):
        client.get(PAGE)
    assert not any('"outbox_delivery"."message"' in query["sql"] for query in few.captured_queries)


def test_without_mail_server_the_pages_say_so(client, administrator, settings):
    delivery = queue()
    for address in (PAGE, f"{PAGE}{delivery.pk}/"):
        assert NOTICE in words(client.get(address))
    settings.EMAIL_URL = "smtp://127.0.0.1:2525"
    for address in (PAGE, f"{PAGE}{delivery.pk}/"):
        assert NOTICE not in words(client.get(address))


def test_what_was_kept_is_not_called_sent(client, administrator):
    queue()
    delivery = attempt(Outcome.SENT, transport="kept", phase="kept", detail="")
    assert delivery.state == State.SENT
    for address in (PAGE, f"{PAGE}{delivery.pk}/"):
        html = client.get(address).content.decode()
        assert "bewaard, niet verstuurd" in html
        assert f'datetime="{delivery.sent_at:%Y-%m-%d}' not in html.split("Klaargezet")[0]


def test_the_detail_shows_every_attempt_and_the_mail(client, administrator):
    queue()
    attempt(Outcome.TEMPORARY, phase="rcpt", detail="451 4.7.1 try again later")
    delivery = attempt(Outcome.SENT, detail="250 2.0.0 Ok: queued as 4F2")
    response = client.get(f"{PAGE}{delivery.pk}/")
    html, page = response.content.decode(), words(response)
    for expected in ("451 4.7.1 try again later", "rcpt", "250 2.0.0 Ok: queued as 4F2"):
        assert expected in page
    assert delivery.message_id.strip("<>") in page
    assert "Bel vandaag: &lt;b&gt;0612345678&lt;/b&gt;" in html  # inert
    assert f'<iframe class="mail" sandbox="" src="{PAGE}{delivery.pk}/body/"' in html


def test_the_html_part_is_alone_and_powerless(client, administrator):
    delivery = queue()
    response = client.get(f"{PAGE}{delivery.pk}/body/")
    assert "<p style='color:red'>Bel vandaag</p>" in response.content.decode()
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "style-src 'unsafe-inline'" in policy
    assert policy.endswith("sandbox")
    assert "script-src" not in policy
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert "no-store" in response["Cache-Control"]
    assert client.get(f"{PAGE}{delivery.pk}/")["X-Frame-Options"] == "DENY"


def test_a_personal_link_is_nowhere_on_the_pages(client, administrator, settings):
    make_project_contact()
    send_invitations()
    delivery = Delivery.objects.get(is_secret=True)
    token = re.search(r"/s/([\w-]{20,})/", delivery.parsed().get_body().get_content()).group(1)
    detail, body = f"{PAGE}{delivery.pk}/", f"{PAGE}{delivery.pk}/body/"
    for address in (PAGE, detail, body):
        assert token not in client.get(address).content.decode()
    assert "/s/…/" in client.get(detail).content.decode()
    assert "/s/…/" in client.get(body).content.decode()
    assert "zodat niemand namens een ander kan antwoorden" in words(client.get(detail))


def test_a_removed_body_says_so(client, administrator):
    queue(is_secret=True)
    delivery = attempt(Outcome.SENT)
    assert delivery.is_blanked
    page = words(client.get(f"{PAGE}{delivery.pk}/"))
    assert "De inhoud is verwijderd nadat de mail was afgeleverd" in page
    assert client.get(f"{PAGE}{delivery.pk}/body/").status_code == 404


@pytest.mark.parametrize("address", ["", "{pk}/", "{pk}/body/"])
def test_only_administrators_may_look(client, db, address):
    address = PAGE + address.format(pk=queue().pk)
    for role, status in (
        ({}, 403),
        ({"is_management": True}, 403),
        ({"is_administrator": True}, 200),
    ):
        client.force_login(make_user(**role))
        assert client.get(address).status_code == status
        assert client.post(address).status_code == 405
    client.logout()
    assert client.get(address).status_code == 302


def test_an_unknown_delivery_is_404(client, administrator):
    assert client.get(f"{PAGE}999999/").status_code == 404
    assert client.get(f"{PAGE}999999/body/").status_code == 404
