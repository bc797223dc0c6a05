"""What the report says, in the active language: the dashboard's own words where it has them."""

from collections.abc import Sequence
from datetime import date, datetime

from django.conf import settings
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ambassadors.board import months
from ambassadors.board.figures import Board, Side
from ambassadors.dashboard import findings
from ambassadors.dashboard.statistics import MINIMUM_N, Nps, Share, nps
from ambassadors.rollup.fates import Fate
from ambassadors.rollup.tally import Tally
from staff.wording import day, percent, whole_number
from surveys.models import Group

GROUP_SIGNS = {Group.POSITIVE: "+", Group.NEUTRAL: "0", Group.NEGATIVE: "–"}


def month_name(month: date, *, with_year: bool = True) -> str:
    """Return ``oktober 2026``, or without the year ``oktober``."""
    name = str(MONTHS[month.month])
    return f"{name} {month.year}" if with_year else name


def title(month: date) -> str:
    """Return the title of the report of ``month``."""
    return _("Ambassadors in %(month)s") % {"month": month_name(month)}


def file_name(month: date) -> str:
    """Return what the file is called."""
    return _("ambassadors-%(month)s.pdf") % {"month": f"{month:%Y-%m}"}


def periods(month: date) -> str:
    """Say which two periods stand side by side."""
    first = months.after(month, 1 - months.MONTHS_BESIDE)
    return _(
        "Projects that closed in %(month)s, beside the 12 months from %(first)s up to and "
        "including %(month)s"
    ) % {"month": month_name(month), "first": month_name(first)}


def columns(month: date) -> tuple[str, str]:
    """Return the headings of the two periods."""
    return month_name(month, with_year=False).capitalize(), _("12 months")


def steps(tally: Tally, year: Tally) -> list[tuple[str, str, str]]:
    """Return each step of coverage with its number in the month and in the twelve months."""
    sent = _("Kept, not sent") if year.is_only_kept else _("Delivered")
    labels = {
        "closed": _("Contacts of closed projects"),
        "eligible": _("Could be asked"),
        "invited": _("Invited"),
        "delivered": sent,
        "answered": _("Answered"),
    }
    return [
        (label, whole_number(getattr(tally, name)), whole_number(getattr(year, name)))
        for name, label in labels.items()
    ]


def share(found: Share) -> str:
    """Return ``36% (28–44%), n = 84``; of too few that, and how many they are."""
    return _("%(words)s, n = %(n)s") % {
        "words": findings.share_words(found),
        "n": whole_number(found.n),
    }


def plus_minus(tally: Tally) -> str:
    """Return ``+22 (+9 to +34), n = 84`` in points, or that they are too few."""
    n = whole_number(tally.answered)
    if tally.answered < MINIMUM_N:
        return _("%(words)s, n = %(n)s") % {"words": findings.too_little(), "n": n}
    interval = tally.plus_minus_interval
    return _("%(value)s (%(low)s to %(high)s), n = %(n)s") % {
        "value": findings.signed(tally.plus_minus),
        "low": findings.signed(interval.low),
        "high": findings.signed(interval.high),
        "n": n,
    }


def silence(tally: Tally) -> str:
    """Return ``20% to 87%``: the bounds of the share of + among everybody asked; or too few."""
    if not tally.share(Group.POSITIVE).is_enough:
        return _("%(words)s, n = %(n)s") % {
            "words": findings.too_little(),
            "n": whole_number(tally.answered),
        }
    return _("%(low)s to %(high)s") % {
        "low": percent(tally.silence.low),
        "high": percent(tally.silence.high),
    }


def first_talk(side: Side) -> str:
    """Return ``19 hours (12–26 hours), n = 40``: the median; or that they are too few."""
    median = side.first_talk
    if median is None or not median.is_enough or median.interval is None:
        n = median.n if median else 0
        return _("%(words)s, n = %(n)s") % {"words": findings.too_little(), "n": whole_number(n)}
    return _("%(value)s (%(low)s to %(high)s), n = %(n)s") % {
        "value": findings.hours_words(median.value),
        "low": findings.hours_words(median.interval.low),
        "high": findings.hours_words(median.interval.high),
        "n": whole_number(median.n),
    }


