"""Tell of an alert, each person their way; a mail that cannot be made never undoes the alert."""

import logging
from datetime import datetime

from django.db import Error, InterfaceError, OperationalError, transaction
from django.db.models import prefetch_related_objects

from alerts.chats import own_addresses, tell_by_chat, tell_division
from alerts.digest_items import put_by
from alerts.mails import Handover, compose_alert
from alerts.models import Alert, Notification
from alerts.posting import queue_mail
from alerts.preferences import WITH_CHAT, News, Way, news_of_alert
from alerts.routing import Route
from alerts.story import Story, story_of
from alerts.ways import ways_of
from outbox.models import Delivery
from staff.models import User

logger = logging.getLogger(__name__)


def queue_alert_mails(*, alert: Alert, route: Route, now: datetime) -> int:
    """Tell each recipient of ``route`` who was not told yet, their way; return how many.

    What fails is logged with its traceback, noted on the alert, and tried again by ``reconcile``:
    the alert, and the answer in the same transaction, stand. Only a database that is away raises.
    """
    if not route.recipients:
        logger.error("alert %s: nobody can be mailed; management sees it in the inbox", alert.pk)
        return 0
    try:
        with transaction.atomic():
            made, is_missing = _queue(alert, route, now)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("alert %s: its mails could not be made", alert.pk)
        made, is_missing = 0, True
    if alert.is_mail_missing != is_missing:
        alert.is_mail_missing = is_missing
        alert.save(update_fields=["is_mail_missing"])
    return made


def _queue(alert: Alert, route: Route, now: datetime) -> tuple[int, bool]:
    """Return how many were told, and whether any mail could not be made."""
    story = story_of(alert.response)
    prefetch_related_objects([alert.response], "services")  # each part of each mail names them
    told = _told(alert)
    waiting = [recipient for recipient in route.recipients if recipient.pk not in told]
    news = {one.pk: news_of_alert(alert.group, is_owner=one == route.owner) for one in waiting}
    ways = ways_of((one, news[one.pk]) for one in waiting)
    made: list[Notification | None] = []
    for recipient in waiting:
        way = ways[recipient.pk, news[recipient.pk]]
        if way == Way.DIGEST:
            made.append(_put_by(alert, recipient, news[recipient.pk], now))
            continue
        is_told = way in WITH_CHAT and _chat(alert, recipient, now)
        if way == Way.CHAT and is_told:
            made.append(_without_mail(alert, recipient, news[recipient.pk]))
        else:
            made.append(_notify(alert, recipient, route, story, now))
    tell_division(alert, now=now)
    done = [notification for notification in made if notification is not None]
    # Ignored: what another worker told at the same moment.
    Notification.objects.bulk_create(done, ignore_conflicts=True)
    return len(done), len(done) < len(waiting)


def _told(alert: Alert) -> set[int]:
    """Return who was told before; a fresh alert needs no query for that."""
    if alert.is_fresh:
        return set()
    return set(alert.notifications.values_list("recipient_id", flat=True))


def _put_by(alert: Alert, recipient: User, news: News, now: datetime) -> Notification:
    """Let one recipient read of it in the digest that they chose."""
    put_by(
        recipient=recipient,
        news=news,
        what=f"alert:{alert.pk}",
        response=alert.response,
        alert=alert,
        now=now,
    )
    return _without_mail(alert, recipient, news)


def _chat(alert: Alert, recipient: User, now: datetime) -> bool:
    """Tell one recipient at their own chat address; False without one: then mail does it."""
    address = own_addresses([recipient]).get(recipient.pk)
    return address is not None and tell_by_chat(alert, recipient, address, now=now)


def _without_mail(alert: Alert, recipient: User, news: News) -> Notification:
    is_owner = news in (News.OWN_MINUS, News.OWN_PLUS)
    return Notification(alert=alert, recipient=recipient, is_owner=is_owner)


def _notify(
    alert: Alert, recipient: User, route: Route, story: Story, now: datetime
) -> Notification | None:
    """Queue the mail to one recipient; None when it cannot be made or stored."""
    try:
        mail = compose_alert(alert, recipient=recipient, route=route, story=story)
    except Error:
        raise  # the whole savepoint goes: PostgreSQL takes no further statement in it
    except Exception:
        logger.exception("alert %s: the mail to user %s cannot be made", alert.pk, recipient.pk)
        return None
    try:
        delivery = queue_mail(
            mail,
            alert=alert,
            to=recipient,
            dedupe_key=alert.delivery_key(recipient),
            template="alert",
            now=now,
        )
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # queue_message stores in a savepoint of its own
        logger.exception("alert %s: the mail to user %s cannot be stored", alert.pk, recipient.pk)
        return None
    return Notification(
        alert=alert,
        recipient=recipient,
        delivery=delivery,
        is_owner=recipient == route.owner,
    )


def queue_handover_mail(
    *, alert: Alert, owner: User, by: User, comment: str, now: datetime
) -> None:
    """Queue the mail that tells ``owner`` that the alert is theirs now: once for each version.

    It raises when the mail cannot be made: then nothing was handed over, and whoever did hears so.
    """
    mail = compose_alert(
        alert,
        recipient=owner,
        route=Route(owner=owner),
        story=story_of(alert.response),
        handover=Handover(by=by, comment=comment),
    )
    delivery = queue_mail(
        mail,
        alert=alert,
        to=owner,
        dedupe_key=f"alert:{alert.pk}:handover:{alert.version}:email:{owner.pk}",
        template="alert",
        now=now,
    )
    count_on(delivery, alert=alert, recipient=owner, is_owner=True)


def count_on(delivery: Delivery, *, alert: Alert, recipient: User, is_owner: bool) -> None:
    """Let ``delivery`` be the mail by which ``recipient`` knows of ``alert``.

    Of somebody who was told before, this mail is what counts now: refused or late, it is that of
    which they do not know. The one before stands in the outbox.
    """
    told = alert.notifications.filter(recipient=recipient)
    fresh = {
        "delivery": delivery,
        "is_owner": is_owner,
        "passed_on_at": None,
        "second_at": None,
    }
    if not told.update(**fresh):
        Notification.objects.create(
            alert=alert, recipient=recipient, delivery=delivery, is_owner=is_owner
        )
