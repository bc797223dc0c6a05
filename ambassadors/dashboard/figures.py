"""The figures of the dashboard, each counted from rows in a fixed number of queries.

The unit is one contact at one project, and one basis holds for the whole page: projects that were
closed in the period. Every contact of those projects has exactly one ``Fate``, so the steps from
closed to answered can never contradict each other and every loss has its reason.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, FilteredRelation, OuterRef, Q, Value, When
from django.db.models.functions import ExtractQuarter, ExtractYear
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ambassadors.dashboard.statistics import Interval, Share, plus_minus_interval, silence_bounds
from outbox.models import KEPT
from outbox.models import State as MailState
from staff.models import Division
from surveys.eligibility import first_closing_day
from surveys.models import (
    Group,
    Invitation,
    LeftOut,
    Project,
    ProjectContact,
    Sector,
    Service,
    Touchpoint,
)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Which projects the page is about. None means: no limit."""

    first: date | None = None
    last: date | None = None
    division: Division | None = None
    service: Service | None = None
    sector: Sector | None = None

    def condition(self, project: str) -> Q:
        """Return the filter, for a query in which ``project`` is the path to the project."""
        wanted = {
            "state": Project.State.CLOSED,
            "closed_on__gte": self.first,
            "closed_on__lte": self.last,
            "division": self.division,
            "service": self.service,
            "sector": self.sector,
        }
        return Q(**{f"{project}{name}": value for name, value in wanted.items() if value})


class Fate(models.TextChoices):
    """What became of asking one contact about one closed project. The first that holds."""

    ANSWERED = "answered", _("answered")
    OPEN = "open", _("can still answer")
    EXPIRED = "expired", _("link expired")
    WITHDRAWN = "withdrawn", _("invitation withdrawn")
    UNDELIVERABLE = "undeliverable", _("mail refused or returned")
    WAITING = "waiting", _("mail is still waiting")
    NO_MAIL = "no_mail", _("no mail found")
    OPTED_OUT = "opted_out", _("does not want to be asked")
    BOUNCED = "bounced", _("address does not work")
    SUPPRESSED = "suppressed", _("held back, with a reason")
    ASKED_TOGETHER = "asked_together", _("asked together with another project")
    ASKED_ELSEWHERE = "asked_elsewhere", _("asked recently already")
    CLOSED_LONG_AGO = "closed_long_ago", _("project closed too long ago")
    NOT_YET = "not_yet", _("not invited yet")


SILENT = (Fate.OPEN, Fate.EXPIRED, Fate.WITHDRAWN)
UNDELIVERED = (Fate.UNDELIVERABLE, Fate.WAITING, Fate.NO_MAIL)
NOT_INVITED = (
    Fate.OPTED_OUT,
    Fate.BOUNCED,
    Fate.SUPPRESSED,
    Fate.ASKED_TOGETHER,
    Fate.ASKED_ELSEWHERE,
    Fate.CLOSED_LONG_AGO,
    Fate.NOT_YET,
)

# What a run of the invitations stored as the reason. What it leaves open is told from the rows.
STORED = {
    LeftOut.SUPPRESSED: Fate.SUPPRESSED,
    LeftOut.ASKED_TOGETHER: Fate.ASKED_TOGETHER,
    LeftOut.OPTED_OUT: Fate.OPTED_OUT,
    LeftOut.BOUNCED: Fate.BOUNCED,
    LeftOut.ASKED_RECENTLY: Fate.ASKED_ELSEWHERE,
    LeftOut.CLOSED_LONG_AGO: Fate.CLOSED_LONG_AGO,
}


@dataclass(frozen=True, kw_only=True)
class Cell:
    """How many contacts have all of this in common."""

    division: str
    year: int
    quarter: int
    fate: str
    group: str
    is_kept: bool
    number: int


@dataclass(frozen=True, kw_only=True)
class Tally:
    """The counts of one selection of contacts, and what may be said about them."""

    fates: Counter[str]
    groups: Counter[str]
    kept: int

    @classmethod
    def of(cls, cells: Iterable[Cell]) -> "Tally":
        """Add up ``cells``."""
        fates: Counter[str] = Counter()
        groups: Counter[str] = Counter()
        kept = 0
        for cell in cells:
            fates[cell.fate] += cell.number
            kept += cell.number if cell.is_kept else 0
            if cell.group:
                groups[cell.group] += cell.number
        return cls(fates=fates, groups=groups, kept=kept)

    @property
    def closed(self) -> int:
        """All contacts of the closed projects."""
        return self.fates.total()

    @property
    def invited(self) -> int:
        """Those who have an invitation."""
        return self.closed - self._sum(NOT_INVITED)

    @property
    def delivered(self) -> int:
        """Those whose mail was accepted, or who answered, so the link did reach them."""
        return self.invited - self._sum(UNDELIVERED)

    @property
    def is_only_kept(self) -> bool:
        """Whether no mail left at all: each stayed in the outbox, for want of a mail server."""
        return 0 < self.delivered <= self.kept

    @property
    def answered(self) -> int:
        """Those who answered."""
        return self.fates[Fate.ANSWERED]

    def share(self, group: Group) -> Share:
        """Return the share of the answers that is in ``group``."""
        return Share(count=self.groups[group], n=self.answered)

    @property
    def coverage(self) -> Share:
        """The share of the contacts of closed projects that was invited."""
        return Share(count=self.invited, n=self.closed)

    @property
    def response_rate(self) -> Share:
        """The share of the delivered invitations that was answered."""
        return Share(count=self.answered, n=self.delivered)

    @property
    def plus_minus(self) -> float:
        """The share of + minus the share of –, between -1 and 1."""
        return self.share(Group.POSITIVE).value - self.share(Group.NEGATIVE).value

    @property
    def plus_minus_interval(self) -> Interval:
        """See ``statistics.plus_minus_interval``."""
        plus, minus = self.groups[Group.POSITIVE], self.groups[Group.NEGATIVE]
        return plus_minus_interval(plus, minus, self.answered)

    @property
    def silence(self) -> Interval:
        """What the share of + can be among everybody whose invitation was delivered."""
        return silence_bounds(self.groups[Group.POSITIVE], self.answered, self.delivered)

    def _sum(self, fates: Iterable[Fate]) -> int:
        return sum(self.fates[fate] for fate in fates)


