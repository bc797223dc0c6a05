"""What a place that somebody keeps under a name has in common, whatever page it is of."""

from __future__ import annotations

from django.db import models
from django.db.models.constraints import BaseConstraint
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

VIEW_NAME_MAX = 60


class KeptView(models.Model):
    """Base of a view of a page: a name, and whether the page opens there.

    A subclass adds its ``owner``, what place it is, its ``address`` and ``constraints_of_kept``.
    """

    name = models.CharField(_("name"), max_length=VIEW_NAME_MAX)
    # Where the page opens when its address says nothing.
    is_start = models.BooleanField(_("start"), default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """The address of the page that shows this view."""
        raise NotImplementedError


def constraints_of_kept(prefix: str) -> list[BaseConstraint]:
    """Return what must hold of each table of views, under names that begin with ``prefix``."""
    return [
        models.UniqueConstraint("owner", Lower("name"), name=f"{prefix}_name_once_per_owner"),
        models.UniqueConstraint(
            fields=["owner"], condition=models.Q(is_start=True), name=f"{prefix}_one_start"
        ),
        models.CheckConstraint(condition=~models.Q(name=""), name=f"{prefix}_has_name"),
    ]
