"""Clocks that run for an alert, what was done when they ran out, and how long each step may take.

Rows, not timers: when something has to happen stands in ``next_step_at``, which is indexed.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from alerts.clocks import Clock, Terms
from outbox.models import AppendOnly, Delivery
from staff.models import User


class ClockKind(models.TextChoices):
    """Which of the two clocks of an alert."""

    FIRST = "first", _("take up or thank")
    SECOND = "second", _("speak or ask")


class StepKind(models.TextChoices):
    """What happens when a clock gets to a point, in this order (PRODUCT, 6)."""

    NUDGE = "nudge", _("the owner is reminded")  # at half time
    SUPERVISOR = "supervisor", _("the supervisor is called in")  # at the deadline
    ABOVE = "above", _("the level above is called in")  # at twice the deadline


class TermsVersion(AppendOnly):
    """How long each step may take, from ``set_at`` on. A new version concerns new alerts only."""

    acknowledge_hours = models.PositiveSmallIntegerField(
        default=Terms.acknowledge_hours, validators=[MinValueValidator(1), MaxValueValidator(80)]
    )
    speak_days = models.PositiveSmallIntegerField(
        default=Terms.speak_days, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    thank_days = models.PositiveSmallIntegerField(
        default=Terms.thank_days, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    ask_days = models.PositiveSmallIntegerField(
        default=Terms.ask_days, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    set_at = models.DateTimeField(default=timezone.now, editable=False)
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("terms")
        verbose_name_plural = _("terms")
        ordering = ("-pk",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(
                    acknowledge_hours__gte=1, speak_days__gte=1, thank_days__gte=1, ask_days__gte=1
                ),
                name="terms_leave_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.acknowledge_hours} h, {self.speak_days}, {self.thank_days}, {self.ask_days}"

    @property
    def terms(self) -> Terms:
        """The version as the clocks read it."""
        return Terms(
            acknowledge_hours=self.acknowledge_hours,
            speak_days=self.speak_days,
            thank_days=self.thank_days,
            ask_days=self.ask_days,
        )


class AlertClockQuerySet(models.QuerySet["AlertClock"]):
    """Many clocks."""

    def due(self, now: datetime) -> AlertClockQuerySet:
        """Return those of which something has to happen, the longest waiting first."""
        return self.filter(next_step_at__lte=now).order_by("next_step_at", "pk")

    def running(self) -> AlertClockQuerySet:
        """Return those of the round that an alert is in: reopening it begins another."""
        return self.filter(is_past=False)


class AlertClock(models.Model):
    """One of the two deadlines of an alert. It keeps its times whatever is set later."""

    alert = models.ForeignKey("alerts.Alert", on_delete=models.CASCADE, related_name="clocks")
    kind = models.CharField(max_length=6, choices=ClockKind.choices)
    starts_at = models.DateTimeField()
    half_at = models.DateTimeField()
    due_at = models.DateTimeField()
    twice_at = models.DateTimeField()
    next_step = models.CharField(max_length=10, choices=StepKind.choices, blank=True)
    is_past = models.BooleanField(default=False)  # the alert was reopened since, with new clocks
    # Null: nothing left to do, because all was done or because somebody acted.
    next_step_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[AlertClockQuerySet] = AlertClockQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")
        ordering = ("pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["alert", "kind"],
                condition=models.Q(is_past=False),
                name="alert_clock_once_per_kind",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    starts_at__lte=models.F("half_at"),
                    half_at__lte=models.F("due_at"),
                    due_at__lte=models.F("twice_at"),
                ),
                name="alert_clock_runs_forward",
            ),
            models.CheckConstraint(
                condition=~models.Q(next_step="") | models.Q(next_step_at__isnull=True),
                name="alert_clock_waits_for_a_step",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_step_at"],
                condition=models.Q(next_step_at__isnull=False),
                name="alert_clock_next_step",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.alert_id}"

    @classmethod
    def of(cls, clock: Clock, *, kind: ClockKind, alert_id: int) -> AlertClock:
        """Return the row of ``clock``, unsaved, waiting for half time."""
        return cls(
            alert_id=alert_id,
            kind=kind,
            starts_at=clock.starts_at,
            half_at=clock.half_at,
            due_at=clock.due_at,
            twice_at=clock.twice_at,
            next_step=StepKind.NUDGE,
            next_step_at=clock.half_at,
        )

    def at(self, step: str) -> datetime:
        """Return when ``step`` is due."""
        times = {
            StepKind.NUDGE: self.half_at,
            StepKind.SUPERVISOR: self.due_at,
            StepKind.ABOVE: self.twice_at,
        }
        return times[StepKind(step)]

    def steps_due(self, now: datetime) -> list[StepKind]:
        """Return the steps from the next one on whose moment has come."""
        if not self.next_step:
            return []
        order = list(StepKind)
        return [
            step for step in order[order.index(StepKind(self.next_step)) :] if self.at(step) <= now
        ]

    def makes_sense(self, step: StepKind, now: datetime) -> bool:
        """Whether ``step`` still helps at ``now``: a reminder before the deadline does, only."""
        return step != StepKind.NUDGE or now < self.due_at


class EscalationStep(AppendOnly):
    """That a step of a clock was taken, or skipped because it came too late to help. Once each."""

    clock = models.ForeignKey(AlertClock, on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=10, choices=StepKind.choices)
    at = models.DateTimeField(default=timezone.now)
    is_skipped = models.BooleanField(default=False)
    # Null: skipped, or nobody is there who could be told.
    recipient = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    delivery = models.OneToOneField(
        Delivery, on_delete=models.PROTECT, null=True, blank=True, related_name="escalation_step"
    )

    class Meta:
        verbose_name = _("escalation")
        verbose_name_plural = _("escalations")
        ordering = ("at", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["clock", "kind"], name="escalation_step_once"),
            models.CheckConstraint(
                condition=models.Q(is_skipped=False) | models.Q(delivery__isnull=True),
                name="escalation_step_skipped_is_silent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.clock_id}"
