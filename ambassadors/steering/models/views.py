"""Cuts of the dashboard that somebody keeps under a name."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from staff.kept import KeptView, constraints_of_kept
from staff.models import User

QUERY_MAX = 1000


class DashboardView(KeptView):
    """A place in the dashboard, kept by one person under a name: theirs alone."""

    owner = models.ForeignKey(
        User, verbose_name=_("owner"), on_delete=models.CASCADE, related_name="dashboard_views"
    )
    # What stands in the address after the question mark, encoded, without the page.
    query = models.CharField(max_length=QUERY_MAX)

    class Meta:
        verbose_name = _("saved view of the dashboard")
        verbose_name_plural = _("saved views of the dashboard")
        ordering = ("name", "pk")
        constraints: ClassVar = [
            *constraints_of_kept("dashboard_view"),
            # Without one it would be the dashboard itself, which leads to the view it starts with.
            models.CheckConstraint(condition=~models.Q(query=""), name="dashboard_view_has_query"),
        ]

    @property
    def address(self) -> str:
        """The address of the dashboard that shows this view."""
        return f"{reverse('dashboard:overview')}?{self.query}"
