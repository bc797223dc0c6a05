"""Every contact of a closed project is accounted for: an invitation, or a reason that is stored."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ambassadors.rollup.fates import Fate
from ambassadors.rollup.reading import Figures
from ambassadors.rollup.scope import Scope
from surveys.actions import holding, send_invitations
from surveys.models import Invitation, LeftOut, Omission, Project, ProjectContact
from tests.factories import (
    make_contact,
    make_invitation,
    make_project,
    make_project_contact,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=ZoneInfo("Europe/Amsterdam"))
TODAY = NOW.date()


def closed(days_ago, **fields):
    return make_project(closed_on=TODAY - timedelta(days=days_ago), **fields)


def stored():
    return dict(Omission.objects.values_list("project_contact_id", "reason"))


def recently_asked():
    contact = make_contact()
    earlier = make_project_contact(contact=contact, project=closed(60))
    make_invitation(project_contact=earlier, invited_at=NOW - timedelta(days=50))
    return make_project_contact(contact=contact, project=closed(3))


def held_back():
    part = make_project_contact(project=closed(3))
    holding.suppress(project_contacts=[part], actor=make_user(), reason="dispute", now=NOW)
    return part


REASONS = {
    LeftOut.CLOSED_LONG_AGO: lambda: make_project_contact(project=closed(31)),
    LeftOut.CLOSES_LATER: lambda: make_project_contact(project=closed(-1)),
    LeftOut.WAITING: lambda: make_project_contact(project=closed(0)),
    LeftOut.SUPPRESSED: held_back,
    LeftOut.OPTED_OUT: lambda: make_project_contact(
        project=closed(3), contact=make_contact(opted_out_at=NOW)
    ),
    LeftOut.BOUNCED: lambda: make_project_contact(
        project=closed(3), contact=make_contact(bounced_at=NOW)
    ),
    LeftOut.ASKED_RECENTLY: recently_asked,
}


@pytest.mark.parametrize("reason", REASONS)
def test_a_run_stores_the_reason_and_nothing_about_who_was_invited(reason):
    part = REASONS[reason]()
    neighbour = make_project_contact(project=closed(3))
    run = send_invitations(now=NOW, after_working_days=2)
    assert stored() == {part.pk: reason}
    assert run.left_out == {reason: 1}
    assert Invitation.objects.filter(project_contact=neighbour).exists()


def test_every_contact_of_a_closed_project_has_an_invitation_or_a_reason():
    for arrange in REASONS.values():
        arrange()
    pair = make_contact()
    for days in (3, 4):
        make_project_contact(contact=pair, project=closed(days))
    make_project_contact(project=make_project(state="running"))
    send_invitations(now=NOW, after_working_days=2)
    rows = ProjectContact.objects.filter(project__state=Project.State.CLOSED)
    assert rows.count() == 10
    for row in rows:
        is_invited = row.invitations.exists()
        assert is_invited != hasattr(row, "omission"), row


def test_a_reason_goes_once_the_contact_is_invited_after_all():
    part = make_project_contact(project=closed(0))
    send_invitations(now=NOW, after_working_days=2)
    assert stored() == {part.pk: LeftOut.WAITING}
    send_invitations(now=NOW + timedelta(days=4), after_working_days=2)
    assert stored() == {}
    assert Invitation.objects.count() == 1


def test_a_reason_goes_when_the_project_runs_again():
    part = make_project_contact(project=closed(40))
    send_invitations(now=NOW)
    Project.objects.filter(pk=part.project_id).update(state="running", closed_on=None)
    send_invitations(now=NOW)
    assert stored() == {}


@pytest.mark.parametrize(
    ("reason", "later"),
    [
        (LeftOut.SUPPRESSED, LeftOut.SUPPRESSED),
        (LeftOut.OPTED_OUT, LeftOut.OPTED_OUT),
        (LeftOut.CLOSES_LATER, LeftOut.CLOSED_LONG_AGO),
        (LeftOut.WAITING, LeftOut.CLOSED_LONG_AGO),
    ],
)
def test_what_held_while_it_was_time_stays_the_reason(reason, later):
    part = REASONS[reason]()
    send_invitations(now=NOW, after_working_days=2)
    assert stored() == {part.pk: reason}
    run = send_invitations(now=NOW + timedelta(days=60), after_working_days=2)
    assert stored() == {part.pk: later}
    assert run.left_out == {later: 1}


def test_the_moment_of_a_decision_is_when_it_changed():
    make_project_contact(project=closed(40))
    send_invitations(now=NOW)
    send_invitations(now=NOW + timedelta(days=1))
    assert Omission.objects.get().decided_at == NOW


def test_queries_do_not_grow_with_who_is_left_out(django_assert_num_queries):
    def leave_out(number):
        project = closed(40)
        recent = closed(2)
        for _number in range(number):
            make_project_contact(project=project)
            contact = make_contact(client=recent.client, opted_out_at=NOW)
            make_project_contact(project=recent, contact=contact)

    leave_out(2)
    with CaptureQueriesContext(connection) as few:
        send_invitations(now=NOW)
    leave_out(40)
    with django_assert_num_queries(len(few)):
        send_invitations(now=NOW)
    assert Omission.objects.count() == 84


@pytest.mark.parametrize(
    ("reason", "fate"),
    [
        (LeftOut.SUPPRESSED, Fate.SUPPRESSED),
        (LeftOut.ASKED_TOGETHER, Fate.ASKED_TOGETHER),
        (LeftOut.ASKED_RECENTLY, Fate.ASKED_ELSEWHERE),
        (LeftOut.OPTED_OUT, Fate.OPTED_OUT),
        (LeftOut.WAITING, Fate.NOT_YET),
    ],
)
def test_the_dashboard_tells_the_stored_reason(reason, fate):
    day = timezone.localdate() - timedelta(days=1)
    part = make_project_contact(project=make_project(closed_on=day))
    Omission.objects.create(project_contact=part, reason=reason)
    fates = Figures(Scope(), now=timezone.now()).total.fates
    assert [found for found, number in fates.items() if number] == [fate]
