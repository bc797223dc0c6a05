"""What ambassadors were asked for, and what they answered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from alerts.models import Alert
from outbox.models import AppendOnly
from staff.models import User
from surveys.models import Contact

NOTE_MAX = 1000
REASON_MAX = 300


class AskKind(models.TextChoices):
    """What an ambassador can be asked for (PRODUCT, from close to follow-up, 8)."""

    INTRODUCTION = "introduction", _("introduction")
    REFERENCE = "reference", _("reference")
    STORY = "story", _("story")
    QUOTE = "quote", _("quote")
    STATEMENT = "statement", _("satisfaction statement")


class AskAnswer(models.TextChoices):
    """What the ambassador said to it."""

    OPEN = "open", _("no answer yet")
    YES = "yes", _("yes")
    NO = "no", _("no")
    LATER = "later", _("later")


# Until one of the other two is given, the ambassador still owes an answer.
UNDECIDED = (AskAnswer.OPEN, AskAnswer.LATER)


class AskQuerySet(models.QuerySet["Ask"]):
    """Many asks."""

    def visible_to(self, user: User) -> AskQuerySet:
        """Return those that came from alerts ``user`` may see."""
        return self.filter(alert__in=Alert.objects.visible_to(user).values("pk"))

    def again(self, first: date | None, last: date) -> AskQuerySet:
        """Return those with the answer "later" to ask again in these days, if nothing was asked
        from the same alert since."""
        newer = Ask.objects.filter(alert=models.OuterRef("alert"), pk__gt=models.OuterRef("pk"))
        later = self.filter(answer=AskAnswer.LATER, again_on__lte=last)
        if first is not None:
            later = later.filter(again_on__gte=first)
        return later.filter(~models.Exists(newer))

    def of_contact(self, contact: Contact) -> AskQuerySet:
        """Return all that one person was ever asked, by whomever, the latest first."""
        return self.filter(contact=contact).order_by("-asked_on", "-pk")

    def last_of(self, contacts: Iterable[int]) -> dict[int, Ask]:
        """Return the last ask of each of these contacts that were ever asked. One query."""
        asks = self.filter(contact__in=list(contacts)).select_related("asked_by")
        return {ask.contact_id: ask for ask in asks.order_by("asked_on", "pk")}


class Ask(models.Model):
    """One thing asked of one person, from a + alert, with the answer."""

    contact = models.ForeignKey(
        Contact, verbose_name=_("contact"), on_delete=models.PROTECT, related_name="asks"
    )
    alert = models.ForeignKey(
        Alert, verbose_name=_("alert"), on_delete=models.PROTECT, related_name="asks"
    )
    kind = models.CharField(_("asked for"), max_length=15, choices=AskKind.choices)
    asked_by = models.ForeignKey(
        User, verbose_name=_("asked by"), on_delete=models.PROTECT, related_name="asks"
    )
    asked_on = models.DateField(_("asked on"))
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now)
    note = models.CharField(_("note"), max_length=NOTE_MAX, blank=True)
    # Why it was asked although the rule says to wait.
    override_reason = models.CharField(_("why nevertheless"), max_length=REASON_MAX, blank=True)
    answer = models.CharField(
        _("answer"), max_length=10, choices=AskAnswer.choices, default=AskAnswer.OPEN
    )
    answered_on = models.DateField(_("answered on"), null=True, blank=True)
    answer_recorded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    # The day on which the ambassador may be asked again, with the answer "later".
    again_on = models.DateField(_("again on"), null=True, blank=True)

    objects: ClassVar[AskQuerySet] = AskQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("ask")
        verbose_name_plural = _("asks")
        ordering = ("-asked_on", "-pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind__in=AskKind.values), name="ask_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(answer__in=AskAnswer.values), name="ask_answer_known"
            ),
            models.CheckConstraint(
                condition=models.Q(answer=AskAnswer.OPEN, answered_on=None, answer_recorded_by=None)
                | ~models.Q(answer=AskAnswer.OPEN)
                & models.Q(answered_on__isnull=False, answer_recorded_by__isnull=False),
                name="ask_answered_has_day",
            ),
            models.CheckConstraint(
                condition=models.Q(answered_on=None)
                | models.Q(answered_on__gte=models.F("asked_on")),
                name="ask_answered_after_asked",
            ),
            models.CheckConstraint(
                condition=models.Q(answer=AskAnswer.LATER, again_on__isnull=False)
                | ~models.Q(answer=AskAnswer.LATER) & models.Q(again_on=None),
                name="ask_later_has_day",
            ),
            models.UniqueConstraint(
                fields=["contact", "kind"],
                condition=models.Q(answer=AskAnswer.OPEN),
                name="ask_open_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["contact", "-asked_on", "-id"], name="ask_last_of_contact"),
            models.Index(
                fields=["again_on"],
                condition=models.Q(answer=AskAnswer.LATER),
                name="ask_again_by_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"

    @property
    def is_undecided(self) -> bool:
        """Whether the ambassador still owes an answer."""
        return self.answer in UNDECIDED


class AskCorrection(AppendOnly):
    """That a recorded answer was wrong: who set it right, to what, and why. Append-only."""

    ask = models.ForeignKey(Ask, on_delete=models.PROTECT, related_name="corrections")
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"), default=timezone.now)
    reason = models.CharField(_("why"), max_length=REASON_MAX)
    old_answer = models.CharField(_("was"), max_length=10, choices=AskAnswer.choices)
    old_answered_on = models.DateField(_("answered on"))
    new_answer = models.CharField(_("became"), max_length=10, choices=AskAnswer.choices)
    new_answered_on = models.DateField(_("answered on"))

    class Meta:
        verbose_name = _("correction of an answer")
        verbose_name_plural = _("corrections of answers")
        ordering = ("at", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(reason=""), name="ask_correction_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old_answer} → {self.new_answer}, ask {self.ask_id}"
