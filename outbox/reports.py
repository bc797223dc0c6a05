"""What was heard about a mail after it left, and how far a mailbox was read for it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outbox.ledger import AppendOnly
from outbox.refusals import Kind


class ReportKind(models.TextChoices):
    """What was heard about a mail after it left, or instead."""

    HARD_BOUNCE = Kind.HARD_BOUNCE.value, _("address does not work")
    UNDELIVERED = Kind.UNDELIVERED.value, _("not delivered")
    SOFT_BOUNCE = Kind.SOFT_BOUNCE.value, _("delayed")
    COMPLAINT = Kind.COMPLAINT.value, _("reported as spam")
    UNSUBSCRIBED = Kind.UNSUBSCRIBED.value, _("unsubscribed")
    OUT_OF_OFFICE = Kind.OUT_OF_OFFICE.value, _("out of office")
    LEFT = Kind.LEFT.value, _("has left, it seems")
    AUTO_REPLY = Kind.AUTO_REPLY.value, _("automatic reply")
    REPLY = Kind.REPLY.value, _("reply")


CAME_BACK = (ReportKind.HARD_BOUNCE, ReportKind.UNDELIVERED)
FROM_PROGRAMS = (ReportKind.OUT_OF_OFFICE, ReportKind.LEFT, ReportKind.AUTO_REPLY)


class Report(AppendOnly):
    """What somebody told us about one delivery: a provider, a bounce, a reply. Append-only.

    ``external_id`` makes the same event or mail one row, however often it is told. ``is_guess``:
    it names no mail of ours; the last one to that address is meant.
    """

    delivery = models.ForeignKey(
        "outbox.Delivery",
        verbose_name=_("delivery"),
        on_delete=models.CASCADE,
        related_name="reports",
    )
    kind = models.CharField(_("kind"), max_length=20, choices=ReportKind.choices)
    at = models.DateTimeField(_("at"), default=timezone.now)
    source = models.CharField(_("source"), max_length=40)
    status = models.CharField(_("status"), max_length=20, blank=True)
    detail = models.TextField(_("detail"), blank=True)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    text = models.TextField(_("text"), blank=True)
    is_guess = models.BooleanField(_("found by address"), default=False)
    external_id = models.CharField(max_length=150, unique=True, editable=False)
    created_at = models.DateTimeField(_("stored at"), default=timezone.now)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ("at", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind__in=ReportKind.values), name="report_kind_known"
            ),
            # A person's letter is theirs and the account manager's, not this table's.
            models.CheckConstraint(
                condition=models.Q(text="") | models.Q(kind__in=FROM_PROGRAMS),
                name="report_text_of_programs_only",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id}: {self.kind}"


class Bookmark(models.Model):
    """How far a mailbox was read, and what stood in the way the last time."""

    mailbox = models.CharField(_("mailbox"), max_length=300, unique=True)
    uid_validity = models.PositiveBigIntegerField(default=0)
    last_uid = models.PositiveBigIntegerField(default=0)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("bookmark")
        verbose_name_plural = _("bookmarks")

    def __str__(self) -> str:
        return self.mailbox
