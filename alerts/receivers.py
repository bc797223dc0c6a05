"""What the inbox does when an answer comes in, and what its ledger tells other systems."""

from datetime import datetime
from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from alerts import wishes
from alerts.actions import note_answered_anew, raise_alert
from alerts.leads import follow_answer
from alerts.models import AlertEvent, LeadEvent, is_lead
from alerts.published import type_of, type_of_lead
from outbox.publishing import publish
from surveys.models import CallRequest, Consent, Response
from surveys.signals import (
    call_requested,
    call_withdrawn,
    consent_withdrawn,
    consents_given,
    response_received,
)


@receiver(response_received, dispatch_uid="alerts.raise_alert")
def raise_alert_for(
    sender: object,
    response: Response,
    now: datetime,
    replaced: Response | None = None,
    **kwargs: Any,
) -> None:
    """Raise the alert of a + or –, in the transaction that stores the answer.

    The alert of an answer that this one replaces is told, and stays as it is.
    """
    raise_alert(response=response, now=now)
    if replaced is not None:
        note_answered_anew(replaced=replaced, response=response, now=now)


# Connected after the alert's, whose owner it shares. A fault of one leaves the other's work.
@receiver(response_received, dispatch_uid="alerts.follow_answer")
def follow_answer_of(
    sender: object,
    response: Response,
    now: datetime,
    replaced: Response | None = None,
    **kwargs: Any,
) -> None:
    """Make the lead of a + or 0 with interest, or let the one before go on."""
    if replaced is not None or is_lead(response):
        follow_answer(response=response, now=now)


@receiver(consents_given, dispatch_uid="alerts.tell_of_consents")
def tell_of_consents(
    sender: object, response: Response, consents: list[Consent], now: datetime, **kwargs: Any
) -> None:
    """Tell the owner what the client allows, inside the transaction that stores it."""
    wishes.tell_of_consents(response=response, consents=consents, now=now)


@receiver(consent_withdrawn, dispatch_uid="alerts.tell_of_withdrawal")
def tell_of_withdrawal(
    sender: object, response: Response, consent: Consent, now: datetime, **kwargs: Any
) -> None:
    """Tell the owner what the client no longer allows."""
    wishes.tell_of_withdrawal(response=response, consent=consent, now=now)


@receiver(call_requested, dispatch_uid="alerts.tell_of_call")
def tell_of_call(
    sender: object,
    response: Response,
    call: CallRequest,
    replaced: CallRequest | None,
    now: datetime,
    **kwargs: Any,
) -> None:
    """Tell the owner that the client wants to be called."""
    wishes.tell_of_call(response=response, call=call, replaced=replaced, now=now)


@receiver(call_withdrawn, dispatch_uid="alerts.tell_of_no_call")
def tell_of_no_call(
    sender: object, response: Response, call: CallRequest, now: datetime, **kwargs: Any
) -> None:
    """Tell the owner that the client wants no call any more."""
    wishes.tell_of_no_call(response=response, call=call, now=now)


@receiver(post_save, sender=AlertEvent, dispatch_uid="alerts.publish_event")
def publish_event(sender: object, instance: AlertEvent, raw: bool = False, **kwargs: Any) -> None:
    """Tell other systems of a line in the ledger, whoever wrote it; never undoes it."""
    event_type = type_of(instance)
    if event_type is not None and not raw:
        publish(event_type, instance.pk, now=instance.at)


@receiver(post_save, sender=LeadEvent, dispatch_uid="alerts.publish_lead_event")
def publish_lead_event(
    sender: object, instance: LeadEvent, raw: bool = False, **kwargs: Any
) -> None:
    """Tell other systems of a line in the ledger of a lead; never undoes it."""
    event_type = type_of_lead(instance)
    if event_type is not None and not raw:
        publish(event_type, instance.pk, now=instance.at)
