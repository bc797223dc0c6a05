"""``manage.py figures``: bring what the dashboard adds up to date, or build it again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ambassadors.rollup.refreshing import BATCH, rebuild, refresh


class Command(BaseCommand):
    """Refresh what changed; with ``rebuild`` build everything again from the rows."""

    help = "Bring the dashboard's figures up to date, or build them again from the rows."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["refresh", "rebuild"])

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and say how far it is."""
        if options["what"] == "refresh":
            self.stdout.write(f"{refresh():,} projects brought up to date")
            return
        for done, number in rebuild():
            if done == number or done % 50_000 < BATCH:
                self.stdout.write(f"{done:>9,} of {number:,} projects")
                self.stdout.flush()
