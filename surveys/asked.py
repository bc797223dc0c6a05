"""Who was invited, the newest first, and how far each invitation came; for one user."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from outbox.models import KEPT, Delivery, State
from staff.models import User
from surveys.models import Invitation, InvitationQuerySet, ProjectContact, Response, Standing


class Stage(models.TextChoices):
    """How far an invitation came, in words. The first that holds."""

    REOPENED = "reopened", _("reopened, waits for a new answer")
    ANSWERED = "answered", pgettext_lazy("invitation", "answered")
    WITHDRAWN = "withdrawn", pgettext_lazy("invitation", "withdrawn")
    NO_MAIL = "no_mail", _("no mail found")
    UNDELIVERABLE = "undeliverable", pgettext_lazy("invitation", "mail could not be delivered")
    STOPPED = "stopped", pgettext_lazy("invitation", "mail withdrawn before it was sent")
    WAITING = "waiting", pgettext_lazy("invitation", "mail waits to be sent")
    CAME_BACK = "came_back", pgettext_lazy("invitation", "mail came back")
    EXPIRED = "expired", pgettext_lazy("invitation", "not answered, link expired")
    KEPT = "kept", pgettext_lazy("invitation", "mail kept, not sent")
    SENT = "sent", pgettext_lazy("invitation", "sent, not answered yet")


def stage_of(invitation: Invitation, now: datetime) -> Stage:
    """Return how far ``invitation`` came by ``now``. Reads ``standing`` and ``delivery``."""
    mail = invitation.delivery
    is_kept = mail is not None and mail.state == State.SENT and mail.transport == KEPT
    states = (
        (invitation.reopened_at is not None and invitation.is_open(now), Stage.REOPENED),
        (invitation.standing is not None, Stage.ANSWERED),
        (invitation.withdrawn_at is not None, Stage.WITHDRAWN),
        (mail is None, Stage.NO_MAIL),
        (_is(mail, State.UNDELIVERABLE), Stage.UNDELIVERABLE),
        (_is(mail, State.CANCELLED), Stage.STOPPED),
        (not _is(mail, State.SENT), Stage.WAITING),
        (mail is not None and mail.bounced_at is not None, Stage.CAME_BACK),
        (not invitation.is_open(now), Stage.EXPIRED),
        (is_kept, Stage.KEPT),
    )
    return next((stage for holds, stage in states if holds), Stage.SENT)


def _is(mail: Delivery | None, state: State) -> bool:
    return mail is not None and mail.state == state


@dataclass(frozen=True, kw_only=True)
class Row:
    """One invitation on the page. ``group`` is empty for whoever does not read the answers."""

    invitation: Invitation
    stage: Stage
    group: str


def invited(user: User, words: str = "") -> InvitationQuerySet:
    """Return the invitations that ``user`` may see and that match ``words``, newest first."""
    rows = Invitation.objects.visible_to(user).select_related(
        "delivery",
        "project_contact__contact",
        "project_contact__project__client",
        "project_contact__project__account_manager",
    )
    if words:
        rows = rows.filter(project_contact__in=ProjectContact.objects.matching(words))
    return rows.defer("delivery__message").order_by("-invited_at", "-pk")


def rows_of(invitations: Sequence[Invitation], user: User, *, now: datetime) -> list[Row]:
    """Return what the page says about each. The same number of queries for any number of them."""
    ids = [invitation.pk for invitation in invitations]
    answers = Response.objects.standing().filter(invitation__in=ids)
    columns = ("pk", "group", "language", "submitted_at")
    found = {row.pop("invitation_id"): row for row in answers.values("invitation_id", *columns)}
    readable = set(Invitation.objects.read_by(user).filter(pk__in=ids).values_list("pk", flat=True))
    rows = []
    for invitation in invitations:
        answer = found.get(invitation.pk)
        invitation.standing = None if answer is None else Standing(**answer)
        is_shown = invitation.standing is not None and invitation.pk in readable
        group = invitation.standing.group if invitation.standing and is_shown else ""
        rows.append(Row(invitation=invitation, stage=stage_of(invitation, now), group=group))
    return rows
