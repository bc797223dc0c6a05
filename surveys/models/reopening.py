"""That an answered invitation is opened again, and how that ended without a new answer."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outbox.models import AppendOnly
from staff.models import User
from surveys.models.asking import Invitation


class Reopening(AppendOnly):
    """One line in the ledger of reopening. That a new answer came shows by the answer itself."""

    class Kind(models.TextChoices):
        REOPENED = "reopened", _("reopened")
        UNDONE = "undone", _("reopening undone")
        REPEATED = "repeated", _("answered the same again")

    invitation = models.ForeignKey(
        Invitation,
        verbose_name=_("invitation"),
        on_delete=models.PROTECT,
        related_name="reopenings",
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.REOPENED)
    actor = models.ForeignKey(
        User,
        verbose_name=_("by"),
        on_delete=models.PROTECT,
        related_name="reopenings",
        null=True,
        blank=True,
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("reopening")
        verbose_name_plural = _("reopenings")
        ordering = ("at", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(kind="reopened") | ~models.Q(reason=""),
                name="reopening_has_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="repeated", actor__isnull=True)
                | models.Q(kind__in=["reopened", "undone"], actor__isnull=False),
                name="reopening_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}, invitation {self.invitation_id}"

    @property
    def delivery_key(self) -> str:
        """The ``dedupe_key`` of the mail that tells the client, if one was sent."""
        return f"invitation:{self.invitation_id}:reopened:{self.pk}"
