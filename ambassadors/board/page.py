"""Where everything stands on the one page."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ambassadors.board import words
from ambassadors.board.figures import NAMES_SHOWN, Board
from ambassadors.board.sheet import BOTTOM, LEFT, RIGHT, Sheet
from ambassadors.dashboard import findings
from ambassadors.dashboard.people import Name
from ambassadors.dashboard.statistics import Share
from ambassadors.rollup.tally import Tally
from staff.branding import current_brand
from staff.wording import day, percent, whole_number
from surveys.models import Group

_WHOLE = RIGHT - LEFT
_HALF = 87.0
_SECOND = RIGHT - _HALF
_FILLS = {Group.POSITIVE: "solid", Group.NEUTRAL: "open", Group.NEGATIVE: "hatched"}
_NAMES_AT, _FIGURES_AT, _REST_AT, _FOOT_AT = 40.0, 93.0, 176.0, 274.0


def draw(board: Board) -> bytes:
    """Return the report as a PDF of one page, in the active language."""
    firm = current_brand().name
    sheet = Sheet(
        title=f"{words.title(board.month)} · {firm}",
        language=(get_language() or "nl").partition("-")[0],
        author=firm,
        made_at=board.made_at,
    )
    _head(sheet, board, firm)
    _names(sheet, board)
    _coverage(sheet, board)
    _answers(sheet, board)
    _follow_up(sheet, board)
    _divisions(sheet, board, _scores(sheet, board))
    _foot(sheet, board)
    return bytes(sheet.output())


def _head(sheet: Sheet, board: Board, firm: str) -> None:
    sheet.say(firm, LEFT, 16, _WHOLE - 60, size=10, bold=True)
    sheet.say(_("Confidential"), RIGHT - 55, 16, 55, size=9, to_the_right=True)
    sheet.say(words.title(board.month), LEFT, 27, _WHOLE, size=23, serif=True, tag="H1")
    sheet.say(words.periods(board.month), LEFT, 33.5, _WHOLE, size=9.5)


def _heading(sheet: Sheet, text: str, x: float, y: float, width: float) -> None:
    sheet.rule(x, y, width, heavy=True)
    sheet.say(text, x, y + 6.2, width, size=13, serif=True, tag="H2")


def _names(sheet: Sheet, board: Board) -> None:
    _heading(sheet, words.names(board), LEFT, _NAMES_AT, _WHOLE)
    sheet.say(words.names_note(board), LEFT, _NAMES_AT + 10.6, _WHOLE)
    for place, name in enumerate(board.names):
        column, row = divmod(place, NAMES_SHOWN // 2)
        _name(sheet, board, name, _SECOND if column else LEFT, _NAMES_AT + 16.4 + 9.2 * row)


def _name(sheet: Sheet, board: Board, name: Name, x: float, y: float) -> None:
    contact, at = name.response.contact, timezone.localdate(name.response.submitted_at)
    sheet.say(contact.name, x, y, _HALF - 26, size=10, bold=True)
    when = day(at, today=timezone.localdate(board.made_at))
    sheet.say(when, x + _HALF - 25, y, 25, to_the_right=True)
    sheet.say(name.response.project.client.name, x, y + 3.9, _HALF)


def _coverage(sheet: Sheet, board: Board) -> None:
    month, year = board.of_month.tally, board.of_year.tally
    y = _FIGURES_AT
    _heading(sheet, _("Coverage and response"), LEFT, y, _HALF)
    y = _columns(sheet, board, LEFT, y + 12, (45, 21, 21))
    for line in words.steps(month, year):
        y = _row(sheet, line, LEFT, y, (45, 21, 21))
    invited = [_of_all(one.coverage) for one in (month, year)]
    y = _row(sheet, (_("Coverage: invited of all"), *invited), LEFT, y, (45, 21, 21))
    y += 3
    y = sheet.tell(findings.of_response(month), LEFT, y, _HALF)
    _rates(sheet, board, y)


def _of_all(coverage: Share) -> str:
    """Return ``86%``, and a dash for too few to say anything."""
    return percent(coverage.value) if coverage.is_enough else "–"


def _rates(sheet: Sheet, board: Board, y: float) -> None:
    """Draw the response rate of both periods beside the pilot's, as far as they say anything."""
    width = 32.0
    rates = [side.tally.response_rate for side in (board.of_month, board.of_year)]
    if any(rate.is_enough for rate in rates):
        _pilot(sheet, LEFT, y, width)
    for place, (name, rate) in enumerate(zip(words.columns(board.month), rates, strict=True)):
        top, said = y + 1.2 + 6.0 * place, f"{name}: {words.share(rate)}"
        x = LEFT
        if rate.is_enough:
            _interval(sheet, rate, x, top, width, is_open=bool(place), alt=said)
            x += width + 3
        sheet.say(said, x, top + 1, RIGHT - _HALF - 8 - x)


