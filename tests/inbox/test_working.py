"""Working an alert through the pages: log, put off, hand over, reopen, and who is second."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from alerts import actions
from alerts.models import Alert
from surveys.models import FollowUp
from tests.factories import make_alert, make_contact, make_user

pytestmark = pytest.mark.django_db
CAUSE = {"outcome": "recovered", "root_cause": "quality"}


def day(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


@pytest.fixture
def owner():
    return make_user(name="Sanne de Wit", supervisor=make_user(name="Joost Bakker"))


@pytest.fixture
def alert(owner):
    return make_alert(owner=owner)


def address(action, alert):
    return reverse(f"alerts:{action}", args=[alert.pk])


def post(client, user, action, alert, **data):
    client.force_login(user)
    return client.post(address(action, alert), {"version": alert.version, **data})


def page(client, user, alert, query=""):
    client.force_login(user)
    return client.get(address("detail", alert) + query).content.decode()


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_log_a_contact_with_a_next_step(client, owner, alert):
    response = post(
        client,
        owner,
        "contact",
        alert,
        how="spoke",
        note="Boos, <terecht>.",
        next_step="Planning sturen",
        next_step_at=f"{day(3)}T10:00",
    )
    assert said(response) == ["Het contact is vastgelegd."]
    alert.refresh_from_db()
    assert alert.state == "contacted"
    assert f"{timezone.localtime(alert.due_at):%Y-%m-%dT%H:%M}" == f"{day(3)}T10:00"
    content = page(client, owner, alert)
    assert "Telefonisch gesproken, door Sanne de Wit; daarna: Planning sturen, vóór" in content
    assert "Boos, &lt;terecht&gt;." in content
    assert "Laatste contact:" in content
    assert "Gesproken. Eigenaar: Sanne de Wit." in content


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({}, "Kies wat er gebeurde."),
        ({"how": "spoke", "next_step_at": "2020-01-01T10:00"}, "Kies een moment in de toekomst."),
        ({"how": "spoke", "next_step_at": "9999-01-01T10:00"}, "over meer dan een jaar"),
        ({"how": "spoke", "next_step_at": "morgen"}, "Schrijf een dag en een tijd"),
        ({"how": "spoke", "next_step": "Bellen"}, "Kies wanneer, dan komt het op tijd terug."),
        ({"how": "smoke signals"}, "smoke signals"),
    ],
)
def test_a_faulty_contact_keeps_every_word(client, owner, alert, data, error):
    response = post(client, owner, "contact", alert, note="Getypt", **data)
    content = response.content.decode()
    assert response.status_code == 200
    assert error in content
    assert "Getypt" in content
    assert Alert.objects.get().version == 0


def test_put_off_and_wake(client, owner, alert):
    response = post(client, owner, "snooze", alert, until=day(9), reason="Met verlof")
    assert said(response) == ["Dit signaal is uitgesteld."]
    alert.refresh_from_db()
    assert f"{timezone.localtime(alert.snoozed_until):%Y-%m-%d %H:%M}" == f"{day(9)} 09:00"
    content = page(client, owner.supervisor, alert)
    assert "Uitgesteld tot" in content
    assert "Met verlof" in content
    assert "voorbij de uiterste tijd" in content
    assert said(post(client, owner, "wake", alert)) == ["Dit signaal vraagt weer om actie."]
    assert Alert.objects.get().snoozed_until is None


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({"until": "x", "reason": "Getypt"}, "Schrijf een dag"),
        ({"reason": "Getypt"}, "Kies een dag."),
        ({"until": day(0), "reason": "Getypt"}, "Kies een moment in de toekomst."),
        ({"until": day(400), "reason": "Getypt"}, "over meer dan een jaar"),
        ({"until": day(3)}, "Schrijf waarom het kan wachten."),
    ],
)
def test_putting_off_takes_a_day_ahead_and_a_reason(client, owner, alert, data, error):
    content = post(client, owner, "snooze", alert, **data).content.decode()
    assert error in content
    assert Alert.objects.get().snoozed_until is None


@pytest.mark.parametrize("who", ["owner", "supervisor", "management"])
def test_hand_over(client, owner, alert, who):
    people = {
        "owner": owner,
        "supervisor": owner.supervisor,
        "management": make_user(is_management=True),
    }
    karim = make_user(name="Karim Smit")
    response = post(client, people[who], "reassign", alert, owner=karim.pk, comment="Jij kent haar")
    assert said(response) == ["Dit signaal is overgedragen."]
    alert.refresh_from_db()
    assert alert.owner == karim
    line = f"{people[who].name} droeg het over aan Karim Smit"
    assert line in page(client, karim, alert)
    # The one who had it sees in the course what became of it, and can do no more than add to it.
    content = page(client, owner, alert)
    assert line in content
    assert address("note", alert) in content
    assert address("contact", alert) not in content
    assert post(client, owner, "note", alert, note="Ze belde mij nog").status_code == 302
    alert.refresh_from_db()
    assert post(client, owner, "close", alert, **CAUSE).status_code == 403
    assert Alert.objects.get().state == "new"


def test_nobody_else_hands_it_over(client, alert):
    for stranger in (make_user(), make_user(is_administrator=True)):
        response = post(client, stranger, "reassign", alert, owner=stranger.pk, comment="Ik")
        assert response.status_code == 404


@pytest.mark.parametrize("given", ["inactive", "same", "none"])
def test_it_goes_to_a_colleague_who_works_here(client, owner, alert, given):
    to = {"inactive": make_user(is_active=False).pk, "same": owner.pk, "none": ""}[given]
    content = post(client, owner, "reassign", alert, owner=to, comment="Getypt").content.decode()
    assert "Getypt" in content
    assert Alert.objects.get().owner == owner


def test_a_structural_fix_stands_with_the_closed_alert(client, owner, alert):
    faulty = post(client, owner, "close", alert, needs_fix="on", note="Getypt", **CAUSE)
    assert "Schrijf in één regel wat er moet veranderen." in faulty.content.decode()
    fix = "Eén vaste projectleider"
    post(client, owner, "close", alert, needs_fix="on", structural_fix=fix, **CAUSE)
    assert Alert.objects.get().structural_fix == fix
    assert f"vraagt een structurele oplossing: {fix}" in page(client, owner, alert)


def test_reopen_with_a_reason(client, owner, alert):
    actions.close(alert=alert, actor=owner, **CAUSE)
    alert.refresh_from_db()
    faulty = post(client, owner, "reopen", alert)
    assert "Schrijf waarom u het heropent." in faulty.content.decode()
    response = post(client, owner, "reopen", alert, reason="De klant belde")
    assert said(response) == ["Dit signaal staat weer open."]
    content = page(client, owner, alert)
    assert "Heropend door Sanne de Wit" in content
    assert "De klant belde" in content
    assert "Oppakken" in content


def test_what_was_told_cannot_be_written_again(client, owner, alert):
    actions.close(alert=alert, actor=owner, follow_up="Karim belt elke week.", **CAUSE)
    actions.reopen(alert=alert, actor=owner, reason="Toch niet")
    FollowUp.objects.update(told_in=alert.response.invitation)
    alert.refresh_from_db()
    content = post(client, owner, "close", alert, follow_up="Anders", **CAUSE).content.decode()
    assert "Anders" in content
    assert not Alert.objects.get().is_closed


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("contact", {"how": "spoke", "note": "Mijn tekst"}),
        ("snooze", {"until": "2999-01-01", "reason": "Mijn tekst"}),
        ("reassign", {"owner": "", "comment": "Mijn tekst"}),
        ("close", {**CAUSE, "note": "Mijn tekst"}),
    ],
)
def test_who_is_second_gets_their_text_back_with_what_the_other_did(
    client, owner, alert, action, data
):
    actions.log_contact(alert=alert, actor=owner.supervisor, how="spoke", note="Ik had haar net.")
    response = post(client, owner, action, alert, **data)
    content = response.content.decode()
    assert response.status_code == 409
    assert "Een collega was u voor" in content
    assert "Telefonisch gesproken, door Joost Bakker" in content
    assert "Ik had haar net." in content
    form = response.context["forms"][action]
    assert "Mijn tekst" in str(form)
    assert form["version"].value() == "1"
    assert Alert.objects.get().version == 1


def test_a_text_whose_form_is_gone_comes_back_as_a_note(client, owner, alert):
    actions.close(alert=alert, actor=owner.supervisor, **CAUSE)
    response = post(client, owner, "contact", alert, how="spoke", note="A", next_step="B")
    assert response.status_code == 409
    assert response.context["forms"]["note"].initial == {"note": "A\n\nB"}
    assert response.context["opened"] == "note"


def test_handed_over_while_writing(client, owner, alert):
    karim = make_user(name="Karim Smit")
    actions.reassign(alert=alert, actor=owner.supervisor, owner=karim, comment="Karim kent haar")
    response = post(client, owner, "close", alert, note="Mijn tekst", **CAUSE)
    assert response.status_code == 409
    content = response.content.decode()
    assert "Joost Bakker droeg het over aan Karim Smit" in content
    assert "Mijn tekst" in content
    refused = post(client, owner, "acknowledge", alert)
    assert said(refused)[-1] == "Joost Bakker heeft dit signaal intussen overgedragen."
    assert Alert.objects.get().state == "new"


def test_a_version_that_is_none_is_an_old_page(client, owner, alert):
    for version in ("x", "-1", "١"):
        client.force_login(owner)
        data = {"version": version, **CAUSE}
        assert client.post(address("close", alert), data).status_code == 409
    assert Alert.objects.get().state == "new"


def test_a_link_opens_a_form_and_does_nothing(client, owner, alert):
    content = page(client, owner, alert, "?do=contact")
    assert 'class="act-contact" open>' in content
    assert 'class="act-close" open>' not in content
    assert Alert.objects.get().version == 0


def test_the_detail_has_what_a_call_needs(client, owner):
    contact = make_contact(name="Marijke Vermeulen", phone="+31612345678", email="m@z.example")
    before = make_alert(owner=owner, contact=contact, now=timezone.now() - timedelta(days=90))
    actions.log_contact(alert=before, actor=owner, how="visited")
    actions.close(alert=before, actor=owner, **CAUSE)
    words = "Het plan is goed. " * 200
    alert = make_alert(owner=owner, contact=contact, motivation=words, project_name="Plan & Co")
    content = page(client, owner, alert)
    assert words.strip() in content
    assert "tel:+31612345678" in content
    assert "mailto:m@z.example?subject=Plan%20%26%20Co" in content
    assert "Wat was voor u het vervelendste moment" in content
    assert "Bezocht, door Sanne de Wit" in content
    assert address("detail", before) in content
    assert "Opgelost, naar ons idee" in content


def test_no_recommendation_is_asked_of_who_may_not_give_one(client, owner):
    plus = {"satisfaction": "more_than_satisfied"}
    may_not = make_alert(owner=owner, recommendation="not_allowed", **plus)
    yes = make_alert(owner=owner, recommendation="yes", **plus)
    warning = "Deze persoon mag u niet aanbevelen"
    assert warning in page(client, owner, may_not)
    assert warning not in page(client, owner, yes)
    assert "Wat maakte voor u het verschil?" in page(client, owner, yes)
