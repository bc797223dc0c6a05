"""Bring facts and sums up to date. Nothing waits for it: pages read what is marked from the rows.

A batch is one transaction: take the turn, read marks, take the facts of their projects out of the
sums, compute them anew, add them, delete those marks. A change that commits meanwhile leaves a mark
of its own that this batch did not see, so it is only ever computed once more, never forgotten.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Max, Model, Q
from django.utils import timezone

from ambassadors.rollup import plain, sums
from ambassadors.rollup.models import Fact, LastAnswer, Mark, Progress, Spread, Sum, Yield
from ambassadors.rollup.watching import install, mark_all
from ambassadors.scale.bulk import Table, follow_sequences
from surveys.models import Contact, Project

BATCH = 2_000  # projects whose facts are in memory at once
_MARKS_AT_ONCE = 20_000
_ROWS_AT_ONCE = 2_000
_PEOPLE_AT_ONCE = 10_000


def stale_projects(*, now: datetime, limit: int | None = None) -> set[int]:
    """Return the keys of projects whose facts may not hold at ``now``. Two queries."""
    due = Fact.objects.filter(valid_until__lte=now).values_list("project_id", flat=True)
    marked = Mark.objects.values_list("project_id", flat=True)
    return set(due.distinct()[:limit]) | set(marked.distinct()[:limit])


def refresh(*, now: datetime | None = None, batches: int = 500) -> int:
    """Bring what is stale up to date; return how many projects were done.

    Somebody else's turn is not waited for. ``batches`` bounds one call.
    """
    now = now or timezone.now()
    done = 0
    for _batch in range(batches):
        number = _refresh_batch(now)
        if not number:
            break
        done += number
    return done


def _refresh_batch(now: datetime) -> int:
    with transaction.atomic():
        progress = _take_turn()
        if progress is None:
            return 0
        _follow_rules(progress)
        marks = list(Mark.objects.order_by("pk").values_list("pk", "project_id")[:_MARKS_AT_ONCE])
        due = Fact.objects.filter(valid_until__lte=now).order_by("valid_until")
        projects = list(dict.fromkeys(project for _pk, project in marks))[:BATCH]
        projects = projects or list(dict.fromkeys(due.values_list("project_id", flat=True)[:BATCH]))
        if not projects:
            Progress.objects.update(refreshed_at=now)
            return 0
        _make_anew(projects, now)
        chosen = set(projects)
        _forget([pk for pk, project in marks if project in chosen])
        Progress.objects.update(version=F("version") + 1, refreshed_at=now)
        return len(projects)


def _make_anew(projects: list[int], now: datetime) -> None:
    """Take what is stored of ``projects`` away, and store what the rows say now."""
    chosen = Q(project__in=projects)
    stored, yields = Fact.objects.filter(chosen), Yield.objects.filter(chosen)
    clients = set(stored.values_list("client_id", flat=True))
    facts = plain.facts(projects, now=now)
    _add(chosen, sign=-1)
    stored.delete()
    yields.delete()
    Fact.objects.bulk_create(facts, batch_size=_ROWS_AT_ONCE)
    Yield.objects.bulk_create(plain.yields(projects), batch_size=_ROWS_AT_ONCE)
    _add(chosen)
    _tell_last_answers({*clients, *(fact.client_id for fact in facts)})


def _add(wanted: Q, *, sign: int = 1) -> None:
    sums.add(Fact.objects.filter(wanted), sign=sign)
    sums.add_spreads(wanted, sign=sign)


def _tell_last_answers(clients: Collection[int] | None = None) -> None:
    """Store when somebody of these clients answered last; None: of every client."""
    known, facts = LastAnswer.objects.all(), Fact.objects.all()
    if clients is not None:
        known, facts = known.filter(client__in=clients), facts.filter(client__in=clients)
    known._raw_delete(using=connection.alias)
    latest = facts.order_by().values_list("client_id").annotate(at=Max("submitted_at"))
    LastAnswer.objects.bulk_create(
        [LastAnswer(client_id=client, at=at) for client, at in latest],
        batch_size=_ROWS_AT_ONCE,
    )


def _forget(marks: list[int]) -> None:
    for start in range(0, len(marks), _ROWS_AT_ONCE):
        Mark.objects.filter(pk__in=marks[start : start + _ROWS_AT_ONCE]).delete()


def rebuild(*, now: datetime | None = None) -> Iterator[tuple[int, int]]:
    """Throw facts and sums away and build them again; yield how far it is: done, of how many.

    One transaction: pages show the old figures until it commits, and whoever stops it half way
    has changed nothing. What changes meanwhile leaves marks that it does not see. On SQLite nobody
    else writes meanwhile.
    """
    now = now or timezone.now()
    with transaction.atomic():
        Progress.objects.get_or_create(pk=1)
        Progress.objects.select_for_update().get(pk=1)
        install(connection)
        for model in (Sum, Spread, Fact, Yield, Mark):
            model.objects.all()._raw_delete(using=connection.alias)
        latest = _latest_answers()
        keys = list(Project.objects.order_by("closed_on", "pk").values_list("pk", flat=True))
        facts, yields = Table(Fact), Table(Yield)
        for start in range(0, len(keys), BATCH):
            batch = keys[start : start + BATCH]
            _keep(facts, plain.facts(batch, now=now, latest=latest))
            _keep(yields, plain.yields(batch))
            yield start + len(batch), len(keys)
        follow_sequences([facts, yields])
        _add_all()
        _tell_last_answers()
        Progress.objects.update(
            version=F("version") + 1, refreshed_at=now, built_at=now, rules=_rules()
        )


def _latest_answers() -> dict[int, plain.Latest]:
    """Return everybody's, read some thousands of people at a time."""
    found: dict[int, plain.Latest] = {}
    people = list(Contact.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(people), _PEOPLE_AT_ONCE):
        found.update(plain.latest_answers(people[start : start + _PEOPLE_AT_ONCE]))
    return found


def _keep(table: Table, rows: Sequence[Model]) -> None:
    fields = [field for field in table.model._meta.concrete_fields if not field.primary_key]
    columns = [(str(field.column), field.attname) for field in fields]
    for row in rows:
        values = row.__dict__
        table.add(**{column: values[name] for column, name in columns})
    table.write()


def _add_all() -> None:
    """Add up all facts, month by month, so that what is added up at once fits in memory."""
    months = {*Fact.objects.dates("day", "month"), *Yield.objects.dates("day", "month")}
    for month in sorted(months):
        after = (month + timedelta(days=32)).replace(day=1)
        _add(Q(day__gte=month, day__lt=after))


def _follow_rules(progress: Progress) -> None:
    """Mark every project when a setting changed that facts follow: no trigger sees that."""
    if progress.rules == _rules():
        return
    if progress.rules:
        mark_all(connection)
    Progress.objects.update(rules=_rules())


def _rules() -> str:
    followed = ("INVITE_CLOSED_WITHIN_DAYS", "SURVEY_FATIGUE_DAYS", "TIME_ZONE")
    return " ".join(str(getattr(settings, name)) for name in followed)


def _take_turn() -> Progress | None:
    """Lock the one row of ``Progress``; None if somebody else has."""
    Progress.objects.get_or_create(pk=1)
    skips = connection.features.has_select_for_update_skip_locked
    return Progress.objects.select_for_update(skip_locked=skips).first()
