"""Keep a place under a name, rename it, open a page with it: the same for every kind of view."""

from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from staff.kept import KeptView
from staff.models import User

MOST_VIEWS = 20  # of one person and page: more is not a choice but a search

View = TypeVar("View", bound=KeptView)


class RefusedError(Exception):
    """A view cannot be kept so; the text says why, to its owner."""


def keep_view(model: type[View], *, owner: User, name: str, most: int, **place: Any) -> View:
    """Keep ``place`` under ``name``. Raises RefusedError: a name taken, or too many."""
    if model._default_manager.filter(owner=owner).count() >= most:
        raise RefusedError(
            _("You have %(most)s views. Delete one before you keep another.") % {"most": most}
        )
    try:
        with transaction.atomic():
            return model._default_manager.create(owner=owner, name=name, **place)
    except IntegrityError as taken:
        raise _name_is_taken(name) from taken


def rename_view(*, view: KeptView, name: str) -> None:
    """Give ``view`` another name. Raises RefusedError when the name is taken."""
    try:
        with transaction.atomic():
            type(view)._default_manager.filter(pk=view.pk).update(name=name)
    except IntegrityError as taken:
        raise _name_is_taken(name) from taken


def start_with(model: type[View], *, owner: User, view: View | None) -> None:
    """Let the page of ``model`` open with ``view`` for ``owner``; with None, as by itself."""
    views = model._default_manager.filter(owner=owner)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=owner.pk)  # of two choices the last one stands
        views.filter(is_start=True).update(is_start=False)
        if view is not None:
            views.filter(pk=view.pk).update(is_start=True)


def _name_is_taken(name: str) -> RefusedError:
    return RefusedError(_("You already have a view named “%(name)s”.") % {"name": name})