def _pilot(sheet: Sheet, x: float, y: float, width: float) -> None:
    """Draw the pilot's rate as a broken line through both, with the ends of the scale."""
    pilot = percent(findings.PILOT_RESPONSE)
    at = x + width * findings.PILOT_RESPONSE
    with sheet.decoration():
        sheet.set_line_width(0.25)
        sheet.set_dash_pattern(dash=0.8, gap=0.6)
        sheet.line(at, y - 1.5, at, y + 9.5)
        sheet.set_dash_pattern()
    for end, text in ((x, percent(0)), (x + width - 8, percent(1))):
        sheet.say(text, end, y + 12.6, 8, size=7.5, to_the_right=end > x)
    label = _("- - -  %(share)s: %(label)s") % {
        "share": pilot,
        "label": _("first pilot (Royal Haskoning, 2007–08)"),
    }
    sheet.say(label, x, y + 17.2, _HALF, size=8)


def _interval(
    sheet: Sheet, share: Share, x: float, y: float, width: float, *, is_open: bool, alt: str
) -> None:
    """Draw a share and its interval on a scale of 0 to 1."""
    interval = share.interval
    with sheet.tagged("Figure", alt=alt):
        sheet.set_line_width(0.08)
        sheet.line(x, y, x + width, y)
        sheet.whisker(x + width * interval.low, x + width * interval.high, y)
        sheet.dot(x + width * share.value, y, is_open=is_open)


def _columns(
    sheet: Sheet, board: Board, x: float, y: float, widths: tuple[float, float, float]
) -> float:
    """Write the headings of both periods; return the base line of the first row."""
    return _row(sheet, ("", *words.columns(board.month)), x, y, widths, bold=True)


def _row(
    sheet: Sheet,
    cells: Sequence[str],
    x: float,
    y: float,
    widths: tuple[float, float, float],
    *,
    bold: bool = False,
) -> float:
    """Write a label and two figures on one line, a hair below; return the next base line."""
    for place, (text, width) in enumerate(zip(cells, widths, strict=True)):
        sheet.say(text, x, y, width - 1, bold=bold, to_the_right=place > 0)
        x += width
    sheet.rule(x - sum(widths), y + 1.4, sum(widths) - 1)
    return y + 5.0


def _answers(sheet: Sheet, board: Board) -> None:
    month, year = board.of_month.tally, board.of_year.tally
    y = _FIGURES_AT
    _heading(sheet, findings.of_groups(month), _SECOND, y, _HALF)
    y += 12
    for group in Group:
        for name, tally in zip(words.columns(board.month), (month, year), strict=True):
            _group(sheet, group, name, tally, y, is_first=tally is month)
            y += 5.4
        y += 1.6
    for label, say in (
        (_("+ minus –, in points"), words.plus_minus),
        (_("+ among all who were asked, whatever the silent ones think"), words.silence),
    ):
        sheet.rule(_SECOND, y - 2.6, _HALF)
        sheet.say(label, _SECOND, y + 1.4, _HALF, bold=True)
        for name, tally in zip(words.columns(board.month), (month, year), strict=True):
            y += 4.4
            sheet.say(f"{name}: {say(tally)}", _SECOND, y + 1.4, _HALF)
        y += 6.2


def _group(
    sheet: Sheet, group: Group, name: str, tally: Tally, y: float, *, is_first: bool
) -> None:
    """Draw one bar with its interval: the month's is thicker than that of the twelve months."""
    share, scale = tally.share(group), 34.0
    if is_first:
        sheet.say(words.GROUP_SIGNS[group], _SECOND, y + 1.2, 5, size=12, bold=True)
    x, height = _SECOND + 6, 2.4 if is_first else 1.3
    said = f"{name}: {words.share(share)}"
    if not share.is_enough:
        sheet.say(said, x, y + 1, _HALF - 6, size=8)
        return
    interval = share.interval
    with sheet.tagged("Figure", alt=f"{words.GROUP_SIGNS[group]}, {said}"):
        sheet.set_line_width(0.12)
        sheet.line(x, y - 2.6, x, y + 2.2)
        sheet.bar(x, y - height, scale * share.value, height, fill=_FILLS[group])
        sheet.whisker(x + scale * interval.low, x + scale * interval.high, y + 1.2)
    sheet.say(said, x + scale + 2, y + 1, _HALF - scale - 8, size=8)


