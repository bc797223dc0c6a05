"""Who acts for whom, what they see, and the pages that record it."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from alerts.escalating import escalate
from alerts.inbox import Inbox, Tab
from alerts.models import Alert
from outbox.models import Delivery
from staff.absence import Absence
from staff.absences import Overlap, end_absence, record_absence
from staff.standing_in import Presence
from tests.factories import make_absence, make_alert, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

RAISED = datetime(2026, 11, 18, 9, 30, tzinfo=ZoneInfo("Europe/Amsterdam"))
TODAY = timezone.localdate()
DAY = timedelta(days=1)


@pytest.fixture
def people():
    """Who is away, and who stands in, under one supervisor."""
    supervisor = make_user(name="Lida Leiding")
    away = make_user(name="Anna Afwezig", supervisor=supervisor)
    return away, make_user(name="Vera Vervanger", supervisor=make_user()), supervisor


def days(first: date, last: date, stand_in) -> dict[str, object]:
    return {"first_on": first.isoformat(), "last_on": last.isoformat(), "stand_in": stand_in.pk}


def test_a_new_alert_goes_to_the_stand_in_who_reads_for_whom(people, client):
    away, stand_in, supervisor = people
    make_absence(user=away, stand_in=stand_in)
    alert = make_alert(owner=away)
    assert (alert.owner, alert.on_behalf_of) == (stand_in, away)
    addresses = set(Delivery.objects.values_list("recipient_address", flat=True))
    assert addresses == {stand_in.email, supervisor.email}
    delivery = Delivery.objects.get(recipient_address=stand_in.email)
    said = "Voor Anna Afwezig, die afwezig is: Vera Vervanger vervangt."
    assert said in bytes(delivery.message).decode("utf-8", "replace").replace("=\r\n", "")
    client.force_login(stand_in)
    assert "Voor Anna Afwezig" in client.get(f"/alerts/{alert.pk}/").content.decode()


def test_the_stand_in_sees_and_works_the_old_ones_only_during_the_absence(people, client):
    away, stand_in, _supervisor = people
    old = make_alert(owner=away)
    client.force_login(stand_in)
    address = reverse("alerts:acknowledge", args=[old.pk])
    assert client.post(address).status_code == 404
    absence = make_absence(user=away, stand_in=stand_in)
    mine = Inbox(stand_in, now=timezone.now())
    assert list(mine.rows(Tab.MINE)) == [old]
    assert mine.count(Tab.MINE) == 1
    assert client.post(address).status_code == 302
    old.refresh_from_db()
    assert (old.state, old.owner) == ("acknowledged", away)
    end_absence(absence)
    assert client.get(reverse("alerts:detail", args=[old.pk])).status_code == 404


def test_afterwards_both_see_what_came_in(people):
    away, stand_in, supervisor = people
    absence = make_absence(user=away, stand_in=stand_in)
    alert = make_alert(owner=away)
    end_absence(absence)
    for user in (away, stand_in, supervisor):
        assert alert in Alert.objects.visible_to(user)
    assert make_alert(owner=away).owner == away


@pytest.mark.parametrize(
    ("first", "last", "is_away"),
    [(-1, -1, False), (0, 0, True), (-3, 0, True), (0, 3, True), (1, 2, False)],
)
def test_an_absence_holds_from_its_first_day_to_its_last(people, first, last, is_away):
    away, stand_in, _supervisor = people
    make_absence(
        user=away, stand_in=stand_in, first_on=TODAY + first * DAY, last_on=TODAY + last * DAY
    )
    assert Presence().acting_for(away) == (stand_in if is_away else away)


def test_a_chain_is_followed_to_who_is_here(people):
    away, stand_in, _supervisor = people
    last = make_user()
    make_absence(user=away, stand_in=stand_in)
    make_absence(user=stand_in, stand_in=last)
    alert = make_alert(owner=away)
    assert (alert.owner, alert.on_behalf_of) == (last, away)
    assert Presence().represented_by(last) == {away.pk, stand_in.pk}
    assert Presence().represented_by(stand_in) == {away.pk}


def test_a_circle_is_nobody_and_the_next_one_is_asked(people):
    away, stand_in, supervisor = people
    make_absence(user=away, stand_in=stand_in)
    make_absence(user=stand_in, stand_in=away)
    assert Presence().acting_for(away) is None
    assert Presence().represented_by(away) == {stand_in.pk}
    assert make_alert(owner=away).owner == supervisor


def test_a_stand_in_who_left_is_nobody(people):
    away, stand_in, supervisor = people
    make_absence(user=away, stand_in=stand_in)
    stand_in.is_active = False
    stand_in.save()
    assert make_alert(owner=away).owner == supervisor


def test_when_all_are_away_and_nobody_stands_in_the_account_manager_owns_it_after_all():
    away, other = make_user(), make_user()
    make_absence(user=away, stand_in=other)
    make_absence(user=other, stand_in=away)
    alert = make_alert(owner=away)
    assert (alert.owner, alert.on_behalf_of) == (away, None)


def test_reminder_and_escalation_go_to_stand_ins(people):
    away, stand_in, supervisor = people
    alert = make_alert(owner=away, now=RAISED)
    for_supervisor = make_user()
    for user, other in ((away, stand_in), (supervisor, for_supervisor)):
        make_absence(user=user, stand_in=other, first_on=RAISED.date(), last_on=RAISED.date())
    escalate(now=RAISED + timedelta(hours=2))
    escalate(now=RAISED + timedelta(hours=4))
    found = Delivery.objects.filter(dedupe_key__contains=":clock:first:").order_by("pk")
    assert [one.recipient_address for one in found] == [stand_in.email, for_supervisor.email]
    assert alert in Alert.objects.visible_to(for_supervisor)


def test_the_supervisor_who_stands_in_is_not_called_in_about_themselves(people):
    away, _stand_in, supervisor = people
    supervisor.supervisor = make_user()
    supervisor.save()
    make_absence(user=away, stand_in=supervisor, last_on=TODAY + 9 * DAY)
    alert = make_alert(owner=away)
    escalate(now=alert.acknowledge_by)
    found = Delivery.objects.get(dedupe_key__endswith=":clock:first:supervisor")
    assert found.recipient_address == supervisor.supervisor.email


def test_who_stands_in_for_a_supervisor_sees_their_team(people):
    away, stand_in, supervisor = people
    alert = make_alert(owner=away)
    assert alert not in Alert.objects.visible_to(stand_in)
    make_absence(user=supervisor, stand_in=stand_in)
    assert alert in Alert.objects.visible_to(stand_in)


def test_the_inbox_costs_the_same_however_many_are_away(people, client):
    away, stand_in, _supervisor = people
    client.force_login(stand_in)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/alerts/").status_code == 200
        return len(captured)

    make_absence(user=away, stand_in=stand_in)
    make_alert(owner=away)
    few = queries()
    for _number in range(4):
        other = make_user()
        make_absence(user=other, stand_in=stand_in)
        make_alert(owner=other)
    assert queries() == few


def test_one_records_ones_own_absence_and_the_stand_in_is_mailed(people, client):
    away, stand_in, _supervisor = people
    client.force_login(away)
    assert "u hebt geen afwezigheid" in client.get(reverse("absence:list")).content.decode().lower()
    posted = days(TODAY, TODAY + 4 * DAY, stand_in)
    page = client.post(reverse("absence:new"), posted, follow=True).content.decode()
    assert "Vera Vervanger vervangt" in page
    absence = Absence.objects.get()
    assert (absence.user, absence.recorded_by) == (away, away)
    delivery = Delivery.objects.get()
    assert delivery.recipient_address == stand_in.email
    assert delivery.subject == "U vervangt Anna Afwezig"
    client.post(reverse("absence:end", args=[absence.pk]))
    delivery.refresh_from_db()
    assert delivery.state == "cancelled"
    assert Presence().acting_for(away) == away


def test_nobody_records_the_absence_of_a_stranger(people, client):
    away, stand_in, _supervisor = people
    client.force_login(stand_in)
    posted = {**days(TODAY, TODAY, make_user()), "user": away.pk}
    client.post(reverse("absence:new"), posted)
    assert not Absence.objects.filter(user=away).exists()


@pytest.mark.parametrize("who", ["supervisor", "administrator"])
def test_a_supervisor_and_an_administrator_record_that_of_others(people, client, who):
    away, stand_in, supervisor = people
    actor = supervisor if who == "supervisor" else make_user(is_administrator=True)
    client.force_login(actor)
    posted = {**days(TODAY, TODAY, stand_in), "user": away.pk}
    assert client.post(reverse("absence:new"), posted).status_code == 302
    absence = Absence.objects.get()
    assert (absence.user, absence.recorded_by) == (away, actor)
    assert "Anna Afwezig" in client.get(reverse("absence:list")).content.decode()


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [(2, 1, "last_on"), (-3, -1, "last_on"), (None, 1, "first_on")],
)
def test_days_that_cannot_be_are_refused(people, client, first, last, field):
    away, stand_in, _supervisor = people
    client.force_login(away)
    posted = days(TODAY + (first or 0) * DAY, TODAY + last * DAY, stand_in)
    if first is None:
        posted["first_on"] = "morgen"
    response = client.post(reverse("absence:new"), posted)
    assert list(response.context["form"].errors) == [field]
    assert not Absence.objects.exists()


def test_nobody_stands_in_for_themselves_nor_for_who_stands_in_for_them(people, client):
    away, stand_in, _supervisor = people
    client.force_login(away)
    response = client.post(reverse("absence:new"), days(TODAY, TODAY, away))
    assert list(response.context["form"].errors) == ["stand_in"]
    make_absence(user=stand_in, stand_in=away)
    response = client.post(reverse("absence:new"), days(TODAY, TODAY, stand_in))
    assert list(response.context["form"].errors) == ["stand_in"]
    assert not Absence.objects.filter(user=away).exists()


def test_each_day_has_one_stand_in(people, client):
    away, stand_in, _supervisor = people
    make_absence(user=away, first_on=TODAY, last_on=TODAY + 5 * DAY)
    with pytest.raises(Overlap):
        record_absence(
            user=away,
            stand_in=stand_in,
            first_on=TODAY + 5 * DAY,
            last_on=TODAY + 9 * DAY,
            actor=away,
        )
    client.force_login(away)
    response = client.post(reverse("absence:new"), days(TODAY, TODAY, stand_in))
    assert list(response.context["form"].errors) == ["first_on"]
    assert (
        client.post(
            reverse("absence:new"), days(TODAY + 6 * DAY, TODAY + 7 * DAY, stand_in)
        ).status_code
        == 302
    )


def test_an_absence_that_is_over_is_not_listed(people, client):
    away, _stand_in, _supervisor = people
    make_absence(user=away, first_on=TODAY - 5 * DAY, last_on=TODAY - DAY)
    client.force_login(away)
    assert client.get(reverse("absence:list")).context["absences"] == []


def test_each_missing_day_is_named(client):
    client.force_login(make_user())
    page = client.post(reverse("absence:new"), {}).content.decode()
    assert "Kies de eerste dag." in page
    assert "Kies de laatste dag." in page
