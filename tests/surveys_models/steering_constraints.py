"""The cases of the tables beside the dashboard: see test_constraints."""

from datetime import UTC, date, datetime

from ambassadors.steering.models import Challenge
from tests.factories import make_user
from tests.steering.factories import make_challenge, make_dashboard_view

NOW = datetime(2026, 11, 20, 14, 2, tzinfo=UTC)
EARLIER, TODAY = date(2026, 11, 19), date(2026, 11, 20)


def make_views(*views):
    owner = make_user()
    for fields in views:
        make_dashboard_view(owner=owner, **fields)


def end(**fields):
    Challenge.objects.filter(pk=make_challenge().pk).update(**fields)


CASES = {
    "challenge_has_name": (lambda: make_challenge(name=""), lambda: make_challenge(name="–")),
    "challenge_ends_after_it_begins": (
        lambda: make_challenge(first_on=TODAY, last_on=EARLIER),
        lambda: make_challenge(first_on=TODAY, last_on=TODAY),
    ),
    "challenge_counts_something": (
        lambda: make_challenge(counts=()),
        lambda: make_challenge(counts=("introductions",)),
    ),
    "challenge_ended_by_somebody": (
        lambda: end(ended_at=NOW),
        lambda: end(ended_at=NOW, ended_by=make_user()),
    ),
    "dashboard_view_has_name": (
        lambda: make_dashboard_view(name=""),
        lambda: make_dashboard_view(name="–"),
    ),
    "dashboard_view_has_query": (
        lambda: make_dashboard_view(query=""),
        lambda: make_dashboard_view(query="a="),
    ),
    "dashboard_view_name_once_per_owner": (
        lambda: make_views({"name": "Water"}, {"name": "WATER"}),
        lambda: make_views({"name": "Water"}, {"name": "Bodem"}),
    ),
    "dashboard_view_one_start": (
        lambda: make_views({"name": "a", "is_start": True}, {"name": "b", "is_start": True}),
        lambda: make_views({"name": "a", "is_start": True}, {"name": "b"}),
    ),
}
