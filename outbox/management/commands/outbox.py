"""``manage.py outbox``: try the mail set-up; hold, settle and resume after a restore."""

import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.management.color import Style
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outbox.breaking import hold, resume
from outbox.checking import CheckError, check_server, send_test, wait_for
from outbox.checking_around import (
    check_archive,
    check_bounce_mailbox,
    check_records,
    is_selector,
)
from outbox.circuit import MAIL
from outbox.dns_records import DnsResolver, Verdict
from outbox.doorbell import bell_of
from outbox.evidence import NoWitness, Witness, witness
from outbox.models import Channel, Delivery
from outbox.restoring import MailLog, NotHeldError, backlog, settle

WAIT_SECONDS = 30.0
ARCHIVE_SECONDS = 30.0
_STYLES: dict[Verdict, Callable[[Style], Callable[[str], str]]] = {
    Verdict.GOOD: lambda style: style.SUCCESS,
    Verdict.WRONG: lambda style: style.WARNING,
    Verdict.UNASKED: lambda style: style.NOTICE,
}


class Command(BaseCommand):
    help = "Look after what leaves: try the mail set-up, stop sending, settle, send again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        check = verbs.add_parser("check", help="try the mail server, phase by phase")
        check.add_argument(
            "--to", metavar="ADDRESS", help="also send one test mail there, through the outbox"
        )
        check.add_argument(
            "--dkim-selector", metavar="NAME", default="", help="the key our mail is signed with"
        )
        verbs.add_parser("hold", help="stop all that leaves until resume, and say what waits")
        verbs.add_parser("resume", help="let everything leave again")
        settling = verbs.add_parser(
            "settle", help="while held: mark as sent what is known to have left"
        )
        settling.add_argument(
            "--log",
            metavar="FILE",
            help="lines that name the Message-IDs of what left, such as the mail server's log; "
            "- reads them from the input. Without it the archive mailbox is asked",
        )
        settling.add_argument("--dry-run", action="store_true", help="only say what it would do")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 0 when all went well; CommandError with what is wrong."""
        verbs = {
            "check": self._check,
            "hold": self._hold,
            "resume": self._resume,
            "settle": self._settle,
        }
        verbs[options["verb"]](options)

    def _check(self, options: dict[str, Any]) -> None:
        address, selector = options["to"], options["dkim_selector"]
        _refuse_what_is_none(address, selector)
        checked = check_server()
        for line in checked.done:
            self.stdout.write(self.style.SUCCESS(line))
        if checked.fault:
            raise CommandError(checked.fault)
        sent = self._send(address) if address else None
        faults = [
            self._say(partial(check_archive, sent, seconds=ARCHIVE_SECONDS)),
            self._say(check_bounce_mailbox),
        ]
        archived = sent if settings.ARCHIVE_MAILBOX_URL and not faults[0] else None
        for finding in check_records(DnsResolver(), selector=selector, archived=archived):
            self.stdout.write(_STYLES[finding.verdict](self.style)(finding.words))
        if any(faults):
            raise CommandError("\n".join(filter(None, faults)))

    def _say(self, check: Callable[[], str]) -> str:
        """Write what is well; return what is not."""
        try:
            words = check()
        except CheckError as error:
            return str(error)
        if words:
            self.stdout.write(self.style.SUCCESS(words))
        return ""

    def _send(self, address: str) -> Delivery:
        delivery = send_test(address)
        self.stdout.write(_("A test mail waits for a worker."))
        self.stdout.flush()
        try:
            wait_for(delivery, seconds=WAIT_SECONDS)
        except CheckError as error:
            raise CommandError(str(error)) from error
        text = _("The mail server took the test mail to %(address)s.") % {"address": address}
        self.stdout.write(self.style.SUCCESS(text))
        return delivery

    def _hold(self, options: dict[str, Any]) -> None:
        is_new = hold(MAIL)
        text = _("Nothing leaves any more, until `manage.py outbox resume`.")
        self.stdout.write(self.style.SUCCESS(text if is_new else _("Everything was held already.")))
        self._say_what_waits()

    def _resume(self, options: dict[str, Any]) -> None:
        self._say_what_waits()
        if not resume(MAIL):
            self.stdout.write(_("Nothing was held: what is due leaves by itself."))
            return
        for channel in Channel:
            bell_of(channel)()
        self.stdout.write(self.style.SUCCESS(_("What is due leaves now.")))

    def _say_what_waits(self) -> None:
        seen = backlog()
        if not seen.waiting:
            self.stdout.write(_("Nothing is waiting."))
        for lane, (due, later) in seen.waiting.items():
            text = _("%(lane)s: %(due)s due, %(later)s planned for later")
            self.stdout.write(text % {"lane": lane.label, "due": due, "later": later})
        for number, text in (
            (seen.claimed, _("being sent when this was written; goes back to the queue")),
            (seen.committing, _("being handed over; may have arrived, and would go again")),
            (seen.uncertain, _("perhaps delivered; would go again without evidence")),
        ):
            if number:
                self.stdout.write(self.style.WARNING(f"{number} {text}"))

    def _settle(self, options: dict[str, Any]) -> None:
        is_rehearsal = options["dry_run"]
        try:
            with _asked(options["log"]) as somebody:
                done = settle(somebody, is_rehearsal=is_rehearsal)
        except NotHeldError as error:
            raise CommandError(_("First stop sending: `manage.py outbox hold`.")) from error
        left = ngettext("%(n)s mail had left.", "%(n)s mails had left.", done.left)
        self.stdout.write(self.style.SUCCESS(left % {"n": done.left}))
        unknown = ngettext(
            "Of %(n)s mail there is no sign that it left.",
            "Of %(n)s mails there is no sign that they left.",
            done.unknown,
        )
        self.stdout.write(unknown % {"n": done.unknown})
        if is_rehearsal:
            self.stdout.write(_("Nothing was changed."))
        if done.unasked:
            text = _("The archive mailbox fell silent: %(n)s mails were not asked about.")
            raise CommandError(text % {"n": done.unasked})


def _refuse_what_is_none(address: str | None, selector: str) -> None:
    """Raise CommandError for what is no address or no selector, before anything is tried."""
    if selector and not is_selector(selector):
        raise CommandError(_("%(text)s is no DKIM selector.") % {"text": selector})
    if not address:
        return
    try:
        validate_email(address)
    except ValidationError as error:
        text = _("%(address)s is no e-mail address.") % {"address": address}
        raise CommandError(text) from error


@contextmanager
def _asked(log: str | None) -> Iterator[Witness]:
    """Yield who knows what left. Raises CommandError when that is nobody."""
    if log == "-":
        yield MailLog(sys.stdin)
    elif log:
        try:
            with Path(log).open(encoding="utf-8", errors="replace") as lines:
                found = MailLog(lines)
        except OSError as error:
            raise CommandError(f"{log}: {error.strerror}") from error
        yield found
    else:
        with witness() as somebody:
            if isinstance(somebody, NoWitness):
                raise CommandError(_("Name a log with --log, or set ARCHIVE_MAILBOX_URL."))
            yield somebody
