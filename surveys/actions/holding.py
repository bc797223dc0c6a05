"""Decide not to ask somebody, take that back, and change who a project's contacts are."""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from staff.models import User
from surveys.models import (
    Contact,
    ContactChange,
    Invitation,
    LeftOut,
    Omission,
    Project,
    ProjectContact,
    Suppression,
    Touchpoint,
)

logger = logging.getLogger(__name__)


class Conflict(Exception):  # noqa: N818  (a state of affairs, as in alerts.actions)
    """What was asked for cannot be; the text says why, in a translated sentence."""


@transaction.atomic
def suppress(
    *,
    project_contacts: Sequence[ProjectContact],
    actor: User,
    reason: str,
    note: str = "",
    touchpoint: str = Touchpoint.PROJECT_CLOSE,
    now: datetime | None = None,
) -> list[Suppression]:
    """Hold one contact back from being asked about these projects, until somebody lifts it.

    It holds for every touchpoint from now on; ``touchpoint`` is the one that was about to be asked.

    ``reason`` is one of ``Suppression.Reason``; "other" needs a ``note``. Raises Conflict, and
    holds nothing, when the contact was invited about one of them, or is held back already.
    Whether ``actor`` may is for the caller.
    """
    now = now or timezone.now()
    for project_contact in project_contacts:
        _lock(project_contact)
        _refuse_too_late(project_contact, touchpoint)
    made = [
        Suppression.objects.create(
            project_contact=project_contact, actor=actor, reason=reason, note=note, at=now
        )
        for project_contact in project_contacts
    ]
    for one in made:
        if touchpoint == Touchpoint.PROJECT_CLOSE:  # the only one whose omissions are kept
            Omission.objects.update_or_create(
                project_contact=one.project_contact,
                defaults={"reason": LeftOut.SUPPRESSED, "decided_at": now},
            )
        logger.info("project contact %s: held back, %s", one.project_contact_id, reason)
    return made


def _refuse_too_late(project_contact: ProjectContact, touchpoint: str) -> None:
    asked = Invitation.objects.filter(project_contact=project_contact, touchpoint=touchpoint)
    is_close = touchpoint == Touchpoint.PROJECT_CLOSE
    if asked.exists() or (is_close and _is_named(project_contact)):
        raise Conflict(_("This contact has been invited already."))
    if Suppression.objects.in_force().filter(project_contact=project_contact).exists():
        raise Conflict(_("Somebody else has held this contact back already."))


@transaction.atomic
def lift(*, suppression: Suppression, actor: User, now: datetime | None = None) -> None:
    """Let a contact be asked after all, if the rules allow it. Raises Conflict when lifted before.

    The next run decides about them again, so what was stored as their reason goes.
    """
    now = now or timezone.now()
    _lock(suppression.project_contact)
    in_force = Suppression.objects.in_force().filter(pk=suppression.pk)
    if not in_force.update(lifted_at=now, lifted_by=actor):
        raise Conflict(_("Somebody else has lifted this already."))
    Omission.objects.filter(
        project_contact=suppression.project_contact_id, reason=LeftOut.SUPPRESSED
    ).delete()
    logger.info("project contact %s: no longer held back", suppression.project_contact_id)


@transaction.atomic
def add_contact(
    *,
    project: Project,
    contact: Contact,
    role: str,
    reason: str,
    actor: User,
    now: datetime | None = None,
) -> ProjectContact:
    """Add a contact to a project that exists, and write down why.

    Raises Conflict when the contact is of another client, or on the project already.
    """
    Contact.objects.select_for_update().get(pk=contact.pk)
    if contact.client_id != project.client_id:
        raise Conflict(_("This contact is not of the project's client."))
    if ProjectContact.objects.filter(project=project, contact=contact).exists():
        raise Conflict(_("This contact is on the project already."))
    part = ProjectContact.objects.create(project=project, contact=contact, role=role)
    _log(part, ContactChange.Kind.ADDED, reason, actor, now)
    return part


@transaction.atomic
def remove_contact(
    *, project_contact: ProjectContact, reason: str, actor: User, now: datetime | None = None
) -> None:
    """Take a contact off a project, and write down why.

    Raises Conflict when the contact was invited: what was asked stays.
    """
    _lock(project_contact)
    if project_contact.invitations.exists() or _is_named(project_contact):
        raise Conflict(_("This contact has been invited for this project, and stays on it."))
    _log(project_contact, ContactChange.Kind.REMOVED, reason, actor, now)
    project_contact.delete()


def _lock(project_contact: ProjectContact) -> None:
    """Wait for whoever invites this contact, or decides about them."""
    Contact.objects.select_for_update().get(pk=project_contact.contact_id)


def _is_named(project_contact: ProjectContact) -> bool:
    """Whether an invitation about another project asks about this one as well."""
    return Invitation.objects.filter(also_about=project_contact).exists()


def _log(part: ProjectContact, kind: str, reason: str, actor: User, now: datetime | None) -> None:
    ContactChange.objects.create(
        project_id=part.project_id,
        contact_id=part.contact_id,
        kind=kind,
        reason=reason,
        actor=actor,
        at=now or timezone.now(),
    )
    logger.info("project %s: contact %s %s", part.project_id, part.contact_id, kind)
