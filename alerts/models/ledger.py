"""What happened to an alert, and who was mailed about it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outbox.models import AppendOnly, Delivery
from staff.models import User


class EventKind(models.TextChoices):
    """What happened to an alert."""

    RAISED = "raised", _("Answer received")
    ACKNOWLEDGED = "acknowledged", _("Taken up")
    CONTACTED = "contacted", _("Contact with the client")
    SNOOZED = "snoozed", _("Put off")
    WOKEN = "woken", _("No longer put off")
    REASSIGNED = "reassigned", _("Handed over")
    NOTED = "noted", _("Note")
    CLOSED = "closed", _("Closed")
    REOPENED = "reopened", _("Reopened")
    REPAIRED = "repaired", _("Mail queued after all")
    # What the client did afterwards, by a link of their own: no colleague is the actor.
    CONSENTED = "consented", _("Client gave permission")
    CONSENT_WITHDRAWN = "consent_withdrawn", _("Client took a permission back")
    CALL_REQUESTED = "call_requested", _("Client wants to be called")
    CALL_WITHDRAWN = "call_withdrawn", _("Client does not want to be called any more")
    ANSWERED_ANEW = "answered_anew", _("Answered anew")
    # What the client said when asked, after the closing, whether it is solved.
    CONFIRMED = "confirmed", _("Client confirms: solved")
    SAID_SOLVED = "said_solved", _("Client says: solved")  # while the alert stands otherwise
    NOT_SOLVED = "not_solved", _("Client says: not solved yet")
    # What the clocks did.
    NUDGED = "nudged", _("Owner reminded")
    NUDGE_SKIPPED = "nudge_skipped", _("Reminder skipped")
    SUPERVISOR_TOLD = "supervisor_told", _("Supervisor called in")
    ABOVE_TOLD = "above_told", _("Level above called in")
    OWNER_LOST = "owner_lost", _("Without owner")


class AlertEvent(AppendOnly):
    """One thing that happened to an alert. Append-only.

    ``data`` of what a colleague did holds ``version``, the alert's after it, and what it changed.
    """

    alert = models.ForeignKey("alerts.Alert", on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(_("kind"), max_length=20, choices=EventKind.choices)
    actor = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="alert_events", null=True, blank=True
    )
    at = models.DateTimeField(_("at"), default=timezone.now)
    note = models.TextField(_("note"), blank=True)
    data = models.JSONField(_("data"), default=dict, blank=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ("at", "pk")
        indexes: ClassVar = [
            models.Index(
                fields=["alert"],
                condition=models.Q(kind=EventKind.REASSIGNED),
                name="alert_event_handed_over",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.alert_id}"


class Notification(models.Model):
    """That one colleague is told of one alert: as its owner, or for information.

    Without a ``delivery`` no mail was queued: their digest or their chat tells them.
    """

    alert = models.ForeignKey(
        "alerts.Alert", on_delete=models.PROTECT, related_name="notifications"
    )
    recipient = models.ForeignKey(User, on_delete=models.PROTECT, related_name="notifications")
    delivery = models.OneToOneField(
        Delivery,
        on_delete=models.PROTECT,
        related_name="alert_notification",
        null=True,
        blank=True,
    )
    is_owner = models.BooleanField(_("as owner"))
    # The mail was refused for good, somebody else got it, and administrators were told.
    passed_on_at = models.DateTimeField(_("passed on at"), null=True, blank=True)
    # The mail was not handed over in time, and chat told of the alert as well.
    second_at = models.DateTimeField(_("also told by chat at"), null=True, blank=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ("-is_owner", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["alert", "recipient"], name="notification_once_per_recipient"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recipient} about alert {self.alert_id}"
