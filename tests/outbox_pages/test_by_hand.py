"""What an administrator does by hand, and is told when nothing leaves."""

import pytest
from django.utils import timezone

from outbox.actions import claim_next, mark
from outbox.breaking import hold, interrupt
from outbox.circuit import Circuit, CircuitState, Reason
from outbox.health import LATE_AFTER, RECONCILE, SWEEP, beat, snapshot
from outbox.models import Delivery, Lane, Outcome, State
from tests.factories import make_user
from tests.outbox_pages.test_pages import attempt, queue, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]


@pytest.fixture
def administrator(client):
    user = make_user(is_administrator=True)
    client.force_login(user)
    return user


@pytest.fixture
def mail_server(settings):
    settings.EMAIL_URL = "smtp://127.0.0.1:9"


def post(client, delivery, action):
    return client.post(f"/outbox/{delivery.pk}/{action}/", follow=True)


@pytest.mark.parametrize("outcome", [Outcome.SENT, Outcome.PERMANENT])
def test_sending_again_makes_a_linked_message_of_its_own(client, administrator, outcome):
    queue()
    first = attempt(outcome)
    page = words(post(client, first, "again"))
    assert "Dit is het nieuwe bericht" in page
    assert "na een eerder bericht" in page
    again = Delivery.objects.get(again_of=first)
    assert (again.state, again.recipient_address) == (State.QUEUED, first.recipient_address)
    assert again.message_id != first.message_id
    old, new = first.parsed(), again.parsed()
    assert new["Message-ID"].strip() == again.message_id
    assert len(new.get_all("Message-ID")) == len(new.get_all("Date")) == 1
    assert {k: v for k, v in old.items() if k not in ("Date", "Message-ID")} == {
        k: v for k, v in new.items() if k not in ("Date", "Message-ID")
    }
    assert old.get_body(("html",)).get_content() == new.get_body(("html",)).get_content()
    assert again.digest == Delivery.digest_of(bytes(again.message))
    first.refresh_from_db()
    assert first.state == outcome.replace("permanent", "undeliverable")
    assert "Met de hand opnieuw verstuurd op" in words(client.get(f"/outbox/{first.pk}/"))


def test_asking_twice_makes_one(client, administrator):
    queue()
    first = attempt(Outcome.SENT)
    post(client, first, "again")
    post(client, first, "again")
    assert Delivery.objects.filter(again_of=first).count() == 1


def test_a_message_whose_link_was_removed_says_why_it_cannot_go_again(client, administrator):
    queue(is_secret=True)
    delivery = attempt(Outcome.SENT)
    page = words(client.get(f"/outbox/{delivery.pk}/"))
    assert "de tekst is na verzending verwijderd" in page
    assert "Opnieuw versturen" not in page
    assert "Het kan niet opnieuw worden verstuurd" in words(post(client, delivery, "again"))
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize("state", ["queued", "claimed", "committing"])
def test_what_is_on_its_way_does_not_go_twice(client, administrator, state):
    delivery = queue()
    if state != "queued":
        claim = claim_next()
        assert state == "claimed" or mark(claim)
    assert "nog onderweg" in words(post(client, delivery, "again"))
    assert Delivery.objects.count() == 1


def test_what_waits_can_be_cancelled(client, administrator):
    delivery = queue()
    assert "Niet versturen" in words(client.get(f"/outbox/{delivery.pk}/"))
    assert "wordt niet verstuurd" in words(post(client, delivery, "cancel"))
    delivery.refresh_from_db()
    assert (delivery.state, delivery.is_blanked) == (State.CANCELLED, True)
    assert claim_next() is None


@pytest.mark.parametrize("is_marked", [False, True])
def test_what_is_leaving_cannot(client, administrator, is_marked):
    delivery = queue()
    claim = claim_next()
    assert not is_marked or mark(claim)
    assert "Niet versturen" not in words(client.get(f"/outbox/{delivery.pk}/"))
    assert "Te laat" in words(post(client, delivery, "cancel"))
    delivery.refresh_from_db()
    assert delivery.cancelled_at is None


