"""What the page shows below the shares: what is open, what came of it, who is silent."""

from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alerts.causes import Causes
from alerts.models import FixState, StageTotal
from ambassadors.dashboard.accounts import (
    Silent,
    days_since,
    last_year,
    names_of,
    silent_accounts,
)
from ambassadors.dashboard.addresses import address, changed
from ambassadors.dashboard.following_up import (
    OpenMinus,
    fixes_by_state,
    open_minus,
)
from ambassadors.dashboard.rows import client_address
from ambassadors.programme.models import AskAnswer, AskKind
from ambassadors.rollup.reading import Figures
from staff.roles import signed_in
from staff.wording import euro, whole_number

SILENT_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a small table: what it is, how often, and the list behind it."""

    label: str
    count: int
    href: str = ""
    parts: tuple[int, ...] = ()
    worth: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class SilentLine:
    """A silent client with its name."""

    name: str
    href: str
    account: Silent


def sections(request: HttpRequest, figures: Figures) -> dict[str, object]:
    """Return the context of ``dashboard/after.html``. At most twenty queries."""
    lists = {
        which: reverse("dashboard:list", args=[which]) + changed(request.GET, names=None, page=None)
        for which in ("open", "asks", "leads", "silent", "causes")
    }
    return {
        "after": {
            "lists": lists,
            "open": _open(open_minus(figures), figures),
            **_yield(figures),
            **_silent(figures),
            **_causes(request, figures),
            **_fixes(request),
        }
    }


def _open(found: OpenMinus, figures: Figures) -> dict[str, object]:
    return {"figures": found, "finding": of_open(found, figures)}


def of_open(found: OpenMinus, figures: Figures) -> str:
    """Say how many of the open – are too late, and how long the oldest waits."""
    if not found.count or found.oldest is None:
        return _("No – is open")
    days = days_since(found.oldest, figures.now)
    since = ngettext("the oldest %(days)s day", "the oldest %(days)s days", days)
    return _("%(late)s too late, %(oldest)s") % {
        "late": whole_number(found.late),
        "oldest": since % {"days": whole_number(days)},
    }


def _yield(figures: Figures) -> dict[str, object]:
    by_kind = {kind: figures.asks[kind.value] for kind in AskKind if kind.value in figures.asks}
    lines = [
        Line(
            label=str(capfirst(kind.label)),
            count=answers.total(),
            parts=tuple(answers[answer.value] for answer in AskAnswer),
        )
        for kind, answers in by_kind.items()
        if answers.total()
    ]
    stages = figures.leads
    number = sum(line.count for line in lines)
    granted = sum(answers[AskAnswer.YES.value] for answers in by_kind.values())
    return {
        "asks": lines,
        "ask_answers": [capfirst(answer.label) for answer in AskAnswer],
        "asks_finding": of_asks(number, granted),
        "asks_number": number,
        "leads": [stage for stage in stages if stage.count],
        "leads_finding": of_leads(stages),
        "leads_number": sum(stage.count for stage in stages),
    }


def of_asks(number: int, granted: int) -> str:
    """Say how often an ambassador was asked for something, and how often the answer was yes."""
    if not number:
        return _("Nobody was asked for anything in this period")
    words = ngettext(
        "%(number)s ask, %(granted)s times yes", "%(number)s asks, %(granted)s times yes", number
    )
    return words % {"number": whole_number(number), "granted": whole_number(granted)}


def of_leads(stages: list[StageTotal]) -> str:
    """Say how many leads came in, and what those that were won are worth."""
    number = sum(stage.count for stage in stages)
    if not number:
        return _("No lead came in during this period")
    won = next(stage for stage in stages if stage.stage == "won")
    words = ngettext("%(number)s lead", "%(number)s leads", number) % {
        "number": whole_number(number)
    }
    return _("%(leads)s, %(won)s won, worth %(worth)s") % {
        "leads": words,
        "won": whole_number(won.count),
        "worth": euro(won.value),
    }


def _silent(figures: Figures) -> dict[str, object]:
    found = silent_accounts(figures, most=SILENT_SHOWN)
    names = names_of(account.client for account in found)
    return {
        "silent": [
            SilentLine(
                name=names.get(account.client, ""),
                href=client_address(account.client),
                account=account,
            )
            for account in found
        ],
        "silent_finding": of_silent(found, names),
        "silent_since": last_year(figures.now),
        "today": timezone.localdate(figures.now),
    }


def of_silent(found: list[Silent], names: dict[int, str]) -> str:
    """Name the silent client that is worth most."""
    if not found:
        return _("Of every client with project value somebody answered")
    return _("%(client)s is silent, with %(worth)s of projects") % {
        "client": names.get(found[0].client, ""),
        "worth": euro(found[0].worth),
    }


def _causes(request: HttpRequest, figures: Figures) -> dict[str, object]:
    lines = cause_lines(figures)
    return {
        "causes": [
            Line(label=name, count=count, href=address(request.GET, cause=code))
            for code, name, count in lines
        ],
        "causes_finding": of_causes(lines),
        "causes_number": sum(count for _code, _name, count in lines),
    }


def cause_lines(figures: Figures) -> list[tuple[str, str, int]]:
    """Return code, name and number of every root cause that occurs, the most frequent first."""
    known = Causes()
    found = [(code, known.name_of(code), count) for code, count in figures.root_causes.items()]
    return sorted(found, key=lambda line: (-line[2], line[1], line[0]))


def of_causes(lines: list[tuple[str, str, int]]) -> str:
    """Name the cause that is found most often, with n."""
    number = sum(count for _code, _name, count in lines)
    if not number:
        return _("No – with a root cause yet")
    _code, name, count = lines[0]
    return _("Most often: %(cause)s, %(count)s of %(number)s") % {
        "cause": name,
        "count": whole_number(count),
        "number": whole_number(number),
    }


def _fixes(request: HttpRequest) -> dict[str, object]:
    states = fixes_by_state(signed_in(request))
    return {
        "fixes": [
            Line(label=str(capfirst(state.label)), count=number) for state, number in states.items()
        ],
        "fixes_number": sum(states.values()),
        "fixes_finding": of_fixes(states),
    }


def of_fixes(states: dict[FixState, int]) -> str:
    """Say how many structural fixes were asked for, and how many are done."""
    number = sum(states.values())
    if not number:
        return _("No structural fix was asked for")
    words = ngettext(
        "%(number)s structural fix, %(done)s done",
        "%(number)s structural fixes, %(done)s done",
        number,
    )
    return words % {
        "number": whole_number(number),
        "done": whole_number(states[FixState.DONE]),
    }
