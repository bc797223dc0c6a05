"""What stands in a supervisor's weekly digest: the team's open – first, then what was done."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q

from alerts.clocks import Calendar
from alerts.digest_models import DigestTime
from alerts.models import Alert, Lead, Outcome, Stage, State
from staff.models import User
from surveys.models import Group, Invitation, Project, ProjectContact, Response, Touchpoint

LONGEST = timedelta(days=31)  # however long no digest could leave
ENOUGH = 10  # below this a share says too little (PRODUCT, what the dashboard may say)
_LEVELS = 10  # of supervisors above supervisors, as in staff.models


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """What became of the contacts of the projects that were closed: each share with its n."""

    contacts: int = 0
    invited: int = 0
    answered: int = 0

    def __add__(self, other: "Coverage") -> "Coverage":
        return Coverage(
            contacts=self.contacts + other.contacts,
            invited=self.invited + other.invited,
            answered=self.answered + other.answered,
        )

    @property
    def is_enough(self) -> bool:
        """Whether a share may be shown."""
        return self.contacts >= ENOUGH

    @property
    def share(self) -> float:
        """The share of the contacts that was invited, between 0 and 1."""
        return self.invited / self.contacts if self.contacts else 0.0


@dataclass(kw_only=True)
class Leads:
    """What became of a team's leads: since the digest before, and what is open now."""

    new: int = 0
    open: int = 0
    worth: Decimal = Decimal(0)  # of those that are open, as far as somebody put a value on them
    won: int = 0
    won_worth: Decimal = Decimal(0)
    lost: int = 0

    @property
    def has_happened(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.new or self.won or self.lost)

    def count(self, lead: Lead, *, since: datetime, until: datetime) -> None:
        """Count one lead of the team."""
        self.new += since < lead.created_at <= until
        value = lead.value or Decimal(0)
        if lead.closed_at is None:
            self.open += 1
            self.worth += value
        elif since < lead.closed_at <= until:
            is_won = lead.stage == Stage.WON
            self.won += is_won
            self.won_worth += value if is_won else Decimal(0)
            self.lost += not is_won


@dataclass(kw_only=True)
class Weekly:
    """One supervisor's digest of what happened since the one before."""

    since: date
    open_minus: list[Alert] = field(default_factory=list)
    late: list[Alert] = field(default_factory=list)
    closed: Counter[tuple[str, str]] = field(default_factory=Counter)
    coverage: Coverage = field(default_factory=Coverage)
    leads: Leads = field(default_factory=Leads)

    @property
    def is_silent(self) -> bool:
        """Whether there is nothing to say."""
        has_alerts = self.open_minus or self.late or self.closed
        return not (has_alerts or self.coverage.contacts or self.leads.has_happened)

    @property
    def late_plus(self) -> list[Alert]:
        """The late + alerts: a late – stands among the open –."""
        return [alert for alert in self.late if not alert.is_negative]

    @property
    def outcomes(self) -> list[tuple[str, str, int]]:
        """What was closed: group, outcome in words, and how often; – first, the most first."""
        ranked = sorted(
            self.closed.items(), key=lambda one: (one[0][0] != Group.NEGATIVE, -one[1], one[0])
        )
        return [(group, str(Outcome(outcome).label), n) for (group, outcome), n in ranked]


def weeklies(
    rows: Sequence[DigestTime], *, now: datetime, until: datetime, calendar: Calendar
) -> dict[int, Weekly]:
    """Return the digest of each row's user, in a fixed number of queries.

    It counts from ``told_until`` of the row up to ``until``: periods of one reader adjoin.
    """
    teams = _teams([row.user_id for row in rows])
    members = set().union(*teams.values())
    starts = {row.user_id: max(row.told_until, until - LONGEST) for row in rows}
    found = {
        reader: Weekly(since=start.astimezone(calendar.zone).date())
        for reader, start in starts.items()
    }
    leaders = _leaders(teams)
    for alert in Alert.objects.open().filter(owner__in=members).with_story().due_first():
        for reader in leaders.get(alert.owner_id or 0, ()):
            _add_open(found[reader], alert, now)
    earliest = min(starts.values(), default=until)
    _count_leads(found, leaders, starts, until)
    for owner, group, outcome, closed_at in _closed(members, earliest, until):
        for reader in leaders.get(owner, ()):
            if closed_at > starts[reader]:
                found[reader].closed[group, outcome] += 1
    last = until.astimezone(calendar.zone).date()
    first = earliest.astimezone(calendar.zone).date()
    for manager, closed_on, coverage in _covered(members, first, last):
        for reader in leaders.get(manager, ()):
            if closed_on >= found[reader].since:
                found[reader].coverage += coverage
    return found


