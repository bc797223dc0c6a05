"""Every figure on the page, computed again from raw rows by plain Python."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from ambassadors.dashboard.people import STANDINGS, Selection, belongs, count_names, names
from ambassadors.dashboard.statistics import plus_minus_interval, silence_bounds, wilson
from ambassadors.rollup.fates import NOT_INVITED, SILENT, UNDELIVERED, Fate
from ambassadors.rollup.models import Fact
from ambassadors.rollup.reading import Figures, Tail
from ambassadors.rollup.scope import Scope
from ambassadors.rollup.standing import Standing, standing_of
from outbox.models import Delivery
from surveys.models import (
    Group,
    Interest,
    Invitation,
    ProjectContact,
    Recommendation,
    Response,
)
from tests.dashboard.conftest import answered, asked, mail_of
from tests.factories import (
    make_contact,
    make_invitation,
    make_project,
    make_project_contact,
    make_response,
)


def raw(first=None, last=None, division=None):
    """The project contacts in the period, looked up one by one."""
    for project_contact in ProjectContact.objects.select_related("project", "contact"):
        closed_on = project_contact.project.closed_on
        if project_contact.project.state != "closed":
            continue
        if (first and closed_on < first) or (last and closed_on > last):
            continue
        if division and project_contact.project.division_id != division.pk:
            continue
        invitation = Invitation.objects.filter(project_contact=project_contact).first()
        given = Response.objects.filter(invitation=invitation, replaced_at=None)
        response = given.first() if invitation else None
        mail = (
            Delivery.objects.filter(dedupe_key=invitation.delivery_key).first()
            if invitation
            else None
        )
        yield project_contact, invitation, mail, response


def numbers_of(scope=None):
    return count_names(scope or Scope(), Tail.at(timezone.now()))


def shown(selection, scope=None):
    """The answers of those who are listed."""
    found = names(scope or Scope(), selection, Tail.at(timezone.now()))
    return [fact.response_id for fact in found]


@pytest.mark.parametrize("days", [None, 365, 60])
@pytest.mark.parametrize("number", [None, 0, 2])
def test_every_count_and_share_follows_from_the_rows(filled, days, number):
    last = timezone.localdate()
    first = last - timedelta(days=days) if days else None
    division = None if number is None else filled[number]
    rows = list(raw(first, last, division))
    tally = Figures(Scope(first=first, last=last, division=division), now=timezone.now()).total
    groups = Counter(response.group for _pc, _inv, _mail, response in rows if response)
    delivered = sum(
        1 for _pc, _inv, mail, response in rows if response or (mail and mail.state == "sent")
    )
    assert tally.closed == len(rows)
    assert tally.invited == sum(1 for _pc, invitation, _mail, _r in rows if invitation)
    assert tally.delivered == delivered
    assert tally.answered == groups.total()
    assert {group: number for group, number in tally.groups.items() if number} == groups
    assert tally.kept == sum(1 for _pc, _inv, mail, _r in rows if mail and mail.transport == "kept")
    for group in Group:
        assert tally.share(group).interval == wilson(groups[group], groups.total())
    assert tally.response_rate.interval == wilson(groups.total(), delivered)
    plus, minus = groups["positive"], groups["negative"]
    assert tally.silence == silence_bounds(plus, groups.total(), delivered)
    assert tally.plus_minus_interval == plus_minus_interval(plus, minus, groups.total())


def test_no_step_is_larger_than_the_one_before_and_losses_explain_the_difference(filled):
    tally = Figures(Scope(), now=timezone.now()).total
    lost = [
        sum(tally.fates[fate] for fate in fates) for fates in (NOT_INVITED, UNDELIVERED, SILENT)
    ]
    assert tally.closed - lost[0] == tally.invited
    assert tally.invited - lost[1] == tally.delivered
    assert tally.delivered - lost[2] == tally.answered
    assert all(lost)


@pytest.mark.django_db
class TestFates:
    """Each contact has one fate, the first that holds."""

    def fate(self):
        fates = Figures(Scope(), now=timezone.now()).total.fates
        (found,) = [fate for fate, number in fates.items() if number]
        return found

    def contact(self, days_ago=1):
        closed_on = timezone.localdate() - timedelta(days=days_ago)
        return make_project_contact(project=make_project(closed_on=closed_on))

    def test_answered_without_mail_counts_as_delivered(self):
        make_response()
        assert self.fate() == Fate.ANSWERED
        assert Figures(Scope(), now=timezone.now()).total.delivered == 1

    def test_open(self):
        asked()
        assert self.fate() == Fate.OPEN

    def test_expired(self):
        invitation = make_invitation(invited_at=timezone.now() - timedelta(days=31))
        mail_of(invitation)
        assert self.fate() == Fate.EXPIRED

    def test_withdrawn(self):
        mail_of(make_invitation(withdrawn_at=timezone.now()))
        assert self.fate() == Fate.WITHDRAWN

    @pytest.mark.parametrize(
        ("state", "fate"),
        [("undeliverable", Fate.UNDELIVERABLE), ("queued", Fate.WAITING)],
    )
    def test_mail_that_did_not_leave(self, state, fate):
        mail_of(make_invitation(), state=state)
        assert self.fate() == fate

    def test_invitation_without_mail(self):
        make_invitation()
        assert self.fate() == Fate.NO_MAIL

    @pytest.mark.parametrize(
        ("field", "fate"), [("opted_out_at", Fate.OPTED_OUT), ("bounced_at", Fate.BOUNCED)]
    )
    def test_contact_who_cannot_be_asked(self, field, fate):
        contact = self.contact().contact
        setattr(contact, field, timezone.now())
        contact.save()
        assert self.fate() == fate

    def test_closed_long_ago(self):
        self.contact(days_ago=31)
        assert self.fate() == Fate.CLOSED_LONG_AGO

    def test_not_yet(self):
        self.contact(days_ago=30)
        assert self.fate() == Fate.NOT_YET

    @pytest.mark.parametrize(
        ("days_before", "fate"), [(20, Fate.ASKED_ELSEWHERE), (120, Fate.NOT_YET)]
    )
    def test_asked_about_another_project(self, days_before, fate):
        one = self.contact(days_ago=5)
        running = make_project(state="running", client=one.contact.client)
        other = make_project_contact(project=running, contact=one.contact)
        at = timezone.now() - timedelta(days=days_before)
        make_invitation(project_contact=other, invited_at=at)
        assert self.fate() == fate


def test_the_latest_answer_of_each_contact_counts_once(db):
    contact = make_contact()
    for days, satisfaction in ((40, "more_than_satisfied"), (2, "dissatisfied")):
        project = make_project(
            client=contact.client, closed_on=timezone.localdate() - timedelta(days=days)
        )
        invitation = make_invitation(
            project_contact=make_project_contact(project=project, contact=contact)
        )
        make_response(
            invitation=invitation,
            satisfaction=satisfaction,
            recommendation="yes",
            submitted_at=timezone.now() - timedelta(days=days),
        )
    numbers = numbers_of()
    assert numbers.negative == 1
    assert not any(numbers.by_selection.values())
    # A period without the later project does not make an ambassador of somebody who complained.
    before = numbers_of(Scope(last=timezone.localdate() - timedelta(days=30)))
    assert before.negative == 0
    assert not any(before.by_selection.values())


def test_the_numbers_of_names_follow_from_the_rows(filled):
    latest = {}
    for response in Response.objects.order_by("submitted_at", "pk"):
        latest[response.contact.pk] = response
    happy = [answer for answer in latest.values() if answer.group != "negative"]
    yes = {answer.pk for answer in happy if answer.recommendation == "yes"}
    more = {answer.pk for answer in happy if answer.interest == "yes"}
    numbers = numbers_of()
    assert numbers.by_selection == {
        Selection.POSITIVE: sum(answer.group == "positive" for answer in happy),
        Selection.BOTH: len(yes & more),
        Selection.RECOMMENDS: len(yes),
        Selection.WANTS_MORE: len(more),
    }
    assert numbers.negative == len(latest) - len(happy)


def test_an_answer_that_was_replaced_counts_nowhere(db):
    stands = answered("dissatisfied", "no")
    at = stands.submitted_at
    make_response(
        invitation=stands.invitation,
        satisfaction="more_than_satisfied",
        recommendation="yes",
        interest="yes",
        submitted_at=at,
        replaced_at=at,
    )
    tally = Figures(Scope(), now=timezone.now()).total
    assert (tally.closed, tally.answered, tally.counts["minus"]) == (1, 1, 1)
    assert shown(Selection.POSITIVE) == []
    assert not any(numbers_of().by_selection.values())


def test_two_answers_at_the_same_moment_still_give_one_name(db):
    at = timezone.now()
    contact = make_contact()
    for _number in range(2):
        project = make_project(client=contact.client)
        project_contact = make_project_contact(project=project, contact=contact)
        make_response(
            invitation=make_invitation(project_contact=project_contact),
            satisfaction="more_than_satisfied",
            recommendation="yes",
            submitted_at=at,
        )
    assert numbers_of().by_selection[Selection.POSITIVE] == 1
    assert len(shown(Selection.POSITIVE)) == 1


def test_running_projects_are_left_out(db):
    answered(state="running")
    assert not Figures(Scope(), now=timezone.now()).total.closed
    assert not shown(Selection.POSITIVE)


@pytest.mark.parametrize("group", Group.values)
@pytest.mark.parametrize("recommendation", ["", *Recommendation.values])
@pytest.mark.parametrize("interest", ["", *Interest.values])
def test_a_standing_is_counted_where_its_name_is_listed(group, recommendation, interest):
    standing = standing_of(group, recommendation, interest)
    fact = Fact(group=group, recommendation=recommendation, interest=interest)
    for selection in Selection:
        assert (standing in STANDINGS[selection]) == belongs(fact, selection)
    assert (standing == Standing.MINUS) == (group == Group.NEGATIVE)
