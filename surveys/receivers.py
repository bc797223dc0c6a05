"""What asking does when a mail comes back."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from outbox.models import Report
from outbox.signals import delivery_reported
from surveys.actions.reaching import heed_report


@receiver(delivery_reported, dispatch_uid="surveys.heed_report")
def heed(sender: object, report: Report, now: datetime, **kwargs: Any) -> None:
    """Act on what is told of a mail to a contact, inside the transaction that stores it."""
    heed_report(report=report, now=now)
