"""Where webhooks go: the firm's other systems, which events each wants, and its secrets.

A secret is kept as it is, because every attempt is signed with it; whoever reads this table can
read the answers beside it anyway. No page, log line, delivery or error shows more than its end.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from outbox.signing import masked

PREFIX = "webhook:"
ROTATION = timedelta(days=1)  # both secrets sign meanwhile
NAME_MAX = 80
URL_MAX = 1000  # some services put a key of two hundred characters into theirs


class OffReason(models.TextChoices):
    """Why an endpoint gets nothing."""

    BY_HAND = "by_hand", pgettext_lazy("webhook", "switched off by an administrator")
    GONE = "gone", pgettext_lazy("webhook", "switched off: it answered that it is gone (410)")


class EndpointQuerySet(models.QuerySet["Endpoint"]):
    """Many endpoints: few rows."""

    def active(self) -> EndpointQuerySet:
        """Return those that get what they asked for."""
        return self.filter(switched_off_at__isnull=True)


class Endpoint(models.Model):
    """One address of another system."""

    name = models.CharField(_("name"), max_length=NAME_MAX)
    url = models.CharField(_("address"), max_length=URL_MAX)
    sends_words = models.BooleanField(_("with the client's own words"), default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("added by"),
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
    )
    created_at = models.DateTimeField(_("added at"), default=timezone.now)
    switched_off_at = models.DateTimeField(_("switched off at"), null=True, blank=True)
    off_reason = models.CharField(
        _("why it is off"), max_length=10, choices=OffReason.choices, blank=True, default=""
    )
    last_success_at = models.DateTimeField(_("last accepted at"), null=True, blank=True)
    last_fault_at = models.DateTimeField(_("last fault at"), null=True, blank=True)
    last_fault = models.TextField(_("last fault"), blank=True, default="")

    objects: ClassVar[EndpointQuerySet] = EndpointQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ("name", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("name"), name="endpoint_named_once"),
            models.CheckConstraint(
                condition=models.Q(switched_off_at__isnull=True, off_reason="")
                | models.Q(switched_off_at__isnull=False, off_reason__in=OffReason.values),
                name="endpoint_off_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def reference(self) -> str:
        """What a delivery to this endpoint stores instead of its address; names its circuit."""
        return f"{PREFIX}{self.pk}"

    @property
    def is_active(self) -> bool:
        """Whether it gets what it asked for."""
        return self.switched_off_at is None

    @property
    def place(self) -> str:
        """The address without its path and query: these may hold a key."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"

    @property
    def is_failing(self) -> bool:
        """Whether the last thing it said was a fault."""
        if self.last_fault_at is None:
            return False
        return self.last_success_at is None or self.last_fault_at > self.last_success_at

    def valid_secrets(self, now: datetime) -> list[str]:
        """Return every secret that signs at ``now``, the newest first."""
        valid = self.secrets.filter(
            models.Q(expires_at__isnull=True) | models.Q(expires_at__gt=now)
        )
        return list(valid.order_by("-created_at", "-pk").values_list("secret", flat=True))


def endpoint_of(reference: str) -> Endpoint | None:
    """Return the row that ``reference`` (``webhook:12``) names; None when it was deleted."""
    number = reference.removeprefix(PREFIX)
    if not reference.startswith(PREFIX) or not number.isdecimal():
        return None
    return Endpoint.objects.filter(pk=int(number)).first()


class EndpointSecret(models.Model):
    """A key with which deliveries to one endpoint are signed. One is current, others expire."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="secrets")
    secret = models.CharField(max_length=120, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("secret of a webhook")
        verbose_name_plural = _("secrets of webhooks")
        ordering = ("-created_at", "-pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["endpoint"],
                condition=models.Q(expires_at__isnull=True),
                name="endpoint_secret_one_current",
            ),
        ]

    def __str__(self) -> str:
        return self.masked

    @property
    def masked(self) -> str:
        """Its last characters only."""
        return masked(self.secret)


class Subscription(models.Model):
    """That an endpoint gets one kind of event, of what happens from ``since`` on."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="subscriptions")
    event_type = models.CharField(_("event"), max_length=60)
    since = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("event of a webhook")
        verbose_name_plural = _("events of webhooks")
        ordering = ("event_type",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["endpoint", "event_type"], name="subscription_once_per_endpoint"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_type} to {self.endpoint_id}"
