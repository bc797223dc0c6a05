"""The made-up firm obeys the rules of the real one, and an ordinary row fits behind it."""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, F, Max
from django.utils import timezone

from alerts.escalating import escalate
from alerts.models import Alert, AlertEvent, Lead, LeadEvent, without_lead
from ambassadors.programme.models import Ask
from ambassadors.rollup.reading import Figures
from ambassadors.rollup.scope import Scope
from surveys.models import Contact, Group, Invitation, Omission, ProjectContact, Response
from surveys.segmentation import Recommendation, Satisfaction, segment
from tests.factories import make_client, make_invitation, make_response

pytestmark = pytest.mark.django_db


def seed(**options):
    out = io.StringIO()
    call_command("seed_scale", stdout=out, **{"responses": 400, "divisions": 3, **options})
    return out.getvalue()


@pytest.fixture
def firm():
    return seed()


def test_it_makes_what_was_asked_and_says_how_far_it_is(firm):
    standing = Response.objects.filter(invitation__touchpoint="project_close")
    assert 400 <= standing.count() < 500
    assert Contact.objects.count() == 80
    assert firm.splitlines()[0] == "80 contacts, 3 divisions"
    told = [line for line in firm.splitlines() if line.endswith(" responses")]
    assert told[-1].split()[1] == str(standing.count())


def test_groups_follow_from_the_answers_and_every_alert_from_its_group(firm):
    for response in Response.objects.all():
        pair = Satisfaction(response.satisfaction), Recommendation(response.recommendation)
        assert response.group == segment(*pair).group
    alerting = Response.objects.exclude(group=Group.NEUTRAL)
    assert Alert.objects.count() == alerting.count() > 0
    assert not Alert.objects.exclude(group=F("response__group")).exists()
    assert not Alert.objects.open().without_mail().exists()
    assert not Alert.objects.without_clocks().exists()
    assert escalate() == 0  # clocks run, and what is past mails nobody


def test_nobody_is_asked_twice_in_90_days_and_who_is_left_out_has_a_reason(firm):
    last = {}
    asked = Invitation.objects.filter(touchpoint="project_close").order_by("invited_at")
    for contact, at in asked.values_list("project_contact__contact", "invited_at"):
        assert contact not in last or at - last[contact] > timedelta(days=88)
        last[contact] = at
    silent = ProjectContact.objects.filter(invitations=None, omission=None)
    assert (
        silent.filter(project__closed_on__lt=timezone.localdate() - timedelta(days=3)).count() == 0
    )
    assert Omission.objects.exists()


def test_the_dashboard_finds_the_shares_of_a_firm_that_asks_well(firm):
    tally = Figures(Scope(), now=timezone.now()).total
    assert tally.answered == Response.objects.filter(invitation__touchpoint="project_close").count()
    assert 0.25 < tally.response_rate.value < 0.55
    assert 0.4 < tally.coverage.value < 0.95
    assert 0.2 < tally.share(Group.POSITIVE).value < 0.5


def test_every_lead_has_its_row_and_most_of_them_are_decided(firm):
    assert not without_lead().exists()
    totals = {one.stage: one for one in Lead.objects.by_stage()}
    open_ones = Lead.objects.open().count()
    assert Lead.objects.filter(next_step_on__isnull=False).exists()
    assert totals["won"].value > 0
    assert totals["won"].count + totals["lost"].count > open_ones
    assert LeadEvent.objects.filter(kind="created").count() == Lead.objects.count()


def test_asked_alerts_have_an_ask_and_most_clients_were_spoken_to(firm):
    asks = Ask.objects.all()
    assert {ask.alert_id for ask in asks} <= set(
        Alert.objects.filter(outcome="asked").values_list("pk", flat=True)
    )
    assert asks.exclude(answer="open").count() > asks.filter(answer="open").count()
    assert all(ask.contact == ask.alert.response.contact for ask in asks)
    closed = Alert.objects.filter(state="closed")
    spoken = closed.filter(first_spoken_at__isnull=False)
    assert closed.count() / 2 < spoken.count() < closed.count()
    assert not spoken.filter(first_spoken_at__lt=F("response__submitted_at")).exists()


def test_an_ordinary_row_fits_behind_them(firm):
    last = Response.objects.aggregate(last=Max("pk"))["last"]
    assert make_response(invitation=make_invitation()).pk == last + 1


@pytest.mark.django_db(transaction=True)
def test_the_same_seed_makes_the_same_firm():
    seed()

    def shape():
        return list(Response.objects.values_list("group").annotate(n=Count("pk")).order_by("group"))

    first = shape()
    call_command("flush", interactive=False, verbosity=0)
    seed()
    assert shape() == first


def test_a_database_in_use_is_left_alone():
    make_client()
    with pytest.raises(CommandError, match="holds clients"):
        seed()


@pytest.mark.parametrize(
    "options",
    [{"responses": 99}, {"responses": 6_000_000}, {"contacts": 10}, {"divisions": 0}],
)
def test_numbers_out_of_reach_are_refused(options):
    with pytest.raises(CommandError):
        seed(**options)
    assert not Contact.objects.exists()


def test_some_clients_confirm_what_was_closed_as_solved():
    seed()
    solved = Alert.objects.filter(outcome="recovered")
    confirmed = Alert.objects.recovered()
    assert 0 < confirmed.count() < solved.count()
    told = AlertEvent.objects.filter(kind="confirmed").values_list("alert", "at")
    assert dict(told) == dict(confirmed.values_list("pk", "recovered_at"))
