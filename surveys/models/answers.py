"""What was answered, and the group it was put in."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from outbox.models import AppendOnly
from staff.models import User
from staff.roles import Right, has_right
from surveys import segmentation
from surveys.models.asking import Invitation
from surveys.models.parties import Contact, Project, Service
from surveys.segmentation import reason_in_words

MOTIVATION_MAX = 5000


class Satisfaction(models.TextChoices):
    """Question 1, in words."""

    DISSATISFIED = segmentation.Satisfaction.DISSATISFIED.value, _("Dissatisfied")
    SATISFIED = segmentation.Satisfaction.SATISFIED.value, _("Satisfied")
    MORE_THAN_SATISFIED = (
        segmentation.Satisfaction.MORE_THAN_SATISFIED.value,
        _("More than satisfied"),
    )


class Recommendation(models.TextChoices):
    """Question 3, in words."""

    YES = segmentation.Recommendation.YES.value, _("Yes")
    MAYBE = segmentation.Recommendation.MAYBE.value, _("Maybe")
    NO = segmentation.Recommendation.NO.value, _("No")
    NOT_ALLOWED = (
        segmentation.Recommendation.NOT_ALLOWED.value,
        _("My position does not allow that"),
    )


class Interest(models.TextChoices):
    """Question 4, in words."""

    YES = "yes", _("Yes")
    NOT_NOW = "not_now", _("Not now")


class Group(models.TextChoices):
    """The three groups, in words."""

    POSITIVE = segmentation.Group.POSITIVE.value, _("+ group")
    NEUTRAL = segmentation.Group.NEUTRAL.value, _("0 group")
    NEGATIVE = segmentation.Group.NEGATIVE.value, _("– group")


def recommendation_in_words(recommendation: str, score: int | None) -> str:
    """Return the answer to question 3 in the active language; on the 0–10 scale, the number."""
    if score is not None:
        return gettext("%(score)s on the scale of 0 to 10") % {"score": score}
    return str(dict(Recommendation.choices).get(recommendation, recommendation))


class ResponseQuerySet(models.QuerySet["Response"]):
    """Many responses."""

    def standing(self) -> ResponseQuerySet:
        """Return those that count: an invitation has at most one, also when answered anew."""
        return self.filter(replaced_at__isnull=True)


class Response(models.Model):
    """A client's answer, as given, with the group it was put in and why.

    One stands for an invitation (``Invitation.standing``). What was given before a reopening is
    kept, with the moment at which the new answer took its place.
    """

    invitation = models.ForeignKey(
        Invitation, verbose_name=_("invitation"), on_delete=models.PROTECT, related_name="responses"
    )
    satisfaction = models.CharField(_("satisfied"), max_length=20, choices=Satisfaction.choices)
    motivation = models.TextField(_("why"), max_length=MOTIVATION_MAX, blank=True)
    recommendation = models.CharField(
        _("recommends"), max_length=20, choices=Recommendation.choices
    )
    score = models.PositiveSmallIntegerField(
        _("score"), help_text=_("Only where the 0–10 scale was asked."), null=True, blank=True
    )
    interest = models.CharField(_("wants more"), max_length=10, choices=Interest.choices)
    services = models.ManyToManyField(
        Service, verbose_name=_("services"), blank=True, related_name="responses"
    )
    group = models.CharField(_("group"), max_length=10, choices=Group.choices)
    reason = models.CharField(_("reason"), max_length=50)
    rule_version = models.CharField(_("version of the rule"), max_length=20)
    language = models.CharField(_("language"), max_length=5, choices=settings.CLIENT_LANGUAGES)
    digest = models.CharField(max_length=64, editable=False)
    submitted_at = models.DateTimeField(_("submitted at"), default=timezone.now)
    replaced_at = models.DateTimeField(_("replaced at"), null=True, blank=True)

    objects: ClassVar[ResponseQuerySet] = ResponseQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("response")
        verbose_name_plural = _("responses")
        ordering = ("-submitted_at", "-pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(satisfaction__in=Satisfaction.values),
                name="response_satisfaction_known",
            ),
            models.CheckConstraint(
                condition=models.Q(recommendation__in=Recommendation.values),
                name="response_recommendation_known",
            ),
            # segmentation.recommendation_of, once more where nothing gets past it.
            models.CheckConstraint(
                condition=models.Q(score__isnull=True)
                | models.Q(score__gte=9, score__lte=10, recommendation="yes")
                | models.Q(score__gte=7, score__lte=8, recommendation="maybe")
                | models.Q(score__gte=0, score__lte=6, recommendation="no"),
                name="response_score_goes_with_recommendation",
            ),
            models.CheckConstraint(
                condition=models.Q(interest__in=Interest.values), name="response_interest_known"
            ),
            models.CheckConstraint(
                condition=models.Q(group__in=Group.values), name="response_group_known"
            ),
            models.UniqueConstraint(
                fields=["invitation"],
                condition=models.Q(replaced_at__isnull=True),
                name="response_one_stands",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["submitted_at", "group"], name="response_submitted_group"),
            models.Index(
                fields=["id"], condition=models.Q(rule_version=""), name="response_not_judged"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.glyph} {self.invitation}"

    @property
    def contact(self) -> Contact:
        """The person who answered."""
        return self.invitation.project_contact.contact

    @property
    def project(self) -> Project:
        """What they answered about."""
        return self.invitation.project_contact.project

    @property
    def glyph(self) -> str:
        """The brand's sign of the group: ``+``, ``0`` or ``–``."""
        return segmentation.GLYPHS[segmentation.Group(self.group)]

    @property
    def reason_text(self) -> str:
        """Why this group, in the active language."""
        return reason_in_words(self.reason, get_language() or "nl")

    @property
    def recommends(self) -> str:
        """The answer to question 3, in the active language."""
        return recommendation_in_words(self.recommendation, self.score)

    @property
    def is_alerting(self) -> bool:
        """Whether this answer raises an alert: + and – do."""
        return self.group != Group.NEUTRAL


