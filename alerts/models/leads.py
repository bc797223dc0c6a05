"""Clients who want more: one lead for every + or 0 with interest, and the ledger of its course.

```
  new ⇄ talking ⇄ offered ⇄ won, lost
```

Any stage may follow any other: a deal skips steps, and a lost one comes back. Won takes a value and
lost a reason, held by constraints. Whoever is spoken to while the lead is new is being talked to.
Every change raises ``Lead.version`` and adds ``LeadEvent`` lines with their actor and moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from alerts.models.alerts import NEXT_STEP_MAX, REASON_MAX
from outbox.models import AppendOnly
from staff.models import User
from staff.roles import Right, has_right
from staff.standing_in import people_of
from surveys.models import Group, Interest, Invitation, Project, Response, ResponseQuerySet
from surveys.segmentation import UNJUDGED

VALUE_DIGITS = 14  # as of a project
IN_ORDER = (models.F("next_step_on").asc(nulls_last=True), "-created_at", "-pk")


class Stage(models.TextChoices):
    """How far a lead is."""

    NEW = "new", pgettext_lazy("lead", "new")
    TALKING = "talking", pgettext_lazy("lead", "talking")
    OFFERED = "offered", pgettext_lazy("lead", "offered")
    WON = "won", pgettext_lazy("lead", "won")
    LOST = "lost", pgettext_lazy("lead", "lost")


OPEN_STAGES = (Stage.NEW, Stage.TALKING, Stage.OFFERED)
CLOSED_STAGES = (Stage.WON, Stage.LOST)


@dataclass(frozen=True, kw_only=True)
class StageTotal:
    """How many leads are in one stage, and what they are worth as far as somebody said so."""

    stage: Stage
    count: int = 0
    value: Decimal = Decimal(0)


class LeadQuerySet(models.QuerySet["Lead"]):
    """Many leads."""

    def visible_to(self, user: User, *, people: set[int] | None = None) -> LeadQuerySet:
        """Return what ``user`` may see and work.

        Whoever the client was told reads the answer (``Invitation.read_by``), and who owns the
        lead, looks after it, stands in for them or supervises them. ``people`` is what
        ``people_of(user)`` returned a moment ago.
        """
        if not user.is_active:
            return self.none()
        if has_right(user, Right.SEE_ALL_ALERTS):
            return self
        people = people_of(user) if people is None else people
        return self.filter(
            models.Q(response__invitation__in=Invitation.objects.read_by(user))
            | models.Q(owner__in=people)
            | models.Q(keeper__in=people)
            | models.Q(on_behalf_of__in=people)
        )

    def open(self) -> LeadQuerySet:
        """Return what is neither won nor lost."""
        return self.filter(stage__in=OPEN_STAGES)

    def in_order(self) -> LeadQuerySet:
        """Order by the next step, the earliest first; what has none comes after, newest first."""
        return self.order_by(*IN_ORDER)

    def due(self, on: date) -> LeadQuerySet:
        """Return open leads whose next step is due on that day, or was before."""
        return self.open().filter(next_step_on__lte=on)

    def without_owner(self) -> LeadQuerySet:
        """Return open leads that nobody who works here owns."""
        return self.open().filter(models.Q(owner__isnull=True) | models.Q(owner__is_active=False))

    def unkept(self) -> LeadQuerySet:
        """Return open leads that nobody who works here owns or looks after."""
        return self.without_owner().filter(
            models.Q(owner__isnull=False)
            | models.Q(keeper__isnull=True)
            | models.Q(keeper__is_active=False)
        )

    def untold_of_new_answer(self) -> LeadQuerySet:
        """Return leads whose answer was replaced, without a line that says so."""
        told = LeadEvent.objects.filter(
            lead=models.OuterRef("pk"),
            kind=LeadEventKind.ANSWERED_ANEW,
            at__gte=models.OuterRef("response__replaced_at"),
        )
        replaced = self.filter(response__replaced_at__isnull=False)
        return replaced.filter(~models.Exists(told)).select_related("response__invitation")

    def of_projects(self, projects: models.QuerySet[Project]) -> LeadQuerySet:
        """Return the leads that came from ``projects``."""
        return self.filter(response__invitation__project_contact__project__in=projects)

    def by_stage(self) -> list[StageTotal]:
        """Return count and worth of every stage, in their order, also of those with none.

        One query. Of what nobody put a value on, the worth is not in the sum.
        """
        counted = self.order_by().values_list("stage").annotate(models.Count("pk"))
        rows = counted.annotate(worth=models.Sum("value", default=Decimal(0)))
        found = {stage: (count, worth) for stage, count, worth in rows}
        totals = ((stage, *found.get(stage, (0, Decimal(0)))) for stage in Stage)
        return [
            StageTotal(stage=stage, count=count, value=Decimal(worth))
            for stage, count, worth in totals
        ]

    def with_story(self) -> LeadQuerySet:
        """Fetch what the list and the page show of a lead, in one query."""
        part = "response__invitation__project_contact"
        return self.select_related(
            "owner",
            "on_behalf_of",
            "keeper",
            f"{part}__contact__client",
            f"{part}__project__client",
            f"{part}__project__account_manager",
        )

    def with_page(self) -> LeadQuerySet:
        """Fetch also what only the page of a lead shows of its answer."""
        return (
            self.with_story()
            .select_related("response__alert")
            .prefetch_related(
                "response__services",
                "response__later_answers",
                "response__consents",
                "response__call_requests",
            )
        )


class Lead(models.Model):
    """Somebody who wants more of our services, and how far we are. One per response.

    When the client answers anew and still wants more, an open lead goes on with that answer.
    """

    response = models.OneToOneField(
        Response, verbose_name=_("response"), on_delete=models.PROTECT, related_name="lead"
    )
    owner = models.ForeignKey(
        User,
        verbose_name=_("owner"),
        on_delete=models.PROTECT,
        related_name="leads",
        null=True,
        blank=True,
    )
    # As of an alert: the absent colleague in whose place ``owner`` acts, and who looks after it as
    # long as nobody owns it.
    on_behalf_of = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    keeper = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    stage = models.CharField(
        pgettext_lazy("lead", "stage"), max_length=10, choices=Stage.choices, default=Stage.NEW
    )
    value = models.DecimalField(
        _("expected value"), max_digits=VALUE_DIGITS, decimal_places=2, null=True, blank=True
    )
    lost_reason = models.CharField(_("why lost"), max_length=REASON_MAX, blank=True)
    next_step = models.CharField(_("next step"), max_length=NEXT_STEP_MAX, blank=True)
    next_step_on = models.DateField(_("next step on"), null=True, blank=True)
    last_contact_at = models.DateTimeField(_("last contact at"), null=True, blank=True)
    created_at = models.DateTimeField(_("since"), default=timezone.now)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=0)  # the fence of every form

    objects: ClassVar[LeadQuerySet] = LeadQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        ordering = IN_ORDER
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(stage__in=OPEN_STAGES, closed_at__isnull=True)
                | models.Q(stage__in=CLOSED_STAGES, closed_at__isnull=False),
                name="lead_closed_has_moment",
            ),
            models.CheckConstraint(
                condition=models.Q(value__isnull=True) | models.Q(value__gte=0),
                name="lead_value_not_negative",
            ),
            models.CheckConstraint(
                condition=~models.Q(stage=Stage.WON) | models.Q(value__isnull=False),
                name="lead_won_has_value",
            ),
            models.CheckConstraint(
                condition=models.Q(stage=Stage.LOST) & ~models.Q(lost_reason="")
                | ~models.Q(stage=Stage.LOST) & models.Q(lost_reason=""),
                name="lead_lost_has_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(next_step="") | models.Q(next_step_on__isnull=False),
                name="lead_next_step_has_day",
            ),
            models.CheckConstraint(
                condition=models.Q(stage__in=OPEN_STAGES) | models.Q(next_step_on__isnull=True),
                name="lead_closed_waits_for_nothing",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_step_on", "-created_at", "-id"],
                condition=models.Q(stage__in=OPEN_STAGES),
                name="lead_open_in_order",
            ),
            models.Index(
                fields=["owner", "next_step_on"],
                condition=models.Q(stage__in=OPEN_STAGES),
                name="lead_open_of_owner",
            ),
            models.Index(
                fields=["-closed_at"],
                condition=models.Q(stage__in=CLOSED_STAGES),
                name="lead_closed_last_first",
            ),
            models.Index(fields=["created_at", "stage", "value"], name="lead_by_stage"),
        ]

    def __str__(self) -> str:
        return f"lead {self.pk}: {self.stage}"

    @property
    def is_closed(self) -> bool:
        """Whether it is won or lost."""
        return self.stage in CLOSED_STAGES

    def is_due(self, on: date) -> bool:
        """Tell whether the next step should have been taken by the end of that day."""
        return not self.is_closed and self.next_step_on is not None and self.next_step_on <= on


class LeadEventKind(models.TextChoices):
    """What happened to a lead."""

    CREATED = "created", _("Answer received")
    STAGE = "stage", _("Another stage")
    VALUE = "value", _("Another value")
    OWNER = "owner", _("Another owner")
    CONTACTED = "contacted", _("Contact with the client")
    NOTED = "noted", _("Note")
    ANSWERED_ANEW = "answered_anew", _("Answered anew")
    OWNER_LOST = "owner_lost", _("Without owner")


class LeadEvent(AppendOnly):
    """One thing that happened to a lead. Append-only.

    ``data`` of what a colleague did holds ``version``, the lead's after it, and what changed; of
    two lines of one act the first carries its note.
    """

    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(_("kind"), max_length=15, choices=LeadEventKind.choices)
    actor = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="lead_events", null=True, blank=True
    )
    at = models.DateTimeField(_("at"), default=timezone.now)
    note = models.TextField(_("note"), blank=True)
    data = models.JSONField(_("data"), default=dict, blank=True)

    class Meta:
        verbose_name = _("event of a lead")
        verbose_name_plural = _("events of leads")
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.kind} {self.lead_id}"


def is_lead(response: Response) -> bool:
    """Tell whether ``response`` is a lead: a + or a 0, judged, of somebody who wants more."""
    return (
        response.interest == Interest.YES
        and response.group != Group.NEGATIVE
        and response.rule_version != UNJUDGED.rule_version
    )


def without_lead() -> ResponseQuerySet:
    """Return the answers that stand and should have a lead, and have none.

    What came as a – and was put in another group later raised its alert then: a recalculation
    makes no lead of it.
    """
    standing = Response.objects.standing().filter(interest=Interest.YES, lead__isnull=True)
    judged = standing.exclude(rule_version=UNJUDGED.rule_version).exclude(group=Group.NEGATIVE)
    return judged.exclude(alert__group=Group.NEGATIVE)