def _add_open(digest: Weekly, alert: Alert, now: datetime) -> None:
    if alert.is_negative:
        digest.open_minus.append(alert)
    if alert.due_at < now:
        digest.late.append(alert)


def _teams(supervisors: Iterable[int]) -> dict[int, set[int]]:
    """Return everybody below each of ``supervisors``, at every level, in one query."""
    below: dict[int, set[int]] = {}
    pairs = User.objects.filter(supervisor__isnull=False).values_list("supervisor", "pk")
    for above, user in pairs:
        below.setdefault(above, set()).add(user)
    return {one: _below(one, below) for one in supervisors}


def _below(supervisor: int, below: dict[int, set[int]]) -> set[int]:
    found: set[int] = set()
    level = {supervisor}
    for _level in range(_LEVELS):
        level = set().union(*(below.get(one, set()) for one in level)) - found - {supervisor}
        found |= level
    return found


def _leaders(teams: dict[int, set[int]]) -> dict[int, list[int]]:
    """Return, of each member, whose digest tells of them."""
    leaders: dict[int, list[int]] = {}
    for supervisor, members in teams.items():
        for member in members:
            leaders.setdefault(member, []).append(supervisor)
    return leaders


def _closed(
    members: set[int], since: datetime, until: datetime
) -> Iterator[tuple[int, str, str, datetime]]:
    closed = Alert.objects.filter(
        state=State.CLOSED, owner__in=members, closed_at__gt=since, closed_at__lte=until
    )
    for owner, group, outcome, at in closed.values_list("owner", "group", "outcome", "closed_at"):
        assert owner is not None
        assert at is not None  # both are filtered on
        yield owner, group, outcome, at


def _count_leads(
    found: dict[int, Weekly],
    leaders: dict[int, list[int]],
    starts: dict[int, datetime],
    until: datetime,
) -> None:
    """Count the open leads of each team, and those that were closed since its last digest."""
    earliest = min(starts.values(), default=until)
    rows = Lead.objects.filter(owner__in=leaders)
    rows = rows.filter(Q(closed_at__isnull=True) | Q(closed_at__gt=earliest)).order_by()
    for lead in rows.only("owner", "stage", "value", "created_at", "closed_at").iterator():
        for reader in leaders.get(lead.owner_id or 0, ()):
            found[reader].leads.count(lead, since=starts[reader], until=until)


def _covered(members: set[int], first: date, last: date) -> Iterator[tuple[int, date, Coverage]]:
    """Count the contacts of projects closed from ``first`` until the day before ``last``."""
    asked = Invitation.objects.filter(
        project_contact=OuterRef("pk"), touchpoint=Touchpoint.PROJECT_CLOSE
    )
    answer = Response.objects.standing().filter(
        invitation__project_contact=OuterRef("pk"),
        invitation__touchpoint=Touchpoint.PROJECT_CLOSE,
    )
    parts = ProjectContact.objects.filter(
        project__state=Project.State.CLOSED,
        project__closed_on__gte=first,
        project__closed_on__lt=last,
        project__account_manager__in=members,
    )
    counted = (
        parts.order_by()
        .values_list("project__account_manager", "project__closed_on")
        .annotate(
            contacts=Count("pk"),
            invited=Count("pk", filter=Exists(asked)),
            answered=Count("pk", filter=Exists(answer)),
        )
    )
    for manager, closed_on, contacts, invited, answered in counted:
        assert closed_on is not None  # it is filtered on
        yield manager, closed_on, Coverage(contacts=contacts, invited=invited, answered=answered)
