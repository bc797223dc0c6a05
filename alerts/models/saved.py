"""Cuts of the inbox that somebody keeps under a name."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import urlencode

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from staff.kept import KeptView, constraints_of_kept
from staff.models import User


class SavedView(KeptView):
    """A tab with filters, kept by one person under a name: theirs alone, whatever their role."""

    owner = models.ForeignKey(
        User, verbose_name=_("owner"), on_delete=models.CASCADE, related_name="saved_views"
    )
    # What stands in the address of the list: {"tab": "team", "group": "negative"}.
    place = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ("name", "pk")
        constraints: ClassVar = constraints_of_kept("saved_view")

    @property
    def address(self) -> str:
        """The address of the list that shows this view, the same in whatever order it is stored."""
        return f"{reverse('alerts:list')}?{urlencode(sorted(self.place.items()))}"