class LaterAnswer(AppendOnly):
    """A different second answer through the same invitation: kept and shown, replaces nothing."""

    response = models.ForeignKey(
        Response, verbose_name=_("response"), on_delete=models.PROTECT, related_name="later_answers"
    )
    answers = models.JSONField(_("answers"))
    digest = models.CharField(max_length=64, editable=False)
    submitted_at = models.DateTimeField(_("submitted at"), default=timezone.now)

    class Meta:
        verbose_name = _("later answer")
        verbose_name_plural = _("later answers")
        ordering = ("submitted_at", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["response", "digest"], name="later_answer_once"),
        ]

    def __str__(self) -> str:
        return f"later answer {self.pk} to response {self.response_id}"


class HeldAnswerQuerySet(models.QuerySet["HeldAnswer"]):
    """Many answers that look automatic."""

    def visible_to(self, user: User) -> HeldAnswerQuerySet:
        """Return those of the user's projects and their team's; management sees all."""
        if not user.is_active:
            return self.none()
        if has_right(user, Right.SEE_ALL_ALERTS):
            return self
        managers = {user.pk} | User.objects.team_ids(user)
        return self.filter(invitation__project_contact__project__account_manager__in=managers)

    def on_hold(self) -> HeldAnswerQuerySet:
        """Return what nobody has decided about yet."""
        return self.filter(state=HeldAnswer.State.HELD)

    def decide(self, state: str, *, now: datetime, actor: User | None = None) -> int:
        """Give all of these another state; return how many there were."""
        return self.update(state=state, decided_at=now, decided_by=actor)


class HeldAnswer(models.Model):
    """An answer that looks automatic: stored and shown, raises nothing until a person says so.

    A later answer of the client through the same invitation replaces it; staff can confirm it,
    which records it as the response it would have been.
    """

    class State(models.TextChoices):
        HELD = "held", _("on hold")
        CONFIRMED = "confirmed", _("confirmed")
        REPLACED = "replaced", _("replaced by the client's own answer")
        DISMISSED = "dismissed", _("dismissed")

    invitation = models.ForeignKey(
        Invitation,
        verbose_name=_("invitation"),
        on_delete=models.PROTECT,
        related_name="held_answers",
    )
    answers = models.JSONField(_("answers"))
    signs = models.JSONField(_("why it looks automatic"), default=list)
    digest = models.CharField(max_length=64, editable=False)
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.HELD)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        User,
        verbose_name=_("decided by"),
        on_delete=models.PROTECT,
        related_name="held_answers_decided",
        null=True,
        blank=True,
    )

    objects: ClassVar[HeldAnswerQuerySet] = HeldAnswerQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("answer on hold")
        verbose_name_plural = _("answers on hold")
        ordering = ("-received_at", "-pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["invitation", "digest"], name="held_answer_once"),
            models.CheckConstraint(
                condition=models.Q(state="held", decided_at__isnull=True)
                | ~models.Q(state="held") & models.Q(decided_at__isnull=False),
                name="held_answer_decided_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"answer on hold {self.pk} of invitation {self.invitation_id}"

    @property
    def group(self) -> str:
        """The group it would be put in."""
        verdict = segmentation.segment(
            segmentation.Satisfaction(self.answers["satisfaction"]),
            segmentation.Recommendation(self.answers["recommendation"]),
        )
        return verdict.group.value

    @property
    def choices_in_words(self) -> str:
        """The answers to questions 1, 3 and 4, in the active language."""
        given = self.answers
        return " · ".join(
            (
                str(Satisfaction(given["satisfaction"]).label),
                recommendation_in_words(given["recommendation"], given.get("score")),
                str(Interest(given["interest"]).label),
            )
        )
