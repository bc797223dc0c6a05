"""The mails that go to colleagues."""

from django.urls import reverse

from alerts.models import Alert
from alerts.routing import Route
from alerts.story import Story
from outbox.mail import Mail, Person, compose, site_address
from staff.models import User


def compose_alert(alert: Alert, *, recipient: User, route: Route, story: Story) -> Mail:
    """Return the alert mail for one recipient, in their language.

    It holds everything needed to pick up the phone (PRODUCT, from close to follow-up, 5).
    """
    response = alert.response
    part = response.invitation.project_contact
    return compose(
        "alert",
        {
            "alert": alert,
            "response": response,
            "contact": part.contact,
            "role": part.get_role_display,
            "project": part.project,
            "client": part.project.client,
            "story": story,
            "recipient": recipient,
            "is_owner": recipient == route.owner,
            "owner": route.owner,
            "informed": route.informed,
            "detail_url": site_address(reverse("alerts:detail", args=[alert.pk])),
        },
        to=Person(name=recipient.name, address=recipient.email),
        language=recipient.language,
    )
