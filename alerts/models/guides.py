"""The call guide of this firm: a few questions to ask, by group and language."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from staff.models import User
from surveys.models import Group

GUIDE_MAX = 1000


class CallGuide(models.Model):
    """The firm's own questions for a call, one a line. No row: the product's own."""

    group = models.CharField(_("group"), max_length=10, choices=Group.choices)
    language = models.CharField(_("language"), max_length=5, choices=settings.STAFF_LANGUAGES)
    body = models.TextField(_("questions"), max_length=GUIDE_MAX)
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now)
    changed_by = models.ForeignKey(
        User, verbose_name=_("changed by"), on_delete=models.PROTECT, related_name="call_guides"
    )

    class Meta:
        verbose_name = _("call guide")
        verbose_name_plural = _("call guides")
        ordering = ("group", "language")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["group", "language"], name="call_guide_once"),
            models.CheckConstraint(
                condition=models.Q(group__in=[Group.POSITIVE, Group.NEGATIVE]),
                name="call_guide_for_plus_or_minus",
            ),
            models.CheckConstraint(condition=~models.Q(body=""), name="call_guide_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.group} ({self.language})"
