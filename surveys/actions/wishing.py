"""Keep what a client offers or asks for after answering, and what they take back.

Everything here may come twice, or a hundred times at once: only what changes something is stored
and told to colleagues. Whoever calls makes sure that the response, or the contact, is the one
whose link was opened.
"""

import logging
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language

from surveys.models import (
    WISHES_MAX,
    CallRequest,
    Consent,
    Contact,
    Invitation,
    Response,
    kinds_offered,
)
from surveys.signals import call_requested, call_withdrawn, consent_withdrawn, consents_given

logger = logging.getLogger(__name__)


def give_consents(
    *, response: Response, agreed: Mapping[str, str], now: datetime | None = None
) -> list[Consent]:
    """Store each consent that does not stand already; return those that are new.

    ``agreed`` holds, for each ``ConsentKind``, the words beside its tick in the active language.
    What is not offered after this response is left out (``kinds_offered``), and so is everything
    beyond WISHES_MAX.
    """
    now = now or timezone.now()
    with transaction.atomic():
        _lock(response)
        given = list(Consent.objects.filter(response=response))
        standing = {one.kind for one in given if one.withdrawn_at is None}
        wanted = [one for one in kinds_offered(response) if one in agreed and one not in standing]
        new = [
            Consent.objects.create(
                response=response,
                kind=kind,
                wording=agreed[kind],
                language=get_language() or response.language,
                given_at=now,
            )
            for kind in wanted[: max(WISHES_MAX - len(given), 0)]
        ]
        if new:
            consents_given.send(sender=Consent, response=response, consents=new, now=now)
    if new:
        logger.info("response %s: consents %s", response.pk, [one.pk for one in new])
    return new


def withdraw_consent(*, contact: Contact, pk: int, now: datetime | None = None) -> bool:
    """Take back consent ``pk`` of ``contact``; False when it is not theirs, or ended before."""
    now = now or timezone.now()
    with transaction.atomic():
        own = Consent.objects.of_contact(contact).filter(pk=pk)
        consent = own.standing().select_related("response").first()
        if consent is None:
            return False
        mine = Consent.objects.standing().filter(pk=consent.pk)
        if not mine.update(withdrawn_at=now):
            return False  # a second click was first
        consent.withdrawn_at = now
        consent_withdrawn.send(sender=Consent, response=consent.response, consent=consent, now=now)
    logger.info("consent %s: withdrawn", consent.pk)
    return True


def ask_for_call(
    *,
    response: Response,
    moment: str,
    note: str = "",
    phone: str = "",
    now: datetime | None = None,
) -> CallRequest | None:
    """Store a request to be called; return the one that stands, None beyond WISHES_MAX.

    An equal one that stands already is returned as it is; a different one is replaced.
    """
    now = now or timezone.now()
    with transaction.atomic():
        _lock(response)
        requests = CallRequest.objects.filter(response=response)
        old = requests.standing().first()
        if old is not None and (old.moment, old.note, old.phone) == (moment, note, phone):
            return old
        if requests.count() >= WISHES_MAX:
            return old
        if old is not None:
            ended = requests.standing().filter(pk=old.pk)  # unless it is being taken back now
            ended.update(ended_at=now, ending=CallRequest.Ending.REPLACED)
        call = CallRequest.objects.create(
            response=response, moment=moment, note=note, phone=phone, asked_at=now
        )
        call_requested.send(sender=CallRequest, response=response, call=call, replaced=old, now=now)
    logger.info("response %s: call %s asked for", response.pk, call.pk)
    return call


def withdraw_call(*, contact: Contact, pk: int, now: datetime | None = None) -> bool:
    """Take back request ``pk`` of ``contact``; False when it is not theirs, or ended before."""
    now = now or timezone.now()
    with transaction.atomic():
        own = CallRequest.objects.of_contact(contact).filter(pk=pk)
        call = own.standing().select_related("response").first()
        if call is None:
            return False
        mine = CallRequest.objects.standing().filter(pk=call.pk)
        if not mine.update(ended_at=now, ending=CallRequest.Ending.WITHDRAWN):
            return False
        call_withdrawn.send(sender=CallRequest, response=call.response, call=call, now=now)
    logger.info("call %s: taken back", call.pk)
    return True


def _lock(response: Response) -> None:
    """Wait for whatever else happens to this invitation: two equal posts are one."""
    Invitation.objects.select_for_update().get(pk=response.invitation_id)
