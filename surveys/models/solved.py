"""The one question after a – was closed: is it solved for you? And what the client says to it.

It is no invitation and its answer no response: it counts nowhere that those do.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outbox.models import AppendOnly, Delivery
from surveys.models.answers import Response
from surveys.models.asking import Link, Suppression
from surveys.models.parties import Contact

LINE_OF_CLIENT_MAX = 300
SOLVED_ANSWERS_MAX = 20  # of one question: more is no change of mind
# A question that could not be put for so long, after it was due, is about something of the past.
ASKED_WITHIN = timedelta(days=30)


class Verdict(models.TextChoices):
    """What a client says."""

    YES = "yes", _("solved")
    NOT_YET = "not_yet", _("not solved yet")


class SolvedQuestionQuerySet(models.QuerySet["SolvedQuestion"]):
    """Many questions."""

    def by_token(self, token: str) -> SolvedQuestionQuerySet:
        """Return the question that a mail with ``token`` asks, if there is one."""
        return self.filter(link__token_hash=Link.hash_of(token))

    def unanswered(self) -> SolvedQuestionQuerySet:
        """Return those that wait, to be asked or to be answered."""
        return self.filter(withdrawn_at__isnull=True, answers__isnull=True)

    def to_ask(self, now: datetime) -> SolvedQuestionQuerySet:
        """Return those whose turn it is, of people who may be written to about that project.

        Decided at every run: whose address is mended soon after is asked after all.
        """
        part = "response__invitation__project_contact"
        held_back = Suppression.objects.in_force().filter(project_contact=models.OuterRef(part))
        return self.filter(
            ~models.Exists(held_back),
            asked_at__isnull=True,
            withdrawn_at__isnull=True,
            due_at__lte=now,
            due_at__gt=now - ASKED_WITHIN,
            response__replaced_at__isnull=True,
            **{
                f"{part}__contact__opted_out_at__isnull": True,
                f"{part}__contact__bounced_at__isnull": True,
            },
        )


class SolvedQuestion(models.Model):
    """That a client is to be asked, once, whether what they were negative about is solved.

    One for each closing as solved. ``due_at`` is from when on it may be asked; the mail is made
    when it is, to the address and in the name of that day.
    """

    response = models.ForeignKey(
        Response,
        verbose_name=_("response"),
        on_delete=models.PROTECT,
        related_name="solved_questions",
    )
    made_at = models.DateTimeField(_("made at"), default=timezone.now)
    due_at = models.DateTimeField(_("due"))
    asked_at = models.DateTimeField(_("asked at"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    # The capability in its mail: a link of the invitation, so that it also opens the way out.
    link = models.OneToOneField(
        Link, on_delete=models.PROTECT, related_name="solved_question", null=True, blank=True
    )
    delivery = models.OneToOneField(
        Delivery,
        verbose_name=_("delivery"),
        on_delete=models.SET_NULL,
        related_name="solved_question",
        null=True,
        blank=True,
    )

    objects: ClassVar[SolvedQuestionQuerySet] = SolvedQuestionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("question whether it is solved")
        verbose_name_plural = _("questions whether it is solved")
        ordering = ("made_at", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(
                    asked_at__isnull=True, expires_at__isnull=True, link__isnull=True
                )
                | models.Q(
                    asked_at__isnull=False,
                    link__isnull=False,
                    expires_at__gt=models.F("asked_at"),
                ),
                name="solved_question_asked_has_link",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(asked_at__isnull=True, withdrawn_at__isnull=True),
                name="solved_question_to_ask",
            ),
        ]

    def __str__(self) -> str:
        return f"question {self.pk} about response {self.response_id}"

    @property
    def contact(self) -> Contact:
        """Who is asked."""
        return self.response.contact

    @property
    def language(self) -> str:
        """The language of mail and page: the one in which they answered the four questions."""
        return self.response.language

    @property
    def delivery_key(self) -> str:
        """The ``dedupe_key`` of its mail. It begins as those of the invitation do, so that what
        comes back of it is known as a mail to that contact."""
        return f"invitation:{self.response.invitation_id}:solved:{self.link_id}"

    @property
    def last_answer(self) -> SolvedAnswer | None:
        """What the client says by now; None while they said nothing. Reads ``answers``."""
        return max(self.answers.all(), key=lambda one: (one.given_at, one.pk), default=None)

    def is_open(self, now: datetime) -> bool:
        """Whether its page takes an answer: the first, or another one."""
        return self.withdrawn_at is None and self.expires_at is not None and now < self.expires_at

    def open(self, link: Link, *, at: datetime) -> None:
        """Store that it is asked at ``at``, by ``link``, which lives from then on."""
        self.link, self.asked_at = link, at
        self.expires_at = at + timedelta(days=settings.INVITATION_EXPIRES_AFTER_DAYS)
        self.save(update_fields=["link", "asked_at", "expires_at"])


class SolvedAnswer(AppendOnly):
    """What a client said, once or again: the last one is what they say now."""

    question = models.ForeignKey(
        SolvedQuestion,
        verbose_name=_("question"),
        on_delete=models.PROTECT,
        related_name="answers",
    )
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict.choices)
    line = models.CharField(_("in own words"), max_length=LINE_OF_CLIENT_MAX, blank=True)
    language = models.CharField(_("language"), max_length=5, choices=settings.CLIENT_LANGUAGES)
    given_at = models.DateTimeField(_("given at"), default=timezone.now)

    class Meta:
        verbose_name = _("answer whether it is solved")
        verbose_name_plural = _("answers whether it is solved")
        ordering = ("given_at", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(verdict__in=Verdict.values), name="solved_answer_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verdict}, question {self.question_id}"

    @property
    def is_yes(self) -> bool:
        """Whether it is solved, says the client."""
        return self.verdict == Verdict.YES
