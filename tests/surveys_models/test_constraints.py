"""What must never be false: each named constraint refuses its case and accepts the neighbour."""

import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import CheckConstraint, F, ProtectedError, UniqueConstraint

from alerts.chat_models import ChatNotice, DivisionChat, OwnChatRule
from alerts.digest_models import DigestItem, DigestTime
from alerts.models import (
    Alert,
    CallGuide,
    Cause,
    CauseName,
    Fix,
    FixChange,
    Notification,
    SavedView,
)
from alerts.preferences import NewsRule, Preference
from outbox.addresses import ChatAddress
from outbox.circuit import Circuit
from outbox.endpoints import Endpoint, EndpointSecret, Subscription
from outbox.models import Delivery, Report
from staff.models import Brand, User
from surveys.models import (
    CallRequest,
    Consent,
    Contact,
    ContactChange,
    FollowUp,
    HeldAnswer,
    Invitation,
    LaterAnswer,
    Link,
    MailText,
    Omission,
    PersonalLine,
    Project,
    ProjectContact,
    QuestionWording,
    Reopening,
    Response,
    Suppression,
)
from tests.factories import (
    make_ask,
    make_client,
    make_contact,
    make_division,
    make_invitation,
    make_project,
    make_project_contact,
    make_questionnaire,
    make_response,
    make_sector,
    make_service,
    make_user,
)
from tests.surveys_models import clock_constraints, lead_constraints

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 14, 2, tzinfo=UTC)
SECOND = timedelta(seconds=1)
EARLIER, TODAY = date(2026, 11, 19), date(2026, 11, 20)


def make_delivery(**fields):
    number = uuid.uuid4().hex
    fields = {"lane": 10, "recipient_address": "a@b.example", "subject": "s", **fields}
    return Delivery.objects.create(
        dedupe_key=number, message_id=f"<{number}@b.example>", digest="0" * 64, **fields
    )


def make_circuit(**fields):
    return Circuit.objects.create(transport="smtp", **fields)


def make_endpoint(*, name="CRM", **fields):
    return Endpoint.objects.create(name=name, url="https://crm.example/", **fields)


def make_secrets(*ends):
    endpoint = make_endpoint()
    for end in ends:
        EndpointSecret.objects.create(endpoint=endpoint, secret="whsec_a", expires_at=end)


def subscribe(*names):
    endpoint = make_endpoint()
    for name in names:
        Subscription.objects.create(endpoint=endpoint, event_type=name)


def make_attempt(delivery=None, **fields):
    fields = {"number": 1, "started_at": NOW, "finished_at": NOW, **fields}
    return (delivery or make_delivery()).tries.create(
        phase="RCPT", outcome="temporary", transport="smtp", **fields
    )


def make_report(**fields):
    fields = {"kind": "out_of_office", "source": "mailbox", "external_id": "a", **fields}
    return Report.objects.create(delivery=make_delivery(), **fields)


def make_view(**fields):
    return SavedView.objects.create(**{"owner": make_user(), "place": {"tab": "mine"}, **fields})


def make_views(*views):
    owner = make_user()
    return [make_view(owner=owner, **fields) for fields in views]


def make_alert(*, group="negative", **fields):
    times = dict.fromkeys(("acknowledge_by", "speak_by", "due_at"), NOW)
    return Alert.objects.create(response=make_response(), group=group, **times, **fields)


def hear(*, divisions, channels=2, **fields):
    """Two entries of one channel: for one division, or for two."""
    address = ChatAddress.objects.create(name="#klanten", service="slack", url="slack://a/b/c")
    known = [make_division() for _number in range(divisions)]
    for number in range(channels):
        division = known[number % divisions]
        DivisionChat.objects.create(division=division, address=address, **fields)


def prefer(*news, way="mail"):
    user = make_user()
    for one in news:
        Preference.objects.create(user=user, news=one, way=way)


def schedule(*, kinds, **fields):
    user = make_user()
    for kind in kinds:
        weekday = {"weekday": 0} if kind == "weekly" else {}
        DigestTime.objects.create(user=user, kind=kind, next_at=NOW, **{**weekday, **fields})


