"""What colleagues learn of a wish: the ledger, one mail to the owner, the inbox. And races."""

import re
import threading

import pytest
from django.db import connection, connections

from alerts import wishes
from alerts.models import Alert, AlertEvent
from alerts.routing import route_for
from outbox.models import Delivery, Lane, State
from surveys.actions import ask_for_call, give_consents, withdraw_call, withdraw_consent
from surveys.models import CallRequest, Consent
from tests.factories import make_alert, make_contact, make_response, make_service, make_user

PLUS = {"satisfaction": "more_than_satisfied", "recommendation": "yes"}
WORDS = {"reference": "Een referentie: …", "story": "Uw verhaal: …"}


def mails() -> list[Delivery]:
    return list(Delivery.objects.filter(template="wish").order_by("pk"))


def bodies(delivery: Delivery) -> tuple[str, str]:
    parsed = delivery.parsed()
    return (
        parsed.get_body(("plain",)).get_content(),
        parsed.get_body(("html",)).get_content(),
    )


def kinds_of(alert: Alert) -> list[str]:
    return [event.kind for event in AlertEvent.objects.filter(alert=alert)]


@pytest.mark.django_db
@pytest.mark.usefixtures("doorbell")
class TestMail:
    def test_one_mail_for_all_ticks_of_one_go(self):
        owner = make_user()
        alert = make_alert(owner=owner, **PLUS)
        give_consents(response=alert.response, agreed=WORDS)
        (mail,) = mails()
        assert mail.recipient_address == owner.email
        assert mail.subject.endswith("gaf toestemming")
        for body in bodies(mail):
            assert "gaf toestemming voor: referentie en verhaal." in body
            assert f"/alerts/{alert.pk}/" in body
        assert kinds_of(alert) == ["raised", "consented"]

    def test_a_call_after_a_zero_tells_all_that_is_needed_to_phone(self):
        response = make_response(motivation="Prima <b>werk</b>", interest="yes")
        response.services.add(make_service(name="Contractmanagement"))
        ask_for_call(response=response, moment="morning", note="niet vóór 9", phone="+3225551234")
        assert not Alert.objects.exists()
        (mail,) = mails()
        owner = route_for(response.project).owner
        assert (mail.recipient_address, mail.lane) == (owner.email, Lane.ALERT)
        assert mail.subject.startswith("[0] ")
        for body in bodies(mail):
            for fact in (
                response.contact.name,
                "Programmamanager Water, beslisser",
                response.project.name,
                "tel:+3225551234",
                "in de ochtend",
                "niet vóór 9",
                "Tevreden",
                "Misschien",
                "Contractmanagement",
            ):
                assert fact in body
            assert "/alerts/" not in body
            assert re.search(r"Bel vóór \w+", body)
        text, html = bodies(mail)
        assert "“Prima <b>werk</b>”" in text
        assert "Prima &lt;b&gt;werk&lt;/b&gt;" in html

    def test_without_a_number_of_its_own_the_known_one_is_called(self):
        alert = make_alert(owner=make_user())
        ask_for_call(response=alert.response, moment="soon")
        assert all("tel:+31612345678" in body for body in bodies(mails()[0]))

    def test_a_number_is_told_as_it_was_given(self):
        response = make_response(**PLUS)
        response.score = 9
        response.save(update_fields=["score"])
        give_consents(response=response, agreed=WORDS)
        assert all("9 op de schaal" in body for body in bodies(mails()[0]))

    def test_another_moment_withdraws_the_mail_that_has_not_left(self):
        alert = make_alert(owner=make_user())
        for moment in ("morning", "afternoon"):
            ask_for_call(response=alert.response, moment=moment)
        first, second = mails()
        assert (first.state, second.state) == (State.CANCELLED, State.QUEUED)
        assert "koos een ander moment of nummer" in bodies(second)[0]

    def test_taking_back_is_told_once(self):
        alert = make_alert(owner=make_user(), **PLUS)
        contact = alert.response.contact
        given, _story = give_consents(response=alert.response, agreed=WORDS)
        call = ask_for_call(response=alert.response, moment="soon")
        done = [withdraw_consent(contact=contact, pk=given.pk) for _time in range(3)]
        done += [withdraw_call(contact=contact, pk=call.pk) for _time in range(3)]
        assert done == [True, False, False] * 2
        assert [mail.subject.partition(": ")[2] for mail in mails()] == [
            "gaf toestemming",
            "wil gebeld worden",
            "trok een toestemming in",
            "wil niet meer gebeld worden",
        ]
        assert "trok de toestemming in voor: referentie." in bodies(mails()[2])[1]
        assert mails()[1].state == State.CANCELLED
        assert kinds_of(alert)[1:] == [
            "consented",
            "call_requested",
            "consent_withdrawn",
            "call_withdrawn",
        ]

    def test_an_owner_who_left_is_replaced_by_who_would_get_it_now(self):
        supervisor = make_user()
        owner = make_user(supervisor=supervisor)
        alert = make_alert(owner=owner)
        owner.is_active = False
        owner.save()
        ask_for_call(response=alert.response, moment="soon")
        assert mails()[0].recipient_address == supervisor.email

    def test_a_mail_is_in_the_language_of_its_reader(self):
        alert = make_alert(owner=make_user(language="en"), **PLUS)
        give_consents(response=alert.response, agreed=WORDS)
        assert "gave permission for: reference and story." in bodies(mails()[0])[0]

    def test_the_log_names_no_client(self, caplog):
        alert = make_alert(owner=make_user(), contact=make_contact(name="Marijke Vermeulen"))
        caplog.set_level("INFO")
        ask_for_call(response=alert.response, moment="soon", note="geheim", phone="+31687654321")
        assert "asked for" in caplog.text
        for secret in ("Marijke", "geheim", "87654321", alert.response.contact.email):
            assert secret not in caplog.text

    @pytest.mark.parametrize("fails", ["compose_wish", "queue_message"])
    def test_what_colleagues_cannot_learn_is_not_stored(self, monkeypatch, fails):
        def broken(*args: object, **kwargs: object) -> None:
            raise RuntimeError("no mail")

        alert = make_alert(owner=make_user(), **PLUS)
        (given,) = give_consents(response=alert.response, agreed={"quote": "…"})
        monkeypatch.setattr(wishes, fails, broken)
        for act in (
            lambda: give_consents(response=alert.response, agreed=WORDS),
            lambda: ask_for_call(response=alert.response, moment="soon"),
            lambda: withdraw_consent(contact=alert.response.contact, pk=given.pk),
        ):
            with pytest.raises(RuntimeError):
                act()
        assert Consent.objects.standing().count() == 1
        assert not CallRequest.objects.exists()
        assert kinds_of(alert) == ["raised", "consented"]


