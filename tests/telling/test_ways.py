"""Each + and – reaches owner and supervisor at once, unless they chose otherwise, as allowed."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from alerts.actions import reconcile
from alerts.course import course_of
from alerts.digest_models import DigestItem
from alerts.models import Alert, Notification
from alerts.preferences import (
    CHOSEN,
    DEFAULT_FREEDOMS,
    WAYS,
    Freedom,
    News,
    Way,
    news_of_alert,
    within,
)
from alerts.ways import choose, freedoms, rule, way_of
from outbox.models import Delivery
from surveys.actions import ask_for_call, give_consents, withdraw_call
from tests.factories import make_alert, make_response, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

PLUS = {"satisfaction": "more_than_satisfied", "recommendation": "yes"}


@given(way=st.sampled_from(Way), freedom=st.sampled_from(Freedom))
def test_a_choice_stays_within_what_the_firm_allows(way, freedom):
    told = within(way, freedom)
    assert told in WAYS[freedom]
    if way in WAYS[freedom]:
        assert told == way
    if freedom is Freedom.MAIL:
        assert told in (Way.MAIL, Way.MAIL_AND_CHAT)
    if freedom is not Freedom.OWN_CHOICE:
        assert told != Way.DIGEST


def test_without_a_choice_everything_is_mailed_at_once(django_assert_num_queries):
    user = make_user()
    with django_assert_num_queries(0):
        assert {way_of(user, news) for news in CHOSEN} == {Way.MAIL}
    assert freedoms() == DEFAULT_FREEDOMS
    assert DEFAULT_FREEDOMS[News.OWN_MINUS] == Freedom.MAIL


def test_a_rule_that_is_narrowed_overrules_what_was_chosen_before():
    user, boss = make_user(), make_user(is_administrator=True)
    choose(user, {News.OWN_PLUS: Way.DIGEST})
    assert way_of(user, News.OWN_PLUS) == Way.DIGEST
    rule({News.OWN_PLUS: Freedom.AT_ONCE}, actor=boss)
    assert way_of(user, News.OWN_PLUS) == Way.MAIL
    rule({News.OWN_PLUS: Freedom.OWN_CHOICE}, actor=boss)
    assert way_of(user, News.OWN_PLUS) == Way.DIGEST


class TestEachPlusAndMinus(TestCase):
    """The product's promise, for every combination of choices and rules."""

    @settings(max_examples=15)
    @given(
        chosen=st.dictionaries(st.sampled_from(CHOSEN), st.sampled_from([Way.MAIL, Way.DIGEST])),
        decided=st.dictionaries(st.sampled_from(CHOSEN), st.sampled_from(Freedom)),
        is_negative=st.booleans(),
    )
    def test_reaches_owner_and_supervisor(self, chosen, decided, is_negative):
        supervisor = make_user()
        owner = make_user(supervisor=supervisor)
        for user in (owner, supervisor):
            choose(user, chosen)
        rule(decided, actor=supervisor)
        alert = make_alert(owner=owner, **({} if is_negative else PLUS))
        rules = {**DEFAULT_FREEDOMS, **decided}
        for user in (owner, supervisor):
            news = news_of_alert(alert.group, is_owner=user == owner)
            may_wait = chosen.get(news) == Way.DIGEST and rules[news] == Freedom.OWN_CHOICE
            mail = Delivery.objects.filter(dedupe_key=alert.delivery_key(user))
            item = DigestItem.objects.filter(alert=alert, recipient=user)
            assert mail.exists() is not may_wait
            assert item.exists() is may_wait
            notified = Notification.objects.get(alert=alert, recipient=user)
            assert (notified.delivery is None) is may_wait
        assert not Alert.objects.without_mail().exists()
        assert reconcile() == 0


def test_whoever_reads_it_in_the_digest_is_told_so_and_not_twice():
    supervisor = make_user(name="Joost Bakker")
    owner = make_user(name="Sanne de Wit", supervisor=supervisor)
    choose(supervisor, {News.TEAM_MINUS: Way.DIGEST})
    alert = make_alert(owner=owner)
    assert reconcile() == 0
    assert Delivery.objects.filter(template="alert").count() == 1
    texts = [step.text for step in course_of(alert, reader=owner)]
    assert "Joost Bakker (ter informatie): in het volgende dagoverzicht" in texts
    assert "Mail aan u (eigenaar) wacht op verzending" in texts


def test_a_call_and_a_permission_can_wait_for_the_digest_but_taking_back_cannot():
    owner = make_user(supervisor=make_user())
    choose(owner, {News.CALL: Way.DIGEST, News.CONSENT: Way.DIGEST})
    alert = make_alert(owner=owner, **PLUS)
    give_consents(response=alert.response, agreed={"quote": "Een citaat: …"})
    ask_for_call(response=alert.response, moment="morning", note="", phone="")
    assert not Delivery.objects.filter(template="wish").exists()
    items = DigestItem.objects.filter(recipient=owner)
    assert sorted(items.values_list("news", flat=True)) == ["call", "consent"]
    call = alert.response.call_requests.get()
    withdraw_call(contact=alert.response.contact, pk=call.pk)
    assert Delivery.objects.get(template="wish").subject.endswith("wil niet meer gebeld worden")
    assert list(items.values_list("news", flat=True)) == ["consent"]


def test_a_lead_is_put_by_once_also_when_it_was_forgotten():
    lead = make_response(interest="yes")
    make_response()  # a 0 who wants nothing more
    make_response(interest="yes", submitted_at=timezone.now() - timedelta(days=40))  # long ago
    assert reconcile() == 2  # both have a lead, the old one quietly
    assert DigestItem.objects.get().response == lead
    assert reconcile() == 0
