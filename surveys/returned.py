"""What came back of the mails of an invitation."""

import re

from django.db.models import QuerySet

from outbox.models import Delivery, Report
from surveys.models import Invitation

_KEY = re.compile(r"invitation:(\d+):")  # as Invitation.delivery_key and reminder_key begin


def invitation_of(delivery: Delivery) -> Invitation | None:
    """Return the invitation that ``delivery`` is the first mail or a reminder of, if any."""
    found = _KEY.match(delivery.dedupe_key)
    if found is None:
        return None
    return (
        Invitation.objects.filter(pk=int(found[1]))
        .select_related(
            "project_contact__contact__client",
            "project_contact__project__client",
            "project_contact__project__account_manager__supervisor",
            "project_contact__project__division__fallback",
        )
        .first()
    )


def reports_of(invitation: Invitation) -> QuerySet[Report]:
    """Return what was reported about the first mail and the reminders, oldest first."""
    own = Report.objects.filter(delivery__dedupe_key__startswith=f"invitation:{invitation.pk}:")
    return own.select_related("delivery").order_by("at", "pk")
