"""Write what a client is told beside the questions, as long as no mail has said it."""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from staff.models import User
from surveys.actions.holding import Conflict
from surveys.models import (
    Contact,
    FollowUp,
    Invitation,
    PersonalLine,
    ProjectContact,
    Response,
    Touchpoint,
)

logger = logging.getLogger(__name__)


@transaction.atomic
def write_line(
    *, project_contact: ProjectContact, author: User, text: str, now: datetime | None = None
) -> None:
    """Store the personal line to a contact; an empty ``text`` takes it away.

    It goes with the invitation at the close. Raises Conflict when that is made: it says what it
    says. Whether ``author`` may is for the caller. Whoever invites this contact takes the same
    lock.
    """
    Contact.objects.select_for_update().get(pk=project_contact.contact_id)
    about = Q(project_contact=project_contact) | Q(also_about=project_contact)
    if Invitation.objects.filter(about, touchpoint=Touchpoint.PROJECT_CLOSE).exists():
        raise Conflict(_("The invitation has been made already, so this sentence cannot change."))
    if not text:
        PersonalLine.objects.filter(project_contact=project_contact).delete()
        return
    PersonalLine.objects.update_or_create(
        project_contact=project_contact,
        defaults={"text": text, "author": author, "changed_at": now or timezone.now()},
    )
    logger.info("project contact %s: personal line written", project_contact.pk)


@transaction.atomic
def write_follow_up(
    *, response: Response, author: User, text: str, now: datetime | None = None
) -> None:
    """Store what the client may be told about their answer; an empty ``text`` takes it away.

    Raises Conflict when an invitation has told it. A run that tells it this very moment holds
    the row: either comes first and the other sees it.
    """
    own = FollowUp.objects.filter(response=response)
    untold = own.filter(told_in__isnull=True)
    if not text:
        gone, _rows = untold.delete()
        if not gone and own.exists():
            raise Conflict(_already_told())
        return
    changes = {"text": text, "author": author, "at": now or timezone.now()}
    if untold.update(**changes):
        return
    _follow_up, is_new = FollowUp.objects.get_or_create(response=response, defaults=changes)
    if not is_new:
        raise Conflict(_already_told())
    logger.info("response %s: what the client may be told is written", response.pk)


def tell_follow_ups(invitations: Sequence[Invitation]) -> int:
    """Let each invitation carry the newest text that its contact was not told; return how many.

    In the transaction that makes the invitations, with their contacts locked. Two queries.
    """
    by_contact = {one.project_contact.contact_id: one for one in invitations}
    untold = FollowUp.objects.filter(
        told_in__isnull=True,
        response__invitation__project_contact__contact__in=by_contact,
    ).select_related("response__invitation__project_contact")
    newest: dict[int, FollowUp] = {}
    for one in untold.order_by("-at", "-pk").select_for_update(of=("self",)):
        contact = one.response.invitation.project_contact.contact_id
        if newest.setdefault(contact, one) is one:
            one.told_in = by_contact[contact]
    return FollowUp.objects.bulk_update(newest.values(), ["told_in"])


def _already_told() -> str:
    return _("The client has been told already, so this text cannot change.")