@pytest.mark.django_db
@pytest.mark.usefixtures("doorbell")
class TestInbox:
    def test_shows_what_stands_beside_the_telephone(self, client):
        owner = make_user()
        alert = make_alert(owner=owner, **PLUS)
        client.force_login(owner)
        given, _story = give_consents(response=alert.response, agreed=WORDS)
        ask_for_call(
            response=alert.response, moment="morning", note="<i>niet</i>", phone="+3225551234"
        )
        page = client.get(f"/alerts/{alert.pk}/").content.decode()
        assert "Wil gebeld worden: in de ochtend." in page
        assert 'href="tel:+3225551234"' in page
        assert "&lt;i&gt;niet&lt;/i&gt;" in page
        assert "<li>Referentie" in page
        assert "Klant gaf toestemming voor: referentie en verhaal" in page
        withdraw_consent(contact=alert.response.contact, pk=given.pk)
        page = client.get(f"/alerts/{alert.pk}/").content.decode()
        assert "<li>Referentie" not in page
        assert "<li>Verhaal" in page
        assert "Klant trok de toestemming in voor: referentie" in page

    def test_the_list_says_who_wants_to_be_called(self, client):
        owner = make_user()
        alert = make_alert(owner=owner)
        client.force_login(owner)
        row = '<span class="again">Wil gebeld worden</span>'
        assert row not in client.get("/alerts/").content.decode()
        call = ask_for_call(response=alert.response, moment="soon")
        assert row in client.get("/alerts/").content.decode()
        withdraw_call(contact=alert.response.contact, pk=call.pk)
        assert row not in client.get("/alerts/").content.decode()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs row locks (PostgreSQL)")
@pytest.mark.parametrize("verb", ["allow", "call", "take back"])
def test_a_hundred_equal_posts_at_once_are_one(verb):
    alert = make_alert(owner=make_user(), **PLUS)
    response = alert.response
    given = give_consents(response=response, agreed=WORDS) if verb == "take back" else []
    changed: list[bool] = []
    start = threading.Barrier(10)

    def act() -> bool:
        if verb == "allow":
            return bool(give_consents(response=response, agreed=WORDS))
        if verb == "call":
            return ask_for_call(response=response, moment="soon") is not None
        return withdraw_consent(contact=response.contact, pk=given[0].pk)

    def post() -> None:
        start.wait(timeout=10)
        try:
            for _time in range(10):
                changed.append(act())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=post) for _number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(changed) == 100
    assert changed.count(True) == (100 if verb == "call" else 1)
    assert len(mails()) == (2 if verb == "take back" else 1)
    assert len(kinds_of(alert)) == len(mails()) + 1
    assert CallRequest.objects.count() == (1 if verb == "call" else 0)
