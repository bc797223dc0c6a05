"""What asking does when a mail comes back, and what it tells other systems."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from outbox.models import Report
from outbox.publishing import publish
from outbox.signals import delivery_reported
from surveys.actions.reaching import heed_report
from surveys.models import Consent, Response
from surveys.published import CONSENT_GIVEN, CONSENT_WITHDRAWN, RESPONSE_RECEIVED
from surveys.signals import consent_withdrawn, consents_given, response_received


@receiver(delivery_reported, dispatch_uid="surveys.heed_report")
def heed(sender: object, report: Report, now: datetime, **kwargs: Any) -> None:
    """Act on what is told of a mail to a contact, inside the transaction that stores it."""
    heed_report(report=report, now=now)


@receiver(response_received, dispatch_uid="surveys.publish_response")
def publish_response(sender: object, response: Response, now: datetime, **kwargs: Any) -> None:
    """Tell other systems of an answer, in the transaction that stores it; never undoes it."""
    publish(RESPONSE_RECEIVED, response.pk, now=now)


@receiver(consents_given, dispatch_uid="surveys.publish_consents")
def publish_consents(sender: object, consents: list[Consent], now: datetime, **kwargs: Any) -> None:
    """Tell other systems what a client allows."""
    for consent in consents:
        publish(CONSENT_GIVEN, consent.pk, now=now)


@receiver(consent_withdrawn, dispatch_uid="surveys.publish_withdrawal")
def publish_withdrawal(sender: object, consent: Consent, now: datetime, **kwargs: Any) -> None:
    """Tell other systems what a client no longer allows."""
    publish(CONSENT_WITHDRAWN, consent.pk, now=now)
