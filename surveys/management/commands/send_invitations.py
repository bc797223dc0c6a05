"""``manage.py send_invitations``: ask the contacts of recently closed projects."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from surveys.actions import InvitationRun, send_invitations
from surveys.models import Touchpoint
from surveys.sending_hours import moments_from


class Command(BaseCommand):
    help = (
        "Invite the contacts of projects that closed within INVITE_CLOSED_WITHIN_DAYS, now and "
        "without waiting some working days, and say how many were left out and why. The other "
        "touchpoints with a questionnaire in use are asked as well."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--closed-since",
            metavar="DATE",
            help="invite for projects closed on or after DATE (YYYY-MM-DD) instead",
        )
        parser.add_argument(
            "--wait",
            action="store_true",
            help="leave projects that closed less than INVITE_AFTER_WORKING_DAYS working days ago "
            "for later, as the automatic run does",
        )

        parser.add_argument(
            "--spread",
            action="store_true",
            help="let the mails leave one by one, at INVITATIONS_PER_MINUTE, instead of at once",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        since = _parsed(options["closed_since"])
        now = timezone.now()
        run = send_invitations(
            closed_since=since,
            after_working_days=settings.INVITE_AFTER_WORKING_DAYS if options["wait"] else 0,
            moments=moments_from(now) if options["spread"] else None,
            now=now,
            on_invited=self._progress,
        )
        self._report(run, since)

    def _progress(self, done: int, total: int) -> None:
        if self.stdout.isatty() and done < total:
            self.stdout.write(f"{done}/{total}", ending="\r")

    def _report(self, run: InvitationRun, since: date | None) -> None:
        self.stdout.write(
            ngettext("%(n)s contact invited.", "%(n)s contacts invited.", run.invited)
            % {"n": run.invited}
        )
        for touchpoint, number in sorted(run.touchpoints.items()):
            if touchpoint != Touchpoint.PROJECT_CLOSE:
                self.stdout.write(f"  {number:>6}  {Touchpoint(touchpoint).label}")
        left_out = run.left_out.total()
        if left_out:
            self.stdout.write(_("%(n)s not invited:") % {"n": left_out})
        for reason, number in run.left_out.most_common():
            self.stdout.write(f"  {number:>6}  {reason.label}")
        if since is None:
            window = _(
                "Asked about: projects closed in the last %(days)s days "
                "(--closed-since changes it)."
            )
            self.stdout.write(window % {"days": settings.INVITE_CLOSED_WITHIN_DAYS})
        if not settings.EMAIL_URL:
            self.stdout.write(
                _(
                    "No mail server is set: the invitations stay in the outbox. "
                    "Set EMAIL_URL and run this again to send them."
                )
            )


def _parsed(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(
            _("“%(text)s” is not a date. Write it as 2026-11-30.") % {"text": text}
        ) from error
