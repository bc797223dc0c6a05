"""What the tests of returned mail share: an invitation whose mail left, a mailbox in use."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.utils import timezone

from outbox.models import Delivery, Lane, State
from surveys.models import Invitation
from tests.factories import (
    make_client,
    make_contact,
    make_invitation,
    make_project,
    make_project_contact,
    make_user,
)
from tests.returned.imap_server import PASSWORD, USER, Mailbox, imap_server
from tests.returned.samples import OURS, TO


@pytest.fixture(autouse=True)
def _silent(doorbell: list[str]) -> None:
    """Nobody rings by accident."""


def mail_of(invitation: Invitation, *, key: str = "", **fields: Any) -> Delivery:
    """A mail of ``invitation`` that left an hour ago."""
    number = Delivery.objects.count()
    fields = {
        "message_id": f"<{number}@klanten.waterkant.example>",
        "state": State.SENT,
        "transport": "smtp",
        **fields,
    }
    if fields["state"] == State.SENT:
        fields.setdefault("sent_at", timezone.now() - timedelta(hours=1))
    delivery = Delivery.objects.create(
        dedupe_key=key or invitation.delivery_key,
        lane=Lane.INVITATION,
        recipient_name=invitation.contact.name,
        recipient_address=invitation.contact.email,
        subject="Hoe kijkt u terug?",
        digest="0" * 64,
        **fields,
    )
    if not key:
        invitation.delivery = delivery
        invitation.save(update_fields=["delivery"])
    return delivery


def make_asked(*, email: str = TO, **mail: Any) -> Invitation:
    """An invitation to Anneke, of Sanne, whose supervisor is Erik; its mail left."""
    supervisor = make_user(name="Erik ter Horst", email=f"erik-{email}".replace(TO, "e@w.example"))
    manager = make_user(name="Sanne de Wit", supervisor=supervisor, language="nl")
    client = make_client()
    contact = make_contact(client=client, name="Anneke van ’t Hof", email=email)
    project = make_project(account_manager=manager, client=client, name="Gemaal Noord")
    part = make_project_contact(project=project, contact=contact)
    invitation = make_invitation(
        project_contact=part, invited_at=timezone.now() - timedelta(hours=1)
    )
    mail_of(invitation, **{"message_id": OURS, **mail})
    return invitation


@pytest.fixture
def invitation(db: Any) -> Invitation:
    return make_asked()


@pytest.fixture
def delivery(invitation: Invitation) -> Delivery:
    return Delivery.objects.get(invitation=invitation)


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    """An IMAP server in use."""
    with imap_server() as mailbox:
        settings.BOUNCE_MAILBOX_URL = mailbox_url(mailbox.port)
        yield mailbox


def mailbox_url(port: int, *, scheme: str = "imap", password: str = PASSWORD) -> str:
    return f"{scheme}://{quote(USER)}:{quote(password, safe='')}@127.0.0.1:{port}/INBOX"
