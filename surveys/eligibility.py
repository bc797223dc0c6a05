"""Who is asked about a closed project, and why everybody else is not.

The rules are PRODUCT, from close to follow-up, 2 and 4; the figures are settings.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from surveys.models import Invitation, Project, ProjectContact


class LeftOut(models.TextChoices):
    """Why a contact of a closed project is not invited."""

    CLOSED_LONG_AGO = "closed_long_ago", _("project closed too long ago")
    CLOSES_LATER = "closes_later", _("project closes later")
    INVITED_BEFORE = "invited_before", _("invited for this project already")
    OPTED_OUT = "opted_out", _("does not want to be asked")
    BOUNCED = "bounced", _("address does not work")
    ASKED_RECENTLY = "asked_recently", _("asked recently about another project")


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Who to invite now (project contacts, most recently closed first), and who not."""

    chosen: list[ProjectContact]
    left_out: Counter[LeftOut]


def first_closing_day(today: date) -> date:
    """Return the earliest closing date that is still asked about."""
    return today - timedelta(days=settings.INVITE_CLOSED_WITHIN_DAYS)


def fatigue_since(now: datetime) -> datetime:
    """Return since when a contact counts as asked recently."""
    return now - timedelta(days=settings.SURVEY_FATIGUE_DAYS)


def select_contacts(*, closed_since: date | None, now: datetime) -> Selection:
    """Decide about every contact of every closed project.

    ``closed_since`` (a date) replaces the setting INVITE_CLOSED_WITHIN_DAYS. A person with several
    projects in the window is asked about the one that closed last.
    """
    today = timezone.localdate(now)
    since = closed_since or first_closing_day(today)
    closed = ProjectContact.objects.filter(project__state=Project.State.CLOSED)
    left_out: Counter[LeftOut] = Counter()
    _count(left_out, LeftOut.CLOSED_LONG_AGO, closed.filter(project__closed_on__lt=since))
    _count(left_out, LeftOut.CLOSES_LATER, closed.filter(project__closed_on__gt=today))
    window = (
        closed.filter(project__closed_on__gte=since, project__closed_on__lte=today)
        .select_related(
            "contact__client", "project__account_manager__supervisor", "project__client"
        )
        .order_by("-project__closed_on", "-project__pk", "pk")
    )
    invited = set(
        Invitation.objects.filter(project_contact__in=window).values_list(
            "project_contact_id", flat=True
        )
    )
    asked = set(
        Invitation.objects.filter(invited_at__gt=fatigue_since(now)).values_list(
            "project_contact__contact_id", flat=True
        )
    )
    chosen: list[ProjectContact] = []
    for project_contact in window:
        reason = _reason(project_contact, invited=invited, asked=asked)
        if reason is not None:
            left_out[reason] += 1
            continue
        asked.add(project_contact.contact_id)
        chosen.append(project_contact)
    return Selection(chosen=chosen, left_out=left_out)


def _reason(
    project_contact: ProjectContact, *, invited: set[int], asked: set[int]
) -> LeftOut | None:
    contact = project_contact.contact
    if project_contact.pk in invited:
        return LeftOut.INVITED_BEFORE
    if contact.opted_out_at is not None:
        return LeftOut.OPTED_OUT
    if contact.bounced_at is not None:
        return LeftOut.BOUNCED
    if contact.pk in asked:
        return LeftOut.ASKED_RECENTLY
    return None


def _count(left_out: Counter[LeftOut], reason: LeftOut, rows: QuerySet[ProjectContact]) -> None:
    if number := rows.count():
        left_out[reason] += number
