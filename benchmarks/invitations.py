"""How long it takes to queue invitations, and whether an alert still gets past them.

Beside the run: the same rows, stored one by one in the same batches, with mails of ready-made
bytes. Then the mails go out, all of them due at once, and clients of earlier invitations answer.
"""

import time
import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from benchmarks import seed
from benchmarks.arrivals import MAX_P95, answer, open_pages, seconds_to_mail
from benchmarks.load import LoadError
from benchmarks.servers import Mailbox, background, mailbox, pages
from benchmarks.sizes import Size
from benchmarks.table import Row
from outbox.models import Delivery, Lane
from surveys.actions import send_invitations
from surveys.models import Invitation, Link, ProjectContact

BUDGET, BUDGET_FOR = 10.0, 10_000  # seconds, invitations (DESIGN, budgets)
_BATCH = 100  # in one transaction, as the product does
_STARTS_WITHIN = 60.0  # seconds until the first invitation has left
_ALERT_WITHIN = 60.0


def measure(size: Size) -> Iterator[Row]:
    """Yield a row for the queueing, and one for alerts between the invitations."""
    firm = seed.make_firm()
    number, now = size.invitations, timezone.now()
    earlier = seed.make_project_contacts(firm, size.alerts_between, closed_within=20)
    tokens = seed.make_tokens(seed.make_invitations(earlier, now=now))
    bare = _bare(seed.make_project_contacts(firm, number, closed_within=20), now)
    seed.make_project_contacts(firm, number, closed_within=20)
    seed.settle()
    began = time.monotonic()
    run = send_invitations(now=now)
    seconds = time.monotonic() - began
    if run.invited != number:
        raise LoadError(f"{run.invited} of {number} were invited: {dict(run.left_out)}")
    budget = BUDGET * number / BUDGET_FOR
    yield Row(
        name=f"invitations queue {number:,}",
        measured=f"{seconds:.2f} s",
        beside=f"bare inserts {bare:.2f} s",
        ratio=seconds / bare,
        budget=f"≤ {budget:.1f} s (10,000: 10 s)",
        is_within=seconds <= budget,
    )
    Delivery.objects.filter(lane=Lane.INVITATION).update(not_before=now)
    yield _alerts_between(tokens)


def _alerts_between(tokens: Sequence[str]) -> Row:
    """Let the invitations go out, and let one client after the other answer meanwhile."""
    with mailbox() as received, pages(mail_port=received.port) as site:
        forms = open_pages(site, tokens)
        with background(mail_port=received.port):
            _wait_for_the_first(received)
            began, left_before = time.monotonic(), len(received.arrived)
            moments, _waits = answer(site, tokens, forms, per_second=1)
            seconds = seconds_to_mail(received, moments, within=_ALERT_WITHIN)
            rate = (len(received.arrived) - left_before) / (time.monotonic() - began)
    worst = max(seconds)
    return Row(
        name="invitations going out, alert",
        measured=f"{worst:.2f} s, slowest of {len(tokens)}",
        beside=f"{rate:.0f} mails/s meanwhile",
        ratio=worst / MAX_P95,
        budget=f"≤ {MAX_P95:.0f} s",
        is_within=worst <= MAX_P95,
    )


def _wait_for_the_first(received: Mailbox) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN
    while not received.arrived:
        if time.monotonic() > deadline:
            raise LoadError("no invitation left: the benchmark would measure an empty queue")
        time.sleep(0.05)


def _bare(parts: Sequence[ProjectContact], now: datetime) -> float:
    """Store an invitation, a link and a delivery for each of ``parts``.

    Returns the seconds that took. The mails are not sent: they are taken away again.
    """
    began = time.monotonic()
    for start in range(0, len(parts), _BATCH):
        with transaction.atomic():
            for part in parts[start : start + _BATCH]:
                _store(part, now)
    seconds = time.monotonic() - began
    Delivery.objects.filter(template="bare").delete()  # the invitations stay: asked recently
    return seconds


def _store(part: ProjectContact, now: datetime) -> None:
    invitation = Invitation.objects.create(
        project_contact=part, language="nl", invited_at=now, expires_at=now + timedelta(days=30)
    )
    token = Link.new_token()
    Link.objects.create(invitation=invitation, token_hash=Link.hash_of(token), created_at=now)
    invitation.delivery = Delivery.objects.create(
        dedupe_key=invitation.delivery_key,
        lane=Lane.INVITATION,
        recipient_name=part.contact.name,
        recipient_address=part.contact.email,
        subject="Uw mening",
        template="bare",
        message_id=f"<{uuid.uuid4().hex}@localhost>",
        message=seed.MESSAGE,
        digest=Delivery.digest_of(seed.MESSAGE),
        is_secret=True,
        not_before=now,
        created_at=now,
    )
    invitation.save(update_fields=["delivery"])
