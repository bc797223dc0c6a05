"""The truth, row by row: facts computed from what surveys and alerts store, in a few queries.

Sums and stored facts are only ever copies of this. A clock is an argument: some facts change by
time alone, and say until when they hold.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import TruncDate
from django.utils import timezone

from alerts.models import Lead, Outcome
from alerts.models import State as AlertState
from ambassadors.programme.models import Ask
from ambassadors.rollup.fates import STORED, Fate
from ambassadors.rollup.models import Fact, Source, Yield
from ambassadors.rollup.scope import band_of
from ambassadors.rollup.standing import standing_of
from outbox.models import KEPT
from outbox.models import State as MailState
from outbox.searching import folded, searchable
from surveys.eligibility import first_closing_day
from surveys.models import Group, Invitation, Project, ProjectContact, Response, Touchpoint

# Both stand in one index, of which PostgreSQL takes 2,704 bytes a row.
_SEARCH_LENGTH, _BY_CLIENT_LENGTH = 500, 60
_PROJECT = ("client", "account_manager", "division", "service", "sector")
_ANSWER = ("submitted_at", "group", "satisfaction", "recommendation", "interest", "score")
_ALERT = (
    "state",
    "acknowledge_by",
    "speak_by",
    "acknowledged_at",
    "first_spoken_at",
    "closed_at",
    "outcome",
    "recovered_at",
    "root_cause",
)


class Latest(NamedTuple):
    """Somebody's latest answer: its key, and since when they are in its group without a break."""

    response: int
    since: datetime


def latest_answers(people: Collection[int]) -> dict[int, Latest]:
    """Return the latest standing answer of each of these contacts. One query."""
    contact = "invitation__project_contact__contact"
    given = Response.objects.standing().filter(**{f"{contact}__in": people})
    newest_first = given.order_by("-submitted_at", "-pk")
    found: dict[int, Latest] = {}
    groups: dict[int, str | None] = {}  # of the run that is followed back; None: it is broken
    for key, response, at, group in newest_first.values_list(
        contact, "pk", "submitted_at", "group"
    ):
        if key not in found:
            found[key], groups[key] = Latest(response, at), group
        elif groups[key] == group:
            found[key] = found[key]._replace(since=at)
        else:
            groups[key] = None
    return found


def facts(
    projects: Iterable[int], *, now: datetime, latest: Mapping[int, Latest] | None = None
) -> list[Fact]:
    """Return the facts of ``projects``, unsaved. Five queries at most, whatever their number.

    ``latest`` is what ``latest_answers`` returned a moment ago, for at least those who answered.
    """
    wanted = list(projects)
    parts = ProjectContact.objects.filter(project__in=wanted)
    is_close = Q(invitations__touchpoint=Touchpoint.PROJECT_CLOSE)
    rows = list(_rows(parts.of_closed_projects(), is_close, now))
    invitations = Invitation.objects.filter(project_contact__project__in=wanted)
    if invitations.exclude(touchpoint=Touchpoint.PROJECT_CLOSE).exists():
        rows += _rows(parts, ~is_close, now).filter(asked_key__isnull=False)
    if latest is None:
        latest = latest_answers({row["contact"] for row in rows if row["answer__id"]})
    found = [_fact(row, now, latest) for row in rows]
    found += _without_contact(wanted)
    _tell_worth_once(found)
    return found


def _rows(parts: QuerySet[ProjectContact], asked: Q, now: datetime) -> QuerySet[Any, Any]:
    """Return what ``_fact`` reads of every contact, with the invitation that ``asked`` means."""
    stands = Q(asked__responses__replaced_at__isnull=True)
    rows: QuerySet[Any, Any] = (
        parts.annotate(asked=FilteredRelation("invitations", condition=asked))
        .annotate(answer=FilteredRelation("asked__responses", condition=stands))
        .annotate(mail=_mail_state())
        # Named, for a filter on the relation itself would join it once more.
        .annotate(asked_key=F("asked__id"), asked_on=TruncDate("asked__invited_at"))
        .annotate(fate=_fate(now))
        .order_by()
        .values(
            "pk",
            "contact",
            "project",
            "project__value",
            "project__closed_on",
            "fate",
            "mail",
            "asked_on",
            "asked__touchpoint",
            "asked__questionnaire",
            "asked__expires_at",
            "contact__name",
            "contact__client__name",
            *(f"project__{name}" for name in _PROJECT),
            *(f"answer__{name}" for name in ("id", *_ANSWER)),
            *(f"answer__alert__{name}" for name in ("id", *_ALERT)),
        )
    )
    return rows


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


def _fact(row: dict[str, Any], now: datetime, latest: Mapping[int, Latest]) -> Fact:
    touchpoint = row["asked__touchpoint"] or Touchpoint.PROJECT_CLOSE.value
    is_close = touchpoint == Touchpoint.PROJECT_CLOSE
    fact = Fact(
        project_id=row["project"],
        project_contact_id=row["pk"],
        contact_id=row["contact"],
        band=band_of(row["project__value"]),
        touchpoint=touchpoint,
        questionnaire_id=row["asked__questionnaire"],
        day=row["project__closed_on"] if is_close else row["asked_on"],
        fate=row["fate"],
        is_kept=row["mail"] == KEPT,
        response_id=row["answer__id"],
        alert_id=row["answer__alert__id"],
        **{f"{name}_id": row[f"project__{name}"] for name in _PROJECT},
    )
    if is_close:
        fact.worth = row["project__value"]
    if fact.fate == Fate.OPEN:
        fact.valid_until = row["asked__expires_at"]
    elif fact.fate == Fate.NOT_YET:
        fact.valid_until = _next_midnight(now)
    if fact.response_id is not None:
        _tell_answer(fact, row, now)
        told = latest.get(row["contact"])
        if told is not None and told.response == fact.response_id:
            _tell_person(fact, row, told.since)
    return fact


