"""Terms, hours and closing days: what is set, what is inherited, and the pages that set them."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from alerts.clock_words import example_in_words, hours_in_words
from alerts.clocks import Terms
from alerts.escalation import TermsVersion
from alerts.timing import current_terms
from outbox.ledger import AppendOnlyError
from staff.hours import Closing, OpeningHours
from staff.working_hours import Hours, WorkingHours, is_public_holiday
from tests.factories import make_alert, make_closing, make_division, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
FRIDAY = datetime(2026, 11, 20, 16, 40, tzinfo=AMSTERDAM)
TERMS = {"acknowledge_hours": 2, "speak_days": 3, "thank_days": 4, "ask_days": 20}
NOTHING_SET = {"opens": "", "closes": "", "good_friday": "", "liberation_day": "", "zone": ""}


@pytest.fixture
def administrator(client):
    user = make_user(is_administrator=True, name="Ada Bakker")
    client.force_login(user)
    return user


def local(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%a %H:%M}"


def test_without_settings_hours_are_the_standard():
    assert WorkingHours().of(make_division().pk) == Hours()


def test_a_division_inherits_what_it_does_not_set():
    division, other = make_division(), make_division()
    OpeningHours.objects.create(opens=time(8), closes=time(16), has_good_friday_off=False)
    OpeningHours.objects.create(division=division, zone="Europe/London", weekdays="0123")
    make_closing()
    make_closing(division=division, first_on=date(2026, 7, 27), last_on=date(2026, 8, 14))
    hours = WorkingHours()
    own = hours.of(division.pk)
    assert (own.opens, own.closes, own.zone) == (time(8), time(16), "Europe/London")
    assert (own.weekdays, own.has_good_friday_off) == (frozenset({0, 1, 2, 3}), False)
    assert own.is_day_off(date(2026, 5, 15))  # the firm's
    assert own.is_day_off(date(2026, 8, 3))  # its own
    assert hours.of(other.pk) == hours.firm
    assert not hours.firm.is_day_off(date(2026, 8, 3))


def test_hours_of_all_divisions_cost_two_queries(django_assert_num_queries):
    divisions = [make_division() for _number in range(5)]
    for division in divisions:
        OpeningHours.objects.create(division=division, opens=time(8), closes=time(12))
        make_closing(division=division)
    with django_assert_num_queries(2):
        hours = WorkingHours()
        assert {hours.of(division.pk).opens for division in divisions} == {time(8)}


@pytest.mark.parametrize(
    ("day", "setting", "is_free"),
    [
        (date(2026, 4, 3), {"has_good_friday_off": True}, True),
        (date(2026, 4, 3), {"has_good_friday_off": False}, False),
        (date(2026, 4, 6), {"has_good_friday_off": False}, True),
        (date(2025, 5, 5), {"liberation_day": "lustrum"}, True),
        (date(2026, 5, 5), {"liberation_day": "lustrum"}, False),
        (date(2026, 5, 5), {"liberation_day": "yearly"}, True),
        (date(2025, 5, 5), {"liberation_day": "never"}, False),
    ],
)
def test_the_holidays_on_which_firms_differ(day, setting, is_free):
    assert is_public_holiday(day, **setting) is is_free


def test_the_clock_of_an_alert_runs_in_the_hours_of_the_owners_division():
    division = make_division()
    OpeningHours.objects.create(division=division, opens=time(8), closes=time(12))
    alert = make_alert(owner=make_user(division=division), now=FRIDAY)
    assert local(alert.acknowledge_by) == "Mon 12:00"
    assert local(make_alert(now=FRIDAY).acknowledge_by) == "Mon 12:40"


def test_an_owner_without_division_works_in_that_of_the_project():
    division = make_division()
    OpeningHours.objects.create(division=division, zone="America/Curacao")
    alert = make_alert(owner=make_user(division=division), now=FRIDAY)
    # 16:40 in Amsterdam is 11:40 there: four hours later it is 15:40, so 20:40 here.
    assert local(alert.acknowledge_by) == "Fri 20:40"


def test_new_terms_are_for_new_alerts(client, administrator):
    before = make_alert(now=FRIDAY)
    response = client.post(reverse("clocks:terms"), TERMS, follow=True)
    assert "Ada Bakker" in response.content.decode()
    assert current_terms() == Terms(**TERMS)
    after = make_alert(now=FRIDAY)
    assert (local(before.acknowledge_by), local(after.acknowledge_by)) == ("Mon 12:40", "Mon 10:40")
    before.refresh_from_db()
    assert local(before.acknowledge_by) == "Mon 12:40"


def test_terms_are_versions_that_stay():
    version = TermsVersion.objects.create(set_by=make_user(), **TERMS)
    with pytest.raises(AppendOnlyError):
        version.save()
    TermsVersion.objects.create(set_by=make_user())
    assert current_terms() == Terms()


@pytest.mark.parametrize("value", ["0", "-1", "", "veel", "81"])
def test_terms_leave_time(client, administrator, value):
    response = client.post(reverse("clocks:terms"), {**TERMS, "acknowledge_hours": value})
    assert response.status_code == 200
    assert not TermsVersion.objects.exists()


def test_hours_are_set_for_firm_and_division(client, administrator):
    division = make_division(name="Water")
    firm = {**NOTHING_SET, "opens": "08:30", "closes": "17:00", "weekdays": ["0", "1", "2", "3"]}
    assert client.post(reverse("clocks:firm"), firm).status_code == 302
    own = {**NOTHING_SET, "zone": "Europe/London", "good_friday": "on", "liberation_day": "yearly"}
    assert client.post(reverse("clocks:division", args=[division.pk]), own).status_code == 302
    hours = WorkingHours().of(division.pk)
    assert (hours.opens, hours.zone, len(hours.weekdays)) == (time(8, 30), "Europe/London", 4)
    assert (hours.has_good_friday_off, hours.liberation_day) == (False, "yearly")
    assert client.post(reverse("clocks:firm"), firm).status_code == 302  # again: one row
    assert OpeningHours.objects.count() == 2
    page = client.get(reverse("clocks:list")).content.decode()
    assert "maandag t/m donderdag, 08:30–17:00 (Europe/London)" in page


@pytest.mark.parametrize(
    "times", [{"opens": "09:00"}, {"closes": "17:00"}, {"opens": "17:00", "closes": "09:00"}]
)
def test_half_a_working_day_is_refused(client, administrator, times):
    response = client.post(reverse("clocks:firm"), {**NOTHING_SET, **times})
    assert response.status_code == 200
    assert "closes" in response.context["form"].errors
    assert not OpeningHours.objects.exists()


def test_closing_days_come_and_go(client, administrator):
    division = make_division(name="Bouw")
    days = {"name": "Bouwvak <b>", "first_on": "2027-07-26", "last_on": "2027-08-13"}
    client.post(reverse("clocks:closing"), {**days, "division": division.pk})
    closing = Closing.objects.get()
    assert WorkingHours().of(division.pk).is_day_off(date(2027, 8, 1))
    page = client.get(reverse("clocks:list")).content.decode()
    assert "Bouwvak &lt;b&gt;" in page
    client.post(reverse("clocks:remove-closing", args=[closing.pk]))
    assert not Closing.objects.exists()


def test_closing_days_do_not_end_before_they_begin(client, administrator):
    days = {"name": "Brugdag", "first_on": "2027-05-07", "last_on": "2027-05-06"}
    assert client.post(reverse("clocks:closing"), days).status_code == 200
    assert not Closing.objects.exists()


def test_an_unknown_division_is_not_found(client, administrator):
    assert client.get(reverse("clocks:division", args=[999_999])).status_code == 404


def test_the_example_is_what_the_clock_says():
    today = date(2026, 11, 18)
    assert (
        example_in_words(Terms(), Hours(), today=today)
        == "Een antwoord – op vrijdag om 16:40: oppakken vóór maandag 12:40."
    )
    with translation.override("en"):
        assert "Friday at 16:40: take up before Monday 12:40" in example_in_words(
            Terms(), Hours(), today=today
        )


def test_hours_that_are_not_in_a_row_are_named_one_by_one():
    assert hours_in_words(Hours(weekdays=frozenset({0, 2}))) == "maandag, woensdag, 09:00–17:00"


def test_the_overview_costs_the_same_however_many_divisions(client, administrator):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("clocks:list")).status_code == 200
        return len(captured)

    make_closing(division=make_division())
    first = queries()
    for _number in range(5):
        make_closing(division=make_division(), first_on=date(2030, 1, 2), last_on=date(2030, 1, 2))
    assert queries() == first
