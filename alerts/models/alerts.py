"""One alert for every + and every –."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from alerts.escalation import AlertClock, EscalationStep
from alerts.models.fixes import FixState
from alerts.models.ledger import AlertEvent, EventKind, Notification
from alerts.models.states import OUTCOMES, UNTOUCHED, Outcome, State, outcome_label
from staff.models import User
from staff.roles import Right, has_right
from staff.standing_in import people_of
from surveys.models import Group, Response

NEXT_STEP_MAX = 200
REASON_MAX = 300


class AlertQuerySet(models.QuerySet["Alert"]):
    """Many alerts."""

    def visible_to(self, user: User, *, people: set[int] | None = None) -> AlertQuerySet:
        """Return what ``user`` may see: own alerts and those of their team; management all.

        ``people`` is what ``people_of(user)`` returned a moment ago, to ask that once for a page.
        """
        if not user.is_active:
            return self.none()
        if has_right(user, Right.SEE_ALL_ALERTS):
            return self
        return self.filter(self._touching(people_of(user) if people is None else people))

    @staticmethod
    def _touching(people: set[int]) -> models.Q:
        """What any of ``people`` owns, looks after, was away for, or was called in for."""
        called_in = EscalationStep.objects.filter(recipient__in=people).values("clock__alert")
        return (
            models.Q(owner__in=people)
            | models.Q(keeper__in=people)
            | models.Q(on_behalf_of__in=people)
            | models.Q(pk__in=called_in)
        )

    def without_clocks(self) -> AlertQuerySet:
        """Return open alerts for which no clock was ever started, a few hundred at a time."""
        has_clock = models.Exists(AlertClock.objects.running().filter(alert=models.OuterRef("pk")))
        return self.open().filter(~has_clock).with_story().order_by("pk")[:500]

    def without_owner(self) -> AlertQuerySet:
        """Return open alerts in a division's queue: nobody who works here owns them."""
        return self.open().filter(models.Q(owner__isnull=True) | models.Q(owner__is_active=False))

    def readable_by(self, user: User) -> AlertQuerySet:
        """Return what ``user`` may look at: also what they handed over, to see how it went on."""
        if not user.is_active:
            return self.none()
        visible = self.model.objects.visible_to(user).values("pk")
        had_it = models.Q(data__old_owner=user.pk) | models.Q(data__on_behalf_of=user.pk)
        passed_on = AlertEvent.objects.filter(
            had_it | models.Q(actor=user), kind=EventKind.REASSIGNED
        )
        handed_over = passed_on.values("alert")
        return self.filter(models.Q(pk__in=visible) | models.Q(pk__in=handed_over))

    def owned_by(self, user: User) -> AlertQuerySet:
        """Return the alerts that ``user`` has to act on."""
        return self.filter(owner=user)

    def open(self) -> AlertQuerySet:
        """Return what is not closed."""
        return self.exclude(state=State.CLOSED)

    def snoozed(self, now: datetime) -> AlertQuerySet:
        """Return open alerts that sleep at ``now``."""
        return self.open().filter(snoozed_until__gt=now)

    def awake(self, now: datetime) -> AlertQuerySet:
        """Return open alerts that ask for action at ``now``: never put off, or woken since."""
        is_asleep = models.Q(snoozed_until__isnull=False, snoozed_until__gt=now)
        return self.open().exclude(is_asleep)

    def closed(self) -> AlertQuerySet:
        """Return what nothing is left to do about."""
        return self.filter(state=State.CLOSED)

    def recovered(self) -> AlertQuerySet:
        """Return the – of which the client confirmed that it is solved (PRODUCT, 7)."""
        return self.filter(recovered_at__isnull=False)

    def overdue(self, now: datetime) -> AlertQuerySet:
        """Return open alerts whose next action is late."""
        return self.open().filter(due_at__lt=now)

    def without_mail(self) -> AlertQuerySet:
        """Return alerts of which nobody was ever told, or for which a mail could not be made."""
        is_told = models.Exists(Notification.objects.filter(alert=models.OuterRef("pk")))
        return self.filter(~is_told | models.Q(is_mail_missing=True))

    def untold_of_new_answer(self) -> AlertQuerySet:
        """Return alerts whose answer was replaced, without an event that says so."""
        told = AlertEvent.objects.filter(alert=models.OuterRef("pk"), kind=EventKind.ANSWERED_ANEW)
        replaced = self.filter(response__replaced_at__isnull=False)
        return replaced.filter(~models.Exists(told)).select_related("response__invitation")

    def needing_fix(self, user: User) -> AlertQuerySet:
        """Return closed alerts that ask for a structural fix, as far as ``user`` sees to them.

        Those that ``user`` may see, and those whose fix is theirs to do.
        """
        if not user.is_active:
            return self.none()
        asked = self.exclude(structural_fix="")
        if has_right(user, Right.SEE_ALL_ALERTS):
            return asked
        return asked.filter(self._touching(people_of(user)) | models.Q(fix__owner=user))

    def fix_to_do(self) -> AlertQuerySet:
        """Return those of which the fix is not done, or done and not told to the clients."""
        return self.filter(
            models.Q(fix__isnull=True)
            | models.Q(fix__state__in=[FixState.OPEN, FixState.UNDER_WAY])
            | models.Q(fix__state=FixState.DONE, fix__told_on__isnull=True)
        )

    def due_first(self) -> AlertQuerySet:
        """Order by due time; of what is open an index has it ready."""
        return self.order_by("due_at", "pk")

    def with_story(self) -> AlertQuerySet:
        """Fetch what the list and the detail show, in a fixed number of queries."""
        return self.select_related(
            "owner",
            "on_behalf_of",
            "keeper",
            "response__invitation__project_contact__contact__client",
            "response__invitation__project_contact__project__client",
        )


