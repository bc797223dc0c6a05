"""What is asked at which moment: versions of the four questions, each in its own words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from staff.models import User
from surveys.models.parties import Service

WORDING_MAX = 200  # characters of one question: four short questions are half a minute


class Touchpoint(models.TextChoices):
    """The moment of asking."""

    PROJECT_CLOSE = "project_close", _("project close")
    DELIVERY = "delivery", pgettext_lazy("touchpoint", "delivery")
    MID_PROJECT = "mid_project", _("halfway through the project")
    AFTERCARE = "aftercare", _("aftercare")


UNDER_WAY = (Touchpoint.MID_PROJECT, Touchpoint.DELIVERY)  # asked while the work still goes on


class QuestionnaireQuerySet(models.QuerySet["Questionnaire"]):
    """Many versions."""

    def active(self) -> QuestionnaireQuerySet:
        """Return those that new invitations use, at most one for each touchpoint."""
        return self.filter(is_active=True)

    def in_use(self, touchpoints: Iterable[str]) -> dict[str, Questionnaire]:
        """Return the active one of each of ``touchpoints``, with its wordings; frozen or not."""
        found = self.active().filter(touchpoint__in=touchpoints).prefetch_related("wordings")
        return {one.touchpoint: one for one in found}

    def not_frozen(self) -> QuestionnaireQuerySet:
        """Return those that were never sent, and so may still change."""
        return self.filter(frozen_at__isnull=True)


class Questionnaire(models.Model):
    """One version of the four questions, for one touchpoint.

    Never more than these four (PRODUCT): a version has words, services and a scale, no questions
    of its own. From the first invitation on it is frozen: who got a link always sees the version
    of their invitation. A touchpoint has at most one version that is not frozen.
    """

    class Scale(models.TextChoices):
        THREE_STEP = "three_step", _("yes, maybe, no")
        ZERO_TO_TEN = "zero_to_ten", _("0 to 10")

    touchpoint = models.CharField(_("touchpoint"), max_length=20, choices=Touchpoint.choices)
    version = models.PositiveSmallIntegerField(_("version"))
    scale = models.CharField(
        _("scale"), max_length=20, choices=Scale.choices, default=Scale.THREE_STEP
    )
    services = models.ManyToManyField(
        Service,
        verbose_name=_("services"),
        help_text=_("Empty: every service that is offered."),
        through="QuestionnaireService",
        related_name="questionnaires",
        blank=True,
    )
    is_active = models.BooleanField(_("in use"), default=False)
    activated_at = models.DateTimeField(_("in use since"), null=True, blank=True)
    frozen_at = models.DateTimeField(_("first sent at"), null=True, blank=True)
    created_at = models.DateTimeField(_("made at"), default=timezone.now)
    created_by = models.ForeignKey(
        User, verbose_name=_("by"), on_delete=models.PROTECT, related_name="questionnaires"
    )

    objects: ClassVar[QuestionnaireQuerySet] = QuestionnaireQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("questionnaire")
        verbose_name_plural = _("questionnaires")
        ordering = ("touchpoint", "-version")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["touchpoint", "version"], name="questionnaire_version_once"
            ),
            models.UniqueConstraint(
                fields=["touchpoint"],
                condition=models.Q(is_active=True),
                name="questionnaire_one_active",
            ),
            models.UniqueConstraint(
                fields=["touchpoint"],
                condition=models.Q(frozen_at__isnull=True),
                name="questionnaire_one_not_frozen",
            ),
            models.CheckConstraint(
                condition=models.Q(touchpoint__in=Touchpoint.values),
                name="questionnaire_touchpoint_known",
            ),
            models.CheckConstraint(
                condition=models.Q(scale__in=["three_step", "zero_to_ten"]),
                name="questionnaire_scale_known",
            ),
            # Only what was in use can be active, or have been sent.
            models.CheckConstraint(
                condition=models.Q(activated_at__isnull=False)
                | models.Q(is_active=False, frozen_at__isnull=True),
                name="questionnaire_used_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_touchpoint_display()}, {self.version}"

    @property
    def is_frozen(self) -> bool:
        """Whether it has been sent, so that nothing of it changes any more."""
        return self.frozen_at is not None

    @property
    def is_draft(self) -> bool:
        """Whether it was never sent and is not in use: it can be thrown away."""
        return self.frozen_at is None and not self.is_active

    def wording(self, language: str) -> QuestionWording:
        """Return its own words in ``language``; all blank where there are none."""
        own = (one for one in self.wordings.all() if one.language == language)
        return next(own, QuestionWording(questionnaire=self, language=language))


class QuestionnaireService(models.Model):
    """A service that a version names. Protected: without it the page would name every service."""

    questionnaire = models.ForeignKey(
        Questionnaire, on_delete=models.CASCADE, related_name="chosen_services"
    )
    service = models.ForeignKey(
        Service, verbose_name=_("service"), on_delete=models.PROTECT, related_name="chosen_in"
    )

    class Meta:
        verbose_name = _("service of a questionnaire")
        verbose_name_plural = _("services of questionnaires")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["questionnaire", "service"], name="questionnaire_service_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.questionnaire}: {self.service}"


def _question(label: Any) -> models.CharField[str, str]:
    return models.CharField(label, max_length=WORDING_MAX, blank=True)


class QuestionWording(models.Model):
    """The firm's own words of the four questions in one language; blank is our standard text."""

    questionnaire = models.ForeignKey(
        Questionnaire,
        verbose_name=_("questionnaire"),
        on_delete=models.CASCADE,
        related_name="wordings",
    )
    language = models.CharField(_("language"), max_length=5, choices=settings.CLIENT_LANGUAGES)
    satisfaction = _question(_("question 1"))
    motivation = _question(_("question 2"))
    recommendation = _question(_("question 3"))
    interest = _question(_("question 4"))

    class Meta:
        verbose_name = _("wording")
        verbose_name_plural = _("wordings")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["questionnaire", "language"], name="question_wording_once_per_language"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.questionnaire}, {self.language}"
