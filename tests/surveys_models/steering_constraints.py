"""The cases of the tables beside the dashboard: see test_constraints."""

from tests.factories import make_user
from tests.steering.factories import make_dashboard_view


def make_views(*views):
    owner = make_user()
    for fields in views:
        make_dashboard_view(owner=owner, **fields)


CASES = {
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