def put_by(*whats, news="lead"):
    user, response = make_user(), make_response()
    for what in whats:
        DigestItem.objects.create(recipient=user, news=news, what=what, response=response)


def update(make, **refused_and_accepted):
    """Make a row and set each pair's value, the refused or the accepted, by UPDATE."""

    def with_values(index):
        row = make()
        values = {name: pair[index] for name, pair in refused_and_accepted.items()}
        type(row)._base_manager.filter(pk=row.pk).update(**values)

    return lambda: with_values(0), lambda: with_values(1)


def any_case(make):
    """Refuse a name that differs in capitals only."""

    def again(name):
        make(name="Gemeente Almere")
        make(name=name)

    return lambda: again("GEMEENTE almere"), lambda: again("Gemeente Almelo")


def emails(make):
    def again(email):
        make(email="zoe@gemeente.example")
        make(email=email)

    return lambda: again("Zoe@Gemeente.EXAMPLE"), lambda: again("zoey@gemeente.example")


def own_supervisor():
    user = make_user()
    User.objects.filter(pk=user.pk).update(supervisor=F("pk"))


def somebody_elses_supervisor():
    user = make_user()
    User.objects.filter(pk=user.pk).update(supervisor=make_user())


def same_contact_on(projects):
    contact = make_contact()
    first = make_project()
    make_project_contact(project=first, contact=contact)
    make_project_contact(project=first if projects == 1 else make_project(), contact=contact)


def invitation_for(people):
    first = make_project_contact()
    make_invitation(project_contact=first)
    make_invitation(project_contact=first if people == 1 else make_project_contact())


def two_links(reminder):
    """A reminder has one link; of the invitation itself there may be more."""
    invitation = make_invitation()
    for token_hash in ("a" * 64, "b" * 64):
        Link.objects.create(invitation=invitation, token_hash=token_hash, reminder=reminder)


def answer_twice(*, is_replaced):
    first = make_response(replaced_at=NOW if is_replaced else None)
    make_response(invitation=first.invitation)


def make_reopening(**fields):
    return Reopening.objects.create(invitation=make_invitation(), **fields)


def make_held(invitation=None, **fields):
    return HeldAnswer.objects.create(
        invitation=invitation or make_invitation(), answers={}, **{"digest": "a" * 64, **fields}
    )


def hold_twice(digest):
    first = make_held()
    make_held(first.invitation, digest=digest)


def later_answers(digest):
    response = make_response()
    for value in ("a" * 64, digest):
        LaterAnswer.objects.create(response=response, answers={}, digest=value)


def make_answered_ask():
    return make_ask(answer="no", answered_on=TODAY, answer_recorded_by=make_user())


def ask_twice(first):
    make_ask(alert=first.alert, kind=first.kind)


def allow(response=None, **fields):
    fields = {"kind": "story", "wording": "Uw verhaal", "language": "nl", "given_at": NOW, **fields}
    return Consent.objects.create(response=response or make_response(), **fields)


def allow_twice(**first):
    allow(allow(**first).response)


def call_twice(**first):
    response = make_response()
    CallRequest.objects.create(response=response, moment="soon", **first)
    CallRequest.objects.create(response=response, moment="morning")


def make_closed_minus(**fields):
    return make_alert(state="closed", closed_at=NOW, outcome="partly", root_cause="cost", **fields)


def make_fix(**fields):
    alert = make_closed_minus(structural_fix="Vaste projectleider")
    return Fix.objects.create(alert=alert, **fields)


def change_fix(**fields):
    fields = {"owner": make_user(), **fields}
    return FixChange.objects.create(fix=make_fix(), actor=make_user(), **fields)


def make_cause(code="own-1"):
    return Cause.objects.create(code=code, changed_by=make_user())


def name_cause(cause, *languages, name="Vergunning"):
    for language in languages:
        CauseName.objects.create(cause=cause, language=language, name=name)


def make_guides(*languages, group="negative", body="Hoe?"):
    for language in languages:
        CallGuide.objects.create(group=group, language=language, body=body, changed_by=make_user())


