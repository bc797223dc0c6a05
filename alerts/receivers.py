"""What the inbox does when an answer comes in."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from alerts.actions import raise_alert
from surveys.models import Response
from surveys.signals import response_received


@receiver(response_received, dispatch_uid="alerts.raise_alert")
def raise_alert_for(sender: object, response: Response, now: datetime, **kwargs: Any) -> None:
    """Raise the alert of a + or – response, inside the transaction that stores it."""
    raise_alert(response=response, now=now)
