"""What management keeps and sets beside the dashboard, which owns no tables itself."""

from ambassadors.steering.models.challenges import (
    CHALLENGE_NAME_MAX,
    POT_MAX,
    Challenge,
    ChallengeQuerySet,
)
from ambassadors.steering.models.views import QUERY_MAX, DashboardView

__all__ = [
    "CHALLENGE_NAME_MAX",
    "POT_MAX",
    "QUERY_MAX",
    "Challenge",
    "ChallengeQuerySet",
    "DashboardView",
]
