"""When each touchpoint is asked, whom, and with which version."""

from datetime import date, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import connection  # noqa: F401  (the condition of a skip)
from django.urls import reverse
from django.utils import timezone

from ambassadors.rollup.fates import Fate
from ambassadors.rollup.reading import Figures
from ambassadors.rollup.scope import Scope
from outbox.models import Delivery
from surveys.actions import holding, questionnaires, send_invitations
from surveys.models import Invitation, LeftOut, Omission, Suppression, Touchpoint
from tests.factories import (
    make_contact,
    make_invitation,
    make_project,
    make_project_contact,
    make_questionnaire,
    make_response,
    make_user,
)
from tests.surveys.test_holding import together

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=ZoneInfo("Europe/Amsterdam"))
TODAY = NOW.date()


def days(number: int) -> date:
    return TODAY + timedelta(days=number)


def running(start: int | None, end: int | None, **fields):
    """A project that runs from ``start`` to ``end``, in days from today."""
    dates = {
        "started_on": None if start is None else days(start),
        "planned_end_on": None if end is None else days(end),
    }
    return make_project_contact(
        project=make_project(state="running", **dates, **fields.pop("project", {})), **fields
    )


def closed(days_ago: int, **fields):
    return make_project_contact(project=make_project(closed_on=days(-days_ago)), **fields)


def invited() -> list[tuple[str, int]]:
    return list(Invitation.objects.values_list("touchpoint", "project_contact"))


def in_use(*touchpoints: str) -> None:
    for touchpoint in touchpoints:
        make_questionnaire(touchpoint=touchpoint, is_active=True)


@pytest.mark.parametrize(
    ("touchpoint", "arrange", "is_asked"),
    [
        ("mid_project", lambda: running(-90, 90), True),
        ("mid_project", lambda: running(-89, 91), False),  # not half yet
        ("mid_project", lambda: running(-120, 60), True),
        ("mid_project", lambda: running(-121, 59), False),  # half was too long ago
        ("mid_project", lambda: running(-89, 90), False),  # too short a project
        ("mid_project", lambda: running(None, 90), False),
        ("mid_project", lambda: running(-90, None), False),
        ("mid_project", lambda: closed(3), False),
        ("delivery", lambda: running(-90, 0), True),
        ("delivery", lambda: running(None, -30), True),
        ("delivery", lambda: running(-90, 1), False),
        ("delivery", lambda: running(-90, -31), False),
        ("delivery", lambda: running(-90, None), False),
        ("aftercare", lambda: closed(180), True),
        ("aftercare", lambda: closed(210), True),
        ("aftercare", lambda: closed(179), False),
        ("aftercare", lambda: closed(211), False),
        ("aftercare", lambda: running(-400, -180), False),
    ],
)
def test_a_touchpoint_is_asked_at_its_time(touchpoint, arrange, is_asked):
    in_use(touchpoint)
    part = arrange()
    send_invitations(now=NOW)
    assert ((touchpoint, part.pk) in invited()) == is_asked


@pytest.mark.parametrize("arrange", [lambda: running(-90, 90), lambda: running(-90, 0)])
def test_without_a_questionnaire_in_use_only_the_close_is_asked(arrange):
    arrange()
    closed(180)
    make_questionnaire(touchpoint="mid_project")
    make_questionnaire(touchpoint="delivery", activated_at=NOW, frozen_at=NOW)
    part = closed(3)
    send_invitations(now=NOW)
    assert invited() == [("project_close", part.pk)]
    assert Invitation.objects.get().questionnaire is None


