"""Which entry of the main menu a page belongs to: pages of several apps stand below one entry."""

from django.urls import ResolverMatch

ACCOUNT, ALERTS, DASHBOARD, SETTINGS = "account", "alerts", "dashboard", "settings"

_BY_NAMESPACE = {
    "absence": ACCOUNT,
    "held": ALERTS,
    "board": DASHBOARD,
    "brand": SETTINGS,
    "causes": SETTINGS,
    "chat": SETTINGS,
    "clocks": SETTINGS,
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
