"""Switch off an endpoint that says it is gone, and tell every administrator by mail."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from outbox.endpoint_actions import switch_off
from outbox.endpoints import Endpoint, OffReason
from outbox.mail import Mail, Person, compose, site_address
from outbox.models import Lane
from outbox.queueing import queue_message
from staff.models import User


@transaction.atomic
def switch_off_gone(endpoint: Endpoint, *, now: datetime) -> None:
    """Switch ``endpoint`` off after a 410, once, with one mail to each administrator."""
    if not switch_off(endpoint=endpoint, reason=OffReason.GONE, now=now):
        return
    for administrator in User.objects.active().filter(is_administrator=True).order_by("pk"):
        queue_message(
            compose_gone(endpoint, to=administrator),
            dedupe_key=f"{endpoint.reference}:gone:{now.isoformat()}:{administrator.pk}",
            lane=Lane.NOTICE,
            recipient_name=administrator.name,
            recipient_address=administrator.email,
            template="webhook_gone",
            now=now,
        )


def compose_gone(endpoint: Endpoint, *, to: User) -> Mail:
    """Return the notice that ``endpoint`` gets nothing any more."""
    return compose(
        "webhook_gone",
        {
            "endpoint": endpoint,
            "detail_url": site_address(reverse("endpoints:detail", args=[endpoint.pk])),
        },
        to=Person(name=to.name, address=to.email),
        language=to.language,
    )