def _follow_up(sheet: Sheet, board: Board) -> None:
    y = _REST_AT
    _heading(sheet, _("Follow-up"), LEFT, y, _HALF)
    y += 12
    for label, *both in words.follow_up(board):
        sheet.say(label, LEFT, y, _HALF, bold=True)
        for name, text in zip(words.columns(board.month), both, strict=True):
            y += 4.2
            sheet.say(f"{name}: {text}", LEFT, y, _HALF)
        sheet.rule(LEFT, y + 1.5, _HALF)
        y += 5.6
    y = sheet.tell(words.open_negatives(board), LEFT, y + 0.4, _HALF) + 1.6
    causes = words.root_causes(board.root_causes)
    if causes:
        sheet.say(_("Most frequent causes of a – in 12 months"), LEFT, y, _HALF, bold=True)
    for text in causes:
        y += 4.2
        sheet.say(text, LEFT, y, _HALF)


def _scores(sheet: Sheet, board: Board) -> float:
    """Write the NPS where that scale was asked; return where the divisions begin."""
    found = words.scores(board)
    y = _REST_AT
    if not found:
        return y
    _heading(sheet, _("Where 0 to 10 was asked"), _SECOND, y, _HALF)
    y += 11.5
    for name, score in zip(words.columns(board.month), found, strict=True):
        sheet.say(f"{name}: {findings.of_nps(score)}", _SECOND, y, _HALF)
        y += 4.4
    for text in findings.nps_beside_references(found[1]):
        y = sheet.tell(text, _SECOND, y, _HALF, size=7.5) + 0.4
    return y + 1.5


def _divisions(sheet: Sheet, board: Board, y: float) -> None:
    """List the divisions by coverage, as many as there is room for."""
    _heading(sheet, _("Divisions by coverage, 12 months"), _SECOND, y, _HALF)
    y += 11.5
    if not board.divisions:
        sheet.say(_("No project closed yet"), _SECOND, y, _HALF)
        return
    for text, x, width in (
        (_("coverage"), _SECOND + 24, 13),
        (_("n"), _SECOND + 37, 8.5),
        (_("share of +"), _SECOND + 48, 39),
    ):
        sheet.say(text, x, y, width, size=8, to_the_right=x < _SECOND + 48)
    y += 4.8
    room = int((_FOOT_AT - 3.0 - y) / 4.6) + 1
    shown = board.divisions[: room if len(board.divisions) <= room else room - 1]
    for name, tally in shown:
        _division(sheet, name, tally, y)
        y += 4.6
    if len(shown) < len(board.divisions):
        sheet.say(words.and_others(len(board.divisions) - len(shown)), _SECOND, y, _HALF)


def _division(sheet: Sheet, name: str, tally: Tally, y: float) -> None:
    share, coverage = tally.share(Group.POSITIVE), tally.coverage
    sheet.say(name, _SECOND, y, 26)
    sheet.say(_of_all(coverage), _SECOND + 26, y, 11, to_the_right=True)
    sheet.say(whole_number(share.n), _SECOND + 37, y, 8.5, to_the_right=True)
    if not share.is_enough:
        sheet.say(findings.too_little(), _SECOND + 48, y, 39, size=8)
        return
    said = findings.share_words(share)
    _interval(sheet, share, _SECOND + 48, y - 1, 16, is_open=False, alt=f"{name}: {said}")
    sheet.say(said, _SECOND + 66, y, 21, size=8)


def _foot(sheet: Sheet, board: Board) -> None:
    sheet.rule(LEFT, _FOOT_AT, _WHOLE)
    y = sheet.tell(words.basis(board), LEFT, _FOOT_AT + 4, _WHOLE, size=7.5, lines=3)
    url = words.address(board.month, reverse("board:report"))
    shown = _("This page with the figures of now: %(address)s") % {"address": url}
    sheet.say(shown, LEFT, y, _WHOLE, size=7.5)
    sheet.link(LEFT, y - 3, min(_WHOLE, sheet.get_string_width(shown)), 4, url)
    assert y < BOTTOM
