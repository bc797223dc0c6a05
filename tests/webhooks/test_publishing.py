"""Facts become deliveries in their own transaction; a broken webhook part undoes none of them."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DataError, InterfaceError, OperationalError, connection, transaction

from alerts.actions import acknowledge, close, reconcile
from alerts.models import Alert
from outbox import publishing
from outbox.endpoint_actions import change_endpoint, switch_off, switch_on
from outbox.models import Channel, Delivery, Lane
from outbox.publishing import memory, publish, publish_missed, queue_test
from surveys.actions import Answers, judging, record_response
from surveys.actions.wishing import give_consents, withdraw_consent
from surveys.models import Response
from surveys.published import RESPONSE_RECEIVED
from tests.factories import (
    make_invitation,
    make_project,
    make_project_contact,
    make_response,
    make_service,
    make_user,
)
from tests.webhooks.conftest import EVERYTHING, NOW, make_endpoint

pytestmark = pytest.mark.django_db

PLUS = {"satisfaction": "more_than_satisfied", "recommendation": "yes", "interest": "yes"}
ZERO = {"satisfaction": "satisfied", "recommendation": "maybe", "interest": "not_now"}
MINUS = {"satisfaction": "dissatisfied", "recommendation": "no", "interest": "not_now"}
WORDS = "De oplevering liep drie weken uit."


def answer(*, now=NOW, motivation=WORDS, **given) -> Response:
    manager = make_user(supervisor=make_user())
    part = make_project_contact(project=make_project(account_manager=manager))
    invitation = make_invitation(project_contact=part, invited_at=now - timedelta(days=1))
    answers = Answers(**(given or MINUS), motivation=motivation)
    return record_response(invitation=invitation, answers=answers, now=now).response


def told(endpoint=None) -> list[str]:
    rows = Delivery.objects.filter(channel=Channel.WEBHOOK).order_by("pk")
    if endpoint is not None:
        rows = rows.filter(recipient_address=endpoint.reference)
    return list(rows.values_list("subject", flat=True))


def bodies(name: str) -> list[dict]:
    rows = Delivery.objects.filter(channel=Channel.WEBHOOK, subject=name).order_by("pk")
    return [json.loads(bytes(row.message)) for row in rows]


@pytest.mark.parametrize(
    ("given", "group", "names"),
    [
        (PLUS, "positive", {"response.received", "alert.raised", "lead.created"}),
        (ZERO, "neutral", {"response.received"}),
        (MINUS, "negative", {"response.received", "alert.raised"}),
    ],
)
def test_an_answer_is_told(given, group, names):
    make_endpoint()
    response = answer(**given)
    assert set(told()) == names
    (body,) = bodies("response.received")
    assert body["type"] == "response.received"
    assert body["timestamp"] == "2026-11-20T14:02:31.417Z"
    assert body["data"]["group"] == group
    assert body["data"]["response_id"] == response.pk
    assert body["data"]["satisfaction"] == given["satisfaction"]


def test_nothing_is_told_when_nobody_listens():
    answer()
    assert told() == []


def test_only_what_was_asked_for():
    make_endpoint(events=("alert.raised",))
    answer()
    assert told() == ["alert.raised"]


def test_each_endpoint_has_its_own_id_and_its_own_delivery():
    one, other = make_endpoint(), make_endpoint()
    answer(**ZERO)
    assert told(one) == told(other) == ["response.received"]
    ids = set(Delivery.objects.values_list("message_id", flat=True))
    assert len(ids) == 2
    assert all(number.startswith("msg_") for number in ids)


@pytest.mark.parametrize(("sends_words", "said"), [(False, None), (True, WORDS)])
def test_the_clients_own_words_stay_here_unless_asked_for(sends_words, said):
    make_endpoint(sends_words=sends_words)
    answer()
    (body,) = bodies("response.received")
    assert body["data"]["motivation"] == said
    raw = b"".join(bytes(row.message) for row in Delivery.objects.filter(channel="webhook"))
    assert (WORDS.encode() in raw) is sends_words


def test_the_life_of_an_alert_is_told():
    make_endpoint()
    actor = make_user(name="Fatima Mulder")
    answer()
    alert = Alert.objects.get()
    acknowledge(alert=alert, actor=actor, now=NOW + timedelta(hours=1))
    close(
        alert=alert,
        actor=actor,
        outcome="recovered",
        root_cause="planning",
        note="Excuses gemaakt.",
        now=NOW + timedelta(hours=2),
    )
    assert set(told()) == set(EVERYTHING[:4])
    (raised,), (taken_up,), (closed,) = map(
        bodies, ("alert.raised", "alert.acknowledged", "alert.closed")
    )
    assert [one["data"]["state"] for one in (raised, taken_up, closed)] == [
        "new",
        "acknowledged",
        "closed",
    ]
    assert closed["timestamp"] == "2026-11-20T16:02:31.417Z"
    assert closed["data"]["outcome"] == "recovered"
    assert closed["data"]["root_cause"] == "planning"
    assert "Excuses" not in json.dumps(closed)


def test_consents_are_told_given_and_taken_back():
    make_endpoint()
    response = answer(**PLUS)
    (consent,) = give_consents(response=response, agreed={"quote": "U mag mij citeren."}, now=NOW)
    withdraw_consent(contact=response.contact, pk=consent.pk, now=NOW + timedelta(minutes=1))
    (given,), (taken_back,) = bodies("consent.given"), bodies("consent.withdrawn")
    assert given["data"] == taken_back["data"]
    assert given["data"]["kind"] == "quote"
    assert taken_back["timestamp"] == "2026-11-20T14:03:31.417Z"


def test_what_is_rolled_back_is_not_told():
    make_endpoint()
    with transaction.atomic():
        answer()
        assert told()
        transaction.set_rollback(True)
    assert told() == []


def test_a_fact_is_told_once():
    make_endpoint()
    response = answer(**ZERO)
    assert publish(RESPONSE_RECEIVED, response.pk, now=NOW) == 1
    assert told() == ["response.received"]


def test_it_waits_behind_alerts_and_in_front_of_campaigns():
    make_endpoint()
    answer(**ZERO)
    lane = Delivery.objects.get().lane
    assert Lane.ALERT < lane < Lane.INVITATION


def raising(error):
    def fail(*args, **kwargs):
        raise error

    return fail


def break_the_database(*args, **kwargs):
    """A statement that the database refuses: PostgreSQL then takes no other before a rollback."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO outbox_subscription (event_type) VALUES (NULL)")