class Alert(models.Model):
    """A + or – answer that somebody must act on. One per response."""

    response = models.OneToOneField(
        Response, verbose_name=_("response"), on_delete=models.PROTECT, related_name="alert"
    )
    group = models.CharField(_("group"), max_length=10, choices=Group.choices)
    owner = models.ForeignKey(
        User,
        verbose_name=_("owner"),
        on_delete=models.PROTECT,
        related_name="alerts",
        null=True,
        blank=True,
    )
    # The absent colleague in whose place ``owner`` acts.
    on_behalf_of = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    # Who looks after it as long as nobody owns it: a supervisor, or the division's fallback.
    keeper = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    state = models.CharField(_("state"), max_length=15, choices=State.choices, default=State.NEW)
    raised_at = models.DateTimeField(_("raised at"), default=timezone.now)
    acknowledge_by = models.DateTimeField(_("take up before"))
    speak_by = models.DateTimeField(_("speak before"))
    due_at = models.DateTimeField(_("due"))  # of the next action, for sorting and clocks
    acknowledged_at = models.DateTimeField(_("taken up at"), null=True, blank=True)
    first_spoken_at = models.DateTimeField(_("first spoken at"), null=True, blank=True)
    last_contact_at = models.DateTimeField(_("last contact at"), null=True, blank=True)
    next_step = models.CharField(_("next step"), max_length=NEXT_STEP_MAX, blank=True)
    next_step_at = models.DateTimeField(_("next step at"), null=True, blank=True)
    snoozed_until = models.DateTimeField(_("put off until"), null=True, blank=True)
    snooze_reason = models.CharField(_("why put off"), max_length=REASON_MAX, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome.choices, blank=True)
    root_cause = models.CharField(  # a code of ``alerts.causes``
        _("root cause"), max_length=20, blank=True
    )
    structural_fix = models.CharField(_("structural fix"), max_length=REASON_MAX, blank=True)
    # When the client confirmed what ``outcome`` says in our view: only then is a – recovered.
    recovered_at = models.DateTimeField(_("recovered, says the client, at"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=0)  # the fence of every form

    is_mail_missing = models.BooleanField(_("a mail could not be made"), default=False)

    is_fresh = False  # in memory: made in this transaction, so nobody was told yet
    objects: ClassVar[AlertQuerySet] = AlertQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ("due_at", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(group__in=[Group.POSITIVE, Group.NEGATIVE]),
                name="alert_only_for_plus_or_minus",
            ),
            models.CheckConstraint(
                condition=models.Q(state=State.CLOSED, closed_at__isnull=False)
                & ~models.Q(outcome="")
                | ~models.Q(state=State.CLOSED) & models.Q(closed_at__isnull=True, outcome=""),
                name="alert_closed_has_outcome",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=State.CLOSED, group=Group.NEGATIVE, root_cause=""),
                name="alert_closed_minus_has_cause",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=UNTOUCHED, acknowledged_at__isnull=True)
                | models.Q(
                    state__in=[State.ACKNOWLEDGED, State.CONTACTED, State.WAITING],
                    acknowledged_at__isnull=False,
                )
                | models.Q(state=State.CLOSED),
                name="alert_acknowledged_has_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=State.CONTACTED)
                | models.Q(first_spoken_at__isnull=False),
                name="alert_contacted_was_spoken",
            ),
            models.CheckConstraint(
                condition=models.Q(first_spoken_at__isnull=True)
                | models.Q(
                    last_contact_at__isnull=False,
                    last_contact_at__gte=models.F("first_spoken_at"),
                ),
                name="alert_spoken_is_contact",
            ),
            models.CheckConstraint(
                condition=models.Q(snoozed_until__isnull=True, snooze_reason="")
                | models.Q(snoozed_until__isnull=False) & ~models.Q(snooze_reason=""),
                name="alert_snooze_has_reason",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=State.CLOSED)
                | models.Q(snoozed_until__isnull=True, next_step_at__isnull=True),
                name="alert_closed_waits_for_nothing",
            ),
            models.CheckConstraint(
                condition=models.Q(next_step="") | models.Q(next_step_at__isnull=False),
                name="alert_next_step_has_time",
            ),
            models.CheckConstraint(
                condition=models.Q(structural_fix="")
                | models.Q(state=State.CLOSED, group=Group.NEGATIVE),
                name="alert_fix_of_closed_minus",
            ),
            models.CheckConstraint(
                condition=models.Q(recovered_at__isnull=True)
                | models.Q(
                    state=State.CLOSED,
                    group=Group.NEGATIVE,
                    outcome=Outcome.RECOVERED,
                    recovered_at__gte=models.F("closed_at"),
                ),
                name="alert_recovered_was_closed_so",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["owner", "due_at"],
                condition=~models.Q(state=State.CLOSED),
                name="alert_open_of_owner",
            ),
            models.Index(
                fields=["due_at", "id"],
                condition=~models.Q(state=State.CLOSED),
                name="alert_open_due_first",
            ),
            models.Index(
                fields=["-closed_at", "-id"],
                condition=models.Q(state=State.CLOSED),
                name="alert_closed_last_first",
            ),
            models.Index(
                fields=["id"], condition=~models.Q(structural_fix=""), name="alert_needs_fix"
            ),
            models.Index(
                fields=["recovered_at"],
                condition=models.Q(recovered_at__isnull=False),
                name="alert_recovered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_group_display()} {self.response.invitation}"

    def delivery_key(self, recipient: User) -> str:
        """Return the ``dedupe_key`` of this alert's mail to ``recipient``."""
        return f"alert:{self.pk}:email:{recipient.pk}"

    @property
    def is_negative(self) -> bool:
        """Whether this is a – alert."""
        return self.group == Group.NEGATIVE

    @property
    def is_closed(self) -> bool:
        """Whether nothing is left to do."""
        return self.state == State.CLOSED

    @property
    def is_untouched(self) -> bool:
        """Whether nobody took this alert up since it was raised or reopened."""
        return self.state in UNTOUCHED

    def sleeps(self, now: datetime) -> bool:
        """Tell whether this alert is put off at ``now``; it wakes by the clock alone."""
        return self.snoozed_until is not None and self.snoozed_until > now

    @property
    def next_due(self) -> datetime:
        """When the next action is due: what ``due_at`` must hold, for sorting and clocks.

        A planned step moves it, but until the client was spoken to not past ``speak_by``: nobody
        moves a deadline by logging attempts. Only a snooze, which takes a reason, does.
        """
        if self.is_untouched:
            due = self.acknowledge_by
        elif self.next_step_at is None:
            due = self.speak_by
        elif self.first_spoken_at is None:
            due = min(self.next_step_at, self.speak_by)
        else:
            due = self.next_step_at
        return due if self.snoozed_until is None else max(due, self.snoozed_until)

    @property
    def outcome_in_words(self) -> str:
        """What came of it, in the active language; of a solved –, who says so."""
        return outcome_label(self.outcome, is_confirmed=self.recovered_at is not None)

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The outcomes this alert can be closed with."""
        return OUTCOMES[self.group]
