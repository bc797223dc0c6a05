"""Whether a way out is open: one row for mail and one for each endpoint, shared by every worker.

A mail server that knows our password no more, or refuses whatever we bring, refuses the whole
queue: trying each message would drop them one by one. So the circuit opens, and all wait::

    closed ─ the server accepts nobody of us ─→ open ─ one probe got through ─→ closed
      └────── an administrator stops it ──────→ held ─ an administrator ─→ closed

All mail goes by one server, so it has one circuit: ``MAIL``. Chat and webhooks go to servers of
many, so each address has its own, named as deliveries refer to it (``chat:12``): one that is dead
stops nobody else. Holding ``MAIL`` by hand stops every channel.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

MAIL = "smtp"  # whichever way mail leaves


class Reason(models.TextChoices):
    """Why nothing leaves, in words that name the setting."""

    CREDENTIALS = (
        "credentials",
        _("The mail server does not accept the user name or password in EMAIL_URL."),
    )
    SENDER = (
        "sender",
        _(
            "The mail server of EMAIL_URL accepts no mail from the address in DEFAULT_FROM_EMAIL. "
            "It may want to know us: see the user name and password in EMAIL_URL."
        ),
    )
    RELAY = (
        "relay",
        _(
            "The mail server of EMAIL_URL passes no mail on for us. "
            "It may not know this machine, or want a user name and password in EMAIL_URL."
        ),
    )
    PROVIDER = (
        "provider",
        _(
            "The mail provider of EMAIL_URL does not let us send: see its key in ANYMAIL_…, and "
            "whether it knows the address in DEFAULT_FROM_EMAIL."
        ),
    )
    REFUSED = (
        "refused",
        _("The receiver does not know this address or its key, or does not let us in."),
    )
    DOWN = "down", _("The receiver does not answer, or only with errors.")
    BY_HAND = "by_hand", _("An administrator has stopped sending.")


class CircuitState(models.TextChoices):
    """Whether mail may leave."""

    CLOSED = "closed", pgettext_lazy("circuit", "in use")
    OPEN = "open", pgettext_lazy("circuit", "interrupted")
    HELD = "held", pgettext_lazy("circuit", "stopped by hand")


class CircuitQuerySet(models.QuerySet["Circuit"]):
    """The circuits of all transports: few rows, asked often."""

    def interrupted(self) -> CircuitQuerySet:
        """Return those through which nothing leaves."""
        return self.exclude(state=CircuitState.CLOSED)

    def of_mail(self) -> CircuitQuerySet:
        """Return the one of mail: the one that administrators hear of on every page."""
        return self.filter(transport=MAIL)

    def of_endpoints(self) -> CircuitQuerySet:
        """Return those of single addresses."""
        return self.filter(transport__contains=":")

    def last_closed(self, transport: str) -> datetime | None:
        """Return since when ``transport`` is in use again; None when it always was."""
        moments = self.filter(transport=transport).values_list("closed_at", flat=True)
        return moments.first()


class Circuit(models.Model):
    """One transport's. No row means that it never was interrupted."""

    # MAIL, or the reference of an endpoint, "webhook:" and at most twelve digits.
    transport = models.CharField(_("transport"), max_length=20, unique=True)
    state = models.CharField(
        _("state"), max_length=10, choices=CircuitState.choices, default=CircuitState.CLOSED
    )
    reason = models.CharField(_("reason"), max_length=20, choices=Reason.choices, blank=True)
    detail = models.TextField(_("reply of the server"), blank=True)
    opened_at = models.DateTimeField(_("interrupted at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("in use again at"), null=True, blank=True)
    probe_at = models.DateTimeField(_("next probe"), null=True, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
    )
    # The delivery that was refused in words which may concern us all: see breaking.py.
    suspect_id = models.BigIntegerField(null=True, blank=True, editable=False)
    # How often in a row an endpoint was down: the third time opens it.
    faults = models.PositiveSmallIntegerField(default=0, editable=False)

    objects: ClassVar[CircuitQuerySet] = CircuitQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("circuit")
        verbose_name_plural = _("circuits")
        ordering = ("transport",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=CircuitState.values), name="circuit_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state=CircuitState.CLOSED)
                | models.Q(opened_at__isnull=False) & ~models.Q(reason=""),
                name="circuit_open_has_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(state=CircuitState.OPEN, probe_at__isnull=False)
                | ~models.Q(state=CircuitState.OPEN) & models.Q(probe_at__isnull=True),
                name="circuit_probed_only_while_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.transport}: {self.state}"

    @property
    def is_held(self) -> bool:
        """Whether a person stopped it: then only a person puts it in use again."""
        return self.state == CircuitState.HELD


class Pulse(models.Model):
    """When something that must go on for ever was last seen to go on, and what it did in all."""

    name = models.CharField(_("name"), max_length=20, unique=True)
    at = models.DateTimeField(_("at"))
    total = models.PositiveBigIntegerField(_("done in all"), default=0)

    class Meta:
        verbose_name = _("sign of life")
        verbose_name_plural = _("signs of life")

    def __str__(self) -> str:
        return f"{self.name}: {self.at:%Y-%m-%d %H:%M:%S}"
