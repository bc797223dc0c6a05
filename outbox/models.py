"""Everything that leaves the firm, as rows. The database is the queue; Celery only rings.

States of a delivery, and who moves it::

    queued ─ claim ─→ claimed ─ marker ─→ committing ─ 250 ─→ sent
     │ ↑                 │                 │  │
     │ │                 │                 │  └ no reply to the final dot, or the lease ran out
     │ └ temporary fault, or the lease ran │                    └─→ uncertain ─ evidence ─→ sent
     │   out before the marker; a 4xx      │                          │
     │                   │                 │                          └ none: queued, is_repeated
     │                   └─────────────────┴─ refused for good, or 72 hours ─→ undeliverable
     └ cancelled: nobody needs it any more. Of one that is being sent, or may have arrived, this
       is noted: it gets no further attempt.

The marker is a fenced update just before the final dot. From there until the server's reply a
message may have arrived without our knowing: nowhere else can a copy arise.
"""

from __future__ import annotations

import email
import email.policy
import hashlib
import uuid
from datetime import datetime
from email.message import EmailMessage as ParsedMessage
from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from outbox.addresses import ChatAddress  # noqa: F401  (tables of this app)
from outbox.back_off import back_off as back_off
from outbox.circuit import MAIL, Circuit, Pulse  # noqa: F401  (tables of this app)
from outbox.durations import ENOUGH_TO_SEND as ENOUGH_TO_SEND
from outbox.durations import GIVE_UP_AFTER as GIVE_UP_AFTER
from outbox.durations import LEASE as LEASE
from outbox.endpoints import Endpoint, EndpointSecret, Subscription  # noqa: F401  (tables)
from outbox.ledger import AppendOnly as AppendOnly  # where the other apps look for it
from outbox.ledger import AppendOnlyError as AppendOnlyError
from outbox.reports import CAME_BACK as CAME_BACK
from outbox.reports import FROM_PROGRAMS as FROM_PROGRAMS
from outbox.reports import Bookmark as Bookmark
from outbox.reports import Report as Report
from outbox.reports import ReportKind as ReportKind
from outbox.searching import LENGTH as SEARCH_LENGTH
from outbox.searching import words_of

KEPT = "kept"  # the transport of a mail that had no server to go to


class Channel(models.TextChoices):
    """By which way a delivery leaves."""

    EMAIL = "email", _("e-mail")
    CHAT = "chat", _("chat or SMS")  # whatever goes through Apprise
    WEBHOOK = "webhook", _("webhook")


class Lane(models.IntegerChoices):
    """What goes first when much is waiting: the lowest number."""

    ACCOUNT = 5, _("sign-in")
    ALERT = 10, _("alert")
    NOTICE = 15, _("notice")
    DIGEST = 20, _("digest")
    INVITATION = 30, _("invitation")
    REMINDER = 40, _("reminder")


class State(models.TextChoices):
    """Where a delivery stands."""

    QUEUED = "queued", _("waiting")
    CLAIMED = "claimed", _("being sent")
    COMMITTING = "committing", _("being handed over")
    UNCERTAIN = "uncertain", _("perhaps delivered")
    SENT = "sent", _("sent")
    UNDELIVERABLE = "undeliverable", _("undeliverable")
    CANCELLED = "cancelled", pgettext_lazy("delivery", "withdrawn")


TO_ENDPOINTS = (Channel.CHAT, Channel.WEBHOOK)  # each address has a server, and faults, of its own