def notify(recipients):
    alert, first = make_alert(), make_user()
    for recipient in (first, first if recipients == 1 else make_user()):
        Notification.objects.create(
            alert=alert, recipient=recipient, delivery=make_delivery(), is_owner=False
        )


def number_attempts(second):
    delivery = make_delivery()
    make_attempt(delivery)
    make_attempt(delivery, number=second)


def two_suppressions(*, lifted):
    part, actor = make_project_contact(), make_user()
    fields = {"project_contact": part, "actor": actor, "reason": "left"}
    ended = {"lifted_at": NOW, "lifted_by": actor} if lifted else {}
    Suppression.objects.create(**fields, **ended)
    Suppression.objects.create(**fields)


def make_suppression(**fields):
    part = make_project_contact()
    fields = {"reason": "left", "actor": make_user(), **fields}
    return Suppression.objects.create(project_contact=part, **fields)


def change_contacts(reason):
    part = make_project_contact()
    ContactChange.objects.create(
        project=part.project, contact=part.contact, kind="added", reason=reason
    )


def two_brands(number):
    Brand.objects.create()
    Brand.objects.update_or_create(id=number)


def versions(*numbers, **fields):
    for number in numbers:
        make_questionnaire(version=number, **{"frozen_at": NOW, **fields})


def choose_services(kinds):
    first = make_service()
    make_questionnaire(services=(first, first if kinds == 1 else make_service()))


def words(second):
    questionnaire = make_questionnaire(nl={"interest": "Meer?"})
    QuestionWording.objects.create(questionnaire=questionnaire, language=second)


def make_text(**fields):
    fields = {"kind": "invitation", "language": "nl", "subject": "s", "body": "b", **fields}
    return MailText.objects.create(changed_by=make_user(), **fields)


def two_texts(language):
    make_text()
    make_text(language=language)


def make_line():
    return PersonalLine.objects.create(
        project_contact=make_project_contact(), text="Fijn.", author=make_user()
    )


def make_follow_up(**fields):
    return FollowUp.objects.create(
        response=make_response(), text="Gedaan.", author=make_user(), **fields
    )


def two_told(*, invitations):
    first = make_invitation()
    make_follow_up(told_in=first)
    make_follow_up(told_in=first if invitations == 1 else make_invitation())


