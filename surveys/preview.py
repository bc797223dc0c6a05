"""What the next run of the invitations will do, as far as one user may see it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property

from django.conf import settings
from django.db.models import F, Q

from staff.models import User
from staff.working_hours import working_days_later
from surveys.eligibility import (
    PROVISIONAL,
    Ask,
    count_out_of_reach,
    for_reason,
    out_of_reach,
)
from surveys.models import (
    LeftOut,
    Project,
    ProjectContact,
    ProjectContactQuerySet,
    ProjectQuerySet,
    Suppression,
    SuppressionQuerySet,
    Touchpoint,
)
from surveys.touchpoints import plan_run

# Who may be asked yet, so that holding them back means something.
_STILL_POSSIBLE = {LeftOut.WAITING, LeftOut.CLOSES_LATER, LeftOut.ASKED_RECENTLY}
_NEWEST_FIRST = (F("project__closed_on").desc(nulls_last=True), "-project__pk", "pk")


class Tab(StrEnum):
    """A part of the page."""

    NEXT = "next"
    NOT_ASKED = "not"
    HELD = "held"
    INVITED = "invited"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One contact on the page: either asked, with ``others``, or not, with ``reason``."""

    part: ProjectContact
    reason: LeftOut | None
    others: Sequence[Project]
    due_on: date | None
    may_decide: bool
    touchpoint: Touchpoint = Touchpoint.PROJECT_CLOSE
    line: str = ""  # the account manager's, as the invitation will say it
    is_own: bool = False

    @property
    def may_hold(self) -> bool:
        """Whether the user may hold the contact back, and it would mean something."""
        return self.may_decide and self._is_possible

    @property
    def may_write(self) -> bool:
        """Whether the invitation will be in the user's name, so that a personal line fits.

        It goes with the close: at other moments the mail has none.
        """
        return self.is_own and self._is_possible and self.touchpoint == Touchpoint.PROJECT_CLOSE

    @property
    def _is_possible(self) -> bool:
        return self.reason is None or self.reason in _STILL_POSSIBLE


