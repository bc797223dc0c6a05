"""Which entry of the main menu a page belongs to: pages of several apps stand below one entry."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import ResolverMatch

ACCOUNT, ALERTS, DASHBOARD, SETTINGS = "account", "alerts", "dashboard", "settings"

_BY_NAMESPACE = {
    "absence": ACCOUNT,
    "held": ALERTS,
    "dashboard-views": DASHBOARD,
    "board": DASHBOARD,
    "brand": SETTINGS,
    "causes": SETTINGS,
    "chat": SETTINGS,
    "clocks": SETTINGS,
    "council": SETTINGS,
    "endpoints": SETTINGS,
    "guides": SETTINGS,
    "questionnaires": SETTINGS,
    "texts": SETTINGS,
}
_BY_NAME = {
    "account": ACCOUNT,
    "account_change_password": ACCOUNT,
    "account_set_password": ACCOUNT,
    "notifications:preferences": ACCOUNT,
    "notifications:rules": SETTINGS,
}


def entry_of(match: ResolverMatch | None) -> str:
    """Return the entry for the address that was found; "" where none was, as on an error page."""
    if match is None:
        return ""
    return _BY_NAME.get(match.view_name) or _BY_NAMESPACE.get(match.namespace, match.namespace)


@dataclass(frozen=True, kw_only=True)
class Link:
    """An entry that is in the menu for a while; ``entry`` as ``entry_of`` returns it there."""

    address: str
    label: str
    entry: str


Source = Callable[[], Link | None]
_SOURCES: list[Source] = []


def register(source: Source) -> None:
    """Let an app above put an entry into the menu of every colleague, whenever it has one."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def passing_links() -> list[Link]:
    """Return the entries that are there now, in the order of registration."""
    found = (source() for source in _SOURCES)
    return [link for link in found if link is not None]
