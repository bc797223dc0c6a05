"""The mails that go to clients."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from outbox.mail import Mail, Person, compose, site_address
from staff.branding import current_brand
from staff.models import User
from surveys.models import Invitation, Satisfaction
from surveys.questions import questions_of


def compose_invitation(invitation: Invitation, token: str) -> Mail:
    """Return the invitation in the contact's language, in the account manager's name.

    ``token`` opens the page. The three links preselect question 1 and record nothing.
    """
    return _compose("invitation", invitation, token)


def compose_reminder(invitation: Invitation, token: str, *, number: int, sent_at: datetime) -> Mail:
    """Return the ``number``-th reminder of the mail that was sent at ``sent_at``.

    Like the invitation, and shorter. The last one of REMIND_AFTER_DAYS says that it is.
    """
    more = {
        "first_sent_on": timezone.localdate(sent_at),
        "is_last": number >= len(settings.REMIND_AFTER_DAYS),
    }
    return _compose("reminder", invitation, token, **more)


def compose_reopened(invitation: Invitation, token: str, *, answered_at: datetime) -> Mail:
    """Return the mail that says that the answer of ``answered_at`` may be given anew."""
    more = {"answered_on": timezone.localdate(answered_at)}
    return _compose("reopened", invitation, token, **more)


def _compose(name: str, invitation: Invitation, token: str, **more: Any) -> Mail:
    """Return the mail ``name`` with everything that a mail about an invitation speaks of."""
    contact, project = invitation.contact, invitation.project
    manager = project.account_manager
    links = _links(token)
    return compose(
        name,
        {
            "invitation": invitation,
            "contact": contact,
            "project": project,
            "client": project.client,
            "account_manager": manager,
            "supervisor": manager.supervisor,
            "links": links,
            "own_question": questions_of(invitation, invitation.language).satisfaction,
            "expires_on": timezone.localdate(invitation.expires_at),
            "privacy_url": settings.PRIVACY_URL,
            **more,
        },
        to=Person(name=contact.name, address=contact.email),
        language=invitation.language,
        sender_name=manager.name,
        reply_to=_reply_to(manager),
        headers=_one_click(links["stop"]),
    )


def _links(token: str) -> dict[str, str]:
    """Return every address that ``token`` opens: of each answer, the page, and to stop."""
    page = site_address(reverse("surveys:page", args=[token]))
    stop = site_address(reverse("surveys:stop", args=[token]))
    answers = {answer.value: f"{page}?satisfaction={answer.value}" for answer in Satisfaction}
    return {**answers, "page": page, "stop": stop}


def _one_click(stop: str) -> dict[str, str]:
    """Return the headers by which a mail program offers to unsubscribe (RFC 8058)."""
    return {
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _reply_to(manager: User) -> Person | None:
    """Return where a client's reply goes, as REPLY_TO says; None leaves it to the sender."""
    if settings.REPLY_TO == "account_manager":
        return Person(name=manager.name, address=manager.email)
    if settings.REPLY_TO == "firm" and settings.FIRM_REPLY_TO:
        return Person(name=current_brand().name, address=settings.FIRM_REPLY_TO)
    return None
