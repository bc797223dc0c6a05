"""Tell of an alert by chat: a person who chose so, and the channels of the project's division.

A channel may be read by many, so it hears who and what, and never the client's own words.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import InterfaceError, OperationalError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from alerts.chat_models import HEARING, ChatNotice, DivisionChat, PersonChat
from alerts.models import Alert
from outbox.addresses import ChatAddress
from outbox.chat import queue_chat
from outbox.mail import site_address
from outbox.models import Delivery, Lane
from staff.languages import firm_language
from staff.models import Division, User
from staff.remembered import Remembered

logger = logging.getLogger(__name__)


def own_addresses(users: Iterable[User]) -> dict[int, ChatAddress]:
    """Return the address that each of ``users`` added, as far as it is in use."""
    own = PersonChat.objects.filter(user__in=list(users), address__is_active=True)
    return {one.user_id: one.address for one in own.select_related("address")}


def tell_by_chat(alert: Alert, person: User, address: ChatAddress, *, now: datetime) -> bool:
    """Queue a message to the person's own address; False, and logged, when it cannot be made."""
    return _queued(alert, address, person.language, now, recipient=person)


def tell_division(alert: Alert, *, now: datetime) -> int:
    """Queue a message to each channel that hears of such alerts; return how many there are."""
    division = alert.response.project.division
    channels = channels_of(division, alert.group)
    return sum(
        _queued(alert, address, firm_language(), now, division=division) for address in channels
    )


def _with_channels() -> frozenset[int]:
    """Return the ids of divisions with a channel, whether it is in use or not."""
    return frozenset(DivisionChat.objects.values_list("division_id", flat=True).distinct())


# An answer costs no query for a division without channels; of the others the rows are asked.
with_channels = Remembered(_with_channels, rows=(DivisionChat,))


def channels_of(division: Division, group: str) -> Sequence[ChatAddress]:
    """Return the channels of ``division`` that hear of an alert of ``group``."""
    if division.pk not in with_channels():
        return []
    hearing = DivisionChat.objects.filter(
        division=division, hears__in=HEARING[group], address__is_active=True
    )
    return [one.address for one in hearing.select_related("address").order_by("pk")]


def _queued(
    alert: Alert,
    address: ChatAddress,
    language: str,
    now: datetime,
    *,
    recipient: User | None = None,
    division: Division | None = None,
) -> bool:
    try:
        with transaction.atomic():
            queue_notice(alert, address, language, now=now, recipient=recipient, division=division)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("alert %s: no message for chat address %s", alert.pk, address.pk)
        return False
    return True


def queue_notice(
    alert: Alert,
    address: ChatAddress,
    language: str,
    *,
    now: datetime,
    recipient: User | None = None,
    division: Division | None = None,
    is_second: bool = False,
) -> Delivery:
    """Queue one message about ``alert``; one address hears of one alert once, for whomever."""
    title, body = _words(alert, language)
    delivery = queue_chat(
        address,
        title=title,
        body=body,
        link=site_address(reverse("alerts:detail", args=[alert.pk])),
        dedupe_key=f"alert:{alert.pk}:chat:{address.pk}",
        lane=Lane.ALERT,
        template="alert",
        about=alert.response.invitation.project_contact.about,
        is_confidential=True,
        now=now,
    )
    ChatNotice.objects.get_or_create(
        delivery=delivery,
        defaults={
            "alert": alert,
            "recipient": recipient,
            "division": division,
            "is_second": is_second,
            "at": now,
        },
    )
    return delivery


def _words(alert: Alert, language: str) -> tuple[str, str]:
    """Return title and body of a message about ``alert`` in ``language``."""
    context = {
        "alert": alert,
        "contact": alert.response.contact,
        "project": alert.response.project,
        "client": alert.response.project.client,
        "owner": alert.owner,
    }
    with translation.override(language):
        return (
            render_to_string("chat/alert/title.txt", context, using="text"),
            render_to_string("chat/alert/body.txt", context, using="text"),
        )
