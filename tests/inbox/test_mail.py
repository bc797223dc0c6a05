"""The alert mail: both bodies, for the owner and for whoever is informed."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from outbox.models import Delivery
from tests.factories import make_alert, make_client, make_contact, make_service, make_user

pytestmark = pytest.mark.django_db

FRIDAY = datetime(2026, 11, 20, 14, 2, tzinfo=ZoneInfo("Europe/Amsterdam"))
WORDS = "Dhr. O'Neil & zn. zeggen: <script>alert(1)</script>\n\nEn dat was het."


def bodies(alert, recipient) -> tuple[str, str, str]:
    """Return subject, text and HTML of the queued mail."""
    delivery = Delivery.objects.get(dedupe_key=alert.delivery_key(recipient))
    parsed = delivery.parsed()
    text = parsed.get_body(("plain",)).get_content().replace("\r\n", "\n")
    return delivery.subject, text, parsed.get_body(("html",)).get_content()


@pytest.fixture
def people():
    supervisor = make_user(name="Joost Bakker")
    return make_user(name="Sanne de Wit", supervisor=supervisor), supervisor


def make_minus(owner, **answer):
    organisation = make_client(name="Gemeente Zoetermeer")
    contact = make_contact(
        client=organisation,
        name="Marijke O'Neil",
        phone="06-12345678",
        email="m.oneil@zoetermeer.example",
    )
    make_contact(client=organisation, name="Willem Bos")
    make_alert(
        owner=owner,
        contact=contact,
        satisfaction="more_than_satisfied",
        recommendation="yes",
        project_name="Verkeersstudie N209",
        now=FRIDAY - timedelta(days=250),
    )
    return make_alert(
        owner=owner,
        contact=contact,
        recommendation="yes",
        motivation=WORDS,
        project_name="Klimaatplan <Meerzicht>",
        now=FRIDAY,
        **answer,
    )


def test_subject_has_glyph_client_person_and_project(people):
    owner, _supervisor = people
    subject, _text, _html = bodies(make_minus(owner), owner)
    assert subject == "[–] Gemeente Zoetermeer, M. O'Neil: Klimaatplan <Meerzicht>"


def test_text_tells_everything_and_escapes_nothing(people):
    owner, _supervisor = people
    alert = make_minus(owner)
    _subject, text, _html = bodies(alert, owner)
    assert WORDS in text
    assert "&#x27;" not in text
    assert "&amp;" not in text
    for part in (
        "– Negatief signaal.",
        "Ontevreden, maar beveelt ons wel aan",
        "€\u00a084.500",
        "Spreek Marijke O'Neil vóór",
        "tel:+31612345678",
        "m.oneil@zoetermeer.example",
        "Programmamanager Water, beslisser, spreekt Nederlands",
        "Tevreden: Ontevreden",
        "Meer diensten: Nu niet",
        "Meer dan tevreden (Verkeersstudie N209)",
        "? Willem Bos (geen antwoord)",
        "Ook open bij deze klant",
        f"http://localhost:8000/alerts/{alert.pk}/",
        "U bent eigenaar van dit signaal: pak het op vóór",
        "Joost Bakker kreeg dezelfde mail ter informatie.",
    ):
        assert part in text, part


def test_html_tells_everything_and_escapes_all(people):
    owner, _supervisor = people
    alert = make_minus(owner)
    _subject, _text, html = bodies(alert, owner)
    assert "<script" not in html
    assert "<Meerzicht>" not in html
    for part in (
        "&lt;script&gt;alert(1)&lt;/script&gt;<br><br>En dat was het.",
        "O&#x27;Neil",
        "Ontevreden, maar beveelt ons wel aan",
        'href="tel:+31612345678"',
        'href="mailto:m.oneil@zoetermeer.example?subject=Klimaatplan%20%3CMeerzicht%3E"',
        "Programmamanager Water, beslisser, spreekt Nederlands",
        "Verkeersstudie N209",
        "Willem Bos",
        "Ook open bij deze klant",
        f'href="http://localhost:8000/alerts/{alert.pk}/"',
        "Joost Bakker kreeg dezelfde mail ter informatie.",
        '<meta name="color-scheme" content="light dark">',
    ):
        assert part in html, part
    assert "<img" not in html
    assert "src=" not in html


def test_whoever_is_informed_reads_whose_it_is(people):
    owner, supervisor = people
    for body in bodies(make_minus(owner), supervisor)[1:]:
        assert "Sanne de Wit is eigenaar van dit signaal en kreeg dezelfde mail" in body
        assert "Sanne de Wit spreekt Marijke O" in body
        assert "U bent eigenaar" not in body


def test_plus_says_thank_and_names_the_services(people):
    owner, _supervisor = people
    alert = make_alert(owner=owner, satisfaction="more_than_satisfied", recommendation="yes")
    for body in bodies(alert, owner)[1:]:
        assert "Positief signaal." in body
        assert "Bedank Contact" in body
        assert "Geen toelichting gegeven." in body


def test_services_are_named(people):
    from alerts.mails import compose_alert
    from alerts.routing import route_for
    from alerts.story import story_of

    owner, _supervisor = people
    alert = make_alert(owner=owner, interest="yes")
    alert.response.services.add(make_service(name="Assetmanagement"))
    message = compose_alert(
        alert,
        recipient=owner,
        route=route_for(alert.response.project),
        story=story_of(alert.response),
    )
    assert "Ja: Assetmanagement" in message.body
    assert "Ja: Assetmanagement" in str(message.alternatives[0][0])


def test_without_telephone_there_is_no_empty_link(people):
    owner, _supervisor = people
    alert = make_alert(owner=owner, contact=make_contact(phone=""))
    _subject, text, html = bodies(alert, owner)
    assert "tel:" not in text
    assert "tel:" not in html


def test_english_recipient_reads_english():
    owner = make_user(language="en")
    alert = make_alert(owner=owner)
    _subject, text, html = bodies(alert, owner)
    for body in (text, html):
        assert "Negative alert." in body
        assert "Speak to Contact" in body
        assert "You own this alert" in body
        assert "€84,500" in body
    assert '<html lang="en">' in html
