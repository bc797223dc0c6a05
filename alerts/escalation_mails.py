"""The mails of clocks: a reminder, a supervisor called in, an alert without owner.

They say which alert and what is waited for; the answer itself stands in the alert.
"""

from django.urls import reverse

from alerts.escalation import AlertClock, ClockKind, StepKind
from alerts.models import Alert
from outbox.mail import Mail, Person, compose, site_address
from staff.models import User


def compose_step(step: StepKind, *, alert: Alert, clock: AlertClock, recipient: User) -> Mail:
    """Return the mail of one step of a clock, in the language of its recipient."""
    return compose(
        "escalation",
        {
            **_alert_context(alert),
            "step": step.value,
            "clock": clock,
            "is_first": clock.kind == ClockKind.FIRST,
            "is_owner": recipient == alert.owner,
        },
        to=Person(name=recipient.name, address=recipient.email),
        language=recipient.language,
    )


def compose_without_owner(alert: Alert, *, left: User | None, recipient: User) -> Mail:
    """Return the mail to who looks after an alert, now that nobody owns it."""
    return compose(
        "without_owner",
        {**_alert_context(alert), "left": left},
        to=Person(name=recipient.name, address=recipient.email),
        language=recipient.language,
    )


def _alert_context(alert: Alert) -> dict[str, object]:
    response = alert.response
    return {
        "alert": alert,
        "response": response,
        "contact": response.contact,
        "project": response.project,
        "client": response.project.client,
        "owner": alert.owner,
        "detail_url": site_address(reverse("alerts:detail", args=[alert.pk])),
    }
