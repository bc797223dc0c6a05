"""Who gets the board report by mail, and the report of a month as it was mailed."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from staff.models import User


class BoardSubscription(models.Model):
    """Somebody of management who chose to get the report by mail; ``month`` is the next one.

    That column is the whole schedule: it moves on in the transaction that queues the mail.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="board_subscription")
    month = models.DateField(_("next report"))
    since = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("subscription to the board report")
        verbose_name_plural = _("subscriptions to the board report")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(month__day=1), name="board_subscription_of_whole_month"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["month"], name="board_subscription_due")]

    def __str__(self) -> str:
        return f"{self.user_id} from {self.month:%Y-%m}"


class MonthlyReport(models.Model):
    """The report of a month in one language: everybody who is mailed gets these same bytes."""

    month = models.DateField(_("month"))
    language = models.CharField(_("language"), max_length=5, choices=settings.STAFF_LANGUAGES)
    pdf = models.BinaryField()
    made_at = models.DateTimeField(_("made at"), default=timezone.now)

    class Meta:
        verbose_name = _("board report")
        verbose_name_plural = _("board reports")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["month", "language"], name="monthly_report_once"),
            models.CheckConstraint(
                condition=models.Q(month__day=1), name="monthly_report_of_whole_month"
            ),
            models.CheckConstraint(
                condition=models.Q(language__in=[code for code, _name in settings.STAFF_LANGUAGES]),
                name="monthly_report_language_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.language}"
