"""The verbs of what comes back: find the mail that is meant, store what is told, once."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Lower
from django.utils import timezone

from outbox.models import CAME_BACK, KEPT, Channel, Delivery, Outcome, Report, ReportKind, State
from outbox.redaction import redact
from outbox.refusals import kind_of_refusal, status_in
from outbox.signals import delivery_reported

logger = logging.getLogger(__name__)

GUESS_WITHIN = timedelta(days=7)
_REPAIRED_AT_ONCE = 100
MAILBOX = "mailbox"  # the source of what came back by mail
SMTP = "smtp"  # the source of what the mail server said while we sent


def find_delivery(message_ids: Iterable[str]) -> Delivery | None:
    """Return the delivery that one of ``message_ids`` (with their angle brackets) names."""
    ids = [_storable(one) for one in list(message_ids)[:100]]
    found = {one.message_id: one for one in Delivery.objects.filter(message_id__in=ids)}
    return next((found[one] for one in ids if one in found), None)


def find_by_provider(provider_id: str) -> Delivery | None:
    """Return the delivery that its mail provider calls ``provider_id``."""
    if not provider_id:
        return None
    return Delivery.objects.filter(provider_id=_storable(provider_id)[:255]).first()


def guess_delivery(address: str, *, now: datetime) -> Delivery | None:
    """Return the last mail that left for ``address`` within GUESS_WITHIN, if there is one."""
    address = _storable(address)
    if not address:
        return None
    sent = Delivery.objects.alias(address=Lower("recipient_address")).filter(
        address=address.lower(), state=State.SENT, sent_at__gte=now - GUESS_WITHIN, sent_at__lte=now
    )
    return sent.exclude(transport=KEPT).order_by("-sent_at", "-pk").first()


def record_report(
    *,
    delivery: Delivery,
    kind: ReportKind,
    source: str,
    external_id: str,
    at: datetime | None = None,
    status: str = "",
    detail: str = "",
    subject: str = "",
    text: str = "",
    is_guess: bool = False,
    now: datetime | None = None,
) -> Report | None:
    """Store what ``source`` tells about ``delivery``, and let the apps above act on it.

    Returns None, and does nothing, when ``external_id`` was stored before. A guess from a mailbox
    brings no mail back. Receivers lock contacts before deliveries, so those are touched last.
    """
    now = now or timezone.now()
    with transaction.atomic():
        report, is_new = Report.objects.get_or_create(
            external_id=external_id,
            defaults={
                "delivery": delivery,
                "kind": kind,
                "at": min(at or now, now),
                "source": source,
                **_kept(status=status, detail=detail, subject=subject, text=text),
                "is_guess": is_guess,
                "created_at": now,
            },
        )
        if not is_new:
            return None
        delivery_reported.send(sender=Report, report=report, now=now)
        if kind in CAME_BACK and source != (MAILBOX if is_guess else SMTP):
            Delivery.objects.filter(pk=delivery.pk, bounced_at=None).update(bounced_at=report.at)
    logger.info("delivery %s: %s, told by %s", delivery.pk, kind, source)
    return report


def _kept(**words: str) -> dict[str, str]:
    """Return what is stored of ``words``: within its column, and without personal links."""
    longest = {"status": 20, "detail": 2000, "subject": 300, "text": 2000}
    return {name: redact(_storable(value))[: longest[name]] for name, value in words.items()}


def _storable(text: str) -> str:
    """Return ``text`` without what no database takes: a stranger's server may say it."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def report_refusals(*, now: datetime | None = None) -> int:
    """Report the mails that a server refused while we sent them; return how many.

    From the rows themselves, so that sending never waits for what follows from a refusal, and a
    worker that dies in between loses nothing. One that fails is logged, and the others go on.
    """
    told = Report.objects.filter(delivery=OuterRef("pk"), source=SMTP)
    refused = Delivery.objects.filter(
        ~Exists(told), state=State.UNDELIVERABLE, channel=Channel.EMAIL
    )
    count = 0
    for delivery in refused.defer("message").order_by("pk")[:_REPAIRED_AT_ONCE]:
        last = delivery.tries.last()
        is_refused = last is not None and last.outcome == Outcome.PERMANENT
        words = delivery.last_error
        meaning = kind_of_refusal(words, is_final=True)
        kind = ReportKind(meaning) if is_refused else ReportKind.UNDELIVERED
        try:
            report = record_report(
                delivery=delivery,
                kind=kind,
                source=SMTP,
                external_id=f"refused:{delivery.pk}",
                at=last.finished_at if last else None,
                status=status_in(words),
                detail=words,
                now=now,
            )
        except Exception:
            logger.exception("delivery %s: its refusal could not be reported", delivery.pk)
        else:
            count += report is not None
    return count
