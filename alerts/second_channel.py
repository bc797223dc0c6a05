"""An alert whose mail is not handed over in time goes by chat as well, and the other way round."""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from alerts.chat_models import HEARING, ChatNotice, DivisionChat, PersonChat
from alerts.chats import channels_of, own_addresses, queue_notice
from alerts.mails import compose_alert
from alerts.models import Alert, Notification
from alerts.models import State as AlertState
from alerts.posting import queue_mail
from alerts.routing import route_for
from alerts.story import story_of
from outbox.circuit import Circuit, CircuitState
from outbox.health import LATE_AFTER
from outbox.models import LEASED, NOT_HANDED_OVER, Delivery, State
from staff.languages import firm_language

logger = logging.getLogger(__name__)

_AT_ONCE = 100


def late_mails(now: datetime) -> list[Notification]:
    """Return whose alert mail is not handed over in time and who can be reached by chat.

    Who cannot be stays out, and red on the page of the outbox, until an address is added. Nobody
    while sending is stopped by hand: chat waits then as well, and after a restore what looks late
    may have arrived long ago (``outbox settle``).
    """
    if _is_stopped():
        return []
    own = PersonChat.objects.filter(user=OuterRef("recipient"), address__is_active=True)
    division = DivisionChat.objects.filter(
        division=OuterRef("alert__response__invitation__project_contact__project__division"),
        address__is_active=True,
    )
    hearing = Q()
    for group, hears in HEARING.items():
        hearing |= Q(Exists(division.filter(hears__in=hears)), alert__group=group)
    # One by one, as the partial indexes of deliveries have them: there are few, among very many.
    waiting = Delivery.objects.filter(
        Q(state=State.QUEUED) | Q(state__in=LEASED) | Q(state=State.UNCERTAIN)
    )
    late = Notification.objects.filter(
        Q(Exists(own)) | hearing,
        second_at__isnull=True,
        delivery__in=waiting.filter(created_at__lte=now - LATE_AFTER),
    ).exclude(alert__state=AlertState.CLOSED)
    return list(late.select_related("alert", "recipient").order_by("pk")[:_AT_ONCE])


def _is_stopped() -> bool:
    return Circuit.objects.of_mail().filter(state=CircuitState.HELD).exists()


@transaction.atomic
def send_second(notification: Notification, *, now: datetime) -> bool:
    """Tell of the alert by chat, once; False when that was done, or the mail left meanwhile."""
    # Apart, not by a join: of a subquery PostgreSQL would not look again at what another worker
    # changed while this one waited for the row.
    waiting = Delivery.objects.filter(pk=OuterRef("delivery"), state__in=NOT_HANDED_OVER)
    mine = Notification.objects.filter(Exists(waiting), pk=notification.pk, second_at__isnull=True)
    if not mine.update(second_at=now):
        return False
    alert, person = notification.alert, notification.recipient
    own = own_addresses([person]).get(person.pk)
    division = None if own else alert.response.project.division
    language = person.language if own else firm_language()
    addresses = [own] if own else channels_of(alert.response.project.division, alert.group)
    for address in addresses:
        queue_notice(
            alert,
            address,
            language,
            now=now,
            recipient=person,
            division=division,
            is_second=True,
        )
    logger.warning("alert %s: the mail to user %s is late, told by chat", alert.pk, person.pk)
    return bool(addresses)


def late_chats(now: datetime) -> list[Notification]:
    """Return who chose chat alone and whom their chat did not reach in time, or not at all.

    As ``late_mails``: nobody while sending is stopped by hand.
    """
    if _is_stopped():
        return []
    failed = ChatNotice.objects.filter(
        Q(delivery__state__in=(State.UNDELIVERABLE, State.CANCELLED))
        | Q(delivery__state__in=NOT_HANDED_OVER, delivery__created_at__lte=now - LATE_AFTER),
        alert=OuterRef("alert"),
        recipient=OuterRef("recipient"),
    )
    late = Notification.objects.filter(Exists(failed), delivery__isnull=True)
    late = late.exclude(alert__state=AlertState.CLOSED)
    return list(late.select_related("alert", "recipient").order_by("pk")[:_AT_ONCE])


@transaction.atomic
def mail_instead(notification: Notification, *, now: datetime) -> bool:
    """Mail the alert to whoever should have heard by chat; False when somebody did so already."""
    alert: Alert = notification.alert
    person = notification.recipient
    mail = compose_alert(
        alert,
        recipient=person,
        route=route_for(alert.response.project),
        story=story_of(alert.response),
    )
    delivery = queue_mail(
        mail,
        alert=alert,
        to=person,
        dedupe_key=alert.delivery_key(person),
        template="alert",
        now=now,
    )
    unmailed = Notification.objects.filter(pk=notification.pk, delivery__isnull=True)
    if not unmailed.update(delivery=delivery):
        return False
    logger.warning("alert %s: the chat of user %s is late, mailed", alert.pk, person.pk)
    return True
