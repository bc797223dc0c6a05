"""Who is asked about what, who is not and why, and the links that open the page."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from outbox.models import Delivery
from staff.models import User
from staff.roles import Right, has_right
from surveys.models.parties import Contact, Project, ProjectContact
from surveys.models.questionnaires import UNDER_WAY, Questionnaire, Touchpoint


class LeftOut(models.TextChoices):
    """Why a contact of a closed project is not invited (PRODUCT, from close to follow-up, 2)."""

    CLOSED_LONG_AGO = "closed_long_ago", _("project closed too long ago")
    CLOSES_LATER = "closes_later", _("project closes later")
    WAITING = "waiting", _("asked some working days after closing")
    INVITED_BEFORE = "invited_before", _("invited for this project already")
    ASKED_TOGETHER = "asked_together", _("asked together with another project")
    SUPPRESSED = "suppressed", _("held back, with a reason")
    OPTED_OUT = "opted_out", _("does not want to be asked")
    BOUNCED = "bounced", _("address does not work")
    ASKED_RECENTLY = "asked_recently", _("asked recently already")


class Omission(models.Model):
    """Why one contact of one closed project is not asked: coverage explains itself.

    Decided again at every run of the invitations; gone once the contact is invited after all.
    """

    project_contact = models.OneToOneField(
        ProjectContact,
        verbose_name=_("contact"),
        on_delete=models.CASCADE,
        related_name="omission",
    )
    reason = models.CharField(_("reason"), max_length=20, choices=LeftOut.choices)
    decided_at = models.DateTimeField(_("decided at"), default=timezone.now)

    class Meta:
        verbose_name = _("omission")
        verbose_name_plural = _("omissions")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(reason__in=LeftOut.values), name="omission_reason_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_contact}: {self.reason}"


class SuppressionQuerySet(models.QuerySet["Suppression"]):
    """Many decisions not to ask."""

    def in_force(self) -> SuppressionQuerySet:
        """Return those that nobody has lifted."""
        return self.filter(lifted_at__isnull=True)


class Suppression(models.Model):
    """A supervisor's decision not to ask one contact about one project, with its reason."""

    class Reason(models.TextChoices):
        CLIENT_ASKED = "client_asked", _("the client asked for it")
        DISPUTE = "dispute", _("a dispute is running")
        LEFT = "left", _("the contact has left")
        OTHER = "other", _("another reason")

    project_contact = models.ForeignKey(
        ProjectContact,
        verbose_name=_("contact"),
        on_delete=models.CASCADE,
        related_name="suppressions",
    )
    reason = models.CharField(_("reason"), max_length=20, choices=Reason.choices)
    note = models.CharField(_("note"), max_length=300, blank=True)
    actor = models.ForeignKey(
        User, verbose_name=_("by"), on_delete=models.PROTECT, related_name="suppressions"
    )
    at = models.DateTimeField(_("at"), default=timezone.now)
    lifted_at = models.DateTimeField(_("lifted at"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        User,
        verbose_name=_("lifted by"),
        on_delete=models.PROTECT,
        related_name="lifted_suppressions",
        null=True,
        blank=True,
    )

    objects: ClassVar[SuppressionQuerySet] = SuppressionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("held back")
        verbose_name_plural = _("held back")
        ordering = ("-at", "-pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["project_contact"],
                condition=models.Q(lifted_at__isnull=True),
                name="suppression_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(reason="other", note=""), name="suppression_other_has_note"
            ),
            models.CheckConstraint(
                condition=models.Q(lifted_at__isnull=True, lifted_by__isnull=True)
                | models.Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="suppression_lifted_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_contact}: {self.reason}"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What pages tell of the response that stands."""

    pk: int
    group: str
    language: str
    submitted_at: datetime


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Many invitations."""

    def visible_to(self, user: User) -> InvitationQuerySet:
        """Return those of the contacts whose invitations ``user`` prepares."""
        return self.filter(project_contact__in=ProjectContact.objects.visible_to(user))

    def decided_by(self, user: User) -> InvitationQuerySet:
        """Return those that ``user`` may reopen: their team's; management everybody's."""
        return self.filter(project_contact__in=ProjectContact.objects.decided_by(user))

    def read_by(self, user: User) -> InvitationQuerySet:
        """Return those whose answers ``user`` reads: own projects and the team's; management all.

        It is what the client's page promises about who reads them.
        """
        if not user.is_active:
            return self.none()
        if has_right(user, Right.SEE_ALL_ALERTS):
            return self
        managers = {user.pk} | User.objects.team_ids(user)
        return self.filter(project_contact__project__account_manager__in=managers)


class Invitation(models.Model):
    """One contact asked about one project at one touchpoint. At most one answer stands."""

    project_contact = models.ForeignKey(
        ProjectContact,
        verbose_name=_("contact"),
        on_delete=models.PROTECT,
        related_name="invitations",
    )
    also_about = models.ManyToManyField(
        ProjectContact,
        verbose_name=_("also about"),
        help_text=_("Other projects of the same contact that this invitation names."),
        related_name="named_in",
        blank=True,
    )
    touchpoint = models.CharField(
        _("touchpoint"),
        max_length=20,
        choices=Touchpoint.choices,
        default=Touchpoint.PROJECT_CLOSE,
    )
    questionnaire = models.ForeignKey(
        Questionnaire,
        verbose_name=_("questionnaire"),
        help_text=_("The version that was asked; empty: our standard questions."),
        on_delete=models.PROTECT,
        related_name="invitations",
        null=True,
        blank=True,
    )
    language = models.CharField(_("language"), max_length=5, choices=settings.CLIENT_LANGUAGES)
    invited_at = models.DateTimeField(_("invited at"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires at"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    reopened_at = models.DateTimeField(
        _("reopened at"),
        help_text=_("Set while a new answer may take the place of the one that stands."),
        null=True,
        blank=True,
    )
    delivery = models.OneToOneField(
        Delivery,
        verbose_name=_("delivery"),
        help_text=_("The first mail; reminders have their own."),
        on_delete=models.SET_NULL,
        related_name="invitation",
        null=True,
        blank=True,
    )

    objects: ClassVar[InvitationQuerySet] = InvitationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ("-invited_at", "-pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["project_contact", "touchpoint"], name="invitation_once_per_touchpoint"
            ),
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("invited_at")),
                name="invitation_expires_later",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["invited_at"], name="invitation_invited_at")]

    def __str__(self) -> str:
        return f"{self.project_contact}, {self.touchpoint}"

    @property
    def contact(self) -> Contact:
        """The person who is asked."""
        return self.project_contact.contact

    @property
    def project(self) -> Project:
        """What they are asked about."""
        return self.project_contact.project

    @property
    def about(self) -> str:
        """By what its mails are found in the outbox: contact, client, and every project named."""
        others = [f"{project.name} ({project.number})" for project in self.other_projects]
        return " · ".join([self.project_contact.about, *others])

    @property
    def is_under_way(self) -> bool:
        """Whether it asks about work that still goes on."""
        return self.touchpoint in UNDER_WAY

    @cached_property
    def other_projects(self) -> list[Project]:
        """The projects that the invitation names beside its own, the one closed last first."""
        others = Project.objects.filter(project_contacts__named_in=self)
        return list(others.order_by("-closed_on", "-pk"))

    @property
    def other_names(self) -> str:
        """The names of ``other_projects`` in one phrase; empty without any."""
        return ", ".join(project.name for project in self.other_projects)

    @cached_property
    def standing(self) -> Standing | None:
        """The response that stands; None while there is no answer. Asked once for a row in hand."""
        found = self.responses.standing().values("pk", "group", "language", "submitted_at").first()
        return None if found is None else Standing(**found)

    @property
    def is_answered(self) -> bool:
        """Whether the client is thanked, and no longer asked."""
        return self.standing is not None and self.reopened_at is None

    @property
    def delivery_key(self) -> str:
        """The ``dedupe_key`` of the invitation mail in the outbox."""
        return f"invitation:{self.pk}:email"

    def reminder_key(self, number: int) -> str:
        """Return the ``dedupe_key`` of the ``number``-th reminder in the outbox."""
        return f"invitation:{self.pk}:reminder:{number}"

    def is_open(self, now: datetime) -> bool:
        """Whether the page may still be answered for the first time, or anew."""
        return self.withdrawn_at is None and now < self.expires_at