def follow_up(board: Board) -> list[tuple[str, str, str]]:
    """Return what came of the signals: label, month, twelve months."""
    month, year = board.of_month, board.of_year
    return [
        (_("Taken up in time"), share(month.tally.taken_up), share(year.tally.taken_up)),
        (_("Spoken to in time"), share(month.tally.spoken), share(year.tally.spoken)),
        (_("Hours to the first talk, median"), first_talk(month), first_talk(year)),
        (
            _("– recovered, says the client"),
            recovered(month.tally.recovered),
            recovered(year.tally.recovered),
        ),
    ]


def recovered(found: Share) -> str:
    """Return ``3 of 28 closed –``: no share, since who was not asked has said nothing."""
    if not found.n:
        return _("no – is closed yet")
    if not found.count:
        return _("no client has said so yet, %(n)s – are closed") % {"n": whole_number(found.n)}
    return _("%(count)s of %(n)s closed –") % {
        "count": whole_number(found.count),
        "n": whole_number(found.n),
    }


def open_negatives(board: Board) -> str:
    """Say how many – are open now, how many of them late, and since when the oldest is."""
    found = board.open_negatives
    if not found.count or found.oldest is None:
        return _("No – is open now")
    words = ngettext(
        "%(number)s – is open now, %(late)s of them late; since %(day)s",
        "%(number)s – are open now, %(late)s of them late; the oldest since %(day)s",
        found.count,
    )
    today = timezone.localdate(board.made_at)
    return words % {
        "number": whole_number(found.count),
        "late": whole_number(found.overdue),
        "day": day(timezone.localdate(found.oldest), today=today),
    }


def root_causes(causes: Sequence[tuple[str, int]]) -> list[str]:
    """Return ``Quality of the work: 4`` for each."""
    return [f"{name}: {whole_number(number)}" for name, number in causes]


def names(board: Board) -> str:
    """Say how many ambassadors there are."""
    number = board.number_of_names
    if not number:
        return _("Nobody recommends us and wants more yet")
    return ngettext(
        "%(number)s ambassador recommends us and wants more",
        "%(number)s ambassadors recommend us and want more",
        number,
    ) % {"number": whole_number(number)}


def names_note(board: Board) -> str:
    """Say of which projects they speak, and how many are not on the page."""
    if not board.number_of_names:
        return ""
    words = _("In 12 months; %(number)s after a project of %(month)s. Newest first") % {
        "number": whole_number(board.names_of_month),
        "month": month_name(board.month, with_year=False),
    }
    left = board.number_of_names - len(board.names)
    return f"{words}, {and_others(left)}." if left else f"{words}."


def and_others(number: int) -> str:
    """Return ``en 4 andere``."""
    return ngettext("and %(number)s other", "and %(number)s others", number) % {
        "number": whole_number(number)
    }


def scores(board: Board) -> list[Nps]:
    """Return the NPS of both periods; none where the scale of 0 to 10 was not asked."""
    sides = (board.of_month.tally.scores, board.of_year.tally.scores)
    return [nps(found) for found in sides] if any(sides[1]) else []


def basis(board: Board) -> str:
    """Say when the report was made, of what, and how sure its figures are."""
    words = _(
        "Made on %(moment)s from %(n)s answers about projects that closed in the 12 months. Ranges "
        "are 95%% intervals (Wilson; + minus – adjusted Wald), n is the number they rest on, and "
        "with fewer than 10 no share is given."
    ) % {"moment": _moment(board.made_at), "n": whole_number(board.of_year.tally.answered)}
    waiting = board.of_month.tally.fates
    number = waiting[Fate.OPEN] + waiting[Fate.WAITING] + waiting[Fate.NOT_YET]
    if number:
        words += " " + ngettext(
            "%(number)s contact of %(month)s can still answer.",
            "%(number)s contacts of %(month)s can still answer.",
            number,
        ) % {
            "number": whole_number(number),
            "month": month_name(board.month, with_year=False),
        }
    return f"{words} {_behind(board.behind)}".strip()


def _behind(number: int) -> str:
    if not number:
        return ""
    return ngettext(
        "The changes of %(number)s project are not in it yet.",
        "The changes of %(number)s projects are not in it yet.",
        number,
    ) % {"number": whole_number(number)}


def address(month: date, path: str) -> str:
    """Return where the report of ``month`` is made anew."""
    return f"{settings.SITE_URL}{path}?month={month:%Y-%m}"


def _moment(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{local.day} {month_name(local.date())} {local:%H:%M}"