CASES = {
    **clock_constraints.CASES,
    # staff
    "division_name_unique": any_case(make_division),
    "user_email_unique_any_case": (
        lambda: (
            make_user(email="zoe@waterkant.example"),
            User.objects.filter(pk=make_user().pk).update(email="Zoe@Waterkant.EXAMPLE"),
        ),
        lambda: (
            make_user(email="zoe@waterkant.example"),
            User.objects.filter(pk=make_user().pk).update(email="Zoey@Waterkant.EXAMPLE"),
        ),
    ),
    "user_not_own_supervisor": (own_supervisor, somebody_elses_supervisor),
    "brand_one_row": (lambda: two_brands(2), lambda: two_brands(1)),
    "brand_accent_is_colour": update(lambda: Brand.objects.create(), accent=("red;}*{", "#0a5c8a")),
    "brand_logo_is_whole": update(
        lambda: Brand.objects.create(logo=b"<svg/>", logo_kind="svg", logo_width=9, logo_height=9),
        logo_kind=("gif", "png"),
    ),
    # surveys
    "sector_name_unique": any_case(make_sector),
    "service_name_unique": any_case(make_service),
    "client_name_unique": any_case(make_client),
    "contact_email_unique": emails(make_contact),
    "project_closed_has_date": update(make_project, closed_on=(None, TODAY)),
    "project_closes_after_start": update(
        lambda: make_project(closed_on=EARLIER), started_on=(TODAY, EARLIER)
    ),
    "project_value_not_negative": update(make_project, value=(Decimal("-0.01"), Decimal(0))),
    "project_contact_once_per_project": (
        lambda: same_contact_on(projects=1),
        lambda: same_contact_on(projects=2),
    ),
    "invitation_once_per_touchpoint": (
        lambda: invitation_for(people=1),
        lambda: invitation_for(people=2),
    ),
    "invitation_expires_later": update(
        lambda: make_invitation(invited_at=NOW), expires_at=(NOW, NOW + SECOND)
    ),
    "link_one_per_reminder": (lambda: two_links(reminder=1), lambda: two_links(reminder=0)),
    "response_satisfaction_known": update(
        make_response, satisfaction=("delighted", "dissatisfied")
    ),
    "response_recommendation_known": update(make_response, recommendation=("9", "not_allowed")),
    "response_score_goes_with_recommendation": update(
        lambda: make_response(recommendation="maybe"), score=(9, 8)
    ),
    "questionnaire_version_once": (lambda: versions(1, 1), lambda: versions(1, 2)),
    "questionnaire_one_active": (
        lambda: versions(1, 2, is_active=True),
        lambda: versions(1, 2, activated_at=NOW),
    ),
    "questionnaire_one_not_frozen": (
        lambda: versions(1, 2, frozen_at=None),
        lambda: versions(1, 2),
    ),
    "questionnaire_touchpoint_known": update(
        make_questionnaire, touchpoint=("birthday", "delivery")
    ),
    "questionnaire_scale_known": update(make_questionnaire, scale=("stars", "zero_to_ten")),
    "questionnaire_used_has_time": update(
        lambda: make_questionnaire(is_active=True), activated_at=(None, NOW)
    ),
    "questionnaire_service_once": (lambda: choose_services(1), lambda: choose_services(2)),
    "question_wording_once_per_language": (lambda: words("nl"), lambda: words("fr")),
    "response_interest_known": update(make_response, interest=("later", "not_now")),
    "response_group_known": update(make_response, group=("+", "positive")),
    "response_one_stands": (
        lambda: answer_twice(is_replaced=False),
        lambda: answer_twice(is_replaced=True),
    ),
    "reopening_has_reason": (
        lambda: make_reopening(actor=make_user()),
        lambda: make_reopening(actor=make_user(), reason="Op verzoek van de klant."),
    ),
    "reopening_by_somebody": (
        lambda: make_reopening(reason="Op verzoek van de klant."),
        lambda: make_reopening(kind="repeated"),
    ),
    "held_answer_once": (lambda: hold_twice("a" * 64), lambda: hold_twice("b" * 64)),
    "held_answer_decided_has_time": update(
        lambda: make_held(state="dismissed", decided_at=NOW), decided_at=(None, NOW + SECOND)
    ),
    "later_answer_once": (lambda: later_answers("a" * 64), lambda: later_answers("b" * 64)),
    "consent_stands_once": (allow_twice, lambda: allow_twice(withdrawn_at=NOW)),
    "ask_kind_known": update(make_ask, kind=("money", "story")),
    "ask_answer_known": update(make_ask, answer=("perhaps", "open")),
    "ask_answered_has_day": update(make_answered_ask, answered_on=(None, TODAY)),
    "ask_answered_after_asked": update(make_answered_ask, answered_on=(EARLIER, TODAY)),
    "ask_later_has_day": update(make_answered_ask, again_on=(TODAY, None)),
    "ask_open_once": (
        lambda: ask_twice(make_ask()),
        lambda: ask_twice(make_answered_ask()),
    ),
    "consent_kind_known": update(allow, kind=("praise", "quote")),
    "consent_withdrawn_after_given": update(allow, withdrawn_at=(NOW - SECOND, NOW)),
    "call_request_stands_once": (
        call_twice,
        lambda: call_twice(ended_at=NOW, ending="replaced"),
    ),
    "call_request_moment_known": update(
        lambda: CallRequest.objects.create(response=make_response(), moment="soon"),
        moment=("at night", "end_of_day"),
    ),
    "call_request_ended_has_time": update(
        lambda: CallRequest.objects.create(
            response=make_response(), moment="soon", ended_at=NOW, ending="withdrawn"
        ),
        ended_at=(None, NOW + SECOND),
    ),
    "contact_change_has_reason": (
        lambda: change_contacts(""),
        lambda: change_contacts("vergeten in de lijst"),
    ),
    "omission_reason_known": update(
        lambda: Omission.objects.create(project_contact=make_project_contact(), reason="bounced"),
        reason=("no idea", "opted_out"),
    ),
    "suppression_one_at_a_time": (
        lambda: two_suppressions(lifted=False),
        lambda: two_suppressions(lifted=True),
    ),
    "suppression_other_has_note": (
        lambda: make_suppression(reason="other"),
        lambda: make_suppression(reason="other", note="In overleg met de klant."),
    ),
    "suppression_lifted_by_somebody": (
        lambda: make_suppression(lifted_at=NOW),
        lambda: make_suppression(lifted_at=NOW, lifted_by=make_user()),
    ),
    "mail_text_once": (lambda: two_texts("nl"), lambda: two_texts("de")),
    "mail_text_kind_known": update(make_text, kind=("thanks", "reminder")),
    "mail_text_not_empty": update(make_text, body=("", "Hoe was het?")),
    "personal_line_not_empty": update(make_line, text=("", "Fijn dat het lukte.")),
    "follow_up_not_empty": update(make_follow_up, text=("", "Karim belt elke week.")),
    "follow_up_one_per_invitation": (
        lambda: two_told(invitations=1),
        lambda: two_told(invitations=2),
    ),
    # outbox
    "delivery_lease_only_while_claimed": update(
        lambda: make_delivery(state="claimed", lease_token=uuid.uuid4(), lease_until=NOW),
        lease_until=(None, NOW + SECOND),
    ),
    "delivery_sent_at_only_when_sent": update(
        lambda: make_delivery(state="sent", sent_at=NOW), sent_at=(None, NOW + SECOND)
    ),
    "delivery_state_known": update(make_delivery, state=("lost", "undeliverable")),
    "delivery_cancelled_has_time": update(
        lambda: make_delivery(state="cancelled", cancelled_at=NOW), cancelled_at=(None, NOW)
    ),
    "delivery_uncertain_has_time": update(
        lambda: make_delivery(state="uncertain", uncertain_since=NOW),
        uncertain_since=(None, NOW + SECOND),
    ),
    "circuit_state_known": update(
        lambda: make_circuit(reason="relay", opened_at=NOW), state=("broken", "closed")
    ),
    "circuit_open_has_reason": update(
        lambda: make_circuit(state="held", reason="by_hand", opened_at=NOW),
        reason=("", "by_hand"),
    ),
    "circuit_probed_only_while_open": update(
        lambda: make_circuit(state="open", reason="relay", opened_at=NOW, probe_at=NOW),
        probe_at=(None, NOW + SECOND),
    ),
    "endpoint_named_once": any_case(make_endpoint),
    "endpoint_off_has_reason": update(
        lambda: make_endpoint(switched_off_at=NOW, off_reason="gone"), off_reason=("", "by_hand")
    ),
    "endpoint_secret_one_current": (
        lambda: make_secrets(None, None),
        lambda: make_secrets(NOW, None),
    ),
    "subscription_once_per_endpoint": (
        lambda: subscribe("alert.raised", "alert.raised"),
        lambda: subscribe("alert.raised", "alert.closed"),
    ),
    "chat_address_named_once": any_case(
        lambda name: ChatAddress.objects.create(name=name, url="slack://a/b/c")
    ),
    "attempt_numbered_once": (lambda: number_attempts(1), lambda: number_attempts(2)),
    "attempt_ends_after_start": (
        lambda: make_attempt(finished_at=NOW - SECOND),
        lambda: make_attempt(finished_at=NOW),
    ),
    "report_kind_known": (
        lambda: make_report(kind="no idea"),
        lambda: make_report(kind="hard_bounce"),
    ),
    "report_text_of_programs_only": (
        lambda: make_report(kind="reply", text="Beste Sanne"),
        lambda: make_report(text="Ik ben afwezig."),
    ),
    # alerts
    "alert_only_for_plus_or_minus": (
        lambda: make_alert(group="neutral"),
        lambda: make_alert(group="positive"),
    ),
    "alert_closed_has_outcome": (
        lambda: make_alert(group="positive", state="closed", closed_at=NOW),
        lambda: make_alert(group="positive", state="closed", closed_at=NOW, outcome="thanked"),
    ),
    "alert_closed_minus_has_cause": (
        lambda: make_alert(state="closed", closed_at=NOW, outcome="partly"),
        lambda: make_alert(state="closed", closed_at=NOW, outcome="partly", root_cause="cost"),
    ),
    "alert_acknowledged_has_time": update(
        lambda: make_alert(state="acknowledged", acknowledged_at=NOW),
        acknowledged_at=(None, NOW + SECOND),
    ),
    "alert_contacted_was_spoken": (
        lambda: make_alert(state="contacted", acknowledged_at=NOW, last_contact_at=NOW),
        lambda: make_alert(
            state="contacted", acknowledged_at=NOW, first_spoken_at=NOW, last_contact_at=NOW
        ),
    ),
    "alert_spoken_is_contact": update(
        lambda: make_alert(
            state="acknowledged", acknowledged_at=NOW, first_spoken_at=NOW, last_contact_at=NOW
        ),
        last_contact_at=(None, NOW + SECOND),
    ),
    "alert_snooze_has_reason": (
        lambda: make_alert(snoozed_until=NOW),
        lambda: make_alert(snoozed_until=NOW, snooze_reason="Met verlof"),
    ),
    "alert_closed_waits_for_nothing": (
        lambda: make_closed_minus(next_step_at=NOW),
        lambda: make_closed_minus(),
    ),
    "alert_next_step_has_time": (
        lambda: make_alert(next_step="Voorstel sturen"),
        lambda: make_alert(next_step="Voorstel sturen", next_step_at=NOW),
    ),
    "alert_fix_of_closed_minus": (
        lambda: make_alert(structural_fix="Vaste projectleider"),
        lambda: make_closed_minus(structural_fix="Vaste projectleider"),
    ),
    **lead_constraints.CASES,
    "fix_in_hand_has_owner": (
        lambda: make_fix(state="under_way"),
        lambda: make_fix(state="under_way", owner=make_user()),
    ),
    "fix_told_once_done": (
        lambda: make_fix(state="under_way", owner=make_user(), told_on=NOW.date()),
        lambda: make_fix(state="done", owner=make_user(), told_on=NOW.date()),
    ),
    "fix_change_dropped_has_reason": (
        lambda: change_fix(state="dropped"),
        lambda: change_fix(state="dropped", note="De klant wil het zo"),
    ),
    "cause_has_code": (lambda: make_cause(code=""), lambda: make_cause()),
    "cause_name_once": (
        lambda: name_cause(make_cause(), "nl", "nl"),
        lambda: name_cause(make_cause(), "nl", "en"),
    ),
    "cause_name_not_empty": (
        lambda: name_cause(make_cause(), "nl", name=""),
        lambda: name_cause(make_cause(), "nl"),
    ),
    "call_guide_once": (lambda: make_guides("nl", "nl"), lambda: make_guides("nl", "en")),
    "call_guide_for_plus_or_minus": (
        lambda: make_guides("nl", group="neutral"),
        lambda: make_guides("nl", group="positive"),
    ),
    "call_guide_not_empty": (lambda: make_guides("nl", body=""), lambda: make_guides("nl")),
    "saved_view_has_name": (lambda: make_view(name=""), lambda: make_view(name="–")),
    "saved_view_name_once_per_owner": (
        lambda: make_views({"name": "Water"}, {"name": "WATER"}),
        lambda: make_views({"name": "Water"}, {"name": "Bodem"}),
    ),
    "saved_view_one_start": (
        lambda: make_views({"name": "a", "is_start": True}, {"name": "b", "is_start": True}),
        lambda: make_views({"name": "a", "is_start": True}, {"name": "b"}),
    ),
    "notification_once_per_recipient": (
        lambda: notify(recipients=1),
        lambda: notify(recipients=2),
    ),
    "preference_once_per_news": (
        lambda: prefer("own_minus", "own_minus"),
        lambda: prefer("own_minus", "own_plus"),
    ),
    "preference_news_known": (lambda: prefer("lead"), lambda: prefer("call")),
    "preference_way_known": (
        lambda: prefer("call", way="pigeon"),
        lambda: prefer("call", way="digest"),
    ),
    "news_rule_news_known": (
        lambda: NewsRule.objects.create(news="lead", freedom="mail"),
        lambda: NewsRule.objects.create(news="call", freedom="mail"),
    ),
    "news_rule_freedom_known": (
        lambda: NewsRule.objects.create(news="call", freedom="none"),
        lambda: NewsRule.objects.create(news="call", freedom="at_once"),
    ),
    "digest_time_once_per_kind": (
        lambda: schedule(kinds=("daily", "daily")),
        lambda: schedule(kinds=("daily", "weekly")),
    ),
    "digest_time_weekday_of_weekly_only": (
        lambda: schedule(kinds=("daily",), weekday=1),
        lambda: schedule(kinds=("weekly",), weekday=1),
    ),
    "digest_time_hour_known": (
        lambda: schedule(kinds=("daily",), hour=24),
        lambda: schedule(kinds=("daily",), hour=23),
    ),
    "own_chat_rule_one_row": (
        lambda: OwnChatRule.objects.create(id=2),
        lambda: OwnChatRule.objects.create(),
    ),
    "division_chat_once": (lambda: hear(divisions=1), lambda: hear(divisions=2)),
    "division_chat_hears_known": (
        lambda: hear(divisions=1, channels=1, hears="gossip"),
        lambda: hear(divisions=1, channels=1, hears="plus"),
    ),
    "chat_notice_second_has_recipient": (
        lambda: ChatNotice.objects.create(
            alert=make_alert(), delivery=make_delivery(), is_second=True
        ),
        lambda: ChatNotice.objects.create(
            alert=make_alert(), delivery=make_delivery(), is_second=True, recipient=make_user()
        ),
    ),
    "digest_item_once": (lambda: put_by("lead:1", "lead:1"), lambda: put_by("lead:1", "lead:2")),
    "digest_item_news_known": (
        lambda: put_by("lead:1", news="gossip"),
        lambda: put_by("lead:1", news="lead"),
    ),
}


