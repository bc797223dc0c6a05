"""What was done about the structural fixes that closed alerts asked for.

The alert itself says that it needs a fix, and which; a row here stands beside it from the moment
that somebody works on it. An alert that is reopened leaves the list, and finds its row back when it
is closed with a fix again.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from outbox.models import AppendOnly
from staff.models import User


class FixState(models.TextChoices):
    """Where a structural fix stands."""

    OPEN = "open", pgettext_lazy("fix", "open")
    UNDER_WAY = "under_way", pgettext_lazy("fix", "being done")
    DONE = "done", pgettext_lazy("fix", "done")
    DROPPED = "dropped", pgettext_lazy("fix", "will not be done")


OWNED = (FixState.UNDER_WAY, FixState.DONE)  # somebody does it, or did


class _Standing(models.Model):
    """Who sees to a fix, how far it is, and since when the clients know."""

    state = models.CharField(
        _("state"), max_length=10, choices=FixState.choices, default=FixState.OPEN
    )
    owner = models.ForeignKey(
        User,
        verbose_name=_("owner"),
        on_delete=models.PROTECT,
        related_name="%(class)s_owned",
        null=True,
        blank=True,
    )
    told_on = models.DateField(_("told the clients on"), null=True, blank=True)

    class Meta:
        abstract = True


class Fix(_Standing):
    """How the structural fix of one alert stands."""

    alert = models.OneToOneField("alerts.Alert", on_delete=models.PROTECT, related_name="fix")
    version = models.PositiveIntegerField(_("version"), default=0)  # the fence of its form

    class Meta:
        verbose_name = _("structural fix")
        verbose_name_plural = _("structural fixes")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(state__in=OWNED) | models.Q(owner__isnull=False),
                name="fix_in_hand_has_owner",
            ),
            models.CheckConstraint(
                condition=models.Q(told_on__isnull=True) | models.Q(state=FixState.DONE),
                name="fix_told_once_done",
            ),
        ]

    def __str__(self) -> str:
        return f"fix of alert {self.alert_id}: {self.state}"


class FixChange(_Standing, AppendOnly):
    """One line in the ledger of a fix: what somebody made of it, with a note. Append-only."""

    fix = models.ForeignKey(Fix, on_delete=models.PROTECT, related_name="changes")
    actor = models.ForeignKey(
        User, verbose_name=_("by"), on_delete=models.PROTECT, related_name="fix_changes"
    )
    note = models.TextField(_("note"), blank=True)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("change of a fix")
        verbose_name_plural = _("changes of fixes")
        ordering = ("at", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(state=FixState.DROPPED) | ~models.Q(note=""),
                name="fix_change_dropped_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state}, fix {self.fix_id}"
