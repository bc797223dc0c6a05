"""When each person's digest leaves, and what waits for it. A digest itself is a delivery."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from alerts.preferences import News
from outbox.models import Delivery
from staff.models import User
from surveys.models import Response

USUAL_HOUR = 8
USUAL_WEEKDAY = 0  # Monday: the week that was, before the one that comes


class DigestKind(models.TextChoices):
    """Which digest."""

    DAILY = "daily", _("daily digest")
    WEEKLY = "weekly", _("weekly digest of the team")


class DigestTimeQuerySet(models.QuerySet["DigestTime"]):
    """Many timetables."""

    def due(self, now: datetime) -> DigestTimeQuerySet:
        """Return those whose moment has come, of people who work here, the longest waiting first.

        A weekly one only of whoever still has a team.
        """
        team = User.objects.active().filter(supervisor=models.OuterRef("user"))
        with_reader = models.Q(kind=DigestKind.DAILY) | models.Exists(team)
        due = self.filter(with_reader, is_on=True, next_at__lte=now, user__is_active=True)
        return due.select_related("user").order_by("next_at", "pk")


class DigestTime(models.Model):
    """When one digest of one person leaves next: ``next_at`` is the whole schedule.

    ``told_until`` is the moment up to which the weekly digest has counted.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="digest_times")
    kind = models.CharField(_("digest"), max_length=10, choices=DigestKind.choices)
    is_on = models.BooleanField(_("on"), default=True)
    hour = models.PositiveSmallIntegerField(_("hour"), default=USUAL_HOUR)
    weekday = models.PositiveSmallIntegerField(_("weekday"), null=True, blank=True)
    next_at = models.DateTimeField(_("next"))
    told_until = models.DateTimeField(_("told until"), default=timezone.now)

    objects: ClassVar[DigestTimeQuerySet] = DigestTimeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("time of a digest")
        verbose_name_plural = _("times of digests")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "kind"], name="digest_time_once_per_kind"),
            models.CheckConstraint(
                condition=models.Q(kind=DigestKind.DAILY, weekday__isnull=True, is_on=True)
                | models.Q(kind=DigestKind.WEEKLY, weekday__lte=6),
                name="digest_time_weekday_of_weekly_only",
            ),
            models.CheckConstraint(condition=models.Q(hour__lte=23), name="digest_time_hour_known"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_at", "id"], condition=models.Q(is_on=True), name="digest_time_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.user_id}"


class DigestItemQuerySet(models.QuerySet["DigestItem"]):
    """Many pieces of news."""

    def waiting(self) -> DigestItemQuerySet:
        """Return what stands in no digest yet."""
        return self.filter(digest__isnull=True)


class DigestItem(models.Model):
    """One piece of news that waits for one person's daily digest, then the digest that told it.

    ``what`` names the news, so that nobody is told twice. The digest is queued in the transaction
    that takes the item: whatever happens to a worker, news is in one digest or still waits.
    """

    recipient = models.ForeignKey(User, on_delete=models.PROTECT, related_name="digest_items")
    news = models.CharField(_("news"), max_length=20, choices=News.choices)
    what = models.CharField(max_length=80)
    response = models.ForeignKey(Response, on_delete=models.PROTECT, related_name="digest_items")
    alert = models.ForeignKey(
        "alerts.Alert", on_delete=models.PROTECT, related_name="digest_items", null=True, blank=True
    )
    data = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(_("at"), default=timezone.now)
    digest = models.ForeignKey(
        Delivery, on_delete=models.PROTECT, related_name="digest_items", null=True, blank=True
    )

    objects: ClassVar[DigestItemQuerySet] = DigestItemQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("news for a digest")
        verbose_name_plural = _("news for digests")
        ordering = ("at", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["recipient", "what"], name="digest_item_once"),
            models.CheckConstraint(
                condition=models.Q(news__in=News.values), name="digest_item_news_known"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["recipient", "at"],
                condition=models.Q(digest__isnull=True),
                name="digest_item_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what} for {self.recipient_id}"
