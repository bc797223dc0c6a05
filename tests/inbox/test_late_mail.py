"""Nobody has to notice by luck that an alert mail has not left."""

from datetime import timedelta

import pytest
from django.utils import timezone

from outbox.breaking import hold, interrupt
from outbox.circuit import MAIL, Reason
from outbox.health import LATE_AFTER, SWEEP, beat
from outbox.models import Delivery, Outcome, State
from tests.factories import make_alert, make_user
from tests.outbox_pages.test_pages import attempt, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

LONG = LATE_AFTER + timedelta(seconds=5)
LATE = "De e-mail aan Sanne de Wit is na 5 minuten nog niet weg"


@pytest.fixture
def sanne():
    return make_user(name="Sanne de Wit", supervisor=make_user(name="Joost Bakker"))


@pytest.fixture
def alert(sanne):
    """An alert of more than five minutes ago; Joost's mail left."""
    made = make_alert(owner=sanne, now=timezone.now() - LONG)
    joost = Delivery.objects.exclude(recipient_address=sanne.email)
    joost.update(state=State.SENT, sent_at=timezone.now(), transport="smtp")
    return made


@pytest.fixture(autouse=True)
def _alive(settings):
    settings.EMAIL_URL = "smtp://127.0.0.1:9"
    beat(SWEEP)


def shown(client, alert, address="/alerts/"):
    return words(client.get(address.format(pk=alert.pk)))


def test_it_is_red_in_the_list_and_on_the_page_of_the_alert(client, alert, sanne):
    client.force_login(sanne)
    for address in ("/alerts/", "/alerts/{pk}/"):
        html = client.get(address.format(pk=alert.pk)).content.decode()
        assert f'<span class="again late">{LATE}' in html
        assert f'<b class="late">{LATE}' in html
        assert "Joost Bakker is na 5" not in html
    assert "wacht nog op zijn beurt" in shown(client, alert, "/alerts/{pk}/")


def test_not_before_five_minutes_nor_once_it_left_or_the_alert_is_closed(client, alert, sanne):
    client.force_login(sanne)
    mine = Delivery.objects.filter(recipient_address=sanne.email)
    mine.update(created_at=timezone.now() - LATE_AFTER + timedelta(seconds=30))
    assert LATE not in shown(client, alert)
    mine.update(created_at=timezone.now() - LONG)
    assert LATE in shown(client, alert)
    mine.update(state=State.SENT, sent_at=timezone.now(), transport="smtp")
    assert LATE not in shown(client, alert)
    mine.update(state=State.UNDELIVERABLE, sent_at=None)  # passed on: see test_undeliverable
    assert LATE not in shown(client, alert)
    mine.update(state=State.QUEUED)
    alert.state, alert.closed_at, alert.outcome = "closed", timezone.now(), "partly"
    alert.root_cause = "cost"
    alert.save()
    assert LATE not in shown(client, alert, "/alerts/{pk}/")
    assert LATE not in shown(client, alert, "/alerts/?tab=closed")


def held():
    hold(MAIL)


def refused():
    interrupt("smtp", reason=Reason.CREDENTIALS, detail="535 5.7.8 a-secret-word")


def asleep():
    beat(SWEEP, now=timezone.now() - LONG)


def tried():
    attempt(Outcome.TEMPORARY, detail="451 4.7.1 greylisted")


def unconfirmed():
    attempt(Outcome.UNCERTAIN, phase="dot", detail="timed out")


WHY = {
    held: "Een beheerder heeft het versturen stilgelegd.",
    refused: "De mailserver neemt op dit moment geen mail van ons aan.",
    asleep: "Het achtergrondwerk dat mail verstuurt, staat stil.",
    tried: "De mailserver heeft hem nog niet aangenomen",
    unconfirmed: "Misschien is hij wel aangekomen",
}


@pytest.mark.parametrize("cause", WHY)
def test_it_says_why_in_words_for_whoever_runs_no_mail_server(client, alert, sanne, cause):
    cause()
    client.force_login(sanne)
    page = shown(client, alert, "/alerts/{pk}/")
    assert WHY[cause] in page
    # With what follows in a reply: a made-up contact may be called "Contact 5351".
    for technical in ("EMAIL_URL", "535 5.", "451 4.", "SMTP", "worker"):
        assert technical not in page


def test_only_who_looks_after_the_outbox_is_led_there(client, alert, sanne):
    address = f'href="/outbox/{Delivery.objects.get(recipient_address=sanne.email).pk}/"'
    client.force_login(sanne)
    assert address not in client.get(f"/alerts/{alert.pk}/").content.decode()
    sanne.is_administrator = True
    sanne.save()
    assert address in client.get(f"/alerts/{alert.pk}/").content.decode()


def test_the_list_asks_once_for_all(client, alert, sanne, django_assert_num_queries):
    client.force_login(sanne)
    with django_assert_num_queries(200, exact=False) as one:
        client.get("/alerts/")
    for _more in range(3):
        make_alert(owner=sanne, now=timezone.now() - LONG)
    with django_assert_num_queries(len(one), exact=False):
        client.get("/alerts/")
