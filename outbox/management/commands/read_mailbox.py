"""``manage.py read_mailbox``: read what came back to the sender's mailbox."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from outbox.mailbox import MailboxError, read_mailbox


class Command(BaseCommand):
    help = (
        "Read the mailbox of BOUNCE_MAILBOX_URL: bounces, automatic answers and replies are noted "
        "at the mail they belong to. Nothing is deleted."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--again",
            action="store_true",
            help="begin with the oldest mail; what was stored before is not stored twice",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = read_mailbox(is_from_start=options["again"])
        except MailboxError as error:
            raise CommandError(str(error)) from error
        if done is None:
            self.stdout.write(_("BOUNCE_MAILBOX_URL is not set: no mailbox is read."))
            return
        self.stdout.write(
            _("Mails read: %(seen)s, reports stored: %(stored)s, not handled: %(failed)s.")
            % {"seen": done.seen, "stored": done.stored, "failed": done.failed}
        )
