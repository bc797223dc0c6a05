"""Team challenges: divisions that do something more for a while, for a pot in their own words."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from staff.models import Division, User

CHALLENGE_NAME_MAX, POT_MAX = 80, 200


class ChallengeQuerySet(models.QuerySet["Challenge"]):
    """Many challenges."""

    def begun(self, today: date) -> ChallengeQuerySet:
        """Return those that run or ran: not what is still to come, or was called off before."""
        called_off = models.Q(ended_at__isnull=False, ended_at__date__lt=models.F("first_on"))
        return self.filter(first_on__lte=today).exclude(called_off)

    def to_come(self, today: date) -> ChallengeQuerySet:
        """Return those that begin after ``today``, unless called off."""
        return self.filter(first_on__gt=today, ended_at__isnull=True)

    def overlapping(self, first: date, last: date) -> ChallengeQuerySet:
        """Return those that nobody ended and that share a day with this period."""
        return self.filter(ended_at__isnull=True, first_on__lte=last, last_on__gte=first)


class Challenge(models.Model):
    """A challenge between divisions in a period. There is nothing in it about persons."""

    name = models.CharField(_("name"), max_length=CHALLENGE_NAME_MAX)
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"))
    divisions = models.ManyToManyField(
        Division, verbose_name=_("divisions"), related_name="challenges"
    )
    has_leads = models.BooleanField(_("leads"), default=False)
    has_follow_up = models.BooleanField(_("follow-up in time"), default=False)
    has_introductions = models.BooleanField(_("introductions"), default=False)
    pot = models.CharField(_("pot"), max_length=POT_MAX, blank=True)
    started_at = models.DateTimeField(default=timezone.now, editable=False)
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # Earlier than planned; with what was counted until then.
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects: ClassVar[ChallengeQuerySet] = ChallengeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("team challenge")
        verbose_name_plural = _("team challenges")
        ordering = ("-first_on", "-pk")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(name=""), name="challenge_has_name"),
            models.CheckConstraint(
                condition=models.Q(first_on__lte=models.F("last_on")),
                name="challenge_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=models.Q(has_leads=True)
                | models.Q(has_follow_up=True)
                | models.Q(has_introductions=True),
                name="challenge_counts_something",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, ended_by__isnull=True)
                | models.Q(ended_at__isnull=False, ended_by__isnull=False),
                name="challenge_ended_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def until_on(self) -> date:
        """The last day that counts: as planned, or the day on which it was ended."""
        if self.ended_at is None:
            return self.last_on
        return min(self.last_on, timezone.localdate(self.ended_at))

    @property
    def begins_at(self) -> datetime:
        """From when on it counts: midnight of the firm's first day."""
        return _midnight(self.first_on)

    @property
    def ends_at(self) -> datetime:
        """Until when it counts, that moment itself not."""
        after = _midnight(date.fromordinal(self.last_on.toordinal() + 1))
        return after if self.ended_at is None else min(after, self.ended_at)

    def is_to_come(self, today: date) -> bool:
        """Whether it begins after ``today``."""
        return today < self.first_on

    def is_running(self, today: date) -> bool:
        """Whether what happens ``today`` still counts."""
        return self.ended_at is None and self.first_on <= today <= self.last_on

    def can_be_ended(self, today: date) -> bool:
        """Whether there is anything left to end."""
        return self.ended_at is None and today <= self.last_on


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
