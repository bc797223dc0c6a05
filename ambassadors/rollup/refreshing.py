"""Bring facts and sums up to date. Nothing waits for it: pages read what is marked from the rows.

A batch is one transaction: take the turn, read marks, take the facts of their projects out of the
sums, compute them anew, add them, delete those marks. A change that commits meanwhile leaves a mark
of its own that this batch did not see, so it is only ever computed once more, never forgotten.
"""

from collections.abc import Iterator
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from ambassadors.rollup import plain, sums
from ambassadors.rollup.models import Fact, Mark, Progress, Sum
from ambassadors.rollup.watching import install
from ambassadors.scale.bulk import Table, follow_sequences
from surveys.models import Project

BATCH = 2_000  # projects whose facts are in memory at once
_MARKS_AT_ONCE = 20_000
_ROWS_AT_ONCE = 2_000


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
        if not _take_turn():
            return 0
        marks = list(Mark.objects.order_by("pk").values_list("pk", "project_id")[:_MARKS_AT_ONCE])
        due = Fact.objects.filter(valid_until__lte=now).order_by("valid_until")
        projects = list(dict.fromkeys(project for _pk, project in marks))[:BATCH]
        projects = projects or list(dict.fromkeys(due.values_list("project_id", flat=True)[:BATCH]))
        if not projects:
            Progress.objects.update(refreshed_at=now)
            return 0
        stored = Fact.objects.filter(project__in=projects)
        sums.add(stored, sign=-1)
        stored.delete()
        Fact.objects.bulk_create(plain.facts(projects, now=now), batch_size=_ROWS_AT_ONCE)
        sums.add(Fact.objects.filter(project__in=projects))
        chosen = set(projects)
        _forget([pk for pk, project in marks if project in chosen])
        Progress.objects.update(version=F("version") + 1, refreshed_at=now)
        return len(projects)


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
        for model in (Sum, Fact, Mark):
            model.objects.all()._raw_delete(using=connection.alias)
        keys = list(Project.objects.order_by("closed_on", "pk").values_list("pk", flat=True))
        table = Table(Fact)
        for start in range(0, len(keys), BATCH):
            batch = keys[start : start + BATCH]
            for fact in plain.facts(batch, now=now):
                table.add(**{column: getattr(fact, name) for name, column in _COLUMNS})
            table.write()
            yield start + len(batch), len(keys)
        follow_sequences([table])
        sums.add(Fact.objects.filter(pk__gt=0))
        Progress.objects.update(version=F("version") + 1, refreshed_at=now, built_at=now)


_COLUMNS = [
    (str(field.attname), str(field.column))
    for field in Fact._meta.concrete_fields
    if not field.primary_key
]


def _take_turn() -> bool:
    """Lock the one row of ``Progress``, unless somebody else has."""
    Progress.objects.get_or_create(pk=1)
    skips = connection.features.has_select_for_update_skip_locked
    return Progress.objects.select_for_update(skip_locked=skips).first() is not None
