"""Rows of what stands beside the dashboard."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from ambassadors.steering.models import Challenge, DashboardView
from staff.models import Division, User
from tests.factories import make_division, make_user


def make_dashboard_view(
    *, owner: User | None = None, name: str = "Water", query: str = "period=90d", **fields: Any
) -> DashboardView:
    """A view that a manager keeps."""
    owner = owner or make_user(is_management=True)
    return DashboardView.objects.create(owner=owner, name=name, query=query, **fields)


def make_team(*, name: str = "", people: int = 2) -> Division:
    """A division with so many colleagues."""
    division = make_division(name=name)
    for _number in range(people):
        make_user(division=division)
    return division


def make_challenge(
    *,
    divisions: tuple[Division, ...] = (),
    counts: tuple[str, ...] = ("leads", "follow_up", "introductions"),
    first_on: date | None = None,
    last_on: date | None = None,
    **fields: Any,
) -> Challenge:
    """A challenge of two teams that began ten days ago and lasts ten more."""
    today = timezone.localdate()
    challenge = Challenge.objects.create(
        **{"name": "Wie belt er mee?", **fields},
        first_on=first_on or today - timedelta(days=10),
        last_on=last_on or today + timedelta(days=10),
        started_by=make_user(is_management=True),
        **{f"has_{one}": True for one in counts},
    )
    challenge.divisions.set(divisions or (make_team(), make_team()))
    return challenge
