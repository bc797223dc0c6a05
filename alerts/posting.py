"""Queue a mail about an alert."""

from datetime import datetime

from alerts.models import Alert
from outbox.mail import Mail
from outbox.models import Delivery, Lane
from outbox.queueing import queue_message
from staff.models import User


def queue_mail(
    mail: Mail, *, alert: Alert, to: User, dedupe_key: str, template: str, now: datetime
) -> Delivery:
    """Queue ``mail`` to a colleague, in the caller's transaction.

    It tells what the client answered, so in the outbox only whoever may read that opens it; it is
    found by client, contact and project.
    """
    return queue_message(
        mail,
        dedupe_key=dedupe_key,
        lane=Lane.ALERT,
        recipient_name=to.name,
        recipient_address=to.email,
        template=template,
        about=alert.response.invitation.project_contact.about,
        is_confidential=True,
        now=now,
    )
