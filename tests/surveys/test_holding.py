"""Holding somebody back, lifting it, and changing who a project's contacts are."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from outbox.models import AppendOnlyError
from surveys.actions import holding, send_invitations
from surveys.models import (
    ContactChange,
    Invitation,
    LeftOut,
    Omission,
    ProjectContact,
    Suppression,
)
from tests.factories import (
    make_contact,
    make_invitation,
    make_project_contact,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]


def held(part, **fields):
    fields = {"actor": make_user(), "reason": "dispute", **fields}
    return holding.suppress(project_contacts=[part], **fields)[0]


def test_whoever_is_held_back_is_not_asked_until_it_is_lifted():
    part, boss = make_project_contact(), make_user()
    suppression = held(part, actor=boss, note="Loopt bij de rechter.")
    assert send_invitations().left_out == {LeftOut.SUPPRESSED: 1}
    holding.lift(suppression=suppression, actor=boss)
    suppression.refresh_from_db()
    assert (suppression.lifted_by, suppression.lifted_at is None) == (boss, False)
    assert not Omission.objects.exists()
    assert send_invitations().invited == 1


def test_holding_back_is_stored_as_the_reason_at_once():
    part = make_project_contact()
    held(part)
    assert Omission.objects.get().reason == LeftOut.SUPPRESSED


def test_holding_back_one_project_leaves_the_other_to_be_asked_about():
    contact = make_contact()
    one, other = (make_project_contact(contact=contact) for _ in range(2))
    held(other)
    send_invitations()
    invitation = Invitation.objects.get()
    assert invitation.project_contact == one
    assert invitation.other_projects == []


def test_nobody_is_held_back_twice_or_after_the_invitation():
    part = make_project_contact()
    held(part)
    with pytest.raises(holding.Conflict, match="Iemand anders"):
        held(part)
    invited = make_invitation().project_contact
    with pytest.raises(holding.Conflict, match="al uitgenodigd"):
        held(invited)
    assert Suppression.objects.count() == 1


def test_of_two_projects_none_is_held_back_when_one_was_asked_about():
    contact = make_contact()
    asked, fresh = (make_project_contact(contact=contact) for _ in range(2))
    make_invitation(project_contact=asked)
    with pytest.raises(holding.Conflict):
        holding.suppress(project_contacts=[fresh, asked], actor=make_user(), reason="left")
    assert not Suppression.objects.exists()


def test_what_was_lifted_cannot_be_lifted_again():
    suppression = held(make_project_contact())
    holding.lift(suppression=suppression, actor=make_user())
    with pytest.raises(holding.Conflict, match="al opgeheven"):
        holding.lift(suppression=suppression, actor=make_user())


class TestContacts:
    def test_a_contact_that_is_added_is_logged_with_its_reason(self):
        part, boss = make_project_contact(), make_user()
        contact = make_contact(client=part.project.client)
        added = holding.add_contact(
            project=part.project, contact=contact, role="user", reason="vergeten", actor=boss
        )
        change = ContactChange.objects.get()
        assert (added.contact, added.role) == (contact, "user")
        assert (change.contact, change.kind, change.reason, change.actor) == (
            contact,
            "added",
            "vergeten",
            boss,
        )

    @pytest.mark.parametrize("whose", ["another client", "this project"])
    def test_a_contact_that_cannot_be_added(self, whose):
        part = make_project_contact()
        contact = part.contact if whose == "this project" else make_contact()
        with pytest.raises(holding.Conflict):
            holding.add_contact(
                project=part.project, contact=contact, role="", reason="x", actor=make_user()
            )
        assert not ContactChange.objects.exists()

    def test_a_contact_that_is_taken_off_is_logged(self):
        part = make_project_contact()
        holding.remove_contact(project_contact=part, reason="vertrokken", actor=make_user())
        assert not ProjectContact.objects.exists()
        assert ContactChange.objects.get().kind == "removed"

    @pytest.mark.parametrize("how", ["asked", "named"])
    def test_whoever_was_asked_stays(self, how):
        part = make_project_contact()
        invitation = make_invitation(
            project_contact=part if how == "asked" else make_project_contact(contact=part.contact)
        )
        if how == "named":
            invitation.also_about.add(part)
        with pytest.raises(holding.Conflict, match="blijft erbij staan"):
            holding.remove_contact(project_contact=part, reason="vriend", actor=make_user())
        assert ProjectContact.objects.filter(pk=part.pk).exists()

    def test_the_log_is_written_once(self):
        part = make_project_contact()
        holding.remove_contact(project_contact=part, reason="vertrokken", actor=make_user())
        with pytest.raises(AppendOnlyError):
            ContactChange.objects.update(reason="anders")


def together(*works):
    """Run ``works`` at once, each on a connection of its own; return what they raised."""
    errors = []
    start = threading.Barrier(len(works))

    def run(work):
        try:
            start.wait()
            work()
        except holding.Conflict as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


@pytest.mark.postgres
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="needs row locks (PostgreSQL)")
@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_two_runs_at_once_invite_nobody_twice(self):
        contacts = [make_contact() for _number in range(30)]
        parts = [make_project_contact(contact=one) for one in contacts for _project in range(2)]
        together(send_invitations, send_invitations, send_invitations)
        assert Invitation.objects.count() == 30
        named = Invitation.also_about.through.objects.count()
        assert named == 30
        assert Omission.objects.count() == 30
        assert len(parts) == 60

    def test_holding_back_while_a_run_goes_on_does_either(self):
        parts = [make_project_contact() for _number in range(20)]
        boss = make_user()

        def hold_all():
            for part in parts:
                try:
                    holding.suppress(project_contacts=[part], actor=boss, reason="left")
                except holding.Conflict:
                    continue

        together(send_invitations, hold_all)
        for part in parts:
            assert part.invitations.exists() != part.suppressions.exists()
        later = timezone.now() + timedelta(hours=1)
        assert send_invitations(now=later).invited == 0
