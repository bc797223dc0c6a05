"""Who is away from when to when, and who stands in."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AbsenceQuerySet(models.QuerySet["Absence"]):
    """Many absences."""

    def standing(self) -> AbsenceQuerySet:
        """Return those that nobody ended early."""
        return self.filter(ended_at__isnull=True)

    def on(self, day: date) -> AbsenceQuerySet:
        """Return those that hold on ``day``."""
        return self.standing().filter(first_on__lte=day, last_on__gte=day)

    def overlapping(self, first_on: date, last_on: date) -> AbsenceQuerySet:
        """Return those that share a day with a range, both ends included."""
        return self.standing().filter(first_on__lte=last_on, last_on__gte=first_on)


class Absence(models.Model):
    """One absence: new alerts go to the stand-in, who also sees and works the old ones."""

    user = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="absences")
    stand_in = models.ForeignKey(
        "staff.User", verbose_name=_("stand-in"), on_delete=models.PROTECT, related_name="+"
    )
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"))
    recorded_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)  # back early, or a slip

    objects: ClassVar[AbsenceQuerySet] = AbsenceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering = ("first_on", "pk")
        indexes: ClassVar = [
            models.Index(
                fields=["last_on"],
                condition=models.Q(ended_at__isnull=True),
                name="absence_standing",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(first_on__lte=models.F("last_on")),
                name="absence_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=~models.Q(user=models.F("stand_in")),
                name="absence_stand_in_is_somebody_else",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.first_on} {self.last_on}"
