"""System checks: settings that are unsafe or incomplete in production, each with what to do."""

from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.db import connection

from ambassadors.rollup.watching import WATCHES, missing
from outbox.evidence import SCHEMES

_LOCAL = {"localhost", "127.0.0.1", "::1"}
_TOKEN_MIN = 20


def _is_local() -> bool:
    return urlsplit(settings.SITE_URL).hostname in _LOCAL


@checks.register()
def check_site_url(**kwargs: Any) -> list[checks.CheckMessage]:
    """Survey links carry a secret: outside this machine they must travel encrypted."""
    if _is_local() or settings.SITE_URL.startswith("https://"):
        return []
    return [
        checks.Warning(
            f"SITE_URL is {settings.SITE_URL}: clients' links and passwords travel unencrypted.",
            hint="Set SITE_URL to the https:// address that clients reach.",
            id="ambassadors.W001",
        )
    ]


@checks.register()
def check_debug(**kwargs: Any) -> list[checks.CheckMessage]:
    """DEBUG shows settings and answers to whoever meets an error."""
    if not settings.DEBUG or _is_local():
        return []
    return [
        checks.Error(
            "DEBUG is on while SITE_URL is a public address.",
            hint="Set DEBUG=off.",
            id="ambassadors.E001",
        )
    ]


@checks.register()
def check_mail(**kwargs: Any) -> list[checks.CheckMessage]:
    """Without EMAIL_URL nothing leaves: right for trying out, wrong for a public address."""
    if settings.EMAIL_URL or _is_local():
        return []
    return [
        checks.Warning(
            "EMAIL_URL is not set: invitations and alerts stay in the outbox.",
            hint="Set EMAIL_URL, for example smtp+tls://user:password@mail.example.nl:587.",
            id="ambassadors.W002",
        )
    ]


@checks.register()
def check_sender(**kwargs: Any) -> list[checks.CheckMessage]:
    """Clients must see the firm's name and address, not the product's."""
    if not settings.EMAIL_URL or _is_local():
        return []
    if settings.FIRM_NAME != "Ambassadors":
        return []
    return [
        checks.Warning(
            "FIRM_NAME is not set: clients see 'Ambassadors' instead of your firm's name.",
            hint="Set FIRM_NAME and DEFAULT_FROM_EMAIL.",
            id="ambassadors.W003",
        )
    ]


@checks.register()
def check_broker(**kwargs: Any) -> list[checks.CheckMessage]:
    """Several web processes need a broker that they share."""
    if settings.REDIS_URL or not settings.DATABASE_URL or _is_local():
        return []
    return [
        checks.Warning(
            "REDIS_URL is not set: only `manage.py serve` can run the background work.",
            hint="Set REDIS_URL and start `celery -A ambassadors worker` and `beat`.",
            id="ambassadors.W004",
        )
    ]


@checks.register()
def check_links(**kwargs: Any) -> list[checks.CheckMessage]:
    """Links in mail begin with SITE_URL: elsewhere nobody can open an address of this machine."""
    if not _is_local() or (urlsplit(settings.EMAIL_URL).hostname or "localhost") in _LOCAL:
        return []
    return [
        checks.Warning(
            f"Mail leaves this machine, and its links begin with {settings.SITE_URL}.",
            hint="Set SITE_URL to the address that clients reach.",
            id="ambassadors.W006",
        )
    ]


@checks.register()
def check_proxies(**kwargs: Any) -> list[checks.CheckMessage]:
    """Behind a proxy that is not counted, wrong passwords of one visitor lock everybody out."""
    if _is_local() or not settings.REDIS_URL or settings.ALLAUTH_TRUSTED_PROXY_COUNT > 0:
        return []
    return [
        checks.Warning(
            "TRUSTED_PROXY_COUNT is 0: visitors behind your proxy share one sign-in limit.",
            hint="Set TRUSTED_PROXY_COUNT to the number of proxies in front, usually 1.",
            id="ambassadors.W005",
        )
    ]


