"""``manage.py seed_scale``: fill an empty database with a large firm's five years."""

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from ambassadors.rollup import watching
from ambassadors.rollup.refreshing import BATCH, rebuild
from ambassadors.scale.firm import CONTACTS, DIVISIONS, make_firm
from ambassadors.scale.years import Years
from surveys.models import Client

YEARS = 5
_FEWEST, _MOST = 100, 5_000_000


class Command(BaseCommand):
    """Make believable rows by the million; refuse a database in which clients stand already."""

    help = "Fill an empty database with invented clients, projects and answers, to measure with."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--responses", type=int, default=1_000_000)
        parser.add_argument("--contacts", type=int, help=f"default: {CONTACTS:,} for a million")
        parser.add_argument("--divisions", type=int, default=DIVISIONS)
        parser.add_argument("--seed", type=int, default=1, help="the same seed, the same firm")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the firm, then its days; say how far it is after every batch."""
        responses, divisions = options["responses"], options["divisions"]
        if not _FEWEST <= responses <= _MOST:
            raise CommandError(f"--responses: from {_FEWEST:,} to {_MOST:,}.")
        if not 1 <= divisions <= 1_000:
            raise CommandError("--divisions: from 1 to 1,000.")
        contacts = options["contacts"] or max(40, responses * CONTACTS // 1_000_000)
        if contacts * 25 < responses:
            raise CommandError("--contacts: too few; nobody is asked more than once in 90 days.")
        if Client.objects.exists():
            raise CommandError("This database holds clients. Name an empty one in DATABASE_URL.")
        now = timezone.now()
        # A mark for each of some ten million rows would take longer than the rows themselves.
        watching.remove(connection)
        try:
            self._fill(responses, contacts, divisions, options["seed"], now)
            self._add_up(now)
        finally:
            watching.install(connection)

    def _fill(
        self, responses: int, contacts: int, divisions: int, seed: int, now: datetime
    ) -> None:
        today = timezone.localdate(now)
        first_day = _years_before(today, YEARS)
        random = Random(seed)  # noqa: S311  (invented clients)
        firm = make_firm(
            random,
            divisions=divisions,
            contacts=contacts,
            first_day=first_day,
            today=today,
            now=now,
        )
        self.stdout.write(f"{contacts:,} contacts, {divisions} divisions")
        days = Years(firm, random, now=now)
        for done in days.make(
            first_day=first_day, last_day=today - timedelta(days=1), responses=responses
        ):
            self.stdout.write(f"{done.day:%Y-%m-%d}  {done.responses:>9,} responses")
            self.stdout.flush()
        _settle()

    def _add_up(self, now: datetime) -> None:
        for done, number in rebuild(now=now):
            if done == number or done % 50_000 < BATCH:
                self.stdout.write(f"figures of {done:,} of {number:,} projects")
                self.stdout.flush()
        _settle()


def _years_before(day: date, years: int) -> date:
    return day.replace(year=day.year - years, day=min(day.day, 28))


def _settle() -> None:
    """Let PostgreSQL know what was stored, as it does by itself in a database that lives."""
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
