"""What administrators set about working alerts: call guides and root causes."""

import pytest
from django.urls import reverse
from django.utils import translation

from alerts import actions
from alerts.causes import Causes, write_cause
from alerts.models import Alert, CallGuide, Cause
from tests.factories import make_alert, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    admin = make_user(name="Ada Beheer", is_administrator=True)
    client.force_login(admin)
    return admin


def edit(client, space, *args, **data):
    return client.post(reverse(f"{space}:edit", args=args), data)


def test_own_questions_stand_beside_the_alert_in_their_language_and_group(client, admin):
    edit(client, "guides", "negative", "nl", body="  Hoe gaat het <nu>?\r\n\r\nWat helpt?  ")
    assert CallGuide.objects.get().body == "Hoe gaat het <nu>?\nWat helpt?"
    owner = make_user()
    minus = make_alert(owner=owner)
    client.force_login(owner)
    content = client.get(reverse("alerts:detail", args=[minus.pk])).content.decode()
    assert "Hoe gaat het &lt;nu&gt;?" in content
    assert "het vervelendste moment" not in content
    owner.language = "en"
    owner.save(update_fields=["language"])
    content = client.get(reverse("alerts:detail", args=[minus.pk])).content.decode()
    assert "What was the worst moment for you" in content


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (" \n ", "Schrijf minstens één vraag."),
        ("\n".join("1234567"), "Hoogstens zes vragen"),
        ("x" * 1001, "1000"),
    ],
)
def test_a_guide_is_a_few_questions(client, admin, body, error):
    response = edit(client, "guides", "negative", "nl", body=body)
    assert error in response.content.decode()
    assert not CallGuide.objects.exists()


def test_back_to_the_standard_questions(client, admin):
    edit(client, "guides", "negative", "nl", body="Hoe?")
    page = client.get(reverse("guides:list")).content.decode()
    assert "Ada Beheer" in page
    client.post(reverse("guides:standard", args=["negative", "nl"]))
    assert not CallGuide.objects.exists()


@pytest.mark.parametrize("args", [("neutral", "nl"), ("negative", "de"), ("x", "nl")])
def test_there_is_no_other_guide(client, admin, args):
    assert client.get(reverse("guides:edit", args=args)).status_code == 404
    assert client.post(reverse("guides:standard", args=args)).status_code == 404


NAMES = {"name_nl": "Vergunning", "name_en": "Permit", "order": 5, "is_active": "on"}


def choices(client, owner) -> list[str]:
    alert = make_alert(owner=owner)
    client.force_login(owner)
    form = client.get(reverse("alerts:detail", args=[alert.pk])).context["forms"]["close"]
    return [str(label) for value, label in form.fields["root_cause"].choices if value]


def test_the_firms_own_cause_can_be_chosen_in_each_language(client, admin):
    assert client.post(reverse("causes:add"), NAMES).status_code == 302
    code = Cause.objects.get().code
    owner = make_user()
    assert choices(client, owner)[0] == "Vergunning"
    with translation.override("en"):
        assert Causes().name_of(code) == "Permit"
    alert = Alert.objects.get()
    data = {"outcome": "partly", "root_cause": code}
    client.post(reverse("alerts:close", args=[alert.pk]), data)
    content = client.get(reverse("alerts:detail", args=[alert.pk])).content.decode()
    assert "oorzaak: <b>Vergunning</b>" in content


def test_a_cause_out_of_use_stays_readable_and_cannot_be_chosen(client, admin):
    owner = make_user()
    alert = make_alert(owner=owner)
    actions.close(alert=alert, actor=owner, outcome="partly", root_cause="cost")
    data = {"name_nl": "Geld", "name_en": "Money", "order": 50}
    assert edit(client, "causes", "cost", **data).status_code == 302
    assert "Geld" in client.get(reverse("causes:list")).content.decode()
    assert "Geld" not in choices(client, owner)
    content = client.get(reverse("alerts:detail", args=[alert.pk])).content.decode()
    assert "oorzaak: <b>Geld</b>" in content
    still_open = Alert.objects.get(state="new")
    data = {"outcome": "partly", "root_cause": "cost"}
    assert client.post(reverse("alerts:close", args=[still_open.pk]), data).status_code == 200
    still_open.refresh_from_db()
    assert still_open.state == "new"


def test_an_unknown_stored_cause_reads_as_it_is():
    assert Causes().name_of("of-long-ago") == "of-long-ago"


def test_a_standard_name_is_not_stored_and_follows_the_product(client, admin):
    data = {"name_nl": "Kosten of facturen", "name_en": "Money", "order": 1, "is_active": "on"}
    edit(client, "causes", "cost", **data)
    assert [name.language for name in Cause.objects.get().names.all()] == ["en"]
    assert next(iter(Causes())).name == "Kosten of facturen"


def test_back_to_a_standard_cause(client, admin):
    edit(client, "causes", "cost", **NAMES)
    client.post(reverse("causes:standard", args=["cost"]))
    assert Causes().name_of("cost") == "Kosten of facturen"
    client.post(reverse("causes:add"), NAMES)
    own = Cause.objects.get().code
    assert client.post(reverse("causes:standard", args=[own])).status_code == 404
    assert Cause.objects.filter(code=own).exists()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"name_en": ""}, "Geef de oorzaak in elke taal een naam."),
        ({"name_nl": "x" * 81}, "80"),
        ({"order": 0}, "1"),
        ({"order": "x"}, "getal"),
    ],
)
def test_a_faulty_cause_is_refused(client, admin, change, error):
    response = client.post(reverse("causes:add"), {**NAMES, **change})
    assert response.status_code == 200
    assert error in response.content.decode()
    assert not Cause.objects.exists()


def test_one_cause_is_always_left(client, admin):
    for cause in list(Causes())[1:]:
        write_cause(code=cause.code, names={}, order=cause.order, is_active=False, author=admin)
    left = next(cause for cause in Causes() if cause.is_active)
    data = {"name_nl": "Kwaliteit", "name_en": "Quality", "order": 10}
    response = edit(client, "causes", left.code, **data)
    assert "Laat minstens één oorzaak over om te kiezen." in response.content.decode()
    assert Causes().choices()


def test_unknown_cause(client, admin):
    assert client.get(reverse("causes:edit", args=["nothing"])).status_code == 404
