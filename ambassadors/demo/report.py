"""What the demo prints: at most 30 lines of at most 100 characters, in the active language."""

import textwrap
from collections import Counter
from collections.abc import Iterable

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ambassadors.demo.chain import Result
from ambassadors.demo.people import PASSWORD
from staff.models import User
from surveys.models import Group

MAX_LINES = 30
MAX_WIDTH = 100
_LABEL = 18
_MAX_REASONS = 3


def lines_of(result: Result) -> list[str]:
    """Return the report, line by line."""
    lines = [*_happened(result), "", *_where_to_look(result)]
    if result.faults:
        lines += ["", *_faults(result, room=MAX_LINES - len(lines) - 2)]
    return lines[:MAX_LINES]


def _happened(result: Result) -> list[str]:
    """Import, invitations, answers, alerts."""
    run = result.invitations
    invited = ngettext("%(n)s contact", "%(n)s contacts", run.invited) % {"n": run.invited}
    left_out = _counted((str(reason.label), n) for reason, n in run.left_out.most_common())
    alerts = _("%(alerts)s, mailed %(mails)s times: to the account manager and the supervisor") % {
        "alerts": result.alerts,
        "mails": result.mails,
    }
    seconds = _("%(median)s seconds in the middle, %(slowest)s at most") % {
        "median": number_format(result.median_seconds, 2),
        "slowest": number_format(result.slowest_seconds, 2),
    }
    return [
        *_row(_("Imported"), _imported(result)),
        *_row(_("Not imported"), _reasons_of_import(result), max_lines=_MAX_REASONS),
        *_row(_("Invited"), invited),
        *_row(_("Not invited"), left_out),
        *_row(_("Answered"), _answered(result)),
        *_row(_("Alerts"), alerts),
        *_row(_("Answer to mail"), seconds),
    ]


def _imported(result: Result) -> str:
    imported = result.imported
    text = _("%(good)s of %(read)s lines; %(projects)s projects, %(contacts)s contacts")
    return text % {
        "good": imported.good,
        "read": imported.read - imported.empty,
        "projects": imported.tallies["projects"].created,
        "contacts": imported.tallies["contacts"].created,
    }


def _answered(result: Result) -> str:
    invited = result.invitations.invited
    text = _(
        "%(n)s (%(share)s%%): %(plus)s in the + group, %(zero)s in the 0 group, "
        "%(minus)s in the – group"
    )
    return text % {
        "n": result.answered,
        "share": round(100 * result.answered / invited) if invited else 0,
        "plus": result.groups[Group.POSITIVE],
        "zero": result.groups[Group.NEUTRAL],
        "minus": result.groups[Group.NEGATIVE],
    }


def _where_to_look(result: Result) -> list[str]:
    """The addresses to open, each with who signs in there."""
    who, site = result.people, settings.SITE_URL
    lines = [_("Look here:")]
    if result.unanswered is not None:
        lines += _row(_("As a client"), result.unanswered_link)
        lines += _row(
            "",
            _("(%(name)s of %(client)s has not answered yet)")
            % {
                "name": result.unanswered.contact.name,
                "client": result.unanswered.contact.client.name,
            },
        )
    for label, path, user in (
        (_("Account manager"), "/alerts/", who.account_manager),
        (_("Supervisor"), "/alerts/", who.supervisor),
        (_("Management"), "/dashboard/", who.management),
        (_("Administrator"), "/outbox/", who.administrator),
    ):
        lines += _row(label, _sign_in(f"{site}{path}", user))
    return [*lines, *_row(_("Password"), _("%s (for all four)") % PASSWORD)]


def _sign_in(address: str, user: User) -> str:
    return f"{address:<34} {user.email}"


def _reasons_of_import(result: Result) -> str:
    """Return how many lines were faulty, in which columns, and one of them in full."""
    faults = result.imported.faults
    if not faults:
        return _("nothing")
    columns = Counter(fault.column for fault in faults if fault.column)
    number = result.imported.faulty
    text = ngettext("%(n)s line (%(columns)s)", "%(n)s lines (%(columns)s)", number) % {
        "n": number,
        "columns": ", ".join(f"{column} {count}" for column, count in columns.most_common()),
    }
    first = faults[0]
    sample = _("such as line %(line)s, %(column)s: %(reason)s") % {
        "line": first.line,
        "column": first.column,
        "reason": first.reason,
    }
    return f"{text}, {sample}"


def _counted(reasons: Iterable[tuple[str, int]]) -> str:
    return "; ".join(f"{number}× {label}" for label, number in reasons) or _("nobody left out")


def _faults(result: Result, *, room: int) -> list[str]:
    """Return what went wrong, as many lines as there is room for."""
    heading = ngettext(
        "The demo failed on %(n)s point:", "The demo failed on %(n)s points:", len(result.faults)
    ) % {"n": len(result.faults)}
    return [heading, *(f"  {fault}"[:MAX_WIDTH] for fault in result.faults[: max(room, 1)])]


def _row(label: str, text: str, *, max_lines: int = 2) -> list[str]:
    """Return a labelled text, wrapped to the width and cut off after ``max_lines``."""
    indent = " " * _LABEL
    return textwrap.wrap(
        text,
        MAX_WIDTH,
        initial_indent=f"{label:<{_LABEL}}",
        subsequent_indent=indent,
        max_lines=max_lines,
        placeholder=" …",
        break_long_words=False,
        break_on_hyphens=False,
    )
