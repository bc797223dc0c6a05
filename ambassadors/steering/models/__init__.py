"""What management keeps and sets beside the dashboard, which owns no tables itself."""

from ambassadors.steering.models.views import QUERY_MAX, DashboardView

__all__ = ["QUERY_MAX", "DashboardView"]
