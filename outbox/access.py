"""Who may read what in the outbox: a client's answer is not an administrator's to read in passing.

The inbox shows an answer to its account manager, the supervisors above and management. A mail that
holds it (``is_confidential``) opens for its recipient, and for whoever sees every alert. What only
tells how it was delivered stays open to all who look after the outbox. Without a mail server the
outbox *is* where the firm reads its mail: then nothing is hidden.
"""

from collections.abc import Iterable

from django.conf import settings

from outbox.models import Delivery
from staff.models import User
from staff.roles import Right, has_right


def hide_answers(deliveries: Iterable[Delivery], *, reader: User) -> None:
    """Set ``is_hidden`` on each of ``deliveries`` whose words ``reader`` may not read."""
    if not settings.EMAIL_URL or has_right(reader, Right.SEE_ALL_ALERTS):
        return
    for delivery in deliveries:
        is_own = delivery.recipient_address.lower() == reader.email.lower()
        delivery.is_hidden = delivery.is_confidential and not is_own
