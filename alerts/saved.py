"""Keep cuts of the inbox under a name, and open it with one of them."""

from collections.abc import Mapping

from alerts.models import SavedView
from staff import keeping
from staff.keeping import MOST_VIEWS
from staff.models import User


def save_view(*, owner: User, name: str, place: Mapping[str, str]) -> SavedView:
    """Keep ``place`` under ``name``. Raises RefusedError: a name taken, or too many."""
    return keeping.keep_view(SavedView, owner=owner, name=name, most=MOST_VIEWS, place=dict(place))
