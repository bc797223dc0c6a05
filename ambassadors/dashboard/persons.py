"""Whether figures of one person may be looked at at all (works-council mode, PRODUCT)."""

from staff.models import User


def may_compare_persons(user: User) -> bool:
    """Return whether ``user`` may look at the figures of one account manager.

    Works-council mode is on: nobody may.
    """
    return False
