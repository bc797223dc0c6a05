"""Rows of what stands beside the dashboard."""

from typing import Any

from ambassadors.steering.models import DashboardView
from staff.models import User
from tests.factories import make_user


def make_dashboard_view(
    *, owner: User | None = None, name: str = "Water", query: str = "period=90d", **fields: Any
) -> DashboardView:
    """A view that a manager keeps."""
    owner = owner or make_user(is_management=True)
    return DashboardView.objects.create(owner=owner, name=name, query=query, **fields)