def count_cells(scope: Scope, *, now: datetime) -> list[Cell]:
    """Return the contacts of ``scope``, counted by everything the page tells apart. One query."""
    rows = (
        ProjectContact.objects.filter(scope.condition("project__"))
        .annotate(
            asked=FilteredRelation(
                "invitations", condition=Q(invitations__touchpoint=Touchpoint.PROJECT_CLOSE)
            )
        )
        .annotate(
            answer=FilteredRelation(
                "asked__responses", condition=Q(asked__responses__replaced_at__isnull=True)
            )
        )
        .annotate(mail=_mail_state())
        .annotate(
            fate=_fate(now),
            year=ExtractYear("project__closed_on"),
            quarter=ExtractQuarter("project__closed_on"),
        )
        .order_by()
        .values("project__division__name", "year", "quarter", "fate", "mail")
        .annotate(group=F("answer__group"), number=models.Count("pk"))
    )
    return [
        Cell(
            division=row["project__division__name"],
            year=row["year"],
            quarter=row["quarter"],
            fate=row["fate"],
            group=row["group"] or "",
            is_kept=row["mail"] == KEPT,
            number=row["number"],
        )
        for row in rows
    ]


def projects_without_contact(scope: Scope) -> int:
    """Return how many closed projects name nobody, so that nobody can be asked. One query."""
    return Project.objects.filter(scope.condition(""), project_contacts__isnull=True).count()


def _mail_state() -> Case:
    """Return the state of the invitation's mail; ``kept`` if it had nowhere to go.

    What was accepted first and came back afterwards is as undeliverable as what was refused.
    """
    came_back = Q(asked__delivery__state=MailState.SENT, asked__delivery__bounced_at__isnull=False)
    is_kept = Q(asked__delivery__state=MailState.SENT, asked__delivery__transport=KEPT)
    return Case(
        When(came_back, then=Value(MailState.UNDELIVERABLE.value)),
        When(is_kept, then=Value(KEPT)),
        default=F("asked__delivery__state"),
        output_field=models.CharField(),
    )


def _fate(now: datetime) -> Case:
    """Return the CASE over ``asked``, ``answer`` and ``mail``: every contact's one fate."""
    is_invited = Q(asked__isnull=False)
    is_sent = is_invited & Q(mail__in=[MailState.SENT, KEPT])
    return Case(
        _when(Q(answer__isnull=False), Fate.ANSWERED),
        _when(is_sent & Q(asked__withdrawn_at__isnull=False), Fate.WITHDRAWN),
        _when(is_sent & Q(asked__expires_at__lte=now), Fate.EXPIRED),
        _when(is_sent, Fate.OPEN),
        _when(is_invited & Q(mail=MailState.UNDELIVERABLE), Fate.UNDELIVERABLE),
        _when(is_invited & Q(mail__isnull=False), Fate.WAITING),
        _when(is_invited, Fate.NO_MAIL),
        *(_when(Q(omission__reason=reason), fate) for reason, fate in STORED.items()),
        _when(Q(contact__opted_out_at__isnull=False), Fate.OPTED_OUT),
        _when(Q(contact__bounced_at__isnull=False), Fate.BOUNCED),
        When(_asked_elsewhere(), then=Value(Fate.ASKED_ELSEWHERE.value)),
        _when(
            Q(project__closed_on__lt=first_closing_day(timezone.localdate(now))),
            Fate.CLOSED_LONG_AGO,
        ),
        default=Value(Fate.NOT_YET.value),
        output_field=models.CharField(),
    )


def _when(condition: Q, fate: Fate) -> When:
    return When(condition, then=Value(fate.value))


def _asked_elsewhere() -> Exists:
    """Whether the contact was asked about another project in the time this one could be asked.

    That is from SURVEY_FATIGUE_DAYS before the closing to INVITE_CLOSED_WITHIN_DAYS after it.
    """
    closed_on = OuterRef("project__closed_on")
    before = timedelta(days=settings.SURVEY_FATIGUE_DAYS)
    after = timedelta(days=settings.INVITE_CLOSED_WITHIN_DAYS + 1)
    moment = models.DateTimeField()
    return Exists(
        Invitation.objects.filter(
            project_contact__contact=OuterRef("contact"),
            invited_at__gt=models.ExpressionWrapper(closed_on - before, output_field=moment),
            invited_at__lt=models.ExpressionWrapper(closed_on + after, output_field=moment),
        )
    )
