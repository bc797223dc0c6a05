"""The root causes of this firm: over the product's own list, and beside it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from staff.models import User

CAUSE_MAX = 80


class Cause(models.Model):
    """A root cause as the firm wants it. No row for a standard cause: as the product has it.

    ``code`` is what a closed alert keeps, so a cause is switched off and never deleted.
    """

    code = models.SlugField(_("code"), max_length=20, unique=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    is_active = models.BooleanField(_("in use"), default=True)
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now)
    changed_by = models.ForeignKey(
        User, verbose_name=_("changed by"), on_delete=models.PROTECT, related_name="causes"
    )

    class Meta:
        verbose_name = _("root cause")
        verbose_name_plural = _("root causes")
        ordering = ("order", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(code=""), name="cause_has_code"),
        ]

    def __str__(self) -> str:
        return self.code


class CauseName(models.Model):
    """What a cause is called in one language of colleagues. None: the standard name, or another."""

    cause = models.ForeignKey(Cause, on_delete=models.CASCADE, related_name="names")
    language = models.CharField(_("language"), max_length=5, choices=settings.STAFF_LANGUAGES)
    name = models.CharField(_("name"), max_length=CAUSE_MAX)

    class Meta:
        verbose_name = _("name of a root cause")
        verbose_name_plural = _("names of root causes")
        ordering = ("language",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["cause", "language"], name="cause_name_once"),
            models.CheckConstraint(condition=~models.Q(name=""), name="cause_name_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"
