"""What the client's page knows of an answer's making: its time, its mail, its network.

Nothing of this is stored in a row. The page's time stands signed in the form; an address stays,
hashed, for a minute in the memory of the process.
"""

import ipaddress
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core import signing
from django.core.cache import caches
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from outbox.models import KEPT, Delivery
from surveys.actions.reopening import reopening_keys
from surveys.models import Invitation, Link
from surveys.suspicion import Limits, Observed, Sign, signs_of

BURST_WITHIN = timedelta(minutes=1)


def seal(token: str, at: datetime) -> str:
    """Return the moment ``at`` signed for the page of ``token``; no other page's form takes it."""
    return _signer(token).sign(str(int(at.timestamp())))


def unseal(token: str, sealed: str) -> datetime | None:
    """Return the moment that ``seal`` signed for this page; None for anything else.

    It never expires: a tab may stay open for days.
    """
    try:
        return datetime.fromtimestamp(int(_signer(token).unsign(sealed)), tz=UTC)
    except (signing.BadSignature, ValueError, OverflowError):
        return None


def _signer(token: str) -> signing.Signer:
    return signing.Signer(salt=f"surveys.page.{Link.hash_of(token)}")


def observed_signs(
    request: HttpRequest,
    invitation: Invitation,
    *,
    token: str,
    comment: str,
    is_trapped: bool,
    now: datetime,
) -> frozenset[Sign]:
    """Return the signs of one posted answer. Only one without a comment costs a query."""
    has_comment = bool(comment)
    observed = Observed(
        at=now,
        is_trapped=is_trapped,
        has_comment=has_comment,
        seen_at=unseal(token, request.POST.get("seen", "")),
        mailed_at=None if has_comment else _mailed_at(invitation),
        others=0 if has_comment else _others_from(network_of(request), invitation, now),
    )
    limits = Limits(
        fast=timedelta(seconds=settings.HOLD_FASTER_THAN_SECONDS),
        after_mail=timedelta(seconds=settings.HOLD_AFTER_MAIL_SECONDS),
        burst=settings.HOLD_BURST,
    )
    return signs_of(observed, limits)


def _mailed_at(invitation: Invitation) -> datetime | None:
    """Return when the last mail with a link to this invitation left; kept mail meets no scanner."""
    reminders = range(1, len(settings.REMIND_AFTER_DAYS) + 1)
    keys = [invitation.delivery_key, *(invitation.reminder_key(number) for number in reminders)]
    if invitation.reopened_at is not None:
        keys += reopening_keys([invitation])
    left = Delivery.objects.filter(dedupe_key__in=keys, sent_at__isnull=False)
    moments = left.exclude(transport=KEPT).values_list("sent_at", flat=True)
    return max((at for at in moments if at is not None), default=None)


def network_of(request: HttpRequest) -> str:
    """Return the visitor's public address, or nothing when it is not known.

    A private or loopback address is that of a proxy, which everybody shares. What proxies say of
    the visitor counts as far as they are ours (``TRUSTED_PROXY_COUNT``, docs/deployment.md).
    """
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    if not proxies:
        return _public(request.META.get("REMOTE_ADDR", ""))
    said = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    return _public(said[-proxies].strip()) if len(said) >= proxies else ""


def _public(text: str) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return ""
    return address.compressed if address.is_global else ""


def _others_from(network: str, invitation: Invitation, now: datetime) -> int:
    """Note an answer without a comment; return from how many other invitations one came lately."""
    if not network:
        return 0
    cache = caches["process"]
    key = salted_hmac(f"surveys.burst.{now:%Y-%m-%d}", network, algorithm="sha256").hexdigest()
    since = (now - BURST_WITHIN).timestamp()
    recent: dict[int, float] = {
        pk: at for pk, at in cache.get(key, {}).items() if at > since and pk != invitation.pk
    }
    cache.set(key, {**recent, invitation.pk: now.timestamp()}, BURST_WITHIN.total_seconds())
    return len(recent)