def _tell_person(fact: Fact, row: dict[str, Any], since: datetime) -> None:
    """Tell of somebody's latest answer who they are now, and what they are found by."""
    names = (row["contact__name"], row["contact__client__name"])
    fact.is_latest, fact.since = True, since
    fact.standing = standing_of(fact.group, fact.recommendation, fact.interest).value
    fact.search = searchable(names)[:_SEARCH_LENGTH]
    fact.by_client = folded(names[1])[:_BY_CLIENT_LENGTH]


def _tell_answer(fact: Fact, row: dict[str, Any], now: datetime) -> None:
    for name in _ANSWER:
        setattr(fact, name, row[f"answer__{name}"])
    if fact.alert_id is not None:
        _tell_alert(fact, {name: row[f"answer__alert__{name}"] for name in _ALERT}, now)


def _tell_alert(fact: Fact, alert: dict[str, Any], now: datetime) -> None:
    """Judge the present round of the alert by its own terms; reopening begins a new round."""
    taken_up_at = alert["acknowledged_at"] or alert["closed_at"]
    fact.taken_up = _in_time(taken_up_at, alert["acknowledge_by"], now)
    fact.spoken = _in_time(alert["first_spoken_at"], alert["speak_by"], now)
    if alert["closed_at"] is not None and alert["first_spoken_at"] is None:
        fact.spoken = "late"  # closed without a talk
    pending = [
        term
        for judged, term in (
            (fact.taken_up, alert["acknowledge_by"]),
            (fact.spoken, alert["speak_by"]),
        )
        if not judged
    ]
    fact.valid_until = min(pending, default=None)
    if alert["first_spoken_at"] is not None:
        waited = alert["first_spoken_at"] - fact.submitted_at
        fact.hours = max(0, int(waited / timedelta(hours=1)))
    if fact.group == Group.NEGATIVE:
        fact.ending = _ending(alert)
        fact.root_cause = alert["root_cause"]


def _in_time(at: datetime | None, term: datetime, now: datetime) -> str:
    if at is not None:
        return "in_time" if at <= term else "late"
    return "late" if term <= now else ""


def _ending(alert: dict[str, Any]) -> str:
    if alert["state"] != AlertState.CLOSED:
        return "open"
    if alert["outcome"] != Outcome.RECOVERED:
        return "closed"
    return "solved" if alert["recovered_at"] is None else "confirmed"


def _without_contact(projects: list[int]) -> Iterator[Fact]:
    """Yield one fact for each closed project that names nobody, so that nobody can be asked."""
    nobody = Project.objects.filter(
        pk__in=projects, state=Project.State.CLOSED, project_contacts__isnull=True
    )
    columns = [f"{name}_id" for name in _PROJECT]
    for row in nobody.values("pk", "value", "closed_on", *columns):
        yield Fact(
            project_id=row["pk"],
            band=band_of(row["value"]),
            touchpoint=Touchpoint.PROJECT_CLOSE.value,
            day=row["closed_on"],
            worth=row["value"],
            fate=Fate.NO_CONTACT.value,
            **{name: row[name] for name in columns},
        )


def _tell_worth_once(found: Iterable[Fact]) -> None:
    """Leave the value of a closed project on the first of its facts only."""
    told: set[int] = set()
    for fact in sorted(found, key=lambda fact: fact.project_contact_id or 0):
        if fact.touchpoint == Touchpoint.PROJECT_CLOSE:
            fact.worth = None if fact.project_id in told else fact.worth
            told.add(fact.project_id)


def yields(projects: Collection[int]) -> list[Yield]:
    """Return what was asked and which leads came in after answers about ``projects``, unsaved.

    Two queries.
    """
    leads = Lead.objects.values("pk", "created_at", "stage", "value")
    asks = Ask.objects.values("pk", "asked_on", "kind", "answer")
    found = [
        Yield(
            source=Source.LEAD,
            day=timezone.localdate(row["created_at"]),
            state=row["stage"],
            value=row["value"],
            **of_project,
        )
        for row, of_project in _of_projects(leads, "response", projects)
    ]
    found += [
        Yield(
            source=Source.ASK,
            day=row["asked_on"],
            kind=row["kind"],
            state=row["answer"],
            **of_project,
        )
        for row, of_project in _of_projects(asks, "alert__response", projects)
    ]
    return found


def _of_projects(
    rows: QuerySet[Any, Any], response: str, projects: Collection[int]
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield the rows that came of answers about ``projects``, and the columns both kinds have."""
    project = f"{response}__invitation__project_contact__project"
    value, columns = f"{project}__value", {name: f"{project}__{name}" for name in _PROJECT}
    found = rows.filter(**{f"{project}__in": projects}).order_by()
    for row in found.values(*rows.query.values_select, project, value, *columns.values()):
        of_project = {f"{name}_id": row[column] for name, column in columns.items()}
        of_project.update(key=row["pk"], project_id=row[project], band=band_of(row[value]))
        yield row, of_project


def _next_midnight(now: datetime) -> datetime:
    tomorrow = timezone.localdate(now) + timedelta(days=1)
    return timezone.make_aware(datetime.combine(tomorrow, datetime.min.time()))
