"""The mails that go to clients."""

from django.urls import reverse
from django.utils import timezone

from outbox.mail import Mail, Person, compose, site_address
from surveys.models import Invitation, Satisfaction


def compose_invitation(invitation: Invitation, token: str) -> Mail:
    """Return the invitation in the contact's language, in the account manager's name.

    ``token`` opens the page. The three links preselect question 1 and record nothing.
    """
    contact, project = invitation.contact, invitation.project
    page = site_address(reverse("surveys:page", args=[token]))
    links = {answer.value: f"{page}?satisfaction={answer.value}" for answer in Satisfaction}
    manager = project.account_manager
    return compose(
        "invitation",
        {
            "invitation": invitation,
            "contact": contact,
            "project": project,
            "client": project.client,
            "account_manager": manager,
            "supervisor": manager.supervisor,
            "links": {**links, "page": page},
            "expires_on": timezone.localdate(invitation.expires_at),
        },
        to=Person(name=contact.name, address=contact.email),
        language=invitation.language,
        sender_name=manager.name,
    )
