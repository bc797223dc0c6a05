"""``manage.py webhook_events``: write every event with its example, for docs/webhooks.md."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from outbox.event_pages import events_in_markdown, with_events


class Command(BaseCommand):
    help = "Show every webhook event with an example, or write them into a page (--write)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--write", metavar="PAGE", type=Path, help="such as docs/webhooks.md")

    def handle(self, *args: Any, **options: Any) -> None:
        """CommandError when the page cannot be read, or has no part for events."""
        page: Path | None = options["write"]
        if page is None:
            self.stdout.write(events_in_markdown())
            return
        try:
            page.write_text(with_events(page.read_text(encoding="utf-8")), encoding="utf-8")
        except (OSError, ValueError) as error:
            raise CommandError(str(error)) from error
