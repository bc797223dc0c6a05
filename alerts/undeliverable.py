"""An alert mail that was refused for good: somebody else gets it, and administrators hear of it."""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from alerts.digest_models import DigestItem
from alerts.mails import compose_alert, compose_undeliverable
from alerts.models import Alert, Notification
from alerts.posting import queue_mail
from alerts.preferences import OF_ALERTS
from alerts.routing import route_for
from alerts.story import story_of
from outbox.models import Delivery, Lane
from outbox.models import State as DeliveryState
from outbox.queueing import queue_message
from staff.models import User

logger = logging.getLogger(__name__)

_AT_ONCE = 100


def refused_notifications() -> list[Notification]:
    """Return whose alert mail, or digest with it, was refused and not passed on yet."""
    in_digest = DigestItem.objects.filter(
        alert=OuterRef("alert"),
        recipient=OuterRef("recipient"),
        news__in=OF_ALERTS,
        digest__state=DeliveryState.UNDELIVERABLE,
    )
    untold = Notification.objects.filter(passed_on_at__isnull=True)
    story = untold.select_related("alert__response", "recipient", "delivery").order_by("pk")
    # Two queries, each over an index: together they would look through every notification.
    mailed = story.filter(delivery__state=DeliveryState.UNDELIVERABLE)
    waited = story.filter(Exists(in_digest), delivery__isnull=True)
    return [*mailed[:_AT_ONCE], *waited[:_AT_ONCE]]


@transaction.atomic
def pass_on(notification: Notification, *, now: datetime) -> bool:
    """Mail the alert to a fallback and tell administrators; False when that was done already.

    The fallback is the division's, else somebody of management: whoever was not mailed about this
    alert yet. When that mail is refused as well, the next one gets it, until nobody is left. The
    notice to administrators is no alert mail, so its own refusal goes no further.
    """
    mine = Notification.objects.filter(pk=notification.pk, passed_on_at__isnull=True)
    if not mine.update(passed_on_at=now):
        return False
    refused = notification.delivery or _digest_with(notification)
    fallback = _fallback(notification.alert)
    if fallback is not None:
        _mail_alert(notification, fallback, now)
    else:
        logger.error("alert %s: nobody is left to mail", notification.alert_id)
    administrators = User.objects.active().filter(is_administrator=True)
    for administrator in administrators.exclude(pk=notification.recipient_id).order_by("pk"):
        queue_message(
            compose_undeliverable(notification, refused, to=administrator, fallback=fallback),
            dedupe_key=f"undeliverable:{refused.pk}:{administrator.pk}",
            lane=Lane.ALERT,
            recipient_name=administrator.name,
            recipient_address=administrator.email,
            template="undeliverable",
            about=refused.about,
            now=now,
        )
    logger.warning(
        "alert %s: the mail to user %s was refused, passed on to user %s",
        notification.alert_id,
        notification.recipient_id,
        fallback.pk if fallback else None,
    )
    return True


def _digest_with(notification: Notification) -> Delivery:
    """Return the digest that told, or would have told, of the alert."""
    items = DigestItem.objects.filter(alert=notification.alert, recipient=notification.recipient)
    item = (
        items.filter(news__in=OF_ALERTS, digest__isnull=False).select_related("digest").latest("at")
    )
    assert item.digest is not None
    return item.digest


def _fallback(alert: Alert) -> User | None:
    """Return who gets the mail instead; None when everybody was mailed."""
    told = alert.notifications.values("recipient")
    untold = User.objects.active().exclude(pk__in=told)
    division = alert.response.project.division
    stands_in = Q(pk=division.fallback_id) if division.fallback_id else Q(pk__in=[])
    management = untold.filter(is_management=True).order_by("pk")
    found: User | None = untold.filter(stands_in).first() or management.first()
    return found


def _mail_alert(notification: Notification, fallback: User, now: datetime) -> None:
    alert = notification.alert
    mail = compose_alert(
        alert,
        recipient=fallback,
        route=route_for(alert.response.project),
        story=story_of(alert.response),
        instead_of=notification.recipient,
    )
    delivery = queue_mail(
        mail,
        alert=alert,
        to=fallback,
        dedupe_key=alert.delivery_key(fallback),
        template="alert",
        now=now,
    )
    Notification.objects.create(
        alert=alert, recipient=fallback, delivery=delivery, is_owner=fallback == alert.owner
    )
