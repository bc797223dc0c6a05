"""Who the firm works for: clients, the people there, and projects."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from outbox.models import AppendOnly
from staff import works_council
from staff.models import Division, User
from staff.roles import Right, has_right


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
    language = models.CharField(
        _("language"),
        help_text=_("Of contacts whose own language is not known. Empty: that of the firm."),
        max_length=5,
        choices=settings.CLIENT_LANGUAGES,
        blank=True,
        default="",
    )

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
        _("language"),
        help_text=_("Empty: not known. Then that of the client counts, else that of the firm."),
        max_length=5,
        choices=settings.CLIENT_LANGUAGES,
        blank=True,
        default="",
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

    @property
    def spoken_language(self) -> str:
        """The code of the language to address them in: their own, the client's, else the firm's."""
        return self.language or self.client.language or settings.FIRM_LANGUAGE

    @property
    def spoken_language_label(self) -> str:
        """The name of ``spoken_language``, in the active language."""
        code = self.spoken_language
        return str(dict(settings.CLIENT_LANGUAGES).get(code, code))


class ProjectQuerySet(models.QuerySet["Project"]):
    """Many projects."""

    def closed_between(self, first: Any, last: Any) -> ProjectQuerySet:
        """Return projects closed on or after the date ``first`` and on or before ``last``."""
        return self.filter(closed_on__gte=first, closed_on__lte=last)

    def prepared_by(self, user: User) -> ProjectQuerySet:
        """Return whose invitations ``user`` prepares: their own, their team's, or all."""
        if has_right(user, Right.SEE_ALL_INVITATIONS):
            return self
        if not has_right(user, Right.PREPARE_INVITATIONS):
            return self.none()
        return self.filter(account_manager__in={user.pk} | User.objects.team_ids(user))


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


class ProjectContactQuerySet(models.QuerySet["ProjectContact"]):
    """Many contacts of projects."""

    def visible_to(self, user: User) -> ProjectContactQuerySet:
        """Return whose invitations ``user`` prepares: their own, their team's, or everybody's."""
        if has_right(user, Right.SEE_ALL_INVITATIONS):
            return self
        if not has_right(user, Right.PREPARE_INVITATIONS):
            return self.none()
        return self.filter(project__account_manager__in={user.pk} | User.objects.team_ids(user))

    def written_to_by(self, user: User) -> ProjectContactQuerySet:
        """Return to whom ``user`` may write a personal line: the invitation is in their name."""
        if not has_right(user, Right.PREPARE_INVITATIONS):
            return self.none()
        return self.filter(project__account_manager=user)

    def decided_by(self, user: User) -> ProjectContactQuerySet:
        """Return whom ``user`` may hold back: their team's contacts; management everybody.

        Never their own: nobody chooses friends.
        """
        if not has_right(user, Right.HOLD_INVITATIONS):
            return self.none()
        return self if user.is_management else self._of_team(user)

    def of_closed_projects(self) -> ProjectContactQuerySet:
        """Return the contacts of projects that are closed, or will be on a day that is set."""
        return self.filter(project__state=Project.State.CLOSED)

    def matching(self, words: str) -> ProjectContactQuerySet:
        """Return those of whom every word stands in a name or in the project's number.

        The name of the account manager counts only outside works-council mode: what is found is
        counted, so that would be a figure about one colleague.
        """
        rows = self
        for word in words.split():
            found = (
                models.Q(contact__name__icontains=word)
                | models.Q(project__name__icontains=word)
                | models.Q(project__number__icontains=word)
                | models.Q(project__client__name__icontains=word)
            )
            if not works_council.is_on():
                found |= models.Q(project__account_manager__name__icontains=word)
            rows = rows.filter(found)
        return rows

    def _of_team(self, user: User) -> ProjectContactQuerySet:
        return self.filter(project__account_manager__in=User.objects.team_ids(user))


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

    objects: ClassVar[ProjectContactQuerySet] = ProjectContactQuerySet.as_manager()  # type: ignore[assignment]

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

    @property
    def about(self) -> str:
        """By what a mail about them is found in the outbox: contact, client and project."""
        project = self.project
        named = f"{project.name} ({project.number})"
        return " · ".join((self.contact.name, project.client.name, named))


class ContactChange(AppendOnly):
    """A contact added to or taken off a project after it was made, with the reason.

    Contacts are fixed early (PRODUCT, from close to follow-up, 1): nobody chooses friends after
    the fact, and whoever does need a change says why.
    """

    class Kind(models.TextChoices):
        ADDED = "added", _("added")
        REMOVED = "removed", _("taken off")

    project = models.ForeignKey(
        Project, verbose_name=_("project"), on_delete=models.CASCADE, related_name="contact_changes"
    )
    contact = models.ForeignKey(
        Contact, verbose_name=_("contact"), on_delete=models.PROTECT, related_name="changes"
    )
    kind = models.CharField(_("change"), max_length=10, choices=Kind.choices)
    reason = models.CharField(_("reason"), max_length=300)
    actor = models.ForeignKey(
        User,
        verbose_name=_("by"),
        on_delete=models.PROTECT,
        related_name="contact_changes",
        null=True,
        blank=True,
    )
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("change of contacts")
        verbose_name_plural = _("changes of contacts")
        ordering = ("at", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="contact_change_has_reason")
        ]

    def __str__(self) -> str:
        return f"{self.contact} {self.kind} ({self.project.number})"
