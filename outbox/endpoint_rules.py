"""Which addresses a webhook may have: judged when one is typed, and again before each attempt.

What a host name leads to is judged when it is connected to (``outbox.reach``): a name can lead
elsewhere tomorrow.
"""

from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from outbox.endpoints import URL_MAX
from outbox.reach import is_public

_LOWEST_FREE_PORT = 1024  # below it live mail, sign-in and file servers, which are no webhooks


def why_refused(url: str) -> str:
    """Return why a webhook may not go to ``url``, in the active language; empty when it may.

    https only, without user name or password; a host in PRIVATE_HOSTS may have http, any port and
    a private address.
    """
    no_address = _("This is no web address. Copy it whole, without spaces.")
    if len(url) > URL_MAX or any(letter.isspace() or not letter.isprintable() for letter in url):
        return no_address
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
        host.encode("idna")
    except ValueError:
        return no_address
    if not (parts.path + parts.query).isascii():
        return no_address
    if parts.scheme not in {"http", "https"} or not host:
        return _("Write the whole address, such as https://crm.example.nl/webhooks.")
    if "@" in parts.netloc:
        return _("Leave out user name and password: the signature says who we are.")
    if parts.fragment:
        return _("Leave out what follows #: it is never sent.")
    if _is_named(host):
        return ""
    return _why_not_public(parts.scheme, host, port)


def _why_not_public(scheme: str, host: str, port: int | None) -> str:
    if scheme != "https":
        return _(
            "Use https://, so that nobody reads along. "
            "For a host inside your own network, name it in PRIVATE_HOSTS."
        )
    if port is not None and port != 443 and port < _LOWEST_FREE_PORT:
        return _("Use port 443, or one from 1024 on.")
    if _is_private_number(host) or host == "localhost" or host.endswith(".localhost"):
        return _(
            "This address lies inside a network, not on the internet. "
            "If that is meant to be, name the host in PRIVATE_HOSTS."
        )
    return ""


def _is_named(host: str) -> bool:
    return host.lower() in {name.lower().rstrip(".") for name in settings.PRIVATE_HOSTS}


def _is_private_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return not is_public(host)
