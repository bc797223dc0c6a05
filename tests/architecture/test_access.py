"""Role × address × method: who is let in, sent to sign in, refused, or told there is nothing.

Someone else's row is a 404, a missing right a 403 (DESIGN, access). An address that is not in the
table fails, so that nobody adds a page without deciding who may open it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from alerts.models import Alert
from alerts.preferences import CHOSEN
from tests.architecture.access_world import ROLES, World, addresses, make_world

pytestmark = pytest.mark.django_db

IN, ELSEWHERE, REFUSED, NOTHING, NOT_SO, TAKEN = 200, 302, 403, 404, 405, 409
SOON = (timezone.localdate() + timedelta(days=7)).isoformat()
TO_SIGN_IN = "to sign-in"


@dataclass(frozen=True)
class Access:
    """The answer to each of ROLES for GET and for POST, with what is posted."""

    get: tuple[int | str, ...]
    post: tuple[int | str, ...]
    data: dict[str, Any] = field(default_factory=dict)


def everybody(status: int) -> tuple[int | str, ...]:
    return (status,) * len(ROLES)


def signed_in(*statuses: int) -> tuple[int | str, ...]:
    """One status for all who are signed in, or one for each; the anonymous must sign in first."""
    return (TO_SIGN_IN, *(statuses if len(statuses) > 1 else statuses * (len(ROLES) - 1)))


def visitors(anonymous: int, others: int) -> tuple[int | str, ...]:
    return (anonymous, *(others,) * (len(ROLES) - 1))


def reading(*statuses: int) -> Access:
    """A page that is only looked at."""
    return Access(get=signed_in(*statuses), post=signed_in(NOT_SO))


def acting(data: dict[str, Any], *statuses: int) -> Access:
    """A verb that is only posted."""
    return Access(get=signed_in(NOT_SO), post=signed_in(*statuses), data=data)


# In the order of ROLES: owner, colleague, supervisor, management, administrator.
OWN_ROW = (IN, NOTHING, IN, IN, NOTHING)
OWN_ROW_CHANGED = (ELSEWHERE, NOTHING, ELSEWHERE, ELSEWHERE, NOTHING)
OWN_ROW_TAKEN = (TAKEN, NOTHING, TAKEN, TAKEN, NOTHING)
MANAGEMENT_ONLY = (REFUSED, REFUSED, REFUSED, IN, REFUSED)
RUNNING = (REFUSED, REFUSED, REFUSED, IN, IN)
RUNNING_CHANGED = (REFUSED, REFUSED, REFUSED, ELSEWHERE, ELSEWHERE)
OTHERS_VIEW = (REFUSED, REFUSED, REFUSED, NOTHING, REFUSED)
ADMINISTRATORS_ONLY = (REFUSED, REFUSED, REFUSED, REFUSED, IN)
ADMINISTRATORS_ONLY_CHANGE = (REFUSED, REFUSED, REFUSED, REFUSED, ELSEWHERE)
ADMINISTERED = (REFUSED, REFUSED, REFUSED, REFUSED, ELSEWHERE)
CAUSE = {"name_nl": "Vergunning", "name_en": "Permit", "order": 5, "is_active": "on"}
WEBHOOK = {"name": "CRM Zuid", "url": "https://crm.example/", "events": ["alert.raised"]}
TEXT = {"subject": "Over {project}", "body": "Hoe was het?"}
TOLD_BY_MAIL = {
    **dict.fromkeys(CHOSEN, "mail"),
    "daily_hour": "8",
    "weekly_day": "0",
    "weekly_hour": "8",
}
TERMS = {"acknowledge_hours": 4, "speak_days": 1, "thank_days": 2, "ask_days": 10}
CLOSING = {"name": "Brugdag", "first_on": "2026-05-15", "last_on": "2026-05-15"}
LINE = (IN, NOTHING, NOTHING, NOTHING, NOTHING)
LINE_CHANGED = (ELSEWHERE, NOTHING, NOTHING, NOTHING, NOTHING)
# Supervisors of the project's account manager, management; administrators only look.
HOLDING = (REFUSED, REFUSED, IN, IN, REFUSED)
HOLDING_CHANGED = (REFUSED, REFUSED, ELSEWHERE, ELSEWHERE, REFUSED)
OPEN_READING = Access(get=everybody(IN), post=everybody(NOT_SO))

TABLE = {
    "home": reading(ELSEWHERE),
    "healthz": OPEN_READING,
    "readyz": OPEN_READING,
    "metrics": OPEN_READING,  # to this machine; else see tests/platform/test_metrics.py
    # The client's pages are open to whoever holds the link: also to staff, who never get one.
    "surveys:page": Access(get=everybody(IN), post=everybody(IN)),  # nothing chosen: asked again
    "surveys:thanks": Access(get=everybody(ELSEWHERE), post=everybody(NOT_SO)),
    # A form to be posted, or led to the page that has it: here the questions come first.
    "surveys:wishes": Access(get=everybody(ELSEWHERE), post=everybody(ELSEWHERE)),
    "surveys:call": Access(get=everybody(ELSEWHERE), post=everybody(ELSEWHERE)),
    "surveys:mine": Access(get=everybody(IN), post=everybody(IN)),  # unseen: asked once more
    # Nothing chosen: asked again.
    "surveys:solved": Access(get=everybody(IN), post=everybody(IN)),
    # Nothing ticked: asked again. Who holds a link of the contact may stop the questions.
    "surveys:stop": Access(get=everybody(IN), post=everybody(IN)),
    "surveys:unknown": Access(get=everybody(NOTHING), post=everybody(NOTHING)),
    # Open to providers, who bring a secret (tests/returned/test_webhooks.py); none is set here.
    "webhooks:tracking": Access(get=everybody(NOT_SO), post=everybody(NOTHING)),
    "alerts:list": reading(IN),
    "alerts:detail": reading(*OWN_ROW),
    "alerts:fresh": reading(IN),
    "alerts:fixes": reading(IN),
    "alerts:fix": Access(
        get=signed_in(*OWN_ROW),
        post=signed_in(*OWN_ROW_CHANGED),
        data={"state": "open", "version": 0},
    ),
    # Somebody's own views: nobody else's, whatever the role.
    "alerts:views": reading(IN),
    "alerts:save-view": acting({"name": "Mijn –"}, ELSEWHERE),
    "alerts:rename-view": acting({"name": "Mijn –"}, *LINE_CHANGED),
    "alerts:start-view": acting({"start": "1"}, *LINE_CHANGED),
    "alerts:delete-view": acting({}, *LINE_CHANGED),
    "alerts:acknowledge": acting({}, *OWN_ROW_CHANGED),
    "alerts:note": acting({"note": "Gebeld, terug op maandag."}, *OWN_ROW_CHANGED),
    "alerts:close": acting({"outcome": "partly", "root_cause": "cost"}, *OWN_ROW_CHANGED),
    "alerts:contact": acting({"how": "no_answer"}, *OWN_ROW_CHANGED),
    "alerts:snooze": acting({"until": SOON, "reason": "Met verlof"}, *OWN_ROW_CHANGED),
    # Not put off, not closed, no colleague chosen: the page again, with what was typed.
    "alerts:wake": acting({}, *OWN_ROW_TAKEN),
    "alerts:reopen": acting({"reason": "De klant belde"}, *OWN_ROW_TAKEN),
    "alerts:reassign": acting({}, *OWN_ROW),
    "alerts:lead": reading(*OWN_ROW),
    "alerts:lead-take-over": acting({}, *OWN_ROW_CHANGED),
    "alerts:lead-contact": acting({"how": "no_answer"}, *OWN_ROW_CHANGED),
    "alerts:lead-stage": acting({"stage": "offered"}, *OWN_ROW_CHANGED),
    "alerts:lead-value": acting({"value": "18.500"}, *OWN_ROW_CHANGED),
    "alerts:lead-note": acting({"note": "Gebeld."}, *OWN_ROW_CHANGED),
    "alerts:lead-hand_over": acting({}, *OWN_ROW),  # no colleague chosen: the page again
    "held:list": reading(IN),
    "held:confirm": acting({}, *OWN_ROW_CHANGED),
    "held:dismiss": acting({}, *OWN_ROW_CHANGED),
    "alerts:follow-up": acting({"follow_up": "Karim belt elke week."}, *OWN_ROW_CHANGED),
    "notifications:preferences": Access(
        get=signed_in(IN), post=signed_in(ELSEWHERE), data=TOLD_BY_MAIL
    ),
    "notifications:rules": Access(
        get=signed_in(*ADMINISTRATORS_ONLY),
        post=signed_in(*ADMINISTRATORS_ONLY_CHANGE),
        data=dict.fromkeys(CHOSEN, "mail"),
    ),
    "invitations:list": reading(IN),
    # The account manager's own words: nobody writes them in that name.
    "invitations:line": Access(
        get=signed_in(*LINE), post=signed_in(*LINE_CHANGED), data={"text": "Fijn dat het lukte."}
    ),
    "invitations:hold": Access(
        get=signed_in(*HOLDING), post=signed_in(*HOLDING_CHANGED), data={"reason": "dispute"}
    ),
    "invitations:lift": acting({}, *HOLDING_CHANGED),
    "invitations:detail": reading(IN, NOTHING, IN, IN, IN),
    "invitations:reopen": Access(
        get=signed_in(*HOLDING), post=signed_in(*HOLDING_CHANGED), data={"reason": "op verzoek"}
    ),
    "invitations:undo_reopen": acting({}, *HOLDING_CHANGED),
    "questionnaires:list": reading(*ADMINISTRATORS_ONLY),
    "questionnaires:new": acting({}, *ADMINISTRATORS_ONLY_CHANGE),
    "questionnaires:detail": Access(
        get=signed_in(*ADMINISTRATORS_ONLY),
        post=signed_in(*ADMINISTRATORS_ONLY_CHANGE),
        data={"scale": "zero_to_ten"},
    ),
    "questionnaires:preview": reading(*ADMINISTRATORS_ONLY),
    "questionnaires:use": acting({}, *ADMINISTRATORS_ONLY_CHANGE),
    "questionnaires:stop": acting({}, *ADMINISTRATORS_ONLY_CHANGE),
    "questionnaires:discard": acting({}, *ADMINISTRATORS_ONLY_CHANGE),
    "programme:ask": Access(
        get=signed_in(*OWN_ROW),
        post=signed_in(*OWN_ROW_CHANGED),
        data={"kind": "story", "asked_on": timezone.localdate().isoformat()},
    ),
    "programme:answer": Access(
        get=signed_in(*OWN_ROW),
        post=signed_in(*OWN_ROW_CHANGED),
        data={"answer": "yes", "answered_on": timezone.localdate().isoformat()},
    ),
    "dashboard:overview": reading(*MANAGEMENT_ONLY),
    # What divisions do together, every colleague sees; who starts and ends it, decides.
    "challenge:list": reading(IN),
    "challenge:detail": reading(IN),
    "challenge:new": Access(get=signed_in(*RUNNING), post=signed_in(*RUNNING)),  # asked again
    "challenge:end": Access(get=signed_in(*RUNNING), post=signed_in(*RUNNING_CHANGED)),
    # Somebody's own views: nobody else's, also not of another manager.
    "dashboard-views:views": reading(*MANAGEMENT_ONLY),
    "dashboard-views:save-view": acting({"name": "Water"}, *MANAGEMENT_ONLY),  # nothing to keep
    "dashboard-views:rename-view": acting({"name": "Water"}, *OTHERS_VIEW),
    "dashboard-views:start-view": acting({"start": "1"}, *OTHERS_VIEW),
    "dashboard-views:delete-view": acting({}, *OTHERS_VIEW),
    "board:report": reading(*MANAGEMENT_ONLY),
    "board:settings": Access(
        get=signed_in(*MANAGEMENT_ONLY),
        post=signed_in(REFUSED, REFUSED, REFUSED, ELSEWHERE, REFUSED),
        data={"mail": "on"},
    ),
    "dashboard:names": reading(*MANAGEMENT_ONLY),
    "dashboard:contacts": reading(*MANAGEMENT_ONLY),
    "dashboard:list": reading(*MANAGEMENT_ONLY),
    "dashboard:export": reading(*MANAGEMENT_ONLY),
    "dashboard:person": reading(*MANAGEMENT_ONLY),
    "dashboard:client": reading(*MANAGEMENT_ONLY),
    "settings:list": reading(*ADMINISTRATORS_ONLY),
    # About colleagues, so every colleague may read it; nothing filled in: asked again.
    "council:detail": Access(
        get=signed_in(IN), post=signed_in(REFUSED, REFUSED, REFUSED, REFUSED, IN)
    ),
    "absence:list": reading(IN),
    "absence:new": Access(get=signed_in(IN), post=signed_in(IN)),  # nothing filled in: asked again
    "absence:end": acting({}, ELSEWHERE, NOTHING, ELSEWHERE, NOTHING, ELSEWHERE),
    "clocks:list": reading(*ADMINISTRATORS_ONLY),
    "clocks:terms": Access(
        get=signed_in(*ADMINISTRATORS_ONLY), post=signed_in(*ADMINISTERED), data=TERMS
    ),
    "clocks:firm": Access(get=signed_in(*ADMINISTRATORS_ONLY), post=signed_in(*ADMINISTERED)),
    "clocks:division": Access(get=signed_in(*ADMINISTRATORS_ONLY), post=signed_in(*ADMINISTERED)),
    "clocks:closing": Access(
        get=signed_in(*ADMINISTRATORS_ONLY), post=signed_in(*ADMINISTERED), data=CLOSING
    ),
    "clocks:remove-closing": acting({}, *ADMINISTERED),
    "guides:list": reading(*ADMINISTRATORS_ONLY),
    "guides:edit": Access(
        get=signed_in(*ADMINISTRATORS_ONLY), post=signed_in(*ADMINISTERED), data={"body": "Hoe?"}
    ),
    "guides:standard": acting({}, *ADMINISTERED),
    "causes:list": reading(*ADMINISTRATORS_ONLY),
    "causes:add": Access(
        get=signed_in(*ADMINISTRATORS_ONLY), post=signed_in(*ADMINISTERED), data=CAUSE
    ),
    "causes:edit": Access(
        get=signed_in(*ADMINISTRATORS_ONLY), post=signed_in(*ADMINISTERED), data=CAUSE
    ),
    "causes:standard": acting({}, *ADMINISTERED),
    "chat:list": reading(*ADMINISTRATORS_ONLY),
    "chat:add": Access(get=signed_in(*ADMINISTRATORS_ONLY), post=signed_in(*ADMINISTRATORS_ONLY)),
    "chat:detail": Access(
        get=signed_in(*ADMINISTRATORS_ONLY),
        post=signed_in(*ADMINISTRATORS_ONLY_CHANGE),
        data={"name": "Slack"},
    ),
    "chat:test": acting({}, *ADMINISTRATORS_ONLY_CHANGE),
    "chat:on": acting({}, *ADMINISTRATORS_ONLY_CHANGE),
    "chat:off": acting({}, *ADMINISTRATORS_ONLY_CHANGE),
    "chat:delete": acting({}, *ADMINISTRATORS_ONLY_CHANGE),
    "endpoints:list": reading(*ADMINISTRATORS_ONLY),
    "endpoints:detail": reading(*ADMINISTRATORS_ONLY),
    "endpoints:add": Access(
        get=signed_in(*ADMINISTRATORS_ONLY), post=signed_in(*ADMINISTRATORS_ONLY), data=WEBHOOK
    ),
    "endpoints:edit": Access(
        get=signed_in(*ADMINISTRATORS_ONLY), post=signed_in(*ADMINISTERED), data=WEBHOOK
    ),
    "endpoints:test": acting({}, *ADMINISTERED),
    "endpoints:rotate": acting({}, *ADMINISTERED),
    "endpoints:off": acting({}, *ADMINISTERED),
    "endpoints:on": acting({}, *ADMINISTERED),
    "endpoints:delete": acting({}, *ADMINISTERED),
    "brand:edit": Access(get=signed_in(*ADMINISTRATORS_ONLY), post=signed_in(*ADMINISTRATORS_ONLY)),
    "brand:colours": reading(*ADMINISTRATORS_ONLY),
    "texts:list": reading(*ADMINISTRATORS_ONLY),
    "texts:frame": reading(*ADMINISTRATORS_ONLY),
    "texts:edit": Access(
        get=signed_in(*ADMINISTRATORS_ONLY), post=signed_in(*ADMINISTERED), data=TEXT
    ),
    "texts:preview": acting(TEXT, *ADMINISTRATORS_ONLY),
    "texts:test": acting(TEXT, *ADMINISTRATORS_ONLY),
    "texts:standard": acting({}, *ADMINISTERED),
    "outbox:list": reading(*ADMINISTRATORS_ONLY),
    "outbox:detail": reading(*ADMINISTRATORS_ONLY),
    "outbox:body": reading(*ADMINISTRATORS_ONLY),
    "outbox:again": acting({}, *ADMINISTRATORS_ONLY_CHANGE),
    "outbox:cancel": acting({}, *ADMINISTRATORS_ONLY_CHANGE),
    "outbox:hold": acting({}, *ADMINISTRATORS_ONLY_CHANGE),
    "outbox:resume": acting({}, *ADMINISTRATORS_ONLY_CHANGE),
    # Signing in, and one's own password.
    "account_login": Access(get=visitors(IN, ELSEWHERE), post=visitors(IN, ELSEWHERE)),
    "account_logout": Access(get=visitors(ELSEWHERE, IN), post=everybody(ELSEWHERE)),
    "account_inactive": OPEN_READING,
    "account_signup": Access(get=visitors(IN, ELSEWHERE), post=visitors(IN, ELSEWHERE)),
    "account": reading(IN),
    "account_change_password": Access(get=signed_in(IN), post=signed_in(IN)),
    "account_set_password": Access(get=signed_in(ELSEWHERE), post=signed_in(ELSEWHERE)),
    "account_reset_password": Access(get=everybody(IN), post=everybody(IN)),
    "account_reset_password_done": OPEN_READING,
    "account_reset_password_from_key": Access(get=everybody(IN), post=everybody(IN)),
    "account_reset_password_from_key_done": OPEN_READING,
}
UNKNOWN_LINK = "/s/this-is-no-token-at-all/"


@pytest.fixture
def world() -> World:
    return make_world()


def address_of(world: World, name: str) -> str:
    return UNKNOWN_LINK if name == "surveys:unknown" else world.address(name)


def status_for(world: World, client: Any, name: str, role: str, method: str) -> int | str:
    """Return the status ``role`` gets, or TO_SIGN_IN when that is where they are sent."""
    if user := world.users[role]:
        client.force_login(user)
    data = TABLE[name].data if method == "post" else None
    response = getattr(client, method)(address_of(world, name), data)
    if response.status_code == ELSEWHERE and response.url.startswith(
        reverse("account_login") + "?next="
    ):
        return TO_SIGN_IN
    return response.status_code


def cases(method: str) -> Iterator[Any]:
    for name, access in TABLE.items():
        for role, expected in zip(ROLES, getattr(access, method), strict=True):
            yield pytest.param(name, role, expected, id=f"{name}-{role}")


@pytest.mark.parametrize(("name", "role", "expected"), cases("get"))
def test_looking(world, client, name, role, expected):
    assert status_for(world, client, name, role, "get") == expected


@pytest.mark.parametrize(("name", "role", "expected"), cases("post"))
def test_acting(world, client, name, role, expected):
    before = list(Alert.objects.order_by("pk").values())
    assert status_for(world, client, name, role, "post") == expected
    if not (name.startswith("alerts:") and expected == ELSEWHERE):
        assert list(Alert.objects.order_by("pk").values()) == before


def test_every_address_is_in_the_table():
    names = {name for name, route in addresses() if not route.startswith("admin/")}
    assert names == set(TABLE)


# The admin is Django's own and grows with every registered model: one rule for all of it.


def admin_addresses() -> list[str]:
    return sorted(
        {
            "/" + route
            for name, route in addresses()
            if route.startswith("admin/") and "<" not in route and "(" not in route
        }
        - {"/admin/login/", "/admin/logout/"}
    )


def test_the_admin_has_addresses():
    assert {"/admin/", "/admin/staff/user/", "/admin/staff/user/add/"} <= set(admin_addresses())


@pytest.mark.parametrize("role", ROLES)
def test_the_admin_opens_for_administrators_only(world, client, role):
    if user := world.users[role]:
        client.force_login(user)
    opened = {address for address in admin_addresses() if client.get(address).status_code == IN}
    if role == "administrator":
        assert {"/admin/", "/admin/staff/user/", "/admin/staff/user/add/"} <= opened
    else:
        assert not opened


@pytest.mark.parametrize(("role", "expected"), [("anonymous", TO_SIGN_IN), ("owner", REFUSED)])
def test_the_admin_has_no_sign_in_of_its_own(world, client, role, expected):
    """Its page would have neither rate limits nor, later, a second factor."""
    if user := world.users[role]:
        client.force_login(user)
    for answer in (client.get("/admin/login/"), client.post("/admin/login/", {"username": "x"})):
        is_sent = answer.status_code == ELSEWHERE and answer.url.startswith("/accounts/login/")
        assert (TO_SIGN_IN if is_sent else answer.status_code) == expected