@pytest.mark.parametrize(
    "fail", [raising(ValueError("broken on purpose")), raising(DataError("x")), break_the_database]
)
@pytest.mark.parametrize("part", ["queue_payload", "payload"])
def test_a_broken_webhook_part_undoes_no_answer_and_is_repaired(monkeypatch, caplog, fail, part):
    make_endpoint()
    with monkeypatch.context() as broken:
        broken.setattr(publishing, part, fail)
        answer(**MINUS)
        assert Response.objects.count() == Alert.objects.count() == 1
        assert Delivery.objects.filter(channel=Channel.EMAIL).count() == 2
        assert told() == []
        assert "could not be queued for webhooks" in caplog.text
        assert reconcile(now=NOW) == 0  # still broken, and says so
    assert reconcile(now=NOW) == 2
    assert set(told()) == {"response.received", "alert.raised"}
    assert reconcile(now=NOW) == 0


def test_a_payload_that_cannot_be_made_stops_no_other(monkeypatch):
    make_endpoint()
    memory.keep(frozenset(), seconds=60)  # another process has just added the endpoint
    first, second = answer(**ZERO), answer(**ZERO)
    assert told() == []
    real = RESPONSE_RECEIVED.data_of

    def fails_for_one(row):
        if row.pk == first.pk:
            raise ValueError("broken on purpose")
        return real(row)

    with monkeypatch.context() as broken:
        broken.setitem(RESPONSE_RECEIVED.__dict__, "data_of", fails_for_one)
        assert publish_missed(now=NOW) == 1
    assert [body["data"]["response_id"] for body in bodies("response.received")] == [second.pk]
    assert publish_missed(now=NOW) == 1


