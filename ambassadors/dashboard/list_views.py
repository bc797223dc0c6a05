"""The lists behind the figures, and the same lists as files."""

import logging
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any, cast

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ambassadors.dashboard import people
from ambassadors.dashboard.addresses import changed
from ambassadors.dashboard.asking import Asked, asked_of, in_words
from ambassadors.dashboard.lists import LISTED, TABLES, choice_of
from ambassadors.dashboard.narrowing import LIMITS, Limit, Narrowing
from ambassadors.dashboard.people import Order, Selection
from ambassadors.dashboard.spreadsheets import Line, csv_pieces, xlsx_pieces
from ambassadors.dashboard.tables import Table
from ambassadors.rollup.models import Fact
from ambassadors.rollup.reading import unchanged
from staff.roles import Right, requires

logger = logging.getLogger(__name__)

PER_PAGE = 50
_NOT_NARROWED = dict.fromkeys(limit.parameter for limit in LIMITS)
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@require_safe
@requires(Right.SEE_DASHBOARD)
def names(request: HttpRequest) -> HttpResponse:
    """Show the ambassadors by name: chosen, searched, sorted, page by page."""
    return render(request, "dashboard/people.html", unchanged(lambda: _names(asked_of(request))))


def _names(asked: Asked) -> dict[str, object]:
    query, words, narrowing = asked.query, asked.words, asked.narrowing
    selection = choice_of(Selection, query.get("names"), Selection.POSITIVE)
    order = choice_of(Order, query.get("sort"), Order.LATEST)
    numbers = people.count_names(asked.scope, asked.tail, words, narrowing=narrowing)
    found = people.names(
        asked.scope,
        selection,
        asked.tail,
        words=words,
        narrowing=narrowing,
        order=order,
        number=numbers.by_selection[selection],
    )
    page: Page[Fact] = Paginator(cast(Any, found), PER_PAGE).get_page(query.get("page"))
    return {
        "form": asked.form,
        "scope": asked.scope,
        "behind": asked.tail.behind,
        "selection": selection,
        "selections": [
            (choice, numbers.by_selection[choice], changed(query, names=choice, page=None))
            for choice in Selection
        ],
        "limits": _limits(query, narrowing),
        "is_narrowed": bool(narrowing.limits),
        "orders": [(choice, changed(query, sort=choice, page=None)) for choice in Order],
        "order": order,
        "asked_for": query.get("q", ""),
        "hidden": [(k, v) for k, v in query.items() if k not in {"q", "page"}],
        "everybody": changed(query, q=None, page=None, **_NOT_NARROWED),
        "negative": numbers.negative,
        "page": page,
        "names": people.on_page(list(page)),
        "query": changed(query, page=None),
        "has_answers": bool(numbers.negative or any(numbers.by_selection.values())),
    }


def _limits(query: QueryDict, narrowing: Narrowing) -> list[tuple[Limit, bool, str]]:
    """Return each limit, whether it is on, and the address where it is the other way round."""
    found = []
    for limit in LIMITS:
        is_on = limit in narrowing.limits
        turned = {limit.parameter: None if is_on else limit.value}
        found.append((limit, is_on, changed(query, page=None, **turned)))
    return found


@require_safe
@requires(Right.SEE_DASHBOARD)
def contacts(request: HttpRequest) -> HttpResponse:
    """Show the contacts that a figure counts."""
    return _page(request, "contacts")


@require_safe
@requires(Right.SEE_DASHBOARD)
def listing(request: HttpRequest, which: str) -> HttpResponse:
    """Show one of the other lists behind the figures."""
    if which not in LISTED:
        raise Http404
    return _page(request, which)


def _page(request: HttpRequest, which: str) -> HttpResponse:
    def read() -> dict[str, object]:
        asked = asked_of(request)
        table = TABLES[which](asked)
        page: Page[Any] = Paginator(cast(Any, table.source), PER_PAGE).get_page(
            request.GET.get("page")
        )
        return {
            "form": asked.form,
            "scope": asked.scope,
            "behind": asked.tail.behind,
            "table": table,
            "page": page,
            "rows": table.shown(list(page)),
            "said": list(in_words(asked.form)),
            "query": changed(request.GET, page=None),
            "overview": reverse("dashboard:overview") + _of_filter(request, asked),
        }

    return render(request, "dashboard/list.html", unchanged(read))


def _of_filter(request: HttpRequest, asked: Asked) -> str:
    others = [name for name in request.GET if name not in asked.form.fields and name != "compare"]
    return changed(request.GET, **dict.fromkeys(others))


@require_safe
@requires(Right.SEE_DASHBOARD)
def export(request: HttpRequest, which: str, kind: str) -> HttpResponse:
    """Give a list as it is filtered, as a file, row by row."""
    if which not in TABLES or kind not in _TYPES:
        raise Http404
    asked = asked_of(request)
    table = TABLES[which](asked)
    about = _about(asked, table)
    pieces = _counted(asked, table, kind, lambda rows: _pieces(kind, about, table, rows))
    language = translation.get_language()
    answer = StreamingHttpResponse(_in_language(language, pieces), content_type=_TYPES[kind])
    name = f"{which}-{timezone.localdate(asked.now):%Y-%m-%d}.{kind}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Accel-Buffering"] = "no"
    return cast(HttpResponse, answer)  # not one by Django's classes, but as good as one


def _about(asked: Asked, table: Table) -> list[Line]:
    """Return what was filtered, when, and how many rows there are."""
    words: list[Line] = [(_("Search"), str(asked.query["q"]))] if asked.words else []
    if table.slug == "names" and asked.narrowing.limits:  # other lists are not narrowed
        words.append((_("Limited to"), asked.narrowing.words))
    scope = asked.scope
    return [
        (_("List"), table.title),
        (_("About"), table.about),
        *in_words(asked.form),
        (_("From"), scope.first or ""),
        (_("Up to and including"), scope.last or ""),
        *words,
        (_("Made on"), timezone.localtime(asked.now).replace(tzinfo=None)),
        (_("Number"), len(table)),
    ]


def _pieces(kind: str, about: list[Line], table: Table, rows: Iterator[Line]) -> Iterator[bytes]:
    if kind == "csv":
        return csv_pieces(about, table.header, rows)
    return xlsx_pieces(about, table.header, rows, names=(_("About"), _("List")))


def _counted(
    asked: Asked,
    table: Table,
    kind: str,
    written: Callable[[Iterator[Line]], Iterator[bytes]],
) -> Iterator[bytes]:
    """Yield the file, and log who took out how many rows of which list; never what stood there."""
    number = 0

    def rows() -> Iterator[Line]:
        nonlocal number
        for line in table.lines():
            yield line
            number += 1

    is_whole = False
    try:
        yield from written(rows())
        is_whole = True
    finally:
        logger.info(
            "export of %s as %s by user %s: %s rows%s",
            table.slug,
            kind,
            asked.user.pk,
            number,
            "" if is_whole else ", broken off",
        )


def _in_language(language: str | None, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield each piece in the language of who asked: it is made after the request is over."""
    with closing(cast(Any, pieces)):
        while True:
            with translation.override(language):
                piece = next(pieces, None)
            if piece is None:
                return
            yield piece