LEASED = (State.CLAIMED, State.COMMITTING)  # a worker has it in hand
NOT_HANDED_OVER = (State.QUEUED, *LEASED, State.UNCERTAIN)  # and still may be


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Many deliveries."""

    def due(self, now: datetime) -> DeliveryQuerySet:
        """Return what may be claimed at ``now``, most urgent first."""
        waiting = self.filter(state=State.QUEUED, not_before__lte=now)
        return waiting.order_by("lane", "not_before", "pk")

    def expired(self, now: datetime) -> DeliveryQuerySet:
        """Return claims whose worker did not come back in time.

        A lease that ends later than any can was taken before the clock was set back: nobody knows
        how old it is, and its token keeps a worker that still has it from doing harm.
        """
        over = models.Q(lease_until__lt=now) | models.Q(lease_until__gt=now + 2 * LEASE)
        return self.leased().filter(over)

    def leased(self) -> DeliveryQuerySet:
        """Return what a worker has in hand, by the column that SQLite finds the index by."""
        return self.filter(lease_until__isnull=False)

    def held_under(self, token: uuid.UUID) -> DeliveryQuerySet:
        """Return what its holder may still write about: claimed or committing under ``token``."""
        return self.filter(state__in=LEASED, lease_token=token)

    def found_by(self, asked: str) -> DeliveryQuerySet:
        """Return those in which every word of ``asked`` occurs, of person, address or project."""
        every = models.Q()
        for word in words_of(asked):
            every &= models.Q(search__contains=word)
        return self.filter(every)

    def cancel(self, now: datetime) -> int:
        """Withdraw what has not left; return how many were, or will be as soon as their claim ends.

        One UPDATE, so that no claim slips in between. The text goes at once from what is
        withdrawn: nobody may follow a link that nobody received. What may have arrived cannot be
        withdrawn any more; it is noted, and not sent again.
        """
        waiting = models.Q(state=State.QUEUED)
        return self.filter(state__in=NOT_HANDED_OVER).update(
            state=models.Case(
                models.When(waiting, then=models.Value(State.CANCELLED)),
                default=models.F("state"),
            ),
            message=models.Case(
                models.When(waiting, then=models.Value(b"")), default=models.F("message")
            ),
            cancelled_at=now,
        )

    def give_up_withdrawn(self) -> int:
        """End what was withdrawn while it was being sent and would else be tried again."""
        again = self.filter(state=State.QUEUED, cancelled_at__isnull=False)
        return again.update(state=State.CANCELLED, message=b"")


class Delivery(models.Model):
    """One message to one recipient, frozen when it was queued.

    Mail is MIME. To an endpoint it is JSON, and ``recipient_address`` only refers to the row that
    knows where it goes and with which secret (``chat:12``), looked up at the moment of sending.
    """

    dedupe_key = models.CharField(_("key"), max_length=200, unique=True)
    channel = models.CharField(
        _("channel"), max_length=20, choices=Channel.choices, default=Channel.EMAIL
    )
    lane = models.PositiveSmallIntegerField(_("lane"), choices=Lane.choices)
    recipient_name = models.CharField(_("recipient"), max_length=200, blank=True)
    recipient_address = models.CharField(_("address"), max_length=254)
    subject = models.CharField(_("subject"), max_length=500)
    template = models.CharField(_("template"), max_length=50, blank=True)
    message_id = models.CharField("Message-ID", max_length=255, unique=True)
    message = models.BinaryField(_("message"), blank=True)  # as sent; MIME with CRLF line ends
    digest = models.CharField("SHA-256", max_length=64)
    is_secret = models.BooleanField(_("holds a personal link"), default=False)
    # What a client answered: for the mail's recipient, and for whoever sees every alert.
    is_confidential = models.BooleanField(_("holds a client's answer"), default=False)
    about = models.CharField(_("about"), max_length=500, blank=True)  # never a client's own words
    search = models.CharField(max_length=SEARCH_LENGTH, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=20, choices=State.choices, default=State.QUEUED)
    not_before = models.DateTimeField(_("not before"), default=timezone.now)
    lease_token = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    last_error = models.TextField(_("last error"), blank=True)
    transport = models.CharField(_("transport"), max_length=20, blank=True)
    # What the mail provider calls it, if it goes by one: its events name this.
    provider_id = models.CharField(max_length=255, blank=True, editable=False)
    created_at = models.DateTimeField(_("queued at"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    # Accepted first, and given up later: what the reports say, as one column for the figures.
    bounced_at = models.DateTimeField(_("came back at"), null=True, blank=True)
    # When the server's reply to the final dot was last missed; it stays when that is settled.
    uncertain_since = models.DateTimeField(_("perhaps delivered since"), null=True, blank=True)
    is_repeated = models.BooleanField(_("sent again, perhaps delivered before"), default=False)
    again_of = models.ForeignKey(
        "self",
        verbose_name=_("sent again by hand for"),
        on_delete=models.SET_NULL,
        related_name="sent_again",
        null=True,
        blank=True,
    )

    is_hidden = False  # in memory: whoever looks may not read its words (outbox/access.py)
    objects: ClassVar[DeliveryQuerySet] = DeliveryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ("-created_at", "-pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=LEASED)
                & models.Q(lease_token__isnull=False)
                & models.Q(lease_until__isnull=False)
                | ~models.Q(state__in=LEASED)
                & models.Q(lease_token__isnull=True)
                & models.Q(lease_until__isnull=True),
                name="delivery_lease_only_while_claimed",
            ),
            models.CheckConstraint(
                condition=models.Q(state=State.SENT, sent_at__isnull=False)
                | ~models.Q(state=State.SENT) & models.Q(sent_at__isnull=True),
                name="delivery_sent_at_only_when_sent",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=State.values), name="delivery_state_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(state=State.CANCELLED) | models.Q(cancelled_at__isnull=False),
                name="delivery_cancelled_has_time",
            ),
            models.CheckConstraint(
                condition=models.Q(uncertain_since__isnull=False)
                | ~models.Q(state=State.UNCERTAIN) & models.Q(is_repeated=False),
                name="delivery_uncertain_has_time",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["channel", "lane", "not_before", "id"],
                condition=models.Q(state=State.QUEUED),
                name="delivery_due",
            ),
            models.Index(
                fields=["lease_until"],
                condition=models.Q(lease_until__isnull=False),
                name="delivery_leased",
            ),
            models.Index(
                fields=["not_before", "id"],
                condition=models.Q(state=State.UNCERTAIN),
                name="delivery_uncertain",
            ),
            # The list, with all that it filters on: read instead of the rows and their mails.
            models.Index(
                fields=["-created_at", "-id", "state", "lane", "channel", "transport", "search"],
                name="delivery_newest",
            ),
            models.Index(
                fields=["provider_id"],
                condition=~models.Q(provider_id=""),
                name="delivery_provider_id",
            ),
            models.Index(
                fields=["id"],
                condition=models.Q(state=State.UNDELIVERABLE),
                name="delivery_undeliverable",
            ),
            models.Index(
                fields=["-bounced_at"],
                condition=models.Q(bounced_at__isnull=False),
                name="delivery_came_back",
            ),
            models.Index(
                Lower("recipient_address"), models.F("sent_at").desc(), name="delivery_recipient"
            ),
        ]

    def __str__(self) -> str:
        return self.dedupe_key

    @property
    def circuit_key(self) -> str:
        """Which circuit lets this delivery through: that of mail, or of its one endpoint."""
        return MAIL if self.channel == Channel.EMAIL else self.recipient_address

    def parsed(self) -> ParsedMessage:
        """Return the frozen message as an ``email`` object; empty when it was blanked."""
        return email.message_from_bytes(bytes(self.message), policy=email.policy.default)

    @property
    def title(self) -> str:
        """What pages call it: its subject, or what it is about where that is not to be read."""
        return self.about if self.is_hidden else self.subject

    @property
    def is_blanked(self) -> bool:
        """Whether the body was removed after handover, because it held a personal link."""
        return not self.message

    @staticmethod
    def digest_of(message: bytes) -> str:
        """Return the SHA-256 of a message in hexadecimal."""
        return hashlib.sha256(message).hexdigest()


class Outcome(models.TextChoices):
    """How one attempt ended."""

    SENT = "sent", _("accepted")
    TEMPORARY = "temporary", _("temporary fault")
    PERMANENT = "permanent", _("refused for good")
    LEASE_EXPIRED = "lease_expired", _("the worker did not come back")
    UNCERTAIN = "uncertain", _("perhaps accepted: no reply to the final dot")
    FOUND = "found", _("found delivered")
    POLICY = "policy", _("refused, perhaps all of us")
    WITHDRAWN = "withdrawn", pgettext_lazy("attempt", "stopped: withdrawn meanwhile")


class Attempt(AppendOnly):
    """One try at one delivery, with the phase it reached. Append-only."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="tries")
    number = models.PositiveIntegerField(_("number"))
    lease_token = models.UUIDField(default=uuid.uuid4)
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"))
    phase = models.CharField(_("phase"), max_length=20)
    outcome = models.CharField(_("result"), max_length=20, choices=Outcome.choices)
    detail = models.TextField(_("detail"), blank=True)
    transport = models.CharField(_("transport"), max_length=20)
    is_repeat = models.BooleanField(_("may be a copy"), default=False)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ("number", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["delivery", "number"], name="attempt_numbered_once"),
            models.CheckConstraint(
                condition=models.Q(finished_at__gte=models.F("started_at")),
                name="attempt_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id}/{self.number}"