@checks.register()
def check_email_url(**kwargs: Any) -> list[checks.CheckMessage]:
    """The outbox speaks SMTP itself; Django's other mail backends cannot carry its messages."""
    if not settings.EMAIL_URL or urlsplit(settings.EMAIL_URL).scheme.startswith(
        ("smtp", "anymail")
    ):
        return []
    return [
        checks.Error(
            f"EMAIL_URL begins with {urlsplit(settings.EMAIL_URL).scheme}://, which is not SMTP.",
            hint="Set it to smtp://, smtp+tls://, smtp+ssl:// or anymail://, or leave it unset.",
            id="ambassadors.E002",
        )
    ]


@checks.register()
def check_archive_mailbox(**kwargs: Any) -> list[checks.CheckMessage]:
    """An archive that cannot be asked makes mail wait whose reply was missed."""
    address = urlsplit(settings.ARCHIVE_MAILBOX_URL)
    if not settings.ARCHIVE_MAILBOX_URL or (address.scheme in SCHEMES and address.username):
        return []
    return [
        checks.Error(
            "ARCHIVE_MAILBOX_URL names no mailbox.",
            hint="Set imaps://user:password@host/folder, or imap+tls:// or imap://.",
            id="ambassadors.E007",
        )
    ]


@checks.register()
def check_metrics_token(**kwargs: Any) -> list[checks.CheckMessage]:
    """The figures are open to whoever guesses the token."""
    token = settings.METRICS_TOKEN
    if not token or (len(token) >= _TOKEN_MIN and token.isascii() and token.isprintable()):
        return []
    return [
        checks.Error(
            "METRICS_TOKEN is short, or holds what no header carries.",
            hint=f"Set {_TOKEN_MIN} or more random letters and digits.",
            id="ambassadors.E008",
        )
    ]


@checks.register()
def check_reply_to(**kwargs: Any) -> list[checks.CheckMessage]:
    """A reply must have somewhere to go that somebody reads."""
    known = {"none", "firm", "account_manager"}
    is_complete = settings.REPLY_TO != "firm" or settings.FIRM_REPLY_TO
    if settings.REPLY_TO in known and is_complete:
        return []
    return [
        checks.Error(
            f"REPLY_TO is {settings.REPLY_TO}, and says of no reply where it goes.",
            hint="Set REPLY_TO to none, account_manager, or firm with FIRM_REPLY_TO.",
            id="ambassadors.E003",
        )
    ]


@checks.register()
def check_reminders(**kwargs: Any) -> list[checks.CheckMessage]:
    """Reminders follow one another, while the link still works."""
    days = settings.REMIND_AFTER_DAYS
    is_rising = all(first < second for first, second in pairwise([0, *days]))
    if is_rising and all(day < settings.INVITATION_EXPIRES_AFTER_DAYS for day in days):
        return []
    return [
        checks.Error(
            f"REMIND_AFTER_DAYS is {','.join(map(str, days))}.",
            hint=(
                "Set rising numbers of days, all below INVITATION_EXPIRES_AFTER_DAYS "
                f"({settings.INVITATION_EXPIRES_AFTER_DAYS}), such as 6,13; or nothing."
            ),
            id="ambassadors.E004",
        )
    ]


@checks.register()
def check_firm_language(**kwargs: Any) -> list[checks.CheckMessage]:
    """A contact without a language of their own gets one that the client's page speaks."""
    known = dict(settings.CLIENT_LANGUAGES)
    if settings.FIRM_LANGUAGE in known:
        return []
    return [
        checks.Error(
            f"FIRM_LANGUAGE is {settings.FIRM_LANGUAGE}, which the client's page does not speak.",
            hint=f"Set FIRM_LANGUAGE to one of {', '.join(known)}, or leave it unset.",
            id="ambassadors.E005",
        )
    ]


@checks.register(checks.Tags.database)
def check_watches(databases: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Without its triggers the dashboard's figures would grow old unseen."""
    if not databases or "default" not in databases:
        return []
    tables = set(connection.introspection.table_names())
    if not {watch.table for watch in WATCHES} <= tables or not missing(connection):
        return []
    return [
        checks.Warning(
            "Triggers that mark changed figures are missing: the dashboard may be out of date.",
            hint="Run manage.py figures rebuild.",
            id="ambassadors.W007",
        )
    ]
