"""System checks: a webhook without a secret, a mailbox without encryption, waits of a test."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks

from outbox.providers import PROVIDERS

_LOCAL = {"localhost", "127.0.0.1", "::1"}
_SECRET_MIN = 20


@checks.register()
def check_webhook_secret(**kwargs: Any) -> list[checks.CheckMessage]:
    """A provider's key alone opens nothing; a secret must be one that nobody guesses."""
    secret = settings.ANYMAIL_WEBHOOK_SECRET
    # Those that verify events; the others are for sending.
    keys = sorted(
        name
        for name in settings.ANYMAIL
        if any(word in name for word in ("WEBHOOK", "SIGNING", "TRACKING"))
        and name != "WEBHOOK_SECRET"
    )
    if not secret and keys:
        return [
            checks.Error(
                f"ANYMAIL_{keys[0]} is set without ANYMAIL_WEBHOOK_SECRET: no event gets in.",
                hint="Set ANYMAIL_WEBHOOK_SECRET to user:password and give it to the provider.",
                id="outbox.E001",
            )
        ]
    user, _colon, password = secret.partition(":")
    if secret and (not user or len(password) < _SECRET_MIN):
        return [
            checks.Error(
                "ANYMAIL_WEBHOOK_SECRET is not user:password with a long password.",
                hint=f"Set it to a name, a colon and {_SECRET_MIN} or more random characters.",
                id="outbox.E002",
            )
        ]
    return []


@checks.register()
def check_haste(**kwargs: Any) -> list[checks.CheckMessage]:
    """With shorter waits a slow mail server's mail is sent twice: for `make faults` only."""
    if settings.OUTBOX_HASTE == 1:
        return []
    return [
        checks.Warning(
            f"OUTBOX_HASTE is {settings.OUTBOX_HASTE}: what a slow server takes may go twice.",
            hint="Leave it out; only `make faults` sets it.",
            id="outbox.W002",
        )
    ]


@checks.register()
def check_provider(**kwargs: Any) -> list[checks.CheckMessage]:
    """EMAIL_URL may name a mail provider: one that we know, with its keys."""
    if not settings.EMAIL_URL.startswith("anymail:"):
        return []
    provider = PROVIDERS.get(settings.EMAIL_PROVIDER)
    if provider is None:
        return [
            checks.Error(
                "EMAIL_URL names no mail provider that is known here.",
                hint=f"Set it to anymail:// and one of {', '.join(sorted(PROVIDERS))}.",
                id="outbox.E004",
            )
        ]
    missing = [f"ANYMAIL_{key}" for key in provider.keys if not settings.ANYMAIL.get(key)]
    if not missing:
        return []
    return [
        checks.Error(
            f"EMAIL_URL names {provider.name}, and {' and '.join(missing)} is not set.",
            hint=f"Set {provider.settings} as {provider.name} gives it.",
            id="outbox.E005",
        )
    ]


@checks.register()
def check_mailbox(**kwargs: Any) -> list[checks.CheckMessage]:
    """The mailbox must be named in full, and its password must not travel in the clear."""
    if not settings.BOUNCE_MAILBOX_URL:
        return []
    try:
        parts = urlsplit(settings.BOUNCE_MAILBOX_URL)
        known = parts.scheme in {"imaps", "imap+tls", "imap"} and parts.port != 0
        is_complete = known and bool(parts.hostname and parts.username and parts.password)
    except ValueError:
        is_complete = False
    if not is_complete:
        return [
            checks.Error(
                "BOUNCE_MAILBOX_URL does not name a mailbox.",
                hint="Set it to imaps://user:password@host/INBOX; write @ in a user name as %40.",
                id="outbox.E003",
            )
        ]
    if parts.scheme == "imap" and parts.hostname not in _LOCAL:
        return [
            checks.Warning(
                "BOUNCE_MAILBOX_URL begins with imap://: its password travels unencrypted.",
                hint="Set it to imaps://… or imap+tls://….",
                id="outbox.W001",
            )
        ]
    return []


@checks.register()
def check_way_back(**kwargs: Any) -> list[checks.CheckMessage]:
    """Mail that comes back unheard costs the firm the knowledge of whom it does not reach."""
    is_local = urlsplit(settings.SITE_URL).hostname in _LOCAL
    if is_local or not settings.EMAIL_URL:
        return []
    if settings.BOUNCE_MAILBOX_URL or settings.ANYMAIL_WEBHOOK_SECRET:
        return []
    return [
        checks.Info(
            "Mail that comes back is not read: addresses that do not work stay in use.",
            hint="Set BOUNCE_MAILBOX_URL, or ANYMAIL_WEBHOOK_SECRET for a mail provider.",
            id="outbox.I001",
        )
    ]
