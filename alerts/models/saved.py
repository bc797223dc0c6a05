"""Cuts of the inbox that somebody keeps under a name."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import urlencode

from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from staff.models import User

VIEW_NAME_MAX = 60


class SavedView(models.Model):
    """A tab with filters, kept by one person under a name: theirs alone, whatever their role."""

    owner = models.ForeignKey(
        User, verbose_name=_("owner"), on_delete=models.CASCADE, related_name="saved_views"
    )
    name = models.CharField(_("name"), max_length=VIEW_NAME_MAX)
    # What stands in the address of the list: {"tab": "team", "group": "negative"}.
    place = models.JSONField(default=dict)
    # Where the inbox opens when its address says nothing.
    is_start = models.BooleanField(_("start"), default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ("name", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint("owner", Lower("name"), name="saved_view_name_once_per_owner"),
            models.UniqueConstraint(
                fields=["owner"], condition=models.Q(is_start=True), name="saved_view_one_start"
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="saved_view_has_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """The address of the list that shows this view, the same in whatever order it is stored."""
        return f"{reverse('alerts:list')}?{urlencode(sorted(self.place.items()))}"
