"""The pages of leads: the tab, one lead, its forms, a conflict, who sees what, and size."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from alerts.lead_working import appraise_lead, log_lead_contact, move_lead
from alerts.models import Lead, LeadEvent
from surveys.models import Response
from tests.factories import make_alert, make_lead, make_service, make_user

pytestmark = pytest.mark.django_db
PLUS = {"satisfaction": "more_than_satisfied", "recommendation": "yes"}


@pytest.fixture
def owner():
    return make_user(name="Sanne de Wit", supervisor=make_user(name="Joost Bakker"))


@pytest.fixture
def lead(owner):
    return make_lead(owner=owner, motivation="<b>Kort</b> rapport.")


def page(client, user, lead, query=""):
    client.force_login(user)
    return client.get(reverse("alerts:lead", args=[lead.pk]) + query)


def post(client, user, lead, verb, **data):
    client.force_login(user)
    address = reverse(f"alerts:lead-{verb}", args=[lead.pk])
    return client.post(address, {"version": lead.version, **data})


def listed(client, user, query=""):
    client.force_login(user)
    return list(client.get(f"{reverse('alerts:list')}?tab=leads{query}").context["page"])


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_the_page_has_all_that_is_needed_to_phone(client, owner, lead):
    lead.response.services.add(make_service(name="Assetmanagement"))
    content = page(client, owner, lead).content.decode()
    part = lead.response.invitation.project_contact
    for text in (
        part.contact.name,
        part.project.client.name,
        "tel:+31612345678",
        f"mailto:{part.contact.email}?subject=",
        "Assetmanagement",
        "&lt;b&gt;Kort&lt;/b&gt; rapport.",
        "Eigenaar: Sanne de Wit.",
        "Antwoord ontvangen",
    ):
        assert text in content, text


def test_the_page_of_a_plus_leads_to_its_lead(client, owner):
    lead = make_lead(owner=owner, **PLUS)
    client.force_login(owner)
    alert = client.get(reverse("alerts:detail", args=[lead.response.alert.pk])).content.decode()
    assert reverse("alerts:lead", args=[lead.pk]) in alert
    assert (
        reverse("alerts:detail", args=[lead.response.alert.pk])
        in page(client, owner, lead).content.decode()
    )
    without = make_alert(owner=owner, **PLUS)
    address = reverse("alerts:detail", args=[without.pk])
    assert "/alerts/leads/" not in client.get(address).content.decode()


def test_who_sees_a_lead(client, owner, lead):
    keeper, stranger = make_user(), make_user()
    for user in (owner, owner.supervisor, make_user(is_management=True)):
        assert page(client, user, lead).status_code == 200
    for user in (stranger, keeper, make_user(is_administrator=True)):
        assert page(client, user, lead).status_code == 404
    Lead.objects.filter(pk=lead.pk).update(keeper=keeper, owner=None)
    assert page(client, keeper, lead).status_code == 200
    assert listed(client, keeper) == [lead]
    assert listed(client, stranger) == []


def test_by_next_step_then_newest_and_what_is_closed_leaves(client, owner):
    today, now = timezone.localdate(), timezone.now()
    old = make_lead(owner=owner, now=now - timedelta(days=3))
    new = make_lead(owner=owner)
    later = make_lead(owner=owner, next_step_on=today + timedelta(days=5))
    soon = make_lead(owner=owner, next_step_on=today)
    won = make_lead(owner=owner)
    move_lead(lead=won, actor=owner, stage="won", value=Decimal(1))
    assert listed(client, owner) == [soon, later, new, old]
    assert listed(client, owner, "&stage=won") == [won]
    assert len(listed(client, owner, "&stage=any")) == 5
    assert listed(client, owner, "&stage=talking") == []
    client.force_login(owner)
    tabs = client.get(f"{reverse('alerts:list')}?tab=leads&stage=won").context["tabs"]
    assert [link.count for link in tabs if link.tab == "leads"] == [4]


def test_the_group_filters_leads_and_stays_behind_with_the_stage(client, owner, lead):
    plus = make_lead(owner=owner, **PLUS)
    assert listed(client, owner, "&group=positive") == [plus]
    assert listed(client, owner, "&group=neutral") == [lead]
    client.force_login(owner)
    found = client.get(f"{reverse('alerts:list')}?tab=leads&group=neutral&stage=new&q=kl")
    mine = next(link for link in found.context["tabs"] if link.tab == "mine")
    assert mine.address == f"{reverse('alerts:list')}?tab=mine&q=kl"


def test_contact_stage_value_and_note(client, owner, lead):
    day = (timezone.localdate() + timedelta(days=3)).isoformat()
    done = post(client, owner, lead, "contact", how="spoke", next_step="Bellen", next_step_on=day)
    assert said(done) == ["Het contact is vastgelegd."]
    lead.refresh_from_db()
    post(client, owner, lead, "value", value="€ 18.500,50")
    lead.refresh_from_db()
    assert (lead.stage, lead.value) == ("talking", Decimal("18500.50"))
    post(client, owner, lead, "stage", stage="won", value="18.500")
    lead.refresh_from_db()
    assert (lead.stage, lead.value) == ("won", Decimal("18500"))
    post(client, owner, lead, "note", note="Taart gebracht")
    content = page(client, owner, lead).content.decode()
    for text in ("Fase: gewonnen, door Sanne de Wit", "Waarde: €\u00a018.500", "Taart gebracht"):
        assert text in content, text


@pytest.mark.parametrize(
    ("verb", "data", "error"),
    [
        ("contact", {"note": "Getypt"}, "Kies wat er gebeurde."),
        ("contact", {"how": "spoke", "next_step": "Getypt"}, "Kies wanneer"),
        ("stage", {"note": "Getypt"}, "Kies hoe ver het is."),
        ("stage", {"stage": "won", "note": "Getypt"}, "Schrijf wat de kans waard is"),
        ("stage", {"stage": "lost", "note": "Getypt"}, "Schrijf waarom de kans verloren is"),
        ("value", {"value": "Getypt"}, "Schrijf een bedrag in euro"),
        ("value", {"value": "-5 Getypt"}, "Schrijf een bedrag in euro"),
        ("hand_over", {"comment": "Getypt"}, "Kies een collega."),
    ],
)
def test_a_faulty_form_keeps_every_word(client, owner, lead, verb, data, error):
    response = post(client, owner, lead, verb, **data)
    assert response.status_code == 200
    assert error in response.content.decode()
    assert "Getypt" in response.content.decode()
    assert Lead.objects.get().version == 0


@pytest.mark.parametrize(
    ("verb", "data"),
    [
        ("contact", {"how": "spoke", "note": "Getypt"}),
        ("stage", {"stage": "offered", "note": "Getypt"}),
        ("value", {"value": "777 Getypt"}),
        ("hand_over", {"comment": "Getypt"}),
    ],
)
def test_whoever_is_second_reads_of_the_first_and_keeps_the_form(client, owner, lead, verb, data):
    appraise_lead(lead=lead, actor=owner.supervisor, value=Decimal(18500))
    response = post(client, owner, lead, verb, **data)  # with the version of before
    content = response.content.decode()
    assert response.status_code == 409
    assert "Een collega was u voor" in content
    assert "Waarde: €\u00a018.500, door Joost Bakker" in content
    assert "Getypt" in content
    lead.refresh_from_db()
    assert (lead.version, lead.stage) == (1, "new")


def test_a_contact_on_what_was_lost_meanwhile_is_kept_as_a_note(client, owner, lead):
    move_lead(lead=lead, actor=owner.supervisor, stage="lost", lost_reason="Geen budget")
    response = post(client, owner, lead, "contact", how="spoke", note="Getypt")
    assert response.status_code == 409
    assert response.context["opened"] == "note"
    assert "Getypt" in response.content.decode()


def test_take_over_and_hand_over(client, owner, lead):
    colleague = make_user(name="Karim Smit")
    post(client, owner, lead, "hand_over", owner=colleague.pk, comment="U kent haar")
    lead.refresh_from_db()
    assert lead.owner == colleague
    assert "U kent haar" in page(client, colleague, lead).content.decode()
    assert said(post(client, owner, lead, "take-over")) == ["U heeft deze kans overgenomen."]
    lead.refresh_from_db()
    assert lead.owner == owner
    assert (
        "heeft deze kans intussen gewijzigd"
        in said(post(client, owner, lead, "take-over", version=0))[-1]
    )


def test_whoever_hands_over_what_they_do_not_read_is_led_to_the_list(client, lead):
    kept = make_user()
    Lead.objects.filter(pk=lead.pk).update(owner=kept)
    done = post(client, kept, lead, "hand_over", owner=make_user().pk, comment="Weg")
    assert done.url == f"{reverse('alerts:list')}?tab=leads"


def test_looking_changes_nothing(client, owner, lead):
    page(client, owner, lead, "?do=stage")
    assert LeadEvent.objects.count() == 1


def test_the_queries_of_a_lead_do_not_grow(client, owner, lead):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            page(client, owner, lead)
        return len(captured)

    queries()
    few = queries()
    for number in range(5):
        make_lead(owner=owner, project=lead.response.project)
        log_lead_contact(lead=lead, actor=owner, how="mailed", note=str(number))
        lead.response.services.add(make_service())
    assert queries() == few


@pytest.mark.skipif(connection.vendor != "postgresql", reason="reads PostgreSQL's plan")
def test_open_leads_come_in_order_from_their_index():
    lead = make_lead()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        query = Lead.objects.open().in_order().values_list("pk", flat=True)[:50]
        sql, values = query.query.sql_with_params()
        cursor.execute(f"EXPLAIN {sql}", values)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "lead_open_in_order" in plan
    assert "Sort" not in plan
    assert Response.objects.filter(lead=lead).exists()
