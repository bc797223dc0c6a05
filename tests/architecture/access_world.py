"""Every address of the product, and one row behind each that has one."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from alerts.models import Alert, SavedView
from outbox.addresses import ChatAddress
from outbox.endpoint_actions import add_endpoint
from outbox.models import Delivery
from staff.models import User
from surveys.models import HeldAnswer, Suppression
from surveys.texts import Wording
from surveys.texts_views import draft_of
from tests.factories import (
    PASSWORD,
    make_absence,
    make_ask,
    make_closing,
    make_invitation,
    make_lead,
    make_project,
    make_project_contact,
    make_questionnaire,
    make_response,
    make_solved_token,
    make_token,
    make_user,
)
from tests.steering.factories import make_challenge, make_dashboard_view

_OF_AN_ENDPOINT = ("detail", "edit", "test", "rotate", "off", "on", "delete")
_OF_A_QUESTIONNAIRE = ("detail", "use", "stop", "discard")
LEAD_PAGES = ("take-over", "contact", "stage", "value", "hand_over", "note")
ALERT_VERBS = ("contact", "snooze", "wake", "reassign", "reopen")
TEXT_PAGES = ("edit", "preview", "test", "standard")
CHAT_PAGES = ("detail", "test", "on", "off", "delete")
ROLES = ("anonymous", "owner", "colleague", "supervisor", "management", "administrator")


def addresses() -> Iterator[tuple[str, str]]:
    """Yield the name and the pattern of every address."""
    return _below(get_resolver().url_patterns, "", "")


def _below(patterns: Any, space: str, start: str) -> Iterator[tuple[str, str]]:
    for entry in patterns:
        route = start + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from _below(entry.url_patterns, inner, route)
        else:
            assert isinstance(entry, URLPattern)
            yield f"{space}{entry.name or ''}", route


@dataclass
class World:
    """One alert with its owner, their supervisor, a colleague, and the two other roles."""

    users: dict[str, User | None]
    arguments: dict[str, list[Any]] = field(default_factory=dict)

    def address(self, name: str) -> str:
        address = reverse(name, args=self.arguments.get(name, []))
        return f"{address}?after=0" if name == "alerts:fresh" else address


def make_world() -> World:
    supervisor = make_user(password=PASSWORD)
    owner = make_user(password=PASSWORD, supervisor=supervisor)
    project = make_project(account_manager=owner)
    part = make_project_contact(project=project)
    now = timezone.now()
    alert = Alert.objects.create(
        response=make_response(
            invitation=make_invitation(project_contact=part), satisfaction="dissatisfied"
        ),
        group="negative",
        owner=owner,
        **dict.fromkeys(("acknowledge_by", "speak_by", "due_at"), now),
    )
    asks_for_fix = Alert.objects.create(
        response=make_response(
            invitation=make_invitation(project_contact=make_project_contact(project=project)),
            satisfaction="dissatisfied",
        ),
        group="negative",
        owner=owner,
        state="closed",
        closed_at=now,
        outcome="partly",
        root_cause="cost",
        structural_fix="Eén factuur per fase",
        **dict.fromkeys(("acknowledge_by", "speak_by", "due_at"), now),
    )
    thanked = Alert.objects.create(
        response=make_response(
            invitation=make_invitation(
                project_contact=make_project_contact(project=make_project(account_manager=owner))
            ),
            satisfaction="more_than_satisfied",
            recommendation="yes",
        ),
        group="positive",
        owner=owner,
        **dict.fromkeys(("acknowledge_by", "speak_by", "due_at"), now),
    )
    ask = make_ask(alert=thanked, asked_on=timezone.localdate(now) - timedelta(days=200))
    delivery = Delivery.objects.create(
        dedupe_key="test",
        lane=10,
        recipient_address="zoe@waterkant.example",
        subject="Een –",
        message_id="<test@waterkant.example>",
        message=b"Subject: Een\r\nContent-Type: text/html\r\n\r\n<p>Een</p>\r\n",
        digest="0" * 64,
    )
    lead = make_lead(project=project)
    lead.owner = None  # whoever reads the answer may take it
    lead.save()
    held_back = Suppression.objects.create(
        project_contact=make_project_contact(project=project), reason="left", actor=supervisor
    )
    reopened = make_response(
        invitation=make_invitation(
            project_contact=make_project_contact(project=project), reopened_at=now
        )
    ).invitation
    token = [make_token()]
    view = SavedView.objects.create(owner=owner, name="Water")
    cut = make_dashboard_view()
    challenge = make_challenge()
    held = HeldAnswer.objects.create(
        invitation=alert.response.invitation,
        answers={"satisfaction": "satisfied", "recommendation": "no", "interest": "not_now"},
        digest="0" * 64,
    )
    questionnaire = make_questionnaire()
    address = ChatAddress.objects.create(name="Slack", service="slack", url="slack://a/b/c")
    endpoint, _secret = add_endpoint(
        name="CRM", url="https://crm.example/hooks", event_types=["alert.raised"]
    )
    return World(
        users={
            "anonymous": None,
            "owner": owner,
            "colleague": make_user(password=PASSWORD),
            "supervisor": supervisor,
            "management": make_user(password=PASSWORD, is_management=True),
            "administrator": make_user(password=PASSWORD, is_administrator=True),
        },
        arguments={
            "surveys:page": token,
            "surveys:thanks": token,
            "surveys:wishes": token,
            "surveys:call": token,
            "surveys:mine": token,
            "surveys:stop": token,
            "surveys:solved": [make_solved_token()],
            "invitations:hold": [make_project_contact(project=project).pk],
            "invitations:lift": [held_back.pk],
            "invitations:detail": [alert.response.invitation_id],
            "invitations:reopen": [alert.response.invitation_id],
            "invitations:undo_reopen": [reopened.pk],
            "invitations:line": [make_project_contact(project=project).pk],
            "texts:frame": [draft_of("invitation", "nl", Wording(subject="Over", body="Hoe?"))],
            **{f"texts:{name}": ["invitation", "nl"] for name in TEXT_PAGES},
            "alerts:detail": [alert.pk],
            "alerts:lead": [lead.pk],
            **{f"alerts:lead-{name}": [lead.pk] for name in LEAD_PAGES},
            "alerts:fix": [asks_for_fix.pk],
            "alerts:acknowledge": [alert.pk],
            "alerts:note": [alert.pk],
            "alerts:follow-up": [alert.pk],
            "alerts:close": [alert.pk],
            **{f"alerts:{name}": [alert.pk] for name in ALERT_VERBS},
            **{f"guides:{name}": ["negative", "nl"] for name in ("edit", "standard")},
            **{f"causes:{name}": ["quality"] for name in ("edit", "standard")},
            **{f"alerts:{verb}-view": [view.pk] for verb in ("rename", "start", "delete")},
            **{f"dashboard-views:{verb}-view": [cut.pk] for verb in ("rename", "start", "delete")},
            **{f"challenge:{name}": [challenge.pk] for name in ("detail", "end")},
            "programme:ask": [ask.alert_id],
            "dashboard:list": ["open"],
            "dashboard:export": ["names", "csv"],
            "dashboard:person": [part.contact_id],
            "dashboard:client": [project.client_id],
            "programme:answer": [ask.pk],
            "held:confirm": [held.pk],
            "held:dismiss": [held.pk],
            "brand:colours": ["0a5c8a"],
            "absence:end": [make_absence(user=owner).pk],
            "clocks:division": [project.division_id],
            "clocks:remove-closing": [make_closing().pk],
            "webhooks:tracking": ["postmark"],
            "outbox:detail": [delivery.pk],
            "outbox:body": [delivery.pk],
            **{f"endpoints:{name}": [endpoint.pk] for name in _OF_AN_ENDPOINT},
            "questionnaires:new": ["aftercare"],
            "questionnaires:preview": [questionnaire.pk, "nl"],
            **{f"questionnaires:{name}": [questionnaire.pk] for name in _OF_A_QUESTIONNAIRE},
            "outbox:again": [delivery.pk],
            **{f"chat:{name}": [address.pk] for name in CHAT_PAGES},
            "outbox:cancel": [delivery.pk],
            "account_reset_password_from_key": ["1", "set-password"],
        },
    )
