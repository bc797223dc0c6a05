"""What a client offers or asks for after answering: consents, and a call.

A consent here is the client's own offer at this moment, not a licence to use anything: whoever
asks somebody for a reference later asks for that one use, and finds here that asking is welcome.
Nothing is overwritten. Taking back ends a row, and giving again makes a new one.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from surveys.models.answers import Group, Recommendation, Response
from surveys.models.parties import Contact, Project

WISHES_MAX = 20  # consents, and as many calls, of one response: more is no change of mind
NOTE_MAX = 120
_PHONE_MAX = 40


class ConsentKind(models.TextChoices):
    """What a client can allow, as colleagues call it."""

    INTRODUCTION = "introduction", _("introduction")
    REFERENCE = "reference", _("reference")
    STORY = "story", _("story")
    QUOTE = "quote", _("quote")


def kinds_offered(response: Response) -> tuple[ConsentKind, ...]:
    """Return what to ask for after ``response``: everything of a +, nothing of a – or 0.

    Whoever may not recommend is not asked to (PRODUCT, the three groups). What is left is the
    story of the project, told without a recommendation.
    """
    if response.group != Group.POSITIVE:
        return ()
    if response.recommendation == Recommendation.NOT_ALLOWED:
        return (ConsentKind.STORY,)
    return tuple(ConsentKind)


class ConsentQuerySet(models.QuerySet["Consent"]):
    """Many consents."""

    def standing(self) -> ConsentQuerySet:
        """Return those that were not taken back."""
        return self.filter(withdrawn_at__isnull=True)

    def of_contact(self, contact: Contact) -> ConsentQuerySet:
        """Return all that one person ever gave, in whatever answer."""
        return self.filter(contact=contact)


class Consent(models.Model):
    """That a client allows one thing, in the words that were ticked, until taken back."""

    response = models.ForeignKey(
        Response, verbose_name=_("response"), on_delete=models.PROTECT, related_name="consents"
    )
    # Who gave the answer, as the answer says too: a contact stays with what it was asked.
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("contact"),
        on_delete=models.PROTECT,
        related_name="consents",
        db_index=False,  # the index below begins with it
    )
    kind = models.CharField(_("kind"), max_length=15, choices=ConsentKind.choices)
    wording = models.CharField(_("wording"), max_length=300)  # what stood beside the tick
    language = models.CharField(_("language"), max_length=5, choices=settings.CLIENT_LANGUAGES)
    given_at = models.DateTimeField(_("given at"), default=timezone.now)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    objects: ClassVar[ConsentQuerySet] = ConsentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ("given_at", "pk")
        indexes: ClassVar = [
            models.Index(fields=["contact", "withdrawn_at"], name="consent_of_contact"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["response", "kind"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="consent_stands_once",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=ConsentKind.values), name="consent_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True)
                | models.Q(withdrawn_at__gte=models.F("given_at")),
                name="consent_withdrawn_after_given",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of response {self.response_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store it as given by whoever gave the answer."""
        if not self.contact_id:
            self.contact = self.response.contact
        super().save(*args, **kwargs)

    @property
    def project(self) -> Project:
        """The project after which it was given."""
        return self.response.project


class Moment(models.TextChoices):
    """When somebody likes to be called, as colleagues read it."""

    SOON = "soon", _("as soon as possible")
    MORNING = "morning", _("in the morning")
    AFTERNOON = "afternoon", _("in the afternoon")
    END_OF_DAY = "end_of_day", _("at the end of the day")


class CallRequestQuerySet(models.QuerySet["CallRequest"]):
    """Many requests to be called."""

    def standing(self) -> CallRequestQuerySet:
        """Return those that were neither replaced nor taken back."""
        return self.filter(ended_at__isnull=True)

    def of_contact(self, contact: Contact) -> CallRequestQuerySet:
        """Return all of one person, in whatever answer."""
        return self.filter(response__invitation__project_contact__contact=contact)


class CallRequest(models.Model):
    """That a client wants to be called: when best, and on which number.

    ``phone`` is a valid number with its country code; empty means the one known of the contact.
    Another request replaces it, and both are kept.
    """

    class Ending(models.TextChoices):
        STANDING = "", _("stands")
        REPLACED = "replaced", _("replaced by another request")
        WITHDRAWN = "withdrawn", _("taken back")

    response = models.ForeignKey(
        Response, verbose_name=_("response"), on_delete=models.PROTECT, related_name="call_requests"
    )
    moment = models.CharField(_("moment"), max_length=15, choices=Moment.choices)
    note = models.CharField(_("in own words"), max_length=NOTE_MAX, blank=True)
    phone = models.CharField(_("telephone"), max_length=_PHONE_MAX, blank=True)
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ending = models.CharField(
        _("ending"), max_length=10, choices=Ending.choices, blank=True, default=""
    )

    objects: ClassVar[CallRequestQuerySet] = CallRequestQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("request for a call")
        verbose_name_plural = _("requests for a call")
        ordering = ("asked_at", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["response"],
                condition=models.Q(ended_at__isnull=True),
                name="call_request_stands_once",
            ),
            models.CheckConstraint(
                condition=models.Q(moment__in=Moment.values), name="call_request_moment_known"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, ending="")
                | models.Q(ended_at__isnull=False, ending__in=["replaced", "withdrawn"]),
                name="call_request_ended_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"call about response {self.response_id}, {self.moment}"

    @property
    def project(self) -> Project:
        """The project after which it was asked."""
        return self.response.project

    @property
    def number(self) -> str:
        """The number to call: the one given, else the one known; empty without either."""
        return self.phone or self.response.contact.phone