def name_other_projects(invitations: Sequence[Invitation]) -> None:
    """Fetch ``other_projects`` of all of ``invitations`` in one query."""
    naming = Invitation.also_about.through.objects.filter(invitation__in=invitations)
    found: dict[int, list[Project]] = {one.pk: [] for one in invitations}
    newest_first = ("-projectcontact__project__closed_on", "-projectcontact__project__pk")
    rows = naming.select_related("projectcontact__project").order_by(*newest_first)
    for row in rows:
        found[row.invitation_id].append(row.projectcontact.project)
    for one in invitations:
        one.other_projects = found[one.pk]


class LinkQuerySet(models.QuerySet["Link"]):
    """Many links."""

    def by_token(self, token: str) -> LinkQuerySet:
        """Return the link that opens with ``token``, if there is one."""
        return self.filter(token_hash=Link.hash_of(token))


class Link(models.Model):
    """The capability in one mail: 192 random bits, stored as a hash only."""

    invitation = models.ForeignKey(
        Invitation, verbose_name=_("invitation"), on_delete=models.CASCADE, related_name="links"
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    reminder = models.PositiveSmallIntegerField(
        _("reminder"), default=0, help_text=_("0: the invitation itself; 1, 2: a reminder.")
    )
    created_at = models.DateTimeField(_("made at"), default=timezone.now)

    objects: ClassVar[LinkQuerySet] = LinkQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("personal link")
        verbose_name_plural = _("personal links")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["invitation", "reminder"],
                condition=models.Q(reminder__gt=0),
                name="link_one_per_reminder",
            ),
        ]

    def __str__(self) -> str:
        return f"link {self.pk} of invitation {self.invitation_id}"

    @staticmethod
    def new_token() -> str:
        """Return a fresh token, 32 characters fit for an address."""
        return secrets.token_urlsafe(24)

    @staticmethod
    def hash_of(token: str) -> str:
        """Return the SHA-256 of ``token`` in hexadecimal, all that is ever stored of it."""
        return hashlib.sha256(token.encode()).hexdigest()
