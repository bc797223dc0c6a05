"""A client's answer is read by whom it is meant for, not by whoever looks after the outbox."""

import pytest

from outbox.models import Delivery, ReportKind
from outbox.reporting import record_report
from surveys.actions import ask_for_call
from tests.factories import make_alert, make_response, make_user
from tests.outbox_pages.test_pages import PAGE, queue, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

WISH = "Drie projectleiders in één jaar."
WHY = "bevat het antwoord van een klant"


@pytest.fixture
def mail_server(settings):
    settings.EMAIL_URL = "smtp://127.0.0.1:9"


@pytest.fixture
def sanne():
    return make_user(name="Sanne de Wit", supervisor=make_user(name="Joost Bakker"))


@pytest.fixture
def alert(sanne):
    return make_alert(owner=sanne, motivation=WISH)


def pages(client, delivery) -> str:
    """All that the outbox shows of one delivery, which stands alone on the list."""
    listed = f"{PAGE}?q={delivery.recipient_address}"
    addresses = (listed, f"{PAGE}{delivery.pk}/", f"{PAGE}{delivery.pk}/body/")
    return " ".join(client.get(address).content.decode() for address in addresses)


def test_administrators_see_how_it_was_delivered_and_not_what_it_says(client, mail_server, alert):
    client.force_login(make_user(is_administrator=True))
    for delivery in Delivery.objects.all():
        shown = pages(client, delivery)
        for secret in (WISH, "projectleiders", "[–]", "Ontevreden"):
            assert secret not in shown
        page = words(client.get(f"{PAGE}{delivery.pk}/"))
        assert WHY in page
        assert alert.response.contact.name in page
        assert delivery.message_id.strip("<>") in page
        assert "Auto-Submitted" in page
        assert client.get(f"{PAGE}{delivery.pk}/body/").status_code == 404
    assert WHY in words(client.get(PAGE))


@pytest.mark.parametrize("who", ["management", "recipient"])
def test_whoever_may_read_the_answer_reads_the_mail(client, mail_server, alert, sanne, who):
    delivery = Delivery.objects.get(recipient_address=sanne.email)
    if who == "recipient":
        sanne.is_administrator = True
        sanne.save()
        client.force_login(sanne)
    else:
        client.force_login(make_user(is_administrator=True, is_management=True))
    shown = pages(client, delivery)
    assert "projectleiders" in shown
    assert "[–]" in shown
    assert WHY not in shown


def test_the_mail_to_a_colleague_stays_closed_to_another_recipient(
    client, mail_server, alert, sanne
):
    sanne.is_administrator = True
    sanne.save()
    client.force_login(sanne)
    other = Delivery.objects.exclude(recipient_address=sanne.email).get()
    assert "projectleiders" not in pages(client, other)


def test_without_a_mail_server_the_outbox_is_where_mail_is_read(client, alert):
    client.force_login(make_user(is_administrator=True))
    assert "projectleiders" in pages(client, Delivery.objects.first())


def test_a_wish_after_a_zero_is_hidden_too(client, mail_server):
    response = make_response(motivation=WISH)
    ask_for_call(response=response, moment="morning", note="niet vóór 9", phone="+3225551234")
    client.force_login(make_user(is_administrator=True))
    assert "projectleiders" not in pages(client, Delivery.objects.get(template="wish"))


def test_what_an_automatic_reply_quotes_is_hidden_with_it(client, mail_server, alert):
    delivery = Delivery.objects.first()
    record_report(
        delivery=delivery,
        kind=ReportKind.OUT_OF_OFFICE,
        source="mailbox",
        external_id="een",
        subject=f"Automatisch antwoord: {delivery.subject}",
        text=f"Afwezig. > {WISH}",
    )
    client.force_login(make_user(is_administrator=True))
    shown = pages(client, delivery)
    assert "projectleiders" not in shown
    assert "[–]" not in shown
    client.force_login(make_user(is_administrator=True, is_management=True))
    assert "Afwezig. &gt; Drie projectleiders" in pages(client, delivery)


def test_other_mail_stays_readable(client, mail_server):
    client.force_login(make_user(is_administrator=True))
    assert "Bel vandaag" in pages(client, queue())
