"""What people of the firm add to the mails: its own wording, a personal line, what was done."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from staff.models import User
from surveys.models.answers import Response
from surveys.models.asking import Invitation
from surveys.models.parties import ProjectContact

SUBJECT_MAX = 120
BODY_MAX = 1500
LINE_MAX = 200
FOLLOW_UP_MAX = 300


class TextKind(models.TextChoices):
    """The mails whose wording is the firm's to choose."""

    INVITATION = "invitation", _("invitation")
    REMINDER = "reminder", _("reminder")
    LAST_REMINDER = "last_reminder", _("last reminder")


OwnTexts = dict[tuple[str, str], "MailText"]  # by kind and language


class MailTextQuerySet(models.QuerySet["MailText"]):
    """Many own texts."""

    def in_hand(self) -> OwnTexts:
        """Return every own text by kind and language, in one query."""
        return {(text.kind, text.language): text for text in self}

    def write(
        self,
        *,
        kind: str,
        language: str,
        subject: str,
        body: str,
        author: User,
        now: datetime | None = None,
    ) -> MailText:
        """Store the firm's own wording of one mail in one language, in place of an earlier one."""
        text, _is_new = self.update_or_create(
            kind=kind,
            language=language,
            defaults={
                "subject": subject,
                "body": body,
                "changed_by": author,
                "changed_at": now or timezone.now(),
            },
        )
        return text


class MailText(models.Model):
    """The firm's own subject and opening of one mail in one language. No row: the product's own.

    ``body`` is what stands before question 1: plain text with placeholders such as ``{project}``,
    which ``surveys.texts`` fills in. Paragraphs are apart by an empty line.
    """

    kind = models.CharField(_("mail"), max_length=20, choices=TextKind.choices)
    language = models.CharField(_("language"), max_length=5, choices=settings.CLIENT_LANGUAGES)
    subject = models.CharField(_("subject"), max_length=SUBJECT_MAX)
    body = models.TextField(_("text"), max_length=BODY_MAX)
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now)
    changed_by = models.ForeignKey(
        User, verbose_name=_("changed by"), on_delete=models.PROTECT, related_name="mail_texts"
    )

    objects: ClassVar[MailTextQuerySet] = MailTextQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("text of a mail")
        verbose_name_plural = _("texts of mails")
        ordering = ("kind", "language")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "language"], name="mail_text_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=TextKind.values), name="mail_text_kind_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(subject="") & ~models.Q(body=""), name="mail_text_not_empty"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.language})"


class PersonalLineQuerySet(models.QuerySet["PersonalLine"]):
    """Many personal lines."""

    def in_own_name(self) -> PersonalLineQuerySet:
        """Return those written by whoever manages the account now: the mail is in that name."""
        return self.filter(author=F("project_contact__project__account_manager"))


class PersonalLine(models.Model):
    """One sentence of the account manager to one contact, in the invitation about one project."""

    project_contact = models.OneToOneField(
        ProjectContact,
        verbose_name=_("contact"),
        on_delete=models.CASCADE,
        related_name="personal_line",
    )
    text = models.CharField(_("text"), max_length=LINE_MAX)
    author = models.ForeignKey(
        User, verbose_name=_("by"), on_delete=models.PROTECT, related_name="personal_lines"
    )
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now)

    objects: ClassVar[PersonalLineQuerySet] = PersonalLineQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("personal line")
        verbose_name_plural = _("personal lines")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(text=""), name="personal_line_not_empty"),
        ]

    def __str__(self) -> str:
        return f"personal line {self.pk} for project contact {self.project_contact_id}"


class FollowUp(models.Model):
    """What was done with an answer, in words that the client reads in their next invitation.

    Told once: ``told_in`` is the invitation that carries it. Where that invitation is taken back,
    it is untold again.
    """

    response = models.OneToOneField(
        Response, verbose_name=_("response"), on_delete=models.CASCADE, related_name="follow_up"
    )
    text = models.CharField(_("text"), max_length=FOLLOW_UP_MAX)
    author = models.ForeignKey(
        User, verbose_name=_("by"), on_delete=models.PROTECT, related_name="follow_ups"
    )
    at = models.DateTimeField(_("at"), default=timezone.now)
    told_in = models.ForeignKey(
        Invitation,
        verbose_name=_("told in"),
        on_delete=models.SET_NULL,
        related_name="follow_ups_told",
        null=True,
        blank=True,
    )

    class Meta:
        verbose_name = _("what was done with an answer")
        verbose_name_plural = _("what was done with answers")
        ordering = ("-at", "-pk")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(text=""), name="follow_up_not_empty"),
            models.UniqueConstraint(fields=["told_in"], name="follow_up_one_per_invitation"),
        ]

    def __str__(self) -> str:
        return f"follow-up {self.pk} of response {self.response_id}"
