"""A mail as a client would get it, about invented people: to look at, and to send to oneself.

It holds no personal link: whatever is clicked leads back to the page of the text.
"""

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from outbox.mail import Mail, Person, site_address
from outbox.models import Delivery, Lane
from outbox.queueing import queue_message
from staff.models import User
from surveys.mails import compose_sample
from surveys.models import (
    Client,
    Contact,
    Invitation,
    MailText,
    Project,
    ProjectContact,
    TextKind,
)
from surveys.texts import Wording

_CLOSED_DAYS_AGO, _ASKED_DAYS_AGO = 9, 6
_ANSWERED_WITHIN = timedelta(days=30)
_OTHERS = ("Verkeersstudie N209", "Kadevernieuwing Noord")


def sample_mail(
    *, kind: str, language: str, wording: Wording | None, user: User, several: bool = False
) -> Mail:
    """Return the mail ``kind`` in ``wording`` (None: the product's own), signed by ``user``.

    ``several``: about more than one project. Nothing is stored.
    """
    invitation = _invitation(language, user, several=several, now=timezone.now())
    own = {}
    if wording is not None:
        text = MailText(kind=kind, language=language, subject=wording.subject, body=wording.body)
        own[kind, language] = text
    page = site_address(reverse("texts:edit", args=[kind, language]))
    to = Person(name=user.name, address=user.email)
    return compose_sample(kind, invitation, own, page=page, to=to)


@transaction.atomic
def send_sample(
    *, kind: str, language: str, wording: Wording, user: User, several: bool = False
) -> Delivery:
    """Queue one test mail in ``wording`` to ``user``, marked as such in its subject."""
    mail = sample_mail(kind=kind, language=language, wording=wording, user=user, several=several)
    mail.subject = f"[Test] {mail.subject}"
    return queue_message(
        mail,
        dedupe_key=f"test:{user.pk}:{uuid.uuid4().hex}",
        lane=Lane.INVITATION if kind == TextKind.INVITATION else Lane.REMINDER,
        recipient_name=user.name,
        recipient_address=user.email,
        template="test",
    )


def _invitation(language: str, user: User, *, several: bool, now: datetime) -> Invitation:
    """Return an invitation that is in no table, with all that a mail speaks of."""
    client = Client(name="Gemeente Zoetermeer")
    project = Project(
        name="Klimaatadaptatieplan Meerzicht",
        client=client,
        account_manager=user,
        closed_on=timezone.localdate(now) - timedelta(days=_CLOSED_DAYS_AGO),
    )
    contact = Contact(name="Marijke Vermeulen", client=client, language=language)
    invited_at = now - timedelta(days=_ASKED_DAYS_AGO)
    invitation = Invitation(
        project_contact=ProjectContact(project=project, contact=contact),
        language=language,
        invited_at=invited_at,
        expires_at=invited_at + _ANSWERED_WITHIN,
    )
    invitation.other_projects = [Project(name=name) for name in _OTHERS] if several else []
    return invitation
