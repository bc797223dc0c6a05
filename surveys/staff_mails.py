"""The mails about asking that go to colleagues."""

from django.urls import reverse

from outbox.mail import Mail, Person, compose, site_address
from outbox.models import Report, ReportKind
from staff.models import User
from staff.roles import Right, has_right
from surveys.models import Invitation
from surveys.page import Readers


def compose_unreachable(
    invitation: Invitation, report: Report, recipient: User, readers: Readers
) -> Mail:
    """Tell ``recipient`` which contact of which project could not be reached, or complained.

    With the words of the server, and what can be done; in the recipient's own language.
    """
    contact, project = invitation.contact, invitation.project
    admin = reverse("admin:surveys_contact_change", args=[contact.pk])
    return compose(
        "unreachable",
        {
            "contact": contact,
            "project": project,
            "client": project.client,
            "address": report.delivery.recipient_address,
            "report": report,
            "is_complaint": report.kind == ReportKind.COMPLAINT,
            "recipient": recipient,
            "colleague": readers.second if recipient == readers.first else readers.first,
            "is_administrator": has_right(recipient, Right.ADMINISTER),
            "contact_url": site_address(admin),
        },
        to=Person(name=recipient.name, address=recipient.email),
        language=recipient.language,
    )
