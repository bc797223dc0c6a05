"""``manage.py send_reminders``: remind who was invited and did not answer."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from surveys.actions import send_reminders
from surveys.sending_hours import moments_from


class Command(BaseCommand):
    help = (
        "Remind the contacts who did not answer, REMIND_AFTER_DAYS after their invitation: "
        "each time once, and only who may still be written to."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--spread",
            action="store_true",
            help="let the mails leave one by one, at INVITATIONS_PER_MINUTE, instead of at once",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        moments = moments_from(now) if options["spread"] else None
        reminded = send_reminders(now=now, moments=moments, on_reminded=self._progress)
        self.stdout.write(
            ngettext("%(n)s reminder queued.", "%(n)s reminders queued.", reminded)
            % {"n": reminded}
        )
        if not settings.EMAIL_URL:
            self.stdout.write(_("No mail server is set: the reminders stay in the outbox."))

    def _progress(self, done: int, total: int) -> None:
        if self.stdout.isatty() and done < total:
            self.stdout.write(f"{done}/{total}", ending="\r")
