"""Who may do what: the one table of rights. Which *rows* one sees is ``visible_to`` of each model.

A user can hold several roles. Account manager and supervisor follow from the data: everybody who
signs in may open the inbox and sees there their own alerts and those of their team; whoever has a
team is a supervisor.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Concatenate

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from staff.models import User


class Role(StrEnum):
    """What somebody is in this product."""

    EMPLOYEE = "employee"  # also an account manager, by their projects
    MANAGEMENT = "management"
    ADMINISTRATOR = "administrator"
    SUPERVISOR = "supervisor"  # by their team: the only one that takes a query, so the last


class Right(StrEnum):
    """What somebody may do."""

    WORK_ALERTS = "work alerts"
    SEE_ALL_ALERTS = "see all alerts"
    SEE_DASHBOARD = "see the dashboard"
    SEE_OUTBOX = "see the outbox"
    PREPARE_INVITATIONS = "prepare invitations"
    SEE_ALL_INVITATIONS = "see all invitations"
    HOLD_INVITATIONS = "hold invitations"
    RUN_CHALLENGES = "run challenges"
    ADMINISTER = "administer"


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.EMPLOYEE: frozenset({Right.WORK_ALERTS, Right.PREPARE_INVITATIONS}),
    Role.MANAGEMENT: frozenset(
        {
            Right.WORK_ALERTS,
            Right.SEE_ALL_ALERTS,
            Right.SEE_DASHBOARD,
            Right.PREPARE_INVITATIONS,
            Right.SEE_ALL_INVITATIONS,
            Right.HOLD_INVITATIONS,
            Right.RUN_CHALLENGES,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {
            Right.WORK_ALERTS,
            Right.SEE_OUTBOX,
            Right.PREPARE_INVITATIONS,
            Right.SEE_ALL_INVITATIONS,
            Right.RUN_CHALLENGES,
            Right.ADMINISTER,
        }
    ),
    Role.SUPERVISOR: frozenset(
        {Right.WORK_ALERTS, Right.PREPARE_INVITATIONS, Right.HOLD_INVITATIONS}
    ),
}


def roles_of(user: User) -> frozenset[Role]:
    """Return the roles of ``user``; none when the account is inactive."""
    return frozenset(role for role in Role if _holds(user, role))


def has_right(user: User, right: Right) -> bool:
    """Tell whether one of the user's roles carries ``right``."""
    return any(right in RIGHTS[role] and _holds(user, role) for role in Role)


def _holds(user: User, role: Role) -> bool:
    if not user.is_active:
        return False
    if role is Role.SUPERVISOR:
        return user.has_team
    if role is Role.EMPLOYEE:
        return True
    return user.is_management if role is Role.MANAGEMENT else user.is_administrator


View = Callable[Concatenate[HttpRequest, ...], HttpResponse]


def requires(right: Right) -> Callable[[View], View]:
    """Decorate a view: 403 for whoever is signed in without ``right``."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if not (isinstance(request.user, User) and has_right(request.user, right)):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def signed_in(request: HttpRequest) -> User:
    """Return the user of a request that ``LoginRequiredMiddleware`` let through."""
    assert isinstance(request.user, User)
    return request.user