class Preview:
    """The next run, at one moment, for one user. Whatever the number of rows: few queries."""

    def __init__(self, user: User, *, now: datetime) -> None:
        self._user = user
        self._wait = settings.INVITE_AFTER_WORKING_DAYS
        self._plan = plan_run(after_working_days=self._wait, now=now)
        self._asks = {ask.main.pk: ask for ask in self._plan.asks}
        self._reasons = dict(self._plan.reasons)
        for ask in self._plan.asks:
            self._reasons.update((other.pk, LeftOut.ASKED_TOGETHER) for other in ask.also)

    @cached_property
    def _visible(self) -> set[int]:
        """The contacts within reach that the user may see."""
        rows = self._all().of_closed_projects().filter(project__closed_on__gte=self._plan.since)
        return set(rows.values_list("pk", flat=True))

    @property
    def _asked_elsewhen(self) -> list[int]:
        """Whom the run asks at another touchpoint than the close."""
        asks = self._asks.items()
        return [pk for pk, ask in asks if ask.touchpoint != Touchpoint.PROJECT_CLOSE]

    @cached_property
    def reasons(self) -> Counter[LeftOut]:
        """How many are not asked, by reason; those who were invited are asked."""
        within = Counter(self._reasons[pk] for pk in self._visible & self._reasons.keys())
        within += count_out_of_reach(self._all(), self._plan.since)
        within.pop(LeftOut.INVITED_BEFORE, None)
        return within

    @property
    def number_asked(self) -> int:
        """How many contacts will be invited."""
        elsewhen = self._all().filter(pk__in=self._asked_elsewhen) if self._asked_elsewhen else ()
        shown = self._visible | {part.pk for part in elsewhen}
        return len(shown & self._asks.keys())

    def decidable(self) -> ProjectContactQuerySet:
        """Return whom the user may hold back: of closed projects, and of what is asked next."""
        own = ProjectContact.objects.decided_by(self._user)
        return own.filter(Q(project__state=Project.State.CLOSED) | Q(pk__in=self._asked_elsewhen))

    def touchpoint_of(self, part: ProjectContact) -> Touchpoint:
        """Return at which touchpoint ``part`` is asked next; the close when nothing is planned."""
        ask = self._asks.get(part.pk)
        return Touchpoint(ask.touchpoint) if ask else Touchpoint.PROJECT_CLOSE

    def held(self, words: str = "") -> SuppressionQuerySet:
        """Return who is held back, and then who was."""
        rows = Suppression.objects.filter(project_contact__in=self._found(words))
        return rows.select_related(
            "actor",
            "lifted_by",
            "project_contact__contact",
            "project_contact__personal_line",
            "project_contact__project__client",
            "project_contact__project__account_manager",
        ).order_by(F("lifted_at").desc(nulls_first=True), "-at", "-pk")

    @property
    def without_contact(self) -> ProjectQuerySet:
        """The closed projects that name nobody, so that nobody can be asked."""
        closed = Project.objects.prepared_by(self._user).filter(state=Project.State.CLOSED)
        nobody = closed.filter(project_contacts__isnull=True)
        return nobody.select_related("account_manager").order_by("-closed_on", "-pk")

    def asked(self, words: str = "") -> ProjectContactQuerySet:
        """Return who will be invited, those whose project closed last first."""
        return self._found(words).filter(pk__in=self._asks).order_by(*_NEWEST_FIRST)

    def not_asked(self, reason: LeftOut | None = None, words: str = "") -> ProjectContactQuerySet:
        """Return who will not be invited, for one ``reason`` or for any."""
        left_out = {
            pk
            for pk, own in self._reasons.items()
            if own is not LeftOut.INVITED_BEFORE and reason in (None, own)
        }
        beyond = out_of_reach(self._all(), self._plan.since)
        if reason is not None:
            beyond = beyond.filter(for_reason(reason))
        wanted = Q(pk__in=left_out & self._visible) | Q(pk__in=beyond.values("pk"))
        return self._found(words).filter(wanted).order_by(*_NEWEST_FIRST)

    def rows(self, parts: Sequence[ProjectContact], tab: Tab = Tab.NEXT) -> list[Row]:
        """Return what a page says about each of ``parts`` on ``tab``. Two queries.

        Somebody asked at another touchpoint is, as for the close, among those not asked.
        """
        ids = {part.pk for part in parts}
        own = ProjectContact.objects.decided_by(self._user).filter(pk__in=ids)
        decided = set(own.values_list("pk", flat=True))
        others = self._others([self._asks[pk] for pk in ids & self._asks.keys()])
        return [self._row(part, others, tab, may_decide=part.pk in decided) for part in parts]

    def ids_asked_with(self, part: ProjectContact) -> tuple[int, ...]:
        """Return all project contacts of the invitation about ``part``: it and those it names."""
        ask = self._asks.get(part.pk)
        return ask.ids if ask else (part.pk,)

    def _row(
        self, part: ProjectContact, others: dict[int, Project], tab: Tab, *, may_decide: bool
    ) -> Row:
        ask = None if tab is Tab.NOT_ASKED else self._asks.get(part.pk)
        touchpoint = self.touchpoint_of(part) if ask else Touchpoint.PROJECT_CLOSE
        reason = None if ask else self._reason(part)
        closed_on = part.project.closed_on if reason is LeftOut.WAITING else None
        return Row(
            part=part,
            reason=reason,
            others=[others[one.project_id] for one in ask.also] if ask else (),
            due_on=closed_on and working_days_later(closed_on, self._wait),
            may_decide=may_decide,
            touchpoint=touchpoint,
            line=_line_of(part) if touchpoint == Touchpoint.PROJECT_CLOSE else "",
            is_own=part.project.account_manager_id == self._user.pk,
        )

    def _reason(self, part: ProjectContact) -> LeftOut:
        if part.pk in self._reasons:
            return self._reasons[part.pk]
        omission = getattr(part, "omission", None)
        if omission is None or omission.reason in PROVISIONAL:
            return LeftOut.CLOSED_LONG_AGO
        return LeftOut(omission.reason)

    def _others(self, asks: Sequence[Ask]) -> dict[int, Project]:
        return Project.objects.in_bulk([one.project_id for ask in asks for one in ask.also])

    def _all(self) -> ProjectContactQuerySet:
        return ProjectContact.objects.visible_to(self._user)

    def _found(self, words: str) -> ProjectContactQuerySet:
        rows = self._all().select_related(
            "contact__client",
            "project__client",
            "project__account_manager",
            "omission",
            "personal_line",
        )
        return rows.matching(words)


def _line_of(part: ProjectContact) -> str:
    """Return the personal line to ``part``; one of an earlier account manager is not said."""
    line = getattr(part, "personal_line", None)
    is_said = line is not None and line.author_id == part.project.account_manager_id
    return line.text if line is not None and is_said else ""
