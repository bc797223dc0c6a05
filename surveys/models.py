"""Ask: clients, their contacts, projects, invitations and responses."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from outbox.models import AppendOnly
from staff.models import Division, User
from surveys import segmentation
from surveys.segmentation import reason_in_words

MOTIVATION_MAX = 5000


class Sector(models.Model):
    """The client's line of business, as the firm names it."""

    name = models.CharField(_("name"), max_length=100)

    class Meta:
        verbose_name = _("sector")
        verbose_name_plural = _("sectors")
        ordering = ("name",)
        constraints: ClassVar = [models.UniqueConstraint(Lower("name"), name="sector_name_unique")]

    def __str__(self) -> str:
        return self.name


class Service(models.Model):
    """Something the firm does. What is offered shows on the client's page under question 4."""

    name = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100, blank=True)
    is_offered = models.BooleanField(_("offered to clients"), default=True)

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        ordering = ("name",)
        constraints: ClassVar = [models.UniqueConstraint(Lower("name"), name="service_name_unique")]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The name in the active language."""
        return self.name_en if self.name_en and get_language() == "en" else self.name


class Client(models.Model):
    """An organisation the firm works for."""

    name = models.CharField(_("name"), max_length=200)

    class Meta:
        verbose_name = _("client")
        verbose_name_plural = _("clients")
        ordering = ("name",)
        constraints: ClassVar = [models.UniqueConstraint(Lower("name"), name="client_name_unique")]

    def __str__(self) -> str:
        return self.name


class Contact(models.Model):
    """A person at a client. Known by e-mail address: one address is one person."""

    client = models.ForeignKey(
        Client, verbose_name=_("client"), on_delete=models.PROTECT, related_name="contacts"
    )
    name = models.CharField(_("name"), max_length=150)
    email = models.EmailField(_("e-mail address"))
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    job_title = models.CharField(_("job title"), max_length=150, blank=True)
    language = models.CharField(
        _("language"), max_length=5, choices=settings.LANGUAGES, default="nl"
    )
    details_as_of = models.DateField(
        _("details as of"), help_text=_("An older project list does not overwrite newer details.")
    )
    opted_out_at = models.DateTimeField(_("opted out at"), null=True, blank=True)
    bounced_at = models.DateTimeField(_("bounced at"), null=True, blank=True)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ("name",)
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("email"), name="contact_email_unique"),
        ]

    def __str__(self) -> str:
        return self.name


class ProjectQuerySet(models.QuerySet["Project"]):
    """Many projects."""

    def closed_between(self, first: Any, last: Any) -> ProjectQuerySet:
        """Return projects closed on or after the date ``first`` and on or before ``last``."""
        return self.filter(closed_on__gte=first, closed_on__lte=last)


class Project(models.Model):
    """A piece of work for one client, run by one account manager."""

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        CLOSED = "closed", _("closed")

    number = models.CharField(_("number"), max_length=50, unique=True)
    name = models.CharField(_("name"), max_length=200)
    client = models.ForeignKey(
        Client, verbose_name=_("client"), on_delete=models.PROTECT, related_name="projects"
    )
    account_manager = models.ForeignKey(
        User,
        verbose_name=_("account manager"),
        on_delete=models.PROTECT,
        related_name="projects",
    )
    division = models.ForeignKey(
        Division, verbose_name=_("division"), on_delete=models.PROTECT, related_name="projects"
    )
    service = models.ForeignKey(
        Service,
        verbose_name=_("service"),
        on_delete=models.PROTECT,
        related_name="projects",
        null=True,
        blank=True,
    )
    sector = models.ForeignKey(
        Sector,
        verbose_name=_("sector"),
        on_delete=models.PROTECT,
        related_name="projects",
        null=True,
        blank=True,
    )
    value = models.DecimalField(
        _("value (€)"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.RUNNING
    )
    started_on = models.DateField(_("started on"), null=True, blank=True)
    planned_end_on = models.DateField(_("planned end"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    contacts = models.ManyToManyField(Contact, through="ProjectContact", related_name="projects")

    objects: ClassVar[ProjectQuerySet] = ProjectQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ("number",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state="closed", closed_on__isnull=False)
                | models.Q(state="running", closed_on__isnull=True),
                name="project_closed_has_date",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_on__isnull=True)
                | models.Q(started_on__isnull=True)
                | models.Q(closed_on__gte=models.F("started_on")),
                name="project_closes_after_start",
            ),
            models.CheckConstraint(
                condition=models.Q(value__isnull=True) | models.Q(value__gte=0),
                name="project_value_not_negative",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["closed_on"], name="project_closed_on")]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class ProjectContact(models.Model):
    """A contact's part in one project: their role in the decision-making unit."""

    class Role(models.TextChoices):
        DECIDER = "decider", _("decider")
        ADVISER = "adviser", _("adviser")
        USER = "user", pgettext_lazy("decision-making unit", "user")
        BUYER = "buyer", _("buyer")
        UNKNOWN = "", _("role unknown")

    project = models.ForeignKey(
        Project,
        verbose_name=_("project"),
        on_delete=models.CASCADE,
        related_name="project_contacts",
    )
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("contact"),
        on_delete=models.PROTECT,
        related_name="project_contacts",
    )
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, blank=True, default="")

    class Meta:
        verbose_name = _("contact of a project")
        verbose_name_plural = _("contacts of projects")
        ordering = ("pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["project", "contact"], name="project_contact_once_per_project"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact} ({self.project.number})"


class Touchpoint(models.TextChoices):
    """The moment of asking."""

    PROJECT_CLOSE = "project_close", _("project close")


class Invitation(models.Model):
    """One contact asked about one project at one touchpoint. At most one answer."""

    project_contact = models.ForeignKey(
        ProjectContact,
        verbose_name=_("contact"),
        on_delete=models.PROTECT,
        related_name="invitations",
    )
    touchpoint = models.CharField(
        _("touchpoint"),
        max_length=20,
        choices=Touchpoint.choices,
        default=Touchpoint.PROJECT_CLOSE,
    )
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    invited_at = models.DateTimeField(_("invited at"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires at"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

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
    def delivery_key(self) -> str:
        """The ``dedupe_key`` of the invitation mail in the outbox."""
        return f"invitation:{self.pk}:email"

    def is_open(self, now: datetime) -> bool:
        """Whether the page may still be answered for the first time."""
        return self.withdrawn_at is None and now < self.expires_at


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
    created_at = models.DateTimeField(_("made at"), default=timezone.now)

    objects: ClassVar[LinkQuerySet] = LinkQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("personal link")
        verbose_name_plural = _("personal links")

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


class Response(models.Model):
    """A client's answer, as given, with the group it was put in and why."""

    invitation = models.OneToOneField(
        Invitation, verbose_name=_("invitation"), on_delete=models.PROTECT, related_name="response"
    )
    satisfaction = models.CharField(_("satisfied"), max_length=20, choices=Satisfaction.choices)
    motivation = models.TextField(_("why"), max_length=MOTIVATION_MAX, blank=True)
    recommendation = models.CharField(
        _("recommends"), max_length=20, choices=Recommendation.choices
    )
    interest = models.CharField(_("wants more"), max_length=10, choices=Interest.choices)
    services = models.ManyToManyField(
        Service, verbose_name=_("services"), blank=True, related_name="responses"
    )
    group = models.CharField(_("group"), max_length=10, choices=Group.choices)
    reason = models.CharField(_("reason"), max_length=50)
    rule_version = models.CharField(_("version of the rule"), max_length=20)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    digest = models.CharField(max_length=64, editable=False)
    submitted_at = models.DateTimeField(_("submitted at"), default=timezone.now)

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
            models.CheckConstraint(
                condition=models.Q(interest__in=Interest.values), name="response_interest_known"
            ),
            models.CheckConstraint(
                condition=models.Q(group__in=Group.values), name="response_group_known"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["submitted_at", "group"], name="response_submitted_group"),
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
