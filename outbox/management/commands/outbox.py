"""``manage.py outbox check``: does the mail set-up work, and if not, what is wrong?"""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from outbox.checking import CheckError, check_server, send_test, wait_for

WAIT_SECONDS = 30.0


class Command(BaseCommand):
    help = "Look after the outbox. `check` tries the mail server of EMAIL_URL and sends nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        check = verbs.add_parser("check", help="try the mail server, phase by phase")
        check.add_argument(
            "--to", metavar="ADDRESS", help="also send one test mail there, through the outbox"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 0 when all went well; CommandError with what is wrong."""
        address = options["to"]
        if address:
            try:
                validate_email(address)
            except ValidationError as error:
                text = _("%(address)s is no e-mail address.") % {"address": address}
                raise CommandError(text) from error
        checked = check_server()
        for line in checked.done:
            self.stdout.write(self.style.SUCCESS(line))
        if checked.fault:
            raise CommandError(checked.fault)
        if address:
            self._send(address)

    def _send(self, address: str) -> None:
        delivery = send_test(address)
        self.stdout.write(_("A test mail waits for a worker."))
        self.stdout.flush()
        try:
            wait_for(delivery, seconds=WAIT_SECONDS)
        except CheckError as error:
            raise CommandError(str(error)) from error
        text = _("The mail server took the test mail to %(address)s.") % {"address": address}
        self.stdout.write(self.style.SUCCESS(text))
