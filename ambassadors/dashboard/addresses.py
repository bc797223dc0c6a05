"""The addresses to which the figures lead: each number of the page to the list behind it."""

from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import NoReverseMatch, reverse

LIST = "dashboard:contacts"
# Of one page or one list only; what the figures are about stays.
_OF_THE_PAGE = (
    *("names", "q", "sort", "asked", "consent", "page", "compare"),
    *("step", "fate", "group", "score", "cause"),
)


def changed(query: QueryDict, **changes: object) -> str:
    """Return a query string, ``?`` included, with ``changes``; None takes a parameter away."""
    kept = [(name, one) for name, all_ in query.lists() if name not in changes for one in all_]
    given = [(name, str(value)) for name, value in changes.items() if value is not None]
    return "?" + urlencode(kept + given)


def address(query: QueryDict, **what: object) -> str:
    """Return where the contacts behind a figure are listed.

    ``query`` is the page's, so that the list is about the same selection; ``what`` says which of
    them: ``fate`` a code of ``Fate``, ``step`` one of closed, eligible, invited, delivered and
    answered, or a parameter of the filter.
    """
    return _list() + changed(query, **{**dict.fromkeys(_OF_THE_PAGE), **what})


def _list() -> str:
    try:
        return reverse(LIST)
    except NoReverseMatch:
        return "/dashboard/contacts/"
