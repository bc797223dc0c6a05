"""Which chat and SMS services an address may name, and how Apprise is asked about them.

Apprise knows more than a hundred: commands, desktops, files and mail servers among them. These are
the ones that take a message in one request over HTTP, say by its status whether they took it, and
of which a test proves what arrives.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import apprise
from django.utils.translation import gettext as _

from outbox.reach import is_public


@dataclass(frozen=True, kw_only=True)
class Service:
    """One service. ``is_sms``: two short segments of plain characters are all that it carries."""

    name: str
    example: str
    is_sms: bool = False


_SLACK = Service(name="Slack", example="https://hooks.slack.com/services/T…/B…/…")
_TEAMS = Service(name="Microsoft Teams", example="https://….logic.azure.com/workflows/…")
_MATTERMOST = Service(name="Mattermost", example="mmosts://host/token")
_ROCKET = Service(name="Rocket.Chat", example="rockets://token1/token2@host/#channel")
_SMS_TWILIO = Service(name="SMS (Twilio)", example="twilio://AC…:token@+31…/+31…", is_sms=True)
_SMS_BIRD = Service(name="SMS (MessageBird)", example="msgbird://key/+31…/+31…", is_sms=True)
_SMS_ELKS = Service(name="SMS (46elks)", example="46elks://user:password@sender/31…", is_sms=True)
SERVICES: dict[str, Service] = {
    "slack": _SLACK,
    "workflow": _TEAMS,
    "workflows": _TEAMS,
    "mmost": _MATTERMOST,
    "mmosts": _MATTERMOST,
    "rocket": _ROCKET,
    "rockets": _ROCKET,
    "tgram": Service(name="Telegram", example="tgram://bottoken/chatid"),
    "discord": Service(name="Discord", example="https://discord.com/api/webhooks/…/…"),
    "gchat": Service(name="Google Chat", example="gchat://space/key/token"),
    "wxteams": Service(name="Webex", example="wxteams://token"),
    "pover": Service(name="Pushover", example="pover://user@token"),
    "twilio": _SMS_TWILIO,
    "msgbird": _SMS_BIRD,
    "46elks": _SMS_ELKS,
    "elks": _SMS_ELKS,
}
# No picture from another host, and not the name of a program that readers do not know.
_ASSET = apprise.AppriseAsset(
    app_id="Ambassadors",
    app_desc="Ambassadors",
    app_url="",
    image_url_mask="",
    image_url_logo="",
    default_html_color="",
    secure_logging=True,
)


class NotAnAddress(ValueError):  # noqa: N818
    """What was entered is no address that we can send to; the text says why, and not what."""


@dataclass(frozen=True, kw_only=True)
class Opened:
    """An address as Apprise understands it."""

    service: Service
    key: str  # of SERVICES
    plugin: Any  # of apprise, which has no types


def opened(url: str, *, private_hosts: list[str] | None = None) -> Opened:
    """Return what ``url`` names. Raises NotAnAddress, in the active language.

    A web address that a service shows ("copy webhook") is understood too. Nothing is connected
    to: where a host name leads is judged each time something is sent.
    """
    try:
        parsed = apprise.Apprise.instantiate(url.strip(), asset=_ASSET)
        canonical = "" if parsed is None else str(parsed.url())  # type: ignore[no-untyped-call]
        schema = canonical.partition("://")[0].lower()
    except Exception as error:  # plugins raise whatever comes of what was typed
        raise NotAnAddress(_("This is not an address of a service that is known here.")) from error
    if parsed is None or schema not in SERVICES:
        raise NotAnAddress(_("This is not an address of a service that is known here."))
    if len(parsed) != 1:
        raise NotAnAddress(_("This address names several receivers. Add each of them by itself."))
    host = urlsplit(url.strip()).hostname or ""
    if _is_literal(host) and not is_public(host) and host not in (private_hosts or []):
        raise NotAnAddress(_("This address leads into a private network: see PRIVATE_HOSTS."))
    return Opened(service=SERVICES[schema], key=schema, plugin=parsed)


def _is_literal(host: str) -> bool:
    return ":" in host or (host.replace(".", "").isdecimal() and host.count(".") == 3)


def examples() -> list[Service]:
    """Return each service once, in the order in which they are offered."""
    return list(dict.fromkeys(SERVICES.values()))