def test_an_uncertain_message_is_named_so(client, administrator):
    delivery = queue()
    attempt(Outcome.UNCERTAIN, phase="dot", detail="timed out")
    assert "1 misschien bezorgd" in words(client.get("/outbox/"))
    assert "gaf geen antwoord" in words(client.get(f"/outbox/{delivery.pk}/"))
    Delivery.objects.update(is_repeated=True, state=State.QUEUED)
    assert "Misschien al bezorgd, opnieuw verstuurd" in words(client.get(f"/outbox/{delivery.pk}/"))


def test_an_open_circuit_is_told_to_administrators_on_every_page(
    client, administrator, mail_server
):
    interrupt("smtp", reason=Reason.CREDENTIALS, detail="535 5.7.8 bad credentials")
    for address in ("/alerts/", "/outbox/"):
        page = words(client.get(address))
        assert "wachtwoord in EMAIL_URL" in page
        assert "535 5.7.8 bad credentials" in page
    client.force_login(make_user(is_management=True))
    assert "EMAIL_URL" not in words(client.get("/alerts/"))


def test_an_administrator_stops_and_resumes_sending(client, administrator, mail_server, doorbell):
    page = words(client.post("/outbox/hold/", follow=True))
    assert "Alle berichten wachten" in page
    assert administrator.name in page
    circuit = Circuit.objects.get()
    assert (circuit.state, circuit.changed_by) == (CircuitState.HELD, administrator)
    assert "Leg alle verzending stil" not in page
    page = words(client.post("/outbox/resume/", follow=True))
    assert "vertrekt nu" in page
    assert "Leg alle verzending stil" in page
    assert Circuit.objects.get().state == CircuitState.CLOSED


def test_without_a_mail_server_there_is_nothing_to_stop(client, administrator):
    hold("smtp")
    page = words(client.get("/outbox/"))
    assert "Leg alle verzending stil" not in page
    assert "stilgelegd" not in page


def test_the_snapshot_tells_what_stands_still():
    now = timezone.now()
    queue(1, now=now - 2 * LATE_AFTER)
    queue(2, lane=Lane.INVITATION, now=now)
    queue(3, now=now)
    attempt(Outcome.TEMPORARY)  # of the first: in its back-off, and late all the same
    seen = snapshot(now=now)
    assert seen.oldest_due == {Lane.ALERT: now - 2 * LATE_AFTER, Lane.INVITATION: now}
    assert seen.late_lanes == [Lane.ALERT]
    assert (seen.waiting, seen.uncertain, seen.undeliverable) == (3, 0, 0)
    assert (seen.last_sweep, seen.is_sweeping, seen.circuit) == (None, False, None)
    beat(SWEEP, now=now - 3 * LATE_AFTER)
    assert snapshot(now=now).is_sweeping is False
    beat(SWEEP, now=now)
    assert snapshot(now=now).is_sweeping is True


def test_a_beat_is_written_once_in_a_while(django_assert_num_queries):
    now = timezone.now()
    beat(SWEEP, now=now)
    with django_assert_num_queries(1):
        beat(SWEEP, now=now)


def test_a_beat_counts_what_was_done_however_soon_it_comes_again():
    now = timezone.now()
    beat(RECONCILE, done=2, now=now)
    beat(RECONCILE, done=3, now=now)
    beat(RECONCILE, now=now)
    beat(SWEEP, now=now)
    assert snapshot(now=now).repairs == 5


def test_the_page_says_that_something_stands_still(client, administrator):
    queue(now=timezone.now() - 2 * LATE_AFTER)
    page = words(client.get("/outbox/"))
    assert "meer dan vijf minuten iets van de soort ‘signaal’" in page
    assert "draait de worker?" in page