@pytest.mark.parametrize(
    "arrange",
    [
        lambda: closed(180, contact=make_contact(opted_out_at=NOW)),
        lambda: closed(180, contact=make_contact(bounced_at=NOW)),
    ],
)
def test_the_rules_of_asking_hold_at_every_touchpoint(arrange):
    in_use("aftercare")
    arrange()
    held = closed(180)
    holding.suppress(
        project_contacts=[held], actor=make_user(), reason="dispute", touchpoint="aftercare"
    )
    tired = closed(180)
    other = closed(60, contact=tired.contact)
    make_invitation(project_contact=other, invited_at=NOW - timedelta(days=50))
    asked = closed(181)
    make_invitation(
        project_contact=asked, touchpoint="aftercare", invited_at=NOW - timedelta(days=95)
    )
    neighbour = closed(180)
    run = send_invitations(now=NOW)
    assert run.touchpoints == {"aftercare": 1}
    assert Invitation.objects.filter(project_contact=neighbour).exists()


def test_asked_at_the_close_is_no_reason_against_aftercare():
    in_use("aftercare")
    part = closed(180)
    make_invitation(project_contact=part, invited_at=NOW - timedelta(days=170))
    assert send_invitations(now=NOW).touchpoints == {"aftercare": 1}
    assert send_invitations(now=NOW + timedelta(days=1)).invited == 0


def test_one_person_gets_one_invitation_at_the_first_of_the_touchpoints():
    in_use("aftercare", "mid_project", "delivery")
    contact = make_contact()
    parts = {
        "aftercare": closed(180, contact=contact),
        "mid_project": running(-90, 90, contact=contact),
        "delivery": running(-90, 0, contact=contact),
        "project_close": closed(3, contact=contact),
    }
    for touchpoint in ("project_close", "delivery", "mid_project", "aftercare"):
        run = send_invitations(now=NOW)
        assert run.touchpoints == {touchpoint: 1}
        assert invited() == [(touchpoint, parts[touchpoint].pk)]
        Invitation.objects.all().delete()
        parts[touchpoint].delete()


def test_whoever_waits_for_the_close_is_left_alone_until_then():
    in_use("aftercare")
    contact = make_contact()
    closed(180, contact=contact)
    part = closed(0, contact=contact)
    assert send_invitations(now=NOW, after_working_days=2).invited == 0
    later = NOW + timedelta(days=4)
    send_invitations(now=later, after_working_days=2)
    assert invited() == [("project_close", part.pk)]


def test_inviting_freezes_what_it_uses_and_nothing_else():
    used = make_questionnaire(touchpoint="project_close", is_active=True)
    unused = make_questionnaire(touchpoint="delivery", is_active=True)
    closed(3)
    send_invitations(now=NOW)
    used.refresh_from_db()
    unused.refresh_from_db()
    assert Invitation.objects.get().questionnaire == used
    assert used.frozen_at == NOW
    assert unused.frozen_at is None


def test_omissions_are_about_the_close_only():
    in_use("aftercare", "delivery")
    part = closed(180)
    running(-90, 0)
    send_invitations(now=NOW)
    assert len(invited()) == 2
    assert dict(Omission.objects.values_list("project_contact", "reason")) == {
        part.pk: LeftOut.CLOSED_LONG_AGO
    }
    assert send_invitations(now=NOW).left_out[LeftOut.CLOSED_LONG_AGO] == 1


def test_other_touchpoints_stay_out_of_coverage_and_shares():
    part = closed(3)
    make_response(invitation=make_invitation(project_contact=part))
    make_response(
        invitation=make_invitation(project_contact=part, touchpoint="aftercare"),
        satisfaction="dissatisfied",
    )
    make_response(invitation=make_invitation(project_contact=closed(9), touchpoint="aftercare"))
    tally = Figures(Scope(), now=NOW).total
    assert (tally.closed, tally.invited, tally.answered) == (2, 1, 1)
    assert tally.fates[Fate.ANSWERED] == 1
    assert tally.groups == {"positive": 0, "neutral": 1, "negative": 0}


# The page that foretells the run ----------------------------------------------------------------


@pytest.fixture
def supervisor(client):
    user = make_user(name="Joost Bakker")
    client.force_login(user)
    return user


