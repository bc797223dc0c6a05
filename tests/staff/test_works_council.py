"""Works-council mode: on by itself, switched with a reason, and what it hides."""

import pytest
from django.db import DatabaseError, connection
from django.urls import reverse

from outbox.ledger import AppendOnlyError
from staff import works_council
from staff.council import CouncilDecision
from staff.remembered import Remembered
from staff.works_council import UnchangedError, decide, is_on, may_compare_persons
from surveys.models import ProjectContact
from tests.factories import (
    make_alert,
    make_ask,
    make_invitation,
    make_project,
    make_project_contact,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

ADDRESS = "/settings/works-council/"
REASON = "Akkoord van de OR van 12 november."


@pytest.fixture
def administrator(client):
    user = make_user(is_administrator=True, name="Ada Bakker")
    client.force_login(user)
    return user


def switch(client, *, to, reason=REASON):
    return client.post(ADDRESS, {"is_on": to, "reason": reason}, follow=True)


def set_mode(is_on):
    works_council.mode.keep(is_on, seconds=3600)


def test_it_is_on_when_nothing_was_ever_decided():
    Remembered.forget_all()
    assert is_on()


def test_the_newest_decision_counts_at_once(administrator):
    decide(actor=administrator, is_on=False, reason=REASON)
    assert not is_on()
    decide(actor=administrator, is_on=True, reason="De proef is voorbij.")
    assert is_on()


def test_it_is_on_when_it_cannot_be_read(administrator, monkeypatch):
    decide(actor=administrator, is_on=False, reason=REASON)
    Remembered.forget_all()

    def away():
        raise DatabaseError("away")

    monkeypatch.setattr(works_council.mode, "_read", away)
    assert is_on()


def test_it_costs_no_query_once_known(django_assert_num_queries):
    set_mode(True)
    with django_assert_num_queries(0):
        is_on()


def test_an_administrator_switches_it_with_a_reason(client, administrator):
    answer = switch(client, to="no", reason=f"  {REASON}\n\nTot\tmaart. ")
    decision = CouncilDecision.objects.get()
    assert (decision.is_on, decision.decided_by) == (False, administrator)
    assert decision.reason == f"{REASON} Tot maart."
    assert decision.decided_at is not None
    content = answer.content.decode()
    assert "De stand staat uit." in content
    assert "Ada Bakker" in content
    assert decision.reason in content
    assert not is_on()


@pytest.mark.parametrize("reason", ["", "te kort", "a         b", " " * 40])
def test_without_a_reason_nothing_is_switched(client, administrator, reason):
    answer = switch(client, to="no", reason=reason)
    assert "Schrijf de reden in ten minste tien tekens." in answer.content.decode()
    assert not CouncilDecision.objects.exists()


def test_who_switches_what_is_switched_already_hears_so(client, administrator):
    decide(actor=make_user(is_administrator=True), is_on=False, reason=REASON)
    answer = switch(client, to="no", reason="Nog een keer dan.")
    assert "De stand staat al uit." in answer.content.decode()
    assert CouncilDecision.objects.count() == 1
    with pytest.raises(UnchangedError):
        decide(actor=administrator, is_on=False, reason=REASON)


def test_a_decision_is_never_changed_or_deleted(administrator):
    decision = decide(actor=administrator, is_on=False, reason=REASON)
    decision.reason = "Een andere reden"
    for change in (decision.save, decision.delete, CouncilDecision.objects.all().delete):
        with pytest.raises(AppendOnlyError):
            change()
    with pytest.raises(AppendOnlyError):
        CouncilDecision.objects.update(is_on=True)


@pytest.mark.parametrize("rights", [{}, {"is_management": True}])
def test_every_colleague_reads_the_log_and_only_administrators_switch(client, rights):
    decide(actor=make_user(is_administrator=True), is_on=False, reason=REASON)
    client.force_login(make_user(**rights))
    content = client.get(ADDRESS).content.decode()
    assert REASON in content
    assert 'name="reason"' not in content
    assert ADDRESS in client.get(reverse("account")).content.decode()
    assert switch(client, to="yes").status_code == 403
    assert CouncilDecision.objects.count() == 1


def test_a_reason_is_inert(client, administrator):
    switch(client, to="no", reason="<script>alert(1)</script>")
    assert "<script>alert" not in client.get(ADDRESS).content.decode()


@pytest.mark.parametrize("mode_is_on", [True, False])
def test_who_may_compare_persons(mode_is_on):
    set_mode(mode_is_on)
    supervisor = make_user()
    make_user(supervisor=supervisor)
    may = [make_user(is_management=True), supervisor]
    may_not = [
        make_user(),
        make_user(is_administrator=True),
        make_user(is_management=True, is_active=False),
    ]
    assert [may_compare_persons(user) for user in may] == [not mode_is_on] * 2
    assert [may_compare_persons(user) for user in may_not] == [False] * 3


@pytest.mark.parametrize("mode_is_on", [True, False])
def test_nothing_is_searched_by_colleague(client, mode_is_on):
    set_mode(mode_is_on)
    management = make_user(is_management=True)
    client.force_login(management)
    owner = make_user(name="Sanne de Wit")
    make_alert(owner=owner, project_name="Kadeherstel")
    make_invitation(
        project_contact=make_project_contact(project=make_project(account_manager=owner))
    )
    found = client.get(reverse("alerts:list"), {"tab": "all", "q": "sanne"})
    assert len(found.context["page"]) == (0 if mode_is_on else 1)
    assert ProjectContact.objects.matching("sanne").exists() is not mode_is_on
    assert len(client.get(reverse("alerts:list"), {"tab": "all", "q": "kade"}).context["page"]) == 1
    label = "Contactpersoon, klant, project of accountmanager"
    page = client.get(reverse("invitations:list")).content.decode()
    assert (label in page) is not mode_is_on


@pytest.mark.parametrize(("mode_is_on", "status"), [(True, 400), (False, 200)])
def test_the_administration_does_not_filter_asks_by_colleague(client, mode_is_on, status):
    set_mode(mode_is_on)
    user = make_user(is_administrator=True, is_management=True)
    client.force_login(user)
    ask = make_ask()
    address = reverse("admin:programme_ask_changelist")
    assert client.get(address, {"asked_by__id__exact": ask.asked_by_id}).status_code == status
    assert client.get(address, {"kind__exact": "introduction"}).status_code == 200


def test_the_list_of_asks_is_not_ordered_by_colleague(client, administrator):
    make_ask()
    content = client.get(reverse("admin:programme_ask_changelist")).content.decode()
    assert "sortable column-contact" in content
    assert "sortable column-asked_by" not in content


def test_the_database_keeps_a_reason_also_from_a_careless_hand():
    """The constraint itself: tests/surveys_models. Here: that it is there on this database."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, CouncilDecision._meta.db_table)
    assert "council_decision_has_reason" in found
