"""The structural list: what has to change, who sees to it, and since when the clients know."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from alerts import actions
from alerts.fixing import change_fix
from alerts.models import Alert, Fix, FixChange
from outbox.models import AppendOnlyError
from tests.factories import make_alert, make_user

pytestmark = pytest.mark.django_db
LIST = reverse("alerts:fixes")


@pytest.fixture
def supervisor():
    return make_user(name="Joost Bakker")


@pytest.fixture
def owner(supervisor):
    return make_user(name="Sanne de Wit", supervisor=supervisor)


def make_fix(owner, line="Vaste projectleider", cause="staffing", **fields):
    """A – closed with a line of what must change."""
    alert = make_alert(owner=owner, **fields)
    closing = {"outcome": "partly", "root_cause": cause, "structural_fix": line}
    actions.close(alert=alert, actor=owner, **closing)
    return Alert.objects.get(pk=alert.pk)


@pytest.fixture
def alert(owner):
    return make_fix(owner)


def read(client, user, query=""):
    client.force_login(user)
    return client.get(LIST + query).content.decode()


def post(client, user, alert, **data):
    client.force_login(user)
    fix = Fix.objects.filter(alert=alert).first()
    typed = {"version": fix.version if fix else 0, "state": "open", **data}
    return client.post(reverse("alerts:fix", args=[alert.pk]), typed)


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_fixes_stand_by_root_cause_in_the_firms_order(client, owner):
    make_fix(owner, line="Factuur per fase", cause="cost")
    make_fix(owner, line="Tweede lezer", cause="quality")
    make_fix(owner, line="Prijs vooraf", cause="cost")
    text = read(client, make_user(is_management=True))
    places = [text.index(f"<b>{line}") for line in ("Tweede", "Prijs", "Factuur")]
    assert places == sorted(places), "quality stands before costs, the last closed first"
    assert text.count("<h2>") == 2
    assert "2 signalen vragen een oplossing: 0 klaar, 0 verteld aan de klanten" in text


@pytest.mark.parametrize(
    ("who", "sees"), [("owner", True), ("supervisor", True), ("colleague", False), ("one", True)]
)
def test_who_sees_a_fix(client, owner, supervisor, alert, who, sees):
    does_it = make_user()
    change_fix(alert=alert, actor=owner, state="under_way", owner=does_it)
    people = {"owner": owner, "supervisor": supervisor, "colleague": make_user(), "one": does_it}
    assert ("Vaste projectleider" in read(client, people[who])) is sees
    page = client.get(reverse("alerts:fix", args=[alert.pk]))
    assert page.status_code == (200 if sees else 404)


def test_who_only_does_the_fix_is_not_led_to_the_answer(client, owner, alert):
    does_it = make_user()
    change_fix(alert=alert, actor=owner, state="under_way", owner=does_it)
    client.force_login(does_it)
    page = client.get(reverse("alerts:fix", args=[alert.pk])).content.decode()
    assert reverse("alerts:detail", args=[alert.pk]) not in page
    client.force_login(owner)
    page = client.get(reverse("alerts:fix", args=[alert.pk])).content.decode()
    assert reverse("alerts:detail", args=[alert.pk]) + "#told" in page


def test_a_fix_goes_on_and_keeps_every_note(client, owner, alert):
    today = timezone.localdate()
    post(client, owner, alert, state="under_way", owner=owner.pk, note="Met <HR> besproken.")
    assert post(client, owner, alert, state="done", owner=owner.pk, told_on=today).url == LIST
    fix = Fix.objects.get()
    assert (fix.state, fix.owner, fix.told_on, fix.version) == ("done", owner, today, 2)
    page = client.get(reverse("alerts:fix", args=[alert.pk])).content.decode()
    assert "Met &lt;HR&gt; besproken." in page
    states = [change.state for change in FixChange.objects.all()]
    assert states == ["under_way", "done"]
    with pytest.raises(AppendOnlyError):
        FixChange.objects.update(note="")


def test_what_is_told_or_will_not_be_done_leaves_the_list(client, owner):
    told, dropped, untold = (make_fix(owner, line=line) for line in ("Een", "Twee", "Drie"))
    today = timezone.localdate()
    change_fix(alert=told, actor=owner, state="done", owner=owner, told_on=today)
    change_fix(alert=dropped, actor=owner, state="dropped", note="Te duur")
    change_fix(alert=untold, actor=owner, state="done", owner=owner)
    text = read(client, owner)
    assert [f"<b>{line}</b>" in text for line in ("Een", "Twee", "Drie")] == [False, False, True]
    assert "3 signalen vragen een oplossing: 2 klaar, 1 verteld" in text
    assert "<b>Een</b>" in read(client, owner, "?show=all")


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ({"state": "under_way"}, "Kies wie het doet, of deed."),
        ({"state": "open", "told_on": "2026-01-05"}, "Vertel het als het klaar is"),
        ({"state": "dropped"}, "Schrijf waarom het niet gebeurt."),
        ({"state": ""}, "Kies hoe het ervoor staat."),
        ({"state": "done", "told_on": "morgen"}, "Schrijf een dag"),
    ],
)
def test_a_faulty_form_comes_back_with_what_is_wrong(client, owner, alert, data, complaint):
    page = post(client, owner, alert, note=data.pop("note", ""), **data)
    assert page.status_code == 200
    assert complaint in page.content.decode()
    assert not Fix.objects.exists()


def test_nobody_was_told_tomorrow(client, owner, alert):
    tomorrow = timezone.localdate() + timedelta(days=1)
    page = post(client, owner, alert, state="done", owner=owner.pk, told_on=tomorrow)
    assert "Kies vandaag of een eerdere dag." in page.content.decode()


def test_whoever_is_second_gets_their_note_back(client, owner, supervisor, alert):
    change_fix(alert=alert, actor=supervisor, state="under_way", owner=supervisor)
    response = post(client, owner, alert, version=0, state="open", note="Ik bel HR.")
    assert response.status_code == 409
    assert "Joost Bakker heeft deze oplossing intussen gewijzigd." in said(response)
    assert "Ik bel HR." in response.content.decode()
    assert FixChange.objects.count() == 1


def test_a_reopened_alert_leaves_the_list_and_finds_its_fix_back(client, owner, alert):
    change_fix(alert=alert, actor=owner, state="under_way", owner=owner)
    actions.reopen(alert=alert, actor=owner, reason="De klant belde")
    assert "Vaste projectleider" not in read(client, owner)
    with pytest.raises(actions.Conflict):
        change_fix(alert=alert, actor=owner, state="open")
    closing = {"outcome": "partly", "root_cause": "staffing", "structural_fix": "Twee leiders"}
    actions.close(alert=alert, actor=owner, **closing)
    text = read(client, owner)
    assert "<b>Twee leiders</b>" in text
    assert Fix.objects.get().state == "under_way"


def test_an_empty_list_says_where_fixes_come_from(client, owner):
    assert "Geen afgesloten signaal vraagt een structurele oplossing." in read(client, owner)


def test_queries_do_not_grow_with_fixes(client, owner, django_assert_max_num_queries):
    client.force_login(owner)
    make_fix(owner)
    with django_assert_max_num_queries(40) as few:
        client.get(LIST)
    for cause in ("cost", "quality", "planning"):
        make_fix(owner, cause=cause)
    with django_assert_max_num_queries(len(few)):
        client.get(LIST)