def constraints():
    return {
        constraint.name: constraint
        for app in ("staff", "surveys", "outbox", "alerts", "programme")
        for model in apps.get_app_config(app).get_models()
        for constraint in model._meta.constraints
        if isinstance(constraint, CheckConstraint | UniqueConstraint)
    }


@pytest.mark.parametrize("name", CASES)
def test_the_constraint_refuses_what_must_never_be(name):
    refused, _accepted = CASES[name]
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        refused()
    assert _names(name) & set(_words(str(error.value)))


@pytest.mark.parametrize("name", CASES)
def test_the_constraint_lets_the_neighbour_pass(name):
    _refused, accepted = CASES[name]
    with transaction.atomic():
        accepted()


def test_every_named_constraint_has_its_cases():
    assert set(CASES) == set(constraints())


def _words(message):
    return message.replace("'", " ").replace('"', " ").replace(",", " ").split()


def _names(name):
    """Return what a database calls the constraint: SQLite names the columns of a plain unique."""
    constraint = constraints()[name]
    if connection.vendor == "sqlite" and getattr(constraint, "fields", ()):
        (model,) = (model for model in apps.get_models() if constraint in model._meta.constraints)
        columns = [model._meta.get_field(field).column for field in constraint.fields]
        return {f"{model._meta.db_table}.{column}" for column in columns}
    return {name}


def test_one_address_is_one_user_whatever_its_capitals():
    make_user(email="zoe@waterkant.example")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_user(email="ZOE@waterkant.example")


@pytest.mark.parametrize("model", [Contact, Project, ProjectContact, Invitation, Response])
def test_what_an_answer_rests_on_is_protected(model):
    """A response keeps its contact, project and invitation: deleting them is refused."""
    response = make_response()
    part = response.invitation.project_contact
    rows = {
        Contact: part.contact,
        Project: part.project,
        ProjectContact: part,
        Invitation: response.invitation,
        Response: response,
    }
    if model is Response:
        LaterAnswer.objects.create(response=response, answers={}, digest="a" * 64)
    with pytest.raises(ProtectedError):
        rows[model].delete()