def due_today(supervisor, **project):
    manager = make_user(supervisor=supervisor)
    today = timezone.localdate()
    return make_project_contact(
        project=make_project(
            account_manager=manager,
            state="running",
            started_on=today - timedelta(days=300),
            planned_end_on=today,
            **project,
        )
    )


def test_the_page_says_at_which_touchpoint_each_is_asked(client, supervisor):
    in_use("delivery")
    part = due_today(supervisor, name="Kade Noord")
    due_today(make_user())
    response = client.get(reverse("invitations:list"))
    (row,) = response.context["rows"]
    assert (row.part, row.touchpoint) == (part, Touchpoint.DELIVERY)
    assert response.context["number_asked"] == 1
    text = response.content.decode()
    assert "oplevering" in text
    assert "gepland einde" in text
    director = make_user(is_management=True)
    client.force_login(director)
    assert client.get(reverse("invitations:list")).context["number_asked"] == 2
    assert send_invitations().invited == 2


def test_somebody_asked_at_aftercare_is_not_asked_at_the_close_and_the_page_says_both(
    client, supervisor
):
    in_use("aftercare")
    manager = make_user(supervisor=supervisor)
    long_ago = timezone.localdate() - timedelta(days=181)
    part = make_project_contact(project=make_project(account_manager=manager, closed_on=long_ago))
    (next_row,) = client.get(reverse("invitations:list")).context["rows"]
    (other,) = client.get(reverse("invitations:list"), {"tab": "not"}).context["rows"]
    assert (next_row.part, next_row.touchpoint) == (part, Touchpoint.AFTERCARE)
    assert (other.part, other.reason) == (part, LeftOut.CLOSED_LONG_AGO)


def test_a_supervisor_holds_back_whom_a_later_touchpoint_would_ask(client, supervisor):
    in_use("delivery", "aftercare")
    part = due_today(supervisor)
    later = due_today(supervisor)
    make_invitation(
        project_contact=later,
        touchpoint="mid_project",
        invited_at=timezone.now() - timedelta(days=150),
    )
    for one in (part, later):
        address = reverse("invitations:hold", args=[one.pk])
        assert client.post(address, {"reason": "dispute"}).status_code == 302
    assert Suppression.objects.count() == 2
    assert not Omission.objects.exists()
    assert send_invitations().invited == 0


def test_a_running_project_that_is_not_asked_about_cannot_be_held_back(client, supervisor):
    part = due_today(supervisor)
    address = reverse("invitations:hold", args=[part.pk])
    assert client.post(address, {"reason": "dispute"}).status_code == 404


def test_the_command_names_the_other_touchpoints():
    in_use("aftercare")
    today = timezone.localdate()
    for ago in (3, 185):
        make_project_contact(project=make_project(closed_on=today - timedelta(days=ago)))
    out = StringIO()
    call_command("send_invitations", stdout=out)
    assert "2 contactpersonen uitgenodigd." in out.getvalue()
    assert "     1  nazorg" in out.getvalue()


# Two at once ------------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="needs row locks (PostgreSQL)")
@pytest.mark.django_db(transaction=True)
def test_what_was_sent_is_what_was_worded_then():
    """A version is changed before the first invitation uses it, or not at all."""
    version = make_questionnaire(
        touchpoint="project_close", is_active=True, nl={"satisfaction": "Vraag 0?"}
    )
    boss = make_user()
    for _number in range(30):
        make_project_contact()

    def change_all():
        for number in range(1, 40):
            words = {"nl": {"satisfaction": f"Vraag {number}?"}}
            content = questionnaires.Content(scale="three_step", wordings=words)
            try:
                questionnaires.change(questionnaire=version, content=content, actor=boss)
            except questionnaires.Conflict:
                return

    assert together(send_invitations, change_all) == []
    text = version.wordings.get(language="nl").satisfaction
    mails = [mail.parsed().get_body(("plain",)).get_content() for mail in Delivery.objects.all()]
    assert len(mails) == 30
    assert all(text in mail for mail in mails)
