"""The list and the page of one alert: who sees what, and what it says."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from alerts import actions
from alerts.course import course_of
from alerts.models import Alert
from outbox.models import Delivery
from surveys.models import LaterAnswer
from tests.factories import make_alert, make_client, make_contact, make_service, make_user

pytestmark = pytest.mark.django_db


def page(client, user, alert) -> str:
    client.force_login(user)
    response = client.get(reverse("alerts:detail", args=[alert.pk]))
    assert response.status_code == 200
    return response.content.decode()


def listed(client, user, query="") -> list[Alert]:
    client.force_login(user)
    return list(client.get(f"{reverse('alerts:list')}{query}").context["page"])


@pytest.fixture
def firm():
    """Management above a supervisor above an account manager with one alert; and an outsider."""
    top = make_user(name="Ruud Directeur")
    supervisor = make_user(name="Joost Bakker", supervisor=top)
    manager = make_user(name="Sanne de Wit", supervisor=supervisor)
    return {
        "top": top,
        "supervisor": supervisor,
        "manager": manager,
        "management": make_user(is_management=True),
        "outsider": make_user(),
        "administrator": make_user(is_administrator=True),
        "alert": make_alert(owner=manager),
    }


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("manager", 200),
        ("supervisor", 200),
        ("top", 200),
        ("management", 200),
        ("outsider", 404),
        ("administrator", 404),
    ],
)
@pytest.mark.parametrize("action", ["detail", "acknowledge", "note", "close"])
def test_who_reaches_an_alert(client, firm, who, status, action):
    client.force_login(firm[who])
    address = reverse(f"alerts:{action}", args=[firm["alert"].pk])
    if action == "detail":
        assert client.get(address).status_code == status
        return
    data = {
        "acknowledge": {},
        "note": {"note": "Gebeld"},
        "close": {"outcome": "recovered", "root_cause": "quality"},
    }[action]
    response = client.post(address, data)
    assert response.status_code == (302 if status == 200 else 404)
    events = firm["alert"].events.exclude(kind="raised").count()
    assert events == (1 if status == 200 else 0)


@pytest.mark.parametrize("action", ["list", "detail", "acknowledge", "note", "close"])
def test_a_stranger_signs_in_first(client, firm, action):
    args = [] if action == "list" else [firm["alert"].pk]
    address = reverse(f"alerts:{action}", args=args)
    response = client.get(address) if action in {"list", "detail"} else client.post(address)
    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))
    assert firm["alert"].events.count() == 1


def test_tabs_follow_from_team_and_role(client, firm):
    def tabs(who):
        client.force_login(firm[who])
        context = client.get(reverse("alerts:list")).context
        return {link.tab.value: link.count for link in context["tabs"]}

    make_alert(owner=firm["manager"], satisfaction="more_than_satisfied", recommendation="yes")
    assert tabs("manager") == {"mine": 2, "late": 0, "ask": 1, "closed": None}
    assert tabs("supervisor") == {"mine": 0, "team": 2, "late": 0, "ask": 1, "closed": None}
    assert tabs("top") == {"mine": 0, "team": 2, "late": 0, "ask": 1, "closed": None}
    assert tabs("management") == {"mine": 0, "all": 2, "late": 0, "ask": 1, "closed": None}
    assert tabs("outsider") == {"mine": 0, "late": 0, "closed": None}


def test_list_opens_on_the_first_tab_with_work_and_ignores_tabs_of_others(client, firm):
    assert listed(client, firm["supervisor"]) == [firm["alert"]]
    assert listed(client, firm["supervisor"], "?tab=mine") == []
    assert listed(client, firm["manager"], "?tab=all") == [firm["alert"]]
    assert listed(client, firm["outsider"], "?tab=all") == []


def test_list_is_due_first_and_late_is_counted(client):
    owner = make_user()
    fresh = make_alert(owner=owner)
    old = make_alert(owner=owner, now=timezone.now() - timedelta(days=20))
    assert listed(client, owner) == [old, fresh]
    assert listed(client, owner, "?tab=late") == [old]
    actions.close(alert=old, actor=owner, outcome="recovered", root_cause="cost")
    assert listed(client, owner) == [fresh]
    assert listed(client, owner, "?tab=closed") == [old]


def test_a_page_holds_fifty_and_keeps_its_tab(client, monkeypatch):
    monkeypatch.setattr("alerts.inbox.PER_PAGE", 2)
    owner = make_user()
    for _number in range(3):
        make_alert(owner=owner)
    assert len(listed(client, owner, "?tab=mine&page=2")) == 1
    content = client.get(f"{reverse('alerts:list')}?tab=mine").content.decode()
    assert "tab=mine&amp;page=2" in content


def test_an_empty_inbox_says_so_and_offers_one_action(client):
    owner = make_user()
    alert = make_alert(owner=owner)
    actions.close(alert=alert, actor=owner, outcome="recovered", root_cause="cost")
    client.force_login(owner)
    empty = client.get(reverse("alerts:list")).content.decode().partition('class="empty"')[2]
    assert "Er wacht niemand op u." in empty
    assert empty.partition("</section>")[0].count('class="btn"') == 1
    assert "?tab=closed" in empty


@pytest.mark.parametrize("tab", ["mine", "late", "closed"])
def test_before_the_first_alert_every_tab_says_when_there_will_be_one(client, tab):
    make_alert(owner=make_user())  # of somebody else
    client.force_login(make_user())
    content = client.get(f"{reverse('alerts:list')}?tab={tab}").content.decode()
    assert "zodra klanten antwoorden" in content
    assert "Bekijk wat" not in content


@pytest.mark.parametrize("place", ["list", "detail"])
def test_queries_do_not_grow_with_rows(client, place):
    owner = make_user()
    organisation = make_client()
    alert = make_alert(owner=owner, client=organisation)
    client.force_login(owner)
    address = reverse(f"alerts:{place}", args=[] if place == "list" else [alert.pk])
    client.get(address)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    make_alert(owner=owner, client=organisation)
    # Its mail never left: what that asks is asked once, however many there are.
    make_alert(owner=owner, client=organisation, now=timezone.now() - timedelta(days=9))
    few = queries()
    for number in range(6):
        contact = make_contact(client=organisation)
        make_alert(owner=owner, contact=contact, now=timezone.now() - timedelta(days=number))
        make_alert(owner=owner, client=organisation)
        actions.add_note(alert=alert, actor=make_user(), note="Gebeld")
    assert queries() == few


def test_page_tells_everything_for_the_call(client):
    owner = make_user(supervisor=make_user(name="Joost Bakker"))
    organisation = make_client(name="Gemeente Zoetermeer")
    contact = make_contact(
        client=organisation, name="Marijke Vermeulen", phone="06 12 34 56 78", email="m@z.example"
    )
    make_contact(client=organisation, name="Willem Bos")
    earlier = make_alert(
        owner=owner,
        contact=contact,
        satisfaction="more_than_satisfied",
        recommendation="yes",
        project_name="Verkeersstudie N209",
        now=timezone.now() - timedelta(days=200),
    )
    alert = make_alert(
        owner=owner,
        contact=contact,
        recommendation="yes",
        interest="yes",
        motivation="Het plan is goed.\nMaar de avond ging mis.",
        project_name="Meerzicht & omstreken",
    )
    alert.response.services.add(make_service(name="Assetmanagement"))
    content = page(client, owner, alert)
    for text in (
        "Ontevreden, maar beveelt ons wel aan",
        "Marijke Vermeulen, Gemeente Zoetermeer",
        "€\u00a084.500",
        "beslisser",
        "tel:+31612345678",
        "06 12345678",
        "mailto:m@z.example?subject=Meerzicht%20%26%20omstreken",
        "Het plan is goed.\nMaar de avond ging mis.",
        "Ja: Assetmanagement",
        "Verkeersstudie N209",
        "Willem Bos",
        "Ook open bij deze klant",
        f'href="{reverse("alerts:detail", args=[earlier.pk])}"',
        "Uitgenodigd",
        "Antwoord ontvangen",
    ):
        assert text in content, text


def test_open_alert_of_somebody_else_is_named_but_not_linked(client):
    organisation = make_client()
    owner, other = make_user(), make_user(name="Karim Aziz")
    alert = make_alert(owner=owner, client=organisation)
    theirs = make_alert(owner=other, client=organisation)
    content = page(client, owner, alert)
    assert "Karim Aziz" in content
    assert reverse("alerts:detail", args=[theirs.pk]) not in content


def test_words_of_the_client_are_inert(client):
    owner = make_user()
    alert = make_alert(owner=owner, motivation="<script>alert('O\u2019Neil & zn')</script>")
    content = page(client, owner, alert)
    assert "<script>" not in content
    assert "&lt;script&gt;" in content


def test_course_tells_who_was_mailed_to_the_second(client):
    owner = make_user(name="Sanne de Wit", supervisor=make_user(name="Joost Bakker"))
    alert = make_alert(owner=owner)
    content = page(client, owner, alert)
    assert "Mail aan u (eigenaar) en Joost Bakker (ter informatie) wacht op verzending" in content

    at = timezone.now().replace(microsecond=0)
    mails = Delivery.objects.filter(alert_notification__alert=alert)
    mails.update(state="sent", sent_at=at)
    content = page(client, owner, alert)
    assert "Mail verstuurd aan u (eigenaar) en Joost Bakker (ter informatie)" in content
    assert f"{timezone.localtime(at):%H:%M:%S}" in content

    mails.update(transport="kept")
    content = page(client, owner, alert)
    assert "Mail verstuurd" not in content
    assert (
        "Mail aan u (eigenaar) en Joost Bakker (ter informatie) bewaard in het postvak uit: "
        "er is geen mailserver ingesteld"
    ) in content
    mails.update(transport="smtp")

    mails.filter(recipient_name="Joost Bakker").update(state="undeliverable", sent_at=None)
    content = page(client, owner, alert)
    assert "Mail verstuurd aan u (eigenaar)" in content
    assert "Mail aan Joost Bakker (ter informatie) is niet te bezorgen" in content


def test_a_withdrawn_mail_does_not_wait(client):
    owner = make_user()
    alert = make_alert(owner=owner)
    mails = Delivery.objects.filter(alert_notification__alert=alert)
    mails.update(state="cancelled", cancelled_at=timezone.now())
    content = page(client, owner, alert)
    assert 'class="late">Mail aan u (eigenaar) is met de hand ingetrokken en niet' in content
    assert "wacht op verzending" not in content


def test_course_keeps_the_order_within_one_second(client):
    owner = make_user()
    at = (timezone.now() - timedelta(days=1)).replace(microsecond=300_000)
    alert = make_alert(owner=owner, now=at)
    Delivery.objects.filter(alert_notification__alert=alert).update(
        state="sent", sent_at=at.replace(microsecond=800_000)
    )
    texts = [step.text for step in course_of(alert, reader=owner)]
    assert texts == ["Mail verstuurd aan u (eigenaar)", "Antwoord ontvangen", "Uitgenodigd"]


def test_a_later_answer_is_shown_beside_the_first(client):
    owner = make_user()
    alert = make_alert(owner=owner)
    assert "Later anders geantwoord" not in page(client, owner, alert)
    LaterAnswer.objects.create(
        response=alert.response,
        digest="1",
        answers={
            "satisfaction": "satisfied",
            "recommendation": "maybe",
            "interest": "not_now",
            "motivation": "Het viel mee.",
            "services": [],
        },
    )
    content = page(client, owner, alert)
    assert "Later anders geantwoord" in content
    assert "Het viel mee." in content
    course = content.partition("Verloop")[2].partition("</ol>")[0]
    assert "Later anders geantwoord" in course
    rows = content.partition('class="row"')[2].partition("</li>")[0]
    assert "Later anders geantwoord" in rows


def test_opening_changes_nothing(client):
    owner = make_user()
    alert = make_alert(owner=owner)
    page(client, owner, alert)
    client.head(reverse("alerts:detail", args=[alert.pk]))
    alert.refresh_from_db()
    assert alert.state == "new"
    assert alert.events.count() == 1


def test_english_page(client):
    owner = make_user(language="en")
    content = page(client, owner, make_alert(owner=owner))
    for text in ("Negative alert.", "Take up", "€84,500", "Course of events", '<html lang="en">'):
        assert text in content
