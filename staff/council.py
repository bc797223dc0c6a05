"""What was decided about the works-council mode: a ledger of which the newest row counts."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outbox.ledger import AppendOnly

REASON_MIN, REASON_MAX = 10, 500


class CouncilDecision(AppendOnly):
    """That an administrator switched the works-council mode on or off, and why.

    No row means that it is on, as it comes (PRODUCT, what the dashboard may say).
    """

    is_on = models.BooleanField(_("on"))
    reason = models.CharField(_("reason"), max_length=REASON_MAX)  # of one line, see the form
    decided_at = models.DateTimeField(_("moment"), default=timezone.now, editable=False)
    decided_by = models.ForeignKey(
        "staff.User", verbose_name=_("administrator"), on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("decision about the works-council mode")
        verbose_name_plural = _("decisions about the works-council mode")
        ordering = ("-pk",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(reason__regex=rf"^\S.{{{REASON_MIN - 2},}}\S$"),
                name="council_decision_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{'on' if self.is_on else 'off'} #{self.pk}"
