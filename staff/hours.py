"""When the firm works: hours of the firm and of each division, and the days they are closed.

What a division leaves blank is as in the firm's own row; what that leaves blank is the product's
standard. ``staff.working_hours`` puts the three together.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

FIRM = 0  # in place of a division's id, for the row of the whole firm


class LiberationDay(models.TextChoices):
    """On which 5 May the firm is closed. It is a holiday of the state, not of employers."""

    NEVER = "never", _("never a day off")
    LUSTRUM = "lustrum", _("a day off every five years (2030, 2035)")
    YEARLY = "yearly", _("a day off every year")


class OpeningHours(models.Model):
    """Working hours of a division, or without one of the firm; blank is inherited."""

    division = models.OneToOneField(
        "staff.Division",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="opening_hours",
    )
    opens = models.TimeField(null=True, blank=True)
    closes = models.TimeField(null=True, blank=True)
    weekdays = models.CharField(max_length=7, blank=True)  # "01234": Monday is 0
    zone = models.CharField(max_length=40, blank=True)
    has_good_friday_off = models.BooleanField(null=True, blank=True)
    liberation_day = models.CharField(max_length=7, choices=LiberationDay.choices, blank=True)

    class Meta:
        verbose_name = _("working hours")
        verbose_name_plural = _("working hours")
        constraints: ClassVar = [
            models.UniqueConstraint(
                Coalesce("division", models.Value(FIRM)), name="opening_hours_once_each"
            ),
            models.CheckConstraint(
                condition=models.Q(opens__isnull=True, closes__isnull=True)
                | models.Q(opens__isnull=False, opens__lt=models.F("closes")),
                name="opening_hours_open_before_close",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.opens}-{self.closes} {self.weekdays} {self.zone}"


class Closing(models.Model):
    """Days on which a division, or without one the whole firm, does not work: a range, named."""

    division = models.ForeignKey(
        "staff.Division",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="closings",
    )
    name = models.CharField(_("name"), max_length=80)
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"))

    class Meta:
        verbose_name = _("closing days")
        verbose_name_plural = _("closing days")
        ordering = ("first_on", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(first_on__lte=models.F("last_on")),
                name="closing_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.name