@pytest.mark.parametrize("error", [OperationalError("locked"), InterfaceError("closed")])
def test_a_database_that_is_away_stores_nothing(monkeypatch, error):
    make_endpoint()
    monkeypatch.setattr(publishing, "queue_payload", raising(error))
    with pytest.raises(type(error)):
        answer()
    assert Response.objects.count() == 0


def test_an_answer_whose_rule_failed_is_told_once_it_is_judged(monkeypatch):
    make_endpoint()
    with monkeypatch.context() as broken:
        broken.setattr(judging, "segment", raising(ValueError("broken on purpose")))
        answer(**PLUS)
    assert told() == []
    reconcile(now=NOW)
    assert set(told()) == {"response.received", "alert.raised", "lead.created"}
    assert bodies("response.received")[0]["data"]["group"] == "positive"


def test_only_what_happened_since_it_listens_is_told_after_all():
    response = answer(**ZERO)
    endpoint = make_endpoint(now=NOW + timedelta(seconds=1))
    assert publish_missed(now=NOW + timedelta(minutes=1)) == 0
    Response.objects.filter(pk=response.pk).update(submitted_at=NOW + timedelta(seconds=2))
    assert publish_missed(now=NOW + timedelta(minutes=1)) == 1
    assert told(endpoint) == ["response.received"]


def test_what_is_older_than_a_delivery_is_tried_is_let_go():
    make_endpoint()
    memory.keep(frozenset(), seconds=60)
    answer(**ZERO)
    assert publish_missed(now=NOW + timedelta(hours=73)) == 0
    assert publish_missed(now=NOW + timedelta(hours=71)) == 1


def test_an_endpoint_that_is_off_hears_nothing_and_misses_nothing():
    endpoint = make_endpoint()
    switch_off(endpoint=endpoint, now=NOW)
    answer(**ZERO)
    assert told() == []
    assert publish_missed(now=NOW) == 0
    switch_on(endpoint=endpoint, now=NOW + timedelta(hours=1))
    assert publish_missed(now=NOW + timedelta(hours=1)) == 0
    answer(now=NOW + timedelta(hours=2), **ZERO)
    assert told() == ["response.received"]


def test_an_event_that_is_added_counts_from_then_on():
    endpoint = make_endpoint(events=("alert.raised",))
    answer(**ZERO)
    change_endpoint(
        endpoint=endpoint,
        name=endpoint.name,
        url=endpoint.url,
        event_types=("alert.raised", "response.received"),
        sends_words=False,
        now=NOW + timedelta(hours=1),
    )
    assert publish_missed(now=NOW + timedelta(hours=1)) == 0
    assert endpoint.subscriptions.get(event_type="alert.raised").since == datetime(
        2026, 1, 1, tzinfo=UTC
    )


def test_a_test_event_goes_to_one_endpoint_whatever_it_listens_to():
    endpoint = make_endpoint(events=("alert.closed",), name="CRM Noord")
    make_endpoint()
    queue_test(endpoint, now=NOW)
    queue_test(endpoint, now=NOW)
    assert told() == told(endpoint) == ["webhook.test", "webhook.test"]
    assert bodies("webhook.test")[0]["data"] == {"endpoint": "CRM Noord"}


def test_a_firm_without_webhooks_pays_nothing_for_them(django_assert_num_queries):
    memory.forget()
    response = make_response(**ZERO)
    assert publish(RESPONSE_RECEIVED, response.pk, now=NOW) == 0
    with django_assert_num_queries(0):
        publish(RESPONSE_RECEIVED, response.pk, now=NOW)


def test_missed_events_are_found_with_as_many_queries_for_many_answers(
    django_assert_max_num_queries,
):
    make_endpoint()
    service = make_service()
    for _ in range(3):
        answer(**ZERO).services.add(service)
    with django_assert_max_num_queries(1 + len(EVERYTHING)):
        assert publish_missed(now=NOW) == 0
