"""Keep cuts of the inbox under a name, and open it with one of them."""

from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from alerts.models import SavedView
from staff.models import User

MOST_VIEWS = 20  # of one person: more is not a choice but a search


class RefusedError(Exception):
    """A view cannot be kept so; the text says why, to its owner."""


def save_view(*, owner: User, name: str, place: Mapping[str, str]) -> SavedView:
    """Keep ``place`` under ``name``. Raises RefusedError: a name taken, or too many."""
    if owner.saved_views.count() >= MOST_VIEWS:
        raise RefusedError(
            _("You have %(most)s views. Delete one before you keep another.") % {"most": MOST_VIEWS}
        )
    try:
        with transaction.atomic():
            return SavedView.objects.create(owner=owner, name=name, place=dict(place))
    except IntegrityError as taken:
        raise _name_is_taken(name) from taken


def rename_view(*, view: SavedView, name: str) -> None:
    """Give ``view`` another name. Raises RefusedError when the name is taken."""
    try:
        with transaction.atomic():
            SavedView.objects.filter(pk=view.pk).update(name=name)
    except IntegrityError as taken:
        raise _name_is_taken(name) from taken


def start_with(*, owner: User, view: SavedView | None) -> None:
    """Let the inbox of ``owner`` open with ``view``; with None, as it does by itself."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=owner.pk)  # of two choices the last one stands
        owner.saved_views.filter(is_start=True).update(is_start=False)
        if view is not None:
            owner.saved_views.filter(pk=view.pk).update(is_start=True)


def _name_is_taken(name: str) -> RefusedError:
    return RefusedError(_("You already have a view named “%(name)s”.") % {"name": name})
